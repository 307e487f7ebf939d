import { Fn, Token } from 'cdktf';
import { MetricsTarget } from '../../lib/core/watchable';
import { AlertReceiver } from '../../lib/monitoring/alerting/alert-receiver';
import { dashboardFaults } from '../../lib/monitoring/grafana/dashboards/dashboard-contract';
import { GrafanaAuth } from '../../lib/monitoring/grafana/grafana-auth';
import { GrafanaDashboard } from '../../lib/monitoring/grafana/grafana-dashboard';
import { MonitoringStack, MonitoringStackProps } from '../../lib/monitoring/monitoring-stack';
import { WatchOptions } from '../../lib/monitoring/watched-workload';
import { DataSize } from '../../lib/units/data-size';
import { TestWorkload } from '../monitoring/support';
import { warningsOf } from '../support/faults';
import { testStack } from '../support/synth';
import { testCluster } from '../support/test-cluster';
import { FaultText } from './fault-text';

/** A monitoring stack that is made, without synthesis. */
const make = (props: Partial<MonitoringStackProps>) => (): MonitoringStack => {
  const stack = testStack();
  return new MonitoringStack(stack, 'Monitoring', { cluster: testCluster(stack), ...props });
};

/** A monitoring stack that is told to watch a workload. */
const watch =
  (target: Partial<MetricsTarget>, options: WatchOptions = {}) =>
  (): void => {
    const monitoring = make({})();
    monitoring.watch(new TestWorkload(monitoring, 'Workload', target), options);
  };

const hook = (name: string) => AlertReceiver.webhook(name, { url: 'http://alerts' });

