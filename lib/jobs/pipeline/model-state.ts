import {
  CheckpointFormat,
  FP8,
  FP8_BLOCKS,
  GPTQ_W4,
  GPTQ_W8,
  MODELOPT_FP8,
  MODELOPT_NVFP4,
  ONNX,
  ONNX_INT8,
  PLAIN,
  PYTORCH_INT8,
  SHARED_ATTENTION,
  W4A16,
  W8A16,
  W8A8,
} from '../../catalog/checkpoint-formats';
import { CompressedForm } from '../../catalog/compressed-tensors';
import { ModelSpec } from '../../catalog/model-spec';
import { Precision } from '../../catalog/precision';
import { DataSize } from '../../units/data-size';
import { StepFacts, StepKind } from './step-facts';
import { groupOf } from './weight-groups';

/**
 * A model between two steps.
 *
 * @internal
 */
export interface ModelState {
  readonly model: ModelSpec;
  readonly precision: Precision;
  readonly format: CheckpointFormat;
  /** How it is written as compressed-tensors. @default - it is not */
  readonly form?: CompressedForm;
  /** How many weights of a row share a scale: a number, or `row`. @default - it has no groups */
  readonly group?: string;
  /** Bytes of its weights. */
  readonly bytes: number;
  /** Opset of a graph. @default - it is no graph */
  readonly opset?: number;
  /** Layers that are left out so far. */
  readonly skipped: number;
  /** Whether the files are laid out as a repository of Triton. */
  readonly inRepository: boolean;
}

/** What a scheme of llm-compressor writes. */
const SCHEMES: { readonly [scheme: string]: readonly [CheckpointFormat, Precision] } = {
  W8A8: [W8A8, Precision.INT8],
  W8A16: [W8A16, Precision.INT8],
  W4A16: [W4A16, Precision.INT4],
  FP8: [FP8, Precision.FP8],
  FP8_DYNAMIC: [FP8, Precision.FP8],
  FP8_BLOCK: [FP8_BLOCKS, Precision.FP8_BLOCK],
};

/**
 * The source, before all steps.
 *
 * @internal
 */
export function sourceState(model: ModelSpec, precision: Precision): ModelState {
  const bytes = model.weightSize(precision).bytes;
  return { model, precision, format: PLAIN, bytes, skipped: 0, inRepository: false };
}

/**
 * The model after a step, which must read what is there.
 *
 * @internal
 */
export function after(state: ModelState, { kind, settings }: StepFacts): ModelState {
  const { model } = state;
  switch (kind) {
    case StepKind.COMPRESS: {
      const scheme = settings.scheme as string;
      const [format, precision] = SCHEMES[scheme];
      const group = groupOf(settings);
      return { ...quantized(state, format, precision, group), form: { scheme, group } };
    }
    case StepKind.GPTQ_MODEL:
      return settings.bits === 4
        ? quantized(state, GPTQ_W4, Precision.INT4, groupOf(settings))
        : quantized(state, GPTQ_W8, Precision.INT8, groupOf(settings));
    case StepKind.MODELOPT:
      return settings.scheme === 'FP8'
        ? quantized(state, MODELOPT_FP8, Precision.FP8)
        : quantized(state, MODELOPT_NVFP4, Precision.NVFP4);
    case StepKind.INT8_DYNAMIC: {
      // A byte for each weight, embeddings included, and some scales and norms in 32 bits.
      const bytes = 1.05 * model.parameters * kept(state);
      return {
        ...state,
        format: state.opset === undefined ? PYTORCH_INT8 : ONNX_INT8,
        precision: Precision.INT8,
        bytes,
      };
    }
    case StepKind.SHARE_ATTENTION: {
      const saved = 1 - (settings.keep as number);
      const share = attentionShare(model);
      return { ...state, format: SHARED_ATTENTION, bytes: state.bytes * (1 - saved * share) };
    }
    case StepKind.SKIP_LAYERS: {
      const left = (settings.layers as readonly number[] | undefined)?.length ?? (settings.count as number);
      const next = { ...state, skipped: state.skipped + left };
      return { ...next, bytes: (state.bytes * kept(next)) / kept(state) };
    }
    case StepKind.EXPORT_ONNX: {
      const bytes = (state.bytes * Precision.FP32.bits) / state.precision.bits;
      return { ...state, format: ONNX, precision: Precision.FP32, bytes, opset: settings.opset as number };
    }
    case StepKind.TRITON_REPOSITORY:
      return { ...state, inRepository: true };
    default:
      return state;
  }
}

function quantized(state: ModelState, format: CheckpointFormat, precision: Precision, group?: string): ModelState {
  const { model } = state;
  const bytes = (model.weightSize(precision).bytes + moreScales(model, precision, group)) * kept(state);
  return { ...state, format, precision, group, bytes };
}

/** Bytes of scales of 16 bits beyond those that a precision counts: of groups smaller than those of 128. */
function moreScales(model: ModelSpec, precision: Precision, group: string | undefined): number {
  if (!isFiner(group)) return 0;
  const wide = model.weightSize(Precision.BF16).bytes;
  const quantized =
    (wide - model.weightSize(precision).bytes) / (Precision.BF16.bytesPerWeight - precision.bytesPerWeight);
  return quantized * Math.max(0, 16 / Number(group) / 8 - (precision.bytesPerWeight - precision.bits / 8));
}

/** Whether a group is smaller than those that precisions count. */
function isFiner(group: string | undefined): boolean {
  return group !== undefined && Number(group) < 128;
}

/**
 * The size of what is stored, where the precision does not say it: with groups below 128.
 *
 * @internal
 */
export function outputSize({ group, bytes }: ModelState): { checkpointSize?: DataSize } {
  return isFiner(group) ? { checkpointSize: DataSize.bytes(Math.ceil(bytes)) } : {};
}

/** Share of the parameters that stays when layers are left out; embeddings and head do. */
function kept({ model, skipped }: ModelState): number {
  const { embedding, finalNorm, encoder } = model._parameterCount;
  const outside = Math.min(1, (embedding + finalNorm + encoder) / model.parameters);
  return 1 - ((1 - outside) * skipped) / model.layers;
}

/** Share of the parameters that is in the projections of attention. */
function attentionShare(model: ModelSpec): number {
  const { attention, keyValue } = model._parameterCount.layers;
  return Math.min(1, (attention + keyValue) / model.parameters);
}
