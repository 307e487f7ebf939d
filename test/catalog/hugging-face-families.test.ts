import { ModelSpec } from '../../lib/planning';

const GEMMA_3 = { model_type: 'gemma3', vision_config: { hidden_size: 1152 } };
const PHI = {
  num_attention_heads: 32,
  num_hidden_layers: 32,
  max_position_embeddings: 2048,
  tie_word_embeddings: false,
};

/** Files as they are on the hub (what counts of them), and the parameters of the language part as the weights' headers have them. */
const FAMILIES: [string, { [key: string]: unknown }, number][] = [
  [
    'Gemma 3 4B, whose file leaves out heads, vocabulary and context',
    {
      ...GEMMA_3,
      text_config: {
        model_type: 'gemma3_text',
        hidden_size: 2560,
        intermediate_size: 10240,
        num_hidden_layers: 34,
        rope_scaling: { factor: 8, rope_type: 'linear' },
        sliding_window: 1024,
      },
    },
    3880263168,
  ],
  [
    'Gemma 3 27B',
    {
      ...GEMMA_3,
      text_config: {
        model_type: 'gemma3_text',
        head_dim: 128,
        hidden_size: 5376,
        intermediate_size: 21504,
        num_attention_heads: 32,
        num_hidden_layers: 62,
        num_key_value_heads: 16,
        sliding_window: 1024,
      },
    },
    27009346304,
  ],
  ['Phi-2', { ...PHI, model_type: 'phi', hidden_size: 2560, intermediate_size: 10240, vocab_size: 51200 }, 2779683840],
  [
    'Phi-3.5-MoE',
    {
      ...PHI,
      model_type: 'phimoe',
      attention_bias: true,
      hidden_size: 4096,
      intermediate_size: 6400,
      num_key_value_heads: 8,
      num_local_experts: 16,
      num_experts_per_tok: 2,
      vocab_size: 32064,
      max_position_embeddings: 131072,
    },
    41873153344,
  ],
];

describe('families of config.json that say little', () => {
  test.each(FAMILIES)('%s', (_, config, published) => {
    const { parameters } = ModelSpec.fromHuggingFaceConfig('mine', config);
    expect(Math.abs(parameters / published - 1)).toBeLessThan(3e-5);
  });

  test('a default is taken for null too, and never for what is stated', () => {
    const [, config, published] = FAMILIES[0];
    const text = config.text_config as { [key: string]: unknown };
    const small = ModelSpec.fromHuggingFaceConfig('mine', { ...config, text_config: { ...text, head_dim: null } });
    expect(small.parameters).toBe(published);
    expect(small.maxContextLength).toBe(131072);
    expect(small.shape.slidingWindow).toEqual({ tokens: 1024, layers: 29 });
    const other = ModelSpec.fromHuggingFaceConfig('mine', { ...config, text_config: { ...text, head_dim: 128 } });
    expect(other.parameters).toBeLessThan(published);
  });

  test.each([
    ['mistral', 8],
    ['mixtral', 8],
    ['gemma2', 4],
    ['llama', 32],
    ['phi3', 32],
  ])('key-value heads that a %s file leaves out are those of its class', (type, heads) => {
    const config = { ...PHI, model_type: type, hidden_size: 4096, intermediate_size: 14336, vocab_size: 32000 };
    expect(ModelSpec.fromHuggingFaceConfig('mine', config).keyValueHeads).toBe(heads);
    const every = { ...config, num_key_value_heads: null };
    expect(ModelSpec.fromHuggingFaceConfig('mine', every).keyValueHeads).toBe(32);
  });

  test.each([
    ['linear, deepseek-coder-6.7b', 'llama', 16384, { factor: 4, type: 'linear' }, 65536],
    [
      'yarn, Qwen2.5 with 128K',
      'qwen2',
      32768,
      { factor: 4, type: 'yarn', original_max_position_embeddings: 32768 },
      131072,
    ],
    [
      'yarn in the positions already',
      'llama',
      163840,
      { factor: 40, rope_type: 'yarn', original_max_position_embeddings: 4096 },
      163840,
    ],
    ['llama3', 'llama', 131072, { factor: 8, rope_type: 'llama3', original_max_position_embeddings: 8192 }, 131072],
    ['longrope', 'phi3', 131072, { type: 'longrope', short_factor: [1], long_factor: [1] }, 131072],
    ['a factor that is none', 'llama', 4096, { factor: 'NaN', type: 'linear' }, 4096],
  ])('the context after rotary scaling: %s', (_, type, positions, scaling, context) => {
    const config = { ...PHI, model_type: type, hidden_size: 4096, intermediate_size: 14336, vocab_size: 32000 };
    const own = { ...config, max_position_embeddings: positions, num_key_value_heads: 8 };
    expect(ModelSpec.fromHuggingFaceConfig('mine', { ...own, rope_scaling: scaling }).maxContextLength).toBe(context);
    expect(ModelSpec.fromHuggingFaceConfig('mine', { ...own, rope_parameters: scaling }).maxContextLength).toBe(
      context,
    );
  });

  test('rotary scaling of Gemma 3 is in its positions', () => {
    expect(ModelSpec.fromHuggingFaceConfig('mine', FAMILIES[0][1]).maxContextLength).toBe(131072);
  });

  test('a file without a type is refused as that', () => {
    const other = { producer: { name: 'modelopt' }, quantization: { quant_algo: 'NVFP4' } };
    expect(() => ModelSpec.fromHuggingFaceConfig('mine', other)).toThrow(
      "model 'mine': config.json has no 'model_type'",
    );
  });

  test.each(['constructor', 'toString', '__proto__'])("a type named '%s' is not a family", (type) => {
    const text = { ...(FAMILIES[2][1] as object), model_type: type };
    expect(() => ModelSpec.fromHuggingFaceConfig('mine', text)).toThrow(/unknown model_type/);
  });
});
