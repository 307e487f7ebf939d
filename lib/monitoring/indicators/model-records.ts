import { REQUESTS_IN_FLIGHT } from '../../core/requests-in-flight';
import { MetricsTarget } from '../../core/watchable';
import { Fault, fault } from '../../units/fault';
import { ownValue } from '../../units/own-value';
import { Indicator } from './indicator';

/** Prefixes of recorded names, by model. @internal */
export interface MetricPrefixes {
  readonly [model: string]: string;
}

/** Indicators that are recorded for each model under a name of its own. @internal */
export const OF_MODELS = Indicator.ALL.filter(({ suffix }) => suffix !== undefined);

/** Indicators of GPUs and network cards. @internal */
export const OF_DEVICES = Indicator.ALL.filter(({ suffix }) => suffix === undefined);

const OF_ALL_MODELS = [...Indicator.ALL.map(({ record }) => record), REQUESTS_IN_FLIGHT];

/**
 * A name for a recorded series: what begins with a text, with everything but letters, digits and underscores replaced.
 *
 * @internal
 */
export function metricName(text: string): string {
  return text.replace(/[^a-zA-Z0-9_]/g, '_').replace(/^(?=[0-9]|$)/, '_');
}

/**
 * Name of the series of an indicator of a single model, e.g. `deepseek_latency_p99`.
 *
 * @internal
 */
export function modelRecord(prefixes: MetricPrefixes, model: string, { suffix }: Indicator): string {
  return `${ownValue(prefixes, model) ?? metricName(model)}_${suffix}`;
}

/**
 * The faults of recorded names: each must belong to one model, or what asks for it, such as an alert, would be about another model.
 *
 * @internal
 */
export function recordedNameFaults(
  workloads: readonly { readonly target: MetricsTarget; readonly metricPrefixes: MetricPrefixes }[],
): Fault[] {
  const prefixes = new Map<string, Set<string>>();
  for (const { target, metricPrefixes } of workloads) {
    for (const model of target.models) {
      const prefix = ownValue(metricPrefixes, model) ?? metricName(model);
      prefixes.set(prefix, (prefixes.get(prefix) ?? new Set()).add(model));
    }
  }
  const cure = 'with metricPrefixes';
  const ambiguous = (reason: string) => fault('RECORDED_NAME_AMBIGUOUS', 'metricPrefixes', reason);
  return [...prefixes].flatMap(([prefix, models]) => {
    const [first, ...others] = models;
    const record = `${prefix}_${Indicator.LATENCY_P99.suffix}`;
    const twice = others.map((other) =>
      ambiguous(
        `models '${first}' and '${other}' would both be recorded as ${record}; give one of them a prefix ${cure}`,
      ),
    );
    const common = OF_MODELS.map(({ suffix }) => `${prefix}_${suffix}`).filter((name) => OF_ALL_MODELS.includes(name));
    const general =
      common.length === 0
        ? []
        : [...models].map((model) =>
            ambiguous(
              `model '${model}' would be recorded as ${common[0]}, which is the series of all models; give it a prefix ${cure}`,
            ),
          );
    return [...twice, ...general];
  });
}
