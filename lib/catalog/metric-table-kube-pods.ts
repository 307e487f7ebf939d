import { MetricFacts, MetricRows } from './metric-facts';
import { MetricType, MetricUnit } from './metric-kind';

const DOCS =
  'kubernetes/kube-state-metrics @ c92fe0c: docs/metrics/workload/pod-metrics.md, internal/store/pod.go, pod_test.go';

type More = Partial<MetricFacts>;

function ofPod(unit: MetricUnit, description: string, more: More = {}): MetricFacts {
  const labels = ['namespace', 'pod', 'uid', ...(more.labels ?? [])];
  return { type: MetricType.GAUGE, unit, description, source: DOCS, ...more, labels };
}

function ofContainer(unit: MetricUnit, description: string, more: More = {}): MetricFacts {
  return ofPod(unit, description, { ...more, labels: ['container', ...(more.labels ?? [])] });
}

const { CODE, INFORMATION, STATE, UNIX_TIME } = MetricUnit;
const CONDITION = { labels: ['condition'], labelValues: { condition: ['true', 'false', 'unknown'] } };
/** `node` has no value until the pod has a node. */
const RESOURCE: More = {
  labels: ['resource', 'unit'],
  optionalLabels: ['node'],
  labelValues: { unit: ['core', 'byte', 'integer'] },
  unlikeValuesOf: 'resource',
};

/** What kube-state-metrics tells of pods. @internal */
export const KUBE_POD_METRICS: MetricRows = {
  kube_pod_info: ofPod(INFORMATION, 'Node, addresses and maker of a pod', {
    labels: ['host_network'],
    optionalLabels: ['created_by_kind', 'created_by_name', 'host_ip', 'node', 'pod_ip', 'priority_class'],
  }),
  kube_pod_owner: ofPod(INFORMATION, 'What owns a pod', {
    optionalLabels: ['owner_is_controller', 'owner_kind', 'owner_name'],
  }),
  kube_pod_created: ofPod(UNIX_TIME, 'When it was made'),
  kube_pod_start_time: ofPod(UNIX_TIME, 'When its node took it up'),
  kube_pod_completion_time: ofPod(UNIX_TIME, 'When it ended'),
  kube_pod_deletion_timestamp: ofPod(UNIX_TIME, 'When it is to be gone'),
  kube_pod_status_phase: ofPod(STATE, 'Phase, with one series for each', {
    labels: ['phase'],
    labelValues: { phase: ['Pending', 'Succeeded', 'Failed', 'Unknown', 'Running'] },
  }),
  kube_pod_status_ready: ofPod(STATE, 'Whether it is ready, with one series for each answer', CONDITION),
  kube_pod_status_scheduled: ofPod(STATE, 'Whether it has a node, with one series for each answer', CONDITION),
  kube_pod_status_scheduled_time: ofPod(UNIX_TIME, 'When it got a node'),
  kube_pod_status_ready_time: ofPod(UNIX_TIME, 'When it became ready', { minVersion: '2.8.0' }),
  kube_pod_status_container_ready_time: ofPod(UNIX_TIME, 'When its containers became ready', { minVersion: '2.8.0' }),
  kube_pod_status_initialized_time: ofPod(UNIX_TIME, 'When its init containers had ended', { minVersion: '2.10.0' }),
  kube_pod_status_unschedulable: ofPod(STATE, 'Whether no node can take it; absent otherwise'),
  kube_pod_status_reason: ofPod(STATE, 'Why it is as it is; absent where there is no reason', {
    labels: ['reason'],
    labelValues: {
      reason: [
        ...['Evicted', 'NodeAffinity', 'NodeLost', 'PreemptionByScheduler', 'SchedulingGated', 'Shutdown'],
        ...['TerminationByKubelet', 'UnexpectedAdmissionError', 'Other'],
      ],
    },
  }),
  kube_pod_status_disruption_reason: ofPod(STATE, 'Why it was disrupted; absent where it was not', {
    labels: ['reason'],
    labelValues: {
      reason: [
        ...['PreemptionByScheduler', 'DeletionByTaintManager', 'EvictionByEvictionAPI', 'DeletionByPodGC'],
        ...['TerminationByKubelet', 'Other'],
      ],
    },
    minVersion: '2.20.0',
  }),
  kube_pod_status_qos_class: ofPod(STATE, 'Class of service, with one series for each', {
    labels: ['qos_class'],
    labelValues: { qos_class: ['BestEffort', 'Burstable', 'Guaranteed'] },
    minVersion: '2.8.0',
  }),
  kube_pod_spec_volumes_persistentvolumeclaims_info: ofPod(INFORMATION, 'Claims that it uses', {
    labels: ['persistentvolumeclaim', 'volume'],
    optionalLabels: ['ephemeral'],
  }),
  kube_pod_resourceclaim_info: ofPod(INFORMATION, 'Claims of devices that it uses', {
    labels: ['claim_name'],
    optionalLabels: ['resourceclaim_name', 'resourceclaim_template_name'],
    minVersion: '2.20.0',
  }),
  kube_pod_container_info: ofContainer(INFORMATION, 'Image of a container', {
    labels: ['image_spec'],
    optionalLabels: ['container_id', 'image', 'image_id'],
  }),
  kube_pod_container_status_ready: ofContainer(STATE, 'Whether a container is ready'),
  kube_pod_container_status_running: ofContainer(STATE, 'Whether it runs'),
  kube_pod_container_status_waiting: ofContainer(STATE, 'Whether it waits'),
  kube_pod_container_status_waiting_reason: ofContainer(STATE, 'Why it waits; absent where it does not', {
    labels: ['reason'],
  }),
  kube_pod_container_status_terminated: ofContainer(STATE, 'Whether it has ended'),
  kube_pod_container_status_terminated_reason: ofContainer(STATE, 'Why it has ended; absent where it has not', {
    labels: ['reason'],
  }),
  kube_pod_container_status_last_terminated_reason: ofContainer(STATE, 'Why it last ended, such as OOMKilled', {
    labels: ['reason'],
  }),
  kube_pod_container_status_last_terminated_exitcode: ofContainer(CODE, 'With what it last ended', {
    minVersion: '2.7.0',
  }),
  kube_pod_container_status_last_terminated_timestamp: ofContainer(UNIX_TIME, 'When it last ended', {
    minVersion: '2.12.0',
  }),
  kube_pod_container_status_restarts_total: ofContainer(MetricUnit.EVENTS, 'How often it was started again', {
    type: MetricType.COUNTER,
  }),
  kube_pod_container_state_started: ofContainer(UNIX_TIME, 'When it was started'),
  kube_pod_container_resource_requests: ofContainer(
    MetricUnit.MIXED,
    'What it asks for: GPUs are resource nvidia_com_gpu',
    RESOURCE,
  ),
  kube_pod_container_resource_limits: ofContainer(
    MetricUnit.MIXED,
    'What it is limited to: GPUs are resource nvidia_com_gpu',
    RESOURCE,
  ),
  kube_pod_init_container_status_waiting_reason: ofContainer(STATE, 'Why an init container waits', {
    labels: ['reason'],
  }),
  kube_pod_init_container_status_running: ofContainer(STATE, 'Whether an init container runs'),
  kube_pod_init_container_status_restarts_total: ofContainer(
    MetricUnit.EVENTS,
    'How often an init container was started again',
    { type: MetricType.COUNTER },
  ),
  kube_pod_init_container_resource_requests: ofContainer(
    MetricUnit.MIXED,
    'What an init container asks for: GPUs are resource nvidia_com_gpu',
    RESOURCE,
  ),
};
