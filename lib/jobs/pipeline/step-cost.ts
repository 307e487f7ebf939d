import { EvidenceClass } from '../../planning/plan-parts';
import { ModelState } from './model-state';
import { GPU_STEPS, StepFacts, StepKind } from './step-facts';
import { PipelineNode } from './pipeline-node';

const GIB = 1024 ** 3;
/** PyTorch with transformers, before a model is loaded. */
const PROCESS_BYTES = 2 * GIB;
/** CUDA's context and what its libraries take of a GPU. */
const CONTEXT_BYTES = 1.5 * GIB;
/** Throughput of a volume that is not told more: gp3 has 125 MiB/s (https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html). */
const DISK_BYTES_PER_SECOND = 125 * 1024 ** 2;
/** Multiplications and additions of a processor in 32 bits, per second: 8 lanes of one fused unit at 2.5 GHz, half of them used. */
const CPU_FLOPS = 2e10;
/** Share of the dense rate that a GPU reaches in passes of whole samples. */
const GPU_SHARE = 0.4;
const BYTES_OF_FP32 = 4;
const DEFAULT_SAMPLES = 256;
const DEFAULT_LENGTH = 512;
/** Tokens of the text that is compared by default (perplexity of the jobs' program). */
const CHECKED_TOKENS = 16_384;

/**
 * What a step takes on a node.
 *
 * @internal
 */
export interface StepCost {
  readonly hostBytes: number;
  /** Of one GPU; nothing where it uses none. */
  readonly gpuBytes: number;
  readonly readBytes: number;
  readonly writtenBytes: number;
  readonly seconds: number;
  /** How memory is computed. */
  readonly formula: string;
  readonly evidence: EvidenceClass;
}

/**
 * What a step takes.
 *
 * Memory of llm-compressor: the model on the host in 16 bits; on the GPU one layer, two with GPTQ, whose matrices are as large as the weights
 * (docs/guides/memory.md @2ed86ac of vllm-project/llm-compressor); GPTQModel goes through the layers likewise, which is assumed. Memory of the others is counted from what they hold at once: `formula`.
 *
 * @param step the step
 * @param before the model before it
 * @param next the model after it
 * @param node where it runs
 *
 * @internal
 */
export function stepCost(step: StepFacts, before: ModelState, next: ModelState, node: PipelineNode): StepCost {
  const { model } = before;
  const wide = BYTES_OF_FP32 * model.parameters;
  const memory = memoryOf(step, before, next, wide);
  const bytes = before.bytes + next.bytes;
  return {
    hostBytes: PROCESS_BYTES + memory.host,
    gpuBytes: memory.gpu > 0 && node.gpu !== undefined ? CONTEXT_BYTES + memory.gpu : 0,
    readBytes: before.bytes,
    writtenBytes: next.bytes,
    seconds: bytes / DISK_BYTES_PER_SECOND + computing(step.kind, flopsOf(step, before), node),
    formula: memory.formula,
    evidence: step.kind === StepKind.COMPRESS ? EvidenceClass.EXTRAPOLATED : EvidenceClass.ASSUMED,
  };
}

/**
 * What the checks take. They run on processors, also where there is a GPU: source and result one after the other, counted in 32 bits, with the logits of the
 * longest input.
 *
 * @param source the source
 * @param result the result
 * @param longest tokens of the longest input
 *
 * @internal
 */
export function checkCost(source: ModelState, result: ModelState, longest: number, { cpus }: PipelineNode): StepCost {
  const { model } = source;
  const logits = BYTES_OF_FP32 * 2 * longest * model.vocabularySize;
  const tokens = CHECKED_TOKENS + 2 * longest;
  const bytes = source.bytes + result.bytes;
  return {
    hostBytes: PROCESS_BYTES + BYTES_OF_FP32 * model.parameters + logits,
    gpuBytes: 0,
    readBytes: bytes,
    writtenBytes: 0,
    seconds: bytes / DISK_BYTES_PER_SECOND + (2 * 2 * model.activeParameters * tokens) / (CPU_FLOPS * cpus),
    formula: `4 bytes for each parameter + 2 × 4 bytes for each of ${longest} tokens and words of the vocabulary, on processors`,
    evidence: EvidenceClass.ASSUMED,
  };
}

