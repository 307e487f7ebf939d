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
} from '../../lib/planning';
import { answerSeconds } from '../../lib/planning/answer-stream';
import { configurationOf, resolveLoad } from '../../lib/planning/configuration';
import { passTime } from '../../lib/planning/step-time';

/** What a model was started with. */
interface Options {
  readonly gpu_memory_utilization: number;
  readonly max_num_seqs: number;
  readonly max_num_batched_tokens: number;
  readonly max_model_len: number;
  readonly language_model_only?: boolean;
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

function modelOf(name: string): ModelSpec {
  const file = path.join(__dirname, 'configs', `${name}.json`);
  const { config } = JSON.parse(readFileSync(file, 'utf8')) as { config: object };
  return ModelSpec.fromHuggingFaceConfig(name, config);
}

/** The plan of what was measured, in the format that the config.json states. */
function planOf(model: ModelSpec, options: Options, length: number, instanceType: GpuNodeType): CapacityPlan {
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
    const plan = planOf(model, measured.options, measured.maxModelLen, hardware);
    // In tokens: whole sequences of a small cache would be rounded by more than the planner errs.
    const capacityError = plan.kvCapacityTokens / measured.cacheTokens - 1;
    const steps = (measured.decode ?? []).map(({ batch, context, ms }) => {
      const engine = InferenceEngine.VLLM_0_21;
      const load = resolveLoad({ model, contextLength: context, concurrency: batch, engine });
      const setup = configurationOf(load, { instanceType: hardware, precision: plan.precision }, plan.parallelism);
      const pass = { decoding: batch, cachedTokens: batch * context, prompts: 0, promptTokens: context };
      const planned = Math.max(passTime(setup, pass).total, answerSeconds(setup, batch)) * 1e3;
      const taken = Math.min(...ms);
      const error = measured.sameExperts && batch > 1 ? undefined : planned / taken - 1;
      return { model: measured.name, experts: model.experts !== undefined, batch, context, taken, planned, error };
    });
    return { measured, plan, capacityError, steps };
  });
}

export const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
