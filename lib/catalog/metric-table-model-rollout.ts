import { MetricFacts, MetricRows } from './metric-facts';
import { MetricType, MetricUnit } from './metric-kind';

const { GAUGE } = MetricType;
const SOURCE = 'assets/rollout_metrics.py of this library';

function row(unit: MetricUnit, description: string, ...labels: string[]): MetricFacts {
  return { type: GAUGE, unit, labels: ['model', 'channel', ...labels], description, source: SOURCE };
}

/**
 * What a rollout of a release tells.
 *
 * @internal
 */
export const MODEL_ROLLOUT_METRICS: MetricRows = {
  model_rollout_number: row(MetricUnit.CODE, 'Number of the release that is brought to sites'),
  model_rollout_ring_released_timestamp_seconds: row(
    MetricUnit.UNIX_TIME,
    'When the ring got the release; 0 before that',
    'ring',
  ),
  model_rollout_ring_passed: row(MetricUnit.STATE, 'Whether the ring has passed', 'ring'),
  model_rollout_ring_taken_back: row(MetricUnit.STATE, 'Whether the ring has the version before again', 'ring'),
  model_rollout_ring_sites: {
    ...row(
      MetricUnit.ITEMS,
      'Sites of a ring that has the release: updated, behind, waiting (cut off) or failed',
      ...['ring', 'state'],
    ),
    labelValues: { state: ['updated', 'behind', 'waiting', 'failed'] },
  },
  model_rollout_last_answer_timestamp_seconds: row(MetricUnit.UNIX_TIME, 'When the hub last answered; 0 before that'),
  model_rollout_stopped: {
    ...row(MetricUnit.STATE, 'Whether nothing more is released, and why', 'reason'),
    labelValues: { reason: ['check_failed', 'alert', 'timeout'] },
  },
};
