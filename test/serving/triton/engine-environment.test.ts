import { GpuInstanceType, ModelSpec } from '../../../lib/catalog';
import { TritonModel } from '../../../lib/serving';
import { DataSize } from '../../../lib/units';
import { deploy, podOf } from '../support/fixtures';

test('weights in host memory are kept there by the runner of vLLM that does so', () => {
  const runner = (gib: number) => {
    const model = TritonModel.vllm({ name: 'm', model: ModelSpec.LLAMA_3_1_8B, cpuOffload: DataSize.gib(gib) });
    const { json } = deploy({ models: [model], instanceType: GpuInstanceType.P5_48XLARGE });
    return podOf(json).container[0].env.find(({ name }: { name: string }) => name === 'VLLM_USE_V2_MODEL_RUNNER')
      ?.value;
  };
  expect([runner(2), runner(0)]).toEqual(['0', undefined]);
});
