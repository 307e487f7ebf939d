import { MetricExporter } from '../../catalog/metric-kind';
import { MetricsTarget } from '../../core/watchable';
import { IndicatorSource, ofExporter, ofModels } from './indicator-source';

const { TRITON } = MetricExporter;

const LOADED = ofExporter(TRITON)('nv_model_load_duration_secs');

function budgetGaps({ startupSeconds = 0 }: MetricsTarget): string[] {
  return startupSeconds > 0 ? [] : ['startupSeconds of the target is 0 or absent, so that there is no budget'];
}

/** Time to load a model, of what a start may take. @internal */
export const LOAD_TIME: readonly IndicatorSource[] = [
  {
    exporter: TRITON,
    gaps: budgetGaps,
    query: (target) => ({
      expr: `100 * max by (model) (${ofModels(target)(LOADED)}) / ${target.startupSeconds ?? 0}`,
      metrics: [LOADED],
      meaning:
        'Of the slowest pod, of the time after which a pod that does not answer is restarted. Without the time to fetch the weights, and of each model by itself.',
    }),
  },
];
