import {
  CapacityPlan,
  CapacityPlanner,
  DataSize,
  GpuInstanceType,
  GpuInterconnect,
  GpuNodeType,
  GpuType,
  ModelSpec,
  Parallelism,
  Precision,
} from '../../lib/planning';
import { realConfig } from '../catalog/real-configs';

const K3 = ModelSpec.fromHuggingFaceConfig('kimi-k3', realConfig('moonshotai/Kimi-K3'));
const degrees = (plans: CapacityPlan[]) => plans.map(({ parallelism }) => String(parallelism));

describe('tensor and pipeline parallelism at one price', () => {
  const candidates = [{ instanceType: GpuInstanceType.G6E_12XLARGE }];

  test.each([
    ModelSpec.QWEN_3_32B,
    ModelSpec.MIXTRAL_8X7B,
    ModelSpec.GLM_4_5_AIR,
    ModelSpec.LLAMA_4_SCOUT,
    ModelSpec.DEEPSEEK_V2,
  ])('tensor comes first where people wait: $name', (model) => {
    const plans = CapacityPlanner.search({ model, limit: 1000 });
    const good = plans.filter((plan) => plan.decodeLatencyMs <= 100 && plan.timeToFirstTokenMs <= 2000);
    for (const [i, plan] of good.entries()) {
      const later = good
        .slice(i + 1)
        .filter(
          (other) => other.instanceType.name === plan.instanceType.name && other.precision.name === plan.precision.name,
        );
      for (const other of later) expect(other.parallelism.pipeline).toBeGreaterThanOrEqual(plan.parallelism.pipeline);
    }
    expect(good.some(({ parallelism }) => parallelism.pipeline > 1)).toBe(true);
  });

  test('over PCI Express pipelines come first where nobody waits', () => {
    const request = { model: ModelSpec.LLAMA_3_1_70B, candidates, limit: 1, precisions: [Precision.BF16] };
    expect(degrees(CapacityPlanner.search(request))).toEqual(['tensor 4']);
    const batch = CapacityPlanner.search({ ...request, targets: { minOutputTokensPerSecond: 1 } });
    expect(degrees(batch)).toEqual(['tensor 1, pipeline 4']);
  });
});

describe('experts that are spread', () => {
  const node = (gpu: GpuType) =>
    GpuNodeType.custom({
      ...{ name: 'hgx', gpu, gpuCount: 8, vcpus: 192, memory: DataSize.gib(2048) },
      interconnect: GpuInterconnect.NVSWITCH,
    });

  test('are tried for Kimi K3 beside those that are cut', () => {
    const candidates = [{ instanceType: node(GpuType.B300) }];
    const plans = CapacityPlanner.search({ model: K3, candidates });
    expect(degrees(plans)).toEqual(['tensor 8', 'tensor 8, expert 8', 'tensor 4, data 2, expert 8']);
    expect(plans[1].decodeLatencyMs).toBeLessThan(plans[0].decodeLatencyMs);
  });

  test('are chosen where they alone are fast enough', () => {
    const [cut, spread] = CapacityPlanner.search({ model: K3, candidates: [{ instanceType: node(GpuType.B300) }] });
    const maxTimePerOutputTokenMs = (cut.decodeLatencyMs + spread.decodeLatencyMs) / 2;
    const [best] = CapacityPlanner.search({
      ...{ model: K3, candidates: [{ instanceType: node(GpuType.B300) }] },
      targets: { maxTimePerOutputTokenMs },
    });
    expect(String(best.parallelism)).toBe('tensor 8, expert 8');
  });

  test('are chosen where experts cannot be cut into whole groups', () => {
    // 1152 / 8 = 144 is no multiple of the groups of 32.
    const shape = { ...K3.shape, experts: { ...K3.experts!, intermediateSize: 1152 } };
    const model = ModelSpec.mixtureOfExperts({ name: 'narrow', shape, publishedPrecision: Precision.INT4 });
    const plan = CapacityPlanner.plan({ model, instanceType: node(GpuType.H200) });
    expect(plan.parallelism).toMatchObject({ expert: plan.parallelism.tensor });
    expect(plan.parallelism.expert).toBeGreaterThan(1);
  });

  test('a plan takes them only where nothing simpler fits', () => {
    expect(CapacityPlanner.plan({ model: K3, instanceType: node(GpuType.B300) }).parallelism).toMatchObject(
      Parallelism.of({ tensor: 8 }),
    );
  });
});
