import { InferenceEngine } from '../catalog/inference-engine';
import { LORA_RANKS } from '../catalog/lora-ranks';
import { Fault, fault } from '../units/fault';
import { wholeNumberFaults } from '../units/number-faults';
import { allOf } from '../units/unreadable';
import { ServingLoad } from './capacity-request';

/**
 * What is wrong with the room for adapters, on any hardware.
 *
 * @internal
 */
export function loraFaults({ lora, engine = InferenceEngine.DEFAULT }: ServingLoad): Fault[] {
  if (!lora) return [];
  const { maxAdapters, maxRank } = lora;
  return allOf(
    () => wholeNumberFaults({ 'lora.maxAdapters': maxAdapters, 'lora.maxRank': maxRank }, 1),
    () => {
      if (!engine._isVllm || !(maxRank >= 1) || LORA_RANKS.includes(maxRank)) return [];
      const next = LORA_RANKS.find((rank) => rank >= maxRank);
      const cure = next
        ? `use ${next}, which takes adapters of lower ranks too`
        : `adapters of higher ranks must be merged into the model`;
      const reason = `lora.maxRank ${maxRank} is none that vLLM takes (${LORA_RANKS.join(', ')}); ${cure}`;
      return [fault('LORA_RANK_NOT_IN_ENGINE', 'lora.maxRank', reason)];
    },
  );
}