interface Memory {
  readonly host: number;
  readonly gpu: number;
  readonly formula: string;
}

function memoryOf({ kind, settings }: StepFacts, before: ModelState, next: ModelState, wide: number): Memory {
  const { model, bytes } = before;
  const layer = (2 * model.parameters) / model.layers;
  const onHost = (host: number, formula: string): Memory => ({ host, gpu: 0, formula });
  switch (kind) {
    case StepKind.COMPRESS: {
      const layers = settings.method === 'rtn' ? 1 : 2;
      const formula = `2 bytes for each parameter on the host, ${layers} layer(s) of them on a GPU where there is one`;
      return { host: 2 * model.parameters + next.bytes, gpu: layers * layer, formula };
    }
    case StepKind.GPTQ_MODEL: {
      const formula = '2 bytes for each parameter on the host, 2 layers of them on a GPU where there is one';
      return { host: 2 * model.parameters + next.bytes, gpu: 2 * layer, formula };
    }
    case StepKind.MODELOPT: {
      // Calibrated and exported in one place: packed weights stand beside what is left to pack.
      const all = 2 * model.parameters + next.bytes;
      return {
        host: all,
        gpu: all,
        formula: '2 bytes for each parameter + the result, all on a GPU where there is one',
      };
    }
    case StepKind.INT8_DYNAMIC:
      return before.opset === undefined
        ? onHost(wide + next.bytes, 'the model in 32 bits + the result')
        : onHost(2 * bytes + next.bytes, 'the graph twice + the result');
    case StepKind.EXPORT_ONNX:
      return onHost(2 * wide, 'the model in 32 bits + the graph in 32 bits');
    case StepKind.OPTIMIZE_ONNX:
      return onHost(2 * bytes, 'the graph before and after');
    case StepKind.SHARE_ATTENTION:
      return onHost(wide + (2 * wide) / model.layers, 'the model in 32 bits + two layers that are decomposed');
    case StepKind.SKIP_LAYERS:
      return onHost(settings.count === undefined ? bytes : wide, 'the model, in 32 bits where layers are measured');
    case StepKind.MERGE_LORA:
      return onHost(bytes + (2 * wide) / model.layers, 'the model + two layers in 32 bits');
    default:
      return onHost(0, 'files are copied');
  }
}

/**
 * Passes of the samples through the model that take as long as a method does: with those of the guides, 512 samples of 2,048 tokens, the typical times of
 * Llama 3 8B on an A100 come out, 20 minutes for weights and activations and 30 for GPTQ and AWQ (docs.vllm.ai, projects/llm-compressor, guides/runtime).
 */
const PASSES: { readonly [method: string]: number } = { rtn: 9, smoothquant: 9, gptq: 14, awq: 14 };

/** Multiplications and additions, each counted. */
function flopsOf({ kind, settings, text }: StepFacts, { model }: ModelState): number {
  const samples = (settings.samples as number | undefined) ?? DEFAULT_SAMPLES;
  const length = (settings.length as number | undefined) ?? DEFAULT_LENGTH;
  const pass = 2 * model.activeParameters * samples * length;
  switch (kind) {
    case StepKind.COMPRESS:
      return text === undefined ? 20 * model.parameters : PASSES[settings.method as string] * pass;
    case StepKind.GPTQ_MODEL:
      return PASSES.gptq * pass;
    case StepKind.MODELOPT:
      return pass + 20 * model.parameters;
    case StepKind.SHARE_ATTENTION:
      return 20 * model.parameters * model.hiddenSize;
    case StepKind.SKIP_LAYERS:
      return settings.count === undefined ? 0 : 2 * pass;
    default:
      return 20 * model.parameters;
  }
}

/** Those of `GPU_STEPS` compute on a GPU; the other steps do on processors. */
function computing(kind: StepKind, flops: number, { gpu, cpus }: PipelineNode): number {
  if (gpu === undefined || GPU_STEPS[kind] === undefined) return flops / (CPU_FLOPS * cpus);
  return flops / (GPU_SHARE * gpu.denseTflops(gpu.sixteenBitPrecision) * 1e12);
}
