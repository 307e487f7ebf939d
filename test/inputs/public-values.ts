import { readFileSync } from 'fs';
import * as path from 'path';
import * as ts from 'typescript';

const LIB = path.join(__dirname, '..', '..', 'lib');

/** Shapes of values in which a text can be. */
export type Shape = 'text' | 'list' | 'lists' | 'map' | 'values' | 'objects';

/** A property or an argument of the public API that holds text: `ModelStoreProps.tags`, `ImageRegistry.mirror(host)`. */
export interface PublicValue {
  readonly name: string;
  readonly shape: Shape;
}

/** Every declaration of the public API, by name: what `lib/index.ts` exports and does not mark `@internal` or `@jsii ignore`. */
export function publicDeclarations(): Map<string, ts.InterfaceDeclaration | ts.ClassDeclaration> {
  return new Map([...everyDeclaration()].flatMap(([name, node]) => (ts.isEnumDeclaration(node) ? [] : [[name, node]])));
}

/** Every enumeration of the public API, by name. */
export function publicEnums(): Map<string, ts.EnumDeclaration> {
  return new Map([...everyDeclaration()].flatMap(([name, node]) => (ts.isEnumDeclaration(node) ? [[name, node]] : [])));
}

type Declaration = ts.InterfaceDeclaration | ts.ClassDeclaration | ts.EnumDeclaration;

let parsed: ReadonlyMap<string, Declaration> | undefined;

/** Read once: to parse all files of the library takes a quarter of a second, and tables of tests ask hundreds of times. */
function everyDeclaration(): ReadonlyMap<string, Declaration> {
  if (parsed === undefined) {
    const found = new Map<string, Declaration>();
    collect(path.join(LIB, 'index.ts'), undefined, found);
    parsed = found;
  }
  return parsed;
}

/** Every property and argument of the public API that holds text. */
export function publicTexts(): PublicValue[] {
  return publicMembers().flatMap(({ name, type }) => {
    const shape = shapeOf(type);
    return shape ? [{ name, shape }] : [];
  });
}

/** Every property and argument of the public API that holds a list of texts. */
export function publicLists(): string[] {
  return publicTexts()
    .filter(({ shape }) => shape === 'list')
    .map(({ name }) => name);
}

/** A property of a struct or an argument of a method, with its type as written. */
export interface PublicMember {
  readonly name: string;
  readonly type: string;
}

export function publicMembers(): PublicMember[] {
  return [...publicDeclarations()].flatMap(([owner, declaration]) =>
    ts.isInterfaceDeclaration(declaration) ? propertiesOf(owner, declaration) : argumentsOf(owner, declaration),
  );
}

function propertiesOf(owner: string, declaration: ts.InterfaceDeclaration): PublicMember[] {
  // Interfaces with behavior are implemented, not filled in.
  if (/^I[A-Z]/.test(owner)) return [];
  return declaration.members
    .filter(ts.isPropertySignature)
    .map((member) => ({ name: `${owner}.${member.name.getText()}`, type: member.type?.getText() ?? 'any' }));
}

function argumentsOf(owner: string, declaration: ts.ClassDeclaration): PublicMember[] {
  return declaration.members.flatMap((member) => {
    if (!ts.isMethodDeclaration(member) && !ts.isConstructorDeclaration(member)) return [];
    const method = ts.isConstructorDeclaration(member) ? 'new' : member.name.getText();
    const isPublic = !member.modifiers?.some(
      ({ kind }) => kind === ts.SyntaxKind.PrivateKeyword || kind === ts.SyntaxKind.ProtectedKeyword,
    );
    if (!isPublic || isHidden(member) || method.startsWith('#')) return [];
    return member.parameters.map((parameter) => ({
      name: `${owner}.${method}(${parameter.name.getText()})`,
      type: parameter.type?.getText() ?? typeOfDefault(parameter.initializer),
    }));
  });
}

function typeOfDefault(initializer: ts.Expression | undefined): string {
  return initializer && ts.isStringLiteralLike(initializer) ? 'string' : 'other';
}

function shapeOf(written: string): Shape | undefined {
  const type = written.replace(/readonly |\s/g, '').replace(/\|undefined$/, '');
  if (type === 'string') return 'text';
  if (type === 'string[]') return 'list';
  if (type === 'string[][]') return 'lists';
  if (/^\{\[\w+:string\]:string;?\}$/.test(type)) return 'map';
  if (/^\{\[\w+:string\]:any;?\}\[\]$/.test(type)) return 'objects';
  return type === 'any' || /^\{\[\w+:string\]:any;?\}$/.test(type) ? 'values' : undefined;
}

export function isHidden(node: ts.Node): boolean {
  return ts
    .getJSDocTags(node)
    .some(({ tagName, comment }) => tagName.text === 'internal' || (tagName.text === 'jsii' && comment === 'ignore'));
}

function collect(file: string, names: ReadonlySet<string> | undefined, found: Map<string, Declaration>): void {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2022, true);
  for (const node of source.statements) {
    if (ts.isExportDeclaration(node) && node.moduleSpecifier && ts.isStringLiteralLike(node.moduleSpecifier)) {
      const clause = node.exportClause;
      const wanted =
        clause && ts.isNamedExports(clause) ? new Set(clause.elements.map(({ name }) => name.text)) : undefined;
      collect(fileOf(file, node.moduleSpecifier.text), wanted ?? names, found);
    }
    if (!ts.isInterfaceDeclaration(node) && !ts.isClassDeclaration(node) && !ts.isEnumDeclaration(node)) continue;
    const name = node.name?.text;
    const isExported = node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
    if (name && isExported && !isHidden(node) && (names === undefined || names.has(name))) found.set(name, node);
  }
}

function fileOf(from: string, specifier: string): string {
  const base = path.join(path.dirname(from), specifier);
  const file = [`${base}.ts`, path.join(base, 'index.ts')].find((each) => ts.sys.fileExists(each));
  if (!file) throw new Error(`no file for ${specifier} in ${from}`);
  return file;
}
