import { ModelSpec, Precision } from '../../lib/catalog';
import { architectureSupport } from '../../lib/catalog/vllm-architectures';

const read = (config: object) => ModelSpec.fromHuggingFaceConfig('m', config);

// Published numbers of each family; counts by transformers are in parameter-counts.test.ts.
describe('families before or beside those of 2026', () => {
  test.each<[string, object, number, number]>([
    [
      'EleutherAI/gpt-neox-20b',
      {
        ...{ model_type: 'gpt_neox', hidden_size: 6144, intermediate_size: 24576, num_hidden_layers: 44 },
        ...{ num_attention_heads: 64, vocab_size: 50432, max_position_embeddings: 2048, tie_word_embeddings: false },
      },
      20.55e9,
      44 * 2 * 6144 * 2,
    ],
    [
      'allenai/OLMo-7B-hf',
      {
        ...{ model_type: 'olmo', hidden_size: 4096, intermediate_size: 11008, num_hidden_layers: 32 },
        ...{ num_attention_heads: 32, num_key_value_heads: 32, vocab_size: 50304, max_position_embeddings: 2048 },
      },
      6.89e9,
      32 * 2 * 4096 * 2,
    ],
    [
      'stabilityai/stablelm-3b-4e1t',
      {
        ...{ model_type: 'stablelm', hidden_size: 2560, intermediate_size: 6912, num_hidden_layers: 32 },
        ...{ num_attention_heads: 32, num_key_value_heads: 32, vocab_size: 50304, max_position_embeddings: 4096 },
      },
      2.795e9,
      32 * 2 * 2560 * 2,
    ],
    [
      'nvidia/Minitron-8B-Base',
      {
        ...{
          model_type: 'nemotron',
          hidden_size: 4096,
          intermediate_size: 16384,
          num_hidden_layers: 32,
          head_dim: 128,
        },
        ...{ num_attention_heads: 48, num_key_value_heads: 8, vocab_size: 256000, max_position_embeddings: 4096 },
      },
      8.27e9,
      32 * 2 * 1024 * 2,
    ],
    [
      'rednote-hilab/dots.llm1.inst',
      {
        ...{ model_type: 'dots1', hidden_size: 4096, intermediate_size: 10944, moe_intermediate_size: 1408 },
        ...{ num_hidden_layers: 62, num_attention_heads: 32, num_key_value_heads: 32, n_routed_experts: 128 },
        ...{ n_shared_experts: 2, num_experts_per_tok: 6, first_k_dense_replace: 1, vocab_size: 152064 },
        ...{ max_position_embeddings: 32768, sliding_window: null },
      },
      142.8e9,
      62 * 2 * 4096 * 2,
    ],
  ])('%s', (_, config, parameters, cache) => {
    const model = read(config);
    expect(model.parameters / parameters).toBeCloseTo(1, 2);
    expect(model.keyValueBytesPerToken(Precision.BF16)).toBe(cache);
  });

  test('dots.llm1 uses 14 billion parameters for a token', () => {
    const model = read({
      ...{ model_type: 'dots1', hidden_size: 4096, intermediate_size: 10944, moe_intermediate_size: 1408 },
      ...{ num_hidden_layers: 62, num_attention_heads: 32, num_key_value_heads: 32, n_routed_experts: 128 },
      ...{ n_shared_experts: 2, num_experts_per_tok: 6, first_k_dense_replace: 1, vocab_size: 152064 },
      max_position_embeddings: 32768,
    });
    expect(model.activeParameters / 1e9).toBeCloseTo(14.2, 0);
    expect(architectureSupport(model.shape)).toMatchObject({ architecture: 'dots.llm1', vllm: '0.9.2' });
  });
});

describe('LongCat-Flash', () => {
  // config.json of meituan-longcat/LongCat-Flash-Chat, as the class in transformers has it.
  const LONGCAT = {
    ...{ model_type: 'longcat_flash', hidden_size: 6144, num_layers: 28, num_attention_heads: 64, vocab_size: 131072 },
    ...{ ffn_hidden_size: 12288, expert_ffn_hidden_size: 2048, n_routed_experts: 512, zero_expert_num: 256 },
    ...{ moe_topk: 12, kv_lora_rank: 512, q_lora_rank: 1536, qk_nope_head_dim: 128, qk_rope_head_dim: 64 },
    ...{ v_head_dim: 128, max_position_embeddings: 131072 },
  };

  test('has 560 billion parameters, 27 of which a token uses on average', () => {
    const model = read(LONGCAT);
    expect(model.parameters / 1e9).toBeCloseTo(560.7, 0);
    expect(model.activeParameters / 1e9).toBeGreaterThan(26);
    expect(model.activeParameters / 1e9).toBeLessThan(28);
  });

  test('each of its 28 layers keeps two compressed vectors', () => {
    const model = read(LONGCAT);
    expect(model.layers).toBe(56);
    expect(model.keyValueBytesPerToken(Precision.BF16)).toBe(56 * 576 * 2);
  });

  test('half of the layers have experts beside their dense block', () => {
    const kinds = read(LONGCAT).shape.layerKinds!;
    expect(kinds.map(({ count, intermediateSize, experts }) => [count, intermediateSize, experts])).toEqual([
      [28, 12288, true],
      [28, 12288, undefined],
    ]);
  });
});

describe('chunks of Llama 4', () => {
  const LLAMA_4 = {
    ...{ model_type: 'llama4_text', hidden_size: 5120, intermediate_size: 8192, intermediate_size_mlp: 16384 },
    ...{ num_hidden_layers: 48, num_attention_heads: 40, num_key_value_heads: 8, head_dim: 128, vocab_size: 202048 },
    ...{ num_local_experts: 16, num_experts_per_tok: 1, interleave_moe_layer_step: 1 },
    max_position_embeddings: 10485760,
  };
  const chunks = (more: object) => read({ ...LLAMA_4, ...more }).shape.slidingWindow;

  test('are in three of four layers, of 8192 tokens, unless the file says otherwise', () => {
    expect(chunks({})).toEqual({ tokens: 8192, layers: 36, chunked: true });
    expect(chunks({ attention_chunk_size: 4096 })).toMatchObject({ tokens: 4096, layers: 36 });
    expect(chunks({ no_rope_layers: Array.from({ length: 48 }, (_, i) => (i < 10 ? 1 : 0)) })).toMatchObject({
      layers: 10,
    });
    const layer_types = Array.from({ length: 48 }, (_, i) => (i % 2 === 0 ? 'chunked_attention' : 'full_attention'));
    expect(chunks({ layer_types })).toMatchObject({ layers: 24 });
  });

  test('are none where the context is no longer than one', () => {
    expect(chunks({ max_position_embeddings: 8192 })).toBeUndefined();
  });

  test('are those of the catalog', () => {
    for (const model of [ModelSpec.LLAMA_4_SCOUT, ModelSpec.LLAMA_4_MAVERICK])
      expect(model.shape.slidingWindow).toEqual(chunks({}));
    expect(ModelSpec.LLAMA_4_SCOUT.parameters).toBe(
      ModelSpec.mixtureOfExperts({ name: 'm', shape: { ...ModelSpec.LLAMA_4_SCOUT.shape, slidingWindow: undefined } })
        .parameters,
    );
  });
});
