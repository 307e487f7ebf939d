import { LayerKind } from './layer-kinds';
import { Layer, layersOf } from './layers';
import { DecoderShape } from './model-architecture';
import { LayerParameters, countParameters } from './parameter-count';
import { PartBytes, weightBytes } from './weight-bytes';
import { Precision } from './precision';
import { WeightBits } from './weight-bits';

/**
 * Multi-token prediction layers of a model: each is one layer with attention, behind a matrix that joins hidden state and embedding.
 *
 * @internal
 */
export interface PredictionLayers {
  readonly count: number;
  /** One of them as a model. */
  readonly shape: DecoderShape;
  readonly layer: Layer;
  /** Parameters of one. */
  readonly parameters: LayerParameters;
  /** Of one: the matrix that joins, and its norms; in 16 bits. */
  readonly joining: number;
  /** Of one in the checkpoint: an embedding and a head of its own; engines use the model's. */
  readonly tables: number;
}

/**
 * The multi-token prediction layers of a shape, if it has any.
 *
 * @internal
 */
export function predictionLayersOf(shape: DecoderShape): PredictionLayers | undefined {
  const count = shape.predictionLayers ?? 0;
  if (count === 0) return undefined;
  const kind = kindOf(shape);
  const alone: DecoderShape = {
    ...shape,
    layers: 1,
    predictionLayers: 0,
    layerKinds: [{ ...kind, count: 1 }],
    layerOrder: undefined,
    slidingWindow: undefined,
    encoders: undefined,
    experts:
      kind.experts && shape.experts
        ? { ...shape.experts, firstDenseLayers: undefined, layerStep: undefined }
        : undefined,
    latentAttention: undefined,
    otherParameters: undefined,
  };
  const layers = layersOf(alone);
  const [parameters] = countParameters(alone, layers).kinds;
  const table = shape.vocabularySize * shape.hiddenSize * (shape.tiedEmbeddings ? 1 : 2);
  return {
    count,
    shape: alone,
    layer: layers.kinds[0],
    parameters,
    joining: shape.hiddenSize * (2 * shape.hiddenSize + 3),
    tables: (shape.predictionTables ?? true) ? table : 0,
  };
}

/** What a prediction layer is like: attention of the model that sees the whole context, and mostly its experts where it has some. */
function kindOf(shape: DecoderShape): Omit<LayerKind, 'count'> {
  const experts = shape.predictionExperts ?? shape.experts !== undefined;
  const block = experts ? { experts } : { intermediateSize: shape.intermediateSize };
  if (!shape.layerKinds) return { attention: { latent: shape.latentAttention }, ...block };
  const attending = shape.layerKinds.filter(({ attention }) => attention && !attention.index?.shared);
  const found = attending.find((kind) => (kind.experts === true) === experts && (experts || kind.intermediateSize));
  // Where attention and experts are layers of their own (Nemotron 3), a prediction layer is one of each.
  const bare = { state: undefined, experts: undefined, intermediateSize: undefined };
  return found ?? { ...attending[0], attention: attending[0]?.attention ?? {}, ...bare, ...block };
}

/**
 * Bytes of a weight of each part of prediction layers. Formats of 4 bits are made after training by programs that load the model without them
 * (`transformers` has no class for them), so that they stay in 16 bits: they are in `ignore` of nvidia/Qwen3.6-27B-NVFP4, and DeepSeek R1's in NVFP4 too.
 * Of dense models in NVFP4 there are files with either; where the size of the file is given, fewer bits for them leave more to the other weights.
 *
 * @param loaded whether they are loaded; false in the size of the file
 *
 * @internal
 */
export function predictionBytes(model: PublishedModel, precision: Precision, loaded: boolean): PartBytes {
  const bytes = model._partBytes(precision);
  const stated = precision.name === model.publishedPrecision?.name ? model.publishedBits : undefined;
  const either = precision.name === Precision.NVFP4.name && !model.experts && !loaded;
  const bits = stated?.predictionLayers ?? (precision.bits === 4 && !either ? 16 : undefined);
  if (bits === undefined) return bytes;
  const own = bits / 8;
  return {
    attention: own,
    latent: own,
    state: own,
    denseFeedForward: own,
    sharedExperts: own,
    routedExperts: own,
    head: bytes.head,
    other: bytes.other,
  };
}

/**
 * Bytes that prediction layers have in the files of a checkpoint.
 *
 * @internal
 */
export function predictionFileBytes(model: PublishedModel, precision: Precision): number {
  const prediction = model._prediction();
  if (!prediction) return 0;
  const { count, parameters, joining, tables } = prediction;
  const bytes = predictionBytes(model, precision, false);
  return count * weightBytes(parameters, joining + tables, bytes, model._rowScaleBits(precision));
}

/** What is read of a model. */
interface PublishedModel {
  readonly experts?: unknown;
  readonly publishedPrecision?: Precision;
  readonly publishedBits?: WeightBits;
  _prediction(): PredictionLayers | undefined;
  _partBytes(precision: Precision): PartBytes;
  _rowScaleBits(precision: Precision): number;
}
