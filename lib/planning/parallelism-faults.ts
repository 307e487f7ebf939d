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
  const { name, attentionHeads, keyValueHeads: kv, layers, experts } = model;
  const divides = parallelism.dividesHeads(attentionHeads);
  const faults: Fault[] = [];
  // The planner tries thousands of degrees: sentences are made for those that are refused only.
  const check = (wrong: boolean, made: () => Fault) => void (wrong && faults.push(made()));
  check(!divides, () =>
    fault(
      'TENSOR_DOES_NOT_DIVIDE_HEADS',
      'parallelism',
      `tensor parallelism ${tensor} does not divide the ${attentionHeads} attention heads of ${name}; use one of ` +
        divisors(attentionHeads, 16).join(', '),
    ),
  );
  check(!model.latentAttention && divides && kv % tensor !== 0 && tensor % kv !== 0, () =>
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

/**
 * Tensor degrees up to a limit that the model's heads allow.
 *
 * @internal
 */
export function tensorDegrees(model: ModelSpec, limit: number): number[] {
  const kv = model.keyValueHeads;
  return divisors(model.attentionHeads, limit).filter((t) => model.latentAttention || kv % t === 0 || t % kv === 0);
}

/** Divisors of a number up to a limit, ascending. */
function divisors(n: number, limit: number): number[] {
  const found: number[] = [];
  for (let divisor = 1; divisor <= Math.min(n, limit); divisor++) if (n % divisor === 0) found.push(divisor);
  return found;
}
