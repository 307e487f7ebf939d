import { ModelSpec, Precision } from '../../lib/planning';
import { faultsThrown, idsOf } from '../support/faults';

/** Numbers of the config.json files on the hub, those that matter. */
const CONFIGS: [string, ModelSpec, { [key: string]: unknown }][] = [
  [
    'Llama',
    ModelSpec.LLAMA_3_1_8B,
    {
      model_type: 'llama',
      hidden_size: 4096,
      intermediate_size: 14336,
      num_attention_heads: 32,
      num_hidden_layers: 32,
      num_key_value_heads: 8,
      vocab_size: 128256,
      max_position_embeddings: 131072,
      attention_bias: false,
      mlp_bias: false,
      tie_word_embeddings: false,
    },
  ],
  [
    'Qwen 2',
    ModelSpec.QWEN_2_5_0_5B,
    {
      model_type: 'qwen2',
      hidden_size: 896,
      intermediate_size: 4864,
      num_attention_heads: 14,
      num_hidden_layers: 24,
      num_key_value_heads: 2,
      vocab_size: 151936,
      max_position_embeddings: 32768,
      tie_word_embeddings: true,
      sliding_window: 32768,
      use_sliding_window: false,
    },
  ],
  [
    'Qwen 3',
    ModelSpec.QWEN_3_8B,
    {
      model_type: 'qwen3',
      head_dim: 128,
      hidden_size: 4096,
      intermediate_size: 12288,
      num_attention_heads: 32,
      num_hidden_layers: 36,
      num_key_value_heads: 8,
      vocab_size: 151936,
      max_position_embeddings: 40960,
      sliding_window: null,
      attention_bias: false,
      tie_word_embeddings: false,
    },
  ],
  [
    'Qwen 3 with experts',
    ModelSpec.QWEN_3_30B_A3B,
    {
      model_type: 'qwen3_moe',
      decoder_sparse_step: 1,
      head_dim: 128,
      hidden_size: 2048,
      intermediate_size: 6144,
      mlp_only_layers: [],
      moe_intermediate_size: 768,
      num_attention_heads: 32,
      num_experts: 128,
      num_experts_per_tok: 8,
      num_hidden_layers: 48,
      num_key_value_heads: 4,
      vocab_size: 151936,
      max_position_embeddings: 40960,
      tie_word_embeddings: false,
    },
  ],
  [
    'Mistral',
    ModelSpec.MISTRAL_7B,
    {
      model_type: 'mistral',
      hidden_size: 4096,
      intermediate_size: 14336,
      num_attention_heads: 32,
      num_hidden_layers: 32,
      num_key_value_heads: 8,
      vocab_size: 32768,
      max_position_embeddings: 32768,
      sliding_window: null,
      tie_word_embeddings: false,
    },
  ],
  [
    'Mixtral',
    ModelSpec.MIXTRAL_8X7B,
    {
      model_type: 'mixtral',
      hidden_size: 4096,
      intermediate_size: 14336,
      num_attention_heads: 32,
      num_experts_per_tok: 2,
      num_hidden_layers: 32,
      num_key_value_heads: 8,
      num_local_experts: 8,
      vocab_size: 32000,
      max_position_embeddings: 32768,
      tie_word_embeddings: false,
    },
  ],
  [
    'DeepSeek V3',
    ModelSpec.DEEPSEEK_V3,
    {
      model_type: 'deepseek_v3',
      first_k_dense_replace: 3,
      hidden_size: 7168,
      intermediate_size: 18432,
      kv_lora_rank: 512,
      max_position_embeddings: 163840,
      moe_intermediate_size: 2048,
      moe_layer_freq: 1,
      n_routed_experts: 256,
      n_shared_experts: 1,
      num_attention_heads: 128,
      num_experts_per_tok: 8,
      num_hidden_layers: 61,
      num_key_value_heads: 128,
      num_nextn_predict_layers: 1,
      q_lora_rank: 1536,
      qk_nope_head_dim: 128,
      qk_rope_head_dim: 64,
      topk_method: 'noaux_tc',
      v_head_dim: 128,
      vocab_size: 129280,
      tie_word_embeddings: false,
    },
  ],
  [
    'DeepSeek V2 Lite',
    ModelSpec.DEEPSEEK_V2_LITE,
    {
      model_type: 'deepseek_v2',
      first_k_dense_replace: 1,
      hidden_size: 2048,
      intermediate_size: 10944,
      kv_lora_rank: 512,
      max_position_embeddings: 163840,
      moe_intermediate_size: 1408,
      moe_layer_freq: 1,
      n_routed_experts: 64,
      n_shared_experts: 2,
      num_attention_heads: 16,
      num_experts_per_tok: 6,
      num_hidden_layers: 27,
      q_lora_rank: null,
      qk_nope_head_dim: 128,
      qk_rope_head_dim: 64,
      topk_method: 'greedy',
      v_head_dim: 128,
      vocab_size: 102400,
      tie_word_embeddings: false,
    },
  ],
  [
    'Phi',
    ModelSpec.PHI_4,
    {
      model_type: 'phi3',
      hidden_size: 5120,
      intermediate_size: 17920,
      num_attention_heads: 40,
      num_hidden_layers: 40,
      num_key_value_heads: 10,
      vocab_size: 100352,
      max_position_embeddings: 16384,
      sliding_window: null,
      attention_bias: false,
      tie_word_embeddings: false,
    },
  ],
  [
    'Gemma 2, whose config does not say that its embeddings are tied',
    ModelSpec.GEMMA_2_9B,
    {
      model_type: 'gemma2',
      head_dim: 256,
      hidden_size: 3584,
      intermediate_size: 14336,
      num_attention_heads: 16,
      num_hidden_layers: 42,
      num_key_value_heads: 8,
      sliding_window: 4096,
      vocab_size: 256000,
      max_position_embeddings: 8192,
    },
  ],
  [
    'gpt-oss',
    ModelSpec.GPT_OSS_20B,
    {
      model_type: 'gpt_oss',
      attention_bias: true,
      head_dim: 64,
      hidden_size: 2880,
      intermediate_size: 2880,
      layer_types: Array.from({ length: 24 }, (_, i) => (i % 2 ? 'full_attention' : 'sliding_attention')),
      num_attention_heads: 64,
      num_experts_per_tok: 4,
      num_hidden_layers: 24,
      num_key_value_heads: 8,
      num_local_experts: 32,
      sliding_window: 128,
      vocab_size: 201088,
      max_position_embeddings: 131072,
      tie_word_embeddings: false,
    },
  ],
];

