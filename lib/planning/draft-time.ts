import { Precision } from '../catalog/precision';
import { SpeculativeMethod } from '../catalog/speculative-decoding';
import { Configuration } from './configuration';
import { draftConfiguration } from './draft-weights';
import { HostStep } from './host-step';
import { kernelModel, matmulSeconds } from './kernel-model';
import { Pass } from './pass';
import { passTime } from './step-time';

/**
 * Seconds of drafting the tokens of one step: a pass for each. The first reads all tokens that were verified, the others one of each sequence. None
 * is shorter than its launches.
 *
 * @internal
 */
export function draftSeconds(configuration: Configuration, verified: Pass, host: HostStep): number {
  const { drafter } = configuration;
  const one = drafter?.pass;
  if (!drafter || !one) return 0;
  const alone = passConfiguration(configuration);
  const pass: Pass = { ...verified, greedy: true, queries: 1 };
  const seconds = (queries: number): number =>
    Math.max(passTime(alone, { ...pass, queries }).total + joinSeconds(alone, queries, pass), host.passLaunches) +
    host.besidePass;
  // A draft model also reads the token that was just chosen, before which heads and prediction layers shift theirs.
  const shifted = drafter.method === SpeculativeMethod.DRAFT_MODEL ? 1 : 0;
  const first = seconds((verified.queries ?? 1) + shifted);
  return drafter.tokens === 1 ? first : first + (drafter.tokens - 1) * seconds(1);
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
