import { ModelSpec, Precision } from '../../lib/planning';

interface Config {
  readonly [key: string]: unknown;
}

/** text_config of meta-llama/Llama-4-Scout-17B-16E-Instruct, as ai-dynamo/aiconfigurator 095f58a has it (model_configs). */
const SCOUT: Config = {
  attention_bias: false,
  attention_chunk_size: 8192,
  head_dim: 128,
  hidden_size: 5120,
  interleave_moe_layer_step: 1,
  intermediate_size: 8192,
  intermediate_size_mlp: 16384,
  max_position_embeddings: 10485760,
  model_type: 'llama4_text',
  num_attention_heads: 40,
  num_experts_per_tok: 1,
  num_hidden_layers: 48,
  num_key_value_heads: 8,
  num_local_experts: 16,
  rope_scaling: { factor: 16, original_max_position_embeddings: 8192, rope_type: 'llama3' },
  use_qk_norm: true,
  vocab_size: 202048,
};
/** The same of meta-llama/Llama-4-Maverick-17B-128E-Instruct. */
const MAVERICK: Config = {
  ...SCOUT,
  interleave_moe_layer_step: 2,
  max_position_embeddings: 1048576,
  num_local_experts: 128,
  rope_scaling: null,
  use_qk_norm: false,
};
/** zai-org/GLM-4.5-Air, as ms-swift prints it into its log of a training. */
const AIR: Config = {
  model_type: 'glm4_moe',
  attention_bias: true,
  first_k_dense_replace: 1,
  head_dim: 128,
  hidden_size: 4096,
  intermediate_size: 10944,
  max_position_embeddings: 131072,
  moe_intermediate_size: 1408,
  n_routed_experts: 128,
  n_shared_experts: 1,
  num_attention_heads: 96,
  num_experts_per_tok: 8,
  num_hidden_layers: 46,
  num_key_value_heads: 8,
  num_nextn_predict_layers: 1,
  partial_rotary_factor: 0.5,
  rope_scaling: null,
  tie_word_embeddings: false,
  use_qk_norm: false,
  vocab_size: 151552,
};
const GLM_4_5: Config = {
  ...AIR,
  first_k_dense_replace: 3,
  hidden_size: 5120,
  intermediate_size: 12288,
  moe_intermediate_size: 1536,
  n_routed_experts: 160,
  num_hidden_layers: 92,
  use_qk_norm: true,
};
const MISTRAL_SMALL: Config = {
  head_dim: 128,
  hidden_size: 5120,
  intermediate_size: 32768,
  max_position_embeddings: 131072,
  num_attention_heads: 32,
  num_hidden_layers: 40,
  num_key_value_heads: 8,
  sliding_window: null,
  vocab_size: 131072,
};
const GLM_4_9B: Config = {
  attention_bias: true,
  head_dim: 128,
  hidden_size: 4096,
  intermediate_size: 13696,
  max_position_embeddings: 131072,
  num_attention_heads: 32,
  num_hidden_layers: 40,
  num_key_value_heads: 2,
  partial_rotary_factor: 0.5,
  tie_word_embeddings: false,
  vocab_size: 151552,
};
/** As the file of Qwen/Qwen2.5-VL-7B-Instruct has them, without a text_config. */
const QWEN_2_5_VL: Config = {
  model_type: 'qwen2_5_vl',
  hidden_size: 3584,
  intermediate_size: 18944,
  max_position_embeddings: 128000,
  num_attention_heads: 28,
  num_hidden_layers: 28,
  num_key_value_heads: 4,
  rope_scaling: { type: 'mrope', mrope_section: [16, 24, 24] },
  sliding_window: 32768,
  use_sliding_window: false,
  tie_word_embeddings: false,
  vision_config: { depth: 32 },
  vocab_size: 152064,
};
const QWEN_3_VL: Config = {
  head_dim: 128,
  max_position_embeddings: 262144,
  num_attention_heads: 32,
  vocab_size: 151936,
};

