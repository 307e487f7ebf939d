import { GpuInstanceType, ModelSpec, Parallelism } from '../../lib/catalog';
import { RdmaFabric } from '../../lib/network';
import { GpuQueue, Kueue } from '../../lib/scheduling';
import { LeaderWorkerSetController, VllmDeployment } from '../../lib/serving';
import { Site, TestPool, withSite } from '../serving/support/fixtures';
import { VllmOverrides, deployVllm } from '../serving/support/vllm-fixtures';
import { FaultText } from './fault-text';

/** A model of 70B on two nodes of a pool with EFA. */
const spread =
  (parallelism: Parallelism, more: VllmOverrides = {}) =>
  () =>
    deployVllm({
      instanceType: GpuInstanceType.P5_48XLARGE,
      maxNodes: 2,
      fabric: RdmaFabric.efa(),
      vllmImage: 'registry.example.com/vllm-efa:0.24.0',
      model: { model: ModelSpec.LLAMA_3_1_70B, parallelism },
      ...more,
    });
const STAGES = Parallelism.of({ tensor: 8, pipeline: 2 });

const controllers =
  (...versions: (string | undefined)[]) =>
  () =>
    withSite(({ scope, cluster }) =>
      versions.forEach((chartVersion, i) => new LeaderWorkerSetController(scope, `Lws${i}`, { cluster, chartVersion })),
    );

/** A pool of four nodes, a queue, and what is made of them. */
const queued =
  (build: (site: Site, pool: TestPool, queueOf: (pool: TestPool, id?: string) => GpuQueue) => unknown) => () =>
    withSite((site) => {
      const pool = site.pool(GpuInstanceType.P5_48XLARGE, 4, 'gpu', RdmaFabric.efa());
      const { scope, cluster } = site;
      build(site, pool, (of, id = 'Gpus') => new GpuQueue(scope, id, { cluster, nodePools: [of] }));
    });
const talk = ({ scope, cluster, store }: Site, nodePool: TestPool, queue: GpuQueue, parallelism: Parallelism) =>
  new VllmDeployment(scope, 'Talk', {
    ...{ cluster, nodePool, modelStore: store, queue, vllmImage: 'registry.example.com/vllm-efa:0.24.0' },
    models: [{ name: 'chat', model: ModelSpec.LLAMA_3_1_70B, parallelism }],
  });

/** Servers of several nodes, and the controller that makes their pods. */
export const TEXTS: FaultText[] = [
  {
    id: 'CHART_TOO_OLD',
    property: 'chartVersion',
    text: 'chartVersion must be 0.8.0 or later, which knows when to restart a group; got 0.7.0',
    refuse: controllers('0.7.0'),
  },
  {
    id: 'CONTROLLER_AFTER_GROUPS',
    property: 'cluster',
    text: "'test/Talk' runs groups of pods and was made before the controller that runs them, so that it does not wait for it; make the LeaderWorkerSetController first",
    refuse: () => {
      const { deployment, site } = spread(STAGES)();
      return new LeaderWorkerSetController(deployment.node.scope!, 'Lws', { cluster: site.cluster });
    },
  },
  {
    id: 'CONTROLLER_AFTER_QUEUES',
    property: 'cluster',
    text: "the queue 'test/Gpus' was made before Kueue, so that it does not wait for it; make Kueue first",
    refuse: queued(({ scope, cluster }, pool, queueOf) => [queueOf(pool), new Kueue(scope, 'Kueue', { cluster })]),
  },
  {
    id: 'KUEUE_EXISTS',
    property: 'cluster',
    text: "cluster 'test' already has Kueue, at 'test/A', which serves all its namespaces; remove one of the two",
    refuse: queued(({ scope, cluster }) => ['A', 'B'].map((id) => new Kueue(scope, id, { cluster }))),
  },
  {
    id: 'POOL_IN_OTHER_QUEUE',
    property: 'nodePools[0]',
    text: "pool 'gpu' is handed out by the queue at 'test/Gpus' already, and two would hand out its nodes twice; put what is to share the pool into one queue",
    refuse: queued((_, pool, queueOf) => [queueOf(pool), queueOf(pool, 'More')]),
  },
  {
    id: 'POOL_NOT_IN_QUEUE',
    property: 'queue',
    text: "model 'chat': queue 'gpus' hands out nodes of 'other', not of pool 'gpu', so that the group would never be admitted; add the pool to nodePools of the queue",
    refuse: queued((site, pool, queueOf) =>
      talk(site, pool, queueOf(site.pool(GpuInstanceType.P5_48XLARGE, 4, 'other', RdmaFabric.efa())), STAGES),
    ),
  },
  {
    id: 'QUEUE_NOT_OF_GROUPS',
    property: 'queue',
    text: "model 'chat': queue starts groups of pods whole, but each server of this model is one pod, which takes GPUs beside it; leave queue out, or make a deployment of its own for models over several nodes",
    refuse: queued((site, pool, queueOf) => talk(site, pool, queueOf(pool), Parallelism.of({ tensor: 8 }))),
  },
  {
    id: 'GROUP_DOES_NOT_DIVIDE',
    property: 'models[0].parallelism',
    text: "model 'chat': a server of tensor 4, pipeline 3 has 12 GPUs, which are no whole number of nodes of 8 (p5.48xlarge, pool 'gpu'); use degrees whose product is a multiple of 8",
    refuse: spread(Parallelism.of({ tensor: 4, pipeline: 3 })),
  },
  {
    id: 'IMAGE_WITHOUT_FABRIC',
    property: 'servingImage',
    text: "model 'chat': vLLM's own image has neither libfabric nor the plugin by which NCCL uses EFA, so that the nodes of pool 'gpu' would send by TCP; pass a servingImage of ServingImage.vllm({ efa: EfaInstaller.DEFAULT }), or a vllmImage that has both, or give the pool RdmaFabric.none() and accept TCP",
    refuse: spread(STAGES, { vllmImage: undefined }),
  },
  {
    id: 'LEADER_WORKER_SETS_EXIST',
    property: 'cluster',
    text: "cluster 'test' already has a controller of LeaderWorkerSets, at 'test/Lws0', which serves all its namespaces; remove one of the two",
    refuse: controllers(undefined, undefined),
  },
  {
    id: 'RANK_EXCEEDS_NODE',
    property: 'models[0].parallelism',
    text: "model 'chat': each of the 2 data-parallel ranks has tensor × pipeline = 16 GPUs, but a p5.48xlarge has 8 and vLLM starts whole ranks on each node; use data-parallel ranks within nodes, or pipeline stages over nodes",
    refuse: spread(Parallelism.of({ tensor: 8, pipeline: 2, data: 2, expert: 16 }), {
      model: {
        model: ModelSpec.DEEPSEEK_R1,
        parallelism: Parallelism.of({ tensor: 8, pipeline: 2, data: 2, expert: 16 }),
      },
    }),
  },
  {
    id: 'TENSOR_EXCEEDS_NODE',
    property: 'models[0].parallelism',
    text: "model 'chat': tensor parallelism 16 is more than the 8 GPUs of a p5.48xlarge, and every layer would wait for the network; use tensor 8, and pipeline parallelism for the rest",
    refuse: spread(Parallelism.of({ tensor: 16 })),
  },
];
