import { readFileSync } from 'fs';
import { join } from 'path';
import { ModelSpec } from '../../lib/catalog';
import { UnscopedValidationError } from '../../lib/units/errors';
import { faultsThrown, idsOf, reasonsOf } from '../support/faults';
import { realConfig } from './real-configs';

type Config = { readonly [key: string]: unknown };

const read = (config: unknown) => ModelSpec.fromHuggingFaceConfig('m', config);
const encodersOf = (model: ModelSpec) => model.shape.encoders ?? [];
const notCounted = (model: ModelSpec) =>
  encodersOf(model)
    .filter(({ parameters }) => parameters === undefined)
    .map(({ name }) => name);

const SIGLIP = {
  ...{ model_type: 'siglip', hidden_size: 1152, image_size: 980, intermediate_size: 4304 },
  ...{ num_attention_heads: 16, num_hidden_layers: 27, patch_size: 14 },
};
const QWEN_2_7B = {
  ...{ hidden_size: 3584, intermediate_size: 18944, max_position_embeddings: 32768, num_attention_heads: 28 },
  ...{ num_hidden_layers: 28, num_key_value_heads: 4, vocab_size: 151666, tie_word_embeddings: false },
};
const MINICPM_V = {
  ...QWEN_2_7B,
  ...{ model_type: 'minicpmv', version: 2.6, query_num: 64, drop_vision_last_layer: false, vision_config: SIGLIP },
};

/** The language model of DeepSeek-OCR and of DeepSeek-VL2-Tiny. */
const DEEPSEEK_3B = {
  ...{
    model_type: 'deepseek_v2',
    use_mla: false,
    kv_lora_rank: null,
    q_lora_rank: null,
    qk_rope_head_dim: 0,
    v_head_dim: 0,
  },
  ...{
    hidden_size: 1280,
    intermediate_size: 6848,
    moe_intermediate_size: 896,
    num_hidden_layers: 12,
    vocab_size: 129280,
  },
  ...{ num_attention_heads: 10, num_key_value_heads: 10, n_routed_experts: 64, n_shared_experts: 2 },
  ...{ num_experts_per_tok: 6, first_k_dense_replace: 1, max_position_embeddings: 8192, topk_method: 'greedy' },
};
const DEEPSEEK_OCR = {
  architectures: ['DeepseekOCRForCausalLM'],
  model_type: 'deepseek_vl_v2',
  candidate_resolutions: [[1024, 1024]],
  language_config: DEEPSEEK_3B,
  projector_config: { input_dim: 2048, model_type: 'mlp_projector', n_embed: 1280, projector_type: 'linear' },
  vision_config: {
    ...{ image_size: 1024, mlp_ratio: 3.7362, model_name: 'deeplip_b_l', model_type: 'vision' },
    width: {
      'clip-l-14-224': { heads: 16, image_size: 224, layers: 24, patch_size: 14, width: 1024 },
      sam_vit_b: {
        ...{ downsample_channels: [512, 1024], global_attn_indexes: [2, 5, 8, 11], heads: 12, layers: 12, width: 768 },
      },
    },
  },
};
const DEEPSEEK_VL2_TINY = {
  architectures: ['DeepseekVLV2ForCausalLM'],
  model_type: 'deepseek_vl_v2',
  candidate_resolutions: [
    [384, 384],
    [384, 3456],
    [3456, 384],
    [1152, 1152],
  ],
  language_config: { ...DEEPSEEK_3B, max_position_embeddings: 4096 },
  projector_config: { model_type: 'mlp_projector', n_embed: 1280 },
  vision_config: {
    ...{ layers: 27, mlp_ratio: 3.7362, model_name: 'siglip_so400m_patch14_384', model_type: 'vision' },
    ...{ patch_size: 14, width: 1152 },
  },
};
const STEP_3 = {
  ...{ model_type: 'step3_vl', understand_projector_stride: 2, projector_bias: false, hidden_size: 7168 },
  text_config: {
    ...{ model_type: 'step3_text', hidden_size: 7168, intermediate_size: 18432, num_attention_heads: 64 },
    ...{ num_attention_groups: 1, num_hidden_layers: 61, vocab_size: 128815, moe_intermediate_size: 5120 },
    ...{ moe_num_experts: 48, moe_top_k: 3, max_position_embedding: 65536, share_expert_dim: 5120 },
    ...{ share_q_dim: 2048, head_dim: 256, moe_layers_enum: Array.from({ length: 56 }, (_, i) => i + 4).join() },
  },
  vision_config: {
    ...{ hidden_size: 1792, output_hidden_size: 4096, image_size: 728, intermediate_size: 15360 },
    ...{ num_attention_heads: 16, num_channels: 3, num_hidden_layers: 63, patch_size: 14 },
  },
};

