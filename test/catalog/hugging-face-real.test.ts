import { ModelSpec, Precision } from '../../lib/catalog';
import { partOf } from '../../lib/catalog/hugging-face/parts';
import { faultsThrown, idsOf } from '../support/faults';
import { REAL_CONFIGS, realConfig } from './real-configs';

const from = (name: string) => ModelSpec.fromHuggingFaceConfig(name, realConfig(name));

describe('files of published models', () => {
  test('are read, all of them', () => {
    expect(REAL_CONFIGS.length).toBe(89);
    for (const { name } of REAL_CONFIGS) expect(from(name).parameters).toBeGreaterThan(5e8);
  });

  /** Sizes in billions that names state, of the language part. */
  const SIZES = REAL_CONFIGS.flatMap(({ name }) => {
    const size = /-(\d+(?:\.\d+)?)B\b/.exec(name)?.[1];
    // Llama 4 states the active ones, Mixtral those of one expert.
    return size === undefined || /Llama-4|Mixtral/.test(name) ? [] : [[name, Number(size)] as const];
  });
  test.each(SIZES)('%s has about as many parameters as its name says', (name, billions) => {
    const model = from(name);
    const encoders = (model.shape.encoders ?? []).reduce((sum, { parameters }) => sum + (parameters ?? 0), 0);
    const relative = (model.parameters - encoders) / 1e9 / billions;
    // Small ones round, or leave out embeddings.
    expect(Math.abs(relative - 1)).toBeLessThan(billions < 8 ? 0.2 : 0.06);
  });

  test.each([
    // Published: 671B and the index; 284B and 1.6T; 744B; 229B; 428B; 309B; 196B with 11B active; 2.8T.
    ['deepseek-ai/DeepSeek-V3.2', 671.9, 61 * (576 * 2 + 132), 0],
    ['deepseek-ai/DeepSeek-V4-Flash', 284.3, 8277, 0],
    ['deepseek-ai/DeepSeek-V4-Pro', 1573, 8918, 0],
    ['zai-org/GLM-5', 743.9, 78 * (576 * 2 + 132), 0],
    // Three layers in four take the choice of an earlier one, and keep no keys of the index.
    ['zai-org/GLM-5.2', 743.4, 78 * 576 * 2 + 21 * 132, 0],
    ['MiniMaxAI/MiniMax-M2.5', 228.7, 62 * 2 * 8 * 128 * 2, 0],
    ['MiniMaxAI/MiniMax-M3', 426.2, 60 * 2 * 4 * 128 * 2 + 57 * 128 * 2, 0],
    ['XiaomiMiMo/MiMo-V2-Flash', 308.8, (9 * 4 + 39 * 8) * (192 + 128) * 2, 0],
    ['stepfun-ai/Step-3.7-Flash', 195.8, 45 * 2 * 8 * 128 * 2, 0],
    ['moonshotai/Kimi-K3', 2779, 24 * 576 * 2, 69 * (3 * 96 * 128 * 3 * 2 + 96 * 128 * 128 * 4)],
    ['google/gemma-4-26B-A4B', 25.806, (25 * 8 * 512 + 5 * 2 * 1024) * 2, 0],
    ['Qwen/Qwen3.5-27B', 27.357, 16 * 2 * 4 * 256 * 2, 48 * (10240 * 3 * 2 + 48 * 128 * 128 * 4)],
    [
      'nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16',
      31.6,
      6 * 2 * 2 * 128 * 2,
      23 * ((64 * 64 + 2 * 8 * 128) * 3 * 2 + 64 * 64 * 128 * 4),
    ],
    [
      'nvidia/Nemotron-H-56B-Base-8K',
      56.3,
      10 * 2 * 8 * 128 * 2,
      54 * ((256 * 64 + 2 * 8 * 256) * 3 * 2 + 256 * 64 * 256 * 4),
    ],
    ['nvidia/Llama-3_3-Nemotron-Super-49B-v1', 49.9, 49 * 2 * 8 * 128 * 2, 0],
  ])('%s: %d billion parameters, %d bytes per token, %d per sequence', (name, billions, perToken, perSequence) => {
    const model = from(name);
    expect(Math.abs(model.parameters / 1e9 / billions - 1)).toBeLessThan(0.001);
    expect(Math.round(model.keyValueBytesPerToken(Precision.BF16))).toBe(perToken);
    expect(model.stateBytesPerSequence(Precision.BF16)).toBe(perSequence);
  });

  test('layers of Nemotron are single blocks', () => {
    const { kinds } = from('nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16')._layers;
    expect(kinds.map(({ count }) => count).sort((a, b) => a - b)).toEqual([6, 23, 23]);
  });
});

