import { encoderParameters } from '../catalog/encoders';
import { Layer } from '../catalog/layers';
import { ModelSpec } from '../catalog/model-spec';
import { LayerParameters } from '../catalog/parameter-count';
import { Precision } from '../catalog/precision';
import { PartBytes, weightBytes, wideBytes } from '../catalog/weight-bytes';
import { Configuration } from './configuration';
import { encoderWeights } from './encoder-memory';
import { Stage } from './stages';

/**
 * Bytes of weights on one GPU of a stage: matrices shared out over tensor ranks, key and value projections at least one head each,
 * experts over expert or tensor ranks, norms and router on every rank. Data-parallel ranks each hold all but the routed experts.
 *
 * @param perLayer bytes of one layer of each kind, see layerWeights
 *
 * @internal
 */
export function stageWeights(
  configuration: Configuration,
  stage: Stage,
  perLayer = layerWeights(configuration),
): number {
  const { model, parallelism, precision } = configuration;
  const c = model._parameterCount;
  const { tensor } = parallelism;
  const wide = wideBytes(precision);
  let rest = 0;
  const padding = vocabularyPadding(configuration);
  // One matrix is table and head where the embeddings are tied; on stages apart each has it.
  if (stage.first || (stage.last && !c.head)) rest += (c.embedding - c.head + padding) / tensor;
  if (stage.last) rest += c.finalNorm;
  const head = stage.last && c.head ? (c.head + padding) / tensor : 0;
  let counted = rest * wide + head * model._partBytes(precision).head;
  for (let i = 0; i < perLayer.length; i++) counted += stage.kinds[i] * perLayer[i];
  // Engines load encoders on the first stage; quantized files have them in 16 bits, whatever their size says of the other matrices.
  const encoders = stage.first ? encoderWeights(configuration) * wide : 0;
  const copies = latentCopies(configuration, stage) + besideParameters(configuration, stage);
  return counted * checkpointScale(configuration) + encoders + copies;
}

/** Bytes of the files of a checkpoint against those counted, encoders apart; 1 where their size is not known. */
function checkpointScale({ model, precision, checkpointBytes }: Configuration): number {
  if (checkpointBytes === undefined) return 1;
  const encoders = encoderParameters(model.shape.encoders) * wideBytes(precision);
  return Math.max(0, checkpointBytes - encoders) / (model.checkpointSize(precision).bytes - encoders);
}

/**
 * Bytes on one GPU of a stage that a model has loaded beside its parameters.
 *
 * @internal
 */
export function besideParameters(configuration: Configuration, stage: Stage): number {
  return valueCopies(configuration, stage) + rotaryTables(configuration);
}

/**
 * Copies in 16 bits of the up projections of keys and values of latent attention (`kv_b_proj`), by which vLLM decodes; it keeps the quantized ones
 * for prompts (`W_UV` and `W_UK_T` of its `mla_attention.py`, 0.24.0). Those that are in 16 bits it reads in place.
 */
function latentCopies({ model, precision, parallelism, engine }: Configuration, stage: Stage): number {
  if (!engine._isVllm || model._partBytes(precision).latent >= 2) return 0;
  return model._layers.kinds.reduce((sum, { attention }, i) => {
    // Attention with projections of its own kind is not of that class (DeepSeek V4).
    if (!attention?.latent || attention.matrixParameters !== undefined) return sum;
    const { keyValueRank, nopeHeadSize, valueHeadSize } = attention.latent;
    const copied = keyValueRank * attention.heads * (nopeHeadSize + valueHeadSize);
    return sum + (stage.kinds[i] * copied * 2) / parallelism.tensor;
  }, 0);
}

/** Projections of values where the file has those of keys alone: vLLM has both in one matrix, and loads it twice (its `gemma4.py`). */
function valueCopies({ model, precision, parallelism, engine }: Configuration, stage: Stage): number {
  if (!engine._isVllm) return 0;
  const bytes = model._partBytes(precision).attention;
  return model._layers.kinds.reduce((sum, { attention }, i) => {
    if (!attention?.sharesValues) return sum;
    const heads = Math.ceil(attention.keyValueHeads / parallelism.tensor);
    return sum + stage.kinds[i] * model.hiddenSize * heads * attention.valueHeadSize * bytes;
  }, 0);
}

/**
 * Sines and cosines of every position, in 16 bits, of each rotation (`cos_sin_cache`). Of heads of 128 that is 0.03 GiB for 131,072 positions; Gemma 4, which has heads of 256 and
 * of 512 that are rotated whole, loads 0.38 GiB more than its file has (vLLM 0.19 to 0.23).
 */
function rotaryTables({ model, engine }: Configuration): number {
  if (!engine._isVllm || model.shape.modelType?.startsWith('gemma4') !== true) return 0;
  const sizes = new Set(model._layers.kinds.flatMap(({ attention }) => (attention ? [attention.headSize] : [])));
  return [...sizes].reduce((sum, size) => sum + 2 * size * model.maxContextLength, 0);
}

