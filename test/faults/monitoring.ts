import { Fn, Token } from 'cdktf';
import { throwIfInvalid } from '../../lib/core/errors';
import { MetricsTarget } from '../../lib/core/watchable';
import { MetricExporter } from '../../lib/catalog/metric-kind';
import { ExistingExporter } from '../../lib/monitoring/exporters/existing-exporter';
import { AlertReceiver } from '../../lib/monitoring/alerting/alert-receiver';
import { unraisedAlertFaults } from '../../lib/monitoring/alerting/alert-route-faults';
import { dashboardFaults } from '../../lib/monitoring/grafana/dashboards/dashboard-contract';
import { GrafanaAuth } from '../../lib/monitoring/grafana/grafana-auth';
import { GrafanaDashboard } from '../../lib/monitoring/grafana/grafana-dashboard';
import { MonitoringStack, MonitoringStackProps } from '../../lib/monitoring/monitoring-stack';
import { ConfigFiles } from '../../lib/monitoring/prometheus/config-files';
import { ServiceLevelObjective } from '../../lib/monitoring/objectives/service-level-objective';
import { WatchOptions } from '../../lib/monitoring/watched-workload';
import { DataSize } from '../../lib/units/data-size';
import { Duration } from '../../lib/units/duration';
import { TestWorkload } from '../monitoring/support';
import { faultsAtSynth, warningsOf } from '../support/faults';
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

/** Two monitoring stacks of one cluster. */
function twoStacks(second: Partial<MonitoringStackProps>): readonly MonitoringStack[] {
  const stack = testStack();
  const cluster = testCluster(stack);
  const first = new MonitoringStack(stack, 'A', { cluster, namespace: 'a' });
  return [first, new MonitoringStack(stack, 'B', { cluster, namespace: 'b', ...second })];
}

const hook = (name: string) => AlertReceiver.webhook(name, { url: 'http://alerts' });

