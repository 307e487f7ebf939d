import { GpuInstanceType, ModelSpec, Parallelism } from '../../../lib/catalog';
import { JobSetController, TrainingJob } from '../../../lib/jobs';
import { RdmaFabric } from '../../../lib/network';
import { ClusterChecks, GpuQueue, Kueue } from '../../../lib/scheduling';
import { queueRoom } from '../../../lib/scheduling/kueue/queue-room';
import { PlacedDemand, PoolLoad } from '../../../lib/scheduling/placement';
import { ServerAutoscaling, VllmDeployment } from '../../../lib/serving';
import { TestPool, TestStore } from '../../serving/support/fixtures';
import { faultsAtSynth, idsOf } from '../../support/faults';
import { Block, synthesize, testStack } from '../../support/synth';
import { testCluster } from '../../support/test-cluster';
import { randomNumbers } from '../../support/random-numbers';

interface Given {
  readonly nodes: number;
  /** GPUs of each server beside the queue, on P5 nodes of eight. */
  readonly servers?: readonly number[];
  /** Fewest and most servers that a scaler leaves, of a node each. */
  readonly scaled?: readonly [number, number];
  /** Nodes of each training in the queue, or GPUs of one on part of a node. */
  readonly queued?: readonly (number | { readonly gpusPerNode: number })[];
  /** Nodes of each training that waits in no queue. */
  readonly unqueued?: readonly number[];
}

function make(stack: ReturnType<typeof testStack>, { nodes, servers = [], scaled, queued = [], unqueued = [] }: Given) {
  const cluster = testCluster(stack);
  const modelStore = new TestStore(stack, 'Store');
  const nodePool = new TestPool(stack, 'gpu', cluster, GpuInstanceType.P5_48XLARGE, nodes, RdmaFabric.efa());
  Object.assign(nodePool, { minNodes: nodes });
  new JobSetController(stack, 'Sets', { cluster });
  new Kueue(stack, 'Kueue', { cluster });
  const queue = new GpuQueue(stack, 'gpus', { cluster, nodePools: [nodePool] });
  const model = (tensor: number) => ({ model: ModelSpec.LLAMA_3_1_8B, parallelism: Parallelism.of({ tensor }) });
  const serve = (name: string, given: object, tensor: number) =>
    new VllmDeployment(stack, name, {
      ...{ cluster, nodePool, modelStore, maxSurge: 0, name, models: [{ name, ...model(tensor) }] },
      ...given,
    });
  servers.forEach((gpus, i) => serve(`s${i}`, {}, gpus));
  if (scaled) {
    const [minReplicas, maxReplicas] = scaled;
    serve('scaled', { autoscaling: ServerAutoscaling.hpa({ minReplicas, maxReplicas }) }, 8);
  }
  const train = (id: string, given: object) =>
    new TrainingJob(stack, id, {
      ...{ cluster, nodePool, modelStore, modelName: 'llama', model: ModelSpec.LLAMA_3_1_8B, dataName: 'talks' },
      ...{ sequenceLength: 4096, steps: 500, checkpointClaim: 'checkpoints', image: 'registry.example.com/t:1' },
      ...given,
    });
  queued.forEach((each, i) => train(`q${i}`, { queue, ...(typeof each === 'number' ? { nodes: each } : each) }));
  unqueued.forEach((each, i) => train(`u${i}`, { nodes: each }));
  return { cluster, queue };
}

/** GPUs that the queue hands out. */
function quota(given: Given): number {
  const json = synthesize((stack) => void make(stack, given));
  const [{ values }] = json.resources('helm_release').filter(({ name }) => name === 'gpus');
  const { resources } = JSON.parse((values as string[])[0]) as { resources: Block[] };
  const [{ spec }] = resources.filter(({ kind }) => kind === 'ClusterQueue');
  const all = (spec.resourceGroups as Block[])[0].flavors[0].resources as { name: string; nominalQuota: string }[];
  return Number(all.find(({ name }) => name === 'nvidia.com/gpu')?.nominalQuota);
}

function found(given: Given) {
  const { cluster, queue } = make(testStack(), given);
  return { cluster: faultsAtSynth(cluster), queue: faultsAtSynth(queue) };
}

