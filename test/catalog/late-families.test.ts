import {
  GpuInstanceType,
  InferenceEngine,
  ModelSpec,
  Precision,
  SpeculativeDecoding,
  CapacityPlanner,
  CapacityPlan,
} from '../../lib/planning';
import { architectureSupport } from '../../lib/catalog/vllm-architectures';
import { faultsThrown, idsOf, reasonsOf } from '../support/faults';

type Config = { readonly [key: string]: unknown };
const read = (config: Config) => ModelSpec.fromHuggingFaceConfig('m', config);

/** inclusionAI/Ling-3.0-flash, whose numbers transformers' `BailingHybridConfig` has as defaults (124,414,191,072 parameters, bench/parameters). */
const LING_3: Config = {
  ...{ architectures: ['BailingMoeV3ForCausalLM'], model_type: 'bailing_hybrid', num_hidden_layers: 42 },
  ...{ hidden_size: 2560, vocab_size: 157184, first_k_dense_replace: 2, intermediate_size: 6144, head_dim: 128 },
  ...{ num_attention_heads: 32, num_key_value_heads: 32, kv_lora_rank: 512, q_lora_rank: null, qk_nope_head_dim: 128 },
  ...{ qk_rope_head_dim: 64, v_head_dim: 128, gated_attention_proj_granularity_type: 'head_wise', no_kda_lora: true },
  ...{
    short_conv_kernel_size: 4,
    kda_safe_gate: true,
    num_experts: 512,
    num_experts_per_tok: 8,
    num_shared_experts: 1,
  },
  ...{ moe_intermediate_size: 768, moe_shared_expert_intermediate_size: 768, layer_group_size: 6 },
  ...{ max_position_embeddings: 262144, num_nextn_predict_layers: 1, tie_word_embeddings: false },
};
/** With the biases of forty routers, which transformers keeps as buffers. */
const LING_3_PARAMETERS = 124414191072 + 40 * 512;
/** The keys that vLLM 0.24.0's `bailing_moe_linear.py` reads, with small numbers. */
const LING_2_5: Config = {
  ...{ architectures: ['BailingMoeV2_5ForCausalLM'], model_type: 'bailing_hybrid', num_hidden_layers: 4 },
  ...{ hidden_size: 64, vocab_size: 1000, first_k_dense_replace: 1, intermediate_size: 96, head_dim: 16 },
  ...{ num_attention_heads: 4, num_key_value_heads: 4, kv_lora_rank: 32, q_lora_rank: 24, qk_nope_head_dim: 16 },
  ...{ qk_rope_head_dim: 8, v_head_dim: 16, use_qk_norm: true, use_bias: false, use_qkv_bias: false },
  ...{ group_norm_size: 4, num_experts: 8, num_experts_per_tok: 2, num_shared_experts: 1, layer_group_size: 4 },
  ...{ moe_intermediate_size: 32, moe_router_enable_expert_bias: true, max_position_embeddings: 4096 },
};