describe('totals that publishers state', () => {
  test.each<[string, Config, number, number]>([
    // Source: the model's page on Hugging Face, as evaluation tools repeat it.
    ['MiniCPM-V 2.6', MINICPM_V, 8099175152, 0],
    // Source: total_size of model.safetensors.index.json of baidu/Unlimited-OCR, which has the same parts: 6,672,212,480 bytes.
    ['DeepSeek-OCR', DEEPSEEK_OCR, 6672212480 / 2, 0],
    [
      'Unlimited-OCR',
      { ...DEEPSEEK_OCR, architectures: ['UnlimitedOCRForCausalLM'], model_type: 'unlimited-ocr' },
      6672212480 / 2,
      0,
    ],
    ['DeepSeek-VL2-Tiny, 3.37 billion', DEEPSEEK_VL2_TINY, 3.37e9, 0.005],
    ['Step-3, 321 billion', STEP_3, 321e9, 0.005],
    ['Kimi-K3, 2.78 trillion', JSON.parse(realConfig('moonshotai/Kimi-K3')) as Config, 2.78e12, 0.005],
  ])('%s', (_, config, published, tolerance) => {
    const model = read(config);
    expect(notCounted(model)).toEqual([]);
    expect(Math.abs((model.parameters as number) / published - 1)).toBeLessThanOrEqual(tolerance);
  });
});

describe('towers', () => {
  const parametersOf = (config: Config) => encodersOf(read(config)).map(({ parameters }) => parameters);

  test('of Kimi-K3, whose attention is wider than its hidden state and has no biases', () => {
    const [{ parameters }] = encodersOf(read(realConfig('moonshotai/Kimi-K3')));
    const layer = 2 * 1024 + 4 * 1024 * 1536 + 2 * 1024 * 4096;
    expect(parameters).toBe(588 * 1024 + 64 * 64 * 1024 + 27 * layer + 1024 + 4096 * 4096 + 4096 * 7168 + 7168);
  });

  test('of DeepSeek-VL2: the largest of the candidate sizes, its rows marked', () => {
    const [{ tokensPerItem }] = encodersOf(read(DEEPSEEK_VL2_TINY));
    expect(tokensPerItem).toBe(14 * 15 + 9 * 14 * 15 + 1);
  });

  test('of MiniCPM-V: the last layer may be left out, and queries are as many as stated', () => {
    const [whole] = parametersOf(MINICPM_V) as number[];
    expect(parametersOf({ ...MINICPM_V, query_num: 96 })).toEqual([whole + 32 * 3584]);
    const layer = 4 * (1152 * 1152 + 1152) + 2 * 1152 * 4304 + 4304 + 1152 + 4 * 1152;
    expect(parametersOf({ ...MINICPM_V, drop_vision_last_layer: true })).toEqual([whole - layer]);
  });

  test('of MiniCPM-o: a second encoder, of sound', () => {
    const audio = {
      d_model: 1024,
      encoder_layers: 24,
      encoder_ffn_dim: 4096,
      encoder_attention_heads: 16,
      num_mel_bins: 80,
    };
    const [, sound] = parametersOf({ ...MINICPM_V, model_type: 'minicpmo', audio_config: audio });
    const layer = 4 * 1024 * 1024 + 3 * 1024 + 2 * 1024 * 4096 + 4096 + 1024 + 4 * 1024;
    const whisper = 3 * 80 * 1024 + 1024 + 3 * 1024 * 1024 + 1024 + 1500 * 1024 + 24 * layer + 2 * 1024;
    expect(sound).toBe(whisper + 1024 * 3584 + 3584 + 3584 * 3584 + 3584);
  });

  test.each([
    ['2.5', { version: undefined }, 'attentionBias', undefined],
    ['4.0', { version: 4 }, 'attentionBias', undefined],
    ['2.6', { version: 2.6 }, 'attentionBias', true],
    ['4.5', { version: '4.5' }, 'queryKeyNorm', true],
  ])('of MiniCPM-V %s: its language model is another', (_, more, property, value) => {
    expect(read({ ...MINICPM_V, ...more }).shape[property as 'attentionBias']).toBe(value);
  });
});

