import { MetricsTarget } from '../../core/watchable';
import { alertRule, ofOthers } from './alert-rule';
import { AlertSeverity } from './alert-severity';
import { MonitoringRule } from './monitoring-rule';

/** How often a group of pods may be made anew within an hour: for a rollout, and for a lost node. */
const MAX_RECREATIONS = 2;

/**
 * Alerts from what kube-state-metrics tells of nodes, pods, groups and Jobs.
 *
 * @internal
 */
export function clusterStateRules(target: MetricsTarget): MonitoringRule[] {
  return [gpuNotAllocatable(target), containerOutOfMemory(target), groupRecreating(target), jobFailed(target)];
}

/** The device plugin takes a GPU that it finds ill out of what is allocatable, and leaves it in the capacity. */
function gpuNotAllocatable(target: MetricsTarget): MonitoringRule {
  const of = (what: string) => ofOthers(`kube_node_status_${what}`, target, 'resource="nvidia_com_gpu"');
  return alertRule(target, {
    name: 'GpuNotAllocatable',
    severity: AlertSeverity.CRITICAL,
    expr: `max by (node) (${of('capacity')}) - max by (node) (${of('allocatable')}) > 0`,
    for: '10m',
    summary: '{{ $value }} GPUs of node {{ $labels.node }} cannot be had by pods',
    description:
      'The device plugin has found them ill. Pods that use them may go on, hang or fail; new ones do not come.',
  });
}

function containerOutOfMemory(target: MetricsTarget): MonitoringRule {
  const of = (what: string, ...matchers: string[]) =>
    ofOthers(`kube_pod_container_status_${what}`, target, ...matchers);
  const by = '(namespace, pod, container)';
  const killed = `max by ${by} (${of('last_terminated_reason', 'reason="OOMKilled"')}) == 1`;
  return alertRule(target, {
    name: 'ContainerOutOfMemory',
    severity: AlertSeverity.WARNING,
    expr: `${killed} and on ${by} (max by ${by} (increase(${of('restarts_total')}[15m])) > 0)`,
    ofOtherNamespace: true,
    summary: 'Container {{ $labels.container }} of pod {{ $labels.pod }} was ended for want of memory',
    description: 'Pod {{ $labels.pod }} in namespace {{ $labels.namespace }} was started again within 15m.',
  });
}

/**
 * A LeaderWorkerSet makes the workers of a group by a StatefulSet that its leader owns: it goes and comes with the leader, by the same name.
 *
 * @see https://github.com/kubernetes-sigs/lws (pkg/controllers/pod_controller.go)
 */
function groupRecreating(target: MetricsTarget): MonitoringRule {
  const made = ofOthers('kube_statefulset_created', target);
  return alertRule(target, {
    name: 'GroupRecreating',
    severity: AlertSeverity.CRITICAL,
    expr: `max by (namespace, statefulset) (changes(${made}[1h])) > ${MAX_RECREATIONS}`,
    ofOtherNamespace: true,
    summary: 'The group of pod {{ $labels.statefulset }} has been made anew {{ $value }} times within an hour',
    description:
      'StatefulSet {{ $labels.statefulset }} in namespace {{ $labels.namespace }}. When one pod of a group ends, all of them are made anew, and ' +
      'each time they load the weights.',
  });
}

/** Failed is final: the condition stays as long as the Job is there, also when its pods, with what they told of themselves, are gone. */
function jobFailed(target: MetricsTarget): MonitoringRule {
  return alertRule(target, {
    name: 'JobFailed',
    severity: AlertSeverity.WARNING,
    expr: `max by (namespace, job_name) (${ofOthers('kube_job_failed', target, 'condition="true"')}) > 0`,
    ofOtherNamespace: true,
    summary: 'Job {{ $labels.job_name }} in namespace {{ $labels.namespace }} failed for good',
    description:
      'No further pod is tried. A model pipeline has published nothing; an import is not complete; a training has ended. It ceases when the Job is ' +
      'deleted or made anew.',
  });
}