describe('a queue hands out what nothing outside of it may hold', () => {
  test.each<[string, Given, number]>([
    ['all where nothing is', { nodes: 4, queued: [2, 2] }, 32],
    ['two servers of a GPU that may be on two nodes', { nodes: 4, servers: [1, 1], queued: [2, 2] }, 16],
    ['two servers of a node', { nodes: 4, servers: [8, 8], queued: [2] }, 16],
    ['a server of a GPU beside pods of half a node', { nodes: 2, servers: [1], queued: [{ gpusPerNode: 4 }] }, 12],
    ['a server of half a node beside the same', { nodes: 2, servers: [4], queued: [{ gpusPerNode: 4 }] }, 12],
    ['servers where nothing of this program waits', { nodes: 2, servers: [1, 2] }, 13],
    ['a training that waits in no queue', { nodes: 4, queued: [2], unqueued: [2] }, 16],
    ['a scaler at its most', { nodes: 4, scaled: [1, 2], queued: [2] }, 16],
    ['a scaler that gives back what a training waits for', { nodes: 4, scaled: [1, 3], queued: [2, 2] }, 16],
  ])('%s', (_, given, gpus) => {
    expect(found(given)).toEqual({ cluster: [], queue: [] });
    expect(quota(given)).toBe(gpus);
  });

  test.each<[string, Given, string[]]>([
    [
      'a training that only fits while another is not there',
      { nodes: 2, queued: [2], unqueued: [1] },
      ['QUEUE_TOO_SMALL queue'],
    ],
    [
      'a training of a node where servers of a GPU may be on each',
      { nodes: 2, servers: [1, 1], queued: [1] },
      ['QUEUE_TOO_SMALL queue'],
    ],
    ['one that has a node beside a server', { nodes: 2, servers: [1], queued: [1] }, []],
    ['one that has no room at all, which is said of the cluster', { nodes: 2, servers: [8, 8], queued: [1] }, []],
  ])('refuses %s', (_, given, ids) => {
    expect(idsOf(found(given).queue)).toEqual(ids);
  });

  test('says so in words', () => {
    const { cluster } = make(testStack(), { nodes: 4, servers: [1, 1], queued: [2] });
    expect(ClusterChecks.of(cluster).explain().split('\n').slice(-2)).toEqual([
      'Queues, and what they hand out:',
      "  'test/gpus': 16 of the 32 GPUs of pool 'gpu'; 'inference/s0' (1 x 1), 'inference/s1' (1 x 1) may hold the others without waiting in it, whole nodes " +
        'from pods that need them',
    ]);
  });

  test('so that all that is admitted has a place, wherever the others are', () => {
    const stack = testStack();
    const pools = [1, 2, 3, 5].map((nodes) =>
      Object.assign(
        new TestPool(
          stack,
          `p${nodes}`,
          testCluster(stack, { clusterName: `c${nodes}` }),
          GpuInstanceType.P5_48XLARGE,
          nodes,
        ),
        { minNodes: nodes },
      ),
    );
    const random = randomNumbers(7);
    const upTo = (most: number) => 1 + Math.floor(random() * most);
    for (let round = 0; round < 2000; round++) {
      const pool = pools[round % pools.length];
      const size = upTo(8);
      const others = Array.from({ length: upTo(4) - 1 }, () => ({ pods: upTo(3), gpus: upTo(8) }));
      const placed = (name: string, pods: number, gpus: number, queue?: string): PlacedDemand => ({
        ...{ path: name, demand: { name, pods, requests: {}, queue }, pools: [] },
        requests: new Map([['nvidia.com/gpu', gpus]]),
      });
      const demands = [
        placed('inside', 1, size, 'q'),
        ...others.map(({ pods, gpus }, i) => placed(`o${i}`, pods, gpus)),
      ];
      const load: PoolLoad = { pool, nodes: pool.maxNodes, free: new Map(), agents: [], demands };
      const { handedOut } = queueRoom('q', pool, { pools: [load], demands, faults: [] });
      // As many of the others as have a place, each on any node that has room.
      const free = Array.from({ length: pool.maxNodes }, () => 8);
      for (const gpus of others.flatMap((each) => Array.from({ length: each.pods }, () => each.gpus))) {
        const able = free.flatMap((left, node) => (left >= gpus ? [node] : []));
        if (able.length > 0) free[able[Math.floor(random() * able.length)]] -= gpus;
      }
      const places = free.reduce((sum, left) => sum + Math.floor(left / size), 0);
      expect(Math.floor(handedOut / size)).toBeLessThanOrEqual(places);
    }
  });
});
