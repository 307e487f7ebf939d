import {
  CapacityPlanner,
  DataSize,
  GpuInstanceType,
  GpuNodeType,
  GpuType,
  InferenceEngine,
  ModelSpec,
  UnscopedValidationError,
} from '../../lib/planning';
import { realConfig } from '../catalog/real-configs';
import { idsOf } from '../support/faults';

const modelOf = (name: string) => ModelSpec.fromHuggingFaceConfig(name, realConfig(name));
const REFUSED = ['SPARSE_ATTENTION_NOT_SUPPORTED instanceType'];

/** vLLM finds "no valid attention backend" on such GPUs (vllm-project/vllm#54059, #31936), and ends. */
describe('sparse latent attention', () => {
  const nodeOf = (gpu: GpuType) =>
    GpuNodeType.custom({ name: 'own', gpu, gpuCount: 8, vcpus: 64, memory: DataSize.gib(1024) });
  const refused = (name: string, gpu: GpuType, engine?: InferenceEngine): string[] => {
    try {
      CapacityPlanner.plan({ model: modelOf(name), instanceType: nodeOf(gpu), engine });
      return [];
    } catch (error) {
      return idsOf((error as UnscopedValidationError).faults);
    }
  };
  const MODELS = ['deepseek-ai/DeepSeek-V3.2', 'deepseek-ai/DeepSeek-V4-Flash', 'zai-org/GLM-5-FP8', 'zai-org/GLM-5.3'];

  test.each(MODELS)('%s has no kernel on Ampere and Ada', (name) => {
    for (const gpu of [GpuType.A100_80GB, GpuType.L40S, GpuType.RTX_4090, GpuType.A10G])
      expect([gpu.name, ...refused(name, gpu)]).toEqual([gpu.name, ...REFUSED]);
    expect(refused(name, GpuType.JETSON_AGX_THOR_128GB)).toEqual(REFUSED);
  });

  test.each(MODELS)('%s has one on Hopper and Blackwell, on cards of Blackwell since vLLM 0.20', (name) => {
    for (const gpu of [GpuType.H100, GpuType.H200, GpuType.B200, GpuType.B300, GpuType.RTX_PRO_6000])
      expect([gpu.name, ...refused(name, gpu)]).toEqual([gpu.name]);
    expect(refused(name, GpuType.H100, InferenceEngine.VLLM)).toEqual([]);
    expect(refused(name, GpuType.RTX_PRO_6000, InferenceEngine.VLLM)).toEqual(REFUSED);
  });

  test('other engines, GPUs of AMD and attention to all tokens are not refused', () => {
    expect(refused(MODELS[0], GpuType.A100_80GB, InferenceEngine.SGLANG)).toEqual([]);
    expect(refused(MODELS[0], GpuType.MI300X)).toEqual([]);
    expect(refused('deepseek-ai/DeepSeek-V3', GpuType.A100_80GB)).toEqual([]);
  });

  test('a search and alternatives leave such GPUs out', () => {
    const model = modelOf('deepseek-ai/DeepSeek-V4-Flash');
    const known = (type: GpuNodeType) => [9, 10, 12].includes(Math.floor(type.gpu.computeCapability));
    const plans = CapacityPlanner.search({ model, limit: 1000 });
    expect(plans.length).toBeGreaterThan(0);
    expect(plans.every(({ instanceType }) => known(instanceType))).toBe(true);
    const { alternatives } = CapacityPlanner.plan({ model, instanceType: GpuInstanceType.P5_4XLARGE });
    expect(alternatives.length).toBeGreaterThan(0);
    expect(alternatives.every(({ instanceType }) => known(instanceType))).toBe(true);
  });
});
