import { App } from 'cdktf';
import { KubernetesManifests } from '../../lib/manifests';
import { efaNode } from './harness/efa-nodes';
import { KubeObject } from './harness/kube-client';
import { HASTY, bringBack, cordon, evict, forget, lose } from './harness/lost-nodes';
import { OwnCluster } from './harness/own-cluster';
import { ownNode } from './harness/own-nodes';
import { HELD } from './harness/pods';
import { Poller } from './harness/poller';
import { until } from './harness/process';
import { BATCH, CLAIM, EDGE, GROUP, POOLS, TAINT, everything } from './reliability-stack';

const ZONE = 'topology.kubernetes.io/zone';
const ZONES = ['north', 'south'];
/** How names of the pods of a workload begin, and how many there are. */
export const WORKLOADS = {
  vllm: { namespace: 'inference', begins: 'llama-', pods: 2 },
  triton: { namespace: 'inference', begins: 'triton-', pods: 1 },
  kserve: { namespace: 'inference', begins: 'kserve-predictor-', pods: 1 },
  door: { namespace: 'inference', begins: 'door-', pods: 2 },
  groups: { namespace: GROUP.namespace, begins: `${GROUP.plain}-`, pods: 2 },
  queued: { namespace: GROUP.namespace, begins: `${GROUP.queued}-`, pods: 2 },
  set: { namespace: 'training', begins: 'set-node-', pods: 2 },
  alone: { namespace: 'training', begins: 'alone-', pods: 1 },
  import: { namespace: 'inference', begins: 'import-', pods: 1 },
  prometheus: { namespace: 'monitoring', begins: 'prometheus-', pods: 1 },
} as const;
export type Workload = keyof typeof WORKLOADS;
export const ALL = Object.keys(WORKLOADS) as Workload[];

/** A cluster in two zones with one workload of each kind, whose nodes can be lost. */
export class Fleet {
  public static async start(): Promise<Fleet> {
    const site = await OwnCluster.start('reliability', 'hall-11', {
      ...{ ...HASTY, leaderWorkerSets: true, jobSets: true, kueue: true, kserve: true },
    });
    const fleet = new Fleet(site);
    try {
      await fleet.fill();
      return fleet;
    } catch (error) {
      await fleet.stop();
      throw error;
    }
  }

  private readonly kubelets: Poller;
  private readonly lost = new Set<string>();

  private constructor(public readonly site: OwnCluster) {
    this.kubelets = new Poller(() => this.playKubelets());
  }

  public get kube() {
    return this.site.kube;
  }

  /** The pods of a workload that are ready, and not on their way out. */
  public async running(workload: Workload): Promise<KubeObject[]> {
    return (await this.all(workload)).filter((pod) => {
      const { conditions = [] } = pod.status as { conditions?: Condition[] };
      const isReady = conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
      return !pod.metadata.deletionTimestamp && isReady;
    });
  }

  /** All pods of a workload, also those that wait or end. */
  public async all(workload: Workload): Promise<KubeObject[]> {
    const { namespace, begins } = WORKLOADS[workload];
    const pods = await this.kube.list('v1', 'Pod', namespace);
    return pods.filter(({ metadata }) => metadata.name.startsWith(begins));
  }

  /** Waits until a workload is whole, without any of some pods, on nodes that are there; returns its pods. */
  public async whole(workload: Workload, without: readonly KubeObject[] = [], seconds = 60): Promise<KubeObject[]> {
    const gone = without.map(({ metadata }) => metadata.uid as string);
    const isWhole = async () => {
      const found = await this.running(workload);
      const isNew = found.every(({ metadata }) => !gone.includes(metadata.uid as string));
      const isThere = found.every(({ spec }) => !this.lost.has(spec.nodeName as string));
      return found.length === WORKLOADS[workload].pods && isNew && isThere;
    };
    await until(isWhole, seconds).catch(async () => {
      const seen = (await this.all(workload)).map(
        ({ metadata, spec, status }) =>
          `${metadata.name} ${metadata.uid as string} ${status.phase as string} on ${spec.nodeName as string} ${metadata.deletionTimestamp ? 'ends' : ''} ${JSON.stringify(status.conditions)}`,
      );
      throw new Error(`${workload} is not whole without ${gone.join()}:\n${seen.join('\n')}`);
    });
    return this.running(workload);
  }

