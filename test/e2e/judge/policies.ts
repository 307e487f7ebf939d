import { faultOfArn } from './arns';
import { FACTS, SERVICE_NAMES } from './facts';
import { Refusal, refusal, unless } from './refusal';

/** What a policy document belongs to, which decides what a statement must and must not have. */
export type PolicyKind = 'identity' | 'trust' | 'resource';

const GRAMMAR = 'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html';
const MALFORMED = 'MalformedPolicyDocument';
const TRUST_ACTIONS =
  /^sts:(AssumeRole|AssumeRoleWithSAML|AssumeRoleWithWebIdentity|TagSession|SetSourceIdentity|SetContext)$/;

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html */
const OPERATOR = new RegExp(
  '^(ForAllValues:|ForAnyValue:)?(String(Not)?(Equals|EqualsIgnoreCase|Like)|' +
    'Numeric(Equals|NotEquals|LessThan|LessThanEquals|GreaterThan|GreaterThanEquals)|' +
    'Date(Equals|NotEquals|LessThan|LessThanEquals|GreaterThan|GreaterThanEquals)|' +
    'Bool|BinaryEquals|(Not)?IpAddress|Arn(Not)?(Equals|Like)|Null)(IfExists)?$',
);

/** A policy document, read. */
export interface PolicyDocument {
  readonly Version?: string;
  readonly Statement: any[];
}

/** Reads a policy document. */
export function parsePolicy(text: string): PolicyDocument | undefined {
  try {
    const document = JSON.parse(text);
    if (typeof document !== 'object' || document === null || document.Statement === undefined) return undefined;
    return { ...document, Statement: listOf(document.Statement) };
  } catch {
    return undefined;
  }
}

/**
 * Checks a policy document by IAM's grammar, its actions by the service authorization reference, and its principals.
 *
 * @param text the document
 * @param kind what it belongs to
 * @param hasPrincipal whether a role, user or identity provider of the account exists
 */
export function policyRefusals(text: string, kind: PolicyKind, hasPrincipal: (arn: string) => boolean): Refusal[] {
  const document = parsePolicy(text);
  if (!document) return [refusal(MALFORMED, `not a policy document: ${text.slice(0, 80)}`, GRAMMAR)];
  const sids = document.Statement.flatMap(({ Sid }) => (Sid ? [Sid as string] : []));
  return [
    ...unless(
      ['2012-10-17', '2008-10-17', undefined].includes(document.Version),
      MALFORMED,
      `Version ${document.Version}`,
    ),
    ...unless(document.Statement.length > 0, MALFORMED, 'Statement is empty', GRAMMAR),
    ...sids
      .filter((sid, at) => sids.indexOf(sid) !== at)
      .map((sid) => refusal(MALFORMED, `statement IDs (SID) in a single policy must be unique: ${sid}`, GRAMMAR)),
    ...document.Statement.flatMap((statement) => statementRefusals(statement, kind, hasPrincipal)),
  ];
}

function statementRefusals(statement: any, kind: PolicyKind, hasPrincipal: (arn: string) => boolean): Refusal[] {
  const has = (...names: string[]) => names.filter((name) => statement[name] !== undefined).length;
  const name = statement.Sid ? `statement ${statement.Sid}` : 'a statement';
  const one = (first: string, second: string) =>
    unless(has(first, second) === 1, MALFORMED, `${name} needs ${first} or ${second}, and one of them`, GRAMMAR);
  const known = /^(Sid|Effect|(Not)?(Principal|Action|Resource)|Condition)$/;
  return [
    ...Object.keys(statement)
      .filter((it) => !known.test(it))
      .map((it) => refusal(MALFORMED, `${name} has the unknown element ${it}`, GRAMMAR)),
    ...unless(
      /^[A-Za-z0-9]*$/.test(statement.Sid ?? '') || kind === 'resource',
      MALFORMED,
      `Sid '${statement.Sid}'`,
      GRAMMAR,
    ),
    ...unless(
      ['Allow', 'Deny'].includes(statement.Effect),
      MALFORMED,
      `${name}: Effect '${statement.Effect}'`,
      GRAMMAR,
    ),
    ...one('Action', 'NotAction'),
    ...(kind === 'trust'
      ? unless(has('Resource', 'NotResource') === 0, MALFORMED, `${name} of a trust policy has a Resource`)
      : one('Resource', 'NotResource')),
    ...(kind === 'identity'
      ? unless(has('Principal', 'NotPrincipal') === 0, MALFORMED, `${name} of an identity policy has a Principal`)
      : one('Principal', 'NotPrincipal')),
    ...listOf(statement.Action ?? statement.NotAction).flatMap((action) => actionRefusals(action, kind)),
    ...listOf(statement.Resource ?? statement.NotResource).flatMap((resource) =>
      unless(
        resource === '*' || faultOfArn(resource, true) === undefined,
        MALFORMED,
        `${name}: Resource '${resource}' ${faultOfArn(String(resource), true)}`,
        GRAMMAR,
      ),
    ),
    ...principalRefusals(statement.Principal ?? statement.NotPrincipal, hasPrincipal),
    ...conditionRefusals(statement.Condition, name),
  ];
}

