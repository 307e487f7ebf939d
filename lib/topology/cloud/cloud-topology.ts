import { Construct } from 'constructs';
import { IEksCluster } from '../../compute/cluster/eks-cluster';
import { EksGpuCluster } from '../../compute/cluster/eks-gpu-cluster';
import { EksGpuClusterProps } from '../../compute/cluster/eks-gpu-cluster-props';
import { regionAt } from '../../core/aws-provider';
import { KarpenterGpuNodePool } from '../../compute/pools/karpenter/karpenter-gpu-node-pool';
import { GpuNodePool } from '../../compute/pools/managed/gpu-node-pool';
import { returned, throwIfInvalid, throwIfOfOtherKinds, ValidationError } from '../../core/errors';
import { IModelStore } from '../../core/model-store';
import { withdrawal } from '../../core/withdraw';
import { addWarning } from '../../core/validation';
import { kedaNamespace } from '../../monitoring/scaling/keda';
import { MonitoringOptions } from '../../monitoring/monitoring-options';
import { MonitoringStack } from '../../monitoring/monitoring-stack';
import { CapacityPlan } from '../../planning/capacity-plan';
import { ServerScaler } from '../../serving/scaling/server-autoscaling';
import { TritonDeployment } from '../../serving/triton/triton-deployment';
import { VllmDeployment } from '../../serving/vllm/vllm-deployment';
import { ModelStore } from '../../storage/model-store';
import { Fault, fault } from '../../units/fault';
import { servedName } from '../../serving/vllm/served-name';
import { AssignedModel, assignModels, spansNodes } from '../shared/model-assignment';
import { ModelServers } from '../shared/model-servers';
import { podRoom } from '../shared/pod-room';
import { KeyedPool, ownPools } from './own-pools';
import { childNameFaults, ensureProvider, makePart, poolListFaults, workloadsFaults } from '../shared/parts';
import { autoscalingOf, isVllm, servingFaults, vllmOf } from '../shared/serving-options';
import { makeStorageClass } from '../shared/storage-class';
import { CloudTopologyProps } from './cloud-topology-props';
import { makeClusterParts } from './cluster-parts';
import { nameClass } from '../../units/own-class';
import { narrowed } from '../../units/struct-faults';
import { allOf } from '../../units/unreadable';

/**
 * Large language models served in the cloud: a cluster, GPU pools, a model store, servers of each model by Triton or vLLM, and
 * monitoring, from one statement.
 *
 * The planner chooses everything that is not given, and `explain()` says why. It creates no stack, backend or output. Throws one
 * `ValidationError` with every fault: no models, two with the same name, a pool that does not exist, a model that does not fit its pool
 * (with the shortfall and what would fit), a plan for another model, and whatever the cluster, the pools and the deployments refuse. If the
 * cluster is invalid, pools and deployments are not validated.
 */
export class CloudTopology extends Construct {
  /** The cluster. */
  public readonly cluster: IEksCluster;
  /** Store of the weights. */
  public readonly modelStore: IModelStore;
  /** Prometheus and Alertmanager. @default - monitoring is off, or `existingMonitoring` watches */
  public readonly monitoring?: MonitoringStack;

  readonly #assigned: readonly AssignedModel[];
  readonly #poolsByKey = new Map<string, GpuNodePool>();
  readonly #karpenterPoolsByName = new Map<string, KarpenterGpuNodePool>();
  readonly #servers: ModelServers;

