import { REQUESTS_IN_FLIGHT } from '../../core/requests-in-flight';
import { hasToken } from '../../core/tokens';
import { LabelMatcher, PromqlExpression, SelectorExpression } from '../../metrics/promql/expression';
import { parsePromql } from '../../metrics/promql/parse';
import { valueType } from '../../metrics/promql/value-types';
import { Fault, fault } from '../../units/fault';
import { givenValue } from '../../units/number-faults';
import { isUnreadable } from '../../units/unreadable';

/** What vLLM and Triton expose, and what is recorded of it. */
const OF_SERVERS = new RegExp(`^(vllm:|nv_|${REQUESTS_IN_FLIGHT}$)`);
/** By which Envoy's series say what is behind it. */
const CLUSTER_LABEL = 'envoy_cluster_name';
/** Labels that choose among pods whose names are not known here. */
const OF_PODS = ['pod', 'instance', 'node'];

/**
 * The servers that a query is to wake, as the labels of their series have them.
 *
 * @internal
 */
export interface WokenServers {
  readonly job: string;
  readonly namespace: string;
  readonly services: readonly string[];
  readonly models: readonly string[];
}

/**
 * How a gateway of the program calls the servers of a model in Envoy's series.
 *
 * @internal
 */
export interface GatewayCluster {
  /** Path of the gateway. */
  readonly gateway: string;
  /** Value of `envoy_cluster_name`. */
  readonly cluster: string;
}

/**
 * What is wrong with a query by itself: it must be PromQL of a number or an instant vector.
 *
 * @internal
 */
export function wakeQueryFaults(query: string): Fault[] {
  if (hasToken(query)) return [];
  if (query.trim() === '') {
    return [fault('INVALID_FORMAT', 'wakeQuery', `wakeQuery must be PromQL; got ${givenValue(query)}`)];
  }
  let expression: PromqlExpression;
  try {
    expression = parsePromql(query);
  } catch (error) {
    return [fault('PROMQL_SYNTAX', 'wakeQuery', `wakeQuery is not PromQL: ${(error as Error).message}`)];
  }
  const faults: Fault[] = [];
  const type = valueType(expression, query, (reason, needsRange) => {
    const sentence = `wakeQuery: ${reason}`;
    faults.push(
      needsRange ? fault('RANGE_SELECTOR_MISSING', 'wakeQuery', sentence) : fault('PROMQL_TYPE', 'wakeQuery', sentence),
    );
  });
  if (faults.length > 0 || type === 'vector' || type === 'scalar') return faults;
  const reason =
    `wakeQuery must be a number or an instant vector, which is compared with 0, but '${query}' is ${type === 'string' ? 'text' : 'a range'}` +
    (type === 'string' ? '' : '; put it into rate() or increase(), and that into sum()');
  return [fault('PROMQL_TYPE', 'wakeQuery', reason)];
}

/**
 * What keeps a query from ever waking servers: that it asks nobody but them.
 *
 * @internal
 */
export function neverWakesFaults(query: string | undefined, woken: WokenServers): Fault[] {
  const selectors = selectorsOf(query);
  if (selectors.length === 0 || !selectors.every((each) => isOwn(each, woken))) return [];
  const names = [...new Set(selectors.map(({ name }) => name))].join(', ');
  const reason =
    `wakeQuery reads only ${names} of the servers that it is to wake, which say nothing while none runs, so that none would ever be started again; ask ` +
    'what callers reach in front of them, e.g. the series of a gateway, or name the other servers that you mean by job or service';
  return [fault('NOTHING_WAKES', 'autoscaling.wakeQuery', reason)];
}

/**
 * The clusters of gateways before a Service that a query leaves out, though it asks for others: requests that come there wake nothing. Nothing is known
 * of a query that also asks something else.
 *
 * @internal
 */
export function missedClusters(query: string | undefined, known: readonly GatewayCluster[]): GatewayCluster[] {
  const selectors = selectorsOf(query);
  const named = selectors.every(({ matchers }) => matchers.some(({ label }) => label === CLUSTER_LABEL));
  if (selectors.length === 0 || !named) return [];
  const asks = (cluster: string) =>
    selectors.some(({ matchers }) =>
      matchers.every((matcher) => matcher.label !== CLUSTER_LABEL || satisfies(cluster, matcher)),
    );
  return known.filter(({ cluster }) => !asks(cluster));
}

/** The series that a query reads; none where it cannot be read. */
function selectorsOf(query: string | undefined): SelectorExpression[] {
  if (query === undefined || isUnreadable(query) || hasToken(query)) return [];
  try {
    return found(parsePromql(query));
  } catch {
    // Refused where it was given.
    return [];
  }
}

function found(expression: PromqlExpression): SelectorExpression[] {
  switch (expression.kind) {
    case 'selector':
      return [expression];
    case 'number':
    case 'string':
      return [];
    case 'call':
      return expression.args.flatMap(found);
    case 'binary':
      return [...found(expression.left), ...found(expression.right)];
    default:
      return found(expression.of);
  }
}

/** Whether a selector can only have series of these servers, as far as its labels say. */
function isOwn({ name, matchers }: SelectorExpression, { job, namespace, services, models }: WokenServers): boolean {
  if (matchers.some(({ label }) => OF_PODS.includes(label))) return false;
  // Prometheus writes it for every job, so that it is theirs only where it says so.
  const names = name === 'up' ? matchers.some((each) => each.label === 'job' && each.operator === '=') : undefined;
  if (!(names ?? OF_SERVERS.test(name))) return false;
  const own: { readonly [label: string]: readonly string[] } = {
    ...{ job: [job], namespace: [namespace], service: services, model: models, model_name: models },
  };
  return matchers.every(
    (matcher) => !Object.hasOwn(own, matcher.label) || own[matcher.label].some((value) => satisfies(value, matcher)),
  );
}

function satisfies(value: string, { operator, value: wanted }: LabelMatcher): boolean {
  if (operator === '=' || operator === '!=') return (value === wanted) === (operator === '=');
  let pattern: RegExp;
  try {
    pattern = new RegExp(`^(?:${wanted})$`);
  } catch {
    // Go's syntax has more; what cannot be read is taken for right.
    return true;
  }
  return pattern.test(value) === (operator === '=~');
}
