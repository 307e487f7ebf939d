import { IConstruct } from 'constructs';
import { Fault, fault } from '../units/fault';
import { throwIfInvalid } from './errors';
import { IGpuNodePool } from './gpu-node-pool';
import { IKubernetesCluster } from './kubernetes-cluster';
import { IWatchable } from './watchable';

/** Key on the construct that owns the ledger, shared by all loaded copies of the package. */
const LEDGER = Symbol.for('gpu-inference-constructs/cluster-ledger');

/**
 * Something that a construct has or has claimed: a name, a range, its place as the only one of its kind.
 *
 * @internal
 */
export interface LedgerEntry<T> {
  /** The construct that entered it. The entry counts as long as the construct is in the tree. */
  readonly owner: IConstruct;
  /** Plain data and functions only: it may have been entered by another loaded copy of the package. */
  readonly value: T;
}

/** Entries by their kind, then by their key. Maps and arrays only, so that copies of the package can share it. */
type Entries = Map<string, Map<string, LedgerEntry<unknown>[]>>;

interface Keeper extends IConstruct {
  [LEDGER]?: Entries;
}

/**
 * Whether a construct is in the tree: neither it nor a scope above it was removed by `tryRemoveChild`, which removes a construct from the
 * tree, not from memory.
 *
 * @internal
 */
export function isInTree(construct: IConstruct): boolean {
  const { scope, id } = construct.node;
  if (scope === undefined) return true;
  return scope.node.tryFindChild(id) === construct && isInTree(scope);
}

/**
 * Enters something into the ledger of a construct: a cluster, a stack, an app. A construct enters what it claims at the end of its
 * constructor, so that one that throws has claimed nothing.
 *
 * @param keeper what the ledger is about
 * @param kind what is entered, e.g. `address range`
 * @param key its name, e.g. that of a node
 * @param owner the construct that enters it; once it is out of the tree, the entry no longer counts
 * @param value what others must know about it
 *
 * @internal
 */
export function enter(keeper: IConstruct, kind: string, key: string, owner: IConstruct, value?: unknown): void {
  if (!(keeper as Keeper)[LEDGER]) Object.defineProperty(keeper, LEDGER, { value: new Map() });
  const entries = entriesOf(keeper);
  const ofKind = entries.get(kind) ?? new Map<string, LedgerEntry<unknown>[]>();
  entries.set(kind, ofKind);
  const ofKey = ofKind.get(key) ?? [];
  ofKind.set(key, ofKey);
  ofKey.push({ owner, value });
}

/**
 * The valid entries of a kind in the ledger of a construct: those with a key, or all of them in the order of their keys. Entries with the
 * same key are in the order in which they were entered.
 *
 * @internal
 */
export function entered<T>(keeper: IConstruct, kind: string, key?: string): LedgerEntry<T>[] {
  const ofKind = entriesOf(keeper).get(kind);
  if (!ofKind) return [];
  const keys = key === undefined ? [...ofKind.keys()].sort() : [key];
  return keys.flatMap((each) => standing(ofKind.get(each) ?? [])) as LedgerEntry<T>[];
}

function entriesOf(keeper: IConstruct): Entries {
  return (keeper as Keeper)[LEDGER] ?? new Map();
}

function standing(entries: readonly LedgerEntry<unknown>[]): LedgerEntry<unknown>[] {
  return entries.filter(({ owner }) => isInTree(owner));
}

/**
 * What may exist only once on a cluster.
 *
 * @internal
 */
export enum ClusterSingleton {
  NODE_AGENTS = 'node agents',
  CLUSTER_AUTOSCALER = 'cluster autoscaler',
  NETWORK_OPERATOR = 'network operator',
  NODE_FEATURE_DISCOVERY = 'node feature discovery',
  ENCRYPTED_STORAGE_CLASS = 'encrypted storage class',
  KARPENTER = 'Karpenter',
  LEADER_WORKER_SETS = 'controller of LeaderWorkerSets',
  KUEUE = 'Kueue',
  KSERVE = 'KServe',
  KSERVE_LLM = 'controller of LLMInferenceServices',
  JOB_SETS = 'controller of JobSets',
  METRICS_ADAPTER = 'adapter of custom metrics',
  KEDA = 'KEDA',
  CERT_MANAGER = 'cert-manager',
  LOAD_BALANCERS = 'controller of load balancers',
  AUTO_MODE = 'EKS Auto Mode',
  AI_GATEWAY = 'Envoy AI Gateway',
  CLUSTER_METRICS = 'monitoring of nodes and of the cluster',
}

