import { Fault, fault, faultsUnder } from '../units/fault';
import { givenValue, wholeNumberFaults } from '../units/number-faults';
import { flagFault } from '../units/kind-faults';
import { encoderFaults } from './encoders';
import { layerKindFaults, windowFaults } from './layer-faults';
import { layerLimitFaults } from './layer-limits';
import { expertLayersBefore } from './layers';
import { DecoderShape } from './model-architecture';

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
    'experts.latentSize': experts?.latentSize,
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
  if (name.length > LONGEST_NAME) {
    const reason = `name must be at most ${LONGEST_NAME} characters long; got ${givenValue(name)}`;
    return [fault('INVALID_NAME', 'name', reason)];
  }
  if (name.trim() === '') faults.push(fault('INVALID_NAME', 'name', 'name must not be empty'));
  if (faults.length > 0) return faultsUnder(faults, '', `model '${name}'`);
  if (headSize === undefined && !latentAttention && !shape.layerKinds && hiddenSize % attentionHeads !== 0) {
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
        'experts.float32RouterParameters': experts?.float32RouterParameters,
        positionEmbeddings: shape.positionEmbeddings,
        predictionLayers: shape.predictionLayers,
        otherParameters: shape.otherParameters,
        lookupParameters: shape.lookupParameters,
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
  const { modelType } = shape as { modelType?: unknown };
  if (modelType !== undefined && typeof modelType !== 'string') {
    const reason = `modelType must be a text, e.g. 'llama'; got ${givenValue(modelType)}`;
    faults.push(fault('INVALID_FORMAT', 'modelType', reason));
  }
  faults.push(...encoderFaults(shape.encoders));
  faults.push(
    ...windowFaults('slidingWindow.tokens', slidingWindow?.tokens, shape.maxContextLength),
    ...layerKindFaults(shape),
  );
  if (faults.length === 0) faults.push(...layerLimitFaults(shape));
  return faultsUnder(faults, '', `model '${name}'`);
}

/** Longest name of a model. */
const LONGEST_NAME = 1000;

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
  'normWeights',
  'predictionExperts',
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
    ...flagFault('slidingWindow.chunked', shape.slidingWindow?.chunked),
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
