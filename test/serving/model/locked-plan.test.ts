import {
  GpuInstanceType,
  GpuInterconnect,
  GpuNodeType,
  GpuNodeTypeProps,
  GpuType,
  ModelSpec,
  Precision,
} from '../../../lib/catalog';
import { CapacityPlan, CapacityPlanner } from '../../../lib/planning';
import { TritonModel } from '../../../lib/serving';
import { CloudTopology } from '../../../lib/topology';
import { DataSize } from '../../../lib/units';
import { faultsThrown, idsOf, reasonsOf } from '../../support/faults';
import { synthesize } from '../../support/synth';
import { deploy } from '../support/fixtures';

const NAME = 'llama-3.1-8b';
const H100S = GpuInstanceType.P5_48XLARGE;

/** `config.json` of Llama 3.1 8B, with changes. */
const config = (more: object = {}) =>
  ModelSpec.fromHuggingFaceConfig(NAME, {
    model_type: 'llama',
    hidden_size: 4096,
    intermediate_size: 14336,
    max_position_embeddings: 131072,
    num_attention_heads: 32,
    num_hidden_layers: 32,
    num_key_value_heads: 8,
    rope_scaling: { rope_type: 'llama3', factor: 8, original_max_position_embeddings: 8192 },
    tie_word_embeddings: false,
    vocab_size: 128256,
    ...more,
  });
const AWQ = { quantization_config: { quant_method: 'awq', bits: 4, group_size: 128 } };
const SHAPE_OF_70B = { hidden_size: 8192, intermediate_size: 28672, num_attention_heads: 64, num_hidden_layers: 80 };
const planOf = (model: ModelSpec, precision?: Precision) =>
  CapacityPlanner.plan({ model, instanceType: H100S, precision });

interface Locked {
  readonly model: ModelSpec;
  readonly plan: CapacityPlan;
  readonly precision?: Precision;
}

/** The two ways to give a locked plan. */
const DOORS: [string, (locked: Locked) => unknown][] = [
  ['a Triton model', (locked) => deploy({ models: [TritonModel.vllm({ name: 'm', ...locked })], instanceType: H100S })],
  [
    'a topology',
    ({ plan, ...served }) =>
      synthesize(
        (stack) =>
          new CloudTopology(stack, 'Cloud', {
            clusterName: 'chat',
            availabilityZones: ['us-west-2a', 'us-west-2b'],
            models: [{ name: 'm', ...served }],
            plans: { m: plan },
          }),
      ),
  ],
];

describe.each(DOORS)('a locked plan of %s', (_, open) => {
  test.each<[string, Locked, string]>([
    [
      'a model of the same name with another shape',
      { model: config(SHAPE_OF_70B), plan: planOf(ModelSpec.LLAMA_3_1_8B) },
      'a llama-3.1-8b with layers 32, hiddenSize 4096, attentionHeads 32, but the model has layers 80, hiddenSize 8192, attentionHeads 64',
    ],
    [
      'one that differs in its vocabulary only',
      { model: config({ vocab_size: 128264 }), plan: planOf(ModelSpec.LLAMA_3_1_8B) },
      'vocabularySize 128256, parameters',
    ],
    [
      'one of which only the size is known',
      { model: ModelSpec.dense({ name: NAME, parameters: 70e9 }), plan: planOf(ModelSpec.LLAMA_3_1_8B) },
      'but the model has layers',
    ],
    [
      'one with skipped layers',
      { model: ModelSpec.LLAMA_3_1_8B.withSkippedLayers(0.3), plan: planOf(ModelSpec.LLAMA_3_1_8B) },
      'with skippedLayerFraction 0, but the model has skippedLayerFraction 0.3',
    ],
    [
      'a checkpoint in 4 bits, for a plan in 16',
      { model: config(AWQ), plan: planOf(ModelSpec.LLAMA_3_1_8B) },
      'counts the weights of llama-3.1-8b in bf16, but the model is published in int4',
    ],
    [
      'a checkpoint in 16 bits, for the plan of one in 4',
      { model: ModelSpec.LLAMA_3_1_8B, plan: planOf(config(AWQ)) },
      'counts the weights of llama-3.1-8b in int4, but the model is published in bf16',
    ],
  ])('is refused for %s', (__, locked, text) => {
    const faults = faultsThrown(() => open(locked));
    expect(idsOf(faults)).toEqual(['PLAN_OF_OTHER_MODEL models[0].model']);
    expect(reasonsOf(faults)[0]).toContain(text);
  });

  test.each<[string, Locked]>([
    ['the same model by its config.json', { model: config(), plan: planOf(ModelSpec.LLAMA_3_1_8B) }],
    [
      'the same by its config.json with the width of heads stated',
      { model: config({ head_dim: 128 }), plan: planOf(ModelSpec.LLAMA_3_1_8B) },
    ],
    [
      'a model planned in another format than its own',
      { model: config(AWQ), plan: planOf(config(AWQ), Precision.BF16) },
    ],
    [
      'the format that is stated',
      { model: config(AWQ), plan: planOf(ModelSpec.LLAMA_3_1_8B), precision: Precision.BF16 },
    ],
    [
      'the format that a checkpoint is published in',
      { model: config(AWQ), plan: planOf(ModelSpec.LLAMA_3_1_8B, Precision.INT4) },
    ],
    [
      'a model that is quantized when it is loaded',
      { model: config(), plan: planOf(ModelSpec.LLAMA_3_1_8B, Precision.FP8) },
    ],
  ])('is kept for %s', (__, locked) => {
    expect(() => open(locked)).not.toThrow();
  });
});

describe('a locked plan for a kind of node', () => {
  const node = (more: Partial<GpuNodeTypeProps> = {}) =>
    GpuNodeType.custom({
      ...{ name: 'my-node', gpu: GpuType.H200, gpuCount: 4, vcpus: 64, memory: DataSize.gib(512) },
      ...more,
    });
  const on = (instanceType: GpuNodeType) => {
    const plan = CapacityPlanner.plan({ model: ModelSpec.LLAMA_3_1_8B, instanceType: node() });
    return deploy({ models: [TritonModel.vllm({ name: 'm', model: ModelSpec.LLAMA_3_1_8B, plan })], instanceType });
  };

  test.each<[string, Partial<GpuNodeTypeProps>, string]>([
    ['other GPUs', { gpu: GpuType.T4 }, 'a my-node with gpu H200, gpuMemory'],
    ['fewer GPUs', { gpuCount: 2 }, "with gpuCount 4, but pool 'gpu' has one with gpuCount 2"],
    ['less memory on each GPU', { gpuMemory: DataSize.gib(96) }, 'with gpuMemory 96 GiB'],
    ['NVLink', { interconnect: GpuInterconnect.NVSWITCH }, 'with interconnect'],
  ])('is refused on one of the same name with %s', (_, more, text) => {
    const faults = faultsThrown(() => on(node(more)));
    expect(idsOf(faults)).toEqual(['PLAN_OF_OTHER_HARDWARE models[0]']);
    expect(reasonsOf(faults)[0]).toContain(text);
  });

  test('is kept on the same described twice, and with more host memory that it does not use', () => {
    expect(() => on(node())).not.toThrow();
    expect(() => on(node({ memory: DataSize.gib(1024) }))).not.toThrow();
  });
});
