import { EncoderShape } from '../../encoder-shape';
import { Section, feedForward, linear } from './section';

const RATIOS = [2, 2, 4, 5, 5, 8];
const DEPTHS = [3, 3, 3, 3, 3, 3, 8];
/** Samples that are encoded at once: a minute (`acoustic_tokenizer_chunk_size`). */
const CHUNK = 1440000;

/**
 * One of the two tokenizers of VibeVoice-ASR: convolutions that halve time and double width, blocks of ConvNeXt after each, and two matrices
 * with a norm between them before the language model.
 *
 * @param name its section
 * @param latents values of a token, where the section does not state them
 */
export function vibeVoiceTokenizer(name: string, latents: number): (a: Section) => EncoderShape {
  return (a) => {
    const filters = a.number(32, 'num_filters');
    const kernel = a.number(7, 'kernel_size');
    const expansion = a.number(4, 'ffn_expansion');
    const hidden = a.number(latents, 'hidden_size');
    const ratios = a.list(RATIOS, 'downsampling_ratios');
    const depths = a.list(DEPTHS, 'depths');
    const convolution = (from: number, to: number, size: number) => from * to * size + to;
    const block = (h: number) => 4 * h + h * kernel + h + feedForward(h, expansion * h);
    const width = (stage: number) => filters * 2 ** stage;
    const stages = ratios.map(
      (ratio, i) => convolution(width(i), width(i + 1), 2 * ratio) + (depths[i + 1] ?? 0) * block(width(i + 1)),
    );
    const hop = ratios.reduce((product, ratio) => product * ratio, 1);
    return {
      name: `${name} (audio)`,
      parameters:
        convolution(a.number(1, 'channels'), filters, kernel) +
        (depths[0] ?? 0) * block(filters) +
        stages.reduce((sum, stage) => sum + stage, 0) +
        convolution(width(ratios.length), hidden, kernel) +
        linear(hidden, a.text) +
        a.text +
        linear(a.text, a.text),
      tokensPerItem: Math.ceil(a.outer(CHUNK, 'acoustic_tokenizer_chunk_size') / hop),
      ...{ positionsPerToken: hop, hiddenSize: filters, intermediateSize: expansion * filters, inputSize: 1 },
    };
  };
}
