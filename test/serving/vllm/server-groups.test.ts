import { GpuInstanceType, ModelSpec, Parallelism } from '../../../lib/catalog';
import { RdmaFabric } from '../../../lib/network';
import { Block, Synthesized } from '../../support/synth';
import { VllmOverrides, deployVllm } from '../support/vllm-fixtures';

/** A model of 70B on two nodes of eight GPUs, by stages. */
const STAGES: VllmOverrides = {
  instanceType: GpuInstanceType.P5_48XLARGE,
  maxNodes: 2,
  fabric: RdmaFabric.efa(),
  model: { model: ModelSpec.LLAMA_3_1_70B, parallelism: Parallelism.of({ tensor: 8, pipeline: 2 }) },
};

function groupOf(json: Synthesized): Block {
  const [release] = json
    .resources('helm_release')
    .filter(({ values }) => values?.[0]?.includes('"LeaderWorkerSet"')) as Block[];
  return JSON.parse((release.values as string[])[0]).resources[0] as Block;
}

test('probe', () => {
  const { json } = deployVllm(STAGES);
  console.log(JSON.stringify(groupOf(json), null, 1).slice(0, 14000));
});