  /** Has a workload of two pods in two zones, as after a rollout: drains move its pods to where there is room. */
  public async spread(workload: Workload): Promise<void> {
    const north = await this.nodesIn(ZONES[0]);
    for (let tries = 0; tries < 10; tries += 1) {
      const pods = await this.whole(workload);
      if (new Set(pods.map(({ spec }) => north.includes(spec.nodeName as string))).size > 1) return;
      await evict(this.kube, pods[0]);
      await this.whole(workload, [pods[0]]);
    }
    throw new Error(`the pods of ${workload} stay in one zone`);
  }

  /** Names of the nodes of a zone. */
  public async nodesIn(zone: string): Promise<string[]> {
    const nodes = await this.kube.list('v1', 'Node');
    return nodes.filter(({ metadata }) => metadata.labels[ZONE] === zone).map(({ metadata }) => metadata.name);
  }

  public async lose(nodes: readonly string[]): Promise<void> {
    for (const node of nodes) this.lost.add(node);
    await lose(this.kube, nodes);
  }

  public async bringBack(nodes: readonly string[]): Promise<void> {
    for (const node of nodes) this.lost.delete(node);
    await bringBack(this.kube, nodes);
  }

  /** What a cloud does with lost nodes: they are taken out, and others come in their place. */
  public async replace(nodes: readonly string[]): Promise<void> {
    for (const name of nodes) {
      const node = await this.kube.find({ apiVersion: 'v1', kind: 'Node', metadata: { name } });
      await forget(this.kube, name);
      await this.kube.create(this.like(node as KubeObject, `${name}-again`));
    }
  }

