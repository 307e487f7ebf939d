import { Layer } from '../catalog/layers';
import { ModelSpec } from '../catalog/model-spec';
import { LayerParameters } from '../catalog/parameter-count';
import { SpeculativeDecoding, SpeculativeMethod } from '../catalog/speculative-decoding';

/** Layers of a drafter that are alike. */
export interface DraftLayers {
  readonly count: number;
  readonly layer: Layer;
  /** Parameters of one. */
  readonly parameters: LayerParameters;
}

/**
 * What drafts the tokens of a step, with every default filled in.
 *
 * @internal
 */
export interface Drafter {
  readonly method: SpeculativeMethod;
  /** Tokens that it drafts. */
  readonly tokens: number;
  /** Tokens that a step gives on average. */
  readonly acceptanceLength: number;
  /** Its layers; none where tokens are looked up. */
  readonly layers: readonly DraftLayers[];
  /** The draft model or the head. */
  readonly model?: ModelSpec;
  /** What one pass of it computes, as a model. */
  readonly pass?: ModelSpec;
  /** Parameters on every rank, in 16 bits: what joins hidden states and embeddings. */
  readonly joining: number;
  /** Parameters of tables of its own, shared out over ranks. */
  readonly tables: number;
}

/** Layers of the model whose hidden states an EAGLE-3 head reads (`eagle_aux_hidden_state_layer_ids`; three in all published heads). */
const EAGLE_STATES = 3;

/**
 * What drafts the tokens of a model; undefined without speculative decoding.
 *
 * @internal
 */
export function drafterOf(model: ModelSpec, of: SpeculativeDecoding | undefined): Drafter | undefined {
  if (!of) return undefined;
  const { method, tokens, acceptanceLength } = of;
  const base = { method, tokens, acceptanceLength, layers: [], joining: 0, tables: 0 };
  switch (method) {
    case SpeculativeMethod.N_GRAM:
      return base;
    case SpeculativeMethod.DRAFT_MODEL:
      return of.model ? { ...base, model: of.model, pass: of.model, layers: layersOf(of.model) } : base;
    case SpeculativeMethod.EAGLE3:
      return { ...base, ...eagleHead(model, of) };
    default: {
      const own = model._prediction();
      if (!own) return base;
      return { ...base, pass: own.pass(), layers: [own], joining: own.count * own.joining };
    }
  }
}

function layersOf(model: ModelSpec): DraftLayers[] {
  return model._layers.kinds.map((layer, i) => ({
    count: layer.count,
    layer,
    parameters: model._parameterCount.kinds[i],
  }));
}

/**
 * A head of EAGLE-3 (vLLM's `llama_eagle3.py`, 0.24.0): its first layer reads the embedding beside the hidden state, a matrix makes one hidden
 * state of three, and the embedding is the model's.
 */
function eagleHead(
  model: ModelSpec,
  of: SpeculativeDecoding,
): Pick<Drafter, 'model' | 'pass' | 'layers' | 'joining' | 'tables'> {
  const head = of.model ?? defaultHead(model);
  const layers = layersOf(head);
  const { attention, keyValue } = layers[0].parameters;
  // Of the attention the output projection reads no embedding.
  const { heads = 0, valueHeadSize = 0 } = layers[0].layer.attention ?? {};
  const wider = Math.max(0, attention - heads * valueHeadSize * head.hiddenSize) + keyValue;
  return {
    model: head,
    pass: head,
    layers,
    joining: EAGLE_STATES * model.hiddenSize * head.hiddenSize + 3 * head.hiddenSize,
    tables: (of.draftVocabularySize ?? model.vocabularySize) * head.hiddenSize + wider,
  };
}

/** One layer as wide as the model, as published heads have. */
function defaultHead(model: ModelSpec): ModelSpec {
  const h = model.hiddenSize;
  const latent = model.latentAttention !== undefined;
  const headSize = latent ? 128 : model.headSize;
  const attentionHeads = latent ? Math.ceil(h / headSize) : model.attentionHeads;
  return ModelSpec.dense({
    name: `${model.name}-eagle3`,
    shape: {
      layers: 1,
      hiddenSize: h,
      attentionHeads,
      keyValueHeads: latent ? attentionHeads : model.keyValueHeads,
      headSize,
      intermediateSize: model.experts ? 3 * h : model.intermediateSize,
      vocabularySize: model.vocabularySize,
      maxContextLength: model.maxContextLength,
      tiedEmbeddings: true,
    },
  });
}
