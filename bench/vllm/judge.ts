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
  MediaInput,
  ModelSpec,
  Parallelism,
  Precision,
  SpeculativeDecoding,
  SpeculativeMethod,
} from '../../lib/planning';
import { configurationOf, resolveLoad } from '../../lib/planning/configuration';
import { draftSeconds } from '../../lib/planning/draft-time';
import { hostStep, stepSeconds } from '../../lib/planning/host-step';
import { passTime } from '../../lib/planning/step-time';

/** What a model was started with. */
interface Options {
  readonly gpu_memory_utilization: number;
  readonly max_num_seqs: number;
  readonly max_num_batched_tokens: number;
  readonly max_model_len: number;
  readonly language_model_only?: boolean;
  readonly enforce_eager?: boolean;
  readonly kv_cache_dtype?: string;
  readonly quantization?: string;
  readonly cpu_offload_gb?: number;
  readonly max_loras?: number;
  readonly max_lora_rank?: number;
  readonly speculative_config?: { readonly method: string; readonly num_speculative_tokens: number };
}

/** One model of measure.py: what the engine reports and takes. */
export interface Measured {
  readonly name: string;
  readonly options: Options;
  readonly maxModelLen: number;
  readonly parameterBytes: number;
  readonly model_memory_usage: number;
  readonly requested_memory: number;
  readonly available_kv_cache_memory_bytes: number;
  /** What the trial step took besides the weights. */
  readonly peak_activation_memory: number;
  readonly cacheTokens: number;
  /** Sequences of the maximum length that the cache holds. */
  readonly concurrency: number;
  /** Whether all tokens were given the same experts, so that steps of several sequences read too few of them: see README.md. */
  readonly sameExperts?: boolean;
  readonly decode?: readonly { readonly batch: number; readonly context: number; readonly ms: readonly number[] }[];
}

/** A start that the engine refused: more sequences than blocks of states. */
export interface Refused {
  readonly name: string;
  readonly options: Options;
  readonly maxNumSeqs: number;
  readonly stateBlocks: number;
}

export interface Results {
  readonly measured: string;
  readonly gpu: string;
  readonly vllm: string;
  readonly torch: string;
  readonly models: readonly Measured[];
  readonly refused: readonly Refused[];
}

/** A step beside the planner's, milliseconds. */
export interface JudgedStep {
  readonly model: string;
  readonly experts: boolean;
  readonly batch: number;
  readonly context: number;
  readonly taken: number;
  readonly planned: number;
  /** Planned against taken, less one; absent where the step is no measure of a real model's. */
  readonly error?: number;
}

export interface JudgedModel {
  readonly measured: Measured;
  readonly plan: CapacityPlan;
  /** Sequences of the maximum length, planned against the engine's, less one. */
  readonly capacityError: number;
  readonly steps: readonly JudgedStep[];
}

export function read(file: string): Results {
  return JSON.parse(readFileSync(file, 'utf8')) as Results;
}

function hardwareOf(name: string): GpuNodeType {
  const gpu = GpuType.ALL.find((type) => new RegExp(`\\b${type.name}\\b`).test(name));
  if (!gpu) throw new Error(`no GPU of the catalog for '${name}'`);
  const interconnect = GpuInterconnect.NVSWITCH;
  return GpuNodeType.custom({ name: 'measured', gpu, gpuCount: 1, interconnect, vcpus: 16, memory: DataSize.gib(128) });
}

function startOf(name: string) {
  const file = path.join(__dirname, 'configs', `${name}.json`);
  return JSON.parse(readFileSync(file, 'utf8')) as {
    config: object;
    /** What the publisher's file has in place of what transformers must find. */
    published?: object;
    settings: { draft?: object };
  };
}

function modelOf(name: string): ModelSpec {
  const { config, published } = startOf(name);
  return ModelSpec.fromHuggingFaceConfig(name, { ...config, ...published });
}

