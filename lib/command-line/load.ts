import { InferenceEngine } from '../catalog/inference-engine';
import { ModelSpec } from '../catalog/model-spec';
import { Parallelism } from '../catalog/parallelism';
import { Precision } from '../catalog/precision';
import { MediaInput, NodeNetwork, ServingLoad } from '../planning/capacity-request';
import { DataSize } from '../units/data-size';
import { fault } from '../units/fault';
import { givenValue } from '../units/number-faults';
import { Arguments } from './arguments';
import { loraOf } from './lora';
import { modelFromFile } from './model-file';
import { sharesOfOtherEngines } from './other-tools';
import { speculationOf } from './speculation';

/** What follows a number of parameters. */
const SIZES: { readonly [unit: string]: number } = { M: 1e6, B: 1e9, T: 1e12 };

function modelOf(args: Arguments, readFile: (path: string) => string): ModelSpec | undefined {
  const [model, config] = [args.text('model'), args.text('config')];
  if (config !== undefined && model === undefined) {
    return args.attempt('--config', () => modelFromFile(config, readFile));
  }
  if (model === undefined || config !== undefined) {
    const id = model === undefined ? 'MISSING_PROPERTY' : 'CONFLICTING_PROPERTIES';
    args.faults.push({ id, property: '--model', reason: 'give either --model or --config' });
    return undefined;
  }
  return args.attempt('--model', () => namedModel(model));
}

/** A model of the catalog, or of a number of parameters. */
function namedModel(model: string): ModelSpec {
  const [, size, unit] = /^(\d+(?:\.\d+)?)([MBT])$/i.exec(model) ?? [];
  const parameters = Number(size) * (SIZES[unit?.toUpperCase()] ?? 1);
  return size === undefined ? ModelSpec.of(model) : ModelSpec.dense({ name: model.toLowerCase(), parameters });
}

/**
 * The model and what it is asked for.
 *
 * @internal
 */
export function loadOf(args: Arguments, readFile: (path: string) => string): ServingLoad {
  const size = (name: string) => {
    const gib = args.number(name);
    return gib === undefined ? undefined : args.attempt(`--${name}`, () => DataSize.gib(gib));
  };
  const network = args.text('network')?.toUpperCase();
  if (network !== undefined && network !== NodeNetwork.RDMA && network !== NodeNetwork.TCP) {
    const reason = `--network must be rdma or tcp; got ${givenValue(args.text('network'))}`;
    args.faults.push(fault('UNKNOWN_VALUE', '--network', reason));
  }
  const media = args.text('media-input')?.toUpperCase();
  if (media !== undefined && !Object.values<string>(MediaInput).includes(media)) {
    const reason = `--media-input must be all, images or none; got ${givenValue(args.text('media-input'))}`;
    args.faults.push(fault('UNKNOWN_VALUE', '--media-input', reason));
  }
  const engine = args.valueOf('engine', (name) => InferenceEngine.of(name));
  args.faults.push(...sharesOfOtherEngines((alias) => args.isNamed(alias), engine ?? InferenceEngine.DEFAULT));
  return {
    // A missing model is a fault, so nothing is planned.
    model: modelOf(args, readFile) as ModelSpec,
    contextLength: args.tokens('context'),
    concurrency: args.number('concurrency'),
    inputTokens: args.tokens('input'),
    outputTokens: args.tokens('output'),
    kvCachePrecision: formatOf(args, 'kv-precision'),
    engine,
    gpuMemoryUtilization: args.number('utilization'),
    maxBatchedTokens: args.tokens('max-batched-tokens'),
    maxSequences: args.number('max-sequences'),
    checkpointSize: size('checkpoint-size'),
    cpuOffload: size('cpu-offload'),
    network: network as NodeNetwork | undefined,
    attentionWindow: args.tokens('attention-window'),
    mediaInput: media as MediaInput | undefined,
    speculativeDecoding: speculationOf(args, (name) =>
      name.includes('/') || name.endsWith('.json') ? modelFromFile(name, readFile) : namedModel(name),
    ),
    lora: loraOf(args),
    cudaGraphs: args.has('enforce-eager') ? false : undefined,
    warmCompileCache: args.has('warm-compile-cache') ? true : undefined,
  };
}

/**
 * A format; `auto` is the default, as engines have it.
 *
 * @internal
 */
export function formatOf(args: Arguments, option: string): Precision | undefined {
  if (args.text(option)?.toLowerCase() === 'auto') return undefined;
  return args.valueOf(option, (name) => Precision.of(name));
}

/**
 * The formats to try; `auto` alone is the default.
 *
 * @internal
 */
export function formatsOf(args: Arguments): Precision[] | undefined {
  const names = args.list('precisions');
  if (names?.length === 1 && names[0].toLowerCase() === 'auto') return undefined;
  return names?.map((name) => args.attempt('--precisions', () => Precision.of(name)) as Precision);
}

/** @internal */
export function parallelismOf(args: Arguments): Parallelism | undefined {
  const [tensor, pipeline, given, data] = ['tensor', 'pipeline', 'expert', 'data'].map((name) => args.number(name));
  const everywhere = args.has('enable-expert-parallel') ? (tensor ?? 1) * (data ?? 1) : undefined;
  const expert = given ?? everywhere;
  if ([tensor, pipeline, expert, data].every((degree) => degree === undefined)) return undefined;
  return args.attempt(undefined, () => Parallelism.of({ tensor: tensor ?? 1, pipeline, expert, data }));
}
