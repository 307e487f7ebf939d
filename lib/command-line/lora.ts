import { LoraCapacity } from '../planning/capacity-request';
import { Arguments } from './arguments';

/**
 * Room for adapters, with the defaults of vLLM.
 *
 * @internal
 */
export function loraOf(args: Arguments): LoraCapacity | undefined {
  const [maxAdapters, maxRank] = [args.number('max-loras'), args.number('max-lora-rank')];
  const asked = args.has('enable-lora') || maxAdapters !== undefined || maxRank !== undefined;
  return asked ? { maxAdapters: maxAdapters ?? 1, maxRank: maxRank ?? 16 } : undefined;
}
