import { Construct } from 'constructs';
import { GpuNodeType } from '../../catalog/gpu-node-type';
import { NodeAgents, hasNodeAgents } from '../../compute/agents/node-agents';
import { KubernetesCluster } from '../../compute/cluster/kubernetes-cluster';
import { ExistingGpuNodePool } from '../../compute/pools/existing/existing-gpu-node-pool';
import { throwIfInvalid, throwIfOfOtherKinds, ValidationError } from '../../core/errors';
import { IGpuNodePool } from '../../core/gpu-node-pool';
import { IKubernetesCluster } from '../../core/kubernetes-cluster';
import { kubernetesName } from '../../core/naming';
import { addWarning } from '../../core/validation';
import { Warnings } from '../../core/warnings';
import { withdrawal } from '../../core/withdraw';
import { ExpectedSite } from '../../monitoring/expected-site';
import { MonitoringOptions } from '../../monitoring/monitoring-options';
import { MonitoringStack } from '../../monitoring/monitoring-stack';
import { OutagePlan } from '../../outage/outage-plan';
import { CapacityPlan } from '../../planning/capacity-plan';
import { PowerSetting } from '../../planning/plan-parts';
import { ClusterChecks } from '../../scheduling/cluster-checks';
import { EdgeFallback } from '../../serving/gateway/edge/edge-fallback';
import { TritonDeployment } from '../../serving/triton/triton-deployment';
import { VllmDeployment } from '../../serving/vllm/vllm-deployment';
import { ModelSync } from '../../storage/sync/model-sync';
import { Fault, fault } from '../../units/fault';
import { nameClass } from '../../units/own-class';
import { allOf } from '../../units/unreadable';
import { AssignedModel, assignModels } from '../shared/model-assignment';
import { ModelServers } from '../shared/model-servers';
import { childNameFaults, ensureProvider, makePart } from '../shared/parts';
import { OutageEvent } from '../shared/outage-event';
import { outageTimeline, timelineText } from '../shared/outage-timeline';
import { GivenServing, isVllm, servingFaults, vllmOf } from '../shared/serving-options';
import { edgePlanner } from './edge-planner';
import { expectedSite } from './expected-site';
import { makeSyncs, syncFaults, syncedModels } from './edge-sync';
import {
  DEFAULT_RETENTION_DAYS,
  enterSite,
  outageFaults,
  outageOf,
  serverFaults,
  serverOf,
  siteFaults,
} from './edge-topology-faults';
import { EdgeTopologyProps } from './edge-topology-props';
import { localWeights } from './local-weights';

/**
 * Models served at a site with a control plane of its own, which goes on by itself while its link is cut: planned for the memory and the watts of
 * its machines, with the program that has an image for them, weights kept on their disks, alerts of its own, and metrics that wait for the link.
 *
 * It installs no driver: that of the host is there after an offline restart too. Throws one `ValidationError` with every fault: hardware without CUDA, a
 * model or a precision that does not fit it (with what lacks in each format), watts that its GPUs cannot be held within, a program without an image for
 * it, a buffer or a retention shorter than the outage (with what would do), names that collide, and whatever the parts refuse.
 *
 * @see docs/edge-topology.md
 */
export class EdgeTopology extends Construct {
  /** The cluster of the site. */
  public readonly cluster: IKubernetesCluster;
  /** Its machines. The label of `nodeSelector` is what machines of a pool that the topology makes must have. */
  public readonly nodePool: IGpuNodePool;
  /** What follows from the longest outage. */
  public readonly outage: OutagePlan;
  /** Prometheus and Alertmanager. @default - monitoring is off */
  public readonly monitoring?: MonitoringStack;

  readonly #props: EdgeTopologyProps;
  readonly #assigned: readonly AssignedModel[];
  readonly #servers: ModelServers;
  readonly #syncs = new Map<string, ModelSync>();