describe('ModelSpec.fromHuggingFaceConfig', () => {
  test.each(CONFIGS)('%s', (_, known, config) => {
    const model = ModelSpec.fromHuggingFaceConfig('mine', config);
    expect(model.name).toBe('mine');
    expect(model.parameters).toBe(known.parameters);
    expect(model.activeParameters).toBe(known.activeParameters);
    expect(model.keyValueBytesPerToken(Precision.FP16)).toBe(known.keyValueBytesPerToken(Precision.FP16));
    expect(model.maxContextLength).toBe(known.maxContextLength);
    expect(model.shape.slidingWindow).toEqual(known.shape.slidingWindow);
    expect(model.checkpointSize(Precision.BF16).bytes).toBe(known.checkpointSize(Precision.BF16).bytes);
    expect(ModelSpec.fromHuggingFaceConfig('mine', JSON.stringify(config)).parameters).toBe(known.parameters);
  });

  test('a model that also reads images keeps its language part apart', () => {
    const config = { model_type: 'mistral3', text_config: CONFIGS[4][2] };
    expect(ModelSpec.fromHuggingFaceConfig('vision', config).parameters).toBe(ModelSpec.MISTRAL_7B.parameters);
  });

  test('experts in every other layer: the others are dense', () => {
    const model = ModelSpec.fromHuggingFaceConfig('half', { ...CONFIGS[3][2], decoder_sparse_step: 2 });
    const { hiddenSize, intermediateSize, shape } = ModelSpec.QWEN_3_30B_A3B;
    const expert = 3 * hiddenSize * shape.experts!.intermediateSize + hiddenSize;
    const less = 24 * (128 * expert - 3 * hiddenSize * intermediateSize);
    expect(ModelSpec.QWEN_3_30B_A3B.parameters - model.parameters).toBe(less);
  });

  const llama = CONFIGS[0][2];
  const without = (key: string) => Object.fromEntries(Object.entries(llama).filter(([name]) => name !== key));

  test.each([
    ['an unknown family', { ...llama, model_type: 'lama' }, ['UNKNOWN_VALUE model_type']],
    ['no family', without('model_type'), ['CONFIG_LACKS_VALUE model_type']],
    [
      'missing numbers',
      { model_type: 'llama' },
      [
        'CONFIG_LACKS_VALUE num_hidden_layers',
        'CONFIG_LACKS_VALUE hidden_size',
        'CONFIG_LACKS_VALUE num_attention_heads',
        'CONFIG_LACKS_VALUE vocab_size',
        'CONFIG_LACKS_VALUE max_position_embeddings',
        'CONFIG_LACKS_VALUE intermediate_size',
      ],
    ],
    ['a text for a number', { ...llama, hidden_size: '4096' }, ['NOT_A_WHOLE_NUMBER hidden_size']],
    ['an impossible shape', { ...llama, num_key_value_heads: 5 }, ['CONFLICTING_PROPERTIES keyValueHeads']],
    [
      'experts of unknown width',
      { ...CONFIGS[3][2], num_experts_per_tok: null },
      ['CONFIG_LACKS_VALUE num_experts_per_tok'],
    ],
    ['experts in no layer', { ...CONFIGS[3][2], decoder_sparse_step: 64 }, ['CONFLICTING_PROPERTIES experts']],
    ['no JSON', '{', ['INVALID_FORMAT']],
    ['a list', [], ['INVALID_FORMAT']],
  ])('fails with %s', (_, config, ids) => {
    expect(idsOf(faultsThrown(() => ModelSpec.fromHuggingFaceConfig('bad', config)))).toEqual(ids);
  });
});
