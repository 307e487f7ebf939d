import { DecoderShape } from '../model-architecture';
import { ConfigReader } from './config-reader';
import { Family } from './family';

/** Layer norms and biases everywhere, a table of positions, feed-forward without a gate. */
const CLASSIC = {
  attentionBias: true,
  attentionOutputBias: true,
  feedForwardBias: true,
  gatedFeedForward: false,
  normBias: true,
};

function tied(reader: ConfigReader): boolean {
  return reader.flag('tie_word_embeddings') ?? true;
}

const gpt2: Family = (reader): DecoderShape => {
  const hiddenSize = reader.required('n_embd', 'hidden_size');
  const positions = reader.required('n_positions', 'n_ctx', 'max_position_embeddings');
  return {
    ...CLASSIC,
    layers: reader.required('n_layer', 'num_hidden_layers'),
    hiddenSize,
    attentionHeads: reader.required('n_head', 'num_attention_heads'),
    intermediateSize: reader.whole('n_inner') ?? 4 * hiddenSize,
    vocabularySize: reader.required('vocab_size'),
    maxContextLength: positions,
    positionEmbeddings: positions,
    tiedEmbeddings: tied(reader),
  };
};

const opt: Family = (reader): DecoderShape => {
  const hiddenSize = reader.required('hidden_size');
  const positions = reader.required('max_position_embeddings');
  const width = reader.whole('word_embed_proj_dim') ?? hiddenSize;
  if (width !== hiddenSize) {
    const reason = `word_embed_proj_dim ${width} differs from hidden_size ${hiddenSize} (OPT-350m), which is not supported`;
    reader.refuse('UNSUPPORTED_MODEL_PART', 'word_embed_proj_dim', reason);
  }
  return {
    ...CLASSIC,
    layers: reader.required('num_hidden_layers'),
    hiddenSize,
    attentionHeads: reader.required('num_attention_heads'),
    intermediateSize: reader.required('ffn_dim'),
    vocabularySize: reader.required('vocab_size'),
    maxContextLength: positions,
    // Two rows more than positions, for padding.
    positionEmbeddings: positions + 2,
    tiedEmbeddings: tied(reader),
  };
};

/** GPT-2 and OPT. */
export const CLASSIC_FAMILIES: { readonly [type: string]: Family } = { gpt2, opt };
