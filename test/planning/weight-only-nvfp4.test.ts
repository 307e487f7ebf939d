import {
  CapacityPlanner,
  CapacityRequest,
  GpuInstanceType,
  GpuNodeType,
  InferenceEngine,
  ModelSpec,
  Precision,
} from '../../lib/planning';
import { planVersionFaults } from '../../lib/planning/version-fit';
import { nvfp4Faults } from '../../lib/planning/weight-only-nvfp4';
import { VllmVersion } from '../../lib/serving/vllm/vllm-version';
import { realConfig } from '../catalog/real-configs';
import { faultsThrown, idsOf, reasonsOf } from '../support/faults';

const { G4DN_XLARGE, G5_XLARGE, P4DE_24XLARGE, P5_48XLARGE, P6_B200_48XLARGE, P3DN_24XLARGE } = GpuInstanceType;
const { NVFP4, INT4, BF16, FP16 } = Precision;
const VERSION = (version: string) => InferenceEngine.vllm(version);

const plan = (instanceType: GpuNodeType, request: Partial<CapacityRequest> = {}) =>
  CapacityPlanner.plan({
    ...{ model: ModelSpec.LLAMA_3_1_8B, instanceType, precision: NVFP4, contextLength: 2048, concurrency: 1 },
    ...request,
  });

describe('weights in NVFP4 on GPUs that do not compute in it', () => {
  test.each<[string, InferenceEngine, GpuNodeType, boolean]>([
    ['8.5 has no Marlin for it', VERSION('0.8.5'), P5_48XLARGE, false],
    ['on Hopper', VERSION('0.9.0'), P5_48XLARGE, true],
    ['on Ampere', VERSION('0.9.0'), G5_XLARGE, true],
    ['on Ampere', VERSION('0.24.0'), P4DE_24XLARGE, true],
    ['on Turing', VERSION('0.15.1'), G4DN_XLARGE, false],
    ['on Turing', VERSION('0.16.0'), G4DN_XLARGE, true],
    ['on Turing, in a range whose last has it', InferenceEngine.VLLM, G4DN_XLARGE, true],
    ['SGLang', InferenceEngine.SGLANG, P5_48XLARGE, false],
    ['TensorRT-LLM', InferenceEngine.TENSORRT_LLM, P5_48XLARGE, false],
    ['TensorRT-LLM on Blackwell', InferenceEngine.TENSORRT_LLM, P6_B200_48XLARGE, true],
    ['0.8.5 on Blackwell', VERSION('0.8.5'), P6_B200_48XLARGE, true],
  ])('%s: %s on %s: %s', (_, engine, instanceType, runs) => {
    const made = () => plan(instanceType, { engine });
    if (runs) expect(made().fits).toBe(true);
    else expect(idsOf(faultsThrown(made))).toEqual(['ENGINE_LACKS_PRECISION precision']);
  });

  test('before Turing no engine has them', () => {
    expect(idsOf(faultsThrown(() => plan(P3DN_24XLARGE, { engine: VERSION('0.19.1') })))).toEqual([
      'PRECISION_NOT_SUPPORTED precision',
    ]);
  });

  test('nor is a version named there', () => {
    const [{ id, reason }] = nvfp4Faults(VERSION('0.24.0'), P3DN_24XLARGE, NVFP4);
    expect(id).toBe('ENGINE_LACKS_PRECISION');
    expect(reason).toBe(
      'vllm-0.24.0 runs nvfp4 from compute capability 7.5 on, but V100-32GB (p3dn.24xlarge) has 7.0; use int4 or 16 bits',
    );
  });

  test('the sentence names the version that has a kernel for the GPU', () => {
    const reasons = (version: string, type: GpuNodeType) =>
      reasonsOf(faultsThrown(() => plan(type, { engine: VERSION(version) })));
    expect(reasons('0.15.1', G4DN_XLARGE)).toEqual([
      'vllm-0.15.1 runs nvfp4 from compute capability 8.0 on, but T4 (g4dn.xlarge) has 7.5; vLLM since 0.16.0 keeps weights alone in it there: use that, int4 or ' +
        '16 bits',
    ]);
    expect(reasons('0.8.5', P5_48XLARGE)[0]).toMatch(/from compute capability 10.0 on, but H100 .*since 0.9.0 keeps/);
  });

  test('they are as large as on Blackwell, and computed in 16 bits by the kernels of other weights of 4 bits', () => {
    const [hopper, blackwell] = [plan(P5_48XLARGE), plan(P6_B200_48XLARGE)];
    expect(hopper.memoryPerGpu.weights.bytes).toBe(blackwell.memoryPerGpu.weights.bytes);
    const prompt = (precision: Precision) => plan(P5_48XLARGE, { precision, inputTokens: 1500 }).timeToFirstTokenMs;
    expect(prompt(NVFP4) / prompt(INT4)).toBeCloseTo(1, 1);
    expect(prompt(NVFP4)).toBeGreaterThan(prompt(BF16));
    expect(plan(P5_48XLARGE).decodeLatencyMs).toBeLessThan(plan(P5_48XLARGE, { precision: BF16 }).decodeLatencyMs);
  });

  test('experts have no inputs in 4 bits there', () => {
    const experts = { model: ModelSpec.QWEN_3_30B_A3B };
    const activations = (type: GpuNodeType) => plan(type, experts).memoryPerGpu.activations.bytes;
    expect(activations(P5_48XLARGE)).toBeLessThan(activations(P6_B200_48XLARGE));
  });

  test('what is published in it is planned in it, unless the engine has no kernel', () => {
    const model = ModelSpec.fromHuggingFaceConfig('qwen3.6-27b', realConfig('nvidia/Qwen3.6-27B-NVFP4'));
    const precision = (engine: InferenceEngine) => plan(P5_48XLARGE, { model, precision: undefined, engine }).precision;
    expect(precision(VERSION('0.24.0'))).toBe(NVFP4);
    expect(precision(InferenceEngine.SGLANG)).toBe(BF16);
    expect(plan(P3DN_24XLARGE, { model, precision: undefined, engine: VERSION('0.19.1') }).precision).toBe(FP16);
  });

  test('a plan of a later version is refused where the server has an earlier one', () => {
    const faults = (version: string) => idsOf(planVersionFaults(plan(G4DN_XLARGE), new VllmVersion(version)));
    expect(faults('0.15.1')).toEqual(['ENGINE_LACKS_PRECISION precision']);
    expect(faults('0.16.0')).toEqual([]);
  });

  test('it is no way out where int4 is one', () => {
    const { alternatives } = plan(G5_XLARGE, { model: ModelSpec.LLAMA_3_1_70B, precision: BF16 });
    expect(alternatives.filter(({ change }) => /nvfp4/.test(change))).toEqual([]);
  });
});
