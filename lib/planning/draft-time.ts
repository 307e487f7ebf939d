import { Precision } from '../catalog/precision';
import { SpeculativeMethod } from '../catalog/speculative-decoding';
import { Configuration } from './configuration';
import { draftConfiguration } from './draft-weights';
import { kernelModel, matmulSeconds } from './kernel-model';
import { Pass } from './pass';
import { passTime } from './step-time';

/**
 * What one pass of the drafter takes beside its kernels: the choice of a token, its place in the cache and the launches. Chosen on EAGLE-3 for Llama-3.1-8B
 * on H100 with 2 to 7 tokens, whose steps take 1.0 to 1.2 ms more for each (vllm-project/vllm#20780; bench/planner/speculation.csv).
 */
const DRAFT_LAUNCHES = 0.7e-3;

/**
 * Seconds of drafting the tokens of one step: a pass for each. The first reads all tokens that were verified, the others one of each sequence.
 *
 * @internal
 */
export function draftSeconds(configuration: Configuration, verified: Pass): number {
  const { drafter } = configuration;
  const one = drafter?.pass;
  if (!drafter || !one) return 0;
  const alone = passConfiguration(configuration);
  const pass: Pass = { ...verified, greedy: true, queries: 1 };
  const first =
    passTime(alone, { ...pass, queries: verified.queries }).total + joinSeconds(alone, verified.queries ?? 1, pass);
  const next = drafter.tokens === 1 ? 0 : passTime(alone, pass).total + joinSeconds(alone, 1, pass);
  return first + (drafter.tokens - 1) * next + drafter.tokens * DRAFT_LAUNCHES;
}

/** What drafts as a model of its own, on the tensor ranks of the model. */
function passConfiguration(configuration: Configuration): Configuration {
  const { drafter, precision, speculativeDecoding } = configuration;
  const mtp = drafter?.method === SpeculativeMethod.MTP;
  // Prediction layers of 4-bit formats are in 16 bits.
  const own = mtp
    ? precision.bits === 4
      ? Precision.BF16
      : precision
    : (speculativeDecoding?.precision ?? Precision.BF16);
  return { ...draftConfiguration(configuration), model: drafter?.pass ?? configuration.model, precision: own };
}

/** The matrix that joins hidden states and embedding. */
function joinSeconds(alone: Configuration, queries: number, { decoding }: Pass): number {
  const kernel = kernelModel(alone.gpu, Precision.BF16, alone.engine);
  return matmulSeconds(kernel, decoding * queries, 2 * alone.model.hiddenSize, alone.model.hiddenSize, 2);
}
