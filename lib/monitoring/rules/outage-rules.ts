import { Metric } from '../../catalog/metric';
import { MetricExporter } from '../../catalog/metric-kind';
import { MetricsTarget } from '../../core/watchable';
import { missingFrom } from '../../metrics/contract/scraped-target';
import { gatewayRules, isGateway } from './gateway-rules';
import { Indicator } from '../indicators/indicator';
import { countsRefused } from '../indicators/requests';
import { isOfCluster, isVllm, targetMatchers } from '../indicators/selectors';
import { MonitoringRule } from './monitoring-rule';

/** How long no server may answer. It is longer than a restart of the container, and shorter than a rollout of a single server. */
const OUTAGE_FOR = '5m';
/** How long a server that is not loading its model may be away: a node is replaced within that time. */
const SERVER_GRACE_MINUTES = 15;
/** Share of failed requests. */
const MAX_FAILED_PERCENT = 5;
const FAILURES_FOR = '5m';
/** Four of the longest intervals between scrapes. */
const TOKENS_WINDOW = '2m';
/** How often a server may begin or cease to answer within an hour: its start, and two restarts. */
const MAX_CHANGES = 5;
/** How many addresses a pod of one name may have within an hour: its first, and three for rollouts and lost nodes. */
const MAX_ADDRESSES = 4;

const ANSWERED = Metric.of(MetricExporter.TRITON, 'nv_inference_request_success');
const FAILED = Metric.of(MetricExporter.TRITON, 'nv_inference_request_failure');
const PENDING = Metric.of(MetricExporter.TRITON, 'nv_inference_pending_request_count');
const GENERATED = Metric.of(MetricExporter.TRITON_VLLM, 'vllm:generation_tokens_total');
const WAITING = Metric.of(MetricExporter.VLLM, 'vllm:num_requests_waiting');
/** What the engine of vLLM's own server counts while it works. */
const COMPUTED = ['vllm:generation_tokens_total', 'vllm:prompt_tokens_total'].map((name) =>
  Metric.of(MetricExporter.VLLM, name),
);

/**
 * Alerts of a workload that does not answer: all of its servers, one of them, or its requests.
 *
 * A series that ends raises no alert by itself: without samples every comparison is empty. So the outage of a workload is the absence of a
 * server that answers its scrape, whatever took it away.
 *
 * @param target the workload
 * @param ofPods whether its pods are watched, or its requests only
 *
 * @internal
 */
export function outageRules(target: MetricsTarget, ofPods: boolean): MonitoringRule[] {
  // A Job begins by fetching, and ends: its pods are often there without an answer. Whether it failed, its object tells.
  const pods =
    ofPods && !target.exporters.includes(MetricExporter.MODEL_PIPELINE)
      ? [...noServerAnswers(target), serverDown(target), ...serversMissing(target), serverRestarts(target)]
      : [];
  if (isOfCluster(target)) return pods;
  if (isGateway(target)) return [...pods, ...gatewayRules(target)];
  return [...pods, ...requestsFail(target), ...requestsWait(target), ...noTokens(target)];
}

function noServerAnswers(target: MetricsTarget): MonitoringRule[] {
  const { jobName, namespace, scalesToZero } = target;
  if (scalesToZero) return [];
  const isExporter = isOfCluster(target);
  return [
    {
      alert: 'NoServerAnswers',
      expr: `absent(${up(target)} == 1)`,
      for: OUTAGE_FOR,
      labels: podLabels(target, 'critical'),
      annotations: {
        summary: `No ${isExporter ? 'pod' : 'server'} of ${jobName} has answered for ${OUTAGE_FOR}`,
        description: `Job ${jobName} in namespace ${namespace}. ${whatIsLost(target)}`,
        runbook: isExporter ? EXPORTER_AWAY : SERVERS_AWAY,
      },
    },
  ];
}

const SERVERS_AWAY =
  '1. Pods: kubectl get pods -o wide in the namespace. Pending: is there a node with room, has a capacity block or a reservation ' +
  'ended, has a zone failed? Init: are the weights in the store, and can the pod read them? CrashLoopBackOff: read the log of the ' +
  'container before it (--previous). 2. No pods: has the Deployment replicas, and what do its events say? 3. Pods that are ready: may ' +
  'Prometheus reach their metrics port through the network policies, and list them in their namespace?';
const EXPORTER_AWAY =
  '1. Pods: kubectl get pods -o wide in the namespace. CrashLoopBackOff: read the log of the container before it (--previous). 2. No pods: ' +
  'what do the events of the Deployment or the DaemonSet say, and is there a node that it selects? 3. Pods that are ready: may Prometheus ' +
  'reach their metrics port through the network policies, and list them in their namespace?';

