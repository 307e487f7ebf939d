import { Metric } from '../../catalog/metric';
import { MetricExporter } from '../../catalog/metric-kind';
import { MetricsTarget } from '../../core/watchable';
import { missingFrom } from '../../metrics/contract/scraped-target';
import { IndicatorSource, ofDevices, ofExporter } from './indicator-source';
import { select } from './selectors';

const { DCGM, TRITON } = MetricExporter;

const dcgm = ofExporter(DCGM);
const triton = ofExporter(TRITON);

const ACTIVE = dcgm('DCGM_FI_PROF_GR_ENGINE_ACTIVE');
const BUSY = dcgm('DCGM_FI_DEV_GPU_UTIL');
const USED = dcgm('DCGM_FI_DEV_FB_USED');
const FREE = dcgm('DCGM_FI_DEV_FB_FREE');
const RESERVED = dcgm('DCGM_FI_DEV_FB_RESERVED');
const POWER = dcgm('DCGM_FI_DEV_POWER_USAGE');
const TEMPERATURE = dcgm('DCGM_FI_DEV_GPU_TEMP');
const XIDS = dcgm('DCGM_EXP_XID_ERRORS_COUNT');
const NVLINK = [dcgm('DCGM_FI_PROF_NVLINK_TX_BYTES'), dcgm('DCGM_FI_PROF_NVLINK_RX_BYTES')];

const TRITON_BUSY = triton('nv_gpu_utilization');
const TRITON_USED = triton('nv_gpu_memory_used_bytes');
const TRITON_TOTAL = triton('nv_gpu_memory_total_bytes');
const TRITON_POWER = triton('nv_gpu_power_usage');

/** The maximum is taken because several series may tell of one GPU: of each pod on it, and of each MIG instance of it. */
function perGpu(series: string): string {
  return `max by (node, gpu_uuid) (${series})`;
}

const WHOLE_GPU = 'Of the whole GPU, by whatever process.';

function ofDcgm(metric: Metric, meaning: string): IndicatorSource {
  return {
    exporter: DCGM,
    query: (target) => ({ expr: perGpu(ofDevices(metric, target)), metrics: [metric], meaning }),
  };
}

function ofTriton(expr: (target: MetricsTarget) => string, metrics: Metric[], meaning = WHOLE_GPU): IndicatorSource {
  return { exporter: TRITON, query: (target) => ({ expr: expr(target), metrics, meaning }) };
}

/** Part of the time in which a GPU computes. @internal */
export const GPU_UTILIZATION: readonly IndicatorSource[] = [
  {
    exporter: DCGM,
    query: (target) => ({
      expr: `100 * ${perGpu(ofDevices(ACTIVE, target))} or ${perGpu(ofDevices(BUSY, target))}`,
      metrics: [ACTIVE, BUSY],
      meaning:
        'Part of the time in which anything was computed, however little: 100 % does not say that the GPU is full. Of the busiest MIG instance.',
    }),
  },
  ofTriton(
    (target) => `100 * ${perGpu(select(TRITON_BUSY, target))}`,
    [TRITON_BUSY],
    'Part of the time in which anything was computed, however little: 100 % does not say that the GPU is full.',
  ),
];

/** Part of the memory of a GPU that is in use. @internal */
export const GPU_MEMORY: readonly IndicatorSource[] = [
  {
    exporter: DCGM,
    query: (target) => {
      // What the driver keeps to itself is part of the memory, but older exporters do not tell it.
      const metrics = [USED, FREE, ...(missingFrom(target, RESERVED).length === 0 ? [RESERVED] : [])];
      const [used] = metrics.map((metric) => ofDevices(metric, target));
      const all = metrics.map((metric) => ofDevices(metric, target)).join(' + ');
      return {
        expr: `100 * ${perGpu(`${used} / (${all} > 0)`)}`,
        metrics,
        meaning: 'Of the whole GPU, by whatever process; of the fullest MIG instance.',
      };
    },
  },
  ofTriton(
    (target) => `100 * ${perGpu(select(TRITON_USED, target))} / ${perGpu(select(TRITON_TOTAL, target))}`,
    [TRITON_USED, TRITON_TOTAL],
  ),
];

/** Power that a GPU draws. @internal */
export const GPU_POWER: readonly IndicatorSource[] = [
  ofDcgm(POWER, WHOLE_GPU),
  ofTriton((target) => perGpu(select(TRITON_POWER, target)), [TRITON_POWER]),
];

/** Temperature of a GPU. @internal */
export const GPU_TEMPERATURE: readonly IndicatorSource[] = [ofDcgm(TEMPERATURE, 'Of the chip, not of its memory.')];

/** Errors that the driver reports of a GPU. @internal */
export const XID_ERRORS: readonly IndicatorSource[] = [
  {
    exporter: DCGM,
    query: (target) => ({
      expr: `sum by (node, gpu_uuid) (max by (node, gpu_uuid, xid) (${ofDevices(XIDS, target)}))`,
      metrics: [XIDS],
      meaning:
        'Within the window of the exporter, five minutes unless it is told otherwise; of all numbers of errors together.',
    }),
  },
];

/** Bytes over the NVLinks of a GPU. @internal */
export const NVLINK_BANDWIDTH: readonly IndicatorSource[] = [
  {
    exporter: DCGM,
    query: (target) => ({
      expr: perGpu(NVLINK.map((metric) => ofDevices(metric, target)).join(' + ')),
      metrics: NVLINK,
      meaning: 'Over all links of the GPU, both ways together.',
    }),
  },
];
