import { Fault, fault } from '../units/fault';
import { givenValue } from '../units/number-faults';
import { allOf } from '../units/unreadable';
import { duplicateFaults } from '../units/duplicate-faults';
import { knownListFaults } from './text-list';
import { hasToken } from './tokens';

/**
 * A condition of a statement of an IAM policy.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html
 */
export interface PolicyCondition {
  /** How the key is compared, e.g. `StringEquals` or `ForAllValues:StringLike`. */
  readonly operator: string;
  /** What is compared, e.g. `aws:SourceAccount` or `s3:prefix`. */
  readonly key: string;
  /** What it is compared with, at least one; one of several is enough. */
  readonly values: string[];
}

/**
 * A statement of an IAM policy that allows something.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
 */
export interface PolicyStatement {
  /** What it allows, at least one, e.g. `sqs:SendMessage`. */
  readonly actions: string[];
  /** ARNs of what it is allowed on, at least one; `*` is everything. */
  readonly resources: string[];
  /** Id of the statement, of letters and digits. @default - none */
  readonly sid?: string;
  /** What must hold as well, all of them. @default - nothing */
  readonly conditions?: PolicyCondition[];
}

const ACTION = /^(\*|[a-z0-9-]+:[A-Za-z0-9*?]+)$/;
const RESOURCE = /^(\*|arn:[a-z*?-]+:[\x21-\x7e]+)$/;
const OPERATOR =
  /^(For(All|Any)Values:)?(String(Not)?(Equals|EqualsIgnoreCase|Like)|(Numeric|Date)((Not)?Equals|(Less|Greater)Than(Equals)?)|Bool|BinaryEquals|(Not)?IpAddress|Arn(Not)?(Equals|Like)|Null)(IfExists)?$/;

/**
 * The faults of statements of a policy: what IAM refuses when it is written, which is after all else of the program was made.
 *
 * @internal
 */
export function policyStatementFaults(property: string, statements: readonly PolicyStatement[] = []): Fault[] {
  return allOf(
    () =>
      duplicateFaults(
        property,
        statements.flatMap(({ sid }) => sid ?? []),
      ),
    () => statements.flatMap((each, i) => statementFaults(`${property}[${i}]`, each)),
  );
}

function statementFaults(at: string, { sid, actions, resources, conditions = [] }: PolicyStatement): Fault[] {
  return allOf(
    () =>
      sid === undefined || hasToken(sid) || /^[A-Za-z0-9]+$/.test(sid)
        ? []
        : [wrong(`${at}.sid`, 'must be letters and digits', 'ReadQueue', sid)],
    () => textsFaults(`${at}.actions`, actions, ACTION, 'must be an action of IAM', 'sqs:SendMessage'),
    () =>
      textsFaults(
        `${at}.resources`,
        resources,
        RESOURCE,
        "must be an ARN, or '*' for everything",
        'arn:aws:sqs:eu-central-1:123456789012:answers',
      ),
    () =>
      duplicateFaults(
        `${at}.conditions`,
        conditions.map(({ operator, key }) => `${operator} ${key}`),
      ),
    () => conditions.flatMap((each, i) => conditionFaults(`${at}.conditions[${i}]`, each)),
  );
}

function conditionFaults(at: string, { operator, key, values }: PolicyCondition): Fault[] {
  return allOf(
    () => textFaults(`${at}.operator`, operator, OPERATOR, 'must be an operator of IAM', 'StringEquals'),
    () => textFaults(`${at}.key`, key, /^[\w-]+:[\x21-\x7e]+$/, 'must be a key of IAM', 'aws:SourceAccount'),
    () => textsFaults(`${at}.values`, values, /^/, 'must be a text', 'aws'),
  );
}

function textsFaults(at: string, given: readonly string[], form: RegExp, must: string, example: string): Fault[] {
  const unknown = knownListFaults(at, given, 'the policy is written from it');
  if (unknown.length > 0) return unknown;
  if (given.length === 0) {
    return [fault('EMPTY_LIST', at, `${at} must not be empty; name at least one, e.g. '${example}'`)];
  }
  return given.flatMap((each, i) => textFaults(`${at}[${i}]`, each, form, must, example));
}

function textFaults(at: string, given: string, form: RegExp, must: string, example: string): Fault[] {
  return hasToken(given) || form.test(given) ? [] : [wrong(at, must, example, given)];
}

function wrong(at: string, must: string, example: string, given: unknown): Fault {
  return fault('INVALID_FORMAT', at, `${at} ${must}, e.g. '${example}'; got ${givenValue(given)}`);
}