/** Parameters that the hub shows (safetensors), those of the encoder of images among them by its vision_config, context, KV bytes. */
const PUBLISHED: [string, Config, number, number, number, number][] = [
  ['Llama 4 Scout', { model_type: 'llama4', text_config: SCOUT }, 108641793536, 871932416, 10485760, 196608],
  ['Llama 4 Maverick', { model_type: 'llama4', text_config: MAVERICK }, 401583781376, 871932416, 1048576, 196608],
  ['Mistral Small 3.2', image('mistral3', 'mistral', MISTRAL_SMALL), 24011361280, 438958080, 131072, 163840],
  [
    'Devstral Small 2, whose type is that of Ministral 3',
    image('mistral3', 'ministral3', {
      ...MISTRAL_SMALL,
      max_position_embeddings: 393216,
      rope_parameters: { factor: 48, original_max_position_embeddings: 8192, rope_type: 'yarn', type: 'yarn' },
    }),
    24011361280,
    438958080,
    393216,
    163840,
  ],
  ['GLM-4 9B (0414)', { ...GLM_4_9B, model_type: 'glm4' }, 9400279040, 0, 131072, 40960],
  ['GLM-4 9B chat', { ...GLM_4_9B, model_type: 'glm' }, 9399951360, 0, 131072, 40960],
  ['Qwen2.5-VL 7B', QWEN_2_5_VL, 8292166656, 676550144, 128000, 57344],
  [
    'Qwen2.5-VL 7B in the newer form',
    image('qwen2_5_vl', 'qwen2_5_vl_text', QWEN_2_5_VL),
    8292166656,
    676550144,
    128000,
    57344,
  ],
  [
    'Qwen3-VL 8B',
    image('qwen3_vl', 'qwen3_vl_text', {
      ...QWEN_3_VL,
      hidden_size: 4096,
      intermediate_size: 12288,
      num_hidden_layers: 36,
      num_key_value_heads: 8,
    }),
    8767123696,
    576388336,
    262144,
    147456,
  ],
  [
    'Qwen3-VL 30B with 3B active',
    image('qwen3_vl_moe', 'qwen3_vl_moe_text', {
      ...QWEN_3_VL,
      decoder_sparse_step: 1,
      hidden_size: 2048,
      intermediate_size: 6144,
      mlp_only_layers: [],
      moe_intermediate_size: 768,
      num_experts: 128,
      num_experts_per_tok: 8,
      num_hidden_layers: 48,
      num_key_value_heads: 4,
    }),
    31070754032,
    538631408,
    262144,
    98304,
  ],
];

function image(outer: string, inner: string, text: Config): Config {
  return {
    model_type: outer,
    tie_word_embeddings: false,
    text_config: { ...text, model_type: inner },
    vision_config: {},
  };
}

const from = (config: Config) => ModelSpec.fromHuggingFaceConfig('mine', config);

describe('newer families of config.json', () => {
  test.each(PUBLISHED)('%s', (_, config, published, encoder, context, keyValue) => {
    const model = from(config);
    expect(model.parameters + encoder).toBe(published);
    expect(model.maxContextLength).toBe(context);
    expect(model.keyValueBytesPerToken(Precision.BF16)).toBe(keyValue);
  });

  test.each([
    ['GLM-4.5', GLM_4_5, ModelSpec.GLM_4_5, 358337791296],
    ['GLM-4.5-Air', AIR, ModelSpec.GLM_4_5_AIR, 110468824832],
  ])('%s, whose files have the prediction layer with copies of embedding and head', (_, config, known, published) => {
    const model = from(config);
    expect(model.shape).toMatchObject(known.shape);
    expect(model.parameters).toBe(known.parameters);
    expect(model.checkpointSize(Precision.BF16).bytes / 2).toBe(published);
    expect(model.weightSize(Precision.BF16).bytes).toBe(known.parameters * 2);
  });

  test('GLM-4.6 and 4.7 have the shape of GLM-4.5 and a longer context', () => {
    expect(from({ ...GLM_4_5, max_position_embeddings: 202752 }).maxContextLength).toBe(202752);
  });

  test.each([
    [SCOUT, ModelSpec.LLAMA_4_SCOUT],
    [MAVERICK, ModelSpec.LLAMA_4_MAVERICK],
  ])('Llama 4 of the catalog is the file, and its encoder of images besides', (config, known) => {
    const { encoders, ...shape } = known.shape;
    expect(from(config).shape).toMatchObject(shape);
    expect(known.parameters - from(config).parameters).toBe(encoders?.[0].parameters);
    expect(from({ ...config, num_local_experts: 0 }).experts).toBeUndefined();
    expect(from({ ...config, attention_bias: true }).parameters - from(config).parameters).toBe(
      48 * ((40 + 2 * 8) * 128 + 5120),
    );
  });

  test('GLM-4 of 0414 overflows in fp16, the chat models before do not', () => {
    const needs = (type: string) => from({ ...GLM_4_9B, model_type: type }).shape.needsBfloat16 ?? false;
    expect(['glm4', 'glm', 'glm4_moe'].filter(needs)).toEqual(['glm4']);
  });

  test('layers with experts are those that a list names', () => {
    const odd = Array.from({ length: 24 }, (_, i) => 2 * i + 1);
    expect(from({ ...MAVERICK, moe_layers: odd }).shape).toEqual(from(MAVERICK).shape);
    const expert = (model: ModelSpec) => model._parameterCount.expertLayers;
    for (const moe_layers of [odd.slice(1), odd.map((layer) => layer - 1)])
      expect(expert(from({ ...MAVERICK, moe_layers }))).toBe(moe_layers.length);
    expect(() => from({ ...MAVERICK, moe_layers: [] })).toThrow(/no kind of layer has the experts/);
  });
});
