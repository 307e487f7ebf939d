import { MetricFacts, MetricRows } from './metric-facts';
import { KUBE_POD_METRICS } from './metric-table-kube-pods';
import { MetricFeature, MetricType, MetricUnit } from './metric-kind';

const DOCS = 'kubernetes/kube-state-metrics @ c92fe0c: docs/metrics/, internal/store/';

type Labels = readonly string[];
type More = Partial<MetricFacts>;

function rowsOf(kind: Labels) {
  return (unit: MetricUnit, description: string, more: More = {}): MetricFacts => {
    return {
      type: MetricType.GAUGE,
      unit,
      description,
      source: DOCS,
      ...more,
      labels: [...kind, ...(more.labels ?? [])],
    };
  };
}

const { CODE, INFORMATION, PODS, STATE, UNIX_TIME } = MetricUnit;
const STATUS = { status: ['true', 'false', 'unknown'] };

const deployment = rowsOf(['deployment', 'namespace']);

const DEPLOYMENTS: MetricRows = {
  kube_deployment_spec_replicas: deployment(PODS, 'Replicas that are asked for'),
  kube_deployment_spec_paused: deployment(STATE, 'Whether changes of it are held back'),
  kube_deployment_status_replicas: deployment(PODS, 'Replicas that there are'),
  kube_deployment_status_replicas_ready: deployment(PODS, 'Replicas that are ready'),
  kube_deployment_status_replicas_available: deployment(PODS, 'Replicas that have been ready long enough'),
  kube_deployment_status_replicas_unavailable: deployment(PODS, 'Replicas that are not available'),
  kube_deployment_status_replicas_updated: deployment(PODS, 'Replicas of the newest template'),
  kube_deployment_status_terminating_replicas: deployment(PODS, 'Replicas that end', { minVersion: '2.18.0' }),
  kube_deployment_status_observed_generation: deployment(CODE, 'Generation that its controller has seen'),
  kube_deployment_metadata_generation: deployment(CODE, 'Generation that is asked for'),
  kube_deployment_created: deployment(UNIX_TIME, 'When it was made'),
  kube_deployment_status_condition: deployment(STATE, 'Conditions, with one series for each status', {
    labels: ['condition', 'status'],
    optionalLabels: ['reason'],
    labelValues: STATUS,
    labelChanges: [{ label: 'reason', since: '2.17.0' }],
  }),
};

const statefulSet = rowsOf(['namespace', 'statefulset']);

const STATEFUL_SETS: MetricRows = {
  kube_statefulset_replicas: statefulSet(PODS, 'Replicas that are asked for'),
  kube_statefulset_status_replicas: statefulSet(PODS, 'Replicas that there are'),
  kube_statefulset_status_replicas_ready: statefulSet(PODS, 'Replicas that are ready'),
  kube_statefulset_status_replicas_available: statefulSet(PODS, 'Replicas that have been ready long enough'),
  kube_statefulset_status_replicas_current: statefulSet(PODS, 'Replicas of the current revision'),
  kube_statefulset_status_replicas_updated: statefulSet(PODS, 'Replicas of the revision to come'),
  kube_statefulset_status_current_revision: statefulSet(INFORMATION, 'Revision that runs', { labels: ['revision'] }),
  kube_statefulset_status_update_revision: statefulSet(INFORMATION, 'Revision to come', { labels: ['revision'] }),
  kube_statefulset_status_observed_generation: statefulSet(CODE, 'Generation that its controller has seen'),
  kube_statefulset_metadata_generation: statefulSet(CODE, 'Generation that is asked for'),
  kube_statefulset_created: statefulSet(UNIX_TIME, 'When it was made'),
};

const daemonSet = rowsOf(['daemonset', 'namespace']);

const DAEMON_SETS: MetricRows = {
  kube_daemonset_status_desired_number_scheduled: daemonSet(MetricUnit.NODES, 'Nodes that should have a pod of it'),
  kube_daemonset_status_current_number_scheduled: daemonSet(MetricUnit.NODES, 'Nodes that should have one and do'),
  kube_daemonset_status_number_ready: daemonSet(MetricUnit.NODES, 'Nodes where it is ready'),
  kube_daemonset_status_number_available: daemonSet(MetricUnit.NODES, 'Nodes where it has been ready long enough'),
  kube_daemonset_status_number_unavailable: daemonSet(MetricUnit.NODES, 'Nodes where it is not available'),
  kube_daemonset_status_number_misscheduled: daemonSet(MetricUnit.NODES, 'Nodes that should not have one and do'),
  kube_daemonset_status_updated_number_scheduled: daemonSet(MetricUnit.NODES, 'Nodes with the newest template'),
};

