import { Fault, fault } from '../units/fault';
import { givenValue } from '../units/number-faults';
import { DecoderShape } from './model-architecture';
import { DenseModelProps, MixtureOfExpertsProps } from './model-props';
import { Precision } from './precision';
import { nameFaults, shapeFaults } from './shape-faults';
import { throwIfFaulty } from '../units/errors';
import { WeightBits } from './weight-bits';
import { allOf, isUnreadable } from '../units/unreadable';

/**
 * Changes to a model's structure that make it smaller or faster.
 *
 * @internal
 */
export interface StructureOptions {
  /** Share of the layers' parameters saved by sharing them between layers. */
  readonly sharedParameterFraction: number;
  /** Share of the layers that a token skips. */
  readonly skippedLayerFraction: number;
}

/**
 * What a checkpoint is published in.
 *
 * @internal
 */
export interface PublishedFormat {
  readonly publishedPrecision?: Precision;
  readonly publishedBits?: WeightBits;
  /** Where that is stated. */
  readonly publishedFrom?: string;
}

/**
 * The fault of a fraction that must be at least 0 and below 1.
 *
 * @internal
 */
export function fractionFaults(property: string, fraction: number): Fault[] {
  return typeof fraction === 'number' && fraction >= 0 && fraction < 1
    ? []
    : [fault('OUT_OF_RANGE', property, `${property} must be at least 0 and below 1; got ${givenValue(fraction)}`)];
}

/**
 * A fraction that must be at least 0 and below 1.
 *
 * @throws UnscopedValidationError where it is not
 *
 * @internal
 */
export function checkedFraction(property: string, fraction: number): number {
  throwIfFaulty(fractionFaults(property, fraction));
  return fraction;
}

/**
 * The fault of a number of parameters that no language model has.
 *
 * @internal
 */
export function parameterFaults(name: string, parameters: number): Fault[] {
  if (parameters >= 1e6 && parameters <= 1e14) return [];
  const range = 'from 1e6 to 1e14 (13B is 13e9)';
  const reason = `model '${name}': parameters must be a number ${range}; got ${givenValue(parameters)}`;
  return [fault('OUT_OF_RANGE', 'parameters', reason)];
}

/**
 * The shape of a dense model by its properties; throws with all faults.
 *
 * @internal
 */
export function denseShape(props: DenseModelProps): DecoderShape {
  const { name, shape, parameters } = props;
  throwIfFaulty(
    allOf(
      () => sizeFaults(props),
      () => bitsFaults(props.publishedBits),
      () => (isUnreadable(shape) ? nameFaults(name) : shape ? shapeFaults(name, shape) : []),
      () => {
        const reason = () => `${whoIs(name)} has experts; use ModelSpec.mixtureOfExperts`;
        return shape?.experts ? [fault('MODEL_HAS_EXPERTS', 'shape.experts', reason())] : [];
      },
      () => (shape || parameters === undefined ? [] : parameterFaults(name, parameters)),
    ),
  );
  if (shape) return shape;
  const approximate = { ...approximateShape(parameters as number), maxContextLength: props.maxContextLength ?? 131072 };
  throwIfFaulty(shapeFaults(name, approximate));
  return approximate;
}

/** Of a dense model either the shape or the size is stated. */
function sizeFaults({ name, parameters, shape }: DenseModelProps): Fault[] {
  if (parameters === undefined && shape === undefined) {
    const missing = `${whoIs(name)} needs its shape or its number of parameters`;
    return [fault('MISSING_PROPERTY', 'shape', missing)];
  }
  if (parameters === undefined || !shape) return [];
  const reason = `the parameters of ${whoIs(name)} are counted from its shape; leave parameters out`;
  return [fault('CONFLICTING_PROPERTIES', 'parameters', reason)];
}

/**
 * The shape of a model with experts by its properties; throws with all faults.
 *
 * @internal
 */
export function mixtureShape(props: MixtureOfExpertsProps): DecoderShape {
  const whole = (): DecoderShape => ({ ...props.shape, experts: props.experts ?? props.shape.experts });
  throwIfFaulty(
    allOf(
      () => bitsFaults(props.publishedBits),
      () => (isUnreadable(props.shape) ? nameFaults(props.name) : shapeFaults(props.name, whole())),
      () => {
        const reason = () => `${whoIs(props.name)} has no experts; use ModelSpec.dense`;
        return whole().experts ? [] : [fault('MODEL_HAS_NO_EXPERTS', 'shape.experts', reason())];
      },
    ),
  );
  return whole();
}

/** What messages call a model, whose name may be of another kind. */
function whoIs(name: string): string {
  return isUnreadable(name) ? 'the model' : `model '${name}'`;
}

/**
 * The faults of bits per weight that no format has.
 *
 * @internal
 */
export function bitsFaults(bits: WeightBits | undefined): Fault[] {
  return Object.entries(bits ?? {}).flatMap(([part, value]: [string, unknown]) => {
    if (value === undefined || isUnreadable(value) || (typeof value === 'number' && value >= 1 && value <= 32))
      return [];
    const property = `publishedBits.${part}`;
    return [
      fault('OUT_OF_RANGE', property, `${property} must be a number of bits from 1 to 32; got ${givenValue(value)}`),
    ];
  });
}

/** LLaMA shapes by size: layers, hidden size, heads, feed-forward width (Touvron et al. 2023, table 2; sizes in between interpolated). */
const LLAMA_SHAPES: readonly (readonly [number, number, number, number, number])[] = [
  [0.5e9, 24, 1024, 16, 2816],
  [1.3e9, 24, 2048, 16, 5504],
  [2.7e9, 32, 2560, 20, 6912],
  [6.7e9, 32, 4096, 32, 11008],
  [13e9, 40, 5120, 40, 13824],
  [32.5e9, 60, 6656, 52, 17920],
  [65.2e9, 80, 8192, 64, 22016],
  [130e9, 96, 10240, 80, 27648],
  [175e9, 96, 12288, 96, 33024],
  [405e9, 126, 16384, 128, 43008],
  [1e12, 128, 24576, 192, 65536],
];

/**
 * The shape that a dense model of a given size most likely has, with full multi-head attention.
 *
 * @internal
 */
export function approximateShape(parameters: number): Omit<DecoderShape, 'maxContextLength'> {
  const distance = (size: number) => Math.abs(Math.log(size / parameters));
  const nearest = LLAMA_SHAPES.reduce((best, row) => (distance(row[0]) < distance(best[0]) ? row : best));
  const [, layers, hiddenSize, attentionHeads, intermediateSize] = nearest;
  return { layers, hiddenSize, attentionHeads, intermediateSize, vocabularySize: 32000 };
}
