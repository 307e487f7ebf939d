import { MetricFacts, MetricRows } from './metric-facts';
import { MetricFeature, MetricType, MetricUnit } from './metric-kind';

const { COUNTER, GAUGE } = MetricType;
const DEFAULT =
  'NVIDIA/dcgm-exporter @ d5e5f51: etc/default-counters.csv, internal/pkg/rendermetrics/render_metrics.go';
const FIELDS = 'NVIDIA/go-dcgm @ b7fa315: pkg/dcgm/dcgm_fields.h; labels: NVIDIA/dcgm-exporter @ d5e5f51';
const COLLECTORS = 'NVIDIA/dcgm-exporter @ d5e5f51: internal/pkg/collector/';

/** `DCGM_FI_DRIVER_VERSION` is a line of the exporter's own list, and of the node agents': a field that becomes a label. */
const LABELS = ['gpu', 'UUID', 'pci_bus_id', 'device', 'modelName', 'hostname', 'DCGM_FI_DRIVER_VERSION'];

/** Of a MIG instance; of the pod that has the GPU, where the exporter asks the kubelet; of a shared GPU; of a device of DRA. */
const OPTIONAL = [
  ...['GPU_I_PROFILE', 'GPU_I_ID'],
  ...['pod', 'namespace', 'container', 'pod_uid'],
  ...['vgpu', 'hpc_job'],
  ...['dra_claim_name', 'dra_claim_namespace', 'dra_driver_name', 'dra_pool_name', 'dra_device_name'],
  ...['dra_mig_profile', 'dra_mig_device_uuid'],
];

/** `Hostname` was renamed by NVIDIA/dcgm-exporter pull request 655, after release 4.5.3-4.8.2. */
const LABEL_CHANGES = [
  { label: 'Hostname', until: '4.5.3-4.8.2', replacedBy: 'hostname' },
  { label: 'hostname', since: '4.6.0' },
  { label: 'pci_bus_id', since: '3.3.7-3.5.0' },
  { label: 'pod_uid', since: '4.4.0-4.5.0' },
];

function row(type: MetricType, unit: MetricUnit, description: string, more: Partial<MetricFacts> = {}): MetricFacts {
  return {
    type,
    unit,
    labels: LABELS,
    optionalLabels: OPTIONAL,
    labelChanges: LABEL_CHANGES,
    description,
    source: DEFAULT,
    ...more,
  };
}

/** A field that the exporter's own list of counters lacks. */
function listed(type: MetricType, unit: MetricUnit, description: string, more: Partial<MetricFacts> = {}): MetricFacts {
  return row(type, unit, description, { feature: MetricFeature.DCGM_COUNTER, source: FIELDS, ...more });
}

/** What the exporter counts itself, over a window that it starts anew: a gauge, whatever the list of counters calls it. */
function windowed(file: string, description: string, label: string, values: readonly string[] | undefined) {
  return listed(GAUGE, MetricUnit.EVENTS, description, {
    labels: [...LABELS, 'window_size_in_ms'],
    // A GPU without an event has one series of 0 without the label.
    optionalLabels: [...OPTIONAL, label],
    labelValues: values && { [label]: values },
    minVersion: '3.3.5-3.4.0',
    source: `${COLLECTORS}${file}, expcollector.go`,
  });
}