const POOL = 'pool';
const SINGLETON = 'singleton';
const NEED = 'need';
const GROUPS = 'groups of pods';
const QUEUES = 'queues of groups';
const USERS = 'users';
const JOB_SETS = 'sets of jobs';
const SCALED = 'scaled by ';
const WATCHED = 'watched';
const EXPORTER = 'exporter';
const EXPORTER_LISTENER = 'exporter listener';
const FRONTED = 'fronted';
const OWN = 'made by this program';
const POOL_LISTENER = 'pool listener';
const CHECKS = 'checks';

interface Watched {
  readonly workload: IWatchable;
  readonly prometheusUrl: string;
}

/**
 * What this program knows about a cluster beside its own properties: pools, singletons, listeners for pools, and checks.
 *
 * It is kept on the cluster itself, whatever its class, and shared by all loaded copies of the package. A construct counts
 * from the end of its constructor on, as long as it is in the tree.
 *
 * @internal
 */
export class ClusterLedger {
  /** The ledger of a cluster: each call returns another view of the same entries. */
  public static of(cluster: IKubernetesCluster): ClusterLedger {
    return new ClusterLedger(cluster);
  }

  private constructor(private readonly cluster: IKubernetesCluster) {}

  /** The pools in the order of their names. */
  public get pools(): IGpuNodePool[] {
    return entered<IGpuNodePool>(this.cluster, POOL).map(({ value }) => value);
  }

  /** The pool with a name, found without a search. */
  public pool(name: string): IGpuNodePool | undefined {
    return entered<IGpuNodePool>(this.cluster, POOL, name)[0]?.value;
  }

  /** Adds a pool, once; if two have the same name, the later one is at fault. One that is out of the tree is not added. */
  public addPool(pool: IGpuNodePool): void {
    const { poolName } = pool;
    const other = this.pool(poolName);
    if (other === pool || !isInTree(pool)) return;
    throwIfInvalid(pool, other ? [this.sameNameFault(poolName, other)] : []);
    enter(this.cluster, POOL, poolName, pool, pool);
    const listeners = entered<(added: IGpuNodePool) => void>(this.cluster, POOL_LISTENER);
    for (const { value: react } of listeners) react(pool);
  }

  /**
   * Notifies a construct of every pool: of existing pools now, and of later ones when they are added. It must not throw, or the pool would
   * answer for the construct that listens: what that construct finds wrong is a matter of its own validation.
   */
  public onPool(owner: IConstruct, react: (pool: IGpuNodePool) => void): void {
    this.pools.forEach(react);
    enter(this.cluster, POOL_LISTENER, '', owner, react);
  }

  /** The entry of the only construct of its kind on the cluster. */
  public singleton<T>(kind: ClusterSingleton): LedgerEntry<T> | undefined {
    return entered<T>(this.cluster, SINGLETON, kind)[0];
  }

  /** Registers a construct as the only one of its kind on the cluster. */
  public addSingleton(kind: ClusterSingleton, owner: IConstruct, value?: unknown): void {
    enter(this.cluster, SINGLETON, kind, owner, value);
  }

  /** Declares that a pool depends on something that must run on the cluster, whoever installs it. */
  public addNeed(kind: ClusterSingleton, pool: IGpuNodePool): void {
    enter(this.cluster, NEED, kind, pool, pool);
  }

  /** The pools that declared that they depend on something, in the order of their names. */
  public needing(kind: ClusterSingleton): IGpuNodePool[] {
    const pools = entered<IGpuNodePool>(this.cluster, NEED, kind).map(({ value }) => value);
    return pools.sort((a, b) => (a.poolName < b.poolName ? -1 : 1));
  }

  /** Declares that a construct runs groups of pods, which a controller on the cluster makes. */
  public addGroups(owner: IConstruct): void {
    enter(this.cluster, GROUPS, owner.node.path, owner);
  }

  /** The constructs that run groups of pods, in the order of their paths. */
  public get groups(): IConstruct[] {
    return entered(this.cluster, GROUPS).map(({ owner }) => owner);
  }

  /** Declares a queue that admits groups of pods, and the pools that it hands out. */
  public addQueue(queue: IConstruct, pools: readonly IGpuNodePool[]): void {
    enter(this.cluster, QUEUES, queue.node.path, queue, pools);
  }

  /** The queues that admit groups of pods, with their pools, in the order of their paths. */
  public get queues(): LedgerEntry<readonly IGpuNodePool[]>[] {
    return entered<readonly IGpuNodePool[]>(this.cluster, QUEUES);
  }

