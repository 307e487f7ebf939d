import { Metric } from '../../catalog/metric';
import { MetricExporter } from '../../catalog/metric-kind';
import { MetricsTarget } from '../../core/watchable';
import { missingFrom } from '../../metrics/contract/scraped-target';
import { isVllm, modelMatcher, select } from '../indicators/selectors';
import { MonitoringRule } from './monitoring-rule';
import { RuleGroup } from './rule-group';

/**
 * Tokens of key-value cache of the pod that has the least, by namespace, job and model.
 *
 * @internal
 */
export const KV_CAPACITY = 'inference_kv_capacity_tokens';

const DIGIT = 'inference_digit';
/** Enough for 9,999,999,999 tokens. */
const PLACES = 10;
const CACHE = Metric.of(MetricExporter.VLLM, 'vllm:cache_config_info');
const TOKENS = 'kv_cache_size_tokens';
/** Says which model a pod serves: the settings of the cache do not. */
const SERVED = Metric.of(MetricExporter.VLLM, 'vllm:kv_cache_usage_perc').name;
const BLOCKS = Metric.of(MetricExporter.TRITON_TENSORRT_LLM, 'nv_trt_llm_kv_cache_block_metrics');

/**
 * The capacity of vLLM's own servers in numbers. vLLM tells it in a label, `kv_cache_size_tokens`, and PromQL makes no number of a label: so
 * each decimal place is cut out of it, and looked up in a table of ten series. Once for all jobs, because it is long.
 *
 * Versions without the label (0.23 and before) have no rules: there only blocks are told, and a token takes blocks of several groups of
 * layers.
 *
 * @param targets all that is watched
 *
 * @see https://github.com/vllm-project/vllm/pull/42206
 *
 * @internal
 */
export function vllmCapacityGroups(targets: readonly MetricsTarget[]): RuleGroup[] {
  if (!targets.some((target) => target.plans !== undefined && tellsCapacity(target))) return [];
  return [{ name: 'gpu-inference-constructs/key-value-cache', rules: [...DIGITS, CAPACITY_OF_VLLM] }];
}

/**
 * Whether a workload is vLLM's own server of a version that tells how many tokens its cache holds.
 *
 * @internal
 */
export function tellsCapacity(target: MetricsTarget): boolean {
  return isVllm(target) && CACHE.labelsAt(target.version).includes(TOKENS);
}

/** The digit of a place that a number does not have is no label at all. */
const DIGITS: MonitoringRule[] = [
  { record: DIGIT, expr: 'vector(0)' },
  ...Array.from({ length: 10 }, (_, digit) => ({
    record: DIGIT,
    expr: `vector(${digit})`,
    labels: { digit: String(digit) },
  })),
];

const CAPACITY_OF_VLLM: MonitoringRule = {
  record: KV_CAPACITY,
  // The ranks of data parallelism, `engine`, have each their own.
  expr:
    `min by (namespace, job, model) (group by (namespace, job, pod, model) (${SERVED}) * on (namespace, job, pod) group_left () (` +
    `${Array.from({ length: PLACES }, (_, place) => `sum by (namespace, job, pod) (${placeOf(place)})`).join(' + ')}))`,
};

function placeOf(place: number): string {
  const info = `${CACHE.name}{${TOKENS}=~"[0-9]+"}`;
  const digit = `label_replace(${info}, "digit", "$1", "${TOKENS}", "(?:.*([0-9]))?[0-9]{${place}}")`;
  return `${10 ** place} * ${digit} * on (digit) group_left () ${DIGIT}`;
}

/**
 * The capacity of servers that tell it in numbers: TensorRT-LLM's blocks, and the tokens of each.
 *
 * @internal
 */
export function capacityRules(target: MetricsTarget): MonitoringRule[] {
  if (target.plans === undefined || missingFrom(target, BLOCKS).length > 0) return [];
  const { namespace, jobName: job } = target;
  const of = (type: string) => select(BLOCKS, target, [...modelMatcher(target), `kv_cache_block_type="${type}"`]);
  const expr = `min by (model) (${of('max')} * ignoring (kv_cache_block_type) ${of('tokens_per')})`;
  return [{ record: KV_CAPACITY, expr, labels: { job, namespace } }];
}
