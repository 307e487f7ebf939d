import { ConfigMapV1 } from '@cdktf/provider-kubernetes/lib/config-map-v1';
import { Lazy, Token } from 'cdktf';
import { Construct } from 'constructs';
import { isInTree } from '../../core/cluster-ledger';
import { throwIfOfOtherKinds, throwIfRefused, throwOfCall } from '../../core/errors';
import { hashedName, helmReleaseName, kubernetesName } from '../../core/naming';
import { synthesizeWhile } from '../../core/omission';
import { escapeTemplate } from '../../core/template-escape';
import { addValidation, warnOnce } from '../../core/validation';
import { IWatchable } from '../../core/watchable';
import { CustomResources } from '../../kubernetes/custom-resources';
import { kubernetesMeta } from '../../kubernetes/kubernetes-access';
import { MANAGED_BY } from '../../kubernetes/managed-by';
import { knownNamespace } from '../../kubernetes/namespaces';
import { checkArguments } from '../../units/argument-faults';
import { Fault } from '../../units/fault';
import { IMonitoring } from '../monitoring';
import { NOTHING_WATCHED } from '../nothing-watched';
import { allowScrape } from '../prometheus/scrape-policy';
import { RuleGroup } from '../rules/rule-group';
import { WatchList } from '../watch-list';
import { WatchOptions } from '../watched-workload';
import { metricsReader } from './metrics-reader';
import { OPERATOR_API, podMonitor } from './pod-monitor';
import { operatorOptionFaults, PrometheusOperatorMonitoringProps } from './prometheus-operator-options';

/** Name of the rules that belong to no single workload, and of the dashboards. */
const SHARED = 'gpu-inference';

/**
 * The same watch as that of a `MonitoringStack`, by a Prometheus operator that runs on the cluster already, e.g. that of kube-prometheus-stack.
 *
 * It installs nothing. For each workload it makes a `PodMonitor` with the labels that all rules and dashboards need, and a `PrometheusRule` with its
 * indicators and alerts; dashboards are ConfigMaps for the sidecar of Grafana. They are applied as a small Helm release for each workload, so that
 * neither a plan needs the definitions of the operator nor a release outgrows its Secret. Every query is checked as by a `MonitoringStack`.
 *
 * Who is told of alerts is a matter of the operator's own Alertmanager: an `AlertmanagerConfig` gets only alerts of its own namespace, and ours name
 * that of the workload. `severity` is `critical` or `warning`, as in the chart's own rules.
 *
 * Throws a `ValidationError` when a name, a label, the URL, the interval or a threshold is invalid.
 *
 * @see https://github.com/prometheus-operator/prometheus-operator/blob/v0.93.0/Documentation/api-reference/api.md
 */
export class PrometheusOperatorMonitoring extends Construct implements IMonitoring {
  /** Namespace of Prometheus and of the objects. */
  public readonly namespace: string;
  /** URL of Prometheus within the cluster. */
  public readonly prometheusUrl: string;

  readonly #props: PrometheusOperatorMonitoringProps;
  readonly #watchList: WatchList;