describe('Ling', () => {
  test('3 in the words of its file has the parameters of its class', () => {
    expect(read(LING_3).parameters).toBe(LING_3_PARAMETERS);
    const more = read({ ...LING_3, gated_attention_proj_granularity_type: 'element_wise' });
    // Seven layers attend; each gates 128 values of 32 heads in place of the heads.
    expect((more.parameters as number) - LING_3_PARAMETERS).toBe(7 * 2560 * 32 * 127);
  });

  test('3: layers that are too few for a group attend', () => {
    const attending = (layers: number) =>
      read({ ...LING_3, num_hidden_layers: layers })
        ._layers.kinds.filter(({ attention }) => attention)
        .reduce((sum, { count }) => sum + count, 0);
    expect([42, 43, 44, 48].map(attending)).toEqual([7, 8, 9, 8]);
  });

  test('2.5: gated linear attention with a norm, latent attention without a gate', () => {
    const h = 64;
    const linear = 3 * h * h + h * h + h * h + h + 2 * 16;
    const latent = h * 24 + 24 + 24 * 4 * 24 + h * (32 + 8) + 32 + 32 * 4 * 32 + 4 * 16 * h;
    const experts = 8 * h + 8 + 9 * 3 * h * 32;
    const expected = 2 * 1000 * h + h + 4 * 2 * h + 3 * linear + latent + 3 * h * 96 + 3 * experts;
    expect(read(LING_2_5).parameters).toBe(expected);
    const state = (config: Config) => read(config).stateBytesPerSequence(Precision.BF16);
    expect(state(LING_2_5)).toBe(3 * 4 * 16 * 16 * 2);
    expect(state(LING_3)).toBe(35 * (32 * 128 * 128 * 4 + 3 * 32 * 128 * 3 * 2));
  });

  test.each<[string, Config, string]>([
    ['2.5', LING_2_5, '0.17.0'],
    ['3', LING_3, '0.31.0'],
  ])('%s: since which vLLM', (_, config, vllm) => {
    expect(architectureSupport(read(config).shape)?.vllm).toBe(vllm);
  });

  test('3 is planned with its prediction layer', () => {
    const speculativeDecoding = SpeculativeDecoding.mtp({ tokens: 1 });
    const engine = InferenceEngine.vllm('0.31.0');
    const load = { model: read(LING_3), instanceType: GpuInstanceType.P5EN_48XLARGE, speculativeDecoding };
    const plan = CapacityPlanner.plan({ ...load, engine });
    expect(plan.fits).toBe(true);
    expect(CapacityPlan.fromJson(plan.toJson()).explain()).toBe(plan.explain());
  });
});

/** Numbers of `Glm5NextTextConfig`. */
const GLM_NEXT: Config = {
  ...{ model_type: 'glm5_next_text', vocab_size: 154880, hidden_size: 4096, intermediate_size: 12288 },
  ...{ moe_intermediate_size: 2048, num_hidden_layers: 45, num_attention_heads: 64, n_routed_experts: 288 },
  ...{ num_experts_per_tok: 8, n_shared_experts: 1, kv_lora_rank: 512, q_lora_rank: 1536, qk_nope_head_dim: 256 },
  ...{ v_head_dim: 256, max_position_embeddings: 1048576 },
};

test('GLM-5.3-Flash: an index key stands for sixteen tokens, latent vectors have no positions', () => {
  const model = read(GLM_NEXT);
  // Eleven of 45 layers: 512 values of 16 bits; a key of 128 with its scale for each sixteenth token.
  expect(model.keyValueBytesPerToken(Precision.BF16)).toBe(11 * (1024 + 132 / 16));
  expect(read({ ...GLM_NEXT, index_kpool: 1 }).keyValueBytesPerToken(Precision.BF16)).toBe(11 * (1024 + 132));
});

/** Numbers of `InklingTextConfig` in the words of the file, as vLLM's `models/inkling/configs.py` reads them. */
const INKLING: Config = {
  ...{ model_type: 'inkling_model', vocab_size: 201024, hidden_size: 6144, num_hidden_layers: 66, head_dim: 128 },
  ...{ num_attention_heads: 64, num_key_value_heads: 8, swa_num_attention_heads: 64, swa_num_key_value_heads: 16 },
  ...{ swa_head_dim: 128, sliding_window_size: 512, intermediate_size: 3072, dense_intermediate_size: 24576 },
  ...{ n_routed_experts: 256, n_shared_experts: 2, num_experts_per_tok: 6, dense_mlp_idx: 0, model_max_length: 131072 },
  ...{ sconv_kernel_size: 4, d_rel: 16, rel_extent: 1024 },
  local_layer_ids: Array.from({ length: 66 }, (_, i) => i).filter((i) => (i + 1) % 6 !== 0),
};