  /**
   * @param scope parent, in the infrastructure stack
   * @param id id within the parent
   * @param props what is served, and where
   */
  public constructor(scope: Construct, id: string, props: CloudTopologyProps) {
    throwIfOfOtherKinds(scope, 'CloudTopologyProps', props, id, (given) => new CloudTopology(scope, id, given));
    const withdrawAll = withdrawal(scope);
    super(scope, id);
    try {
      const { models, karpenterPools = [] } = props;
      const nodePools = props.nodePools ?? (karpenterPools.length > 0 ? [] : undefined);
      const pools = nodePools && [...nodePools, ...karpenterPools];
      const early = allOf(
        () => workloadsFaults(this, props.workloads),
        () => childNameFaults(models, nodePools ?? []),
        () => childNameFaults([], karpenterPools, 'karpenterPools'),
      );
      const noPlace = early.length === 0 && pools?.length === 0 ? poolListFaults(pools) : [];
      const wrong = allOf(
        () => early,
        () => noPlace,
        () => (early.length + noPlace.length > 0 ? [] : onePlanFaults(props)),
      );
      if (wrong.length > 0) {
        // What is wrong with the cluster does not wait for it.
        makePart(wrong, () => props.cluster ?? new EksGpuCluster(this, 'Cluster', clusterProps(props)));
        throw new ValidationError(this, wrong);
      }
      const vllm = (name: string) => vllmOf(props, name);
      const {
        assigned,
        faults: misfits,
        warnings,
      } = assignModels({
        ...{ models, pools, vllm },
        room: (served, resolved) => podRoom(props, served, resolved),
        spansNodes: isVllm(props),
        deploymentsWarn: isVllm(props),
        locked: lockedPlans(props),
        region: regionAt(props.cluster ?? this, props.provider ?? props.cluster?.provider),
      });
      this.#assigned = assigned;
      for (const warning of warnings) addWarning(this, warning);
      const faults: Fault[] = allOf(
        () => misfits,
        () => poolListFaults(pools),
        () => givenClusterFaults(props),
        () => servingFaults(props, models),
      );

      // The parts find their own faults: each is created even if others are invalid, so that one error reports all faults.
      const cluster = makePart(faults, () => props.cluster ?? new EksGpuCluster(this, 'Cluster', clusterProps(props)));
      if (!cluster) throw new ValidationError(this, faults);
      this.cluster = cluster;
      this.#makePools(
        nodePools?.map((pool) => ({ key: pool.name, pool })) ??
          ownPools(assigned, (name) => autoscalingOf(props, name)),
        nodePools !== undefined,
        faults,
      );
      this.modelStore =
        props.modelStore ?? new ModelStore(this, 'ModelStore', { provider: props.provider, tags: props.tags });

      const isElsewhere = props.workloads !== undefined && props.workloads !== scope;
      const workloads = isElsewhere ? new Construct(props.workloads, id) : this;
      faults.push(...ensureProvider(workloads, cluster, props.kubernetesAccess));
      const monitored = monitoringOf(props);
      // One storage class and one set of agents serve the whole cluster, whichever construct of this program created them.
      const watching = makePart(faults, () =>
        makeStorageClass(workloads, { ...props, cluster, monitoring: monitored }),
      );
      const scaledByKeda = isScaledByKeda(props, assigned);
      makeClusterParts(workloads, { ...props, cluster, spansNodes: assigned.some(spansNodes), scaledByKeda }, faults);
      this.#makeKarpenterPools(workloads, props, faults);
      this.#servers = new ModelServers(workloads, {
        ...{ models, cluster, modelStore: this.modelStore, imageRegistry: props.imageRegistry, serving: props },
        poolOf: ({ poolKey }) => this.#poolsByKey.get(poolKey) ?? this.#karpenterPoolsByName.get(poolKey),
      });
      this.#servers.make(assigned, faults);
      const monitoring = this.#makeMonitoring(workloads, watching ?? monitored, scaledByKeda, faults);
      faults.push(...unusedMonitoringFaults(props));
      throwIfInvalid(this, faults);
      for (const deployment of this.#servers.all) (props.existingMonitoring ?? monitoring)?.watch(deployment);
      this.monitoring = monitoring;
    } catch (error) {
      withdrawAll();
      throw error;
    }
  }

  /** The plan of the first model; if it is the only one, it can be passed back as `plan`. */
  public get plan(): CapacityPlan {
    return this.#assigned[0].resolved.plan;
  }

  /** The plan of every model, by its name, to be saved with `toJson` and passed back as `plans`. */
  public get plans(): { [model: string]: CapacityPlan } {
    return Object.fromEntries(this.#assigned.map(({ resolved }) => [resolved.name, resolved.plan]));
  }

  /**
   * The pools that are managed node groups, by the names that the program gave: of the pool, or of the model for which the topology made it, as
   * in `deployments`.
   */
  public get nodePools(): { [pool: string]: GpuNodePool } {
    return Object.fromEntries(this.#poolsByKey);
  }

  /** The pools of Karpenter, by their names. */
  public get karpenterPools(): { [pool: string]: KarpenterGpuNodePool } {
    return Object.fromEntries(this.#karpenterPoolsByName);
  }

  /** The deployments of vLLM's own server, by the names of their models; none where Triton serves. */
  public get vllmDeployments(): { [model: string]: VllmDeployment } {
    return Object.fromEntries(this.#servers.vllm);
  }

  /** The deployments of Triton, by the names of their models; none where vLLM's own server serves. */
  public get deployments(): { [model: string]: TritonDeployment } {
    return Object.fromEntries(this.#servers.triton);
  }

  /** What was chosen and why, and how the cluster is reached, as text. */
  public explain(): string {
    const models = this.#assigned.map(({ resolved: { name, plan }, poolName, replicas, reason }) => {
      const deployment = this.#servers.vllm.get(name) ?? this.#servers.triton.get(name);
      const scaled = deployment?._scaling();
      const first =
        scaled === undefined ? `${replicas} replica(s) on pool '${poolName}'` : `on pool '${poolName}', ${scaled}`;
      return [`${name}: ${first}`, ...(reason ? [reason()] : []), plan.explain()].join('\n');
    });
    // Evaluated late: the table of pods at its end is complete only once everything has been created.
    const ofCluster = returned(this, 'IEksCluster', 'cluster.explain()', this.cluster.explain());
    return [...models, ofCluster].join('\n\n');
  }

  #makePools(pools: readonly KeyedPool[], given: boolean, faults: Fault[]): void {
    pools.forEach(({ key, pool: { name, ...options } }, index) => {
      if (this.node.tryFindChild(`Pool-${name}`)) return;
      const make = () => new GpuNodePool(this, `Pool-${name}`, { ...options, poolName: name, cluster: this.cluster });
      const pool = makePart(faults, make, given ? `nodePools[${index}]` : '', `pool '${name}'`);
      if (pool) this.#poolsByKey.set(key, pool);
    });
  }

  #makeKarpenterPools(workloads: Construct, { karpenterPools = [] }: CloudTopologyProps, faults: Fault[]): void {
    const { cluster } = this;
    karpenterPools.forEach(({ name, ...options }, index) => {
      const id = `Pool-${name}`;
      if (this.node.tryFindChild(id)) return;
      const make = () => new KarpenterGpuNodePool(this, id, { ...options, poolName: name, cluster, workloads });
      const pool = makePart(faults, make, `karpenterPools[${index}]`, `pool '${name}'`);
      if (pool) this.#karpenterPoolsByName.set(name, pool);
    });
  }

  #makeMonitoring(
    workloads: Construct,
    options: MonitoringOptions | undefined,
    scaledByKeda: boolean,
    faults: Fault[],
  ): MonitoringStack | undefined {
    if (!options) return undefined;
    const { cluster } = this;
    const scaler = scaledByKeda ? kedaNamespace(cluster) : undefined;
    const opened = scaler === undefined ? {} : { accessibleFrom: withName(options.accessibleFrom, scaler) };
    const make = () => new MonitoringStack(workloads, 'Monitoring', { ...options, ...opened, cluster });
    return makePart(faults, make, 'monitoringOptions');
  }
}