const job = rowsOf(['job_name', 'namespace']);
const FAILURES = ['BackoffLimitExceeded', 'DeadlineExceeded', 'Evicted'];
const CONDITION = { labels: ['condition'], labelValues: { condition: STATUS.status } };

const JOBS: MetricRows = {
  kube_job_info: job(INFORMATION, 'A job'),
  kube_job_created: job(UNIX_TIME, 'When it was made'),
  kube_job_spec_parallelism: job(PODS, 'Pods that may run at once'),
  kube_job_spec_completions: job(PODS, 'Pods that are to end well'),
  kube_job_spec_active_deadline_seconds: job(MetricUnit.SECONDS, 'Time that it may take'),
  kube_job_status_active: job(PODS, 'Pods that run'),
  kube_job_status_ready: job(PODS, 'Pods that are ready', { minVersion: '2.18.0' }),
  kube_job_status_succeeded: job(PODS, 'Pods that ended well'),
  kube_job_status_failed: job(PODS, 'Pods that failed; of a job that failed for a known reason, 1 for that reason', {
    optionalLabels: ['reason'],
    labelValues: { reason: FAILURES },
  }),
  kube_job_status_suspended: job(STATE, 'Whether it is held back', { minVersion: '2.14.0' }),
  kube_job_status_start_time: job(UNIX_TIME, 'When it was begun'),
  kube_job_status_completion_time: job(UNIX_TIME, 'When it ended'),
  kube_job_complete: job(STATE, 'Whether it ended well, with one series for each status', CONDITION),
  kube_job_failed: job(STATE, 'Whether it failed, with one series for each status', CONDITION),
  kube_job_owner: job(INFORMATION, 'What made it', {
    // Without a value where nothing owns the job.
    optionalLabels: ['owner_is_controller', 'owner_kind', 'owner_name'],
  }),
};

const budget = rowsOf(['namespace', 'poddisruptionbudget']);
const scaler = rowsOf(['horizontalpodautoscaler', 'namespace']);

const BUDGETS_AND_SCALERS: MetricRows = {
  kube_poddisruptionbudget_status_current_healthy: budget(PODS, 'Pods that are well'),
  kube_poddisruptionbudget_status_desired_healthy: budget(PODS, 'Pods that must be well'),
  kube_poddisruptionbudget_status_pod_disruptions_allowed: budget(PODS, 'Pods that may be evicted now'),
  kube_poddisruptionbudget_status_expected_pods: budget(PODS, 'Pods that it counts'),
  kube_poddisruptionbudget_status_observed_generation: budget(CODE, 'Generation that its controller has seen'),
  kube_poddisruptionbudget_created: budget(UNIX_TIME, 'When it was made'),
  kube_horizontalpodautoscaler_info: scaler(INFORMATION, 'What it scales', {
    labels: ['scaletargetref_kind', 'scaletargetref_name'],
    optionalLabels: ['scaletargetref_api_version'],
  }),
  kube_horizontalpodautoscaler_spec_max_replicas: scaler(PODS, 'Most replicas'),
  kube_horizontalpodautoscaler_spec_min_replicas: scaler(PODS, 'Fewest replicas'),
  kube_horizontalpodautoscaler_status_current_replicas: scaler(PODS, 'Replicas that it last saw'),
  kube_horizontalpodautoscaler_status_desired_replicas: scaler(PODS, 'Replicas that it wants'),
  kube_horizontalpodautoscaler_status_condition: scaler(STATE, 'Conditions, with one series for each status', {
    labels: ['condition', 'status'],
    labelValues: { ...STATUS, condition: ['AbleToScale', 'ScalingActive', 'ScalingLimited'] },
  }),
  kube_horizontalpodautoscaler_status_target_metric: scaler(MetricUnit.MIXED, 'What it scales by, as it last was', {
    labels: ['metric_name', 'metric_target_type'],
    optionalLabels: ['container'],
    labelValues: { metric_target_type: ['value', 'average', 'utilization'] },
    unlikeValuesOf: 'metric_target_type',
    minVersion: '2.6.0',
  }),
  kube_horizontalpodautoscaler_spec_target_metric: scaler(MetricUnit.MIXED, 'What it scales by, as it should be', {
    labels: ['metric_name', 'metric_target_type'],
    optionalLabels: ['container'],
    labelValues: { metric_target_type: ['value', 'average', 'utilization'] },
    unlikeValuesOf: 'metric_target_type',
  }),
};

