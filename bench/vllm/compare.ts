import { readFileSync } from 'fs';
import * as path from 'path';
import {
  CapacityPlan,
  CapacityPlanner,
  DataSize,
  GpuInterconnect,
  GpuNodeType,
  GpuType,
  InferenceEngine,
  ModelSpec,
  Parallelism,
} from '../../lib/planning';
import { configurationOf, resolveLoad } from '../../lib/planning/configuration';
import { passTime } from '../../lib/planning/step-time';
import { table } from '../planner/report';

/** One model of measure.py: what the engine reports and takes. */
interface Measured {
  readonly name: string;
  readonly options: {
    readonly gpu_memory_utilization: number;
    readonly max_num_seqs: number;
    readonly max_num_batched_tokens: number;
  };
  readonly maxModelLen: number;
  readonly parameterBytes: number;
  readonly model_memory_usage: number;
  readonly requested_memory: number;
  readonly non_torch_memory: number;
  readonly peak_activation_memory: number;
  readonly cudagraph_memory_estimate: number;
  readonly available_kv_cache_memory_bytes: number;
  readonly graphsGiB?: number;
  readonly cacheTokens: number;
  readonly concurrency: number;
  readonly decode?: readonly { readonly batch: number; readonly context: number; readonly ms: number | number[] }[];
}
interface Results {
  readonly measured: string;
  readonly gpu: string;
  readonly vllm: string;
  readonly torch: string;
  readonly models: readonly Measured[];
}

const GIB = 2 ** 30;
const percent = (value: number) => `${value > 0 ? '+' : ''}${(100 * value).toFixed(1)} %`;
const gib = (bytes: number) => (bytes / GIB).toFixed(2);
const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

function hardwareOf(name: string): GpuNodeType {
  const gpu = GpuType.ALL.find((type) => new RegExp(`\\b${type.name}\\b`).test(name));
  if (!gpu) throw new Error(`no GPU of the catalog for '${name}'`);
  const interconnect = GpuInterconnect.NVSWITCH;
  return GpuNodeType.custom({ name: 'measured', gpu, gpuCount: 1, interconnect, vcpus: 16, memory: DataSize.gib(128) });
}

function modelOf(name: string): ModelSpec {
  const file = path.join(__dirname, 'configs', `${name}.json`);
  const { config } = JSON.parse(readFileSync(file, 'utf8')) as { config: object };
  return ModelSpec.fromHuggingFaceConfig(name, config);
}

/** The plan of what was measured, in the format that the config.json states. */
function planOf(model: ModelSpec, measured: Measured, instanceType: GpuNodeType): CapacityPlan {
  const { options } = measured;
  return CapacityPlanner.plan({
    model,
    instanceType,
    parallelism: Parallelism.of({ tensor: 1 }),
    contextLength: measured.maxModelLen,
    concurrency: 1,
    engine: InferenceEngine.DEFAULT,
    gpuMemoryUtilization: options.gpu_memory_utilization,
    maxBatchedTokens: options.max_num_batched_tokens,
    maxSequences: options.max_num_seqs,
  });
}

/** Prints what vLLM reported on a GPU beside the plan of the same: `npx tsx bench/vllm/compare.ts [FILE]`. */
function main(file: string): void {
  const results = JSON.parse(readFileSync(file, 'utf8')) as Results;
  const hardware = hardwareOf(results.gpu);
  const memory: string[][] = [];
  const decode: string[][] = [];
  const errors: { capacity: number[]; decode: number[] } = { capacity: [], decode: [] };
  for (const measured of results.models) {
    const model = modelOf(measured.name);
    const plan = planOf(model, measured, hardware);
    const { weights, activations, runtime } = plan.memoryPerGpu;
    const other = measured.requested_memory - measured.model_memory_usage - measured.available_kv_cache_memory_bytes;
    const capacity = plan.maxConcurrency / measured.concurrency - 1;
    errors.capacity.push(capacity);
    memory.push([
      measured.name,
      gib(measured.parameterBytes),
      gib(weights.bytes),
      percent(weights.bytes / measured.model_memory_usage - 1),
      gib(other),
      gib(activations.bytes + runtime.bytes),
      String(measured.cacheTokens),
      String(plan.kvCapacityTokens),
      measured.concurrency.toFixed(1),
      plan.maxConcurrency.toFixed(1),
      percent(capacity),
    ]);
    for (const { batch, context, ms } of measured.decode ?? []) {
      const load = resolveLoad({ model, contextLength: context, concurrency: batch, engine: InferenceEngine.DEFAULT });
      const { precision } = plan;
      const setup = configurationOf(load, { instanceType: hardware, precision }, Parallelism.of({ tensor: 1 }));
      const pass = { decoding: batch, cachedTokens: batch * context, prompts: 0, promptTokens: context };
      const planned = passTime(setup, pass).total * 1e3;
      const taken = Array.isArray(ms) ? Math.min(...ms) : ms;
      errors.decode.push(planned / taken - 1);
      decode.push([
        measured.name,
        `${batch} x ${context}`,
        taken.toFixed(2),
        planned.toFixed(2),
        percent(planned / taken - 1),
      ]);
    }
  }
  const absolute = errors.decode.map(Math.abs);
  console.log(
    [
      `vLLM ${results.vllm} on ${results.gpu}, PyTorch ${results.torch}, ${results.measured}`,
      '',
      table(
        'Memory (GiB) and capacity',
        'model|parameters|planned|error|other|planned|tokens|planned|sequences|planned|error'.split('|'),
        memory,
      ),
      table('Decode steps (ms)', ['model', 'batch x context', 'taken', 'planned', 'error'], decode),
      `capacity: ${errors.capacity.filter((e) => e > 0).length} above the engine's, ` +
        `${errors.capacity.filter((e) => e <= 0 && e >= -0.08).length} of ${errors.capacity.length} at most 8 % below`,
      `decode: median ${percent(median(absolute)).slice(1)}, ${absolute.filter((e) => e <= 0.2).length} of ${absolute.length} within 20 %`,
    ].join('\n'),
  );
}

main(process.argv[2] ?? path.join(__dirname, 'results-h200.json'));