nameClass('CloudTopology', CloudTopology);

function givenClusterFaults(props: CloudTopologyProps): Fault[] {
  const { cluster, clusterName } = props;
  if (!cluster) return [];
  const unused = Object.entries(props).flatMap(([name, value]) =>
    value !== undefined && NEW_CLUSTER_PROPS.has(name) ? name : [],
  );
  return allOf(
    () =>
      cluster.clusterName === clusterName
        ? []
        : [
            fault(
              'CONFLICTING_PROPERTIES',
              'clusterName',
              `clusterName is '${clusterName}', but the given cluster is '${cluster.clusterName}'; make them equal`,
            ),
          ],
    () =>
      unused.map((property) =>
        fault(
          'CONFLICTING_PROPERTIES',
          property,
          `${property} describes a cluster that the topology would make, but cluster is given; remove ${property} or cluster`,
        ),
      ),
  );
}

/** What a new cluster is made of. */
function clusterProps(props: CloudTopologyProps): EksGpuClusterProps {
  return narrowed('EksGpuClusterProps', props);
}

/** Properties that only a new cluster has. */
const NEW_CLUSTER_PROPS: ReadonlySet<string> = new Set<keyof EksGpuClusterProps>([
  'kubernetesVersion',
  'release',
  'vpc',
  'availabilityZones',
  'vpcCidr',
  'natGateways',
  'apiAccess',
  'admins',
  'systemNodes',
  'nodeMonitoring',
]);

/** Whether KEDA sets the number of servers of a model. */
function isScaledByKeda(props: CloudTopologyProps, assigned: readonly AssignedModel[]): boolean {
  return assigned.some(({ resolved }) => autoscalingOf(props, resolved.name)?.scaler === ServerScaler.KEDA);
}

function withName(names: readonly string[] = [], name: string): string[] {
  return names.includes(name) ? [...names] : [...names, name];
}

/** How a topology monitors; undefined if it does not. */
function monitoringOf({ existingMonitoring, monitoringOptions, imageRegistry, ...props }: CloudTopologyProps) {
  const { monitoring = existingMonitoring === undefined } = props;
  return monitoring ? { imageRegistry, ...monitoringOptions } : undefined;
}

function unusedMonitoringFaults({ monitoring, monitoringOptions, existingMonitoring }: CloudTopologyProps): Fault[] {
  const conflict = (property: string, reason: string) => [fault('CONFLICTING_PROPERTIES', property, reason)];
  if (existingMonitoring && monitoring)
    return conflict('monitoring', 'existingMonitoring watches the models in place of what monitoring: true installs; remove one of the two'); // prettier-ignore
  if (!monitoringOptions || !(existingMonitoring || monitoring === false)) return [];
  const other = existingMonitoring ? 'existingMonitoring' : 'monitoring: false';
  return conflict('monitoringOptions', `monitoringOptions describes what ${other} leaves out; remove one of the two`);
}

function onePlanFaults({ models, plan, plans }: CloudTopologyProps): Fault[] {
  if (!plan) return [];
  const why =
    plans !== undefined
      ? 'plan and plans are both given; keep plans'
      : `plan is for a topology of one model, but there are ${models.length}; use plans: { '<name of the model>': plan }`;
  return plans === undefined && models.length === 1 ? [] : [fault('CONFLICTING_PROPERTIES', 'plan', why)];
}

/** Locked plans, by the names of their models. */
function lockedPlans({ models, plan, plans = {} }: CloudTopologyProps): { [model: string]: CapacityPlan } {
  return plan ? { [servedName(models[0])]: plan } : plans;
}
