import { GpuInstanceType, ModelSpec, Parallelism, Precision } from '../../lib/catalog';
import { ModelCache, TritonDeployment, TritonModel, VllmDeployment, VllmDeploymentProps } from '../../lib/serving';
import { DataSize, Fault } from '../../lib/units';
import { TestPool, TestStore } from '../serving/support/fixtures';
import { CHAT } from '../serving/support/vllm-fixtures';
import { faultsAtSynth } from '../support/faults';
import { testStack } from '../support/synth';
import { testCluster } from '../support/test-cluster';
import { FaultText } from './fault-text';

/** Servers of one GPU and of two, told to surge by four and by one, on two nodes of four. */
function unlikeSurges(): Fault[] {
  const stack = testStack();
  const cluster = testCluster(stack);
  const modelStore = new TestStore(stack, 'Store');
  const nodePool = new TestPool(stack, 'gpu', cluster, GpuInstanceType.G5_12XLARGE, 2);
  const shared = { cluster, nodePool, modelStore, maxSurge: 1, replicas: 1 };
  const all = { model: ModelSpec.LLAMA_3_1_8B, precision: Precision.FP16 };
  const made = [1, 2].map(
    (tensor, i) =>
      new TritonDeployment(stack, `D${i}`, {
        ...shared,
        name: ['one', 'two'][i],
        models: [TritonModel.vllm({ name: ['one', 'two'][i], ...all, parallelism: Parallelism.of({ tensor }) })],
        ...(i === 1 ? {} : { maxSurge: 4 }),
      }),
  );
  return made.flatMap(faultsAtSynth);
}

/** What is found at synthesis of a server with a cache of so many GiB. */
function versions(gib: number, more: Partial<VllmDeploymentProps>): Fault[] {
  const stack = testStack();
  const cluster = testCluster(stack);
  const made = new VllmDeployment(stack, 'Talk', {
    ...{
      cluster,
      modelStore: new TestStore(stack, 'Store'),
      nodePool: new TestPool(stack, 'gpu', cluster, GpuInstanceType.P4D_24XLARGE),
    },
    ...{ models: [CHAT], modelCache: ModelCache.onNode({ size: DataSize.gib(gib) }), ...more },
  });
  return faultsAtSynth(made);
}

/** How servers replace each other. */
export const TEXTS: FaultText[] = [
  {
    id: 'SURGE_EXCEEDS_POOL',
    property: 'maxSurge',
    text:
      "a rollout of 'two' starts 1 more before it stops old ones (maxSurge), and so may those of 'one' at the same time, but the nodes of pool 'gpu' " +
      'have no room for all of them: each could hold what the other waits for, forever; raise maxNodes, leave maxSurge out, or pass updateStrategy: ' +
      'UpdateStrategy.RECREATE if an outage is accepted',
    faults: unlikeSurges,
  },
  {
    id: 'VERSIONS_EXCEED_CACHE',
    property: 'modelCache.size',
    text:
      "modelCache.size must be at least 30634 MiB: a rollout of 'chat' to another version of its weights starts new servers where old ones still run, " +
      'whose weights are never evicted, and would wait for room forever; got 20480 MiB; raise it, or leave maxSurge out, or pass updateStrategy: ' +
      'UpdateStrategy.RECREATE if an outage is accepted',
    faults: () => versions(20, { maxSurge: 1 }),
  },
];
