import { MetricFacts, MetricRows } from './metric-facts';
import { MetricType, MetricUnit } from './metric-kind';

const { COUNTER, GAUGE, HISTOGRAM } = MetricType;
/** The controller registers none of its own: what there is, is of the library that it is built on. */
const RECONCILER = 'kubernetes-sigs/lws @ 060ab4d: go.mod; controller-runtime v0.24.1: pkg/internal/controller/metrics';
const QUEUE = 'kubernetes-sigs/lws @ 060ab4d: go.mod; controller-runtime v0.24.1: pkg/internal/metrics/workqueue.go';

function reconciler(type: MetricType, unit: MetricUnit, description: string): MetricFacts {
  return { type, unit, labels: ['controller'], description, source: RECONCILER };
}

function queue(type: MetricType, unit: MetricUnit, description: string): MetricFacts {
  return { type, unit, labels: ['controller', 'name'], description, source: QUEUE };
}

/**
 * What the controller of LeaderWorkerSets exposes: `controller` is `leaderworkerset`, `pod` or `disaggregatedset`. How many groups there are,
 * and how many are ready, no metric tells: StatefulSets of kube-state-metrics do.
 *
 * @internal
 */
export const LEADER_WORKER_SET_METRICS: MetricRows = {
  controller_runtime_reconcile_total: {
    ...reconciler(COUNTER, MetricUnit.OPERATIONS, 'Times that an object was looked after, by how it ended'),
    labels: ['controller', 'result'],
    labelValues: { result: ['success', 'error', 'requeue', 'requeue_after'] },
  },
  controller_runtime_reconcile_errors_total: reconciler(COUNTER, MetricUnit.EVENTS, 'Times that it failed'),
  controller_runtime_terminal_reconcile_errors_total: reconciler(
    COUNTER,
    MetricUnit.EVENTS,
    'Times that it failed and is not tried again',
  ),
  controller_runtime_reconcile_panics_total: reconciler(COUNTER, MetricUnit.EVENTS, 'Times that it broke off'),
  controller_runtime_reconcile_time_seconds: reconciler(HISTOGRAM, MetricUnit.SECONDS, 'Time that it took'),
  controller_runtime_active_workers: reconciler(GAUGE, MetricUnit.PROCESSES, 'Workers that are busy'),
  controller_runtime_max_concurrent_reconciles: reconciler(GAUGE, MetricUnit.PROCESSES, 'Workers that there are'),
  workqueue_depth: {
    ...queue(GAUGE, MetricUnit.ITEMS, 'Objects that wait to be looked after'),
    labels: ['controller', 'name', 'priority'],
  },
  workqueue_adds_total: queue(COUNTER, MetricUnit.ITEMS, 'Objects that were put into the queue'),
  workqueue_retries_total: queue(COUNTER, MetricUnit.ITEMS, 'Objects that were put into the queue again'),
  workqueue_queue_duration_seconds: queue(HISTOGRAM, MetricUnit.SECONDS, 'Time that an object waited'),
  workqueue_work_duration_seconds: queue(HISTOGRAM, MetricUnit.SECONDS, 'Time that an object took'),
  workqueue_unfinished_work_seconds: queue(GAUGE, MetricUnit.SECONDS, 'Time of the work that has not ended'),
  workqueue_longest_running_processor_seconds: queue(GAUGE, MetricUnit.SECONDS, 'Time of the longest work of these'),
};