  /**
   * Drains nodes, as `kubectl drain` and clouds do: no further pods, and evictions that are tried again and again.
   *
   * @param nodes their names
   * @param watched a workload of theirs
   * @param seconds how long it may take
   * @returns the fewest pods of the workload that ran meanwhile, and what is left on the nodes at the end
   */
  public async drain(nodes: readonly string[], watched: Workload, seconds = 60): Promise<Drained> {
    await cordon(this.kube, nodes);
    const end = Date.now() + 1000 * seconds;
    let least = Infinity;
    for (;;) {
      least = Math.min(least, (await this.running(watched)).length);
      const left = (await this.kube.list('v1', 'Pod')).filter(
        ({ metadata, spec }) =>
          nodes.includes(spec.nodeName as string) &&
          !(metadata.ownerReferences as { kind: string }[] | undefined)?.some(({ kind }) => kind === 'DaemonSet'),
      );
      if (left.length === 0 || Date.now() > end) return { least, left };
      for (const pod of left.filter(({ metadata }) => !metadata.deletionTimestamp)) {
        await evict(this.kube, pod);
        least = Math.min(least, (await this.running(watched)).length);
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** Nodes that are there and take pods, by how their names begin. */
  public async nodes(begins: string): Promise<string[]> {
    const nodes = await this.kube.list('v1', 'Node');
    return nodes.map(({ metadata }) => metadata.name).filter((name) => name.startsWith(begins));
  }

  public async stop(): Promise<void> {
    await this.kubelets.stop();
    await this.site.stop();
  }

  private async fill(): Promise<void> {
    const { kube } = this;
    const taints = [{ key: TAINT.key, effect: 'NoSchedule' }];
    const { single, ...large } = POOLS;
    for (let i = 0; i < single.nodes; i += 1)
      await kube.create(withGpu(ownNode(`single-${i}`, { labels: { ...single.labels, ...zone(i) }, taints, gpus: 1 })));
    for (const [pool, { nodes, labels }] of Object.entries(large)) {
      // A placement group is in one zone.
      for (let i = 0; i < nodes; i += 1) await kube.create(efaNode(`${pool}-${i}`, { ...labels, ...zone(1) }, taints));
    }
    for (let i = 0; i < 4; i += 1) {
      await kube.create(ownNode(`edge-${i}`, { labels: { ...EDGE, ...zone(i) } }));
      await kube.create(ownNode(`batch-${i}`, { labels: { ...BATCH, ...zone(i) } }));
    }
    // Else the first node that is ready takes all pods that are to be spread.
    const taintsOf = async () =>
      (await kube.list('v1', 'Node')).flatMap(({ spec }) => spec.taints as { key: string }[]);
    await until(
      async () => !(await taintsOf()).some((taint) => taint?.key === 'node.kubernetes.io/not-ready'),
      60,
      'nodes',
    );
    const { objects } = KubernetesManifests.of(everything(new App({ stackTraces: false })), { skipHelmReleases: true });
    const namespaces = objects.filter(({ kind }) => kind === 'Namespace');
    for (const object of [...namespaces, ...claim(), ...objects] as KubeObject[]) await kube.apply(held(object), 'e2e');
    for (const workload of ALL) await this.whole(workload);
  }

  /** Plays the kubelets of pods that kwok leaves alone: their containers start, and end when they are told to, where there is a kubelet. */
  private async playKubelets(): Promise<void> {
    for (const pod of await this.kube.list('v1', 'Pod')) {
      const { deletionTimestamp, annotations = {} } = pod.metadata as { [key: string]: any };
      if (annotations[HELD] === undefined || !pod.spec.nodeName || this.lost.has(pod.spec.nodeName as string)) continue;
      if (deletionTimestamp && pod.status.phase !== 'Failed') {
        await this.kube.merge(pod, { status: { phase: 'Failed' } }, 'status');
      } else if (deletionTimestamp) {
        // kwok would not wait until the controller of Jobs has counted it.
        const isCounted = !(pod.metadata.finalizers as string[] | undefined)?.length;
        if (isCounted) await this.kube.merge(pod, { metadata: { annotations: { [HELD]: null } } });
      } else if (pod.status.phase === 'Pending') {
        const conditions = [...(pod.status.conditions as Condition[]), { type: 'Ready', status: 'True' }];
        await this.kube.merge(pod, { status: { phase: 'Running', conditions } }, 'status');
      }
    }
  }

  private like({ metadata, status, spec }: KubeObject, name: string): KubeObject {
    const { labels, annotations } = metadata as { [key: string]: any };
    const own = Object.entries(annotations).filter(([key]) => /^(kwok|e2e)/.test(key) && key !== HELD);
    const taints = (spec.taints as { key: string }[] | undefined)?.filter(
      ({ key }) => !key.startsWith('node.kubernetes.io/'),
    );
    const { capacity, allocatable } = status;
    return {
      ...{ apiVersion: 'v1', kind: 'Node', spec: { taints }, status: { capacity, allocatable } },
      metadata: { name, labels: { ...labels, 'kubernetes.io/hostname': name }, annotations: Object.fromEntries(own) },
    };
  }
}

/** How a drain went. */
export interface Drained {
  readonly least: number;
  readonly left: readonly KubeObject[];
}

interface Condition {
  readonly type: string;
  readonly status: string;
}

/** Its plugin offers its GPU already. */
function withGpu({ status, ...node }: KubeObject): KubeObject {
  const offered = { ...status.capacity, 'nvidia.com/gpu': '1' };
  return { ...node, status: { capacity: offered, allocatable: offered } } as KubeObject;
}

const zone = (index: number) => ({ [ZONE]: ZONES[index % ZONES.length] });

/** kwok ends pods of Jobs at once: here the fleet plays their kubelets. */
function held(object: KubeObject): KubeObject {
  const copy = structuredClone(object);
  const template = copy.kind === 'JobSet' ? copy.spec.replicatedJobs[0].template.spec.template : copy.spec?.template;
  if (!/^Job/.test(copy.kind)) return copy;
  template.metadata.annotations = { ...template.metadata.annotations, [HELD]: 'true' };
  return copy;
}

function claim(): KubeObject[] {
  const size = { storage: '100Gi' };
  const common = { accessModes: ['ReadWriteMany'], storageClassName: '' };
  const volume = { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: CLAIM.name } };
  return [
    { ...volume, spec: { ...common, capacity: size, hostPath: { path: '/checkpoints' } } },
    {
      ...{ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: CLAIM },
      spec: { ...common, resources: { requests: size }, volumeName: CLAIM.name },
    },
  ];
}