function whatIsLost(target: MetricsTarget): string {
  if (isOfCluster(target)) return `Callers notice nothing; alerts and panels that read ${target.jobName} see nothing.`;
  return `${models(target)} cannot be reached, or Prometheus cannot reach them.`;
}

function serverDown(target: MetricsTarget): MonitoringRule {
  const wait = graceOf(target);
  return {
    alert: 'ServerDown',
    expr: `${up(target)} == 0`,
    for: wait,
    labels: podLabels(target, 'warning'),
    annotations: {
      summary: `Pod {{ $labels.pod }} of ${target.jobName} has not answered for ${wait}`,
      description: `Job ${target.jobName} in namespace ${target.namespace}, node {{ $labels.node }}.`,
      runbook:
        '1. Pod: kubectl describe pod shows whether it waits for weights, fails to load the model or restarts. 2. Node: is it ready and ' +
        'healthy? Delete the pod if its node does not come back.',
    },
  };
}

/** Pods without a node are not scraped: only their number tells of them. */
function serversMissing(target: MetricsTarget): MonitoringRule[] {
  const { replicas = 1 } = target;
  const wait = graceOf(target);
  if (replicas < 2) return [];
  return [
    {
      alert: 'ServersMissing',
      expr: `count(${up(target)} == 1) < ${replicas}`,
      for: wait,
      labels: podLabels(target, 'warning'),
      annotations: {
        summary: `{{ $value }} of ${replicas} servers of ${target.jobName} have answered for ${wait}`,
        description: `Job ${target.jobName} in namespace ${target.namespace}.`,
        runbook:
          '1. Pods: kubectl get pods -o wide in the namespace. Pending pods wait for a node with room: is the pool at its largest, or is ' +
          'there no capacity? 2. Pods that do not become ready: see ServerDown.',
      },
    },
  ];
}

/**
 * While it answers between two restarts, whatever else is wrong is forgotten with each. A container that restarts keeps its address; a group of
 * pods is made anew as a whole, by the same names at other addresses, and nothing in Kubernetes bounds how often.
 */
function serverRestarts(target: MetricsTarget): MonitoringRule {
  const restarted = `changes(${up(target)}[1h]) > ${MAX_CHANGES}`;
  const remade = `count by (job, namespace, pod) (last_over_time(${up(target)}[1h])) > ${MAX_ADDRESSES}`;
  return {
    alert: 'ServerRestarts',
    expr: `${restarted} or ${remade}`,
    labels: podLabels(target, 'critical'),
    annotations: {
      summary: `Pod {{ $labels.pod }} of ${target.jobName} has restarted again and again within an hour`,
      description: `Job ${target.jobName} in namespace ${target.namespace}, node {{ $labels.node }}.`,
      runbook:
        '1. Log of the container before the last restart (kubectl logs --previous), and its exit code: 137 is out of memory, or a liveness ' +
        'probe that failed: the model did not answer a request. 2. Node: do other pods on it restart too? 3. Change: did it begin with a ' +
        'rollout or a new model version? Roll it back. 4. A group of nodes: kubectl get events shows which of its pods went first; the others ' +
        'follow it.',
    },
  };
}

const FAILED_IN_TRITON =
  '1. Reason: nv_inference_request_failure{model="{{ $labels.model }}"} by its label reason. BACKEND: the engine is dead or out of ' +
  'memory; read the log of the pods and delete those that fail. REJECTED: they waited too long in the queue; add replicas, or admit fewer requests. ' +
  'OTHER: requests that the model refuses; look at the callers. ';
const FAILED_IN_VLLM =
  '1. Engine: read the log of the pods for errors of requests, and for one that ran out of memory; delete those that fail. ';
const REFUSED_BY_VLLM =
  '1. Queue: is vllm:admission_rejections_total{model="{{ $labels.model }}"} rising? Then it is full, and requests are refused by HTTP 503: add ' +
  'replicas, admit fewer requests, or let more of them wait. If not, the engine fails: read the log of the pods for errors of requests, and for ' +
  'one that ran out of memory; delete those that fail. ';

function causesOf(target: MetricsTarget): string {
  if (!isVllm(target)) return FAILED_IN_TRITON;
  return countsRefused(target) ? REFUSED_BY_VLLM : FAILED_IN_VLLM;
}

function requestsFail(target: MetricsTarget): MonitoringRule[] {
  const { record } = Indicator.FAILURES;
  return [
    {
      alert: 'RequestsFail',
      expr: `${record}{${targetMatchers(target).join(',')}} > ${MAX_FAILED_PERCENT}`,
      for: FAILURES_FOR,
      labels: labels(target, 'critical'),
      annotations: {
        summary: `{{ $value | printf "%.0f" }} % of the requests of {{ $labels.model }} have failed for ${FAILURES_FOR}`,
        description: `Job {{ $labels.job }} in namespace {{ $labels.namespace }}. ${Indicator.FAILURES.query(target).meaning}`,
        runbook: causesOf(target) + '2. Change: did it begin with a rollout or a new model version? Roll it back.',
      },
    },
  ];
}

