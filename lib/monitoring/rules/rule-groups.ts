import { Indicator } from '../indicators/indicator';
import { modelRecord } from '../indicators/model-records';
import { isVllm, quoted } from '../indicators/selectors';
import { objectiveRules } from '../objectives/burn-rate-rules';
import { capacityEndRules } from './capacity-rules';
import { clusterRules } from './cluster-rules';
import { expiryRules } from './expiry-rules';
import { loadAlertRules } from './load-alert-rules';
import { deviceRules, indicatorRules, modelRule } from './indicator-rules';
import { loadRules } from './load-rules';
import { vllmCapacityGroups } from './kv-capacity-rules';
import { modelLoadRules } from './model-load-rules';
import { monitoringServerRules } from './monitoring-server-rules';
import { MonitoringRule } from './monitoring-rule';
import { outageRules } from './outage-rules';
import { pipelineRules } from './pipeline-rules';
import { planRules } from './plan-rules';
import { ownSeries } from './own-series';
import { siteRules } from './site-rules';
import { RuleGroup, RuleOptions } from './rule-group';
import { withRunbook } from './runbooks';
import { syncRules } from './sync-rules';
import { rolloutRules } from './rollout-rules';
import { thresholdRules } from './threshold-rules';
import { uplinkRules } from './uplink-rules';
import { WatchedWorkload } from '../watched-workload';

/**
 * Name of the alert that always fires.
 *
 * @internal
 */
export const WATCHDOG = 'Watchdog';

/** Name of the group of what is recorded of GPUs and network cards. */
const DEVICES = 'gpu-inference-constructs/devices';

/** Name of the group of what is known of capacity that ends. */
const CAPACITY = 'gpu-inference-constructs/capacity';

/** Name of the group of the sites that write from afar. */
const SITES = 'gpu-inference-constructs/sites';

/** How long P99 latency must be above its threshold. */
const LATENCY_FOR = '5m';

/**
 * The rules for a set of workloads: a group for each, in the order of their job names.
 *
 * @internal
 */
export function ruleGroups(workloads: readonly WatchedWorkload[], options: RuleOptions = {}): RuleGroup[] {
  const sorted = [...workloads].sort((a, b) => (a.target.jobName < b.target.jobName ? -1 : 1));
  const latencies = latencyRecords(sorted);
  const ofWorkloads = sorted.map((workload, _, all) => ({
    name: workload.target.jobName,
    rules: [
      ...indicatorRules(workload, all),
      ...loadRules(workload.target),
      ...planRules(workload.target),
      ...latencyRules(workload, latencies),
      ...thresholdRules(workload),
      ...outageRules(workload.target, workload.options.outageAlerts ?? true),
      ...loadAlertRules(workload.target),
      ...(workload.options.outageAlerts === false ? [] : modelLoadRules(workload.target)),
      ...expiryRules(workload.target),
      ...clusterRules(workload.target),
      ...monitoringServerRules(workload.target),
      ...uplinkRules(workload.target),
      ...syncRules(workload.target),
      ...rolloutRules(workload.target),
      ...pipelineRules(workload.target),
      ...objectiveRules(workload.target, workload.objectives ?? []),
    ],
  }));
  const ofDevices = deviceRules(workloads);
  const devices = groupOf(DEVICES, ofDevices);
  const targets = workloads.map(({ target }) => target);
  // What they record is there for the rules of workloads.
  const { sites } = options;
  const own = [
    ...devices,
    ...vllmCapacityGroups(targets),
    ...ofWorkloads,
    ...groupOf(CAPACITY, capacityEndRules(options.capacityEnds ?? [], targets)),
  ];
  const groups = [
    ...(sites ? own.map((group) => ofThisCluster(group, sites.label)) : own),
    ...groupOf(SITES, sites ? siteRules(sites.expected, sites.label) : []),
    ...(options.heartbeat ? [HEARTBEAT] : []),
  ];
  return groups.map(({ name, rules }) => ({ name, rules: rules.map((rule) => withRunbook(rule, options.runbookUrl)) }));
}

function ofThisCluster({ name, rules }: RuleGroup, label: string): RuleGroup {
  return { name, rules: rules.map((rule) => ({ ...rule, expr: ownSeries(rule.expr, label) })) };
}

function groupOf(name: string, rules: readonly MonitoringRule[]): RuleGroup[] {
  return rules.length > 0 ? [{ name, rules }] : [];
}