/** The sentences of faults of monitoring. */
export const TEXTS: FaultText[] = [
  {
    id: 'DUPLICATE',
    property: 'alertReceivers',
    text: "alertReceivers repeats 'a'; each value may appear only once",
    refuse: make({ alertReceivers: [hook('a'), hook('a')] }),
  },
  {
    id: 'DASHBOARD_INVALID',
    property: 'text',
    text: "the dashboard has no panels; export it from Grafana as JSON of the model 'Classic'",
    refuse: () => GrafanaDashboard.fromJson('{"title":"a"}'),
  },
  {
    id: 'DASHBOARD_VARIABLE_UNKNOWN',
    property: 'expr',
    text: "dashboard 'Ours': panel 'P': $modell is no variable of the dashboard; it has none",
    faults: () =>
      dashboardFaults([{ title: 'Ours', panels: [{ title: 'P', targets: [{ expr: 'up{model="$modell"}' }] }] }], {
        rules: [],
        targets: [],
        options: { scrapeIntervalSeconds: 15 },
      }),
  },
  {
    id: 'GRAFANA_URL_MISSING',
    property: 'grafana.url',
    text: 'Grafana: an issuer sends browsers back to the URL of Grafana, so url must be set, for example to https://grafana.example.com',
    refuse: () => {
      const clientSecret = { name: 'grafana', key: 'secret' };
      const urls = { authorizationUrl: 'https://a', tokenUrl: 'https://a', userInfoUrl: 'https://a' };
      make({ grafana: { auth: GrafanaAuth.oidc({ clientId: 'a', clientSecret, ...urls }) } })();
    },
  },
  {
    id: 'DUPLICATE',
    property: 'metricsTarget.jobName',
    text: "two workloads have the job name 'triton-deepseek', so their series could not be told apart; give each workload its own",
    refuse: () => {
      const monitoring = make({})();
      for (const id of ['A', 'B']) monitoring.watch(new TestWorkload(monitoring, id));
    },
  },
  {
    id: 'EMPTY_LIST',
    property: 'metricsTarget.models',
    text: "workload 'triton-deepseek': models must name at least one model; got []",
    refuse: watch({ models: [] }),
  },
  {
    id: 'EMPTY_LIST',
    property: 'metricsTarget.podSelector',
    text: "workload 'triton-deepseek': podSelector must have at least one label, or it would select every pod; got {}",
    refuse: watch({ podSelector: {} }),
  },
  {
    id: 'INDICATOR_UNAVAILABLE',
    property: 'metricsTarget',
    text:
      "the indicator 'P99 latency' cannot be read from 'triton-deepseek': nv_inference_first_response_histogram_ms needs " +
      "'histogram_latencies' to be switched on; nv_inference_request_summary_us needs 'summary_latencies' to be switched on; turn one " +
      'of them on in the server, or watch without a latency alert: watch(workload, { latencyAlert: false })',
    refuse: watch({ features: [] }),
  },
  {
    id: 'INVALID_NAME',
    property: 'alertReceivers[0].name',
    text: "alertReceivers[0].name must not be empty; got ''",
    refuse: make({ alertReceivers: [hook('')] }),
  },
  {
    id: 'INVALID_NAME',
    property: 'workload.metricsTarget.jobName',
    text:
      'workload.metricsTarget.jobName must be a text that is not empty, without quotes, backslashes and line breaks; ' +
      "got ''",
    refuse: watch({ jobName: '' }),
  },
  {
    id: 'INVALID_NAME',
    property: 'metricPrefixes.deepseek',
    text:
      "the metric prefix of model 'deepseek' must consist of letters, digits and underscores and must not start with a digit; " +
      "got '7b-chat'; for example '_7b_chat'",
    refuse: watch({}, { metricPrefixes: { deepseek: '7b-chat' } }),
  },
  {
    id: 'LATENCY_BELOW_PLAN',
    text:
      "HighLatency of model 'deepseek' fires above 50 ms, but its plan expects 163 ms for P99 under its load; raise the threshold, for " +
      'example to 500, or plan the model for a shorter time',
    faults: () => {
      const monitoring = make({ alertReceivers: [], latencyThresholdMs: 50 })();
      monitoring.watch(new TestWorkload(monitoring, 'Workload', { plannedLatencyMs: { deepseek: 163 } }));
      return warningsOf(monitoring);
    },
  },
  {
    id: 'NO_ALERT_RECEIVERS',
    text:
      'nobody is told of alerts, a total outage among them: alertReceivers names none; pass for example ' +
      "AlertReceiver.slack('team', { webhookUrl: { name: 'alerting', key: 'slack' } }), or [] if it is enough that Prometheus shows them",
    faults: () => warningsOf(make({})()),
  },
  {
    id: 'NOTHING_WATCHED',
    text:
      'it watches nothing, so that it records no series and no alert ever fires; call watch(workload) for each workload, e.g. a ' +
      'TritonDeployment',
    faults: () => {
      const monitoring = make({ alertReceivers: [] })();
      monitoring.node.validate();
      return warningsOf(monitoring);
    },
  },
  {
    id: 'NOT_A_WHOLE_NUMBER',
    property: 'scrapeIntervalSeconds',
    text: 'scrapeIntervalSeconds must be a whole number from 5 to 30; got 60',
    refuse: make({ scrapeIntervalSeconds: 60 }),
  },
  {
    id: 'OUT_OF_RANGE',
    property: 'prometheusMemory',
    text: 'prometheusMemory must be at least 256 MiB; got 10 MiB',
    refuse: make({ prometheusMemory: DataSize.mib(10) }),
  },
  {
    id: 'OUT_OF_RANGE',
    property: 'latencyThresholdMs',
    text: 'latencyThresholdMs must be a number above 0; got 0',
    refuse: make({ latencyThresholdMs: 0 }),
  },
  {
    id: 'RECORDED_NAME_AMBIGUOUS',
    property: 'metricPrefixes',
    text: "models 'a.b' and 'a-b' would both be recorded as a_b_latency_p99; give one of them a prefix with metricPrefixes",
    refuse: watch({ models: ['a.b', 'a-b'] }),
  },
  {
    id: 'RESERVED',
    property: 'alertReceivers[0].name',
    text: "alertReceivers[0].name must not be 'null', the name of the receiver that drops alerts; choose another name",
    refuse: make({ alertReceivers: [hook('null')] }),
  },
  {
    id: 'UNKNOWN_VALUE',
    property: 'metricPrefixes',
    text: "metricPrefixes names the model 'llama', but 'triton-deepseek' serves deepseek",
    refuse: watch({}, { metricPrefixes: { llama: 'x' } }),
  },
  {
    id: 'VALUE_NOT_CONCRETE',
    property: 'metricsTarget.version',
    text:
      "version of 'triton-deepseek' must be known at synthesis because the scrape configuration is made from it; got a token (a value " +
      'Terraform only knows later); pass a literal value',
    refuse: watch({ version: Token.asString(Fn.upper('a')) }),
  },
];
