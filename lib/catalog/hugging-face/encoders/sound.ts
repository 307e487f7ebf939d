import { EncoderShape } from '../../encoder-shape';
import { Section, feedForward, layerNorm, linear, attention, plainLayer } from './section';
import { whisper, whisperSizes, whisperWidths } from './whisper';

type Sizes = Omit<EncoderShape, 'name'> & { readonly name?: string };

/** GLM-ASR: Whisper's encoder with positions by rotation, and two matrices for four frames at once. */
export function glmAsrAudio(a: Section): Sizes {
  const { d, inner, bands } = whisperSizes(a);
  return {
    parameters: whisper(a) + linear(inner, 2 * a.text) + linear(2 * a.text, a.text),
    ...{ tokensPerItem: 375, positionsPerToken: 4 },
    ...whisperWidths(d, inner, bands),
  };
}

/** MOSS-Transcribe-Diarize: Whisper's encoder with its table of positions, and two matrices and a norm for four frames at once. */
export function mossAudio(a: Section): Sizes {
  const { d, inner, bands } = whisperSizes(a.withDefault('num_mel_bins', 80));
  const joined = a.outer(4, 'audio_merge_size');
  const bias = a.file.flag('projector_bias') ?? true;
  return {
    parameters:
      whisper(a.withDefault('num_mel_bins', 80)) +
      a.number(1500, 'max_source_positions') * d +
      linear(joined * d, a.text, bias) +
      linear(a.text, a.text, bias) +
      layerNorm(a.text),
    ...{ tokensPerItem: Math.floor(1500 / joined), positionsPerToken: joined },
    ...whisperWidths(d, inner, bands),
  };
}

/**
 * Granite Speech and its Plus: a conformer of whole windows, and a transformer from three queries for each 15 frames. When it starts, vLLM encodes
 * 8 million samples (`get_max_audio_len` of its `granite_speech.py`): 500 seconds of 50 frames.
 */
export function graniteSpeech(a: Section): Sizes {
  const h = a.number(1024, 'hidden_dim');
  const heads = a.number(8, 'num_heads');
  const headSize = a.number(128, 'dim_head');
  const wide = heads * headSize;
  const out = a.number(42, 'output_dim');
  const inner = h * a.number(4, 'feedforward_mult');
  const convolved = h * a.number(2, 'conv_expansion_factor');
  const own = layerNorm(h) + 3 * h * wide + linear(wide, h) + (2 * a.number(512, 'max_pos_emb') + 1) * headSize;
  const convolution =
    layerNorm(h) +
    linear(h, 2 * convolved) +
    a.number(15, 'conv_kernel_size') * convolved +
    2 * convolved +
    linear(convolved, h);
  const layer = 2 * (layerNorm(h) + feedForward(h, inner)) + own + convolution + layerNorm(h);
  const window = a.outer(15, 'window_size');
  const queries = Math.ceil(window / (a.outer(5, 'downsample_rate') || 1));
  return {
    name: 'encoder_config (audio)',
    parameters:
      linear(a.number(160, 'input_dim'), h) +
      a.number(10, 'num_layers') * layer +
      linear(h, out) +
      linear(out, h) +
      speechQueries(a, queries),
    ...{ tokensPerItem: Math.ceil(25000 / window) * queries, positionsPerToken: window / queries },
    ...{ hiddenSize: h, intermediateSize: inner, inputSize: a.number(160, 'input_dim') },
  };
}

/** The transformer of `projector_config` (BLIP-2's), in whose every second layer queries attend to what was heard. */
function speechQueries({ file, text }: Section, queries: number): number {
  const p = file.inside('projector_config');
  const h = p?.whole('hidden_size') ?? 768;
  const inner = p?.whole('intermediate_size') ?? 3072;
  const from = p?.whole('encoder_hidden_size') ?? 1408;
  const layers = p?.whole('num_hidden_layers') ?? 12;
  const heard = Math.ceil(layers / (p?.whole('cross_attention_frequency') || 2));
  const across = attention(h) - 2 * linear(h, h) + 2 * linear(from, h) + layerNorm(h);
  return queries * h + layerNorm(h) + layers * plainLayer(h, inner) + heard * across + linear(h, text);
}

/** The conformer of Phi-4-multimodal as published, and its two pairs of matrices, for speech alone and beside images. */
export function phi4Audio(a: Section): Sizes | undefined {
  const h = a.number(1024, 'hidden_size');
  if (h !== 1024 || a.number(24, 'num_blocks') !== 24 || a.number(1536, 'intermediate_size') !== 1536) return undefined;
  return {
    parameters: 441254144 + 2 * (linear(h, a.text) + linear(a.text, a.text)),
    // 30 seconds at 80 milliseconds a token.
    ...{ tokensPerItem: 375, hiddenSize: h, intermediateSize: 1536, inputSize: a.number(80, 'input_size') },
  };
}
