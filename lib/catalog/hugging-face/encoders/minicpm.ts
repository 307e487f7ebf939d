import { EncoderShape } from '../../encoder-shape';
import { Section, attention, layerNorm, linear } from './section';
import { siglip } from './vision';
import { whisper, whisperSizes, whisperWidths } from './whisper';

type Sizes = Omit<EncoderShape, 'name'>;

/** MiniCPM-V 4.6: patches are joined twice, in the tower and behind it. */
export function minicpmVision(v: Section): Sizes {
  const h = v.number(768, 'hidden_size');
  const inner = v.number(3072, 'intermediate_size');
  const tower = siglip(v, false);
  const joined = 4 * h;
  const within = attention(h) + layerNorm(h) + layerNorm(joined) + linear(joined, 4 * inner) + linear(4 * inner, h);
  const behind = layerNorm(joined) + linear(joined, joined) + linear(joined, v.text);
  return {
    parameters: tower.parameters + within + behind,
    ...{ tokensPerItem: 640, positionsPerToken: 16 },
    ...{ hiddenSize: h, intermediateSize: inner, inputSize: tower.input },
  };
}

/** Slices of the largest image (`max_slice_num`), with the small picture of the whole. */
const SLICES = 10;

/**
 * MiniCPM-V 2.5 to 4.5 and MiniCPM-o: SigLIP without its head, and one layer of attention from a fixed number of queries, 64 for each slice of
 * 448 pixels. The tower of 2.0 is another.
 */
export function minicpmResampled(v: Section): Sizes {
  const dropped = v.file.flag('drop_vision_last_layer') === true ? 1 : 0;
  const layers = Math.max(0, v.number(12, 'num_hidden_layers') - dropped);
  const tower = siglip(v.withValue('num_hidden_layers', layers), false);
  const { h, inner, input } = tower;
  const queries = v.outer(64, 'query_num');
  const out = v.text;
  const width = h === out ? 0 : h * out;
  const patches = Math.floor(448 / v.number(14, 'patch_size')) ** 2;
  return {
    parameters: tower.parameters + queries * out + width + attention(out) + 3 * layerNorm(out) + out * out,
    ...{ tokensPerItem: SLICES * queries, tokensPerFrame: queries, positionsPerToken: patches / queries },
    ...{ hiddenSize: h, intermediateSize: inner, inputSize: input },
  };
}

/** MiniCPM-o: Whisper's encoder and two matrices, results averaged by twos or fives (`audio_pool_step`). */
export function minicpmAudio(a: Section): Sizes {
  const { d, inner, bands } = whisperSizes(a.withDefault('num_mel_bins', 80));
  const positions = a.number(1500, 'max_source_positions') * d;
  const pooled = a.outer(2, 'audio_pool_step');
  return {
    parameters:
      whisper(a.withDefault('num_mel_bins', 80)) + positions + linear(inner / 4, a.text) + linear(a.text, a.text),
    ...{ tokensPerItem: Math.floor(1500 / pooled), positionsPerToken: pooled },
    ...whisperWidths(d, inner, bands),
  };
}