const DEVICE: MetricRows = {
  DCGM_FI_DEV_SM_CLOCK: row(GAUGE, MetricUnit.MEGAHERTZ, 'Clock of the multiprocessors'),
  DCGM_FI_DEV_MEM_CLOCK: row(GAUGE, MetricUnit.MEGAHERTZ, 'Clock of the memory'),
  DCGM_FI_DEV_GPU_TEMP: row(GAUGE, MetricUnit.CELSIUS, 'Temperature of the GPU'),
  DCGM_FI_DEV_MEMORY_TEMP: row(GAUGE, MetricUnit.CELSIUS, 'Temperature of the memory'),
  DCGM_FI_DEV_POWER_USAGE: row(GAUGE, MetricUnit.WATTS, 'Power drawn'),
  DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION: row(COUNTER, MetricUnit.MILLIJOULES, 'Energy since the driver was loaded'),
  DCGM_FI_DEV_PCIE_REPLAY_COUNTER: row(COUNTER, MetricUnit.EVENTS, 'PCI Express packets sent again'),
  DCGM_FI_DEV_GPU_UTIL: row(
    GAUGE,
    MetricUnit.PERCENT,
    'Part of the time in which a kernel ran, however small: 100 does not say that the GPU is full',
  ),
  DCGM_FI_DEV_MEM_COPY_UTIL: row(GAUGE, MetricUnit.PERCENT, 'Part of the time in which memory was read or written'),
  DCGM_FI_DEV_ENC_UTIL: row(GAUGE, MetricUnit.PERCENT, 'Busy part of the time of the video encoder'),
  DCGM_FI_DEV_DEC_UTIL: row(GAUGE, MetricUnit.PERCENT, 'Busy part of the time of the video decoder'),
  DCGM_FI_DEV_XID_ERRORS: row(
    GAUGE,
    MetricUnit.CODE,
    'Number of the last XID error, which stays until the driver or the exporter is restarted: a repeated error does not show',
    {
      labels: [...LABELS, 'err_code', 'err_msg'],
      labelChanges: [
        ...LABEL_CHANGES,
        { label: 'err_code', since: '3.3.6-3.4.2' },
        { label: 'err_msg', since: '3.3.6-3.4.2' },
      ],
      source: `${COLLECTORS}gpu_collector.go; issue 500`,
    },
  ),
  DCGM_FI_DEV_FB_FREE: row(GAUGE, MetricUnit.MEBIBYTES, 'Memory that is free'),
  DCGM_FI_DEV_FB_USED: row(GAUGE, MetricUnit.MEBIBYTES, 'Memory in use by any process, without what is reserved'),
  DCGM_FI_DEV_FB_RESERVED: row(GAUGE, MetricUnit.MEBIBYTES, 'Memory that the driver keeps to itself', {
    minVersion: '4.3.1-4.4.0',
  }),
  DCGM_FI_DEV_NVLINK_BANDWIDTH_TOTAL: row(
    GAUGE,
    MetricUnit.MEGABYTES_PER_SECOND,
    'Bytes over all NVLinks a second, both ways together; called a counter, but goes up and down',
    { source: 'NVIDIA/dcgm-exporter @ d5e5f51: etc/default-counters.csv; pull request 658, issues 417 and 472' },
  ),
  DCGM_FI_DEV_VGPU_LICENSE_STATUS: row(GAUGE, MetricUnit.STATE, 'Whether a virtual GPU has its licence'),
  DCGM_FI_DEV_UNCORRECTABLE_REMAPPED_ROWS: row(
    COUNTER,
    MetricUnit.ROWS,
    'Rows of memory replaced for uncorrectable errors',
  ),
  DCGM_FI_DEV_CORRECTABLE_REMAPPED_ROWS: row(
    COUNTER,
    MetricUnit.ROWS,
    'Rows of memory replaced for correctable errors',
  ),
  DCGM_FI_DEV_ROW_REMAP_FAILURE: row(GAUGE, MetricUnit.STATE, 'Whether a row could not be replaced: the GPU is to go'),
};

