import { CapacityPlan, CapacityPlanner, GpuInstanceType, InferenceEngine, ModelSpec } from '../../lib/planning';
import { loadOf } from '../../lib/serving/model/locked-plan';
import { VllmVersion } from '../../lib/serving/vllm/vllm-version';
import { faultsThrown, idsOf } from '../support/faults';

const LOAD = { model: ModelSpec.LLAMA_3_1_8B, instanceType: GpuInstanceType.P3DN_24XLARGE };
const vllm = (version: string) => InferenceEngine.vllm(version);

describe('V100', () => {
  test.each<[string, InferenceEngine | undefined]>([
    ['the default engine', undefined],
    ['the first version without code for it', vllm('0.20.0')],
    ['a version that is newer than the table', vllm('0.99.0')],
    ['a range of versions of which none has it', InferenceEngine.VLLM_0_21],
    ['the newest range', InferenceEngine.VLLM_0_28],
  ])('is refused for %s', (_, engine) => {
    expect(idsOf(faultsThrown(() => CapacityPlanner.plan({ ...LOAD, engine })))).toEqual([
      'GPU_TOO_OLD_FOR_ENGINE engine',
    ]);
  });

  test.each<[string, InferenceEngine]>([
    ['the last version that has code for it', vllm('0.19.1')],
    ['a version before the table', vllm('0.5.5')],
    ['a range of versions of which one has it', InferenceEngine.VLLM],
    ['an engine of which nothing is known', InferenceEngine.SGLANG],
  ])('is planned for %s', (_, engine) => {
    expect(CapacityPlanner.plan({ ...LOAD, engine }).fits).toBe(true);
  });

  test('of a server is for its image to judge, in a lock too', () => {
    const made = CapacityPlanner.plan({ ...LOAD, engine: new VllmVersion('0.24.0').engine });
    expect(made.fits).toBe(true);
    const locked = CapacityPlan.fromJson(made.toJson());
    expect(locked.engine.name).toBe('vllm-0.24.0');
    expect(CapacityPlanner.plan({ ...loadOf(locked), instanceType: LOAD.instanceType }).fits).toBe(true);
  });
});

test('Turing is planned for every version', () => {
  const instanceType = GpuInstanceType.G4DN_12XLARGE;
  for (const engine of [undefined, vllm('0.33.0'), InferenceEngine.VLLM_0_28])
    expect(CapacityPlanner.plan({ ...LOAD, instanceType, engine }).fits).toBe(true);
});
