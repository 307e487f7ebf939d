import * as ts from 'typescript';

/** An id where it stands in the sources. */
export interface FaultId {
  readonly id: string;
  /** File and line. */
  readonly at: string;
}

/** What the sources of a file say about ids. */
export interface IdsOfFile {
  readonly ids: FaultId[];
  /** Ids that cannot be read off the sources, so that nothing can hold them against the documents. */
  readonly computed: FaultId[];
}

const FORM = /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/;

/**
 * The ids of faults and warnings in a source file: first arguments of `fault(...)`, and `id` of an object that also has a `reason`.
 * An id may be a literal, or a choice of literals; one that is passed on from another fault is not counted again.
 */
export function faultIds(file: string, text: string): IdsOfFile {
  const ast = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
  const found: IdsOfFile = { ids: [], computed: [] };
  const at = (node: ts.Node) => `${file}:${ast.getLineAndCharacterOfPosition(node.getStart(ast)).line + 1}`;
  const take = (node: ts.Expression): void => {
    if (ts.isStringLiteralLike(node) && FORM.test(node.text)) found.ids.push({ id: node.text, at: at(node) });
    else if (ts.isConditionalExpression(node)) [node.whenTrue, node.whenFalse].forEach(take);
    else if (ts.isParenthesizedExpression(node)) take(node.expression);
    else if (!isPassedOn(node)) found.computed.push({ id: node.getText(ast), at: at(node) });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && node.expression.getText(ast) === 'fault' && node.arguments.length > 0) {
      take(node.arguments[0]);
    }
    if (ts.isObjectLiteralExpression(node)) {
      const named = (name: string) =>
        node.properties.find((member) => member.name && ts.isIdentifier(member.name) && member.name.text === name);
      const id = named('id');
      if (id && ts.isPropertyAssignment(id) && named('reason')) take(id.initializer);
    }
    ts.forEachChild(node, visit);
  };
  visit(ast);
  return found;
}

/** `id`, or `other.id`: the id of a fault that was made elsewhere. */
function isPassedOn(node: ts.Expression): boolean {
  return (
    (ts.isIdentifier(node) && node.text === 'id') || (ts.isPropertyAccessExpression(node) && node.name.text === 'id')
  );
}

/** The ids in the first column of a document's tables. */
export function documentedIds(file: string, text: string): FaultId[] {
  return text
    .split('\n')
    .map((line, index) => ({ id: /^\|\s*`([^`]+)`\s*\|/.exec(line)?.[1], at: `${file}:${index + 1}` }))
    .filter((row): row is FaultId => row.id !== undefined);
}

/** Rows that do not say id, what is wrong and cure. */
export function incompleteRows(file: string, text: string): string[] {
  return text
    .split('\n')
    .filter(
      (line) =>
        /^\|\s*`/.test(line) &&
        !/^\|\s*`[A-Z][A-Z0-9_]*`\s*\|[^|]*\w[^|]*\|[^|]*\w[^|]*\|\s*$/.test(line.replace(/\\\|/g, '')),
    )
    .map((line) => `${file}: ${line}`);
}
