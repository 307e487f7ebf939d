import { repeatedIndexes } from '../units/duplicate-faults';
import { Fault, fault, faultsUnder } from '../units/fault';
import { positiveFault, wholeNumberFault } from '../units/number-faults';
import { faultsOf } from '../core/errors';
import { kubernetesNameFault } from '../core/naming';
import { concreteFault, hasToken } from '../core/tokens';
import { MetricsTarget } from '../core/watchable';
import { isGateway } from './rules/gateway-rules';
import { Indicator } from './indicators/indicator';
import { IndicatorQuery } from './indicators/indicator-query';
import { metricName, recordedNameFaults } from './indicators/model-records';
import { isOfCluster } from './indicators/selectors';
import { objectiveFaults, watchedObjectiveFaults } from './objectives/objective-faults';
import { ServiceLevelObjective } from './objectives/service-level-objective';
import { beyondHistogramFaults, latencyHistogram } from './rules/latency-histogram';
import { askedThresholdMs, belowPlanWarnings, thresholdFaults } from './rules/latency-threshold';
import { allOf, isUnreadable } from '../units/unreadable';
import { ownValue } from '../units/own-value';

/**
 * How a monitoring stack watches one workload.
 */
export interface WatchOptions {
  /** P99 latency in milliseconds above which `HighLatency` fires. @default - that of the monitoring stack */
  readonly latencyThresholdMs?: number;
  /** The same for single models, by name. @default - `latencyThresholdMs`, or that of the monitoring stack */
  readonly latencyThresholdsMs?: { [model: string]: number };
  /**
   * Prefix of the series of a model, such as `<prefix>_latency_p99`, by model name. @default - the model name with everything but letters, digits and
   * underscores replaced by underscores
   */
  readonly metricPrefixes?: { [model: string]: string };
  /**
   * What is promised of its models: alerts fire when requests fail, or are slow, so often that the promise will not be kept.
   * @default - those of the monitoring stack that can be measured
   */
  readonly objectives?: ServiceLevelObjective[];
  /**
   * US dollars for an hour of one server of a model, by model, by which the cost of tokens is recorded: what is paid, where that differs from the
   * price of the pool, and of hardware without one. Models of one Triton server have the same.
   * @default - that of the workload, from list prices of its pool where there are any
   */
  readonly pricePerHour?: { [model: string]: number };
  /** Whether P99 latency must be there and `HighLatency` watches it; otherwise it is recorded where it can be. @default true */
  readonly latencyAlert?: boolean;
  /**
   * Whether `NoServerAnswers`, `ServerDown`, `ServersMissing` and `ServerRestarts` watch its pods. Pass `false` for a workload that is meant to have none at
   * times, e.g. because it is scaled to zero.
   * @default true
   */
  readonly outageAlerts?: boolean;
}

/**
 * A workload with its options resolved.
 *
 * @internal
 */
export interface WatchedWorkload {
  readonly target: MetricsTarget;
  readonly latencyAlert: boolean;
  /** By model: one for each. */
  readonly latencyThresholdsMs: { readonly [model: string]: number };
  readonly metricPrefixes: { readonly [model: string]: string };
  /** @default - none */
  readonly objectives?: readonly ServiceLevelObjective[];
  /** As given, for messages. */
  readonly options: WatchOptions;
}

/**
 * What a stack and a call of `watch` say of thresholds.
 *
 * @internal
 */
export interface GivenThresholds {
  readonly latencyThresholdMs?: number;
  readonly latencyThresholdsMs?: { readonly [model: string]: number };
}

/**
 * The thresholds of all models of a workload: what is said of the model, then of the workload, then of the whole stack, then its target, an objective, and
 * its plan.
 *
 * @internal
 */
export function thresholdsOf(
  target: MetricsTarget,
  watch: GivenThresholds,
  stack: GivenThresholds,
  objectives: readonly ServiceLevelObjective[] = [],
): { readonly [model: string]: number } {
  const { models } = target;
  const given = (model: string) =>
    ownValue(watch.latencyThresholdsMs ?? {}, model) ??
    watch.latencyThresholdMs ??
    ownValue(stack.latencyThresholdsMs ?? {}, model) ??
    stack.latencyThresholdMs;
  return Object.fromEntries(
    (hasToken(models) ? [] : models).map((model) => [
      model,
      given(model) ?? askedThresholdMs(target, model, objectives),
    ]),
  );
}