const PROFILING: MetricRows = {
  DCGM_FI_PROF_GR_ENGINE_ACTIVE: row(GAUGE, MetricUnit.RATIO, 'Part of the time in which anything was computed'),
  DCGM_FI_PROF_PIPE_TENSOR_ACTIVE: row(GAUGE, MetricUnit.RATIO, 'Part of the cycles in which tensor cores worked'),
  DCGM_FI_PROF_DRAM_ACTIVE: row(GAUGE, MetricUnit.RATIO, 'Part of the cycles in which memory was read or written'),
  // Rates, in spite of their names: NVIDIA/dcgm-exporter issue 87.
  DCGM_FI_PROF_PCIE_TX_BYTES: row(GAUGE, MetricUnit.BYTES_PER_SECOND, 'Bytes sent over PCI Express a second'),
  DCGM_FI_PROF_PCIE_RX_BYTES: row(GAUGE, MetricUnit.BYTES_PER_SECOND, 'Bytes received over PCI Express a second'),
  DCGM_FI_PROF_NVLINK_TX_BYTES: listed(GAUGE, MetricUnit.BYTES_PER_SECOND, 'Bytes sent over all NVLinks a second'),
  DCGM_FI_PROF_NVLINK_RX_BYTES: listed(GAUGE, MetricUnit.BYTES_PER_SECOND, 'Bytes received over all NVLinks a second'),
  DCGM_FI_PROF_SM_ACTIVE: listed(GAUGE, MetricUnit.RATIO, 'Part of the cycles in which a multiprocessor had work'),
  DCGM_FI_PROF_SM_OCCUPANCY: listed(GAUGE, MetricUnit.RATIO, 'Part of the threads that multiprocessors could hold'),
  DCGM_FI_PROF_PIPE_FP64_ACTIVE: listed(GAUGE, MetricUnit.RATIO, 'Part of the cycles of the units of 64 bits'),
  DCGM_FI_PROF_PIPE_FP32_ACTIVE: listed(GAUGE, MetricUnit.RATIO, 'Part of the cycles of the units of 32 bits'),
  DCGM_FI_PROF_PIPE_FP16_ACTIVE: listed(GAUGE, MetricUnit.RATIO, 'Part of the cycles of the units of 16 bits'),
};

const throttled = (why: string) => listed(COUNTER, MetricUnit.NANOSECONDS, `Time slowed down by ${why}`);
const eccErrors = (what: string) => listed(COUNTER, MetricUnit.EVENTS, `Errors of memory, ${what}`);
const linkErrors = (what: string) => listed(COUNTER, MetricUnit.EVENTS, `NVLink: ${what}, over all links`);

