import {
  CapacityPlanner,
  CapacityRequest,
  GpuInstanceType,
  InferenceEngine,
  ModelSpec,
  Parallelism,
  Precision,
} from '../../lib/planning';
import { blocksPerSequence, cacheLayout, poolOf } from '../../lib/planning/cache-pool';
import { resolveLoad, configurationOf } from '../../lib/planning/configuration';
import { stagesOf } from '../../lib/planning/stages';
import { realConfig } from '../catalog/real-configs';

const GIB = 2 ** 30;
const from = (name: string) => ModelSpec.fromHuggingFaceConfig(name, realConfig(name));
const QWEN_27B = from('Qwen/Qwen3.5-27B');
const QWEN_35B = from('Qwen/Qwen3.5-35B-A3B');

function poolFor(request: Omit<CapacityRequest, 'instanceType'>) {
  const { parallelism = Parallelism.NONE, precision = Precision.BF16 } = request;
  const instanceType = GpuInstanceType.P5_48XLARGE;
  const made = configurationOf(resolveLoad({ ...request }), { instanceType, precision }, parallelism);
  const layout = cacheLayout(made);
  const pool = poolOf(layout, stagesOf(made)[0]);
  return { ...layout, ...pool, perSequence: blocksPerSequence(made, layout, pool) };
}

describe('logs of vLLM for layers with a state', () => {
  test('Qwen3.5-27B: 290,864 tokens and 33.04 sequences of 32,768 (vllm-project/vllm#40691, 0.19.0)', () => {
    const { blockTokens, groupCount, perSequence } = poolFor({ model: QWEN_27B, contextLength: 32768 });
    // It stated blocks / groups × tokens of a block: 371 of 784 tokens, of 1484 to 1487 blocks.
    expect(blockTokens).toBe(784);
    expect(290864 / blockTokens).toBe(371);
    expect(((371 * groupCount + 3) / perSequence).toFixed(2)).toBe('33.04');
  });

  test('Qwen3.8-27B: blocks of 1568 tokens in FP8, whose pages are 0.13 % larger than a state (noonghunna/club-3090#1047)', () => {
    const pool = poolFor({ model: QWEN_27B, contextLength: 32768, kvCachePrecision: Precision.FP8 });
    expect(pool.blockTokens).toBe(1568);
    const state = pool.perSequenceState / 48;
    expect((100 * (pool.page / state - 1)).toFixed(2)).toBe('0.13');
  });

  test('Qwen3.6-35B-A3B: 567,978 tokens of 131,072 in 5.98 GiB, with a second state for the prefix cache (noonghunna/club-3090#612, 0.24.0)', () => {
    const pool = poolFor({
      model: QWEN_35B,
      contextLength: 131072,
      kvCachePrecision: Precision.FP8,
      engine: InferenceEngine.VLLM_0_28,
    });
    const blocks = Math.floor((5.98 * GIB) / pool.blockBytes);
    expect(Math.abs((blocks / pool.perSequence) * 131072 - 567978)).toBeLessThan(10);
  });

  // Two head sizes: a token of the windowed layers takes twice the room of one of the others, whose blocks are twice as long.
  test.each([
    [65536, '12.04'],
    [32768, '9.54'],
    [8192, '6.89'],
  ])('Gemma-4-31B: a sequence of %d needs %s GiB (giantswarm/model-manager#149)', (contextLength, needed) => {
    const model = from('nvidia/Gemma-4-31B-IT-NVFP4');
    const pool = poolFor({ model, contextLength, maxBatchedTokens: 8192 });
    expect(((pool.perSequence * pool.blockBytes) / GIB).toFixed(2)).toBe(needed);
  });

  test('Gemma-4-31B: with 7.25 GiB left on an L40S, 32k is refused as the engine did, and 8k is not', () => {
    const plan = (contextLength: number) =>
      CapacityPlanner.plan({
        model: from('nvidia/Gemma-4-31B-IT-NVFP4'),
        instanceType: GpuInstanceType.G6E_XLARGE,
        engine: InferenceEngine.VLLM_0_21,
        precision: Precision.FP8,
        contextLength,
        concurrency: 1,
        maxSequences: 16,
        maxBatchedTokens: 8192,
        gpuMemoryUtilization: 0.92,
      }).memoryPerGpu.kvCache.gib;
    expect(plan(32768)).toBeGreaterThan(7.25);
    expect(plan(8192)).toBeLessThan(7.25);
  });

  test('Nemotron 3 Super on two GPUs: blocks of 4160 tokens, six groups of eight layers', () => {
    const model = from('nvidia/NVIDIA-Nemotron-3-Super-120B-A12B-FP8');
    const pool = poolFor({ model, contextLength: 32768, parallelism: Parallelism.of({ tensor: 2 }) });
    expect(pool).toMatchObject({ blockTokens: 4160, groupCount: 6, pooledLayers: 48 });
  });

  // `max_num_seqs (N) exceeds available Mamba cache blocks (M)`.
  test.each<[string, string, Precision, number, number, number, number]>([
    ['vllm-project/recipes#551: one H100', 'Qwen/Qwen3.5-27B', Precision.FP8_BLOCK, 1, 0.95, 1024, 856],
    [
      'NVIDIA-AI-Blueprints/retail-shopping-assistant#95: two H100',
      'nvidia/NVIDIA-Nemotron-3-Super-120B-A12B-FP8',
      Precision.FP8,
      2,
      0.9,
      1024,
      524,
    ],
  ])('%s: %s refuses as many sequences as the engine did', (_, name, precision, tensor, utilization, asked, blocks) => {
    const plan = (maxSequences: number) =>
      CapacityPlanner.plan({
        model: from(name),
        instanceType: GpuInstanceType.P5_48XLARGE,
        engine: InferenceEngine.VLLM_0_21,
        precision,
        parallelism: Parallelism.of({ tensor }),
        gpuMemoryUtilization: utilization,
        concurrency: 1,
        maxSequences,
      });
    expect(plan(asked).fits).toBe(false);
    expect(plan(blocks + 1).fits).toBe(false);
    expect(plan(Math.floor(blocks / 4)).fits).toBe(true);
  });
});
