import { layerStateBytes } from '../catalog/cache-bytes';
import { ResolvedState } from '../catalog/layers';
import { Configuration } from './configuration';
import { KernelModel } from './kernel-model';
import { Pass, decodedTokens } from './pass';

/** Tokens of a chunk in which linear attention and state spaces compute prompts (`chunk_size`: 64 of gated delta rules, 128 to 256 of Mamba 2). */
const STATE_CHUNK = 64;
/** Share of the 16-bit rate that they reach; not measured. */
const STATE_RATE = 0.15;
/**
 * Share of the bandwidth at which a decode step reads and writes states of 16 bits: 0.30 and 0.33 of Falcon-H1's with 64 and 256 sequences. Those of
 * 32 bits take as long for each element: so steps of Nemotron 3 with 16 to 256 sequences are planned within 5 % (bench/vllm).
 */
const STATE_BANDWIDTH = 0.33;
/** Convolution and state update of one layer at decode beyond an attention's launches: 0 to 55 µs on H200 (Falcon-H1, Granite 4, Nemotron 3, Jamba; bench/vllm). */
const STATE_LAUNCHES = 15e-6;

/**
 * Convolution and state of one layer: at decode every sequence's state is read and written; a prompt is computed in chunks, within
 * which each token meets the others of its chunk and the state once for reading and once for writing. Times of prompts are not measured.
 *
 * @internal
 */
export function stateTime(configuration: Configuration, kernel: KernelModel, state: ResolvedState, pass: Pass): number {
  const t = configuration.parallelism.tensor;
  const kernels = state.heads > 0 ? 2 : 1;
  let time = (kernels * kernel.attentionFixed) / 2 + STATE_LAUNCHES;
  if (pass.prompts > 0) {
    const width = state.headSize * state.stateSize + STATE_CHUNK * (state.headSize + state.stateSize);
    const flops = (4 * pass.prompts * pass.promptTokens * state.heads * width) / t;
    time += kernels * kernel.attentionFixed + flops / (STATE_RATE * kernel.wideRate);
  }
  // Each is read once, and written after every token.
  const bytes = (pass.decoding + decodedTokens(pass)) * layerStateBytes(state, configuration.precision, t);
  return time + bytes / (STATE_BANDWIDTH * (state.stateBits / 16) * kernel.bandwidth);
}