const claim = rowsOf(['namespace', 'persistentvolumeclaim']);
const node = rowsOf(['node']);
const UNITS = ['core', 'byte', 'integer'];

const CLAIMS_AND_NODES: MetricRows = {
  kube_persistentvolumeclaim_info: claim(INFORMATION, 'Class, mode and volume of a claim', {
    optionalLabels: ['storageclass', 'volumemode', 'volumename'],
  }),
  kube_persistentvolumeclaim_status_phase: claim(STATE, 'Phase, with one series for each', {
    labels: ['phase'],
    labelValues: { phase: ['Bound', 'Lost', 'Pending'] },
  }),
  kube_persistentvolumeclaim_resource_requests_storage_bytes: claim(MetricUnit.BYTES, 'Bytes that are asked for'),
  kube_persistentvolumeclaim_access_mode: claim(INFORMATION, 'How it is used', { labels: ['access_mode'] }),
  kube_persistentvolumeclaim_created: claim(UNIX_TIME, 'When it was made'),
  kube_node_info: node(INFORMATION, 'Kernel, runtime and kubelet of a node', {
    labels: ['container_runtime_version', 'kernel_version', 'kubelet_version', 'os_image', 'system_uuid'],
    // Kubernetes 1.33 and later say no version of the proxy.
    optionalLabels: ['internal_ip', 'kubeproxy_version', 'pod_cidr', 'provider_id'],
  }),
  kube_node_labels: node(INFORMATION, 'Labels of a node, of those that it is told to show: the pool', {
    optionalLabels: ['label_gpu_inference_constructs_pool'],
    feature: MetricFeature.POOL_LABELS,
    source:
      'kubernetes/kube-state-metrics @ c92fe0c: docs/metrics/cluster/node-metrics.md, internal/store/utils.go (SanitizeLabelName)',
  }),
  kube_node_created: node(UNIX_TIME, 'When it joined'),
  kube_node_deletion_timestamp: node(UNIX_TIME, 'When it is to go', { minVersion: '2.7.0' }),
  kube_node_role: node(INFORMATION, 'Roles', { labels: ['role'] }),
  kube_node_spec_unschedulable: node(STATE, 'Whether no pod may come'),
  kube_node_spec_taint: node(INFORMATION, 'Taints', {
    labels: ['effect', 'key'],
    optionalLabels: ['value'],
    labelValues: { effect: ['NoSchedule', 'PreferNoSchedule', 'NoExecute'] },
  }),
  kube_node_status_condition: node(STATE, 'Conditions, with one series for each status', {
    labels: ['condition', 'status'],
    labelValues: STATUS,
  }),
  kube_node_status_allocatable: node(MetricUnit.MIXED, 'What pods can have: GPUs are resource nvidia_com_gpu', {
    labels: ['resource', 'unit'],
    labelValues: { unit: UNITS },
    unlikeValuesOf: 'resource',
  }),
  kube_node_status_capacity: node(MetricUnit.MIXED, 'What the node has: GPUs are resource nvidia_com_gpu', {
    labels: ['resource', 'unit'],
    labelValues: { unit: UNITS },
    unlikeValuesOf: 'resource',
  }),
};

/**
 * What kube-state-metrics tells of the objects that this library makes and of nodes. Names of resources have `_` where Kubernetes has other signs.
 *
 * @internal
 */
export const KUBE_STATE_METRICS: MetricRows = {
  ...DEPLOYMENTS,
  ...STATEFUL_SETS,
  ...DAEMON_SETS,
  ...JOBS,
  ...BUDGETS_AND_SCALERS,
  ...CLAIMS_AND_NODES,
  ...KUBE_POD_METRICS,
};
