import { GpuNodeType } from './gpu-node-type';
import { ModelSpec } from './model-spec';

/** What a plan depends on, by the names of properties. */
interface Described {
  readonly [property: string]: string | number | boolean;
}

/** As many differences as a message names: the first ones explain the others. */
const NAMED = 3;

/**
 * What two models of the same name differ in, as far as plans depend on it: of both a text such as `layers 32, hiddenSize 4096`.
 * Undefined for models that are the same, also where one leaves out what the other states, e.g. `headSize`. They may be of different
 * loaded copies of the package.
 *
 * @internal
 */
export function modelDifference(one: ModelSpec, other: ModelSpec): readonly [string, string] | undefined {
  return difference(describedModel(one), describedModel(other));
}

/**
 * What a plan takes of a node besides its GPUs.
 *
 * @internal
 */
export interface UsedHardware {
  /** Host memory, for weights that are offloaded. */
  readonly hostMemory: boolean;
  /** The network, by replicas larger than a node. */
  readonly network: boolean;
}

/**
 * What two kinds of nodes of the same name differ in, as far as a plan depends on it, in the same way.
 *
 * @internal
 */
export function hardwareDifference(
  one: GpuNodeType,
  other: GpuNodeType,
  used: UsedHardware,
): readonly [string, string] | undefined {
  return difference(describedHardware(one, used), describedHardware(other, used));
}

function difference(one: Described, other: Described): readonly [string, string] | undefined {
  const names = Object.keys(one).filter((name) => one[name] !== other[name]);
  const text = (of: Described) =>
    names
      .slice(0, NAMED)
      .map((name) => `${name} ${of[name]}`)
      .join(', ');
  return names.length === 0 ? undefined : [text(one), text(other)];
}

function describedModel(model: ModelSpec): Described {
  const { layers, hiddenSize, attentionHeads, keyValueHeads, headSize, intermediateSize, vocabularySize } = model;
  const { latentAttention: latent, experts, shape } = model;
  return {
    ...{ layers, hiddenSize, attentionHeads, keyValueHeads, headSize, intermediateSize, vocabularySize },
    maxContextLength: model.maxContextLength,
    'experts.routed': experts?.routed ?? 0,
    'experts.perToken': experts?.perToken ?? 0,
    'experts.intermediateSize': experts?.intermediateSize ?? 0,
    'experts.shared': experts?.shared ?? 0,
    'experts.firstDenseLayers': experts?.firstDenseLayers ?? 0,
    'experts.layerStep': experts?.layerStep ?? 1,
    'latentAttention.keyValueRank': latent?.keyValueRank ?? 0,
    'latentAttention.queryRank': latent?.queryRank ?? 0,
    'latentAttention.nopeHeadSize': latent?.nopeHeadSize ?? 0,
    'latentAttention.ropeHeadSize': latent?.ropeHeadSize ?? 0,
    'latentAttention.valueHeadSize': latent?.valueHeadSize ?? 0,
    'slidingWindow.tokens': shape.slidingWindow?.tokens ?? 0,
    'slidingWindow.layers': shape.slidingWindow?.layers ?? 0,
    'slidingWindow.chunked': shape.slidingWindow?.chunked ?? false,
    layerKinds: JSON.stringify(shape.layerKinds ?? []),
    tiedEmbeddings: shape.tiedEmbeddings ?? false,
    gatedFeedForward: shape.gatedFeedForward ?? true,
    needsBfloat16: shape.needsBfloat16 ?? false,
    predictionLayers: shape.predictionLayers ?? 0,
    predictionTables: shape.predictionTables ?? true,
    predictionExperts: shape.predictionExperts ?? shape.experts !== undefined,
    encoders: JSON.stringify(shape.encoders ?? []),
    sharedParameterFraction: model.sharedParameterFraction,
    skippedLayerFraction: model.skippedLayerFraction,
    approximate: model.approximate,
    // Biases, norms and the widths of shared experts show here.
    parameters: model.parameters,
    activeParameters: model.activeParameters,
  };
}

function describedHardware(type: GpuNodeType, { hostMemory, network }: UsedHardware): Described {
  const { gpu, gpuCount, gpuMemory, interconnect, nvlinkDomainSize, memory, networkBandwidthGbps } = type;
  return {
    ...{ gpu: gpu.name, gpuCount, gpuMemory: `${gpuMemory}`, interconnect, nvlinkDomainSize },
    ...(hostMemory ? { memory: `${memory}` } : {}),
    ...(network ? { networkBandwidthGbps } : {}),
  };
}
