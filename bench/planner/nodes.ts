import { readFileSync } from 'fs';
import * as path from 'path';
import {
  CapacityPlanner,
  DataSize,
  GpuInterconnect,
  GpuNodeType,
  GpuType,
  InferenceEngine,
  ModelSpec,
  Parallelism,
  Precision,
} from '../../lib/planning';
import { configurationOf, resolveLoad } from '../../lib/planning/configuration';
import { estimate } from '../../lib/planning/serving-estimate';
import { passTime } from '../../lib/planning/step-time';
import { table } from './report';

/** A published run, and what the planner says of it. */
export interface NodesPoint {
  readonly source: string;
  readonly model: string;
  readonly gpu: string;
  readonly engine: string;
  readonly parallelism: Parallelism;
  readonly batch: number;
  readonly lengths: string;
  readonly metric: string;
  readonly split: string;
  readonly note: string;
  readonly measured: number;
  readonly planned: number;
  /** Planned / measured - 1; of rates and sizes too. */
  readonly error: number;
  readonly nodes: number;
}

/** Tokens of prompts on each GPU in the published measurements of prompts alone. */
const PROMPT_TOKENS = 16384;
const GPUS_PER_NODE = 8;

function nodeOf(gpu: GpuType): GpuNodeType {
  return GpuNodeType.custom({
    ...{
      name: `bench-${gpu.name.toLowerCase()}`,
      gpu,
      gpuCount: GPUS_PER_NODE,
      vcpus: 192,
      memory: DataSize.gib(2048),
    },
    ...{ interconnect: GpuInterconnect.NVSWITCH, networkBandwidthGbps: 3200, rdma: true },
  });
}

/** The published runs over several nodes and with data-parallel attention. */
export function nodesPoints(file = path.join(__dirname, 'nodes.csv')): NodesPoint[] {
  const [head, ...lines] = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  const names = head.split(',');
  return lines.map((line) => pointOf(Object.fromEntries(line.split(',').map((cell, i) => [names[i], cell]))));
}

function pointOf(row: { [name: string]: string }): NodesPoint {
  const number = (name: string) => Number(row[name]);
  const [tensor, pipeline, data, expert] = ['tp', 'pp', 'dp', 'ep'].map(number);
  const parallelism = Parallelism.of({ tensor, pipeline, data, expert });
  const instanceType = nodeOf(GpuType.of(row.gpu));
  const [inputTokens, outputTokens, concurrency] = ['in_len', 'out_len', 'batch'].map(number);
  const request = {
    ...{ model: ModelSpec.ALL.find(({ name }) => name === row.model) as ModelSpec, instanceType, parallelism },
    ...{ precision: Precision.of(row.precision), engine: InferenceEngine.of(row.engine), concurrency },
    ...{ inputTokens, outputTokens, contextLength: inputTokens + outputTokens },
    ...settingsOf(row.settings),
  };
  const planned = plannedOf(row.metric, request);
  return {
    ...{ source: row.source, model: row.model, gpu: row.gpu, engine: row.engine, parallelism, metric: row.metric },
    ...{ batch: concurrency, lengths: `${inputTokens}/${outputTokens}`, split: row.split, note: row.note },
    ...{ measured: number('value'), planned, error: planned / number('value') - 1 },
    nodes: Math.ceil(parallelism.gpusPerReplica / GPUS_PER_NODE),
  };
}

/** Settings of the engine as its flags name them. */
function settingsOf(text: string) {
  const pairs = new Map(text.split(' ').map((pair) => pair.split('=') as [string, string]));
  const number = (name: string) => (pairs.has(name) ? Number(pairs.get(name)) : undefined);
  return {
    ...(pairs.has('max_model_len') ? { contextLength: number('max_model_len') } : {}),
    maxSequences: number('max_num_seqs'),
    maxBatchedTokens: number('max_num_batched_tokens'),
    gpuMemoryUtilization: number('gpu_memory_utilization'),
    cudaGraphs: pairs.has('enforce_eager') ? false : undefined,
    kvCachePrecision: pairs.get('kv') === 'fp8' ? Precision.FP8 : undefined,
  };
}

function plannedOf(
  metric: string,
  request: Parameters<typeof CapacityPlanner.plan>[0] & { precision: Precision },
): number {
  if (metric === 'fits') return Number(CapacityPlanner.plan(request).fits);
  if (metric === 'weights_gb') return CapacityPlanner.plan(request).memoryPerGpu.weights.bytes / 1e9;
  const configuration = configurationOf(resolveLoad(request), request, request.parallelism as Parallelism);
  const { attentionRanks } = configuration.parallelism;
  if (metric === 'prompt_tokens') {
    const prompts = PROMPT_TOKENS / configuration.inputTokens;
    const promptTokens = configuration.inputTokens;
    return (
      PROMPT_TOKENS /
      passTime(configuration, { decoding: 0, cachedTokens: 0, prompts, promptTokens, promptRanks: attentionRanks })
        .total
    );
  }
  const times = estimate(configuration, configuration.concurrency);
  if (metric === 'throughput') return times.outputTokensPerSecond;
  return 1e3 * (metric === 'step' ? times.decode.total : times.timePerOutputToken);
}

/** Each of them with its error and its source. */
export function nodesTable(points: readonly NodesPoint[]): string {
  const rows = points.map((point) => [
    point.model,
    `${point.nodes} x 8 ${point.gpu}`,
    String(point.parallelism),
    point.engine,
    String(point.batch),
    point.lengths,
    point.metric,
    point.measured.toPrecision(4),
    point.planned.toPrecision(4),
    `${(100 * point.error).toFixed(0)} %`,
    point.split,
    point.note,
    point.source.replace('https://', '').slice(0, 60),
  ]);
  const header = ['model', 'hardware', 'parallelism', 'engine', 'batch', 'in/out', 'what', 'measured', 'planned'];
  return table(
    'Over several nodes, and with data-parallel attention (addresses in nodes.csv)',
    [...header, 'error', 'split', 'note', 'source'],
    rows,
  );
}
