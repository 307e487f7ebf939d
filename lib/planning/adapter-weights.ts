import { Layer, ResolvedAttention } from '../catalog/layers';
import { ModelSpec } from '../catalog/model-spec';
import { Parallelism } from '../catalog/parallelism';
import { wideBytes } from '../catalog/weight-bytes';
import { Configuration } from './configuration';
import { Stage } from './stages';

/** Inputs and outputs of the two products of an adapter, on one GPU. */
interface Sides {
  readonly inputs: number;
  readonly outputs: number;
}

/**
 * Bytes on one GPU of a stage that the engine keeps for LoRA adapters: for each that may run at once two matrices of the highest rank beside
 * every matrix of the model, in 16 bits whatever the model is in. Tensor ranks share out the outputs of matrices that are shared out by
 * columns, and the inputs of those shared out by rows; tables of tokens have theirs whole (`lora/layers` of vLLM 0.24.0). Measured for Llama 3.1 8B:
 * 0.35 GiB for 4 of rank 16, 2.77 for 8 of rank 64 (bench/vllm/results-h200-options.json).
 *
 * @internal
 */
export function adapterWeights(configuration: Configuration, stage: Stage): number {
  const { lora, model, precision } = configuration;
  if (!lora) return 0;
  const layers = model._layers.kinds.reduce(
    (sum, layer, kind) =>
      stage.kinds[kind] === 0 ? sum : sum + stage.kinds[kind] * widths(sidesOf(configuration, layer)),
    0,
  );
  const table = model.vocabularySize + model.hiddenSize;
  const tables = (stage.first ? table : 0) + (stage.last ? table : 0);
  return lora.maxAdapters * lora.maxRank * (layers + tables) * wideBytes(precision);
}

/**
 * Parameters of a whole adapter: two matrices of its rank beside every matrix of every layer.
 *
 * @internal
 */
export function adapterParameters(model: ModelSpec, rank: number): number {
  const whole = { model, parallelism: Parallelism.NONE };
  return rank * model._layers.kinds.reduce((sum, layer) => sum + layer.count * widths(sidesOf(whole, layer)), 0);
}

const widths = (sides: readonly Sides[]) => sides.reduce((sum, { inputs, outputs }) => sum + inputs + outputs, 0);

/** Every matrix of a layer that an adapter has a part for. */
function sidesOf({ model, parallelism }: Pick<Configuration, 'model' | 'parallelism'>, layer: Layer): Sides[] {
  const { tensor, expert } = parallelism;
  const h = model.hiddenSize;
  const { experts } = model;
  const sides = layer.attention ? attentionSides(layer.attention, h, tensor) : [];
  const gated = model.shape.gatedFeedForward ?? true;
  if (layer.state) {
    const width = layer.state.heads * layer.state.headSize || layer.state.convolutionChannels;
    const into = Math.max(0, layer.state.matrixParameters / h - width);
    sides.push({ inputs: h, outputs: into / tensor }, { inputs: width / tensor, outputs: h });
  }
  if (layer.intermediateSize > 0) sides.push(...feedForwardSides(h, layer.intermediateSize / tensor, gated));
  if (layer.experts && experts) {
    const held = experts.routed / (expert > 1 ? expert : 1);
    const width = experts.intermediateSize / (expert > 1 ? 1 : tensor);
    const one = widths(feedForwardSides(experts.latentSize ?? h, width, gated));
    sides.push({ inputs: held * one, outputs: 0 });
    const shared =
      model._parameterCount.kinds[model._layers.kinds.indexOf(layer)].sharedExperts / ((gated ? 3 : 2) * h);
    if (shared > 0) sides.push(...feedForwardSides(h, shared / tensor, gated));
  }
  return sides;
}

/** Gate, where there is one, and up by columns, down by rows. */
function feedForwardSides(hidden: number, width: number, gated: boolean): Sides[] {
  const column = { inputs: hidden, outputs: width };
  return [...(gated ? [column] : []), column, { inputs: width, outputs: hidden }];
}

function attentionSides(attention: ResolvedAttention, h: number, tensor: number): Sides[] {
  const { heads, keyValueHeads, headSize, valueHeadSize, latent } = attention;
  const own = heads / tensor;
  const output = { inputs: own * valueHeadSize, outputs: h };
  if (!latent) {
    const queries = own * headSize * (attention.outputGate ? 2 : 1);
    const keyValues = Math.ceil(keyValueHeads / tensor);
    const keys = { inputs: h, outputs: keyValues * headSize };
    const values = { inputs: h, outputs: keyValues * valueHeadSize };
    const cached = attention.sharesCache && !attention.unusedProjections ? [] : [keys, values];
    return [{ inputs: h, outputs: queries }, ...cached, output];
  }
  const { queryRank, keyValueRank, nopeHeadSize, ropeHeadSize, valueHeadSize: value } = latent;
  const query = own * (nopeHeadSize + ropeHeadSize);
  return [
    ...(queryRank
      ? [
          { inputs: h, outputs: queryRank },
          { inputs: queryRank, outputs: query },
        ]
      : [{ inputs: h, outputs: query }]),
    { inputs: h, outputs: keyValueRank + ropeHeadSize },
    { inputs: keyValueRank, outputs: own * (nopeHeadSize + value) },
    { inputs: own * value, outputs: h },
  ];
}
