import { Metric } from '../../catalog/metric';
import { MetricExporter } from '../../catalog/metric-kind';
import { MetricsTarget } from '../../core/watchable';
import { select } from '../indicators/selectors';
import { MonitoringRule } from './monitoring-rule';

const of = (name: string) => Metric.of(MetricExporter.MODEL_PIPELINE, `model_pipeline_${name}`);
const INFO = of('info');
const PROGRESS = of('step_progress_ratio');
const PASSED = of('check_passed');
const VALUE = of('check_value');

/** What is recorded of a pipeline, by `pipeline` and `recipe`, what decides its result. @internal */
export const PIPELINE = {
  /** Bytes of the weights, of those that their source has in 32 bits. */
  size: 'inference_pipeline_size_percent',
  /** What a check found to be lost, by `check`: of the score of tasks, or what the perplexity is higher. Less than 0 is gained. */
  loss: 'inference_pipeline_loss_percent',
  /** How much may be lost, by `check`. */
  lossLimit: 'inference_pipeline_loss_limit_percent',
  /** Tokens each second, of those of the source. */
  throughput: 'inference_pipeline_throughput_percent',
  /** How far a step or a check is, by `step`. */
  progress: 'inference_pipeline_progress_percent',
  /** 1 for a check that does not hold, 0 for one that does, by `check`. */
  failed: 'inference_pipeline_check_failed',
};

/**
 * The last values of a pod are read that long after it has gone: it stays for 60 s, in which a scrape comes for sure, while rules are evaluated by a clock of
 * their own.
 */
const WINDOW = '5m';

/** Digits of the address that names of versions end with. */
const DIGITS = 12;

/** Checks of accuracy; that of the perplexity calls what is lost `increase`, that of tasks `loss`. */
const ACCURACY = 'check=~"perplexity|tasks"';

/**
 * What is recorded of what a pipeline makes, while its pod is there: a pod of another recipe has series of its own.
 *
 * @internal
 */
export function pipelineRules(target: MetricsTarget): MonitoringRule[] {
  if (!target.exporters.includes(MetricExporter.MODEL_PIPELINE)) return [];
  const last = (metric: Metric, ...matchers: string[]) =>
    `last_over_time(${select(metric, target, matchers)}[${WINDOW}])`;
  const recipe = `label_replace(${last(INFO)}, "recipe", "$1", "label_recipe", "(.{${DIGITS}}).*")`;
  const recorded = (record: string, value: string, factor: string, ...by: string[]): MonitoringRule => ({
    record,
    expr: `${factor}max by (${['pipeline', 'recipe', ...by].join(', ')}) (${value} * on (instance, pod) group_left (recipe) ${recipe})`,
    labels: { job: target.jobName, namespace: target.namespace },
  });
  // Not every check tells how far it is, but each what it found.
  const found = `label_replace(0 * ${last(PASSED)} + 1, "step", "$1", "check", "(.*)")`;
  return [
    recorded(PIPELINE.size, last(VALUE, 'check="size"', 'value="ratio"'), '100 * '),
    recorded(PIPELINE.loss, last(VALUE, ACCURACY, 'value=~"increase|loss"'), '100 * ', 'check'),
    recorded(PIPELINE.lossLimit, last(VALUE, ACCURACY, 'value="limit"'), '100 * ', 'check'),
    recorded(PIPELINE.throughput, last(VALUE, 'check="throughput"', 'value="ratio"'), '100 * '),
    recorded(PIPELINE.progress, `(${last(PROGRESS)} or ${found})`, '100 * ', 'step'),
    recorded(PIPELINE.failed, `(1 - ${last(PASSED)})`, '', 'check'),
  ];
}