/** What drafts, and that nothing of it is accepted, as with random weights. */
function speculationOf({ name, options }: Pick<Measured, 'name' | 'options'>): SpeculativeDecoding | undefined {
  if (!options.speculative_config) return undefined;
  const { method, num_speculative_tokens: tokens } = options.speculative_config;
  const { draft } = startOf(name).settings;
  const props = { tokens, acceptanceRate: 0 };
  switch (method) {
    case 'mtp':
      return SpeculativeDecoding.mtp(props);
    case 'ngram':
      return SpeculativeDecoding.nGram(props);
    case 'eagle3': {
      // Its own config.json has the size of its output head beside that of its table.
      const { draft_vocab_size: draftVocabularySize } = draft as { draft_vocab_size: number };
      return SpeculativeDecoding.eagle3({ ...props, draftVocabularySize });
    }
    default:
      return SpeculativeDecoding.draftModel({
        ...props,
        model: ModelSpec.fromHuggingFaceConfig('draft', draft as object),
      });
  }
}

/** What the options change of a load. */
function loadOf(options: Options) {
  const { kv_cache_dtype, cpu_offload_gb, max_loras, max_lora_rank } = options;
  return {
    cudaGraphs: options.enforce_eager === undefined ? undefined : !options.enforce_eager,
    kvCachePrecision: kv_cache_dtype === undefined ? undefined : Precision.of(kv_cache_dtype),
    cpuOffload: cpu_offload_gb === undefined ? undefined : DataSize.gib(cpu_offload_gb),
    lora:
      max_loras === undefined || max_lora_rank === undefined
        ? undefined
        : { maxAdapters: max_loras, maxRank: max_lora_rank },
  };
}

/** The plan of what was measured, in the format that the config.json or the options state. */
function planOf(
  model: ModelSpec,
  options: Options,
  length: number,
  instanceType: GpuNodeType,
  speculativeDecoding?: SpeculativeDecoding,
): CapacityPlan {
  return CapacityPlanner.plan({
    model,
    instanceType,
    parallelism: Parallelism.of({ tensor: 1 }),
    contextLength: length,
    concurrency: 1,
    engine: InferenceEngine.VLLM_0_21,
    gpuMemoryUtilization: options.gpu_memory_utilization,
    maxBatchedTokens: options.max_num_batched_tokens,
    maxSequences: options.max_num_seqs,
    mediaInput: options.language_model_only ? MediaInput.NONE : MediaInput.ALL,
    speculativeDecoding,
    precision: options.quantization === undefined ? undefined : Precision.of(options.quantization),
    ...loadOf(options),
  });
}

/** The refusal of a plan of what the engine refused, or undefined where it is planned. */
export function refusalOf(results: Results, { name, options }: Refused): string | undefined {
  try {
    const plan = planOf(modelOf(name), options, options.max_model_len, hardwareOf(results.gpu));
    return plan.fits ? undefined : plan.explain();
  } catch (error) {
    return (error as Error).message;
  }
}

export function judge(results: Results): JudgedModel[] {
  const hardware = hardwareOf(results.gpu);
  return results.models.map((measured) => {
    const model = modelOf(measured.name);
    const speculativeDecoding = speculationOf(measured);
    const plan = planOf(model, measured.options, measured.maxModelLen, hardware, speculativeDecoding);
    // In tokens: whole sequences of a small cache would be rounded by more than the planner errs.
    const capacityError = plan.kvCapacityTokens / measured.cacheTokens - 1;
    const steps = (measured.decode ?? []).map(({ batch, context, ms }) => {
      const engine = InferenceEngine.VLLM_0_21;
      const load = resolveLoad({
        model,
        contextLength: context,
        concurrency: batch,
        engine,
        speculativeDecoding,
        ...loadOf(measured.options),
      });
      const setup = configurationOf(load, { instanceType: hardware, precision: plan.precision }, plan.parallelism);
      // Four tokens in a row never repeat in random text, so nothing is found to be verified.
      const looksUp = speculativeDecoding?.method === SpeculativeMethod.N_GRAM;
      const queries = looksUp ? 1 : (speculativeDecoding?.tokensPerStep ?? 1);
      const pass = { decoding: batch, cachedTokens: batch * context, prompts: 0, promptTokens: context, queries };
      const host = hostStep(setup, batch);
      const planned = stepSeconds(passTime(setup, pass).total + draftSeconds(setup, pass, host), host) * 1e3;
      const taken = Math.min(...ms);
      const error = measured.sameExperts && batch > 1 ? undefined : planned / taken - 1;
      return { model: measured.name, experts: model.experts !== undefined, batch, context, taken, planned, error };
    });
    return { measured, plan, capacityError, steps };
  });
}

export const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
