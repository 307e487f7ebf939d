import { LOAD_METRICS } from '../../catalog/load-metrics';
import { REQUESTS_IN_FLIGHT } from '../../core/requests-in-flight';
import { MetricsTarget, ScaledModel } from '../../core/watchable';
import { quoted, targetMatchers } from '../indicators/selectors';
import { MonitoringRule } from './monitoring-rule';

/** Four of the longest intervals between scrapes. */
const WINDOW = '2m';

/**
 * The rules that record the requests in flight for the scalers of a workload: one series for each of its models. It ends when no server
 * answers, so that a scaler that cannot see its servers leaves their number alone.
 *
 * @internal
 */
export function loadRules(target: MetricsTarget): MonitoringRule[] {
  const { jobName: job, namespace, scaledModels = [] } = target;
  return [...scaledModels]
    .sort((a, b) => (a.model < b.model ? -1 : 1))
    .map((scaled) => ({
      record: REQUESTS_IN_FLIGHT,
      expr: expressionOf(target, scaled),
      labels: { job, namespace, service: scaled.service, model: scaled.model },
    }));
}

function expressionOf(target: MetricsTarget, { model, exporter }: ScaledModel): string {
  const { gauges = [], times = [] } = LOAD_METRICS[exporter] ?? {};
  const of = (series: string) => `${series}{${[...targetMatchers(target), `model=${quoted(model)}`].join(',')}}`;
  return [
    ...gauges.map((series) => `sum(${of(series)})`),
    ...times.map(({ series, unitsPerSecond }) => {
      const rate = `sum(rate(${of(series)}[${WINDOW}]))`;
      return unitsPerSecond === 1 ? rate : `${rate} / ${unitsPerSecond}`;
    }),
  ].join(' + ');
}
