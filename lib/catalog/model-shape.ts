import { Fault, fault, faultsUnder } from '../units/fault';
import { givenValue, wholeNumberFaults } from '../units/number-faults';
import { DecoderShape } from './model-architecture';
import { expertLayersBefore } from './parameter-count';
import { flagFault } from '../units/kind-faults';

/**
 * Changes to a model's structure that make it smaller or faster.
 *
 * @internal
 */
export interface StructureOptions {
  /** Share of the layers' parameters saved by sharing them between layers. */
  readonly sharedParameters: number;
  /** Share of the layers that a token skips. */
  readonly skippedLayers: number;
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
 * Everything that is impossible about a shape.
 *
 * @internal
 */
export function shapeFaults(name: string, shape: DecoderShape): Fault[] {
  if (typeof shape !== 'object' || shape === null) {
    return [fault('INVALID_FORMAT', 'shape', `shape must be an object of numbers; got ${givenValue(shape)}`)];
  }
  const { layers, hiddenSize, attentionHeads, keyValueHeads, headSize, experts, latentAttention, slidingWindow } =
    shape;
  const numbers = {
    layers,
    hiddenSize,
    attentionHeads,
    keyValueHeads,
    headSize,
    intermediateSize: shape.intermediateSize,
    vocabularySize: shape.vocabularySize,
    maxContextLength: shape.maxContextLength,
    normsPerLayer: shape.normsPerLayer,
    'experts.routed': experts?.routed,
    'experts.perToken': experts?.perToken,
    'experts.intermediateSize': experts?.intermediateSize,
    'experts.layerStep': experts?.layerStep,
    'latentAttention.keyValueRank': latentAttention?.keyValueRank,
    'latentAttention.queryRank': latentAttention?.queryRank,
    'latentAttention.nopeHeadSize': latentAttention?.nopeHeadSize,
    'latentAttention.ropeHeadSize': latentAttention?.ropeHeadSize,
    'latentAttention.valueHeadSize': latentAttention?.valueHeadSize,
    'slidingWindow.tokens': slidingWindow?.tokens,
    'slidingWindow.layers': slidingWindow?.layers,
  };
  const faults = [...partFaults(shape), ...wholeNumberFaults(numbers, 1), ...tooLargeFaults(numbers)];
  if (typeof name !== 'string') {
    return [fault('INVALID_NAME', 'name', `name must be a text, e.g. 'my-model'; got ${givenValue(name)}`)];
  }
  if (name.trim() === '') faults.push(fault('INVALID_NAME', 'name', 'name must not be empty'));
  if (faults.length > 0) return faultsUnder(faults, '', `model '${name}'`);
  if (headSize === undefined && !latentAttention && hiddenSize % attentionHeads !== 0) {
    faults.push(
      fault(
        'HEADS_DO_NOT_DIVIDE_HIDDEN_SIZE',
        'hiddenSize',
        `hiddenSize ${hiddenSize} is not a multiple of attentionHeads ${attentionHeads}; give headSize where heads have another width`,
      ),
    );
  }
  const kv = keyValueHeads ?? attentionHeads;
  if (!latentAttention && attentionHeads % kv !== 0) {
    faults.push(
      fault(
        'CONFLICTING_PROPERTIES',
        'keyValueHeads',
        `keyValueHeads ${kv} must divide attentionHeads ${attentionHeads}`,
      ),
    );
  }
  if (experts && experts.perToken > experts.routed) {
    faults.push(
      fault(
        'CONFLICTING_PROPERTIES',
        'experts.perToken',
        `experts.perToken ${experts.perToken} must not exceed experts.routed ${experts.routed}`,
      ),
    );
  }
  faults.push(
    ...wholeNumberFaults(
      {
        'experts.firstDenseLayers': experts?.firstDenseLayers,
        'experts.shared': experts?.shared,
        'experts.sharedIntermediateSize': experts?.sharedIntermediateSize,
        positionEmbeddings: shape.positionEmbeddings,
        predictionLayers: shape.predictionLayers,
        encoderParameters: shape.encoderParameters,
      },
      0,
    ),
  );
  if (experts?.firstDenseLayers !== undefined && experts.firstDenseLayers >= layers) {
    faults.push(
      fault(
        'CONFLICTING_PROPERTIES',
        'experts.firstDenseLayers',
        `experts.firstDenseLayers ${experts.firstDenseLayers} must be below layers ${layers}`,
      ),
    );
  }
  const step = experts?.layerStep ?? 1;
  if (experts && step > 1 && expertLayersBefore(layers, experts) < 1) {
    faults.push(
      fault(
        'CONFLICTING_PROPERTIES',
        'experts.layerStep',
        `experts.layerStep ${step} leaves no layer with experts among ${layers}`,
      ),
    );
  }
  if (slidingWindow && slidingWindow.layers > layers) {
    faults.push(
      fault(
        'CONFLICTING_PROPERTIES',
        'slidingWindow.layers',
        `slidingWindow.layers ${slidingWindow.layers} must not exceed layers ${layers}`,
      ),
    );
  }
  return faultsUnder(faults, '', `model '${name}'`);
}

/** Parts of a shape that are objects, each with the numbers that it must have, and properties that are true or false. */
const PARTS = {
  experts: ['routed', 'perToken', 'intermediateSize'],
  latentAttention: ['keyValueRank', 'nopeHeadSize', 'ropeHeadSize', 'valueHeadSize'],
  slidingWindow: ['tokens', 'layers'],
} as const;
const REQUIRED = [
  'layers',
  'hiddenSize',
  'attentionHeads',
  'intermediateSize',
  'vocabularySize',
  'maxContextLength',
] as const;
const FLAGS = [
  'tiedEmbeddings',
  'gatedFeedForward',
  'attentionBias',
  'attentionOutputBias',
  'feedForwardBias',
  'queryKeyNorm',
  'normBias',
  'attentionSinks',
  'needsBfloat16',
] as const;

function partFaults(shape: DecoderShape): Fault[] {
  const isPart = (value: unknown) =>
    value === undefined || (typeof value === 'object' && value !== null && !Array.isArray(value));
  const lacking = (path: string) => fault('MISSING_PROPERTY', path, `${path} is missing`);
  return [
    ...REQUIRED.filter((name) => shape[name] === undefined).map(lacking),
    ...Object.entries(PARTS).flatMap(([part, numbers]) => {
      const given: unknown = shape[part as keyof typeof PARTS];
      if (!isPart(given)) {
        return [fault('INVALID_FORMAT', part, `${part} must be an object of numbers; got ${givenValue(given)}`)];
      }
      const missing = numbers.filter((name) => given !== undefined && Reflect.get(given as object, name) === undefined);
      return missing.map((name) => lacking(`${part}.${name}`));
    }),
    ...FLAGS.flatMap((name) => flagFault(name, shape[name])),
    ...(['bias', 'routerBias', 'sharedGate'] as const).flatMap((name) =>
      flagFault(`experts.${name}`, shape.experts?.[name]),
    ),
  ];
}

/** Most layers of a model; the planner looks at every number of stages up to it. */
const MOST_LAYERS = 1000;
/** Largest width, head count, vocabulary or context: far above every model, and far below where products lose digits. */
const LARGEST_DIMENSION = 1e9;

function tooLargeFaults(numbers: { readonly [property: string]: number | undefined }): Fault[] {
  return Object.entries(numbers).flatMap(([property, value]) => {
    const most = property === 'layers' ? MOST_LAYERS : LARGEST_DIMENSION;
    if (value === undefined || !Number.isSafeInteger(value) || value <= most) return [];
    return [
      fault('OUT_OF_RANGE', property, `${property} must be at most ${most}; got ${value}; no model is near that`),
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
