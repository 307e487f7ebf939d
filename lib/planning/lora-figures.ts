import { DataSize } from '../units/data-size';
import { adapterWeights } from './adapter-weights';
import { Configuration } from './configuration';
import { EvidenceClass, PlanFigure } from './plan-parts';
import { stagesOf } from './stages';

/**
 * What the room for adapters takes.
 *
 * @internal
 */
export function loraFigures(configuration: Configuration): PlanFigure[] {
  const { lora } = configuration;
  if (!lora) return [];
  const most = Math.max(...stagesOf(configuration).map((stage) => adapterWeights(configuration, stage)));
  return [
    {
      name: 'LoRA adapters per GPU',
      value: String(DataSize.bytes(most)),
      formula: 'adapters × rank × (inputs + outputs of every matrix) × 2 bytes; part of the weights',
      inputs: `${lora.maxAdapters} of rank ${lora.maxRank}, loaded or not`,
      evidence: EvidenceClass.MEASURED_KERNELS,
      errorBand: '± 5 % (Llama 3.1 8B, two settings)',
    },
  ];
}
