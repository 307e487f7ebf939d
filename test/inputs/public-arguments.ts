import * as ts from 'typescript';
import { byName, typeOf } from './public-kinds';
import { isHidden, publicDeclarations } from './public-values';

/** What `lib/units/public-arguments.ts` must hold: of each public class and interface the methods that take arguments, with their types. */
export interface PublicArguments {
  readonly [owner: string]: { readonly [method: string]: string };
}

export function publicArguments(): PublicArguments {
  const owners = [...publicDeclarations()].sort(byName).map(([name, node]) => [name, methodsOf(node)] as const);
  return Object.fromEntries(owners.filter(([, methods]) => Object.keys(methods).length > 0));
}

/** The module, as it is committed. */
export function publicArgumentsSource(table: PublicArguments): string {
  return [
    '// Written by test/inputs/kinds.test.ts from the declarations of the public API: `WRITE_KINDS=1 npx jest test/inputs/kinds`.\n',
    '/** The methods of each public class and interface that take arguments, with the types of these. @internal */',
    `export const ARGUMENTS = ${JSON.stringify(table, undefined, 2)} as const;\n`,
  ].join('\n');
}

function methodsOf(node: ts.InterfaceDeclaration | ts.ClassDeclaration): { readonly [method: string]: string } {
  const methods = [...node.members].flatMap((member) => {
    if (!ts.isMethodDeclaration(member) && !ts.isMethodSignature(member)) return [];
    const modifiers = ts.canHaveModifiers(member) ? (ts.getModifiers(member) ?? []) : [];
    const has = (...kinds: ts.SyntaxKind[]) => modifiers.some(({ kind }) => kinds.includes(kind));
    const isClosed =
      ts.isPrivateIdentifier(member.name) || has(ts.SyntaxKind.PrivateKeyword, ts.SyntaxKind.ProtectedKeyword);
    if (isClosed || isHidden(member) || member.parameters.length === 0) return [];
    const name = `${has(ts.SyntaxKind.StaticKeyword) ? 'static ' : ''}${member.name.getText()}`;
    return [[name, member.parameters.map(parameterOf).join('; ')] as const];
  });
  return Object.fromEntries(methods);
}

function parameterOf({ name, questionToken, initializer, type }: ts.ParameterDeclaration): string {
  const mark = questionToken || initializer || /\| undefined$/.test(type?.getText() ?? '') ? '?' : '';
  return `${name.getText()}${mark}: ${type || !initializer ? typeOf(type) : typeOfDefault(initializer)}`;
}

function typeOfDefault(initializer: ts.Expression): string {
  if (ts.isStringLiteralLike(initializer)) return 'string';
  if (ts.isNumericLiteral(initializer)) return 'number';
  throw new Error(`the type of ${initializer.getText()} must be written`);
}
