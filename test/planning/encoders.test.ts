import { CapacityPlanner, GpuInstanceType, ModelSpec } from '../../lib/planning';
import { planWarnings } from '../../lib/planning/warnings';

const TEXT = {
  model_type: 'qwen3_vl_text',
  hidden_size: 2048,
  num_hidden_layers: 24,
  num_attention_heads: 16,
  num_key_value_heads: 8,
  intermediate_size: 6144,
  vocab_size: 151936,
  max_position_embeddings: 32768,
};
const warned = (file: object) => {
  const model = ModelSpec.fromHuggingFaceConfig('seeing', file);
  const plan = CapacityPlanner.plan({ model, instanceType: GpuInstanceType.P5_4XLARGE });
  return planWarnings(plan).some(({ id }) => id === 'ENCODER_NOT_COUNTED');
};

// Qwen3-VL-30B-A3B on one GPU of 79.1 GiB: planned with 126,208 tokens, where the engine had 87,840 and refused 100,000.
test('a model that reads images is planned without its encoder, and says so', () => {
  expect(warned({ model_type: 'qwen3_vl', text_config: TEXT, vision_config: { depth: 24 } })).toBe(true);
  expect(warned({ model_type: 'qwen3_vl', text_config: TEXT })).toBe(false);
  expect(warned({ model_type: 'qwen3_vl', text_config: TEXT, vision_config: null })).toBe(false);
});
