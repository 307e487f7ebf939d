import { Section, attention, feedForward, layerNorm, linear } from './section';

/** A layer of Whisper's encoder, whose keys have no bias. */
const whisperLayer = (d: number, inner: number) => 2 * layerNorm(d) + attention(d) - d + feedForward(d, inner);

/** Numbers of Whisper's encoder, under the names of its own class or of those made like it. */
export function whisperSizes(a: Section): { d: number; inner: number; bands: number; layers: number } {
  return {
    d: a.number(1280, 'd_model', 'hidden_size'),
    inner: a.number(5120, 'encoder_ffn_dim', 'intermediate_size'),
    bands: a.number(128, 'num_mel_bins'),
    layers: a.number(32, 'encoder_layers', 'num_hidden_layers'),
  };
}

export const whisperWidths = (d: number, inner: number, bands: number) => ({
  ...{ hiddenSize: d, intermediateSize: inner, inputSize: bands },
});

/** Parameters of Whisper's encoder without its table of positions. */
export function whisper(a: Section): number {
  const { d, inner, bands, layers } = whisperSizes(a);
  return linear(3 * bands, d) + linear(3 * d, d) + layers * whisperLayer(d, inner) + layerNorm(d);
}
