import { MetricFacts, MetricRows } from './metric-facts';
import { MetricType, MetricUnit } from './metric-kind';

const { COUNTER, GAUGE, HISTOGRAM } = MetricType;
/** Names and labels that both releases have; what one alone has is left out. */
const KUBELET = 'kubernetes/kubernetes v1.33.0 and v1.37.2: pkg/kubelet/metrics/metrics.go';
const CERTIFICATES = 'kubernetes/kubernetes v1.33.0 and v1.37.2: pkg/kubelet/certificate/kubelet.go';
const VOLUMES = 'kubernetes/kubernetes v1.33.0 and v1.37.2: pkg/kubelet/metrics/collectors/volume_stats.go';
const RESOURCES = 'kubernetes/kubernetes v1.33.0 and v1.37.2: pkg/kubelet/metrics/collectors/resource_metrics.go';
const CADVISOR =
  'google/cadvisor lib v0.60.5: metrics/testdata/prometheus_metrics; labels: kubernetes/kubernetes v1.37.2: pkg/kubelet/server/server.go';

type Labels = readonly string[];

function kubelet(type: MetricType, unit: MetricUnit, description: string, labels: Labels = []): MetricFacts {
  return { type, unit, labels, description, source: KUBELET };
}

function volume(unit: MetricUnit, description: string): MetricFacts {
  return { type: GAUGE, unit, labels: ['namespace', 'persistentvolumeclaim'], description, source: VOLUMES };
}

const { EVENTS, SECONDS } = MetricUnit;

/** `static` is `true` for pods from files of the node, and has no value for others. */
const OF_FILES = { optionalLabels: ['static'], labelValues: { static: ['true'] } };

/** What `/metrics` of the kubelet tells. Some counters do not end in `_total`. @internal */
export const KUBELET_METRICS: MetricRows = {
  kubelet_node_name: kubelet(GAUGE, MetricUnit.INFORMATION, 'Name of the node', ['node']),
  kubelet_running_pods: kubelet(GAUGE, MetricUnit.PODS, 'Pods that run'),
  kubelet_running_containers: {
    ...kubelet(GAUGE, MetricUnit.CONTAINERS, 'Containers, by state', ['container_state']),
    labelValues: { container_state: ['created', 'running', 'exited', 'unknown'] },
  },
  kubelet_started_pods_total: kubelet(COUNTER, EVENTS, 'Pods that were started'),
  kubelet_started_pods_errors_total: kubelet(COUNTER, EVENTS, 'Pods that could not be started'),
  kubelet_started_containers_total: kubelet(COUNTER, EVENTS, 'Containers that were started', ['container_type']),
  kubelet_started_containers_errors_total: kubelet(COUNTER, EVENTS, 'Containers that could not be started, by why', [
    'container_type',
    'code',
  ]),
  kubelet_desired_pods: {
    ...kubelet(GAUGE, MetricUnit.PODS, 'Pods that the node was given, those of its own files apart'),
    ...OF_FILES,
  },
  kubelet_active_pods: { ...kubelet(GAUGE, MetricUnit.PODS, 'Pods that it looks after'), ...OF_FILES },
  kubelet_restarted_pods_total: {
    ...kubelet(COUNTER, EVENTS, 'Pods of which an old one had to end first'),
    ...OF_FILES,
  },
  kubelet_pod_start_duration_seconds: kubelet(HISTOGRAM, SECONDS, 'Time from seeing a pod to its running'),
  kubelet_pod_start_sli_duration_seconds: kubelet(HISTOGRAM, SECONDS, 'The same, without the pull of images'),
  kubelet_pod_worker_duration_seconds: kubelet(HISTOGRAM, SECONDS, 'Time of one look after a pod', ['operation_type']),
  kubelet_image_pull_duration_seconds: kubelet(HISTOGRAM, SECONDS, 'Time of the pull of an image, by its size', [
    'image_size_in_bytes',
  ]),
  kubelet_image_garbage_collected_total: kubelet(COUNTER, EVENTS, 'Images that were deleted, by why', ['reason']),
  kubelet_runtime_operations_total: kubelet(COUNTER, EVENTS, 'Calls of the container runtime', ['operation_type']),
  kubelet_runtime_operations_errors_total: kubelet(COUNTER, EVENTS, 'Calls of it that failed', ['operation_type']),
  kubelet_runtime_operations_duration_seconds: kubelet(HISTOGRAM, SECONDS, 'Time of a call of it', ['operation_type']),
  kubelet_pleg_relist_duration_seconds: kubelet(HISTOGRAM, SECONDS, 'Time to list all containers'),
  kubelet_pleg_relist_interval_seconds: kubelet(HISTOGRAM, SECONDS, 'Time between two lists of all containers'),
  kubelet_pleg_last_seen_seconds: kubelet(GAUGE, MetricUnit.UNIX_TIME, 'When all containers were last listed'),
  kubelet_evictions: kubelet(COUNTER, EVENTS, 'Pods evicted, by what ran short', ['eviction_signal']),
  kubelet_preemptions: kubelet(COUNTER, EVENTS, 'Pods that made room for others', ['preemption_signal']),
  kubelet_admission_rejections_total: kubelet(COUNTER, EVENTS, 'Pods that the node refused, by why', ['reason']),
  kubelet_device_plugin_registration_total: kubelet(
    COUNTER,
    EVENTS,
    'How often a device plugin came: more than once where it restarts',
    ['resource_name'],
  ),
  kubelet_device_plugin_alloc_duration_seconds: kubelet(HISTOGRAM, SECONDS, 'Time to hand out devices', [
    'resource_name',
  ]),
  kubelet_topology_manager_admission_errors_total: kubelet(COUNTER, EVENTS, 'Pods refused for want of near resources'),
  kubelet_cpu_manager_pinning_errors_total: kubelet(COUNTER, EVENTS, 'Containers that got no cores of their own'),
  kubelet_memory_manager_pinning_errors_total: kubelet(COUNTER, EVENTS, 'Containers that got no memory of their own'),
  kubelet_node_startup_duration_seconds: kubelet(GAUGE, SECONDS, 'Time from the start of the node to its being ready'),
  kubelet_certificate_manager_server_ttl_seconds: {
    ...kubelet(GAUGE, SECONDS, 'Time until the certificate of the kubelet ends; below 0 afterwards'),
    source: CERTIFICATES,
  },
  kubelet_certificate_manager_client_expiration_renew_errors: {
    ...kubelet(COUNTER, EVENTS, 'Certificates that could not be renewed'),
    source: CERTIFICATES,
  },
  kubelet_volume_stats_capacity_bytes: volume(MetricUnit.BYTES, 'Bytes of a volume of a claim'),
  kubelet_volume_stats_available_bytes: volume(MetricUnit.BYTES, 'Bytes of it that are free'),
  kubelet_volume_stats_used_bytes: volume(MetricUnit.BYTES, 'Bytes of it in use'),
  kubelet_volume_stats_inodes: volume(MetricUnit.INODES, 'Files that it can hold'),
  kubelet_volume_stats_inodes_free: volume(MetricUnit.INODES, 'Files that it can still take'),
  kubelet_volume_stats_inodes_used: volume(MetricUnit.INODES, 'Files that it holds'),
};