  /** Declares that a construct makes objects of something that must run on the cluster, whoever installs it. */
  public addUser(kind: ClusterSingleton, owner: IConstruct): void {
    enter(this.cluster, `${USERS} of ${kind}`, owner.node.path, owner);
  }

  /** The constructs that do, in the order of their paths. */
  public usersOf(kind: ClusterSingleton): IConstruct[] {
    return entered(this.cluster, `${USERS} of ${kind}`).map(({ owner }) => owner);
  }

  /** Declares that a construct runs sets of jobs, which a controller on the cluster makes. */
  public addJobSet(owner: IConstruct): void {
    enter(this.cluster, JOB_SETS, owner.node.path, owner);
  }

  /** The constructs that run sets of jobs, in the order of their paths. */
  public get jobSets(): IConstruct[] {
    return entered(this.cluster, JOB_SETS).map(({ owner }) => owner);
  }

  /** Declares that a construct runs servers whose number is set by something that must run on the cluster, whoever installs it. */
  public addScaled(by: ClusterSingleton, owner: IConstruct): void {
    enter(this.cluster, `${SCALED}${by}`, owner.node.path, owner);
  }

  /** The constructs that declared so, in the order of their paths. */
  public scaled(by: ClusterSingleton): IConstruct[] {
    return entered(this.cluster, `${SCALED}${by}`).map(({ owner }) => owner);
  }

  /** Enters an exporter of nodes or of the cluster, which monitoring finds by itself. */
  public addExporter(exporter: IWatchable): void {
    enter(this.cluster, EXPORTER, exporter.node.path, exporter, exporter);
    const listeners = entered<(added: IWatchable) => void>(this.cluster, EXPORTER_LISTENER);
    for (const { value: react } of listeners) react(exporter);
  }

  /** The exporters of nodes and of the cluster, in the order of their paths. */
  public get exporters(): IWatchable[] {
    return entered<IWatchable>(this.cluster, EXPORTER).map(({ value }) => value);
  }

  /** Notifies a construct of every exporter, as `onPool` does of pools. */
  public onExporter(owner: IConstruct, react: (exporter: IWatchable) => void): void {
    this.exporters.forEach(react);
    enter(this.cluster, EXPORTER_LISTENER, '', owner, react);
  }

  /** Declares that a monitoring stack records the requests of a workload, and by which URL Prometheus is asked for them. */
  public addWatched(workload: IWatchable, watcher: IConstruct, prometheusUrl: string): void {
    enter(this.cluster, WATCHED, workload.node.path, watcher, { workload, prometheusUrl });
  }

  /** The URL of the Prometheus that records the requests of a workload; undefined if none does. */
  public prometheusOf(workload: IConstruct): string | undefined {
    return entered<Watched>(this.cluster, WATCHED, workload.node.path)[0]?.value.prometheusUrl;
  }

  /** What monitoring stacks watch, each with the stack that does, in the order of their paths. */
  public get watched(): LedgerEntry<IWatchable>[] {
    return entered<Watched>(this.cluster, WATCHED)
      .map(({ owner, value: { workload } }) => ({ owner, value: workload }))
      .filter(({ value }) => isInTree(value));
  }

  /** Declares how a gateway calls the servers of a Service, `<namespace>/<Service>`, in the series of its Envoy. */
  public addFronted(service: string, gateway: IConstruct, cluster: string): void {
    enter(this.cluster, FRONTED, service, gateway, cluster);
  }

  /** How gateways call the servers of a Service, with the gateways. */
  public frontedAs(service: string): LedgerEntry<string>[] {
    return entered<string>(this.cluster, FRONTED, service);
  }

  /** Declares that this program creates the cluster, so that nothing runs on it but what EKS, this program or its user installs. */
  public declareOwn(): void {
    enter(this.cluster, OWN, '', this.cluster);
  }

  /** Whether this program creates the cluster. */
  public get isOwn(): boolean {
    return entered(this.cluster, OWN).length > 0;
  }

  /** The checks of the cluster, created on first use. */
  public checks<T>(make: () => T): T {
    const known = entered<T>(this.cluster, CHECKS)[0];
    if (known) return known.value;
    const made = make();
    enter(this.cluster, CHECKS, '', this.cluster, made);
    return made;
  }

  /** Whether the checks exist. */
  public get isChecked(): boolean {
    return entered(this.cluster, CHECKS).length > 0;
  }

  private sameNameFault(poolName: string, other: IGpuNodePool): Fault {
    return fault(
      'DUPLICATE',
      'poolName',
      `poolName must be unique within its cluster; '${poolName}' on cluster '${this.cluster.clusterName}' is also the name of '${other.node.path}'`,
    );
  }
}
