import { MetricFacts, MetricRows } from './metric-facts';
import { MetricType, MetricUnit } from './metric-kind';

const { COUNTER, GAUGE } = MetricType;
const EXPORTER = 'prometheus/node_exporter @ a7dcc3a: collector/';
const FIXTURE = `${EXPORTER}fixtures/e2e-output.txt`;

type Labels = readonly string[];

function row(
  type: MetricType,
  unit: MetricUnit,
  labels: Labels,
  description: string,
  minVersion?: string,
): MetricFacts {
  return { type, unit, labels, minVersion, description, source: FIXTURE };
}

const gauge = (unit: MetricUnit, labels: Labels, description: string, since?: string) =>
  row(GAUGE, unit, labels, description, since);
const counter = (unit: MetricUnit, labels: Labels, description: string, since?: string) =>
  row(COUNTER, unit, labels, description, since);

const MODES = ['user', 'nice', 'system', 'idle', 'iowait', 'irq', 'softirq', 'steal'];

const PROCESSORS: MetricRows = {
  node_cpu_seconds_total: {
    ...counter(MetricUnit.SECONDS, ['cpu', 'mode'], 'Time that a processor spent in a mode'),
    labelValues: { mode: MODES },
    source: `${EXPORTER}cpu_linux.go`,
  },
  node_cpu_package_throttles_total: counter(MetricUnit.EVENTS, ['package'], 'How often heat slowed a processor down'),
  node_cpu_scaling_frequency_hertz: gauge(MetricUnit.HERTZ, ['cpu'], 'Clock of a processor'),
  node_load1: gauge(MetricUnit.PROCESSES, [], 'Processes that run or wait, over a minute'),
  node_load5: gauge(MetricUnit.PROCESSES, [], 'Processes that run or wait, over five minutes'),
  node_load15: gauge(MetricUnit.PROCESSES, [], 'Processes that run or wait, over fifteen minutes'),
  node_boot_time_seconds: gauge(MetricUnit.UNIX_TIME, [], 'When the node was started'),
  node_time_seconds: gauge(MetricUnit.UNIX_TIME, [], 'Clock of the node'),
  node_pressure_cpu_waiting_seconds_total: counter(MetricUnit.SECONDS, [], 'Time in which something waited to run'),
  node_pressure_memory_waiting_seconds_total: counter(
    MetricUnit.SECONDS,
    [],
    'Time in which something waited for memory',
  ),
  node_pressure_memory_stalled_seconds_total: counter(MetricUnit.SECONDS, [], 'Time in which all waited for memory'),
  node_pressure_io_waiting_seconds_total: counter(MetricUnit.SECONDS, [], 'Time in which something waited for disks'),
  node_pressure_io_stalled_seconds_total: counter(MetricUnit.SECONDS, [], 'Time in which all waited for disks'),
  node_vmstat_oom_kill: {
    ...counter(MetricUnit.EVENTS, [], 'Processes ended for want of memory; called untyped'),
    source: `${EXPORTER}vmstat_linux.go`,
  },
  node_uname_info: gauge(
    MetricUnit.INFORMATION,
    ['domainname', 'machine', 'nodename', 'release', 'sysname', 'version'],
    'Kernel and name of the node',
  ),
  node_hwmon_temp_celsius: gauge(MetricUnit.CELSIUS, ['chip', 'sensor'], 'Temperature of a sensor'),
  node_edac_correctable_errors_total: counter(MetricUnit.EVENTS, ['controller'], 'Errors of memory, corrected'),
  node_edac_uncorrectable_errors_total: counter(MetricUnit.EVENTS, ['controller'], 'Errors of memory, not corrected'),
  node_scrape_collector_success: gauge(MetricUnit.STATE, ['collector'], 'Whether a collector of the exporter worked'),
};

const bytesOfMemory = (description: string) => gauge(MetricUnit.BYTES, [], description);

const MEMORY: MetricRows = {
  node_memory_MemTotal_bytes: bytesOfMemory('Memory of the node'),
  node_memory_MemFree_bytes: bytesOfMemory('Memory that nothing uses'),
  node_memory_MemAvailable_bytes: {
    ...bytesOfMemory('Memory that can be had without swapping'),
    // The kernel of the published excerpt had none.
    source: `${EXPORTER}meminfo_procfs.go`,
  },
  node_memory_Buffers_bytes: bytesOfMemory('Memory for buffers of devices'),
  node_memory_Cached_bytes: bytesOfMemory('Memory for the cache of files'),
  node_memory_Shmem_bytes: bytesOfMemory('Shared memory, such as /dev/shm of NCCL'),
  node_memory_Mlocked_bytes: bytesOfMemory('Memory that must not be swapped, such as that of RDMA'),
  node_memory_SwapTotal_bytes: bytesOfMemory('Swap space'),
  node_memory_SwapFree_bytes: bytesOfMemory('Swap space that is free'),
  node_memory_Hugepagesize_bytes: bytesOfMemory('Bytes of a huge page'),
  node_memory_HugePages_Total: gauge(MetricUnit.ITEMS, [], 'Huge pages'),
  node_memory_HugePages_Free: gauge(MetricUnit.ITEMS, [], 'Huge pages that are free: EFA needs some'),
};