describe("encoders of Mistral's params.json", () => {
  const PARAMS = {
    ...{ dim: 5120, n_layers: 40, head_dim: 128, hidden_dim: 16384, n_heads: 32, n_kv_heads: 8 },
    ...{ vocab_size: 131072, max_position_embeddings: 262144, tied_embeddings: false },
  };
  const PIXTRAL = {
    ...{ hidden_size: 1024, num_channels: 3, image_size: 1540, patch_size: 14, intermediate_size: 4096 },
    ...{ num_hidden_layers: 24, num_attention_heads: 16, rope_theta: 10000, adapter_bias: false },
    ...{ mm_projector_id: 'patch_merge', spatial_merge_size: 2, add_pre_mm_projector_layer_norm: true },
  };
  const text = read(PARAMS).parameters as number;
  const tower = 588 * 1024 + 1024 + 24 * (4 * 1024 * 1024 + 3 * 1024 * 4096 + 2 * 1024);

  test('Ministral 3: the numbers of its config.json', () => {
    const model = read({ ...PARAMS, vision_encoder: PIXTRAL });
    const projector = 1024 + 4 * 1024 * 1024 + 1024 * 5120 + 5120 * 5120;
    expect(model.parameters).toBe(text + tower + projector);
    const config = {
      model_type: 'mistral3',
      spatial_merge_size: 2,
      text_config: {
        ...{
          model_type: 'ministral3',
          hidden_size: 5120,
          num_hidden_layers: 40,
          head_dim: 128,
          intermediate_size: 16384,
        },
        ...{ num_attention_heads: 32, num_key_value_heads: 8, vocab_size: 131072, max_position_embeddings: 262144 },
      },
      vision_config: { ...PIXTRAL, model_type: 'pixtral' },
    };
    expect(read(config).parameters).toBe(model.parameters);
    expect(model.maxContextLength).toBe(262144);
  });

  test('Pixtral 12B: no patches are joined, and the projector has biases', () => {
    const pixtral = {
      ...PIXTRAL,
      mm_projector_id: undefined,
      add_pre_mm_projector_layer_norm: undefined,
      adapter_bias: undefined,
    };
    const [{ parameters, tokensPerItem }] = encodersOf(
      read({ ...PARAMS, vision_encoder: { ...pixtral, image_size: 1024, patch_size: 16 } }),
    );
    expect(parameters).toBe(tower + (768 - 588) * 1024 + 1024 * 5120 + 5120 + 5120 * 5120 + 5120);
    expect(tokensPerItem).toBe(64 * 64);
  });

  test('Voxtral: that of its config.json', () => {
    const encoder_args = {
      ...{ dim: 1280, n_layers: 32, head_dim: 64, hidden_dim: 5120, n_heads: 20, vocab_size: 51866 },
      ...{ max_source_positions: 1500, audio_encoding_args: { num_mel_bins: 128 } },
    };
    const params = {
      ...PARAMS,
      multimodal: { whisper_model_args: { encoder_args, downsample_args: { downsample_factor: 4 } } },
    };
    const [{ name, parameters }] = encodersOf(read(params));
    const layer = 4 * 1280 * 1280 + 3 * 1280 + 2 * 1280 * 5120 + 5120 + 1280 + 4 * 1280;
    const whisper = 3 * 128 * 1280 + 1280 + 3 * 1280 * 1280 + 1280 + 1500 * 1280 + 32 * layer + 2 * 1280;
    expect(name).toBe('audio_config');
    expect(parameters).toBe(whisper + 5120 * 5120 + 5120 * 5120);
    const causal = {
      ...PARAMS,
      multimodal: { whisper_model_args: { encoder_args: { ...encoder_args, causal: true } } },
    };
    expect(idsOf(faultsThrown(() => read(causal)))).toEqual(['UNSUPPORTED_MODEL_PART model_type']);
  });

  test('windows listed for a group of layers', () => {
    const windowed = read({ ...PARAMS, sliding_window: [null, 32768, 32768, 32768] });
    expect(windowed.shape.slidingWindow).toMatchObject({ tokens: 32768, layers: 30 });
  });
});

describe('the table of tokens of a model that also reads images', () => {
  const table = 1000 * 64;
  const tied = (whole: unknown, own: unknown) => {
    const language = {
      ...{ model_type: 'qwen2', hidden_size: 64, intermediate_size: 128, num_hidden_layers: 2, vocab_size: 1000 },
      ...{ num_attention_heads: 4, num_key_value_heads: 4, max_position_embeddings: 1024 },
    };
    const least = read({ ...language, tie_word_embeddings: true }).parameters;
    const text_config = { ...language, tie_word_embeddings: own };
    return read({ model_type: 'internvl', tie_word_embeddings: whole, text_config }).parameters - least;
  };

  // As transformers 5.24 counts them, and vLLM 0.24 loads them, for all four.
  test.each([
    [true, true, 0],
    [true, false, 0],
    [false, true, table],
    [false, false, table],
    [undefined, true, 0],
    [undefined, false, table],
  ])('the file says %s, its section %s', (whole, own, more) => {
    expect(tied(whole, own)).toBe(more);
  });
});