/**
 * An indicator with how it is read from a workload.
 *
 * @internal
 */
export interface ReadIndicator {
  readonly indicator: Indicator;
  readonly query: IndicatorQuery;
}

/**
 * What is read from a workload: the indicators that it must have, and all others that it exposes. Throws when it lacks one that it must have.
 *
 * @param workload the workload
 * @param all all workloads: GPUs are read from servers only where no exporter of the cluster tells of them
 *
 * @internal
 */
export function readIndicators(workload: WatchedWorkload, all: readonly WatchedWorkload[]): ReadIndicator[] {
  const { target } = workload;
  if (isGateway(target) || isOfCluster(target)) return [];
  const required = requiredIndicators(workload);
  const ofCluster = all.map((other) => other.target).filter(isOfCluster);
  return Indicator.ALL.flatMap((indicator) => {
    const { name, suffix } = indicator;
    if (suffix === undefined && ofCluster.some((other) => indicator._read(other))) return [];
    const query = indicator._read(target);
    if (query) return [{ indicator, query }];
    return required.some((one) => one.name === name) ? [{ indicator, query: indicator.query(target) }] : [];
  });
}

/** Indicators without which a workload is not watched. */
function requiredIndicators({ target, latencyAlert }: WatchedWorkload): Indicator[] {
  if (isGateway(target) || isOfCluster(target)) return [];
  return [Indicator.QPS, ...(latencyAlert ? [Indicator.LATENCY_P99] : []), Indicator.FAILURES];
}

/**
 * The faults of a set of workloads.
 *
 * @param workloads all of them
 * @param changed those that have not been looked at yet @default - all of them
 *
 * @internal
 */
export function workloadFaults(workloads: readonly WatchedWorkload[], changed = workloads): Fault[] {
  const own = changed.flatMap(singleFaults);
  return own.length > 0
    ? own
    : allOf(
        () => jobNameFaults(workloads),
        () => recordedNameFaults(workloads),
      );
}

function singleFaults(workload: WatchedWorkload): Fault[] {
  const { target, options, metricPrefixes } = workload;
  const job = hasToken(target.jobName) ? 'a workload' : `'${target.jobName}'`;
  const unknown = Object.entries(target).flatMap(([property, value]) =>
    concreteFault(
      `${property} of ${job}`,
      value,
      'the scrape configuration is made from it',
      `metricsTarget.${property}`,
    ),
  );
  if (unknown.length > 0) return unknown;
  return allOf(
    () => faultsUnder(targetFaults(target), 'metricsTarget', `workload ${job}`),
    () => optionFaults(options),
    () => unknownModelFaults('latencyThresholdsMs', options.latencyThresholdsMs, target.models, `${job} serves`),
    () => watchedObjectiveFaults(target, options.objectives),
    () => unknownModelFaults('pricePerHour', options.pricePerHour, target.models, `${job} serves`),
    () => unknownModelFaults('metricPrefixes', metricPrefixes, target.models, `${job} serves`),
    () => indicatorFaults(workload),
    () => unreachedThresholdFaults(workload),
  );
}

/**
 * The faults of options by themselves, whatever the workload.
 *
 * @internal
 */
export function optionFaults(options: WatchOptions): Fault[] {
  return allOf(
    () => givenThresholdFaults(options),
    () => prefixFaults(options.metricPrefixes ?? {}),
    () => objectiveFaults(options.objectives),
    () => hourlyPriceFaults(options.pricePerHour ?? {}),
  );
}

function hourlyPriceFaults(prices: { readonly [model: string]: number }): Fault[] {
  return Object.entries(prices).flatMap(([model, price]) => {
    const property = `pricePerHour.${model}`;
    const token = concreteFault(property, price, 'it is part of a rule');
    return token.length > 0 ? token : positiveFault(property, price);
  });
}

function prefixFaults(prefixes: { readonly [model: string]: string }): Fault[] {
  return Object.entries(prefixes).flatMap(([model, prefix]) => {
    if (isUnreadable(prefix) || /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(prefix)) return [];
    const reason =
      `the metric prefix of model '${model}' must consist of letters, digits and underscores and must not start with a digit; ` +
      `got '${prefix}'; for example '${metricName(prefix)}'`;
    return [fault('INVALID_NAME', `metricPrefixes.${model}`, reason)];
  });
}

