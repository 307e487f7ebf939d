import { Fault, untitled, faultsUnder } from '../../units/fault';
import { Annotations } from 'cdktf';
import { Construct } from 'constructs';
import { instanceTypeOf } from '../../catalog/gpu-instance-type';
import { Parallelism } from '../../catalog/parallelism';
import { IEksCluster } from '../../compute/cluster/eks-cluster';
import { EksGpuCluster } from '../../compute/cluster/eks-gpu-cluster';
import { EksGpuClusterProps } from '../../compute/cluster/eks-gpu-cluster-props';
import { EncryptedStorageClass, hasEncryptedStorageClass } from '../../compute/cluster/encrypted-storage-class';
import { GpuNodePool } from '../../compute/pools/managed/gpu-node-pool';
import { NodeAgents, hasNodeAgents } from '../../compute/agents/node-agents';
import { ValidationError, faultsOf, throwIfInvalid } from '../../core/errors';
import { KubernetesAccess, hasDefaultProvider } from '../../kubernetes/kubernetes-access';
import { IModelStore } from '../../core/model-store';
import { kubernetesName } from '../../core/naming';
import { concreteFault } from '../../core/tokens';
import { MonitoringStack } from '../../monitoring/monitoring-stack';
import { CapacityPlan } from '../../planning/capacity-plan';
import { nodesFor } from '../../planning/configuration';
import { TritonDeployment } from '../../serving/triton/triton-deployment';
import { TritonModel } from '../../serving/triton/triton-model';
import { ModelStore } from '../../storage/model-store';
import { CloudTopologyProps } from './cloud-topology-props';
import { AssignedModel, assignModels } from '../shared/model-assignment';
import { TopologyNodePool } from '../shared/topology-node-pool';

/**
 * Large language models served in the cloud: a cluster, GPU pools, a model store, a Triton deployment for each model, and
 * monitoring, from one statement.
 *
 * What is not said is chosen by the planner, and `explain()` says why. It makes no stack, backend or output. Throws one
 * `ValidationError` with every fault: no models, two of one name, a pool that does not exist, a model that does not fit its pool
 * (with the shortfall and the ways out), and whatever the cluster, the pools and the deployments refuse. Where there is no cluster
 * for its faults, pools and deployments are not looked at.
 */
export class CloudTopology extends Construct {
  /** The cluster. */
  public readonly cluster: IEksCluster;
  /** Where the weights lie. */
  public readonly modelStore: IModelStore;
  /** Prometheus and Alertmanager. @default - monitoring is off */
  public readonly monitoring?: MonitoringStack;

  private readonly assigned: AssignedModel[];
  private readonly ownCluster?: EksGpuCluster;
  private readonly poolsByName = new Map<string, GpuNodePool>();
  private readonly deploymentsByName = new Map<string, TritonDeployment>();

