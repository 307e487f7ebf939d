/**
 * Fields of DCGM that the exporter serves, with their kinds as Prometheus needs them. The exporter's own list lacks what tells a
 * sick GPU or a slow link (violations, counted XID errors, NVLink and PCI Express traffic).
 *
 * @see https://github.com/NVIDIA/dcgm-exporter/blob/main/etc/default-counters.csv
 *
 * @internal
 */
export const DCGM_METRICS: readonly (readonly [field: string, kind: 'gauge' | 'counter' | 'label', help: string])[] = [
  ['DCGM_FI_DEV_SM_CLOCK', 'gauge', 'SM clock frequency (in MHz).'],
  ['DCGM_FI_DEV_MEM_CLOCK', 'gauge', 'Memory clock frequency (in MHz).'],
  ['DCGM_FI_DEV_GPU_TEMP', 'gauge', 'GPU temperature (in C).'],
  ['DCGM_FI_DEV_MEMORY_TEMP', 'gauge', 'Memory temperature (in C).'],
  ['DCGM_FI_DEV_POWER_USAGE', 'gauge', 'Power draw (in W).'],
  ['DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION', 'counter', 'Energy since boot (in mJ).'],
  ['DCGM_FI_DEV_GPU_UTIL', 'gauge', 'GPU utilization (in %).'],
  ['DCGM_FI_DEV_MEM_COPY_UTIL', 'gauge', 'Memory utilization (in %).'],
  ['DCGM_FI_DEV_FB_FREE', 'gauge', 'Frame buffer memory free (in MiB).'],
  ['DCGM_FI_DEV_FB_USED', 'gauge', 'Frame buffer memory used (in MiB).'],
  ['DCGM_FI_DEV_FB_RESERVED', 'gauge', 'Frame buffer memory reserved (in MiB).'],
  ['DCGM_FI_DEV_XID_ERRORS', 'gauge', 'Last XID error.'],
  ['DCGM_EXP_XID_ERRORS_COUNT', 'gauge', 'XID errors within the last window.'],
  ['DCGM_FI_DEV_POWER_VIOLATION', 'counter', 'Time throttled by the power limit (in ns).'],
  ['DCGM_FI_DEV_THERMAL_VIOLATION', 'counter', 'Time throttled by heat (in ns).'],
  ['DCGM_FI_DEV_PCIE_REPLAY_COUNTER', 'counter', 'PCI Express retries.'],
  ['DCGM_FI_DEV_UNCORRECTABLE_REMAPPED_ROWS', 'counter', 'Rows remapped for uncorrectable errors.'],
  ['DCGM_FI_DEV_CORRECTABLE_REMAPPED_ROWS', 'counter', 'Rows remapped for correctable errors.'],
  ['DCGM_FI_DEV_ROW_REMAP_FAILURE', 'gauge', 'Whether remapping of rows has failed.'],
  ['DCGM_FI_PROF_GR_ENGINE_ACTIVE', 'gauge', 'Ratio of time the graphics engine is active.'],
  ['DCGM_FI_PROF_SM_ACTIVE', 'gauge', 'Ratio of cycles an SM has a warp assigned.'],
  ['DCGM_FI_PROF_PIPE_TENSOR_ACTIVE', 'gauge', 'Ratio of cycles the tensor pipe is active.'],
  ['DCGM_FI_PROF_DRAM_ACTIVE', 'gauge', 'Ratio of cycles the memory interface is active.'],
  ['DCGM_FI_PROF_PCIE_TX_BYTES', 'gauge', 'PCI Express traffic sent (in B/s).'],
  ['DCGM_FI_PROF_PCIE_RX_BYTES', 'gauge', 'PCI Express traffic received (in B/s).'],
  ['DCGM_FI_PROF_NVLINK_TX_BYTES', 'gauge', 'NVLink traffic sent (in B/s).'],
  ['DCGM_FI_PROF_NVLINK_RX_BYTES', 'gauge', 'NVLink traffic received (in B/s).'],
  ['DCGM_FI_DRIVER_VERSION', 'label', 'Driver version.'],
];

/**
 * The same as the file that the exporter reads.
 *
 * @internal
 */
export function dcgmMetricsFile(): string {
  return DCGM_METRICS.map(([field, kind, help]) => `${field}, ${kind}, ${help}\n`).join('');
}