  /**
   * @param scope parent of the construct
   * @param id id of the construct, unique in its scope
   * @param props its properties
   */
  public constructor(scope: Construct, id: string, props: PrometheusOperatorMonitoringProps) {
    throwIfOfOtherKinds(
      scope,
      'PrometheusOperatorMonitoringProps',
      props,
      id,
      (given) => new PrometheusOperatorMonitoring(scope, id, given),
    );
    super(scope, id);
    throwIfRefused(this, operatorOptionFaults(props));
    this.#props = props;
    this.namespace = props.namespace ?? 'monitoring';
    this.prometheusUrl = props.prometheusUrl ?? `http://prometheus-operated.${this.namespace}.svc:9090`;
    this.#watchList = new WatchList(this, {
      cluster: props.cluster,
      prometheusUrl: this.prometheusUrl,
      scrapeIntervalSeconds: this.#scrapeIntervalSeconds,
      ruleOptions: { runbookUrl: props.runbookUrl },
      watchesCapacity: true,
      grafanaUrl: props.grafanaUrl,
      latencyThresholdMs: props.latencyThresholdMs,
      latencyThresholdsMs: props.latencyThresholdsMs,
    });
    const shared = () => this.#watchList.ruleGroups.filter(({ name }) => !this.#jobs.has(name));
    this.#release('SharedRules', SHARED, () => [this.#prometheusRule(SHARED, shared())], [this], () => shared().length > 0); // prettier-ignore
    if (props.dashboards ?? true) this.#makeDashboards();
    addValidation(this, () => this.#faults());
    warnOnce(this, () => (this.#watchList.empty ? [NOTHING_WATCHED] : []));
  }

  /**
   * Scrapes a workload, records its indicators and watches it, as long as it is in the construct tree.
   *
   * Throws a `ValidationError` when another workload has the same job name, when two models would be recorded under one name, when the
   * target contains tokens, and when no metric of the workload can supply an indicator, P99 latency above all.
   *
   * @param workload what to watch, e.g. a `VllmDeployment`
   * @param options thresholds and names @default - those of this monitoring
   */
  public watch(workload: IWatchable, options: WatchOptions = {}): void {
    this.#watchList.add(workload, options);
    const { cluster, prometheusPodLabels = { 'app.kubernetes.io/name': 'prometheus' } } = this.#props;
    const { jobName } = workload.metricsTarget;
    const name = kubernetesName(jobName) === jobName ? jobName : hashedName(jobName);
    const objects = () => [
      podMonitor(workload.metricsTarget, {
        name,
        labels: this.#labels,
        scrapeIntervalSeconds: this.#scrapeIntervalSeconds,
      }),
      this.#prometheusRule(
        name,
        this.#watchList.ruleGroups.filter((group) => group.name === workload.metricsTarget.jobName),
      ),
      ...(workload.metricsTarget.secured ? metricsReader(name, this.namespace) : []),
    ];
    this.#release(`Watch-${jobName}`, `watch-${name}`, objects, [workload], () => isInTree(workload));
    allowScrape(this, workload, { cluster, from: this.namespace, pods: prometheusPodLabels });
  }

  get #scrapeIntervalSeconds(): number {
    return this.#props.scrapeIntervalSeconds ?? 15;
  }

  get #labels(): { readonly [label: string]: string } {
    return this.#props.labels ?? { release: 'kube-prometheus-stack' };
  }

  get #jobs(): ReadonlySet<string> {
    return new Set(this.#watchList.workloads.map(({ target }) => target.jobName));
  }

  #faults(): Fault[] {
    const faults = this.#watchList.faults();
    return faults.length > 0 ? faults : this.#watchList.queryFaults();
  }

  #prometheusRule(name: string, groups: readonly RuleGroup[]): object {
    return {
      apiVersion: OPERATOR_API,
      kind: 'PrometheusRule',
      metadata: { name, labels: { ...this.#labels, ...MANAGED_BY } },
      spec: { groups: groups.map((group) => ({ ...group, interval: `${this.#scrapeIntervalSeconds}s` })) },
    };
  }

  /** Rules of one workload depend on those that are watched later, so that all of them are made when the stack is synthesized. */
  #release(
    id: string,
    name: string,
    objects: () => readonly object[],
    waitsFor: readonly Construct[],
    isNeeded: () => boolean,
  ): void {
    const { cluster, dependsOn = [] } = this.#props;
    // Of a workload that was removed: no other one can have its job name.
    this.node.tryRemoveChild(id);
    const resources = new CustomResources(this, id, {
      cluster,
      releaseName: helmReleaseName(name),
      namespace: this.namespace,
      resources: [this.#prometheusRule(name, [])],
      dependsOn: [...dependsOn, ...waitsFor.flatMap((one) => knownNamespace(one, cluster, this.namespace))],
    });
    resources._resourcesBy(objects);
    synthesizeWhile(resources._release, isNeeded);
  }

  #makeDashboards(): void {
    const { cluster, dependsOn, dashboardLabels = { grafana_dashboard: '1' } } = this.#props;
    const data = () =>
      Object.fromEntries(
        this.#watchList.dashboards.map((one) => [`${one.uid}.json`, escapeTemplate(JSON.stringify(one))]),
      );
    const map = new ConfigMapV1(this, 'Dashboards', {
      ...kubernetesMeta(this, cluster, [...(dependsOn ?? []), ...knownNamespace(this, cluster, this.namespace)]),
      metadata: {
        name: `${SHARED}-dashboards`,
        namespace: this.namespace,
        labels: { ...dashboardLabels, ...MANAGED_BY },
      },
      data: Token.asStringMap(Lazy.anyValue({ produce: data })),
    });
    synthesizeWhile(map, () => this.#watchList.dashboards.length > 0);
  }
}

checkArguments('PrometheusOperatorMonitoring', PrometheusOperatorMonitoring, throwOfCall);