  /**
   * @param scope parent, in the infrastructure stack
   * @param id id within the parent
   * @param props what is served, and where
   */
  public constructor(scope: Construct, id: string, props: CloudTopologyProps) {
    super(scope, id);
    throwIfInvalid(this, nameFaults(this, props));
    const faults: Fault[] = [];
    this.assigned = assignModels(
      { models: props.models, pools: props.nodePools, locked: lockedPlans(props, faults) },
      faults,
    );
    faults.push(...poolNameFaults(props.nodePools ?? []), ...clusterFaults(props));
    this.warnOfOtherChoices();

    // The parts find their own faults: each is made although others are wrong, so that one error has all of them.
    const [cluster] = collected(faults, () => props.cluster ?? new EksGpuCluster(this, 'Cluster', props));
    if (!cluster) throw new ValidationError(this, faults);
    this.cluster = cluster;
    this.ownCluster = props.cluster ? undefined : (cluster as EksGpuCluster);
    for (const { name, ...options } of props.nodePools ?? ownPools(this.assigned)) {
      if (this.node.tryFindChild(`Pool-${name}`)) continue;
      const make = () => new GpuNodePool(this, `Pool-${name}`, { ...options, poolName: name, cluster });
      for (const pool of collected(faults, make, `pool '${name}'`)) this.poolsByName.set(name, pool);
    }
    this.modelStore =
      props.modelStore ?? new ModelStore(this, 'ModelStore', { provider: props.provider, tags: props.tags });

    const workloads = props.workloads && props.workloads !== scope ? new Construct(props.workloads, id) : this;
    this.ensureProvider(workloads);
    const { imageRegistry } = props;
    // One class and one set of agents serve the whole cluster, whoever of this program made them.
    if (!hasEncryptedStorageClass(cluster)) new EncryptedStorageClass(workloads, 'StorageClass', { cluster });
    if ((props.nodeAgents ?? true) && !hasNodeAgents(cluster))
      collected(faults, () => new NodeAgents(workloads, 'NodeAgents', { cluster, imageRegistry }));
    for (const model of this.assigned) {
      const pool = this.poolsByName.get(model.poolName);
      if (!pool || workloads.node.tryFindChild(`Model-${model.name}`)) continue;
      const make = () => this.deploy(workloads, model, pool, props);
      for (const deployment of collected(faults, make, `model '${model.name}'`))
        this.deploymentsByName.set(model.name, deployment);
    }
    throwIfInvalid(this, faults);
    if (props.monitoring ?? true) {
      this.monitoring = new MonitoringStack(workloads, 'Monitoring', { cluster, imageRegistry });
      for (const deployment of this.deploymentsByName.values()) this.monitoring.watch(deployment);
    }
  }

  /** The plan of the first model, to be kept by `toJson` and given back as `plan`. */
  public get plan(): CapacityPlan {
    return this.assigned[0].plan;
  }

  /** The plan of every model, by its name. */
  public get plans(): { [model: string]: CapacityPlan } {
    return Object.fromEntries(this.assigned.map(({ name, plan }) => [name, plan]));
  }

  /** The pools, by their names. */
  public get nodePools(): { [pool: string]: GpuNodePool } {
    return Object.fromEntries(this.poolsByName);
  }

  /** The deployments, by the names of their models. */
  public get deployments(): { [model: string]: TritonDeployment } {
    return Object.fromEntries(this.deploymentsByName);
  }

  /** What was chosen and why, and how the cluster is reached, as text. */
  public explain(): string {
    const models = this.assigned.map(({ name, poolName, replicas, plan }) =>
      [`${name}: ${replicas} replica(s) on pool '${poolName}'`, plan.explain()].join('\n'),
    );
    // Asked for late: the table of pods at its end is whole only when everything was made.
    return [...models, ...(this.ownCluster ? [this.ownCluster.explain()] : [])].join('\n\n');
  }

  private deploy(
    workloads: Construct,
    assigned: AssignedModel,
    nodePool: GpuNodePool,
    props: CloudTopologyProps,
  ): TritonDeployment {
    const { name, version, replicas, plan } = assigned;
    return new TritonDeployment(workloads, `Model-${name}`, {
      name: kubernetesName(name),
      cluster: this.cluster,
      nodePool,
      modelStore: this.modelStore,
      imageRegistry: props.imageRegistry,
      replicas,
      models: [TritonModel.vllm({ name, version, model: plan.model, plan })],
    });
  }

  /** A provider is only made where the stack of the workloads has none: else it is the user's choice. */
  private ensureProvider(workloads: Construct): void {
    if (KubernetesAccess.find(workloads, this.cluster) || hasDefaultProvider('kubernetes', workloads)) return;
    KubernetesAccess.of(workloads, this.cluster);
  }