/** An engine that hangs answers nothing and fails nothing: only its queue tells. Callers that give up are no answer. */
function requestsWait(target: MetricsTarget): MonitoringRule[] {
  const pending = isVllm(target) ? WAITING : PENDING;
  const moving = isVllm(target) ? COMPUTED : [ANSWERED, FAILED, GENERATED];
  const counted = moving.filter((metric) => missingFrom(target, metric).length === 0);
  if (missingFrom(target, pending).length > 0) return [];
  const of = (name: string, ...matchers: string[]) => `${name}{${[...targetMatchers(target), ...matchers].join(',')}}`;
  const moves = counted.map(({ name }) => {
    const series = name === FAILED.name ? of(name, 'reason!="CANCELED"') : of(name);
    return ` unless sum by (node, pod, model) (rate(${series}[${TOKENS_WINDOW}])) > 0`;
  });
  return [
    {
      alert: 'RequestsWait',
      expr: `sum by (node, pod, model) (${of(pending.name)}) > 0${moves.join('')}`,
      for: FAILURES_FOR,
      labels: labels(target, 'critical'),
      annotations: {
        summary: `{{ $value | printf "%.0f" }} requests of {{ $labels.model }} wait on pod {{ $labels.pod }}, and none has ended for ${FAILURES_FOR}`,
        description: `Job ${target.jobName} in namespace ${target.namespace}, node {{ $labels.node }}.`,
        runbook:
          '1. Pod: does it answer one request (kubectl port-forward)? If not, its engine hangs: keep its log, and delete it. 2. Hardware: ' +
          'has another pod hung on this node? 3. Change: did it begin with a rollout or a new model version? Roll it back.',
      },
    },
  ];
}

/**
 * Triton counts a request of a model that streams as answered even if all that was streamed is an error, so that a dead engine has no
 * failures. vLLM counts its tokens itself, on every pod, from zero on.
 *
 * @see https://github.com/triton-inference-server/vllm_backend (src/utils/metrics.py)
 */
function noTokens(target: MetricsTarget): MonitoringRule[] {
  if (missingFrom(target, GENERATED).length > 0) return [];
  const rateOf = ({ name }: Metric) =>
    `sum by (node, pod, model) (rate(${name}{${targetMatchers(target).join(',')}}[${TOKENS_WINDOW}]))`;
  return [
    {
      alert: 'NoTokens',
      expr: `${rateOf(ANSWERED)} > 0 and ${rateOf(GENERATED)} == 0`,
      for: FAILURES_FOR,
      labels: labels(target, 'critical'),
      annotations: {
        summary: `Requests of {{ $labels.model }} end on pod {{ $labels.pod }} without a token for ${FAILURES_FOR}`,
        description:
          `Job ${target.jobName} in namespace ${target.namespace}, node {{ $labels.node }}. Triton counts answers that are errors of the engine ` +
          'as answered, so RequestsFail does not see them.',
        runbook:
          '1. Log of the pod: has the engine died (EngineDeadError, out of memory)? Its probes restart it; delete the pod if they do not, and look ' +
          'at the hardware of its node if another dies there. 2. Errors of requests, e.g. of prompts longer than the context: look at the ' +
          'callers. 3. Change: did it begin with a rollout or a new model version? Roll it back.',
      },
    },
  ];
}

function up(target: MetricsTarget): string {
  return `up{${targetMatchers(target).join(',')}}`;
}

/** Loading a model takes the time that its deployment allows for it, and is no failure before. */
function graceOf({ startupSeconds = 0 }: MetricsTarget): string {
  return `${SERVER_GRACE_MINUTES + Math.ceil(startupSeconds / 60)}m`;
}

function labels({ jobName, namespace }: MetricsTarget, severity: string): { [label: string]: string } {
  return { severity, job: jobName, namespace };
}

/** Of the pods of a job: what they serve, where that is one model. */
function podLabels(target: MetricsTarget, severity: string): { [label: string]: string } {
  const [model, ...more] = isOfCluster(target) ? [] : target.models;
  return { ...labels(target, severity), ...(model !== undefined && more.length === 0 ? { model } : {}) };
}

function models({ models: names }: MetricsTarget): string {
  if (names.length === 0) return 'Its metrics';
  return names.length === 1 ? `Model ${names[0]}` : `Models ${names.join(', ')}`;
}
