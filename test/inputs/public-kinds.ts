import * as ts from 'typescript';
import { isHidden, publicDeclarations, publicEnums } from './public-values';

/** What `lib/units/public-kinds.ts` must hold, as read from the declarations of the public API. */
export interface PublicKinds {
  readonly structs: { readonly [struct: string]: string };
  readonly classes: { readonly [kind: string]: string };
  readonly interfaces: { readonly [name: string]: string };
  readonly enums: { readonly [name: string]: string };
}

const DECLARATIONS = publicDeclarations();

/** What no declaration says: the base class of pools is not public, and roles are of users or of clusters. */
const MADE_BY: { readonly [name: string]: string } = {
  IGpuNodePool: 'new GpuNodePool(...), new KarpenterGpuNodePool(...) or new ExistingGpuNodePool(...)',
  IAwsRole: 'an object with node, roleName and roleArn',
  IServiceAccountRole: 'cluster.serviceAccountRole(...)',
};

const CLOSED: readonly ts.SyntaxKind[] = [ts.SyntaxKind.PrivateKeyword, ts.SyntaxKind.ProtectedKeyword];

export function publicKinds(): PublicKinds {
  const enums = new Map([...publicEnums()].sort(byName));
  const structs = [...DECLARATIONS].filter(([name, node]) => ts.isInterfaceDeclaration(node) && !isBehavior(name));
  const classes = [...DECLARATIONS].filter(([name, node]) => ts.isClassDeclaration(node) || isBehavior(name));
  return {
    structs: Object.fromEntries(structs.sort(byName).map(([name, node]) => [name, propertiesOf(node).join('; ')])),
    classes: Object.fromEntries(classes.sort(byName).map(([name, node]) => [name, exampleOf(name, node)])),
    interfaces: Object.fromEntries(
      classes
        .filter(([name]) => isBehavior(name))
        .map(([name, node]) => [name, [...propertiesOf(node), ...methodsOf(node)].join('; ')]),
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
    constant('Of each public class and interface how to get an object of it.', 'CLASSES', classes),
    constant(
      'The properties of each public interface that classes of users implement, with their types, and its methods with what they return.',
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
    ...(extendsOf(node).includes('IConstruct') ? ['node: Node'] : []),
    ...own,
  ];
}

/** The methods of an interface with what they return: `uriFor(): string`. */
function methodsOf(node: ts.Node): string[] {
  if (!ts.isInterfaceDeclaration(node)) return [];
  const own = node.members
    .filter(ts.isMethodSignature)
    .map((member) => `${member.name.getText()}(): ${typeOf(member.type)}`);
  return [...basesOf(node).flatMap(methodsOf), ...own];
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

function extendsOf(node: ts.InterfaceDeclaration | ts.ClassDeclaration): string[] {
  return (node.heritageClauses ?? []).flatMap(({ types }) => types.map(({ expression }) => expression.getText()));
}

function basesOf(
  node: ts.InterfaceDeclaration | ts.ClassDeclaration,
): (ts.InterfaceDeclaration | ts.ClassDeclaration)[] {
  return extendsOf(node).flatMap((name) => DECLARATIONS.get(name) ?? []);
}

/** How a program gets an object of a class: by `new`, its first constant and its factories. Of an interface those of its classes. */
function exampleOf(name: string, node: ts.Node): string {
  if (MADE_BY[name]) return MADE_BY[name];
  const makers = ts.isClassDeclaration(node) ? [[name, node] as const] : implementersOf(name);
  const examples = makers.flatMap(([each, made]) => waysTo(each, made, name));
  if (examples.length < 2) return examples[0] ?? (ts.isClassDeclaration(node) ? `new ${name}(...)` : `an ${name}`);
  return `${examples.slice(0, -1).join(', ')} or ${examples[examples.length - 1]}`;
}

function waysTo(name: string, node: ts.ClassDeclaration, wanted: string): string[] {
  const flagsOf = (member: ts.ClassElement) =>
    (ts.canHaveModifiers(member) ? (ts.getModifiers(member) ?? []) : []).map(({ kind }): ts.SyntaxKind => kind);
  const open = node.members.filter(
    (member) => !flagsOf(member).some((kind) => CLOSED.includes(kind)) && !isHidden(member),
  );
  const statics = open.filter((member) => flagsOf(member).includes(ts.SyntaxKind.StaticKeyword));
  const constants = statics.flatMap((member) => {
    const constant = member.name?.getText() ?? '';
    return ts.isPropertyDeclaration(member) && /^[A-Z]/.test(constant) && constant !== 'ALL'
      ? [`${name}.${constant}`]
      : [];
  });
  const factories = statics
    .filter(ts.isMethodDeclaration)
    .filter(({ type }) => [name, wanted].includes(type?.getText() ?? ''))
    .map((each) => `${name}.${each.name.getText()}(${each.parameters.length > 0 ? '...' : ''})`);
  return [
    ...(open.some(ts.isConstructorDeclaration) ? [`new ${name}(...)`] : []),
    ...constants.slice(0, constants.length > 3 || factories.length > 0 ? 1 : constants.length),
    ...factories,
  ];
}

function implementersOf(name: string): (readonly [string, ts.ClassDeclaration])[] {
  return [...DECLARATIONS].flatMap(([each, node]) =>
    ts.isClassDeclaration(node) && namesOf(node).has(name) && !node.modifiers?.some(isAbstract)
      ? [[each, node] as const]
      : [],
  );
}

function isAbstract({ kind }: ts.ModifierLike): boolean {
  return kind === ts.SyntaxKind.AbstractKeyword;
}

function namesOf(node: ts.InterfaceDeclaration | ts.ClassDeclaration): Set<string> {
  return new Set([...extendsOf(node), ...basesOf(node).flatMap((base) => [...namesOf(base)])]);
}

function valueOf(member: ts.EnumMember): string {
  if (!member.initializer || !ts.isStringLiteralLike(member.initializer)) throw new Error(member.getText());
  return member.initializer.text;
}