/** Families whose positions are of time, height and width, with the share of a head that is rotated. */
const OF_MEDIA: readonly (readonly [family: string, share: number])[] = [
  ['qwen3_5', 1 / 4],
  ['qwen3_vl', 1],
  ['qwen2_5_vl', 1],
  ['qwen2_vl', 1],
];

/**
 * Sines and cosines where positions are of time, height and width: of four times as many as the model has (`cache_max_position_num` of vLLM's `mrope.py`, 0.24.0). 0.125
 * GiB for Qwen3.5 of any size, which is what its logs have beside the parameters (4B, 9B and 27B).
 *
 * @internal
 */
export function mediaTables({ model, engine }: Configuration): number {
  const { modelType = '' } = model.shape;
  const [, share] = OF_MEDIA.find(([family]) => modelType.startsWith(family)) ?? ['', 0];
  if (!engine._isVllm) return 0;
  const sizes = new Set(model._layers.kinds.flatMap(({ attention }) => (attention ? [attention.headSize] : [])));
  return [...sizes].reduce((sum, size) => sum + 8 * size * share * model.maxContextLength, 0);
}

/** Parameters by which vLLM makes a table of tokens longer: to a multiple of 64 rows (its `vocab_parallel_embedding.py`). */
function vocabularyPadding({ model, engine }: Configuration): number {
  if (!engine._isVllm || model.approximate) return 0;
  return (Math.ceil(model.vocabularySize / 64) * 64 - model.vocabularySize) * model.hiddenSize;
}

/**
 * Bytes of weights of one layer of each kind on one GPU.
 *
 * @internal
 */
export function layerWeights(configuration: Configuration): number[] {
  const { model, precision } = configuration;
  const bytes = model._partBytes(precision);
  const padding = expertPadding(configuration);
  return model._parameterCount.kinds.map((of, i) =>
    layerBytes(configuration, of, model._layers.kinds[i], bytes, padding),
  );
}

/**
 * Bytes of weights of one layer on one GPU.
 *
 * @param of parameters of the layer
 * @param layer what it is
 * @param bytes of a weight of each part
 * @param padding loaded experts against those of the checkpoint
 *
 * @internal
 */
export function layerBytes(
  configuration: Configuration,
  of: LayerParameters,
  { attention }: Layer,
  bytes: PartBytes,
  padding = 1,
): number {
  const { model, parallelism, precision } = configuration;
  const { tensor, expert } = parallelism;
  const heads = attention && !attention.latent ? attention.keyValueHeads : 1;
  const share: LayerParameters = {
    attention: of.attention / tensor,
    keyValue: of.keyValue * (heads === 1 ? 1 : Math.ceil(heads / tensor) / heads),
    latentUp: of.latentUp / tensor,
    state: of.state / tensor,
    denseFeedForward: of.denseFeedForward / tensor,
    routedExperts: (of.routedExperts * padding) / (expert > 1 ? expert : tensor),
    sharedExperts: of.sharedExperts / (sharesOutTokens(configuration) ? 1 : tensor),
    router: of.router,
    small: of.small,
    float32: of.float32,
    outputRows: of.outputRows / tensor,
  };
  // Files may have them in 16 bits all the same.
  const float32 = of.float32 * (4 - bytes.other);
  return weightBytes(share, 0, bytes, model._rowScaleBits(precision)) + float32;
}

/**
 * Loaded MXFP4 experts against those of the checkpoint: kernels want whole tiles, so vLLM rounds the hidden size up to 256 and each rank's
 * width up to 128, on Blackwell to 256 (its mxfp4 layer). gpt-oss-120b loads 65.97 GiB on one H100, not 60.7 (vllm-project/vllm#23278).
 */
function expertPadding({ model, gpu, parallelism, precision }: Configuration): number {
  if (!model.experts || precision.name !== Precision.MXFP4.name || !isGptOss(model)) return 1;
  const width = model.experts.intermediateSize / (parallelism.expert > 1 ? 1 : parallelism.tensor);
  const padded = (size: number, tile: number) => Math.ceil(size / tile) * tile;
  const tile = gpu.computeCapability >= 10 ? 256 : 128;
  return (padded(model.hiddenSize, 256) * padded(width, tile)) / (model.hiddenSize * width);
}

/**
 * Whether the tensor ranks of a layer with experts divide tokens instead of matrices: with data-parallel attention, so that no token is sent
 * twice (`use_sequence_parallel_moe` of vLLM's parallel config); each then holds the shared experts whole (its `deepseek_v2.py`).
 *
 * @internal
 */
export function sharesOutTokens({ parallelism }: Pick<Configuration, 'parallelism'>): boolean {
  return parallelism.attentionRanks > 1 && parallelism.tensor > 1;
}

/** The format of other models, e.g. Kimi K3, is that of compressed-tensors, whose kernels pad nothing. */
function isGptOss({ name, shape }: ModelSpec): boolean {
  return shape.modelType === 'gpt_oss' || name.startsWith('gpt-oss');
}
