import { GpuInstanceType, ModelSpec, Parallelism } from '../../lib/catalog';
import { RdmaFabric } from '../../lib/network';
import { LeaderWorkerSetController } from '../../lib/serving';
import { withSite } from '../serving/support/fixtures';
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
