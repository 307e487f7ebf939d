import * as path from 'path';
import * as ts from 'typescript';

/** One source file, reduced to what the rules look at. */
export interface Source {
  readonly file: string;
  readonly text: string;
  readonly ast: ts.SourceFile;
}

export function parse(file: string, text: string): Source {
  return { file, text, ast: ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true) };
}

export function visit(node: ts.Node, see: (node: ts.Node) => void): void {
  see(node);
  ts.forEachChild(node, (child) => visit(child, see));
}

/** Every module a file names, in whatever form, for types alone too. */
export function specifiers(source: Source): string[] {
  const found: string[] = [];
  visit(source.ast, (node) => {
    let named: ts.Node | undefined;
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) named = node.moduleSpecifier;
    else if (ts.isExternalModuleReference(node)) named = node.expression;
    else if (ts.isImportTypeNode(node)) named = node.argument;
    else if (ts.isCallExpression(node) && isLoader(node.expression)) named = node.arguments[0];
    if (!named) return;
    const literal = ts.isLiteralTypeNode(named) ? named.literal : named;
    found.push(ts.isStringLiteralLike(literal) ? literal.text : `<computed: ${literal.getText(source.ast)}>`);
  });
  return found;
}

function isLoader(expression: ts.Expression): boolean {
  return (
    expression.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(expression) && expression.text === 'require')
  );
}

/** Files that need each other, for types alone too: such files are one idea in two places. */
export function cycles(all: readonly Source[]): string[] {
  const files = new Set(all.map(({ file }) => file));
  const needs = new Map(
    all.map((source) => {
      const base = path.posix.dirname(source.file);
      const targets = specifiers(source)
        .filter((specifier) => specifier.startsWith('.'))
        .map((specifier) => path.posix.join(base, specifier))
        .map((target) => [`${target}.ts`, `${target}/index.ts`].find((file) => files.has(file)) ?? target);
      return [source.file, targets] as const;
    }),
  );
  const found: string[] = [];
  const done = new Set<string>();
  const walk = (file: string, trail: string[]): void => {
    if (trail.includes(file)) found.push([...trail.slice(trail.indexOf(file)), file].join(' -> '));
    if (done.has(file) || trail.includes(file)) return;
    for (const next of needs.get(file) ?? []) walk(next, [...trail, file]);
    done.add(file);
  };
  for (const file of files) walk(file, []);
  return found;
}

/** Exported classes of the library that are not marked `@internal`, and those of them that are constructs. */
export interface PublicClasses {
  readonly all: ReadonlySet<string>;
  readonly constructs: ReadonlySet<string>;
}

export function publicClasses(all: readonly Source[]): PublicClasses {
  const classes = new Map<string, string | undefined>();
  for (const { ast } of all) {
    for (const node of ast.statements) {
      if (!ts.isClassDeclaration(node) || !node.name) continue;
      const isExported = node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
      const isInternal = ts.getJSDocTags(node).some(({ tagName }) => tagName.text === 'internal');
      const base = node.heritageClauses?.find(({ token }) => token === ts.SyntaxKind.ExtendsKeyword)?.types[0];
      if (isExported && !isInternal) classes.set(node.name.text, base?.expression.getText(ast));
    }
  }
  const isConstruct = (name: string | undefined): boolean =>
    name !== undefined && (FOREIGN_CONSTRUCTS.has(name) || (classes.has(name) && isConstruct(classes.get(name))));
  return { all: new Set(classes.keys()), constructs: new Set([...classes.keys()].filter(isConstruct)) };
}

const FOREIGN_CONSTRUCTS = new Set([
  'App',
  'Construct',
  'IConstruct',
  'Node',
  'TerraformElement',
  'TerraformResource',
  'TerraformStack',
]);

/**
 * Ways around a contract: an object of another class, or of another loaded copy of the package, implements the interface as well as
 * ours, so nothing may be asked of it that the interface does not have.
 */