/**
 * The warnings of thresholds that a workload exceeds while it runs as planned.
 *
 * @internal
 */
export function thresholdWarnings({ target, latencyAlert, latencyThresholdsMs }: WatchedWorkload): Fault[] {
  if (!latencyAlert) return [];
  return Object.entries(latencyThresholdsMs).flatMap(([model, threshold]) =>
    belowPlanWarnings(
      model,
      threshold,
      ownValue(target.plannedLatencyMs ?? {}, model),
      latencyHistogram(target, model),
    ),
  );
}

/** Of thresholds that the histograms of the models never exceed: of the workload, of the stack, or by the plan. */
function unreachedThresholdFaults({ target, latencyAlert, latencyThresholdsMs, options }: WatchedWorkload): Fault[] {
  if (!latencyAlert) return [];
  return Object.entries(latencyThresholdsMs).flatMap(([model, threshold]) => {
    const isCommon =
      ownValue(options.latencyThresholdsMs ?? {}, model) === undefined && options.latencyThresholdMs !== undefined;
    const property = isCommon ? 'latencyThresholdMs' : `latencyThresholdsMs.${model}`;
    return beyondHistogramFaults(target, model, threshold, property);
  });
}

/**
 * The faults of thresholds as they are given.
 *
 * @internal
 */
export function givenThresholdFaults({ latencyThresholdMs, latencyThresholdsMs = {} }: GivenThresholds): Fault[] {
  return allOf(
    () => (latencyThresholdMs === undefined ? [] : thresholdFaults('latencyThresholdMs', latencyThresholdMs)),
    () =>
      Object.entries(latencyThresholdsMs).flatMap(([model, value]) =>
        thresholdFaults(`latencyThresholdsMs.${model}`, value),
      ),
  );
}

/**
 * The faults of a map by model that names others.
 *
 * @param property the map
 * @param map its entries
 * @param models the models that there are
 * @param who who has them, with a verb
 *
 * @internal
 */
export function unknownModelFaults(
  property: string,
  map: { readonly [model: string]: unknown } | undefined,
  models: readonly string[],
  who: string,
): Fault[] {
  return Object.keys(map ?? {})
    .filter((model) => !models.includes(model))
    .map((model) =>
      fault(
        'UNKNOWN_VALUE',
        property,
        `${property} names the model '${model}', but ${who} ${models.join(', ') || 'none'}`,
      ),
    );
}

function targetFaults(target: MetricsTarget): Fault[] {
  const { namespace, podSelector, port, models } = target;
  return allOf(
    () => kubernetesNameFault('namespace', namespace),
    () =>
      Object.keys(podSelector).length === 0
        ? [
            fault(
              'EMPTY_LIST',
              'podSelector',
              'podSelector must have at least one label, or it would select every pod; got {}',
            ),
          ]
        : [],
    () => wholeNumberFault('port', port, 1, 65535),
    () =>
      models.length === 0 && !isOfCluster(target)
        ? [fault('EMPTY_LIST', 'models', 'models must name at least one model; got []')]
        : [],
  );
}

function indicatorFaults(workload: WatchedWorkload): Fault[] {
  const { target } = workload;
  const latency = () =>
    faultsOf(() => Indicator.LATENCY_P99.query(target)).map(({ id, property, reason }) =>
      fault(
        id,
        property,
        `${reason}; turn one of them on in the server, or watch without a latency alert: watch(workload, { latencyAlert: false })`,
      ),
    );
  return requiredIndicators(workload).flatMap((indicator) =>
    indicator.name === Indicator.LATENCY_P99.name ? latency() : faultsOf(() => indicator.query(target)),
  );
}

function jobNameFaults(workloads: readonly WatchedWorkload[]): Fault[] {
  const names = workloads.map(({ target }) => target.jobName);
  const repeated = new Set(repeatedIndexes(names).map((index) => names[index]));
  return [...repeated].map((name) =>
    fault(
      'DUPLICATE',
      'metricsTarget.jobName',
      `two workloads have the job name '${name}', so their series could not be told apart; give each workload its own`,
    ),
  );
}
