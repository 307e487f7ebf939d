import {
  CheckpointFormat,
  FP8,
  FP8_BLOCKS,
  ONNX,
  ONNX_INT8,
  PLAIN,
  PYTORCH_INT8,
  SHARED_ATTENTION,
  W4A16,
  W8A16,
  W8A8,
} from '../../catalog/checkpoint-formats';
import { ModelSpec } from '../../catalog/model-spec';
import { Precision } from '../../catalog/precision';
import { StepFacts, StepKind } from './step-facts';

/**
 * A model between two steps.
 *
 * @internal
 */
export interface ModelState {
  readonly model: ModelSpec;
  readonly precision: Precision;
  readonly format: CheckpointFormat;
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
      const [format, precision] = SCHEMES[settings.scheme as string];
      return { ...state, format, precision, bytes: model.weightSize(precision).bytes * kept(state) };
    }
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
