import { MetricFacts, MetricRows } from './metric-facts';
import { MetricType, MetricUnit } from './metric-kind';

const SOURCE = 'gpu-inference-constructs/gpu-inference-constructs v0.1.0: jobs/src/model_pipeline/metrics.py';

function row(unit: MetricUnit, labels: readonly string[], description: string): MetricFacts {
  return { type: MetricType.GAUGE, unit, labels: ['pipeline', ...labels], description, source: SOURCE };
}

/**
 * What the program of a `ModelPipeline` exposes while it runs: `step` and `check` are ids of its specification, e.g. `1-compress` and `perplexity`.
 *
 * @internal
 */
export const MODEL_PIPELINE_METRICS: MetricRows = {
  model_pipeline_info: {
    ...row(MetricUnit.INFORMATION, [], 'The pipeline: its image, kind of hardware, and the address of what it makes'),
    optionalLabels: ['label_hardware', 'label_image', 'label_recipe'],
  },
  model_pipeline_step_progress_ratio: row(MetricUnit.RATIO, ['step'], 'How far a step or a check is'),
  model_pipeline_step_duration_seconds: row(MetricUnit.SECONDS, ['step'], 'Time that a finished step took'),
  model_pipeline_check_passed: row(MetricUnit.STATE, ['check'], 'Whether a check holds'),
  model_pipeline_check_value: {
    ...row(MetricUnit.MIXED, ['check', 'value'], 'What a check measured, by the name of the value'),
    unlikeValuesOf: 'value',
  },
  model_pipeline_weight_bytes: {
    ...row(MetricUnit.BYTES, ['of'], 'Bytes of the weights of the source and of the output'),
    labelValues: { of: ['source', 'output'] },
  },
  model_pipeline_last_progress_timestamp_seconds: row(MetricUnit.UNIX_TIME, [], 'When anything last went on'),
  model_pipeline_complete: row(MetricUnit.STATE, [], 'Whether the output is complete'),
};