/** The sentences of faults of monitoring. */
export const TEXTS: FaultText[] = [
  {
    id: 'ALERTS_ROUTED_NOWHERE',
    text:
      'each receiver of alertReceivers has routes, and no route is for all critical alerts, so that nobody is told of one that none of them matches; ' +
      'add a receiver without a route, or a route with severities: [AlertSeverity.CRITICAL] and nothing else that it asks for',
    faults: () => {
      const receiver = hook('a');
      return warningsOf(make({ alertReceivers: [receiver], alertRoutes: [{ receiver, models: ['chat'] }] })());
    },
  },
  {
    id: 'ALERT_NEVER_RAISED',
    property: 'alertRoutes[0].alerts[0]',
    text:
      "alertRoutes[0].alerts[0] must be an alert that what is watched raises; got 'HighLatncy'; nearest: HighLatency, NoTokens; raised here: " +
      "HighLatency, NoTokens; the alerts of another Prometheus are named by labels: { alertname: '...' }",
    faults: () => unraisedAlertFaults([{ receiver: hook('a'), alerts: ['HighLatncy'] }], ['HighLatency', 'NoTokens']),
  },
  {
    id: 'ROUTE_NEVER_REACHED',
    property: 'alertRoutes[1]',
    text:
      "alertRoutes[1] is for no alert: alertRoutes[0] of the same receiver 'a' is for all, and a receiver is told by the first of its routes that is " +
      'for an alert; put alertRoutes[0] after it, or leave one of them out',
    refuse: () => {
      const receiver = hook('a');
      return make({ alertReceivers: [receiver], alertRoutes: [{ receiver }, { receiver, alerts: ['NoTokens'] }] })();
    },
  },
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
    id: 'MONITORING_IMAGE_TOO_OLD',
    property: 'alertmanagerImage',
    text:
      "alertmanagerImage 'prom/alertmanager:v0.20.0' is Alertmanager 0.20 by its tag, and the configuration is for 0.25 or later; give an image of a " +
      'later release, or leave alertmanagerImage out',
    refuse: make({ alertmanagerImage: 'prom/alertmanager:v0.20.0' }),
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
    id: 'CLUSTER_METRICS_EXIST',
    property: 'clusterMetrics',
    text:
      "cluster 'test' already has a monitoring stack that scrapes its nodes, its GPUs and its objects, at 'test/A': every series would be there " +
      'twice, and two node exporters would want one port of each node; pass clusterMetrics: false to one of the two',
    refuse: () => twoStacks({}),
  },
  {
    id: 'SCRAPED_TWICE',
    property: 'metricsTarget',
    text:
      "the pods of 'triton-deepseek' are scraped twice, since 'test/A' scrapes them too: every series would be there twice; watch them once, in one " +
      'monitoring stack',
    refuse: () => {
      const [a, b] = twoStacks({ clusterMetrics: false });
      const workload = new TestWorkload(a, 'Workload');
      for (const each of [a, b]) each.watch(workload);
    },
  },
  {
    id: 'EXPORTER_TWICE',
    property: 'nodeExporter',
    text:
      "'node-exporter' tells of nodes, and so does the exporter that the monitoring stack makes, so that every series would be there twice; pass " +
      'nodeExporter: false where the cluster has one already',
    faults: () => {
      const stack = testStack();
      const monitoring = new MonitoringStack(stack, 'Monitoring', { cluster: testCluster(stack) });
      const theirs = { exporter: MetricExporter.NODE, version: '1.12.1', namespace: 'observability' };
      monitoring.watch(new ExistingExporter(stack, 'Theirs', theirs));
      return faultsAtSynth(stack);
    },
  },
  {
    id: 'CONFLICTING_PROPERTIES',
    property: 'grafanaUrl',
    text: 'grafanaUrl is of a Grafana of your own, and grafana makes one; leave grafanaUrl out and set grafana.url, or leave grafana out',
    refuse: make({ grafanaUrl: 'https://grafana.example.com', grafana: {} }),
  },
  {
    id: 'CONFLICTING_PROPERTIES',
    property: 'nodeExporter',
    text: 'nodeExporter makes an exporter that nothing scrapes while clusterMetrics is false; leave one of the two out',
    refuse: make({ clusterMetrics: false, nodeExporter: true }),
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
    id: 'LATENCY_BEYOND_HISTOGRAM',
    property: 'latencyThresholdMs',
    text:
      "HighLatency of model 'deepseek' would never fire above 200 ms: its P99 is read from a histogram that ends at 100 ms (bounds 50, 100) and " +
      'gives no more, however long requests take; choose a threshold below 100, or set latencyBucketsMs of the model with bounds up to more than 200',
    refuse: watch({ latencyBoundsMs: [50, 100] }, { latencyThresholdMs: 200 }),
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
    id: 'OBJECTIVE_NOT_MEASURED',
    property: 'objectives[0]',
    text:
      "the objective 'latency 95 % below 80 ms' cannot be measured: its histogram counts requests up to 50, 100 ms, not up to 80: choose one of " +
      'these, or set latencyBucketsMs of the model',
    refuse: watch({ latencyBoundsMs: [50, 100] }, { objectives: [ServiceLevelObjective.latency(95, 80)] }),
  },
  {
    id: 'RETENTION_TOO_SHORT',
    property: 'retentionDays',
    text:
      'retentionDays must be more than 3, since the alerts of objectives look back so many days; got 2; keep series longer, or give no ' +
      'objectives',
    refuse: make({ retentionDays: 2, objectives: [ServiceLevelObjective.availability(99.9)] }),
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
    id: 'RECORDED_NAME_AMBIGUOUS',
    property: 'metricPrefixes',
    text: "model 'inference' would be recorded as inference_qps, which is the series of all models; give it a prefix with metricPrefixes",
    refuse: watch({ models: ['inference'] }),
  },
  {
    id: 'MONITORING_TOO_LARGE',
    text:
      'its scrape configuration has 1000000 bytes, of which a ConfigMap holds 983040; watch some of the workloads by another monitoring ' +
      'stack, in a namespace of its own',
    refuse: () =>
      throwIfInvalid(
        testStack(),
        new ConfigFiles(
          () => 'x'.repeat(1_000_000),
          () => [],
        ).faults(),
      ),
  },
  {
    id: 'RESERVED',
    property: 'alertReceivers[0].name',
    text: "alertReceivers[0].name must not be 'null', the name of the receiver that drops alerts; choose another name",
    refuse: make({ alertReceivers: [hook('null')] }),
  },
  {
    id: 'RESERVED',
    property: 'grafana.auth.password.name',
    text:
      "Grafana: auth.password.name must not be 'grafana-secret-key', the secret of the key that this stack makes for Grafana; put yours into a " +
      'secret of another name',
    refuse: make({ grafana: { auth: GrafanaAuth.password({ name: 'grafana-secret-key', key: 'a' }) } }),
  },
  {
    id: 'SITES_WITHOUT_PASSWORD',
    text:
      "every pod of 'monitoring', 'edge-gateway' may write series to Prometheus, those of any site and of this cluster among them, and so hide or raise " +
      'alerts; set webSecurity, and let sites write by the user and the password that it asks for',
    faults: () =>
      warningsOf(
        make({
          alertReceivers: [],
          accessibleFrom: ['edge-gateway'],
          expectedSites: [{ name: 'edge-1', silentAfter: Duration.hours(1) }],
        })(),
      ),
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
