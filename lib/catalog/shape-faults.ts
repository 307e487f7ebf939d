import { Fault, fault, faultsUnder } from '../units/fault';
import { givenValue, wholeNumberFaults } from '../units/number-faults';
import { flagFault } from '../units/kind-faults';
import { encoderFaults } from './encoders';
import { layerKindFaults, windowFaults } from './layer-faults';
import { layerLimitFaults } from './layer-limits';
import { expertLayersBefore } from './layers';
import { LatentAttention } from './latent-attention';
import { DecoderShape, ExpertLayers, SlidingWindow } from './model-architecture';
import { allOf, isUnreadable } from '../units/unreadable';

/**
 * Everything that is impossible about a shape.
 *
 * @internal
 */
export function shapeFaults(name: string, shape: DecoderShape): Fault[] {
  if (typeof shape !== 'object' || shape === null) {
    return [fault('INVALID_FORMAT', 'shape', `shape must be an object of numbers; got ${givenValue(shape)}`)];
  }
  const { layers, hiddenSize, attentionHeads, keyValueHeads, headSize } = shape;
  const [experts, latentAttention, slidingWindow] = [shape.experts, shape.latentAttention, shape.slidingWindow].map(
    readable,
  ) as [ExpertLayers?, LatentAttention?, SlidingWindow?];
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
    'latentAttention.valueHeadSize': latentAttention?.valueHeadSize,
    'slidingWindow.tokens': slidingWindow?.tokens,
    'slidingWindow.layers': slidingWindow?.layers,
  };
  const { predictionLayers, positionEmbeddings, otherParameters, lookupParameters } = shape;
  const counts = {
    'latentAttention.ropeHeadSize': latentAttention?.ropeHeadSize,
    'experts.firstDenseLayers': experts?.firstDenseLayers,
    'experts.shared': experts?.shared,
    'experts.sharedIntermediateSize': experts?.sharedIntermediateSize,
    'experts.float32RouterParameters': experts?.float32RouterParameters,
    ...{ positionEmbeddings, predictionLayers, otherParameters, lookupParameters },
  };
  const named = nameFaults(name);
  // What messages call the model must be a text that says something.
  const who = named.length > 0 || isUnreadable(name) ? '' : `model '${name}'`;
  const faults = allOf(
    () => named,
    () => partFaults(shape),
    () => wholeNumberFaults(numbers, 1),
    () => wholeNumberFaults(counts, 0),
    () => tooLargeFaults({ ...numbers, predictionLayers }),
    () => modelTypeFaults(shape),
    () => encoderFaults(shape.encoders),
  );
  if (faults.length > 0) return faultsUnder(faults, '', who);
  const together = allOf(
    () => headFaults(shape),
    () => expertFaults(layers, experts),
    () => {
      if (!slidingWindow || !(slidingWindow.layers > layers)) return [];
      const reason = `slidingWindow.layers ${slidingWindow.layers} must not exceed layers ${layers}`;
      return [fault('CONFLICTING_PROPERTIES', 'slidingWindow.layers', reason)];
    },
    () => windowFaults('slidingWindow.tokens', slidingWindow?.tokens, shape.maxContextLength),
    () => layerKindFaults(shape),
  );
  return faultsUnder(together.length > 0 ? together : allOf(() => layerLimitFaults(shape)), '', who);
}

/** What is given, unless it is of another kind and only stands for that. */
function readable<T>(part: T): T | undefined {
  return isUnreadable(part) ? undefined : part;
}

/** @internal */
export function nameFaults(name: unknown): Fault[] {
  if (isUnreadable(name)) return [];
  if (typeof name !== 'string') {
    return [fault('INVALID_NAME', 'name', `name must be a text, e.g. 'my-model'; got ${givenValue(name)}`)];
  }
  if (name.length > LONGEST_NAME) {
    const reason = `name must be at most ${LONGEST_NAME} characters long; got ${givenValue(name)}`;
    return [fault('INVALID_NAME', 'name', reason)];
  }
  return name.trim() === '' ? [fault('INVALID_NAME', 'name', "model '': name must not be empty")] : [];
}

function modelTypeFaults({ modelType }: { readonly modelType?: unknown }): Fault[] {
  if (modelType === undefined || typeof modelType === 'string' || isUnreadable(modelType)) return [];
  return [fault('INVALID_FORMAT', 'modelType', `modelType must be a text, e.g. 'llama'; got ${givenValue(modelType)}`)];
}

function headFaults(shape: DecoderShape): Fault[] {
  const { hiddenSize, attentionHeads, keyValueHeads, headSize, latentAttention, layerKinds } = shape;
  const faults: Fault[] = [];
  if (headSize === undefined && !latentAttention && !layerKinds && hiddenSize % attentionHeads !== 0) {
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
    const reason = `keyValueHeads ${kv} must divide attentionHeads ${attentionHeads}`;
    faults.push(fault('CONFLICTING_PROPERTIES', 'keyValueHeads', reason));
  }
  return faults;
}

function expertFaults(layers: number, experts: ExpertLayers | undefined): Fault[] {
  if (!experts) return [];
  const { routed, perToken, firstDenseLayers, layerStep = 1 } = experts;
  const conflict = (property: string, reason: string) => [fault('CONFLICTING_PROPERTIES', property, reason)];
  return allOf(
    () =>
      perToken > routed
        ? conflict('experts.perToken', `experts.perToken ${perToken} must not exceed experts.routed ${routed}`)
        : [],
    () =>
      firstDenseLayers !== undefined && firstDenseLayers >= layers
        ? conflict(
            'experts.firstDenseLayers',
            `experts.firstDenseLayers ${firstDenseLayers} must be below layers ${layers}`,
          )
        : [],
    () =>
      layerStep > 1 && expertLayersBefore(layers, experts) < 1
        ? conflict('experts.layerStep', `experts.layerStep ${layerStep} leaves no layer with experts among ${layers}`)
        : [],
  );
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
  return allOf(
    () => REQUIRED.filter((name) => shape[name] === undefined).map(lacking),
    () =>
      Object.entries(PARTS).flatMap(([part, numbers]) => {
        const given: unknown = shape[part as keyof typeof PARTS];
        if (isUnreadable(given)) return [];
        if (!isPart(given)) {
          return [fault('INVALID_FORMAT', part, `${part} must be an object of numbers; got ${givenValue(given)}`)];
        }
        const missing = numbers.filter(
          (name) => given !== undefined && Reflect.get(given as object, name) === undefined,
        );
        return missing.map((name) => lacking(`${part}.${name}`));
      }),
    () => FLAGS.flatMap((name) => flagFault(name, shape[name])),
    () => flagFault('slidingWindow.chunked', shape.slidingWindow?.chunked),
    () =>
      (['bias', 'routerBias', 'sharedGate'] as const).flatMap((name) =>
        flagFault(`experts.${name}`, shape.experts?.[name]),
      ),
  );
}

/** Most layers of a model; the planner looks at every number of stages up to it. */
const MOST_LAYERS = 1000;
/** Largest width, head count, vocabulary or context: far above every model, and far below where products lose digits. */
const LARGEST_DIMENSION = 1e9;

function tooLargeFaults(numbers: { readonly [property: string]: number | undefined }): Fault[] {
  return Object.entries(numbers).flatMap(([property, value]) => {
    const most = /^(layers|predictionLayers)$/.test(property) ? MOST_LAYERS : LARGEST_DIMENSION;
    if (value === undefined || !Number.isSafeInteger(value) || value <= most) return [];
    return [
      fault('OUT_OF_RANGE', property, `${property} must be at most ${most}; got ${value}; no model is near that`),
    ];
  });
}
