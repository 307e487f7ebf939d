import { MetricExporter } from '../../catalog/metric-kind';
import { MetricsTarget } from '../../core/watchable';
import { ownValue } from '../../units/own-value';
import { IndicatorSource, rateByModel } from './indicator-source';
import { modelMatcher, select } from './selectors';
import { TOKEN_COUNTS } from './tokens';

const WITHOUT_PRICE =
  'the price of its servers is not known; give it in US dollars for an hour of one server: watch(workload, { pricePerHour: { MODEL: 12.5 } })';

/**
 * US dollars for a million tokens made: what the servers cost, by what they make. Servers of Triton are shared by their models, so that a token
 * of each costs the same; each server of vLLM has one model.
 *
 * @internal
 */
export const COST: readonly IndicatorSource[] = TOKEN_COUNTS.map(({ exporter, metric, gaps, models, series }) => {
  const isShared = exporter !== MetricExporter.VLLM;
  const priced = (target: MetricsTarget) =>
    models(target).filter((model) => ownValue(target.pricePerHour ?? {}, model) !== undefined);
  return {
    exporter,
    models: priced,
    gaps: (target) => [...(gaps?.(target) ?? []), ...(priced(target).length > 0 ? [] : [WITHOUT_PRICE])],
    query: (target) => {
      const byPrice = new Map<number, string[]>();
      for (const model of [...priced(target)].sort()) {
        const price = ownValue(target.pricePerHour ?? {}, model) as number;
        byPrice.set(price, [...(byPrice.get(price) ?? []), model]);
      }
      const suffix = metric.seriesNames.length > 1 ? '_sum' : '';
      const parts = [...byPrice].map(([price, names]) => {
        const own = select(metric, target, modelMatcher(target, names), suffix);
        const servers = `count by (model) (count by (model, pod) (${own}))`;
        const tokens = isShared
          ? `on () group_left () (sum(rate(${series(target)}[5m])) > 0)`
          : `(${rateByModel(own)} > 0)`;
        return `1e6 * ${price} / 3600 * ${servers} / ${tokens}`;
      });
      return {
        expr: parts.join(' or '),
        metrics: [metric],
        meaning: isShared
          ? 'Price of all its servers, by the tokens of all models on them in the last five minutes; GPUs that have no pod are left out.'
          : 'Price of all its servers, by the tokens that they made in the last five minutes; GPUs that have no pod are left out.',
      };
    },
  };
});
