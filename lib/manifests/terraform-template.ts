/** A piece of a Terraform template: literal text, or the text of an expression. @internal */
export interface TemplatePart {
  readonly literal?: string;
  readonly expression?: string;
}

/**
 * Splits a string of Terraform JSON, which is a template, into literal text (unescaped) and the expressions in it. Throws an
 * `Error` on a template directive (`%{if}`), which is not supported.
 *
 * @internal
 */
export function parseTemplate(template: string): TemplatePart[] {
  const parts: TemplatePart[] = [];
  let literal = '';
  let at = 0;
  while (at < template.length) {
    const three = template.slice(at, at + 3);
    if (three === '$${' || three === '%%{') {
      literal += three.slice(1);
      at += 3;
    } else if (three.startsWith('${')) {
      const end = endOfExpression(template, at + 2);
      if (literal) parts.push({ literal });
      literal = '';
      parts.push({ expression: template.slice(at + 2, end).trim() });
      at = end + 1;
    } else if (three.startsWith('%{')) {
      throw new Error('has a template directive (%{...}), which cannot be rendered; write the value itself');
    } else {
      literal += template[at];
      at += 1;
    }
  }
  if (literal || parts.length === 0) parts.push({ literal });
  return parts;
}

/** End of the expression that begins at a position: the closing brace, outside of quoted text. */
function endOfExpression(template: string, start: number): number {
  let depth = 0;
  for (let at = start; at < template.length; at += 1) {
    const character = template[at];
    if (character === '"') at = endOfQuoted(template, at + 1);
    else if (character === '{') depth += 1;
    else if (character === '}' && depth === 0) return at;
    else if (character === '}') depth -= 1;
  }
  throw new Error('has an expression that is not closed; close it with }');
}

function endOfQuoted(template: string, start: number): number {
  for (let at = start; at < template.length; at += 1) {
    if (template[at] === '\\') at += 1;
    else if (template[at] === '"') return at;
    else if (template.startsWith('${', at) && template[at - 1] !== '$') at = endOfExpression(template, at + 2);
  }
  throw new Error('has a quoted string that is not closed; close it with "');
}

/** One step of a reference: an attribute, a key or an index. @internal */
export type Step = string | number;

/**
 * The steps of a reference such as `aws_iam_role.pod.arn` or `kubernetes_namespace_v1.ns.metadata[0].name`; undefined for any other
 * expression.
 *
 * @internal
 */
export function parseReference(expression: string): Step[] | undefined {
  if (!/^[A-Za-z_][\w-]*(\.[\w-]+|\[\d+\]|\["[^"\\]*"\])*$/.test(expression)) return undefined;
  return [...expression.matchAll(/\["([^"]*)"\]|\[(\d+)\]|([\w-]+)/g)].map(([, key, index, name]) =>
    index !== undefined ? Number(index) : (key ?? name),
  );
}
