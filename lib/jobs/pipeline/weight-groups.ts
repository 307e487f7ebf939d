import { ModelSpec } from '../../catalog/model-spec';
import { Fault, fault } from '../../units/fault';
import { StepFacts, StepKind, StepSettings } from './step-facts';

/**
 * How many weights of a row share a scale: fewer lose less and take more. These are what vLLM's Marlin kernels read (`MARLIN_SUPPORTED_GROUP_SIZES` of
 * vllm/model_executor/layers/quantization/utils/marlin_utils.py, 0.24.0). With tensor parallelism every GPU must have whole groups.
 */
export enum WeightGroup {
  /** 32: half a bit of scale for each weight. */
  OF_32 = '32',
  /** 64: a quarter of a bit. */
  OF_64 = '64',
  /** 128: an eighth of a bit. */
  OF_128 = '128',
  /** All weights of a row. */
  ROW = 'row',
}

/** What the program takes where nothing is said (jobs, kinds.py). */
const DEFAULT = WeightGroup.OF_128;
/** What the program calls a whole row. */
const WHOLE_ROW = -1;
/** Weights of FP8 in blocks are cut in both directions (DeepSeek's form). */
const BLOCK = 128;
/** Weights of NVFP4 that share a scale. */
const NVFP4_BLOCK = 16;

/**
 * The setting of a group as the program reads it: none for that which it takes unasked.
 *
 * @internal
 */
export function groupSetting(group: WeightGroup): StepSettings {
  if (group === DEFAULT) return {};
  return { groupSize: group === WeightGroup.ROW ? WHOLE_ROW : Number(group) };
}

/**
 * The group of a step by its settings; nothing for schemes without groups.
 *
 * @internal
 */
export function groupOf({ scheme, bits, groupSize }: StepSettings): string | undefined {
  // GPTQModel's are by bits, llm-compressor's by schemes.
  if (bits === undefined && !/^W[48]A16$/.test(String(scheme))) return undefined;
  if (groupSize === undefined) return DEFAULT;
  return groupSize === WHOLE_ROW ? WeightGroup.ROW : String(groupSize);
}

/**
 * What a group adds to the name of a step.
 *
 * @internal
 */
export function groupShort(group: WeightGroup): string {
  if (group === DEFAULT) return '';
  return group === WeightGroup.ROW ? 'row' : `g${group}`;
}

/**
 * Groups and blocks that do not divide the weights of a model, which the program writes none of.
 *
 * @internal
 */
export function groupFaults(steps: readonly StepFacts[], model: ModelSpec): Fault[] {
  return steps.flatMap(({ kind, settings }, index) => {
    if (kind === StepKind.MODELOPT) return fourBitFaults(settings, model, index);
    if (kind !== StepKind.COMPRESS && kind !== StepKind.GPTQ_MODEL) return [];
    const isBlocked = settings.scheme === 'FP8_BLOCK';
    const group = groupOf(settings);
    if (!isBlocked && (group === undefined || group === WeightGroup.ROW)) return [];
    const size = isBlocked ? BLOCK : Number(group);
    const uneven = widths(model, isBlocked).filter(([, width]) => width % size !== 0);
    if (uneven.length === 0) return [];
    const what = uneven.map(([name, width]) => `${name} of ${width}`).join(', ');
    const fits = [WeightGroup.OF_64, WeightGroup.OF_32].find((each) =>
      widths(model, false).every(([, width]) => width % Number(each) === 0),
    );
    const cure = isBlocked
      ? 'use ModelStep.fp8(), which has no blocks'
      : fits !== undefined && Number(fits) < size
        ? `use WeightGroup.OF_${fits}`
        : 'use WeightGroup.ROW';
    const reason = `steps[${index}] cuts weights into ${isBlocked ? 'blocks' : 'groups'} of ${size}, which do not divide ${what} of ${model}; ${cure}`;
    return [fault('GROUPS_DO_NOT_DIVIDE', `steps[${index}]`, reason)];
  });
}

/** Blocks of NVFP4 are cut along the inputs. */
function fourBitFaults({ scheme }: StepSettings, model: ModelSpec, index: number): Fault[] {
  const uneven = scheme === 'NVFP4' ? widths(model, false).filter(([, width]) => width % NVFP4_BLOCK !== 0) : [];
  if (uneven.length === 0) return [];
  const what = uneven.map(([name, width]) => `${name} of ${width}`).join(', ');
  const reason = `steps[${index}] cuts weights into blocks of ${NVFP4_BLOCK}, which do not divide ${what} of ${model}; use ModelStep.modeloptFp8(), which has no blocks`;
  return [fault('GROUPS_DO_NOT_DIVIDE', `steps[${index}]`, reason)];
}

/** Inputs of the linear layers, and where blocks are cut their outputs. */
function widths(model: ModelSpec, withOutputs: boolean): (readonly [name: string, width: number])[] {
  const { hiddenSize, intermediateSize, attentionHeads, headSize, keyValueHeads, latentAttention } = model;
  const heads = [
    ['the width of the heads', attentionHeads * headSize],
    ...(withOutputs ? [['that of keys and values', keyValueHeads * headSize] as const] : []),
  ] as const;
  return [
    ['the hidden width', hiddenSize],
    ['the width of the feed-forward block', intermediateSize],
    // Latent attention has projections of other widths, which its program checks.
    ...(latentAttention ? [] : heads),
  ];
}
