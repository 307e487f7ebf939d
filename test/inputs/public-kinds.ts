import * as ts from 'typescript';
import { isHidden, publicDeclarations, publicEnums } from './public-values';

/** What `lib/units/public-kinds.ts` must hold, as read from the declarations of the public API. */
export interface PublicKinds {
  readonly structs: { readonly [struct: string]: string };
  readonly classes: { readonly [kind: string]: readonly [example: string, members: string] };
  readonly interfaces: { readonly [name: string]: string };
  readonly enums: { readonly [name: string]: string };
}

const DECLARATIONS = publicDeclarations();

export function publicKinds(): PublicKinds {
  const enums = new Map([...publicEnums()].sort(byName));
  const structs = [...DECLARATIONS].filter(([name, node]) => ts.isInterfaceDeclaration(node) && !isBehavior(name));
  const classes = [...DECLARATIONS].filter(([name, node]) => ts.isClassDeclaration(node) || isBehavior(name));
  return {
    structs: Object.fromEntries(structs.sort(byName).map(([name, node]) => [name, propertiesOf(node).join('; ')])),
    classes: Object.fromEntries(
      classes.sort(byName).map(([name, node]) => [name, [exampleOf(name, node), membersOf(node).join(' ')] as const]),
    ),
    interfaces: Object.fromEntries(
      classes
        .filter(([name, node]) => isBehavior(name) && propertiesOf(node).length > 0)
        .map(([name, node]) => [name, propertiesOf(node).join('; ')]),
    ),
    enums: Object.fromEntries([...enums].map(([name, node]) => [name, node.members.map(valueOf).join(' ')])),
  };
}

/** The module, as it is committed. */
export function publicKindsSource({ structs, classes, interfaces, enums }: PublicKinds): string {
  const constant = (doc: string, name: string, value: object) =>
    `/** ${doc} @internal */\nexport const ${name} = ${JSON.stringify(value, undefined, 2)} as const;\n`;
  return [
    '// Written by test/inputs/kinds.test.ts from the declarations of the public API: `WRITE_KINDS=1 npx jest test/inputs/kinds`.\n',
    constant('The properties of each public struct with their types.', 'STRUCTS', structs),
    constant(
      'Of each public class and interface how to get an object of it, and the members that all have.',
      'CLASSES',
      classes,
    ),
    constant(
      'The properties of each public interface that classes of users implement, with their types.',
      'INTERFACES',
      interfaces,
    ),
    constant('The values of each public enumeration.', 'ENUMS', enums),
  ].join('\n');
}

export function byName([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1;
}

function isBehavior(name: string): boolean {
  return /^I[A-Z]/.test(name);
}

function propertiesOf(node: ts.Node): string[] {
  if (!ts.isInterfaceDeclaration(node)) return [];
  const own = node.members
    .filter(ts.isPropertySignature)
    .map((member) => `${member.name.getText()}${member.questionToken ? '?' : ''}: ${typeOf(member.type)}`);
  const names = own.map(nameOf);
  return [
    ...basesOf(node)
      .flatMap(propertiesOf)
      .filter((each) => !names.includes(nameOf(each))),
    ...own,
  ];
}

function nameOf(property: string): string {
  return property.split(/[?:]/)[0];
}

export function typeOf(type: ts.TypeNode | undefined): string {
  return (type?.getText() ?? 'any')
    .replace(/readonly /g, '')
    .replace(/\{ \[\w+: string\]: ([^;]+);? \}/g, '$1{}')
    .replace(/ \| undefined$/, '');
}

function basesOf(
  node: ts.InterfaceDeclaration | ts.ClassDeclaration,
): (ts.InterfaceDeclaration | ts.ClassDeclaration)[] {
  const names = (node.heritageClauses ?? []).flatMap(({ types }) =>
    types.map(({ expression }) => expression.getText()),
  );
  return names.flatMap((name) => DECLARATIONS.get(name) ?? []);
}

/** Public members that every object of a class or interface has. */
function membersOf(node: ts.InterfaceDeclaration | ts.ClassDeclaration): string[] {
  const own = [...node.members].flatMap((member) => {
    const name = member.name?.getText() ?? '';
    const flags = ts.canHaveModifiers(member)
      ? (ts.getModifiers(member) ?? []).map(({ kind }): ts.SyntaxKind => kind)
      : [];
    const isOpen = ![ts.SyntaxKind.PrivateKeyword, ts.SyntaxKind.ProtectedKeyword, ts.SyntaxKind.StaticKeyword].some(
      (kind) => flags.includes(kind),
    );
    const isOptional = 'questionToken' in member && member.questionToken !== undefined;
    const mayBeMissing = 'type' in member && /undefined$/.test((member.type as ts.Node | undefined)?.getText() ?? '');
    return isOpen && !isOptional && !mayBeMissing && !isHidden(member) && /^[a-z]/.test(name) && name !== 'toString'
      ? [name]
      : [];
  });
  return [...new Set([...basesOf(node).flatMap(membersOf), ...own])].sort();
}

/** How a program gets an object of a class: its first constant, its first factory, or by `new`. */
function exampleOf(name: string, node: ts.Node): string {
  if (!ts.isClassDeclaration(node)) return implementersOf(name);
  const statics = node.members.filter(
    (member) =>
      ts.canHaveModifiers(member) &&
      ts.getModifiers(member)?.some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword) &&
      !ts.getModifiers(member)?.some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword) &&
      !isHidden(member),
  );
  const constant = statics.find((member) => /^[A-Z]/.test(member.name?.getText() ?? ''));
  const factory = statics.find((member) => ts.isMethodDeclaration(member) && member.type?.getText() === name);
  if (constant) return `${name}.${constant.name?.getText()}`;
  if (factory && ts.isMethodDeclaration(factory))
    return `${name}.${factory.name.getText()}(${factory.parameters.length > 0 ? '...' : ''})`;
  return `new ${name}(...)`;
}

function implementersOf(name: string): string {
  const made = [...DECLARATIONS].flatMap(([each, node]) =>
    ts.isClassDeclaration(node) && namesOf(node).has(name) && !node.modifiers?.some(isAbstract) ? [each] : [],
  );
  return made.length > 0 ? made.map((each) => exampleOf(each, DECLARATIONS.get(each)!)).join(' or ') : `an ${name}`;
}

function isAbstract({ kind }: ts.ModifierLike): boolean {
  return kind === ts.SyntaxKind.AbstractKeyword;
}

function namesOf(node: ts.InterfaceDeclaration | ts.ClassDeclaration): Set<string> {
  const names = (node.heritageClauses ?? []).flatMap(({ types }) =>
    types.map(({ expression }) => expression.getText()),
  );
  return new Set([...names, ...basesOf(node).flatMap((base) => [...namesOf(base)])]);
}

function valueOf(member: ts.EnumMember): string {
  if (!member.initializer || !ts.isStringLiteralLike(member.initializer)) throw new Error(member.getText());
  return member.initializer.text;
}
