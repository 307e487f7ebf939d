import { TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import { ClusterLedger, isInTree } from '../core/cluster-ledger';
import { throwIfInvalid } from '../core/errors';
import { foundOnce } from '../core/reading';
import { IKubernetesCluster } from '../core/kubernetes-cluster';
import { IWatchable, MetricsTarget } from '../core/watchable';
import { addWarning } from '../core/validation';
import { ruleFaults } from '../metrics/contract/rule-contract';
import { Fault } from '../units/fault';
import { structFaults } from '../units/struct-faults';
import { allOf, isUnreadable } from '../units/unreadable';
import { scrapedTwiceFaults } from './exporters/scraped-twice';
import { DashboardJson } from './grafana/dashboards/dashboard-json';
import { withDashboardLinks } from './grafana/alert-links';
import { dashboardFaults } from './grafana/dashboards/dashboard-contract';
import { dashboardSpecs } from './grafana/dashboards/dashboard-specs';
import { dashboardsOf } from './grafana/dashboards/dashboards';
import { GrafanaOptions } from './grafana/grafana-options';
import { isOfCluster } from './indicators/selectors';
import { measuredBy, retentionFaults, stackObjectiveFaults } from './objectives/objective-faults';
import { ServiceLevelObjective } from './objectives/service-level-objective';
import { isGateway } from './rules/gateway-rules';
import { CapacityEnd } from './rules/capacity-rules';
import { OwnServer } from './servers/own-server';
import { RuleGroup, RuleOptions } from './rules/rule-group';
import { ruleGroups } from './rules/rule-groups';
import {
  GivenThresholds,
  optionFaults,
  thresholdsOf,
  thresholdWarnings,
  unknownModelFaults,
  WatchedWorkload,
  WatchOptions,
  workloadFaults,
} from './watched-workload';

/** What the pools of this library label their nodes with. */
const POOL_LABEL = 'gpu-inference-constructs/pool';

/** @internal */
export interface WatchListProps extends GivenThresholds {
  readonly cluster: IKubernetesCluster;
  /** Where the recorded series are read, within the cluster. */
  readonly prometheusUrl: string;
  readonly scrapeIntervalSeconds: number;
  /** Whose dashboards are checked, if there is one. */
  readonly grafana?: GrafanaOptions;
  /** URL of the Grafana that has the dashboards: alerts link to their panels. @default - they do not */
  readonly grafanaUrl?: string;
  /** What it scrapes beside what it is told to watch, evaluated when the stack is synthesized. @default - nothing */
  readonly exporters?: () => readonly IWatchable[];
  /** Servers of its own, which it scrapes; not known before it has made them. @default - none */
  readonly own?: () => readonly OwnServer[];
  readonly ruleOptions: RuleOptions;
  /** Whether it tells of capacity of the cluster that ends. One monitoring of a cluster does. */
  readonly watchesCapacity: boolean;
  /** Those of workloads that are given none. */
  readonly objectives?: readonly ServiceLevelObjective[];
  /** Days that series are kept. */
  readonly retentionDays?: number;
}

/**
 * The workloads that a monitoring watches, with the rules that follow from them. Workloads may change, or leave the construct tree, until the
 * stack is synthesized: everything is computed on access.
 *
 * @internal
 */
export class WatchList {
  readonly #watched: {
    readonly workload: IWatchable;
    readonly options: WatchOptions;
    /** As it was when it was found to be without faults; what it has become is looked at when the stack is synthesized. */
    readonly first: WatchedWorkload;
  }[] = [];

  #made?: { readonly key: string; readonly groups: readonly RuleGroup[] };
  /** What stands for what is found while cdktf reads the stack. */
  readonly #found = { workloads: {}, groups: {}, dashboards: {} };

  /**
   * @param monitoring whose list it is; its errors and warnings are those of the list
   * @param props what it needs to know of it
   */
  public constructor(
    private readonly monitoring: Construct,
    private readonly props: WatchListProps,
  ) {}

  /** Adds a workload, or throws a `ValidationError` with all its faults. */
  public add(workload: IWatchable, options: WatchOptions): void {
    const wrong = allOf(() => structFaults('MetricsTarget', workload.metricsTarget, 'metricsTarget'));
    const whole = () => {
      if (wrong.length > 0) return wrong;
      const added = this.#toWatched(workload, options);
      const faults = workloadFaults([...this.#inTree.map(({ first }) => first), added], [added]);
      if (faults.length > 0) return faults;
      const twice = scrapedTwiceFaults(this.props.cluster, this.monitoring, [workload]);
      return [...retentionFaults(this.props.retentionDays, options.objectives ?? []), ...twice];
    };
    const faults = allOf(whole);
    const rest = wrong.length > 0 || isUnreadable(workload) ? optionFaults(options) : [];
    throwIfInvalid(this.monitoring, [...faults, ...rest]);
    const watched = this.#toWatched(workload, options);
    for (const warning of thresholdWarnings(watched)) addWarning(this.monitoring, warning);
    this.#watched.push({ workload, options, first: watched });
    ClusterLedger.of(this.props.cluster).addWatched(workload, this.monitoring, this.props.prometheusUrl);
  }

  /** Whether nothing is watched. */
  public get empty(): boolean {
    return this.#inTree.length === 0;
  }

  /** Paths of the constructs that are watched. */
  public get paths(): ReadonlySet<string> {
    return new Set(this.#inTree.map(({ workload }) => workload.node.path));
  }

  /** What it was told to watch, as it is now. */
  public get watchedTargets(): MetricsTarget[] {
    return this.#inTree.map(({ workload }) => workload.metricsTarget);
  }

  /** The workloads as they are now. */
  public get workloads(): readonly WatchedWorkload[] {
    return foundOnce(TerraformStack.of(this.monitoring), this.#found.workloads, () => this.#workloadsNow());
  }

  #workloadsNow(): WatchedWorkload[] {
    const found = (this.props.exporters?.() ?? []).map((workload) => ({ workload, options: {} }));
    const own = (this.props.own?.() ?? []).map((workload) => ({ workload, options: workload.watchOptions }));
    return [...this.#inTree, ...found, ...own].map(({ workload, options }) => this.#toWatched(workload, options));
  }

  /** The rules of the workloads as they are now. */
  public get ruleGroups(): readonly RuleGroup[] {
    return foundOnce(TerraformStack.of(this.monitoring), this.#found.groups, () => this.#ruleGroupsNow());
  }

  #ruleGroupsNow(): readonly RuleGroup[] {
    const workloads = this.workloads;
    const capacityEnds = this.#capacityEnds;
    const key = JSON.stringify([workloads, capacityEnds]);
    // Asked for several times while the stack is synthesized.
    if (this.#made?.key !== key) this.#made = { key, groups: this.#linked(workloads, capacityEnds) };
    return this.#made.groups;
  }

  /** Names of the alerts that the rules raise, each once; none where there is nothing but the monitoring itself. */
  public get alerts(): string[] {
    if (this.workloads.length === (this.props.own?.() ?? []).length) return [];
    const names = this.ruleGroups.flatMap(({ rules }) => rules.flatMap(({ alert }) => alert ?? []));
    return [...new Set(names)].sort();
  }

  get #capacityEnds(): CapacityEnd[] {
    const { watchesCapacity, cluster } = this.props;
    if (!watchesCapacity) return [];
    return ClusterLedger.of(cluster).pools.flatMap(({ poolName: pool, capacityEnd: end, nodeLabels }) =>
      end === undefined ? [] : [{ pool, end, labeled: nodeLabels[POOL_LABEL] === pool }],
    );
  }

  #linked(workloads: readonly WatchedWorkload[], capacityEnds: readonly CapacityEnd[]): readonly RuleGroup[] {
    const { ruleOptions, grafanaUrl } = this.props;
    const groups = ruleGroups(workloads, { ...ruleOptions, capacityEnds });
    if (grafanaUrl === undefined) return groups;
    const rules = groups.flatMap((group) => group.rules);
    return withDashboardLinks(groups, dashboardSpecs({ workloads, rules, ...this.#sites }), grafanaUrl);
  }

  /** The dashboards of the workloads as they are now. */
  public get dashboards(): readonly DashboardJson[] {
    return foundOnce(TerraformStack.of(this.monitoring), this.#found.dashboards, () => {
      const rules = this.ruleGroups.flatMap((group) => group.rules);
      return dashboardsOf({ workloads: this.workloads, rules, ...this.#sites });
    });
  }

  /** What is wrong with the workloads, or with rules that follow from them. */
  public faults(): Fault[] {
    const changed = this.#inTree.flatMap(({ workload }) =>
      structFaults('MetricsTarget', workload.metricsTarget, 'metricsTarget'),
    );
    if (changed.length > 0) return changed;
    const workloads = this.workloads;
    const { cluster, exporters = () => [] } = this.props;
    const scraped = [...this.#inTree.map(({ workload }) => workload), ...exporters()];
    const faults = workloadFaults(workloads);
    if (faults.length > 0) return faults;
    const twice = scrapedTwiceFaults(cluster, this.monitoring, scraped);
    if (twice.length > 0) return twice;
    const targets = workloads.map(({ target }) => target);
    const unknown = unknownModelFaults(
      'latencyThresholdsMs',
      this.props.latencyThresholdsMs,
      targets.flatMap(({ models }) => models),
      'the watched workloads serve',
    );
    return [...unknown, ...stackObjectiveFaults(targets, this.props.objectives)];
  }

  /** What is wrong with the queries of the rules and, where there is a Grafana, of its dashboards, those of the program among them. */
  public queryFaults(): Fault[] {
    const { grafana, scrapeIntervalSeconds } = this.props;
    const workloads = this.workloads;
    const rules = this.ruleGroups.flatMap((group) => group.rules);
    const targets = workloads.map(({ target }) => target);
    const siteLabel = this.#siteLabel;
    const extraLabels = siteLabel === undefined ? [] : [siteLabel];
    if (!grafana) return ruleFaults(rules, targets, { scrapeIntervalSeconds, extraLabels });
    const { dashboards = [] } = grafana;
    return dashboardFaults([...this.dashboards, ...dashboards.map(({ _dashboard: own }) => own)], {
      rules,
      targets,
      options: { scrapeIntervalSeconds, extraLabels },
    });
  }

  get #sites() {
    return { siteLabel: this.#siteLabel, sitesWrite: this.props.ruleOptions.sites !== undefined };
  }

  /** What sites that write from afar are told apart by. */
  get #siteLabel(): string | undefined {
    return this.props.grafana?.siteLabel ?? this.props.ruleOptions.sites?.label;
  }

  get #inTree() {
    return this.#watched.filter(({ workload }) => isInTree(workload));
  }

  #toWatched(workload: IWatchable, options: WatchOptions): WatchedWorkload {
    const { metricsTarget } = workload;
    const pricePerHour = { ...metricsTarget.pricePerHour, ...options.pricePerHour };
    const target = options.pricePerHour ? { ...metricsTarget, pricePerHour } : metricsTarget;
    const objectives = options.objectives ?? measuredBy(target, this.props.objectives);
    return {
      target,
      // Servers measure the latency of their models.
      latencyAlert: (options.latencyAlert ?? true) && !isGateway(target) && !isOfCluster(target),
      latencyThresholdsMs: thresholdsOf(target, options, this.props, objectives),
      metricPrefixes: options.metricPrefixes ?? {},
      objectives,
      options,
    };
  }
}
