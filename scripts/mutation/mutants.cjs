// The literals of lib that decide what a pod may do, where it listens and what selects it, each with the one change that must not go
// unseen: an action of a policy left out, another principal, port, path, key, flag or keyword.
const ts = require('typescript');

const KINDS = [
  { kind: 'action', of: ({ text }) => text !== undefined && /^[a-z0-9-]+:([A-Z]\w*\*?|\*)$/.test(text) },
  { kind: 'principal', of: ({ source }) => /\.amazonaws\.com[`']?$/.test(source) },
  { kind: 'condition', of: ({ text, isName }) => isName && /^(aws|kms|s3|eks|ec2|autoscaling|iam):/.test(text ?? '') },
  { kind: 'policy', of: ({ source }) => /^['"`](arn:|(service-role\/)?Amazon\w+['"`]$)/.test(source) },
  { kind: 'port', of: ({ number, names }) => number > 1 && names.some((name) => /port/i.test(name)) },
  { kind: 'path', of: ({ text }) => /^\/[a-z0-9]/.test(text ?? '') },
  { kind: 'key', of: ({ text }) => /^[a-z0-9.-]+\.(io|com)\/[A-Za-z0-9./-]+$/.test(text ?? '') },
  { kind: 'flag', of: ({ flag, isValue }) => flag !== undefined && isValue },
  {
    kind: 'owner',
    of: ({ number, names: [name = ''] }) => number !== undefined && /user|group|mode$/i.test(name),
  },
  { kind: 'keyword', of: ({ text, isValue }) => isValue && /^[A-Z][A-Za-z]+$/.test(text ?? '') },
];

const SAID = /^(fault|untitled|faultsUnder|addWarning|Error|UnscopedValidationError|RegExp)$/;

/** Whether a literal is part of a sentence, an id of a construct, an import or a type, none of which reaches the cloud. */
function isAside(node) {
  for (let at = node; at.parent; at = at.parent) {
    const { parent } = at;
    if (
      ts.isTypeNode(parent) ||
      ts.isImportDeclaration(parent) ||
      ts.isExportDeclaration(parent) ||
      ts.isEnumMember(parent)
    )
      return true;
    if (ts.isCallExpression(parent) || ts.isNewExpression(parent)) {
      const callee = parent.expression.getText().split('.').at(-1);
      if (SAID.test(callee)) return true;
      if (ts.isNewExpression(parent) && parent.arguments?.[1] === at && at === node) return true;
    }
    if (ts.isPropertyAssignment(parent) && /^(reason|message|description|sid)$/i.test(parent.name.getText()))
      return true;
  }
  return false;
}

/** The names of the properties and the variable that a literal is in, innermost first. */
function namesAround(node) {
  const names = [];
  for (let at = node.parent; at && !ts.isFunctionLike(at); at = at.parent) {
    const named = ts.isPropertyAssignment(at) || ts.isVariableDeclaration(at) || ts.isPropertyDeclaration(at);
    if (named && at.name !== node) names.push(at.name.getText());
  }
  return names;
}

function changed(kind, { text, number, flag, source }) {
  if (kind === 'flag') return String(!flag);
  if (number !== undefined) return String(number + 1);
  if (kind === 'principal') return "'mutated.amazonaws.com'";
  if (kind === 'path') return "'/mutated'";
  return JSON.stringify(text === undefined ? 'mutated' : `${text}-mutated`);
}

/** The mutants of a source: { id, kind, line, start, end, from, to, drop, isName }. */
function mutantsOf(file, code) {
  const tree = ts.createSourceFile(file, code, ts.ScriptTarget.ES2022, true);
  const found = [];
  const visit = (node) => {
    const literal =
      ts.isStringLiteral(node) ||
      ts.isNoSubstitutionTemplateLiteral(node) ||
      ts.isNumericLiteral(node) ||
      ts.isTemplateExpression(node);
    const flag =
      node.kind === ts.SyntaxKind.TrueKeyword ? true : node.kind === ts.SyntaxKind.FalseKeyword ? false : undefined;
    if (literal || flag !== undefined) {
      const isName = ts.isPropertyAssignment(node.parent) && node.parent.name === node;
      const facts = {
        text: ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node) ? node.text : undefined,
        number: ts.isNumericLiteral(node) ? Number(node.text) : undefined,
        flag,
        source: node.getText(),
        names: namesAround(node),
        isName,
        isValue: ts.isPropertyAssignment(node.parent) && node.parent.initializer === node,
      };
      const match = KINDS.find(({ of }) => of(facts));
      const callsName =
        ts.isElementAccessExpression(node.parent) ||
        ts.isMethodDeclaration(node.parent) ||
        ts.isPropertySignature(node.parent);
      if (match && !isAside(node) && !callsName && !ts.isCaseClause(node.parent)) {
        found.push({
          id: `${file}#${found.length}`,
          kind: match.kind,
          line: tree.getLineAndCharacterOfPosition(node.getStart()).line + 1,
          start: node.getStart(),
          end: node.getEnd(),
          from: facts.source,
          to: changed(match.kind, facts),
          drop: match.kind === 'action' && ts.isArrayLiteralExpression(node.parent),
          isName,
        });
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

/** The source in which each mutant is chosen when the program runs. */
function instrumented(file, code) {
  let text = code;
  for (const { id, start, end, from, to, drop, isName } of mutantsOf(file, code).reverse()) {
    const choice = `__mutant(${JSON.stringify(id)}, ${from}, ${to})`;
    const put = drop ? `...__dropped(${JSON.stringify(id)}, ${from})` : isName ? `[${choice}]` : choice;
    text = text.slice(0, start) + put + text.slice(end);
  }
  return text;
}

module.exports = { mutantsOf, instrumented };
