import { ModelSpec } from '../catalog/model-spec';
import { Parallelism } from '../catalog/parallelism';
import { Precision } from '../catalog/precision';
import { Fault, fault } from '../units/fault';

/**
 * Parallelism that a model's shape does not allow: heads, key-value heads, layers, experts and quantization groups that cannot be divided.
 *
 * @internal
 */
export function parallelismFaults(model: ModelSpec, parallelism: Parallelism, precision: Precision): Fault[] {
  const { tensor, pipeline, expert } = parallelism;
  const { name, layers, experts } = model;
  const faults: Fault[] = [];
  // The planner tries thousands of degrees: sentences are made for those that are refused only.
  const check = (wrong: boolean, made: () => Fault) => void (wrong && faults.push(made()));
  const uneven = unevenHeads(model, tensor);
  check(uneven !== undefined, () =>
    fault(
      'TENSOR_DOES_NOT_DIVIDE_HEADS',
      'parallelism',
      `tensor parallelism ${tensor} does not divide the ${uneven} of ${name}; use one of ` +
        tensorDegrees(model, 16).join(', '),
    ),
  );
  const kv = uneven === undefined ? unfitKeyValueHeads(model, tensor) : undefined;
  check(kv !== undefined, () =>
    fault(
      'TENSOR_DOES_NOT_FIT_KEY_VALUE_HEADS',
      'parallelism',
      `tensor parallelism ${tensor} is neither a divisor nor a multiple of the ${kv} key-value heads of ${name}; use one of ` +
        tensorDegrees(model, 16).join(', '),
    ),
  );
  check(pipeline > layers, () =>
    fault(
      'PIPELINE_EXCEEDS_LAYERS',
      'parallelism',
      `pipeline parallelism ${pipeline} exceeds the ${layers} layers of ${name}; use at most ${layers} stages`,
    ),
  );
  check(expert > 1 && !experts, () =>
    fault(
      'MODEL_HAS_NO_EXPERTS',
      'parallelism',
      `expert parallelism ${expert} needs a mixture-of-experts model, but ${name} is dense; leave it out`,
    ),
  );
  check(experts !== undefined && experts.routed % expert !== 0, () =>
    fault(
      'EXPERT_DOES_NOT_DIVIDE_EXPERTS',
      'parallelism',
      `expert parallelism ${expert} does not divide the ${experts?.routed} experts of ${name}; use a divisor`,
    ),
  );
  if (faults.length === 0) faults.push(...groupFaults(model, parallelism, precision));
  return faults;
}

/**
 * Kernels of grouped formats need whole groups on each rank; MXFP4 experts are padded to them (vLLM serves gpt-oss on 2, 4 and 8 ranks).
 */
function groupFaults(model: ModelSpec, parallelism: Parallelism, precision: Precision): Fault[] {
  const group = precision.groupSize;
  if (!group || parallelism.tensor === 1 || model.approximate) return [];
  if (precision.name === Precision.MXFP4.name && model.experts) return [];
  const width = model.experts && parallelism.expert === 1 ? model.experts.intermediateSize : undefined;
  const widths = model.experts ? [width] : [model.intermediateSize];
  return widths.flatMap((f) => {
    if (f === undefined || (f / parallelism.tensor) % group === 0) return [];
    return [
      fault(
        'TENSOR_SPLITS_QUANTIZATION_GROUPS',
        'parallelism',
        `${precision.name} has groups of ${group}, but tensor parallelism ${parallelism.tensor} cuts the feed-forward width ${f} of ` +
          `${model.name} into ${f / parallelism.tensor}; use ${model.experts ? 'expert parallelism, or ' : ''}another tensor degree`,
      ),
    ];
  });
}

/** The heads of a kind of layer that a tensor degree does not divide. */
function unevenHeads(model: ModelSpec, tensor: number): string | undefined {
  for (const { attention, state } of model._layers.kinds) {
    if (attention && attention.heads % tensor !== 0) return `${attention.heads} attention heads`;
    if (state && state.heads % tensor !== 0) return `${state.heads} heads of the states`;
    if (state && state.convolutionChannels % tensor !== 0 && state.heads === 0)
      return `${state.convolutionChannels} channels of the convolutions`;
  }
  return undefined;
}

/** The key-value heads of a kind of layer that a tensor degree neither divides nor is a multiple of. */
function unfitKeyValueHeads(model: ModelSpec, tensor: number): number | undefined {
  for (const { attention } of model._layers.kinds) {
    if (!attention || attention.latent) continue;
    const kv = attention.keyValueHeads;
    if (kv % tensor !== 0 && tensor % kv !== 0) return kv;
  }
  return undefined;
}

/**
 * Tensor degrees up to a limit that the heads of all kinds of layers allow.
 *
 * @internal
 */
export function tensorDegrees(model: ModelSpec, limit: number): number[] {
  const most = Math.min(
    Math.max(...model._layers.kinds.map(({ attention, state }) => attention?.heads ?? state?.heads ?? 1)),
    limit,
  );
  const degrees = Array.from({ length: Math.max(1, most) }, (_, i) => i + 1);
  return degrees.filter((t) => unevenHeads(model, t) === undefined && unfitKeyValueHeads(model, t) === undefined);
}