describe('formats of published files', () => {
  const GB = 1e9;
  test.each<[string, string, number, object | undefined]>([
    // Published as about 595 GB; the file leaves out attention, shared experts and the dense block, and has groups of 32.
    ['moonshotai/Kimi-K2.5', 'int4', 594, { attention: 16, feedForward: 16, sharedExperts: 16, experts: 4.5 }],
    ['nvidia/Kimi-K2.6-NVFP4', 'nvfp4', 594, { attention: 16, sharedExperts: 16 }],
    // Their prediction layer has no tables of its own (mtp_use_dedicated_embeddings: false).
    ['nvidia/Qwen3.5-122B-A10B-NVFP4', 'nvfp4', 83.48, { attention: 16, states: 16, sharedExperts: 16 }],
    ['nvidia/Gemma-4-31B-IT-NVFP4', 'nvfp4', 32.63, { attention: 16 }],
    // Logs of vLLM state checkpoints of 20.42 and 21.82 GiB; the head has a format of its own, the prediction layer is left in 16 bits.
    ['nvidia/Qwen3.6-27B-NVFP4', 'nvfp4', 21.93, { attention: 8, outputHead: 4.5, predictionLayers: 16 }],
    ['nvidia/Qwen3.6-35B-A3B-NVFP4', 'nvfp4', 23.43, { attention: 8, outputHead: 4.5, predictionLayers: 16 }],
    [
      'nvidia/MiniMax-M3-NVFP4',
      'nvfp4',
      250.2,
      { feedForward: 8.25, attention: 8.25, sharedExperts: 8.25, experts: 4.5 },
    ],
    ['deepseek-ai/DeepSeek-V4-Flash', 'fp8-block', 162, { experts: 4.25 }],
    ['moonshotai/Kimi-K3', 'mxfp4', 1560, undefined],
    ['openai/gpt-oss-120b', 'mxfp4', 65.2, undefined],
    ['zai-org/GLM-5-FP8', 'fp8-block', 761, undefined],
    ['Qwen/Qwen3-235B-A22B-FP8', 'fp8-block', 236, undefined],
    ['deepseek-ai/DeepSeek-R1', 'fp8-block', 688.6, undefined],
  ])('%s: %s, %d GB', (name, format, gigabytes, bits) => {
    const model = from(name);
    expect(model.publishedPrecision?.name).toBe(format);
    const size = model.checkpointSize(Precision.of(format)).bytes / GB;
    expect(Math.abs(size / gigabytes - 1)).toBeLessThan(0.005);
    if (bits === undefined) expect(model.publishedBits).toBeUndefined();
    else expect(model.publishedBits).toMatchObject(bits);
  });

  test('another format has its own bits', () => {
    const model = from('moonshotai/Kimi-K2.5');
    expect(model.weightSize(Precision.BF16).bytes).toBe(2 * model.parameters);
    expect(model.weightSize(Precision.FP8).bytes / model.parameters).toBeLessThan(1.01);
  });

  test.each([
    ['model.layers.3.self_attn.q_proj', 'attention'],
    ['re:.*self_attn.*', 'attention'],
    ['*.attn.*', 'attention'],
    ['model.layers.0.linear_attn*', 'states'],
    ['backbone.layers.0.mixer.in_proj', 'states'],
    ['re:.*mlp\\.(gate|up|gate_up|down)_proj.*', 'feedForward'],
    ['model.layers.10.mlp.shared_experts*', 'sharedExperts'],
    ['*.mlp.shared_expert.*', 'sharedExperts'],
    ['layers.1.ffn.experts', 'experts'],
    ['model.layers.0.mlp.gate', undefined],
    ['model.layers.0.block_sparse_moe.gate', undefined],
    ['model.layers.3.mlp.gate.e_score_correction_bias', undefined],
    ['model.layers.0.mlp.shared_expert_gate', undefined],
    ['model.layers.0.self_attn.indexer.k_norm', undefined],
    ['model.visual.blocks.0.mlp.fc1', undefined],
    ['lm_head', 'outputHead'],
    ['language_model.lm_head', 'outputHead'],
    ['draft.lm_head', undefined],
    ['x'.repeat(1e6), undefined],
  ])('%# %s is of the part %s', (module, part) => {
    expect(partOf(module)).toBe(part);
  });
});