describe('Inkling', () => {
  test('in the words of its file has the parameters of its class, 975 billion', () => {
    // transformers counts 975,340,270,146 with the biases of 66 routers.
    const counted = read({ ...INKLING, model_type: 'inkling_text' }).parameters;
    expect(counted).toBe(975340270146 + 66 * 256);
    expect(read(INKLING).parameters).toBe(counted);
  });

  test('keeps a block of four tokens for the convolutions of each layer', () => {
    // 8 heads of 2048 or 16 of 1024 values, rounded up from 1792 and 1024.
    expect(read(INKLING).stateBytesPerSequence(Precision.BF16)).toBe(66 * 4 * 16384 * 2);
  });

  const seeing = (vision_config: Config) =>
    read({ model_type: 'inkling_mm_model', text_config: { ...INKLING, model_type: 'inkling_text' }, vision_config });
  test.each<[string, number, number]>([
    // 3 × 4 to 64, 64 × 4 to 64, 64 × 2 to the model, by `plan_out_scales` of vLLM.
    ['fewer layers than steps', 3, 12 * 64 + 64 + 256 * 64 + 64 + 128 * 6144 + 6144],
    ['more', 5, 12 * 64 + 64 + 64 * 64 + 64 + 256 * 64 + 64 + 128 * 128 + 128 + 128 * 6144 + 6144],
  ])('joins the pixels of a patch: %s', (_, n_layers, expected) => {
    const vision = { n_layers, patch_size: 4, temporal_patch_size: 2, n_channels: 3, text_hidden_size: 6144 };
    expect(seeing(vision).shape.encoders?.[0].parameters).toBe(expected);
  });
});

test('PLaMo 3: windows as listed for each layer, or in all but every eighth', () => {
  const config: Config = {
    ...{ model_type: 'plamo3', hidden_size: 256, num_hidden_layers: 16, num_attention_heads: 8, head_dim: 32 },
    ...{ num_key_value_heads: 2, intermediate_size: 512, vocab_size: 1000, max_position_embeddings: 4096 },
    ...{ window_size: 1024, sliding_window_pattern: 8, tie_word_embeddings: true },
  };
  const layer = 4 * 256 + 2 * 32 + 256 * (8 + 4) * 32 + 256 * 256 + 3 * 256 * 512;
  expect(read(config).parameters).toBe(256 * 1000 + 256 + 16 * layer);
  expect(read(config).shape.slidingWindow).toEqual({ tokens: 1024, layers: 14 });
  const sliding_window = Array.from({ length: 16 }, (_, i) => (i % 2 === 0 ? 512 : null));
  expect(read({ ...config, sliding_window }).shape.slidingWindow).toEqual({ tokens: 512, layers: 8 });
});

describe('what is not supported says which part', () => {
  test.each<[Config, string, RegExp]>([
    [{ model_type: 'inkling2_text' }, 'model_type', /residuals that attend to earlier blocks/],
    [{ model_type: 'gemma4_assistant' }, 'model_type', /cache of the model that it drafts for/],
    [
      { ...INKLING, model_type: 'qwen3', architectures: ['DFlashDraftModel'] },
      'architectures',
      /DFlashDraftModel drafts a block of tokens at once.*SpeculativeDecoding/,
    ],
    [{ ...INKLING, model_type: 'qwen3', architectures: ['Qwen3DSparkModel'] }, 'architectures', /Qwen3DSparkModel/],
  ])('%j', (config, property, reason) => {
    const faults = faultsThrown(() => read(config));
    expect(idsOf(faults)).toEqual([`UNSUPPORTED_MODEL_PART ${property}`]);
    expect(reasonsOf(faults)[0]).toMatch(reason);
  });
});

describe('encoders', () => {
  const LANGUAGE = { model_type: 'llama', hidden_size: 4096, intermediate_size: 11008, num_hidden_layers: 32 };
  const text_config = { ...LANGUAGE, num_attention_heads: 32, vocab_size: 32000, max_position_embeddings: 8192 };

  test.each(['visual_tokenizer_config', 'acoustic_tokenizer_config', 'semantic_tokenizer_config'])(
    '%s is not kept silent',
    (section) => {
      const { shape } = read({ model_type: 'ovis', llm_config: text_config, [section]: { hidden_size: 8 } });
      expect(shape.encoders).toEqual([{ name: section }]);
    },
  );

  test('LLaVA-NeXT-Video pools the patches of each image of a video', () => {
    const vision_config = { ...{ hidden_size: 1024, intermediate_size: 4096, num_hidden_layers: 24 }, image_size: 336 };
    const { shape } = read({
      model_type: 'llava_next_video',
      text_config,
      vision_config: { ...vision_config, patch_size: 14 },
    });
    expect(shape.encoders?.[0]).toMatchObject({ tokensPerItem: 2880, tokensPerFrame: 144, positionsPerToken: 4 });
  });
});