const FILE_SYSTEM = ['device', 'fstype', 'mountpoint'];
const fileSystem = (unit: MetricUnit, description: string): MetricFacts => {
  const source = `${EXPORTER}filesystem_common.go`;
  // `device_error` has a value only where the file system could not be asked.
  return { ...gauge(unit, FILE_SYSTEM, description), optionalLabels: ['device_error'], source };
};
const ofDisk = (unit: MetricUnit, description: string) => counter(unit, ['device'], description);

const DISKS: MetricRows = {
  node_filesystem_size_bytes: fileSystem(MetricUnit.BYTES, 'Bytes of a file system'),
  node_filesystem_free_bytes: fileSystem(MetricUnit.BYTES, 'Bytes that are free, some for root alone'),
  node_filesystem_avail_bytes: fileSystem(MetricUnit.BYTES, 'Bytes that are free for all'),
  node_filesystem_files: fileSystem(MetricUnit.INODES, 'Files that a file system can hold'),
  node_filesystem_files_free: fileSystem(MetricUnit.INODES, 'Files that it can still take'),
  node_filesystem_readonly: fileSystem(MetricUnit.STATE, 'Whether a file system cannot be written'),
  node_filesystem_device_error: fileSystem(MetricUnit.STATE, 'Whether a file system could not be asked'),
  node_disk_read_bytes_total: ofDisk(MetricUnit.BYTES, 'Bytes read'),
  node_disk_written_bytes_total: ofDisk(MetricUnit.BYTES, 'Bytes written'),
  node_disk_reads_completed_total: ofDisk(MetricUnit.OPERATIONS, 'Reads that ended'),
  node_disk_writes_completed_total: ofDisk(MetricUnit.OPERATIONS, 'Writes that ended'),
  node_disk_read_time_seconds_total: ofDisk(MetricUnit.SECONDS, 'Time of all reads, added up'),
  node_disk_write_time_seconds_total: ofDisk(MetricUnit.SECONDS, 'Time of all writes, added up'),
  node_disk_io_time_seconds_total: ofDisk(MetricUnit.SECONDS, 'Time in which the disk was busy'),
  node_disk_io_time_weighted_seconds_total: ofDisk(MetricUnit.SECONDS, 'Time of all that was in progress, added up'),
  node_disk_io_now: gauge(MetricUnit.OPERATIONS, ['device'], 'Reads and writes in progress'),
  node_filefd_allocated: gauge(MetricUnit.ITEMS, [], 'Files that are open'),
  node_filefd_maximum: gauge(MetricUnit.ITEMS, [], 'Files that can be open'),
  node_nvme_info: {
    ...gauge(
      MetricUnit.INFORMATION,
      ['cntlid', 'device', 'firmware_revision', 'model', 'serial', 'state'],
      'Model and state of an NVMe disk',
    ),
    labelChanges: [{ label: 'cntlid', since: '1.11.0' }],
  },
};

const ofInterface = (unit: MetricUnit, description: string) => counter(unit, ['device'], description);

const NETWORK: MetricRows = {
  node_network_receive_bytes_total: ofInterface(MetricUnit.BYTES, 'Bytes received; without what RDMA moves'),
  node_network_transmit_bytes_total: ofInterface(MetricUnit.BYTES, 'Bytes sent; without what RDMA moves'),
  node_network_receive_packets_total: ofInterface(MetricUnit.PACKETS, 'Packets received'),
  node_network_transmit_packets_total: ofInterface(MetricUnit.PACKETS, 'Packets sent'),
  node_network_receive_errs_total: ofInterface(MetricUnit.EVENTS, 'Packets received with an error'),
  node_network_transmit_errs_total: ofInterface(MetricUnit.EVENTS, 'Packets not sent for an error'),
  node_network_receive_drop_total: ofInterface(MetricUnit.PACKETS, 'Packets received and dropped'),
  node_network_transmit_drop_total: ofInterface(MetricUnit.PACKETS, 'Packets dropped before they were sent'),
  node_network_carrier_changes_total: ofInterface(MetricUnit.EVENTS, 'How often the link came or went'),
  node_network_up: gauge(MetricUnit.STATE, ['device'], 'Whether the interface is up'),
  node_network_speed_bytes: gauge(MetricUnit.BYTES_PER_SECOND, ['device'], 'What the interface can move a second'),
  node_network_mtu_bytes: gauge(MetricUnit.BYTES, ['device'], 'Longest packet of the interface'),
  node_netstat_Tcp_RetransSegs: {
    ...counter(MetricUnit.PACKETS, [], 'TCP segments sent again; called untyped'),
    source: `${EXPORTER}netstat_linux.go`,
  },
  node_nf_conntrack_entries: gauge(MetricUnit.CONNECTIONS, [], 'Connections that the kernel tracks'),
  node_nf_conntrack_entries_limit: gauge(MetricUnit.CONNECTIONS, [], 'Connections that it can track'),
};

/** What the exporter of a node exposes of processors, memory, disks and interfaces. @internal */
export const NODE_METRICS: MetricRows = { ...PROCESSORS, ...MEMORY, ...DISKS, ...NETWORK };