describe('what is not known says so', () => {
  test.each<[string, Config, string]>([
    [
      'a tower of another name',
      { ...DEEPSEEK_OCR, architectures: ['DeepseekOCR3ForCausalLM'], vision_config: { model_name: 'deepencoderv3' } },
      'vision_config',
    ],
    [
      'a tower of another type under LLaVA',
      {
        model_type: 'llava',
        text_config: { ...QWEN_2_7B, model_type: 'qwen2' },
        vision_config: { ...SIGLIP, model_type: 'dinov3_vit' },
      },
      'vision_config',
    ],
    [
      'another network of convolutions under Gemma 3n',
      {
        model_type: 'gemma3n',
        text_config: { model_type: 'gemma3n_text' },
        vision_config: { hidden_size: 2048, architecture: 'mobilenetv6' },
      },
      'vision_config',
    ],
    [
      'an encoder of sound under another name',
      { model_type: 'x', text_config: { ...QWEN_2_7B, model_type: 'qwen2' }, encoder_config: { hidden_dim: 8 } },
      'encoder_config',
    ],
  ])('%s', (_, config, section) => {
    expect(notCounted(read(config))).toEqual([section]);
  });

  test('a version of MiniCPM-V', () => {
    const faults = faultsThrown(() => read({ ...MINICPM_V, version: 9.9 }));
    expect(reasonsOf(faults)).toEqual([
      "model 'm': version 9.9 of MiniCPM-V is not supported; known: 2.5, 2.6, 4.0, 4.5",
    ]);
  });
});

describe('hostile numbers of an encoder end in one error, or stand under a key that is not read', () => {
  const counted = JSON.parse(readFileSync(join(__dirname, '../../bench/parameters/counts.json'), 'utf8')) as {
    readonly models: readonly { readonly config: Config & { readonly model_type: string } }[];
  };
  const files = new Map<string, Config>();
  for (const { config } of counted.models) {
    if (encodersOf(read(config)).length > 0 && !files.has(config.model_type)) files.set(config.model_type, config);
  }
  for (const [name, config] of [
    ...[['minicpmv', MINICPM_V] as const, ['deepseek-ocr', DEEPSEEK_OCR] as const, ['step3_vl', STEP_3] as const],
    ...[
      ['deepseek-vl2', DEEPSEEK_VL2_TINY] as const,
      ['kimi_k3', JSON.parse(realConfig('moonshotai/Kimi-K3')) as Config] as const,
    ],
  ]) {
    files.set(name, config);
  }
  const cyclic: { [key: string]: unknown } = {};
  cyclic.self = cyclic;
  const HOSTILE = [1e308, NaN, Infinity, -1, 'x', cyclic, [cyclic], [NaN, -1], 'x'.repeat(1e5)];
  const sections = (config: Config) => Object.keys(config).filter((key) => /vision|audio|encoder|projector/.test(key));

  function outcome(config: Config): string {
    try {
      const model = read(config);
      expect(Number.isFinite(model.parameters)).toBe(true);
      return JSON.stringify(encodersOf(model));
    } catch (error) {
      expect(UnscopedValidationError.isValidationError(error)).toBe(true);
      return 'refused';
    }
  }

  test('the files are those of every reader', () => {
    expect(files.size).toBeGreaterThan(45);
  });

  test.each([...files.keys()])('%s', (name) => {
    const config = files.get(name) as Config;
    const whole = outcome(config);
    expect(whole).not.toBe('refused');
    for (const section of sections(config)) {
      const own = config[section];
      if (typeof own !== 'object' || own === null) continue;
      for (const key of Object.keys(own)) {
        const withValue = (value: unknown) => outcome({ ...config, [section]: { ...own, [key]: value } });
        const unread = withValue(undefined);
        for (const value of HOSTILE) {
          const got = withValue(value);
          // An encoder with a name alone is warned of.
          const warned = !got.includes('parameters');
          expect([key, warned || [whole, unread].includes(got)]).toEqual([key, true]);
        }
      }
    }
  });
});
