import { configurationOf, resolveLoad } from '../../lib/planning/configuration';
import { besideParameters } from '../../lib/planning/stage-weights';
import { stagesOf } from '../../lib/planning/stages';
import {
  CapacityPlan,
  CapacityPlanner,
  GpuInstanceType,
  MediaInput,
  ModelSpec,
  Parallelism,
  Precision,
} from '../../lib/planning';
import { VllmVersion } from '../../lib/serving/vllm/vllm-version';
import { MODEL_NAMES, Measured, measuredResults } from './measured';

const version = process.env.ENGINE_VERSION as string;
const { engine } = new VllmVersion(version);
const results = measuredResults();

const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);

function planOf(name: string, { config, options, media }: Measured, maxSequences = options.max_num_seqs): CapacityPlan {
  return CapacityPlanner.plan({
    model: ModelSpec.fromHuggingFaceConfig(name, config),
    instanceType: GpuInstanceType.P5_4XLARGE,
    precision: Precision.BF16,
    parallelism: Parallelism.NONE,
    engine,
    contextLength: options.max_model_len,
    // A step has a token for each sequence; as many as there are blocks are planned only to be counted.
    maxBatchedTokens: Math.max(options.max_num_batched_tokens, maxSequences),
    maxSequences,
    concurrency: 1,
    // Other models that read images are loaded without what does (`limit_mm_per_prompt` of 0).
    mediaInput: media ? MediaInput.ALL : MediaInput.NONE,
  });
}

test('the engine is the one that the environment pins, and loaded every model', () => {
  expect(results.versions).toMatchObject({ vllm: version, transformers: process.env.ENGINE_TRANSFORMERS });
  expect(Object.keys(results.models)).toEqual(MODEL_NAMES);
  const refused = Object.entries(results.models).filter(([, { error }]) => error !== undefined);
  expect(refused.map(([name, { error }]) => `${name}: ${error}`)).toEqual([]);
});

describe.each(MODEL_NAMES)('%s', (name) => {
  const engine = results.models[name];

  test('bytes of weights', () => {
    const plan = planOf(name, engine);
    const { model, contextLength, mediaInput, instanceType, precision, parallelism } = plan;
    const load = resolveLoad({ model, contextLength, mediaInput, engine: plan.engine });
    const configuration = configurationOf(load, { instanceType, precision }, parallelism);
    const beside = besideParameters(configuration, stagesOf(configuration)[0]);
    expect(plan.memoryPerGpu.weights.bytes - beside).toBe(engine.parameterBytes);
  });

  test('bytes of cache per token', () => {
    const perToken = sum(engine.cache.map(({ layers, bytesPerToken = 0 }) => layers * bytesPerToken));
    expect(planOf(name, engine).kvBytesPerTokenPerGpu).toBe(perToken);
  });

  test('bytes of states per sequence', () => {
    const states = sum(engine.cache.map(({ layers, stateBytes = 0 }) => layers * stateBytes));
    expect(planOf(name, engine).model.stateBytesPerSequence(Precision.BF16)).toBe(states);
  });

  test('bytes of cache of a whole sequence, and sequences in the memory for the cache', () => {
    const sequence = planOf(name, engine, 1).memoryPerGpu.kvCache.bytes;
    expect(sequence).toBe(engine.sequenceBytes);
    expect(Math.floor(engine.options.kv_cache_memory_bytes / sequence)).toBe(Math.floor(engine.sequences));
  });

  test('`max_num_seqs` that the engine refuses', () => {
    const fits = (sequences: number) =>
      planOf(name, engine, sequences).memoryPerGpu.kvCache.bytes <= engine.options.kv_cache_memory_bytes;
    expect({ blocks: fits(engine.blocks), more: fits(engine.blocks + 1) }).toEqual({
      blocks: !engine.refusesAsManySequencesAsBlocks,
      more: !engine.refusesMoreSequencesThanBlocks,
    });
  });
});

test('another model is seen: a layer more is more bytes of each kind', () => {
  const engine = results.models.llama;
  const longer = planOf('llama', { ...engine, config: { ...engine.config, num_hidden_layers: 4 } });
  expect(longer.memoryPerGpu.weights.bytes).toBeGreaterThan(engine.parameterBytes);
  expect(longer.memoryPerGpu.kvCache.bytes).toBeGreaterThan(engine.sequenceBytes);
});
