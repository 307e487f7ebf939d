import { structFaults } from '../units/struct-faults';
import { addValidation, addWarning, warnOnce } from '../core/validation';
import { Fault, fault } from '../units/fault';
import { wholeNumberFault } from '../units/number-faults';
import { ClusterRoleV1 } from '@cdktf/provider-kubernetes/lib/cluster-role-v1';
import { NetworkPolicyV1 } from '@cdktf/provider-kubernetes/lib/network-policy-v1';
import { RoleBindingV1 } from '@cdktf/provider-kubernetes/lib/role-binding-v1';
import { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { ClusterLedger, isInTree } from '../core/cluster-ledger';
import { throwIfInvalid, throwIfOfOtherKinds, throwIfRefused, throwOfCall } from '../core/errors';
import { synthesizeWhile } from '../core/omission';
import { ImageRegistry } from '../kubernetes/image-registry';
import { kubernetesMeta } from '../kubernetes/kubernetes-access';
import { IKubernetesCluster } from '../core/kubernetes-cluster';
import { PodSecurityLevel } from '../core/pod-security-level';
import { ensureNamespace, knownNamespace } from '../kubernetes/namespaces';
import { kubernetesNameFault } from '../core/naming';
import { concreteFault } from '../core/tokens';
import { IWatchable } from '../core/watchable';
import { DataSize } from '../units/data-size';
import { secretFolder } from './alert-receiver';
import { alertmanagerConfig, allReceivers, receiverFaults, receiverWarnings } from './alertmanager-config';
import { isGateway } from './gateway-rules';
import { MetricContract } from './metric-contract';
import { MonitoringOptions } from './monitoring-options';
import { MonitoringServer } from './monitoring-server';
import { MonitoringStorage } from './monitoring-storage';
import { prometheusConfig, ruleFile } from './prometheus-config';
import { ruleGroups } from './rule-groups';
import { closedToScalerFaults } from './scaler-faults';
import { allowScrape } from './scrape-policy';
import {
  givenThresholdFaults,
  optionFaults,
  thresholdsOf,
  thresholdWarnings,
  unknownModelFaults,
  WatchedWorkload,
  WatchOptions,
  workloadFaults,
} from './watched-workload';
import { knownListFaults } from '../core/text-list';
import { checkArguments } from '../units/argument-faults';
import { allOf, isUnreadable } from '../units/unreadable';

/** Long-term support until July 2027: https://prometheus.io/docs/introduction/release-cycle/ */
const PROMETHEUS_IMAGE = 'quay.io/prometheus/prometheus:v3.13.2';
/** The release that kube-prometheus-stack 88.3 pairs with Prometheus 3.13.2. */
const ALERTMANAGER_IMAGE = 'quay.io/prometheus/alertmanager:v0.33.1';

const PROMETHEUS_PORT = 9090;
const ALERTMANAGER_PORT = 9093;
/** A window of rate() is at least two minutes and must contain four scrapes. */
const MAX_SCRAPE_INTERVAL_SECONDS = 30;

const NOTHING_WATCHED = fault(
  'NOTHING_WATCHED',
  undefined,
  'it watches nothing, so that it records no series and no alert ever fires; call watch(workload) for each workload, e.g. a TritonDeployment',
);

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
 * from waiting behind others.
 *
 * Throws a `ValidationError` when the namespace, an interval, the threshold or a receiver is invalid.
 */
export class MonitoringStack extends Construct {
  /** Namespace it runs in. */
  public readonly namespace: string;
  /** URL of Prometheus within the cluster. */
  public readonly prometheusUrl: string;
  /** URL of Alertmanager within the cluster. */
  public readonly alertmanagerUrl: string;
  /** Text of `alertmanager.yml`. */
  public readonly alertmanagerConfiguration: string;

  readonly #props: MonitoringStackProps;
  readonly #ready: ITerraformDependable[];
  readonly #discovery: ClusterRoleV1;
  readonly #watched: {
    readonly workload: IWatchable;
    readonly options: WatchOptions;
    /** As it was when it was found to be without faults; what it has become is looked at when the stack is synthesized. */
    readonly first: WatchedWorkload;
  }[] = [];

  /**
   * @param scope parent of the construct
   * @param id id of the construct, unique in its scope
   * @param props its properties
   */
  public constructor(scope: Construct, id: string, props: MonitoringStackProps) {
    throwIfOfOtherKinds(scope, 'MonitoringStackProps', props, id, (given) => new MonitoringStack(scope, id, given));
    super(scope, id);
    throwIfRefused(this, propsFaults(props));
    this.#props = props;
    this.namespace = props.namespace ?? 'monitoring';
    this.prometheusUrl = `http://prometheus.${this.namespace}.svc:${PROMETHEUS_PORT}`;
    this.alertmanagerUrl = `http://alertmanager.${this.namespace}.svc:${ALERTMANAGER_PORT}`;
    this.alertmanagerConfiguration = alertmanagerConfig(props);
    this.#ready = ensureNamespace(this, props.cluster, this.namespace, PodSecurityLevel.RESTRICTED);
    this.#discovery = this.#makeDiscoveryRole();
    this.#makePrometheus();
    this.#makeAlertmanager();
    this.#makeNetworkPolicy();
    for (const warning of receiverWarnings(props)) addWarning(this, warning);
    addValidation(this, () => this.#faults());
    warnOnce(this, () => (this.#watchedInTree.length > 0 ? [] : [NOTHING_WATCHED]));
  }

  /** Text of `prometheus.yml` for the workloads watched so far. */
  public get prometheusConfiguration(): string {
    return prometheusConfig({
      clusterName: this.#props.cluster.clusterName,
      scrapeIntervalSeconds: this.#scrapeIntervalSeconds,
      alertmanager: `alertmanager.${this.namespace}.svc:${ALERTMANAGER_PORT}`,
      targets: this.#workloads.map(({ target }) => target),
    });
  }

  /** Text of `rules.yml` for the workloads watched so far. */
  public get rules(): string {
    return ruleFile(ruleGroups(this.#workloads, this.#props.heartbeatReceiver !== undefined));
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
    const wrong = allOf(() => structFaults('MetricsTarget', workload.metricsTarget, 'metricsTarget'));
    const whole = () => {
      if (wrong.length > 0) return wrong;
      const added = this.#toWatched(workload, options);
      return workloadFaults([...this.#watchedInTree.map(({ first }) => first), added], [added]);
    };
    const faults = allOf(whole);
    const rest = wrong.length > 0 || isUnreadable(workload) ? optionFaults(options) : [];
    throwIfInvalid(this, [...faults, ...rest]);
    const watched = this.#toWatched(workload, options);
    for (const warning of thresholdWarnings(watched)) addWarning(this, warning);
    this.#watched.push({ workload, options, first: watched });
    ClusterLedger.of(this.#props.cluster).addWatched(workload, this, this.prometheusUrl);
    this.#allowDiscovery(workload);
    allowScrape(this, workload, {
      cluster: this.#props.cluster,
      from: this.namespace,
      pods: this.#labels('prometheus'),
    });
  }

  get #scrapeIntervalSeconds(): number {
    return this.#props.scrapeIntervalSeconds ?? 15;
  }

  /** Evaluated on every access: a workload may change until the stack is synthesized. */
  get #workloads(): WatchedWorkload[] {
    return this.#watchedInTree.map(({ workload, options }) => this.#toWatched(workload, options));
  }

  get #watchedInTree() {
    return this.#watched.filter(({ workload }) => isInTree(workload));
  }

  #toWatched(workload: IWatchable, options: WatchOptions): WatchedWorkload {
    return {
      target: workload.metricsTarget,
      // Servers measure the latency of their models.
      latencyAlert: (options.latencyAlert ?? true) && !isGateway(workload.metricsTarget),
      latencyThresholdsMs: thresholdsOf(workload.metricsTarget, options, this.#props),
      metricPrefixes: options.metricPrefixes ?? {},
      options,
    };
  }

  #faults(): Fault[] {
    const changed = this.#watchedInTree.flatMap(({ workload }) =>
      structFaults('MetricsTarget', workload.metricsTarget, 'metricsTarget'),
    );
    if (changed.length > 0) return changed;
    const workloads = this.#workloads;
    const faults = workloadFaults(workloads);
    if (faults.length > 0) return faults;
    const unknown = unknownModelFaults(
      'latencyThresholdsMs',
      this.#props.latencyThresholdsMs,
      workloads.flatMap(({ target }) => target.models),
      'the watched workloads serve',
    );
    if (unknown.length > 0) return unknown;
    const closed = this.#closedFaults();
    if (closed.length > 0) return closed;
    const rules = ruleGroups(workloads, this.#props.heartbeatReceiver !== undefined).flatMap((group) => group.rules);
    return MetricContract.faults(
      rules,
      workloads.map(({ target }) => target),
      this.#scrapeIntervalSeconds,
    );
  }

  #closedFaults(): Fault[] {
    const { cluster, accessibleFrom = [] } = this.#props;
    const watched = new Set(this.#watchedInTree.map(({ workload }) => workload.node.path));
    return closedToScalerFaults(cluster, watched, [this.namespace, ...accessibleFrom]);
  }

  get #discoveryName(): string {
    return `${this.namespace}-pod-discovery`;
  }

  #makeDiscoveryRole(): ClusterRoleV1 {
    return new ClusterRoleV1(this, 'PodDiscovery', {
      ...kubernetesMeta(this, this.#props.cluster),
      metadata: { name: this.#discoveryName, labels: this.#labels('prometheus') },
      rule: [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] }],
    });
  }

  /** Prometheus can list pods only in the namespaces that it watches: a pod's environment may be confidential. */
  #allowDiscovery(workload: IWatchable): void {
    const { namespace } = workload.metricsTarget;
    const id = `PodDiscovery-${namespace}`;
    if (this.node.tryFindChild(id)) return;
    const waitFor = [this.#discovery, ...knownNamespace(workload, this.#props.cluster, namespace)];
    const binding = new RoleBindingV1(this, id, {
      ...kubernetesMeta(this, this.#props.cluster, waitFor),
      metadata: { name: this.#discoveryName, namespace, labels: this.#labels('prometheus') },
      roleRef: {
        apiGroup: 'rbac.authorization.k8s.io',
        kind: 'ClusterRole',
        name: this.#discoveryName,
      },
      subject: [{ kind: 'ServiceAccount', name: 'prometheus', namespace: this.namespace, apiGroup: '' }],
    });
    synthesizeWhile(binding, () => this.#workloads.some(({ target }) => target.namespace === namespace));
  }

  #makePrometheus(): void {
    const storage = this.#props.storage ?? MonitoringStorage.persistentVolume();
    // The write-ahead log and the block being written come on top of what retention counts.
    const retentionSize = `${Math.floor(storage.size.mib * 0.8)}MB`;
    new MonitoringServer(this, 'Prometheus', {
      ...this.#server('prometheus', PROMETHEUS_PORT),
      image: this.#props.prometheusImage ?? PROMETHEUS_IMAGE,
      args: [
        '--config.file=/etc/prometheus/prometheus.yml',
        '--storage.tsdb.path=/prometheus',
        `--storage.tsdb.retention.time=${this.#props.retentionDays ?? 15}d`,
        `--storage.tsdb.retention.size=${retentionSize}`,
      ],
      config: [
        { name: 'prometheus.yml', text: () => this.prometheusConfiguration },
        { name: 'rules.yml', text: () => this.rules },
      ],
      storage,
      size: storage.size,
      memory: this.#props.prometheusMemory ?? DataSize.gib(2),
      cpuRequest: '250m',
      cpuLimit: '2',
      usesApiServer: true,
      startupBudgetSeconds: 900,
    });
  }

  #makeAlertmanager(): void {
    const secrets = allReceivers(this.#props).flatMap((receiver) => receiver.secrets);
    const folders = new Map(secrets.map((secret) => [secret.name, secretFolder(secret)]));
    new MonitoringServer(this, 'Alertmanager', {
      ...this.#server('alertmanager', ALERTMANAGER_PORT),
      image: this.#props.alertmanagerImage ?? ALERTMANAGER_IMAGE,
      args: [
        '--config.file=/etc/alertmanager/alertmanager.yml',
        '--storage.path=/alertmanager',
        // A single instance has no peer to gossip with.
        '--cluster.listen-address=',
      ],
      config: [{ name: 'alertmanager.yml', text: () => this.alertmanagerConfiguration }],
      storage: this.#props.storage ?? MonitoringStorage.persistentVolume(),
      size: DataSize.gib(1),
      memory: DataSize.mib(256),
      cpuRequest: '50m',
      cpuLimit: '500m',
      usesApiServer: false,
      startupBudgetSeconds: 120,
      secrets: [...folders].map(([name, folder]) => ({ name, folder })),
    });
  }

  /** Neither server has authentication, so the network policy decides who may reach it. */
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

  #server(name: string, port: number) {
    return {
      cluster: this.#props.cluster,
      waitFor: this.#ready,
      namespace: this.namespace,
      name,
      labels: this.#labels(name),
      port,
      imageRegistry: this.#props.imageRegistry ?? ImageRegistry.UPSTREAM,
      priorityClassName: this.#props.priorityClassName,
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

checkArguments('MonitoringStack', MonitoringStack, throwOfCall);

function propsFaults(props: MonitoringStackProps): Fault[] {
  const { retentionDays, scrapeIntervalSeconds, accessibleFrom = [], prometheusMemory } = props;
  const numberFault = (name: string, value: number | undefined, least: number, most: number) => {
    const unknown = concreteFault(name, value, 'the configuration of Prometheus is made from it');
    return unknown.length > 0 ? unknown : wholeNumberFault(name, value, least, most);
  };
  return allOf(
    () => kubernetesNameFault('namespace', props.namespace ?? 'monitoring'),
    () => {
      const unknown = knownListFaults('accessibleFrom', accessibleFrom, 'a rule names each namespace');
      if (unknown.length > 0) return unknown;
      return accessibleFrom.flatMap((name, index) => kubernetesNameFault(`accessibleFrom[${index}]`, name));
    },
    () => numberFault('retentionDays', retentionDays, 1, 3650),
    () => numberFault('scrapeIntervalSeconds', scrapeIntervalSeconds, 5, MAX_SCRAPE_INTERVAL_SECONDS),
    () => givenThresholdFaults(props),
    () =>
      prometheusMemory && prometheusMemory.mib < 256
        ? [
            fault(
              'OUT_OF_RANGE',
              'prometheusMemory',
              `prometheusMemory must be at least 256 MiB; got ${prometheusMemory}`,
            ),
          ]
        : [],
    () => receiverFaults(props),
  );
}