  private warnOfOtherChoices(): void {
    for (const { name, plan, otherChoice } of this.assigned) {
      if (!otherChoice) continue;
      Annotations.of(this).addWarning(
        `[gpu-inference-constructs:PLAN_DIFFERS] model '${name}' keeps its plan, ${plan.summary}; planned anew it would be ` +
          `${otherChoice.summary}; nothing changes until the plan is left out or replaced`,
      );
    }
  }
}

/**
 * What a part makes of itself, or nothing and its faults among the others.
 *
 * @param who what the faults are of @default - as the part says it
 */
function collected<T>(faults: Fault[], make: () => T, who = ''): T[] {
  const made: T[] = [];
  const own = faultsOf(() => made.push(make()));
  faults.push(...faultsUnder(own, '', who));
  return made;
}

/** Children are named after pools and models, so their names must be known before anything is made. */
function nameFaults(topology: Construct, { models, nodePools, workloads }: CloudTopologyProps): Fault[] {
  const why = 'ids and names derive from it';
  const there = workloads?.node.tryFindChild(topology.node.id);
  return [
    ...(there && there !== topology
      ? [
          untitled(
            `workloads has a construct '${topology.node.id}' already, at '${there.node.path}'; give the topology another id, or workloads of ` +
              'its own',
          ),
        ]
      : []),
    ...models.flatMap(({ name }, index) => concreteFault(`name of models[${index}]`, name, why)),
    ...(nodePools ?? []).flatMap(({ name }, index) => concreteFault(`name of nodePools[${index}]`, name, why)),
    ...(nodePools?.length === 0
      ? [untitled("nodePools is empty; name at least one pool, or leave it out for a pool of each model's own")]
      : []),
  ];
}

function lockedPlans(props: CloudTopologyProps, faults: Fault[]): { [model: string]: CapacityPlan } {
  if (!props.plan) return props.plans ?? {};
  if (props.plans) faults.push(untitled('both plan and plans are given; give plans only'));
  if (props.models.length !== 1) {
    faults.push(
      untitled(
        `plan is for a topology of one model, but there are ${props.models.length}; give plans, by the names of the models`,
      ),
    );
    return {};
  }
  return { [props.models[0].name ?? props.models[0].model.name]: props.plan };
}

function poolNameFaults(pools: readonly TopologyNodePool[]): Fault[] {
  const names = pools.map(({ name }) => name);
  const repeated = new Set(names.filter((name, index) => names.indexOf(name) !== index));
  return [...repeated].map((name) => untitled(`two pools have the name '${name}'; give each a name of its own`));
}

function clusterFaults(props: CloudTopologyProps): Fault[] {
  const { cluster, clusterName } = props;
  if (!cluster) return [];
  const unused = Object.entries(props).flatMap(([name, value]) =>
    value !== undefined && OF_A_CLUSTER.has(name) ? name : [],
  );
  return [
    ...(cluster.clusterName === clusterName
      ? []
      : [
          untitled(
            `clusterName is '${clusterName}', but the given cluster is '${cluster.clusterName}'; make them equal`,
          ),
        ]),
    ...(unused.length === 0
      ? []
      : [
          untitled(
            `${unused.join(', ')} would be of a cluster that the topology makes, but cluster is given; leave out what the cluster has already`,
          ),
        ]),
  ];
}

/** Properties of a cluster of the topology's own. */
const OF_A_CLUSTER: ReadonlySet<string> = new Set<keyof EksGpuClusterProps>([
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

/** One pool for each model, with as many nodes as its replicas fill; a locked plan may be for another number of them. */
function ownPools(assigned: readonly AssignedModel[]): TopologyNodePool[] {
  return assigned.flatMap(({ poolName, replicas, plan }) => {
    const { tensor, pipeline } = plan.parallelism;
    const instanceType = instanceTypeOf(plan.instanceType);
    const nodes = nodesFor(plan.instanceType, Parallelism.of({ tensor, pipeline, data: replicas }));
    return instanceType ? [{ name: poolName, instanceType, minNodes: nodes, maxNodes: nodes }] : [];
  });
}
