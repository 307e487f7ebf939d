import * as ts from 'typescript';

/** How a code block of a document is tested, as the HTML comment on the line before it says. */
export enum BlockKind {
  /** Compiled and run: the body of a stack's constructor, or a module of its own. No comment. */
  RUN = 'run',
  /** Compiled only: `<!-- compile: why it cannot run here -->`. */
  COMPILE = 'compile',
  /** A whole file, or consecutive lines of it: `<!-- file: examples/quickstart/main.ts -->`. */
  FILE = 'file',
}

/** A fenced TypeScript block. */
export interface CodeBlock {
  /** Line of the opening fence, from 1. */
  readonly line: number;
  readonly kind: BlockKind;
  /** What the comment says after the colon. */
  readonly argument: string;
  readonly code: string;
}

/** Every ```ts or ```typescript block of a Markdown text. Throws on a comment that looks like ours and is not. */
export function codeBlocks(markdown: string): CodeBlock[] {
  const lines = markdown.split('\n');
  const blocks: CodeBlock[] = [];
  for (let index = 0; index < lines.length; index++) {
    const fence = /^(\s*)```(\w*)\s*$/.exec(lines[index]);
    if (!fence) continue;
    const [, indent, language] = fence;
    const end = lines.findIndex((line, at) => at > index && line.trim() === '```');
    if (end < 0) throw new Error(`line ${index + 1}: the code block has no end`);
    if (language === 'ts' || language === 'typescript') {
      const code = lines.slice(index + 1, end).map((line) => line.slice(indent.length));
      blocks.push({ line: index + 1, ...marker(lines, index), code: `${code.join('\n')}\n` });
    }
    index = end;
  }
  return blocks;
}

function marker(lines: string[], fence: number): { kind: BlockKind; argument: string } {
  let before = fence - 1;
  while (before >= 0 && lines[before].trim() === '') before--;
  const comment = /^\s*<!--\s*(\w+)\s*:\s*(.+?)\s*-->\s*$/.exec(lines[before] ?? '');
  if (!comment) return { kind: BlockKind.RUN, argument: '' };
  const [, kind, argument] = comment;
  if (kind !== BlockKind.COMPILE && kind !== BlockKind.FILE)
    throw new Error(`line ${before + 1}: unknown marker '${kind}'`);
  return { kind, argument };
}

/** What a block may use without saying where it comes from: the name, and the statement that brings it. */
export type Known = ReadonlyMap<string, string>;

/**
 * The module that a block stands for. A block with a class or an export of its own is one already; any other becomes the body of
 * a stack's constructor. Imports that the block leaves out are added, and so are the fixtures it uses.
 *
 * @param code the block
 * @param known statements for names of packages, put at the head
 * @param fixtures names of the fixtures, members of the class `ReadmeFixtures`
 */
export function moduleOf(code: string, known: Known, fixtures: readonly string[]): string {
  const ast = ts.createSourceFile('block.ts', code, ts.ScriptTarget.ES2022, true);
  const { declared, used } = names(ast);
  const open = [...used].filter((name) => !declared.has(name)).sort();
  const isModule = ast.statements.some((s) => ts.isClassDeclaration(s) || ts.isExportAssignment(s) || isExported(s));
  const imports = ast.statements.filter(ts.isImportDeclaration).map((statement) => statement.getText(ast));
  const body = ast.statements
    .filter((statement) => !ts.isImportDeclaration(statement))
    .map((statement) => statement.getFullText(ast))
    .join('');
  if (isModule) return [...imports, ...open.flatMap((name) => known.get(name) ?? []), body].join('\n');
  const made = open.filter((name) => fixtures.includes(name));
  const own = ['Construct', 'TerraformStack', ...(made.length > 0 ? ['ReadmeFixtures'] : [])].filter(
    (name) => !declared.has(name),
  );
  const head = [...imports, ...[...new Set([...open, ...own])].flatMap((name) => known.get(name) ?? [])];
  return [
    ...head,
    'export class BlockStack extends TerraformStack {',
    '  public constructor(scope: Construct, id: string) {',
    '    super(scope, id);',
    ...(made.length > 0 ? [`    const { ${made.join(', ')} } = new ReadmeFixtures(this);`] : []),
    body,
    '  }',
    '}',
  ].join('\n');
}

function isExported(statement: ts.Statement): boolean {
  const modifiers = ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : undefined;
  return modifiers?.some((modifier) => modifier.kind === ts.SyntaxKind.ExportKeyword) ?? false;
}

function names(ast: ts.SourceFile): { declared: Set<string>; used: Set<string> } {
  const declared = new Set<string>();
  const used = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) {
      const { parent } = node;
      const isMember =
        (ts.isPropertyAccessExpression(parent) && parent.name === node) ||
        (ts.isPropertyAssignment(parent) && parent.name === node) ||
        (ts.isPropertyDeclaration(parent) && parent.name === node) ||
        (ts.isMethodDeclaration(parent) && parent.name === node) ||
        (ts.isPropertySignature(parent) && parent.name === node);
      const isDeclaration =
        (ts.isVariableDeclaration(parent) ||
          ts.isParameter(parent) ||
          ts.isClassDeclaration(parent) ||
          ts.isFunctionDeclaration(parent) ||
          ts.isImportSpecifier(parent) ||
          ts.isImportClause(parent) ||
          ts.isNamespaceImport(parent) ||
          ts.isBindingElement(parent)) &&
        parent.name === node;
      if (isDeclaration) declared.add(node.text);
      else if (!isMember) used.add(node.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(ast);
  return { declared, used };
}