const HEARTBEAT: RuleGroup = {
  name: 'gpu-inference-constructs/heartbeat',
  rules: [
    {
      alert: WATCHDOG,
      expr: 'vector(1)',
      labels: { severity: 'none' },
      annotations: {
        summary: 'Prometheus evaluates its rules and reaches Alertmanager',
        description: 'It always fires. Its absence means that monitoring is down or cut off.',
      },
    },
  ],
};

/** Without GPUs there is nothing to compare. */
function hardwareStep({ target }: WatchedWorkload): string {
  const metrics = isVllm(target) ? '.' : `, ${Indicator.GPU_MEMORY.record} and nv_gpu_power_usage.`;
  const gpus = `a GPU throttled? Compare the pods of the job${metrics} `;
  return `3. Hardware: is a pod missing or ${target.usesGpus === false ? 'its CPU throttled? Compare the pods of the job. ' : gpus}`;
}

function queueStep({ target }: WatchedWorkload): string {
  const [waiting, cure] = isVllm(target)
    ? ['vllm:num_requests_waiting', `look at ${Indicator.KV_CACHE.record} and the bound of the queue`]
    : ['nv_inference_pending_request_count', 'look at the batching settings and the queue bounds'];
  return `2. Queue: ${waiting}{model="{{ $labels.model }}"} above zero means that requests wait: ${cure}. `;
}

function recordOf({ metricPrefixes }: WatchedWorkload, model: string): string {
  return modelRecord(metricPrefixes, model, Indicator.LATENCY_P99);
}

/**
 * The workloads that record a P99 under each name, in their order. Also those without an alert: one that does not ask for the job would fire for
 * them too.
 */
function latencyRecords(workloads: readonly WatchedWorkload[]): ReadonlyMap<string, readonly WatchedWorkload[]> {
  const found = new Map<string, WatchedWorkload[]>();
  for (const workload of workloads) {
    if (Indicator.LATENCY_P99._read(workload.target) === undefined) continue;
    for (const record of new Set(workload.target.models.map((model) => recordOf(workload, model)))) {
      const known = found.get(record);
      if (known) known.push(workload);
      else found.set(record, [workload]);
    }
  }
  return found;
}

function latencyRules(
  workload: WatchedWorkload,
  latencies: ReadonlyMap<string, readonly WatchedWorkload[]>,
): MonitoringRule[] {
  if (!workload.latencyAlert) return [];
  const { jobName, models } = workload.target;
  return [...models].sort().flatMap((model) => {
    const record = recordOf(workload, model);
    const recordToo = latencies.get(record) ?? [];
    const alertsAlike = (other: WatchedWorkload) =>
      other.latencyAlert && other.latencyThresholdsMs[model] === workload.latencyThresholdsMs[model];
    const oneThreshold = recordToo.every(alertsAlike);
    const recording = modelRule(record, Indicator.LATENCY_P99, workload, model);
    if (!oneThreshold)
      return [recording, highLatency(workload, model, `${record}{job=${quoted(jobName)}}`, { job: jobName })];
    // One alert is enough for all, that of the first.
    const isFirst = recordToo.indexOf(workload) <= 0;
    return isFirst ? [recording, highLatency(workload, model, record)] : [recording];
  });
}

function highLatency(
  workload: WatchedWorkload,
  model: string,
  series: string,
  labels: { readonly [label: string]: string } = {},
): MonitoringRule {
  const threshold = workload.latencyThresholdsMs[model];
  const meaning = Indicator.LATENCY_P99._read(workload.target)?.meaning;
  return {
    alert: 'HighLatency',
    expr: `${series} > ${threshold}`,
    for: LATENCY_FOR,
    labels: { severity: 'critical', model, ...labels },
    annotations: {
      summary: `P99 latency of {{ $labels.model }} is {{ $value | printf "%.0f" }} ms, above ${threshold} ms for ${LATENCY_FOR}`,
      description: `Job {{ $labels.job }} in namespace {{ $labels.namespace }}. ${meaning}`,
      runbook:
        `1. Load: has ${Indicator.QPS.record}{model="{{ $labels.model }}"} risen? Add replicas, or admit fewer requests. ` +
        queueStep(workload) +
        hardwareStep(workload) +
        `4. Change: did it begin with a rollout or a new model version? Roll it back.`,
    },
  };
}