function resource(type: MetricType, unit: MetricUnit, labels: Labels, description: string): MetricFacts {
  return { type, unit, labels, description, source: RESOURCES };
}

const CONTAINER = ['container', 'namespace', 'pod'];
const POD = ['namespace', 'pod'];

/** What `/metrics/resource` of the kubelet tells. @internal */
export const KUBELET_RESOURCE_METRICS: MetricRows = {
  container_cpu_usage_seconds_total: resource(COUNTER, SECONDS, CONTAINER, 'Time of processors, of a container'),
  container_memory_working_set_bytes: resource(GAUGE, MetricUnit.BYTES, CONTAINER, 'Memory that it needs'),
  container_swap_usage_bytes: resource(GAUGE, MetricUnit.BYTES, CONTAINER, 'Swap space that it uses'),
  container_start_time_seconds: resource(GAUGE, MetricUnit.UNIX_TIME, CONTAINER, 'When it was started'),
  pod_cpu_usage_seconds_total: resource(COUNTER, SECONDS, POD, 'Time of processors, of a pod'),
  pod_memory_working_set_bytes: resource(GAUGE, MetricUnit.BYTES, POD, 'Memory that it needs'),
  pod_swap_usage_bytes: resource(GAUGE, MetricUnit.BYTES, POD, 'Swap space that it uses'),
  node_cpu_usage_seconds_total: resource(COUNTER, SECONDS, [], 'Time of processors, of the node'),
  node_memory_working_set_bytes: resource(GAUGE, MetricUnit.BYTES, [], 'Memory that it needs'),
  node_swap_usage_bytes: resource(GAUGE, MetricUnit.BYTES, [], 'Swap space that it uses'),
  resource_scrape_error: resource(GAUGE, MetricUnit.STATE, [], 'Whether containers could not be asked'),
};

/** Without values for a group that is no container: the sum over all series counts each container several times. */
const OF_CONTAINER = ['container', 'image', 'name', 'namespace', 'pod'];

function cadvisor(
  type: MetricType,
  unit: MetricUnit,
  description: string,
  more: Partial<MetricFacts> = {},
): MetricFacts {
  const labels = ['id', ...(more.labels ?? [])];
  return { type, unit, description, source: CADVISOR, ...more, labels, optionalLabels: OF_CONTAINER };
}

const ofDisk = (unit: MetricUnit, description: string, type = COUNTER) =>
  cadvisor(type, unit, description, { labels: ['device'] });
const ofInterface = (unit: MetricUnit, description: string) =>
  cadvisor(COUNTER, unit, description, { labels: ['interface'] });
const pressure = (description: string) => cadvisor(COUNTER, SECONDS, description, { minVersion: '1.34' });

