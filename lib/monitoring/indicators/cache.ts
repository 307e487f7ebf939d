import { MetricExporter } from '../../catalog/metric-kind';
import { IndicatorSource, ofExporter, ofModels, rateByModel } from './indicator-source';
import { engineModels } from './selectors';
import { engineGaps } from './tokens';

const { TRITON_TENSORRT_LLM, VLLM } = MetricExporter;

const USED = ofExporter(VLLM)('vllm:kv_cache_usage_perc');
const PUT_OFF = ofExporter(VLLM)('vllm:num_preemptions_total');
const BLOCKS = ofExporter(TRITON_TENSORRT_LLM)('nv_trt_llm_kv_cache_block_metrics');

/** Used part of the key-value cache. @internal */
export const KV_CACHE: readonly IndicatorSource[] = [
  {
    exporter: VLLM,
    query: (target) => ({
      expr: `100 * max by (model) (${ofModels(target)(USED)})`,
      metrics: [USED],
      meaning: 'Of the fullest pod.',
    }),
  },
  {
    exporter: TRITON_TENSORRT_LLM,
    gaps: engineGaps(TRITON_TENSORRT_LLM),
    models: (target) => engineModels(target, TRITON_TENSORRT_LLM),
    query: (target) => {
      const [used, all] = ['used', 'max'].map((type) =>
        ofModels(target, TRITON_TENSORRT_LLM)(BLOCKS, [`kv_cache_block_type="${type}"`]),
      );
      return {
        expr: `100 * max by (model) (${used} / ignoring (kv_cache_block_type) (${all} > 0))`,
        metrics: [BLOCKS],
        meaning: 'Of the fullest pod.',
      };
    },
  },
];

/** Requests that are put off each second. @internal */
export const PREEMPTIONS: readonly IndicatorSource[] = [
  {
    exporter: VLLM,
    query: (target) => ({
      expr: rateByModel(ofModels(target)(PUT_OFF)),
      metrics: [PUT_OFF],
      meaning:
        'Requests whose keys and values gave way to those of others: the cache is too small for what runs at once. Over all pods.',
    }),
  },
];