const HEALTH: MetricRows = {
  DCGM_FI_DEV_POWER_VIOLATION: throttled('the limit of power'),
  DCGM_FI_DEV_THERMAL_VIOLATION: throttled('heat'),
  DCGM_FI_DEV_SYNC_BOOST_VIOLATION: throttled('the clock of other GPUs'),
  DCGM_FI_DEV_BOARD_LIMIT_VIOLATION: throttled('the limit of the board'),
  DCGM_FI_DEV_LOW_UTIL_VIOLATION: throttled('lack of work'),
  DCGM_FI_DEV_RELIABILITY_VIOLATION: throttled('the limit of the voltage'),
  DCGM_FI_DEV_ECC_SBE_VOL_TOTAL: eccErrors('corrected, since the driver was loaded'),
  DCGM_FI_DEV_ECC_DBE_VOL_TOTAL: eccErrors('not corrected, since the driver was loaded'),
  DCGM_FI_DEV_ECC_SBE_AGG_TOTAL: eccErrors('corrected, in the life of the GPU'),
  DCGM_FI_DEV_ECC_DBE_AGG_TOTAL: eccErrors('not corrected, in the life of the GPU'),
  DCGM_FI_DEV_RETIRED_PENDING: listed(GAUGE, MetricUnit.STATE, 'Whether pages of memory wait to be left out'),
  DCGM_FI_DEV_ROW_REMAP_PENDING: listed(GAUGE, MetricUnit.STATE, 'Whether rows wait for a reset to be replaced'),
  DCGM_FI_DEV_NVLINK_CRC_FLIT_ERROR_COUNT_TOTAL: linkErrors('wrong checksums of flits'),
  DCGM_FI_DEV_NVLINK_CRC_DATA_ERROR_COUNT_TOTAL: linkErrors('wrong checksums of data'),
  DCGM_FI_DEV_NVLINK_REPLAY_ERROR_COUNT_TOTAL: linkErrors('packets sent again'),
  DCGM_FI_DEV_NVLINK_RECOVERY_ERROR_COUNT_TOTAL: linkErrors('links begun anew'),
  DCGM_FI_DEV_PCIE_LINK_GEN: listed(GAUGE, MetricUnit.CODE, 'Generation of PCI Express in use'),
  DCGM_FI_DEV_PCIE_LINK_WIDTH: listed(GAUGE, MetricUnit.LANES, 'Lanes of PCI Express in use'),
  DCGM_FI_DEV_ENFORCED_POWER_LIMIT: listed(GAUGE, MetricUnit.WATTS, 'Power that the GPU is kept to'),
  DCGM_FI_DEV_SLOWDOWN_TEMP: listed(GAUGE, MetricUnit.CELSIUS, 'Temperature at which the GPU slows down'),
  DCGM_FI_DEV_SHUTDOWN_TEMP: listed(GAUGE, MetricUnit.CELSIUS, 'Temperature at which the GPU shuts down'),
  DCGM_FI_DEV_FB_TOTAL: listed(GAUGE, MetricUnit.MEBIBYTES, 'Memory of the GPU'),
  DCGM_FI_DEV_FABRIC_MANAGER_STATUS: listed(GAUGE, MetricUnit.CODE, 'State of the fabric of NVSwitches, as a number'),
  DCGM_EXP_XID_ERRORS_COUNT: windowed(
    'xid_collector.go',
    'XID errors of the last window, by number: five minutes unless the exporter is told otherwise',
    'xid',
    undefined,
  ),
  DCGM_EXP_CLOCK_EVENTS_COUNT: windowed(
    'clock_events_collector.go',
    'Samples of the last window in which the clock was held down, by why',
    'clock_event',
    [
      ...['gpu_idle', 'clocks_setting', 'power_cap', 'hw_slowdown', 'sync_boost', 'sw_thermal', 'hw_thermal'],
      ...['hw_power_brake', 'display_clocks'],
    ],
  ),
  DCGM_EXP_GPU_HEALTH_STATUS: listed(
    GAUGE,
    MetricUnit.CODE,
    'Health by part of the GPU: 0 well, 10 a warning, 20 ill',
    {
      labels: [...LABELS, 'health_watch', 'health_error_code'],
      labelValues: {
        health_watch: [
          ...['PCIE', 'NVLINK', 'PMU', 'MCU', 'MEM', 'SM', 'INFOROM', 'THERMAL', 'POWER', 'DRIVER'],
          // Errors of the whole GPU, such as one that has fallen off its bus.
          'ALL',
        ],
      },
      minVersion: '4.0.0-4.0.1',
      source: `${COLLECTORS}gpu_health_collector.go`,
    },
  ),
  DCGM_EXP_P2P_STATUS: listed(GAUGE, MetricUnit.CODE, 'Whether a GPU reaches another over NVLink: 0 if it does', {
    labels: [...LABELS, 'peer_gpu', 'link_status'],
    labelValues: {
      link_status: [
        ...['OK', 'ChipsetNotSupported', 'GPUNotSupported', 'TopologyNotSupported', 'DisabledByRegKey'],
        ...['NotSupported', 'Unknown'],
      ],
    },
    minVersion: '4.3.1-4.4.0',
    source: `${COLLECTORS}p2p_status_collector.go`,
  }),
};

/**
 * What the DCGM exporter exposes, with one series for each GPU, or for each MIG instance of it. A field stands here under the name that its list of counters
 * gives it; types are those of the values, also where the exporter's own list calls a rate a counter.
 *
 * @internal
 */
export const DCGM_METRICS: MetricRows = { ...DEVICE, ...PROFILING, ...HEALTH };