export function contractFaults(source: Source, classes: PublicClasses): string[] {
  const faults: string[] = [];
  visit(source.ast, (node) => {
    const text = () => node.getText(source.ast).replace(/\s+/g, ' ');
    if (ts.isBinaryExpression(node)) {
      const { kind } = node.operatorToken;
      const right = node.right.getText(source.ast);
      if (kind === ts.SyntaxKind.InstanceOfKeyword && classes.all.has(right))
        faults.push(`${source.file}: ${text()} is false for another class that implements the contract`);
      if (kind === ts.SyntaxKind.InKeyword && ts.isStringLiteralLike(node.left))
        faults.push(`${source.file}: ${text()} asks for a member that the contract does not have`);
    }
    if (
      ts.isAsExpression(node) &&
      ts.isTypeReferenceNode(node.type) &&
      node.type.typeName.getText(source.ast) === 'Partial'
    )
      faults.push(`${source.file}: ${text()} pretends that the contract has more members`);
  });
  return faults;
}

/** State of a file that outlives the app: what is known of a construct stands on the construct, in its ledger. */
export function registryFaults(source: Source, classes: PublicClasses): string[] {
  const faults: string[] = [];
  const look = (initializer: ts.Expression | undefined): void => {
    if (!initializer || !ts.isNewExpression(initializer)) return;
    const kind = initializer.expression.getText(source.ast);
    if (!['WeakMap', 'WeakSet', 'Map', 'Set'].includes(kind)) return;
    const key = initializer.typeArguments?.[0]?.getText(source.ast);
    const isFilledLater = (initializer.arguments?.length ?? 0) === 0;
    const isOfConstructs =
      key === undefined
        ? isFilledLater
        : FOREIGN_CONSTRUCTS.has(key) || /^I[A-Z]/.test(key) || classes.constructs.has(key);
    if (kind.startsWith('Weak') || isOfConstructs)
      faults.push(
        `${source.file}: ${initializer.getText(source.ast)} at the level of the module; use the ledger of the construct`,
      );
  };
  for (const node of source.ast.statements) {
    if (ts.isVariableStatement(node)) node.declarationList.declarations.forEach(({ initializer }) => look(initializer));
    if (ts.isClassDeclaration(node)) {
      for (const member of node.members) {
        const isStatic =
          ts.canHaveModifiers(member) && member.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword);
        if (ts.isPropertyDeclaration(member) && isStatic) look(member.initializer);
      }
    }
  }
  return faults;
}

/**
 * Comparisons that are false for a value of another loaded copy of the package: by identity with a static member of one of our value
 * classes. Members of enumerations are texts, which are the same in every copy.
 */
export function identityFaults(source: Source, classes: PublicClasses): string[] {
  const faults: string[] = [];
  const isMember = (node: ts.Node): boolean =>
    ts.isPropertyAccessExpression(node) &&
    classes.all.has(node.expression.getText(source.ast)) &&
    /^[A-Z][A-Z0-9_]*$/.test(node.name.text);
  const see = (node: ts.Node, isIdentity: boolean): void => {
    const text = node.getText(source.ast).replace(/\s+/g, ' ');
    if (isIdentity) faults.push(`${source.file}: ${text} is by identity; compare by name`);
  };
  visit(source.ast, (node) => {
    if (ts.isBinaryExpression(node) && EQUALITY.has(node.operatorToken.kind))
      see(node, isMember(node.left) || isMember(node.right));
    if (ts.isCaseClause(node)) see(node.expression, isMember(node.expression));
    if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
      const { name, expression } = node.expression;
      if (LOOKUPS.has(name.text)) see(node, isMember(expression) || node.arguments.some(isMember));
    }
  });
  return faults;
}

const EQUALITY = new Set([
  ts.SyntaxKind.EqualsEqualsToken,
  ts.SyntaxKind.EqualsEqualsEqualsToken,
  ts.SyntaxKind.ExclamationEqualsToken,
  ts.SyntaxKind.ExclamationEqualsEqualsToken,
]);

const LOOKUPS = new Set(['includes', 'indexOf', 'lastIndexOf', 'has', 'get']);
