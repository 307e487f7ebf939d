import { DataSize, ModelSpec, Precision } from '../../lib/planning';
import { realConfig } from './real-configs';

const MIMO = {
  model_type: 'mimo',
  hidden_size: 4096,
  num_hidden_layers: 36,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  head_dim: 128,
  intermediate_size: 11008,
  vocab_size: 151680,
  max_position_embeddings: 32768,
  attention_bias: true,
  num_nextn_predict_layers: 1,
};
const QWEN_3_5 = {
  model_type: 'qwen3_5_text',
  hidden_size: 5120,
  num_hidden_layers: 64,
  num_attention_heads: 24,
  num_key_value_heads: 4,
  head_dim: 256,
  intermediate_size: 17408,
  vocab_size: 248320,
  max_position_embeddings: 262144,
  attn_output_gate: true,
  full_attention_interval: 4,
  linear_conv_kernel_dim: 4,
  linear_key_head_dim: 128,
  linear_num_key_heads: 16,
  linear_num_value_heads: 48,
  linear_value_head_dim: 128,
  mtp_num_hidden_layers: 1,
};
const more = (model: ModelSpec) => model.checkpointSize(Precision.BF16).bytes - model.weightSize(Precision.BF16).bytes;
/** The table of tokens and the head, in 16 bits. */
const tables = ({ vocab_size: rows, hidden_size: width }: typeof MIMO | typeof QWEN_3_5) => 2 * 2 * rows * width;

// Counted too large, a checkpoint of the stated size seemed to be of fewer bits, and its weights too small: a false fit.
test.each([
  ['of MiMo, whose prediction layer uses the tables of the model', MIMO, MIMO],
  ['of Qwen 3.5, whose file says so', { ...QWEN_3_5, mtp_use_dedicated_embeddings: false }, QWEN_3_5],
])('the checkpoint %s has them once', (_, file, { ...facts }) => {
  const model = ModelSpec.fromHuggingFaceConfig('m', file);
  expect(model.shape.predictionTables).toBe(false);
  const own = ModelSpec.dense({ name: 'own', shape: { ...model.shape, predictionTables: undefined } });
  expect(more(own) - more(model)).toBe(tables(facts));
  expect(DataSize.bytes(more(model)).gib).toBeLessThan(2);
});

test('where nothing is said, each prediction layer has tables of its own, as in DeepSeek V3', () => {
  expect(ModelSpec.fromHuggingFaceConfig('m', QWEN_3_5).shape).not.toHaveProperty('predictionTables');
  expect(more(ModelSpec.fromHuggingFaceConfig('m', QWEN_3_5))).toBeGreaterThan(tables(QWEN_3_5));
});

describe('Step 3.7 Flash', () => {
  // The shape of stepfun-ai/Step-3.7-Flash-FP8; files of 212.5 GB, experts alone in blocks of FP8, prediction layers of 17 tensors each (cards of
  // olka-fi/Step-3.7-Flash-MXFP4 and tcclaviger/Step-3.7-Flash-240REAP); an encoder of 1.8 billion parameters in 16 bits (stepfun-ai's README).
  const file = JSON.parse(realConfig('stepfun-ai/Step-3.7-Flash-FP8')) as { readonly [key: string]: unknown };
  const quantization = file.quantization_config as object;
  const wide = ['self_attn', 'mlp', 'share_expert'].flatMap((part) =>
    Array.from({ length: 45 }, (_, i) => `model.layers.${i}.${part}`),
  );
  const read = (modules_to_not_convert: string[]) =>
    ModelSpec.fromHuggingFaceConfig('step-3.7-flash', {
      ...file,
      quantization_config: { ...quantization, modules_to_not_convert },
    });

  test('the checkpoint has its published size within 2 %', () => {
    const model = read(wide);
    expect(model.parameters / 1e9).toBeCloseTo(196, 0);
    const files = model.checkpointSize(Precision.FP8_BLOCK).bytes + 2 * 1.8e9;
    expect(files / 212.5e9).toBeGreaterThan(0.98);
    expect(files / 212.5e9).toBeLessThan(1.02);
  });

  test('prediction layers have a dense block', () => {
    const model = read(wide);
    expect(model.shape.predictionExperts).toBe(false);
    const expert = { ...model.shape, predictionExperts: true };
    const other = ModelSpec.mixtureOfExperts({ name: 'm', shape: expert });
    const [experts, block] = [288 * 3 * 4096 * 1280, 3 * 4096 * 11264];
    expect((more(other) - more(model)) / 2 / 3 / (experts - block)).toBeCloseTo(1, 1);
  });
});