describe("Mistral's params.json", () => {
  const params = {
    dim: 4096,
    n_layers: 32,
    head_dim: 128,
    hidden_dim: 14336,
    n_heads: 32,
    n_kv_heads: 8,
    vocab_size: 32768,
    max_seq_len: 32768,
  };
  const from = (more: object) => ModelSpec.fromHuggingFaceConfig('m', { ...params, ...more });

  test('is read under the names of config.json', () => {
    const model = from({});
    expect(model.parameters).toBe(ModelSpec.MISTRAL_7B.parameters);
    expect(model.maxContextLength).toBe(32768);
    expect(from({ tied_embeddings: true }).parameters).toBe(model.parameters - 32768 * 4096);
    expect(from({ quantization: { qformat_weight: 'fp8_e4m3' } }).publishedPrecision).toBe(Precision.FP8);
  });

  test('with experts and latent attention it is a DeepSeek V3 whose router has no bias (Mistral Large 3)', () => {
    const latent = {
      q_lora_rank: 1536,
      kv_lora_rank: 512,
      qk_nope_head_dim: 128,
      qk_rope_head_dim: 64,
      v_head_dim: 128,
    };
    const moe = {
      num_experts: 128,
      num_experts_per_tok: 4,
      expert_hidden_dim: 4096,
      num_shared_experts: 1,
      first_k_dense_replace: 3,
      route_every_n: 1,
    };
    const model = from({ ...latent, moe });
    expect(model.latentAttention).toMatchObject({ keyValueRank: 512, queryRank: 1536, ropeHeadSize: 64 });
    expect(model.experts).toMatchObject({
      routed: 128,
      perToken: 4,
      intermediateSize: 4096,
      shared: 1,
      firstDenseLayers: 3,
    });
    expect(model.experts?.routerBias).toBeUndefined();
    const mixtral = from({ moe: { num_experts: 8, num_experts_per_tok: 2 } });
    expect(mixtral.experts).toMatchObject({ routed: 8, perToken: 2, intermediateSize: 14336 });
  });
});

describe('sizes that publishers state', () => {
  test('MiniMax-Text-01: 456 billion, a state in seven layers of eight', () => {
    const model = ModelSpec.fromHuggingFaceConfig('m', {
      model_type: 'minimax_text_01',
      ...{ hidden_size: 6144, num_hidden_layers: 80, num_attention_heads: 64, num_key_value_heads: 8, head_dim: 128 },
      ...{ intermediate_size: 9216, num_local_experts: 32, num_experts_per_tok: 2, vocab_size: 200064 },
      max_position_embeddings: 10240000,
      attn_type_list: Array.from({ length: 80 }, (_, i) => ((i + 1) % 8 === 0 ? 1 : 0)),
    });
    expect(model.parameters / 1e9).toBeCloseTo(456.1, 1);
    expect(model.stateBytesPerSequence(Precision.BF16)).toBe(70 * 64 * 128 * 128 * 2);
  });
});

describe('numbers that Python writes and JSON lacks', () => {
  const text = realConfig('Qwen/Qwen3-8B');
  const with_ = (more: string) => `${text.slice(0, -1)},${more}}`;

  test.each(['"time_step_limit":[0.0,Infinity]', '"a":-Infinity', '"b":NaN', '"c":"NaN \\" Infinity"'])(
    '%s is read',
    (more) => {
      expect(ModelSpec.fromHuggingFaceConfig('m', with_(more)).parameters).toBe(from('Qwen/Qwen3-8B').parameters);
    },
  );

  test.each(['NaN', 'Infinity', '-Infinity'])('%s is no number of layers', (value) => {
    const bad = text.replace(/"num_hidden_layers":\d+/, `"num_hidden_layers":${value}`);
    expect(idsOf(faultsThrown(() => ModelSpec.fromHuggingFaceConfig('m', bad)))).toEqual([
      'NOT_A_WHOLE_NUMBER num_hidden_layers',
    ]);
  });
});