  /**
   * @param scope parent, in a stack of the site
   * @param id id within the parent
   * @param props the site, and what it serves
   */
  public constructor(scope: Construct, id: string, props: EdgeTopologyProps) {
    throwIfOfOtherKinds(scope, 'EdgeTopologyProps', props, id, (given) => new EdgeTopology(scope, id, given));
    const withdrawAll = withdrawal(scope);
    super(scope, id);
    try {
      this.#props = props;
      const { site, hardware } = props;
      const models = syncedModels(props);
      const faults = allOf(
        () => siteFaults(this, props),
        () => childNameFaults(props.models, []),
      );
      const outage = outageOf(props, faults);
      if (faults.length > 0 || outage === undefined) throw new ValidationError(this, faults);
      this.outage = outage;
      const serving = { ...props, server: serverOf(props) };
      const unserved = serverFaults(props, serving);
      faults.push(
        ...allOf(
          () => unserved,
          () => outageFaults(outage, props.monitoring === false ? {} : (props.monitoringOptions ?? {})),
          () => servingFaults(serving, models),
          () => syncFaults(props, serving, props.nodePool?.maxNodes ?? props.nodes ?? 1),
          () => unusedMonitoringFaults(props),
        ),
      );

      const cluster = makePart(faults, () => props.cluster ?? clusterOf(this, site));
      if (!cluster) throw new ValidationError(this, faults);
      this.cluster = cluster;
      const nodePool = makePart(faults, () => props.nodePool ?? this.#makePool(outage));
      const pool = {
        name: nodePool?.poolName ?? kubernetesName(hardware.name),
        instanceType: hardware.nodeType as GpuNodeType,
        maxNodes: nodePool?.maxNodes ?? 1,
        fabric: nodePool?.fabric,
      };
      const planned = assignModels({
        ...{ models, pools: [pool], locked: {} },
        vllm: (name) => vllmOf(serving, name),
        planner: edgePlanner(hardware, props.powerBudget),
        deploymentsWarn: isVllm(serving),
      });
      this.#assigned = planned.assigned;
      for (const warning of planned.warnings) addWarning(this, warning);
      faults.push(...planned.faults.map(ofSite));
      if (!nodePool) throw new ValidationError(this, faults);
      this.nodePool = nodePool;

      faults.push(...ensureProvider(this, cluster, props.kubernetesAccess));
      this.#makeAgents(faults);
      const kept = this.#makeSyncs(serving, faults);
      this.#servers = new ModelServers(this, {
        ...{ models, cluster, modelStore: props.modelStore, imageRegistry: props.imageRegistry },
        serving: kept,
        poolOf: () => nodePool,
      });
      const ofServers: Fault[] = [];
      // That no image runs here is said once, and so is what is wrong with a channel, which is their version.
      this.#servers.make(unserved.length === 0 ? planned.assigned : [], ofServers);
      faults.push(...ofServers.filter(({ property = '' }) => !(props.sync && VERSION.test(property))));
      const monitoring = this.#makeMonitoring(faults);
      throwIfInvalid(this, faults);
      for (const watched of [...this.#servers.all, ...this.#syncs.values()]) monitoring?.watch(watched);
      this.monitoring = monitoring;
      enterSite(this, site, cluster);
    } catch (error) {
      withdrawAll();
      throw error;
    }
  }

  /** The plan of every model, by its name. */
  public get plans(): { [model: string]: CapacityPlan } {
    return Object.fromEntries(this.#assigned.map(({ resolved }) => [resolved.name, resolved.plan]));
  }

  /** How the power of the GPUs of each machine is limited: `power` of `EdgeBootstrap`. @default - it is not */
  public get power(): PowerSetting | undefined {
    return this.#assigned[0].resolved.plan.power;
  }

  /** The deployments of vLLM's own server, by the names of their models; none where Triton serves. */
  public get vllmDeployments(): { [model: string]: VllmDeployment } {
    return Object.fromEntries(this.#servers.vllm);
  }

  /** The deployments of Triton, by the names of their models; none where vLLM's own server serves. */
  public get deployments(): { [model: string]: TritonDeployment } {
    return Object.fromEntries(this.#servers.triton);
  }

  /** What keeps each model at its channel, by the names of the models; none without `sync`. */
  public get modelSyncs(): { [model: string]: ModelSync } {
    return Object.fromEntries(this.#syncs);
  }

  /** The site as `expectedSites` of its hub has it: the hub alerts where it is silent, and takes what it kept through an outage. */
  public get expectedSite(): ExpectedSite {
    return expectedSite(this.cluster.clusterName, this.outage);
  }

  /** What happens from the moment at which its link is cut, by its own numbers, in the order of time. */
  public get timeline(): OutageEvent[] {
    return this._timeline();
  }

  /**
   * @param fallback how its gateway answers requests for a cloud @default - none goes to a cloud
   * @param onlyCloud names in requests that nothing at the site answers @default - none
   *
   * @internal
   */
  public _timeline(fallback?: EdgeFallback, onlyCloud?: readonly string[]): OutageEvent[] {
    const { monitoringOptions = {} } = this.#props;
    return outageTimeline({
      outage: this.outage,
      nodes: this.nodePool.maxNodes,
      isWatched: this.monitoring !== undefined,
      hasUplink: this.monitoring !== undefined && monitoringOptions.uplink !== undefined,
      retentionDays: monitoringOptions.retentionDays ?? DEFAULT_RETENTION_DAYS,
      isSynced: this.#syncs.size > 0,
      ...{ fallback, onlyCloud },
    });
  }

  /** Its machines, plans, watts, every number that follows from the outage, and where the pods go, as human-readable text. */
  public explain(): string {
    const { site, hardware, powerBudget } = this.#props;
    const { nodePool, power } = this;
    const kind = this.#servers.vllm.size > 0 ? 'vLLM' : 'Triton';
    const nodes = nodePool.maxNodes;
    const models = this.#assigned.map(({ resolved: { name, plan }, replicas }) =>
      [`${name}: ${replicas} replica(s) by ${kind}, in ${plan.precision}`, plan.explain()].join('\n'),
    );
    const limit = power
      ? `each GPU is held at ${power.wattsPerGpu} W${power.modeName ? ` (${power.modeName})` : ''}`
      : 'no GPU is limited';
    return [
      [
        `Site ${site}: ${nodes} x ${hardware} of pool ${nodePool.poolName}.`,
        `Its machines have the label ${Object.entries(nodePool.nodeSelector)
          .map(([key, value]) => `${key}=${value}`)
          .join(', ')}.`,
        `Power: ${powerBudget ? `a budget of ${powerBudget} for each machine` : 'no budget'}; ${limit}.`,
      ].join('\n'),
      ...models,
      this.outage.explain(),
      timelineText(this.timeline),
      ClusterChecks.of(this.cluster).explain(),
    ].join('\n\n');
  }

  #makePool({ tolerationSeconds }: OutagePlan): IGpuNodePool {
    const { hardware, nodes = 1, fabric, driverMajor } = this.#props;
    const poolName = kubernetesName(hardware.name);
    return new ExistingGpuNodePool(this, `Pool-${poolName}`, {
      ...{ cluster: this.cluster, hardware: hardware.nodeType as GpuNodeType, nodes, fabric, poolName, driverMajor },
      driverInImage: true,
      // Of several machines another one takes over the pods of one that died; the control plane is on this side of the link.
      unreachableTolerationSeconds: nodes === 1 ? tolerationSeconds : undefined,
    });
  }

  /** @returns serving with weights that are at the site while the link is cut */
  #makeSyncs(serving: GivenServing, faults: Fault[]): GivenServing {
    const { sync } = this.#props;
    if (sync === undefined) return localWeights(serving, this.#assigned);
    const given = { serving, nodePool: this.nodePool, maxUplinkOutage: this.outage.longest };
    const made = makeSyncs(this, { ...this.#props, sync }, given, this.#assigned, faults);
    for (const [name, each] of made.syncs) this.#syncs.set(name, each);
    return made.serving;
  }

  #makeAgents(faults: Fault[]): void {
    const { cluster } = this;
    const { nodeAgents, imageRegistry } = this.#props;
    if (nodeAgents === false) Warnings.accept(cluster, 'NO_NODE_AGENTS', 'nodeAgents of a topology is false');
    else if (!hasNodeAgents(cluster))
      makePart(faults, () => new NodeAgents(this, 'NodeAgents', { cluster, imageRegistry }));
  }

  #makeMonitoring(faults: Fault[]): MonitoringStack | undefined {
    const { monitoring = true, monitoringOptions, imageRegistry } = this.#props;
    if (!monitoring) return undefined;
    const { nodeSelector, taints } = this.nodePool;
    // These are the only machines that are known of the site.
    const here: MonitoringOptions = { imageRegistry, nodeSelector, tolerations: taints };
    const { cluster } = this;
    const make = () => new MonitoringStack(this, 'Monitoring', { ...here, ...monitoringOptions, cluster });
    return makePart(faults, make, 'monitoringOptions');
  }
}

nameClass('EdgeTopology', EdgeTopology);

const VERSION = /^models\[\d+\]\.version$/;

/** What the planner finds of the machines is of the site, not of a model. */
function ofSite({ id, property, reason }: Fault): Fault {
  return fault(id, property?.replace(/^models\[\d+\]\.hardware$/, 'hardware'), reason);
}

function clusterOf(scope: Construct, site: string): IKubernetesCluster {
  return KubernetesCluster.fromKubeconfig(scope, 'Cluster', {
    ...{ configPath: '~/.kube/config', context: site, clusterName: site },
  });
}

function unusedMonitoringFaults({ monitoring, monitoringOptions }: EdgeTopologyProps): Fault[] {
  if (monitoring !== false || monitoringOptions === undefined) return [];
  const reason = 'monitoringOptions describes what monitoring: false leaves out; remove one of the two';
  return [fault('CONFLICTING_PROPERTIES', 'monitoringOptions', reason)];
}
