import { NetworkPolicyV1 } from '@cdktf/provider-kubernetes/lib/network-policy-v1';
import { ITerraformDependable, TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import { ClusterLedger, ClusterSingleton } from '../core/cluster-ledger';
import { IServiceAccountRole } from '../core/aws-role';
import { throwIfOfOtherKinds, throwIfRefused, throwOfCall } from '../core/errors';
import { IKubernetesCluster } from '../core/kubernetes-cluster';
import { PodSecurityLevel } from '../core/pod-security-level';
import { foundOnce } from '../core/reading';
import { addValidation, addWarning, warnOnce } from '../core/validation';
import { IWatchable } from '../core/watchable';
import { ImageRegistry } from '../kubernetes/image-registry';
import { kubernetesMeta } from '../kubernetes/kubernetes-access';
import { ensureNamespace } from '../kubernetes/namespaces';
import { checkArguments } from '../units/argument-faults';
import { Fault } from '../units/fault';
import { allOf } from '../units/unreadable';
import { alertmanagerConfig, allReceivers, receiverWarnings, sensitiveUrlFaults } from './alerting/alertmanager-config';
import { unraisedAlertFaults, unservedModelFaults } from './alerting/alert-route-faults';
import { snsPublisher } from './alerting/sns-publisher';
import { GrafanaOptions } from './grafana/grafana-options';
import { GrafanaServer, grafanaUrl } from './grafana/grafana-server';
import { KubeStateMetrics } from './exporters/kube-state-metrics';
import { NodeExporter } from './exporters/node-exporter';
import {
  makesKubeStateMetrics,
  makesNodeExporter,
  secondClusterMetricsFaults,
  secondExporterFaults,
} from './exporters/scraped-twice';
import { lateSeconds, SITE_LABEL, siteOfClusterFaults, writableWithoutPassword } from './expected-site';
import { monitoringOptionFaults } from './monitoring-option-faults';
import { IMonitoring } from './monitoring';
import { MonitoringOptions } from './monitoring-options';
import { NOTHING_WATCHED } from './nothing-watched';
import { ConfigFiles } from './prometheus/config-files';
import { prometheusConfig } from './prometheus/prometheus-config';
import { PodDiscovery } from './prometheus/pod-discovery';
import { managedPrometheusWriter, managedRemoteWrite } from './prometheus/managed-prometheus';
import { allowScrape } from './prometheus/scrape-policy';
import { ruleFile } from './rules/rule-file';
import { closedToScalerFaults, unauthorizedScalerFaults } from './scaling/scaler-faults';
import { ALERTMANAGER_PORT, alertmanagerServer, alertmanagerTargets } from './servers/alertmanager-server';
import { monitoringPods } from './servers/monitoring-pods';
import { OwnServer } from './servers/own-server';
import { ownClients, ownServers } from './servers/own-servers';
import { MonitoringServerPlace } from './servers/server-place';
import { PROMETHEUS_PORT, prometheusServer } from './servers/prometheus-server';
import { clientConfig } from './servers/web-security';
import { MonitoringUplink } from './uplink/monitoring-uplink';
import { UplinkServer, uplinkRemoteWrite } from './uplink/uplink-server';
import { WatchList } from './watch-list';
import { WatchOptions } from './watched-workload';

/**
 * Properties of `MonitoringStack`.
 */
export interface MonitoringStackProps extends MonitoringOptions {
  /** The cluster it runs on and whose workloads it watches. */
  readonly cluster: IKubernetesCluster;
}

/**
 * Prometheus and Alertmanager on a cluster, with rules for the workloads that `watch` names. A construct, not a Terraform stack.
 *
 * For each workload it records the indicators of `Indicator` and, for each model, `<model>_latency_p99` in milliseconds. It raises
 * `HighLatency` when that is above its threshold for five minutes, `NoServerAnswers` when none of the pods answers or there is none,
 * `ServerDown` and `ServersMissing` when some of them do not, `ServerRestarts` when one restarts for the third time within an hour,
 * `RequestsFail` when more than 5 % of the requests do, `RequestsWait` when some wait and none ends, and `NoTokens` when requests of a language
 * model end on a pod that makes no token. Every query is checked against the metric catalog first, so that no alert depends on
 * a metric that does not exist. A changed rule replaces the pod, which reads the rules at start.
 *
 * Each server is one pod: its volume is in one zone, and a second one would write to it. If the zone or the node fails, monitoring is down
 * until the zone is back or the node is removed from the cluster; `heartbeatReceiver` tells of that, and `priorityClassName` keeps the pods
 * from waiting behind others. With `highAvailability` Prometheus and Alertmanager are two pods each, on two nodes.
 *
 * Throws a `ValidationError` when the namespace, an interval, the threshold or a receiver is invalid.
 */
export class MonitoringStack extends Construct implements IMonitoring {
  /** Namespace it runs in. */
  public readonly namespace: string;
  /** URL of Prometheus within the cluster. */
  public readonly prometheusUrl: string;
  /** URL of Alertmanager within the cluster. */
  public readonly alertmanagerUrl: string;
  /** URL by which browsers reach Grafana: `grafana.url`, or that within the cluster; else `grafanaUrl`. @default - there is no Grafana */
  public readonly grafanaUrl?: string;

  readonly #props: MonitoringStackProps;
  readonly #ready: ITerraformDependable[];
  readonly #discovery: PodDiscovery;
  readonly #watchList: WatchList;
  readonly #files: ConfigFiles;
  readonly #ownServers: OwnServer[];

  /**
   * @param scope parent of the construct
   * @param id id of the construct, unique in its scope
   * @param props its properties
   */
  public constructor(scope: Construct, id: string, props: MonitoringStackProps) {
    throwIfOfOtherKinds(scope, 'MonitoringStackProps', props, id, (given) => new MonitoringStack(scope, id, given));
    super(scope, id);
    throwIfRefused(this, [...monitoringOptionFaults(props), ...allOf(() => sensitiveUrlFaults(this, props))]);
    const sites = sitesOf(props);
    if (sites) throwIfRefused(this, siteOfClusterFaults(sites.expected, props.cluster.clusterName, sites.label));
    if (this.#findsExporters(props)) throwIfRefused(this, secondClusterMetricsFaults(props.cluster));
    this.#props = props;
    this.namespace = props.namespace ?? 'monitoring';
    const scheme = props.webSecurity ? 'https' : 'http';
    this.prometheusUrl = `${scheme}://prometheus.${this.namespace}.svc:${PROMETHEUS_PORT}`;
    this.alertmanagerUrl = `${scheme}://alertmanager.${this.namespace}.svc:${ALERTMANAGER_PORT}`;
    this.grafanaUrl = props.grafana ? grafanaUrl('grafana', this.namespace, props.grafana) : props.grafanaUrl;
    this.#watchList = new WatchList(this, {
      cluster: props.cluster,
      prometheusUrl: this.prometheusUrl,
      scrapeIntervalSeconds: this.#scrapeIntervalSeconds,
      ruleOptions: {
        heartbeat: props.heartbeatReceiver !== undefined,
        runbookUrl: props.runbookUrl,
        sites,
      },
      watchesCapacity: this.#findsExporters(props),
      objectives: props.objectives,
      retentionDays: props.retentionDays,
      latencyThresholdMs: props.latencyThresholdMs,
      latencyThresholdsMs: props.latencyThresholdsMs,
      grafana: props.grafana,
      grafanaUrl: this.grafanaUrl,
      exporters: () => (this.#findsExporters(props) ? ClusterLedger.of(props.cluster).exporters : []),
      own: () => this.#ownServers,
    });
    this.#ownServers = ownServers(this, props, { namespace: this.namespace, labels: (name) => this.#labels(name) });
    this.#ready = ensureNamespace(this, props.cluster, this.namespace, PodSecurityLevel.RESTRICTED);
    this.#discovery = new PodDiscovery(this, {
      cluster: props.cluster,
      namespace: this.namespace,
      labels: this.#labels('prometheus'),
      targets: () => this.#watchList.workloads.map(({ target }) => target),
    });
    this.#files = new ConfigFiles(
      () => foundOnce(TerraformStack.of(this), this.#files, () => this.prometheusConfiguration),
      () => this.#watchList.ruleGroups,
    );
    prometheusServer(
      this,
      { ...this.#place('prometheus'), ...this.#actingWith(this.#writer()) },
      props,
      this.#files.first,
      this.#files.more,
    );
    const publisher = snsPublisher(this, props.cluster, this.namespace, allReceivers(props));
    alertmanagerServer(this, { ...this.#place('alertmanager'), ...this.#actingWith(publisher) }, props, [
      { name: 'alertmanager.yml', text: () => this.alertmanagerConfiguration },
    ]);
    if (props.uplink) this.#makeUplink(props.uplink);
    if (props.grafana) this.#makeGrafana(props.grafana);
    this.#makeNetworkPolicy();
    for (const server of this.#ownServers) this.#discovery.allow(server);
    this.#makeExporters();
    for (const warning of receiverWarnings(props)) addWarning(this, warning);
    if (sites && !props.webSecurity) {
      addWarning(this, writableWithoutPassword([this.namespace, ...(props.accessibleFrom ?? [])]));
    }
    addValidation(this, () => this.#faults());
    warnOnce(this, () => (this.#watchList.empty ? [NOTHING_WATCHED] : []));
  }

  /** Text of `prometheus.yml` for the workloads watched so far. */
  public get prometheusConfiguration(): string {
    const { managedPrometheusArn: arn, highAvailability, webSecurity, uplink, expectedSites = [] } = this.#props;
    return prometheusConfig({
      clusterName: this.#props.cluster.clusterName,
      scrapeIntervalSeconds: this.#scrapeIntervalSeconds,
      alertmanagers: alertmanagerTargets(this.namespace, highAvailability),
      alertmanagerClient: webSecurity && clientConfig(webSecurity),
      replicated: highAvailability,
      targets: this.#watchList.workloads.map(({ target }) => target),
      clients: ownClients(this.#ownServers, webSecurity),
      lateSeconds: expectedSites.length > 0 ? lateSeconds(expectedSites) : undefined,
      remoteWrite: [
        ...(arn === undefined ? [] : [managedRemoteWrite(arn, highAvailability)]),
        ...(uplink ? [uplinkRemoteWrite(this.namespace)] : []),
      ],
    });
  }

  /** Text of `alertmanager.yml` for the workloads watched so far. */
  public get alertmanagerConfiguration(): string {
    return alertmanagerConfig(
      this.#props,
      this.#watchList.workloads.map(({ target }) => target),
    );
  }

  /** All rules for the workloads watched so far, in one text; in the cluster they are spread over as many files as ConfigMaps need. */
  public get rules(): string {
    return ruleFile(this.#watchList.ruleGroups);
  }

  /**
   * Dashboards of Grafana for the workloads watched so far, by their uids: JSON that Grafana 9 to 13 provision from files, for a Grafana of one's own.
   * Panels whose series nothing records are not in them.
   */
  public get dashboards(): { [uid: string]: string } {
    return Object.fromEntries(this.#watchList.dashboards.map((one) => [one.uid, JSON.stringify(one, null, 2)]));
  }

  /**
   * Scrapes a workload, records its indicators and watches its latency, as long as it is in the construct tree.
   *
   * Throws a `ValidationError` when another workload has the same job name, when two models would be recorded under one name, when the
   * target contains tokens, and when no metric of the workload can supply an indicator, P99 latency above all.
   *
   * @param workload what to watch, e.g. a `TritonDeployment`
   * @param options thresholds and names @default - those of the monitoring stack
   */
  public watch(workload: IWatchable, options: WatchOptions = {}): void {
    this.#watchList.add(workload, options);
    this.#allow(workload);
  }

  get #scrapeIntervalSeconds(): number {
    return this.#props.scrapeIntervalSeconds ?? 15;
  }

  #findsExporters({ clusterMetrics = true }: MonitoringOptions): boolean {
    return clusterMetrics;
  }

  /** Lets Prometheus find a workload, and reach it. */
  #allow(workload: IWatchable): void {
    this.#discovery.allow(workload);
    allowScrape(this, workload, {
      cluster: this.#props.cluster,
      from: this.namespace,
      pods: this.#labels('prometheus'),
    });
  }

  /** What tells of nodes and of the cluster; what others install of it is found whenever it is made. */
  #makeExporters(): void {
    const { cluster } = this.#props;
    if (!this.#findsExporters(this.#props)) return;
    const ledger = ClusterLedger.of(cluster);
    ledger.addSingleton(ClusterSingleton.CLUSTER_METRICS, this);
    ledger.onExporter(this, (exporter) => this.#allow(exporter));
    if (makesKubeStateMetrics(this.#props)) {
      new KubeStateMetrics(this, 'KubeStateMetrics', this.#place('kube-state-metrics'));
    }
    if (!makesNodeExporter(this.#props)) return;
    new NodeExporter(this, 'NodeExporter', {
      cluster,
      namespace: `${this.namespace}-nodes`,
      labels: this.#labels('node-exporter'),
      imageRegistry: this.#props.imageRegistry ?? ImageRegistry.UPSTREAM,
      pods: monitoringPods(this.#props),
    });
  }

  #faults(): Fault[] {
    const second = secondExporterFaults(this.#props, this.#watchList.watchedTargets);
    const faults = second.length > 0 ? second : this.#watchList.faults();
    if (faults.length > 0) return faults;
    const { alertRoutes } = this.#props;
    const served = this.#watchList.workloads.flatMap(({ target }) => target.models);
    const closed = [
      ...this.#closedFaults(),
      ...unraisedAlertFaults(alertRoutes, this.#watchList.alerts),
      ...unservedModelFaults(alertRoutes, served),
    ];
    return closed.length > 0 ? closed : [...this.#watchList.queryFaults(), ...this.#files.faults()];
  }

  #makeUplink(uplink: MonitoringUplink): void {
    const [place, writers] = [this.#place('uplink'), this.#labels('prometheus')];
    const { metrics } = new UplinkServer(this, 'Uplink', { place, options: this.#props, uplink, writers });
    this.#ownServers.push(metrics);
  }

  #makeGrafana(options: GrafanaOptions): void {
    new GrafanaServer(this, 'Grafana', {
      place: this.#place('grafana'),
      options,
      prometheusUrl: this.prometheusUrl,
      alertmanagerUrl: this.alertmanagerUrl,
      webSecurity: this.#props.webSecurity,
      scrapeIntervalSeconds: this.#scrapeIntervalSeconds,
      dashboards: () => this.#watchList.dashboards,
    });
  }

  #closedFaults(): Fault[] {
    const { cluster, accessibleFrom = [], webSecurity } = this.#props;
    if (webSecurity) return unauthorizedScalerFaults(cluster, this.#watchList.paths);
    return closedToScalerFaults(cluster, this.#watchList.paths, [this.namespace, ...accessibleFrom]);
  }

  /** Without `webSecurity` neither server has authentication, so that the network policy decides who may reach it. */
  #makeNetworkPolicy(): void {
    new NetworkPolicyV1(this, 'NetworkPolicy', {
      ...kubernetesMeta(this, this.#props.cluster, this.#ready),
      metadata: { name: 'monitoring', namespace: this.namespace, labels: this.#partOf() },
      spec: {
        podSelector: { matchLabels: this.#partOf() },
        policyTypes: ['Ingress'],
        ingress: [
          {
            from: [this.namespace, ...(this.#props.accessibleFrom ?? [])].map((name) => ({
              namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } },
            })),
            ports: [PROMETHEUS_PORT, ALERTMANAGER_PORT].map((port) => ({ port: String(port), protocol: 'TCP' })),
          },
        ],
      },
    });
  }

  #place(name: string): MonitoringServerPlace {
    return {
      cluster: this.#props.cluster,
      waitFor: this.#ready,
      namespace: this.namespace,
      name,
      labels: this.#labels(name),
      imageRegistry: this.#props.imageRegistry ?? ImageRegistry.UPSTREAM,
      pods: monitoringPods(this.#props),
    };
  }

  /** The role by which Prometheus writes into a workspace of AWS, if it does. */
  #writer(): IServiceAccountRole | undefined {
    const { cluster, managedPrometheusArn: arn } = this.#props;
    return arn === undefined ? undefined : managedPrometheusWriter(this, cluster, this.namespace, arn);
  }

  /** What a pod needs to act with a role. */
  #actingWith(role: IServiceAccountRole | undefined): Partial<MonitoringServerPlace> {
    if (!role) return {};
    const annotations = role.serviceAccountAnnotations;
    return {
      waitFor: [...this.#ready, ...role.ready],
      accountAnnotations: Object.keys(annotations).length > 0 ? annotations : undefined,
    };
  }

  #labels(name: string): { [label: string]: string } {
    return { 'app.kubernetes.io/name': name, ...this.#partOf() };
  }

  #partOf(): { [label: string]: string } {
    return {
      'app.kubernetes.io/part-of': 'monitoring',
      'app.kubernetes.io/managed-by': 'gpu-inference-constructs',
    };
  }
}

/** The sites that write to it, and the label that they are told apart by. */
function sitesOf({ expectedSites: expected = [], grafana }: MonitoringOptions) {
  return expected.length > 0 ? { expected, label: grafana?.siteLabel ?? SITE_LABEL } : undefined;
}

checkArguments('MonitoringStack', MonitoringStack, throwOfCall);
