/** What is asked of IAM: may this action be done to this resource, in this context? */
export interface AccessRequest {
  readonly action: string;
  readonly resource: string;
  /** Values of condition keys. A key that is missing is absent from the request. */
  readonly context?: { readonly [key: string]: string };
  /** Who asks, for policies that name principals; e.g. `service:eks.amazonaws.com`, `aws:arn:...`. */
  readonly principal?: string;
}

interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | string[];
  readonly Resource?: string | string[];
  readonly Principal?: string | { readonly [kind: string]: string | string[] };
  readonly Condition?: { readonly [operator: string]: { readonly [key: string]: string | string[] } };
}

const KNOWN_MEMBERS = ['Sid', 'Effect', 'Action', 'Resource', 'Principal', 'Condition'];

/**
 * The answer of IAM for policy documents as Terraform JSON has them, references and all: an explicit denial wins, then an
 * allowance, else it is denied. An element or operator it does not know is an error, so that a test never passes by ignorance.
 */
export function isAllowed(documents: string[], request: AccessRequest): boolean {
  const matching = documents.flatMap(statementsOf).filter((statement) => matches(statement, request));
  return matching.some(({ Effect }) => Effect === 'Allow') && !isDenied(documents, request);
}

/** Whether the documents deny it explicitly. */
export function isDenied(documents: string[], request: AccessRequest): boolean {
  return documents
    .flatMap(statementsOf)
    .some((statement) => statement.Effect === 'Deny' && matches(statement, request));
}

function statementsOf(document: string): Statement[] {
  const { Version, Statement } = JSON.parse(document) as { Version: string; Statement: Statement[] };
  if (Version !== '2012-10-17') throw new Error(`unknown policy version ${Version}`);
  for (const statement of Statement) {
    const unknown = Object.keys(statement).filter((member) => !KNOWN_MEMBERS.includes(member));
    if (unknown.length > 0) throw new Error(`unknown policy element ${unknown.join(', ')}`);
  }
  return Statement;
}

function matches(statement: Statement, request: AccessRequest): boolean {
  return (
    list(statement.Action).some((pattern) => like(pattern.toLowerCase(), request.action.toLowerCase())) &&
    (statement.Resource === undefined || list(statement.Resource).some((pattern) => like(pattern, request.resource))) &&
    isPrincipal(statement, request) &&
    Object.entries(statement.Condition ?? {}).every(([operator, keys]) =>
      Object.entries(keys).every(([key, values]) => holds(operator, request.context?.[key], list(values))),
    )
  );
}

function isPrincipal({ Principal }: Statement, { principal }: AccessRequest): boolean {
  if (Principal === undefined || Principal === '*') return true;
  if (typeof Principal === 'string') return Principal === principal;
  return Object.entries(Principal).some(([kind, names]) =>
    list(names).some((name) => `${kind.toLowerCase()}:${name}` === principal),
  );
}

function holds(operator: string, value: string | undefined, wanted: string[]): boolean {
  if (operator === 'Null') return wanted.includes(String(value === undefined));
  // A negated operator holds where the key is absent.
  if (value === undefined) return operator === 'StringNotEquals';
  switch (operator) {
    case 'StringEquals':
    case 'Bool':
    case 'ArnEquals':
      return wanted.includes(value);
    case 'StringLike':
      return wanted.some((pattern) => like(pattern, value));
    case 'StringNotEquals':
      return !wanted.includes(value);
    case 'NumericLessThan':
      return wanted.some((limit) => Number(value) < Number(limit));
    default:
      throw new Error(`unknown condition operator ${operator}`);
  }
}

function like(pattern: string, text: string): boolean {
  const expression = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^${expression}$`, 's').test(text);
}

function list(value: string | string[]): string[] {
  return typeof value === 'string' ? [value] : value;
}