describe('hostile files are answered', () => {
  const base = JSON.parse(realConfig('Qwen/Qwen3.5-27B')) as { text_config: { [key: string]: unknown } };
  const own = base.text_config;
  const cyclic: { [key: string]: unknown } = { ...own };
  cyclic.rope_parameters = cyclic;
  cyclic.text_config = cyclic;
  const deep = '['.repeat(200000) + ']'.repeat(200000);
  const long = 'x'.repeat(10e6);

  test.each<[string, unknown, string[] | undefined]>([
    ['cyclic values', cyclic, undefined],
    ['text nested deeply', `{"model_type":"llama","x":${deep}}`, undefined],
    ['a text of ten megabytes as family', JSON.stringify({ model_type: long }), ['UNKNOWN_VALUE model_type']],
    ['a text of ten megabytes with NaN', `{"x":NaN,"y":"${long}"}`, ['CONFIG_LACKS_VALUE model_type']],
    ['a text of twenty megabytes', `{"x":"${long}${long}"}`, ['INVALID_FORMAT']],
    [
      'prototypes',
      `{"__proto__":{"model_type":"llama"},"constructor":{"prototype":{}}}`,
      ['CONFIG_LACKS_VALUE model_type'],
    ],
    ['the family __proto__', { model_type: '__proto__' }, ['UNKNOWN_VALUE model_type']],
    ['the family constructor', { model_type: 'constructor' }, ['UNKNOWN_VALUE model_type']],
    ['a million layers', { ...own, num_hidden_layers: 1e6, layer_types: undefined }, ['OUT_OF_RANGE layers']],
    [
      'a list of a million layers',
      { ...own, layer_types: Array.from({ length: 1e6 }, () => 'x') },
      ['CONFLICTING_PROPERTIES layer_types'],
    ],
    ['too few layers listed', { ...own, layer_types: ['full_attention'] }, ['CONFLICTING_PROPERTIES layer_types']],
    [
      'layers of an unknown kind',
      { ...own, layer_types: Array.from({ length: 64 }, () => 'quantum') },
      ['UNKNOWN_LAYER_KIND layer_types'],
    ],
    ['no head of the states', { ...own, linear_num_value_heads: 0 }, undefined],
    [
      'half a head of the states',
      { ...own, linear_num_value_heads: 0.5 },
      ['NOT_A_WHOLE_NUMBER linear_num_value_heads'],
    ],
    [
      'a pattern of unknown letters',
      {
        model_type: 'nemotron_h',
        hybrid_override_pattern: 'MX*',
        hidden_size: 64,
        num_attention_heads: 1,
        vocab_size: 8,
        max_position_embeddings: 64,
        intermediate_size: 8,
      },
      ['UNKNOWN_LAYER_KIND hybrid_override_pattern'],
    ],
    [
      'a huge pattern',
      {
        model_type: 'nemotron_h',
        hybrid_override_pattern: 'M'.repeat(5e6),
        hidden_size: 64,
        num_attention_heads: 1,
        vocab_size: 8,
        max_position_embeddings: 64,
        intermediate_size: 8,
      },
      undefined,
    ],
    [
      'all layers sharing caches',
      { model_type: 'gemma4_text', num_kv_shared_layers: 30 },
      ['CONFLICTING_PROPERTIES num_kv_shared_layers'],
    ],
    [
      'no blocks',
      {
        model_type: 'nemotron-nas',
        hidden_size: 64,
        num_attention_heads: 1,
        vocab_size: 8,
        max_position_embeddings: 64,
        num_hidden_layers: 2,
        block_configs: [null, 7],
      },
      ['CONFIG_LACKS_VALUE block_configs[0]', 'CONFIG_LACKS_VALUE block_configs[1]'],
    ],
  ])('%s', (_, config, ids) => {
    let thrown: unknown;
    let model: ModelSpec | undefined;
    try {
      model = ModelSpec.fromHuggingFaceConfig('m', config);
    } catch (error) {
      thrown = error;
    }
    if (ids) expect(idsOf(faultsThrown(() => ModelSpec.fromHuggingFaceConfig('m', config)))).toEqual(ids);
    if (model) expect(Number.isFinite(model.parameters)).toBe(true);
    else expect((thrown as Error).constructor.name).toBe('UnscopedValidationError');
  });

  test('a window longer than the context is none', () => {
    const config = { ...(JSON.parse(realConfig('google/gemma-4-26B-A4B')) as { text_config: object }).text_config };
    const wide = ModelSpec.fromHuggingFaceConfig('m', { ...config, sliding_window: 1e9 });
    expect(wide._layers.kinds.every(({ attention }) => attention?.window === undefined)).toBe(true);
  });
});