function actionRefusals(action: string, kind: PolicyKind): Refusal[] {
  const source =
    'https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html';
  if (action === '*') return [];
  const [, service, name] = /^([\w-]+):([\w*?]+)$/.exec(action) ?? [];
  if (!service) return [refusal(MALFORMED, `action '${action}' has no service`, GRAMMAR)];
  const actions = FACTS.actions[service.toLowerCase()];
  if (!actions) return [refusal(MALFORMED, `action '${action}' is of no service`, source)];
  const pattern = new RegExp(`^${name.replace(/\*/g, '.*').replace(/\?/g, '.')}$`, 'i');
  return [
    ...unless(
      actions.some((it) => pattern.test(it)),
      MALFORMED,
      `service ${service} has no action '${name}'`,
      source,
    ),
    ...(kind === 'trust'
      ? unless(TRUST_ACTIONS.test(action), MALFORMED, `a trust policy cannot have the action '${action}'`)
      : []),
  ];
}

function principalRefusals(principal: any, hasPrincipal: (arn: string) => boolean): Refusal[] {
  if (principal === undefined || principal === '*') return [];
  const source = 'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html';
  if (typeof principal !== 'object') return [refusal(MALFORMED, `Principal '${principal}'`, source)];
  return Object.entries<any>(principal).flatMap(([kind, values]) =>
    listOf(values).flatMap((value) => {
      const reason = `invalid principal in policy: "${kind}":"${value}"`;
      switch (kind) {
        case 'Service':
          return unless(isServicePrincipal(value), MALFORMED, reason, source);
        case 'AWS':
          if (value === '*' || /^\d{12}$/.test(value) || /^arn:[\w-]+:iam::\d{12}:root$/.test(value)) return [];
          return unless(
            /^arn:[\w-]+:(iam|sts)::\d{12}:.+$/.test(value) && hasPrincipal(value),
            MALFORMED,
            reason,
            source,
          );
        case 'Federated':
          return unless(!value.startsWith('arn:') || hasPrincipal(value), MALFORMED, reason, source);
        default:
          return unless(kind === 'CanonicalUser', MALFORMED, reason, source);
      }
    }),
  );
}

/** Whether a service calls itself so: its name, perhaps with a region, and the suffix of its partition. */
export function isServicePrincipal(value: string): boolean {
  for (const { dnsSuffix, regions } of Object.values(FACTS.partitions)) {
    for (const suffix of [dnsSuffix, 'amazonaws.com']) {
      if (!value.endsWith(`.${suffix}`)) continue;
      const name = value.slice(0, -suffix.length - 1);
      const region = regions.find((it) => name.endsWith(`.${it}`));
      const service = region ? name.slice(0, -region.length - 1) : name;
      if (FACTS.eks.servicePrincipals.values.includes(service)) return true;
      if (SERVICE_NAMES.has(service) || FACTS.actions[service] !== undefined) return true;
    }
  }
  return false;
}

function conditionRefusals(condition: any, name: string): Refusal[] {
  return Object.entries<any>(condition ?? {}).flatMap(([operator, keys]) => [
    ...unless(OPERATOR.test(operator), MALFORMED, `${name}: unknown condition operator '${operator}'`),
    ...Object.keys(keys).flatMap((key) =>
      unless(/^[^:\s]+:\S+$/.test(key), MALFORMED, `${name}: condition key '${key}' has no service`),
    ),
  ]);
}

/** Whether a document lets a service do an action, whatever its conditions. */
export function allowsService(document: PolicyDocument | undefined, service: string, action: string): boolean {
  return (document?.Statement ?? []).some(
    ({ Effect, Principal, Action }) =>
      Effect === 'Allow' &&
      (Principal === '*' || listOf(Principal?.Service).includes(service)) &&
      listOf(Action).some((it) => matches(it, action)),
  );
}

/** Whether a pattern of a policy covers an action. */
export function matches(pattern: string, action: string): boolean {
  const text = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^${text}$`, 'i').test(action);
}

/** One or several values as a list. */
export function listOf(value: any): any[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}