/** What `/metrics/cadvisor` of the kubelet tells: each group of processes has a series, those of pods and of the node among them. @internal */
export const KUBELET_CADVISOR_METRICS: MetricRows = {
  container_cpu_usage_seconds_total: cadvisor(COUNTER, SECONDS, 'Time of processors', { labels: ['cpu'] }),
  container_cpu_user_seconds_total: cadvisor(COUNTER, SECONDS, 'Time of processors for programs'),
  container_cpu_system_seconds_total: cadvisor(COUNTER, SECONDS, 'Time of processors for the kernel'),
  container_cpu_cfs_periods_total: cadvisor(COUNTER, EVENTS, 'Periods in which a limit of processors held'),
  container_cpu_cfs_throttled_periods_total: cadvisor(COUNTER, EVENTS, 'Those in which the limit was reached'),
  container_cpu_cfs_throttled_seconds_total: cadvisor(COUNTER, SECONDS, 'Time held back by the limit'),
  container_memory_working_set_bytes: cadvisor(GAUGE, MetricUnit.BYTES, 'Memory that is needed: what a limit counts'),
  container_memory_usage_bytes: cadvisor(GAUGE, MetricUnit.BYTES, 'Memory in use, the cache of files with it'),
  container_memory_rss: cadvisor(GAUGE, MetricUnit.BYTES, 'Memory of programs'),
  container_memory_cache: cadvisor(GAUGE, MetricUnit.BYTES, 'Memory of the cache of files'),
  container_memory_swap: cadvisor(GAUGE, MetricUnit.BYTES, 'Swap space in use'),
  container_memory_max_usage_bytes: cadvisor(GAUGE, MetricUnit.BYTES, 'Most memory that was in use'),
  container_memory_failcnt: cadvisor(COUNTER, EVENTS, 'How often the limit of memory was hit'),
  container_memory_failures_total: cadvisor(COUNTER, EVENTS, 'Pages that were not there', {
    labels: ['failure_type', 'scope'],
    labelValues: { failure_type: ['pgfault', 'pgmajfault'], scope: ['container', 'hierarchy'] },
  }),
  container_oom_events_total: cadvisor(COUNTER, EVENTS, 'Processes ended for want of memory'),
  container_fs_usage_bytes: ofDisk(MetricUnit.BYTES, 'Bytes on a disk', GAUGE),
  container_fs_limit_bytes: ofDisk(MetricUnit.BYTES, 'Bytes of the disk', GAUGE),
  container_fs_reads_bytes_total: ofDisk(MetricUnit.BYTES, 'Bytes read'),
  container_fs_writes_bytes_total: ofDisk(MetricUnit.BYTES, 'Bytes written'),
  container_fs_reads_total: ofDisk(MetricUnit.OPERATIONS, 'Reads that ended'),
  container_fs_writes_total: ofDisk(MetricUnit.OPERATIONS, 'Writes that ended'),
  container_network_receive_bytes_total: ofInterface(MetricUnit.BYTES, 'Bytes received; without what RDMA moves'),
  container_network_transmit_bytes_total: ofInterface(MetricUnit.BYTES, 'Bytes sent; without what RDMA moves'),
  container_network_receive_packets_total: ofInterface(MetricUnit.PACKETS, 'Packets received'),
  container_network_transmit_packets_total: ofInterface(MetricUnit.PACKETS, 'Packets sent'),
  container_network_receive_errors_total: ofInterface(EVENTS, 'Packets received with an error'),
  container_network_transmit_errors_total: ofInterface(EVENTS, 'Packets not sent for an error'),
  container_network_receive_packets_dropped_total: ofInterface(MetricUnit.PACKETS, 'Packets received and dropped'),
  container_network_transmit_packets_dropped_total: ofInterface(MetricUnit.PACKETS, 'Packets dropped before sending'),
  container_start_time_seconds: cadvisor(GAUGE, MetricUnit.UNIX_TIME, 'When it was started'),
  container_last_seen: cadvisor(GAUGE, MetricUnit.UNIX_TIME, 'When it was last seen'),
  container_processes: cadvisor(GAUGE, MetricUnit.PROCESSES, 'Processes'),
  container_threads: cadvisor(GAUGE, MetricUnit.PROCESSES, 'Threads'),
  container_file_descriptors: cadvisor(GAUGE, MetricUnit.ITEMS, 'Files that are open'),
  container_spec_cpu_quota: cadvisor(GAUGE, MetricUnit.MICROSECONDS, 'Time of processors allowed in a period'),
  container_spec_cpu_period: cadvisor(GAUGE, MetricUnit.MICROSECONDS, 'Length of such a period'),
  container_spec_memory_limit_bytes: {
    ...cadvisor(GAUGE, MetricUnit.BYTES, 'Limit of memory; 0 where there is none'),
    source: 'google/cadvisor lib v0.60.5: metrics/prometheus.go',
  },
  container_pressure_cpu_waiting_seconds_total: pressure('Time in which something waited to run'),
  container_pressure_memory_waiting_seconds_total: pressure('Time in which something waited for memory'),
  container_pressure_memory_stalled_seconds_total: pressure('Time in which all waited for memory'),
  container_pressure_io_waiting_seconds_total: pressure('Time in which something waited for disks'),
};
