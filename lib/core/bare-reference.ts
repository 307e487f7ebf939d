import { IResolvable, IResolveContext, Token } from 'cdktf';

/**
 * A reference as it can stand in an expression. One that a user has written as text, `Token.asString('${module.zones.first}')` or
 * `Token.asList('${module.vpc.subnets}')`, keeps its braces in cdktf's functions and operators, and `element(${module.vpc.subnets}, 0)` is
 * none of Terraform's syntax: this takes them away there, and only there.
 *
 * @internal
 */
export class BareReference implements IResolvable {
  public readonly creationStack: string[] = [];

  public constructor(private readonly reference: unknown) {}

  public resolve(context: IResolveContext): unknown {
    const resolved: unknown = context.resolve(this.reference);
    return context.suppressBraces && typeof resolved === 'string' ? withoutBraces(resolved) : resolved;
  }

  public toString(): string {
    return Token.asString(this);
  }

  public toJSON(): string {
    return '<unresolved-token>';
  }
}

/**
 * A text that may be a reference, for an operator or a function of cdktf.
 *
 * @internal
 */
export function bareText(text: string): string {
  return Token.isUnresolved(text) ? Token.asString(new BareReference(text)) : text;
}

/** The expression of a text that is `${expression}` and nothing else; any other text as it is. */
function withoutBraces(text: string): string {
  if (!text.startsWith('${') || !text.endsWith('}')) return text;
  const expression = text.slice(2, -1);
  let depth = 0;
  for (const brace of expression.replace(/"(\\.|[^"\\])*"/g, '').replace(/[^{}]/g, '')) {
    depth += brace === '{' ? 1 : -1;
    if (depth < 0) return text;
  }
  return expression;
}
