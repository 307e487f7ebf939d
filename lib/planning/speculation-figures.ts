import { DataSize } from '../units/data-size';
import { Configuration } from './configuration';
import { draftWeights } from './draft-weights';
import { EvidenceClass, PlanFigure } from './plan-parts';
import { ServingEstimate } from './serving-estimate';

/**
 * What drafts tokens, what it takes, and how many tokens a step gives.
 *
 * @internal
 */
export function speculationFigures(configuration: Configuration, asked: ServingEstimate): PlanFigure[] {
  const { drafter, speculativeDecoding: of } = configuration;
  if (!drafter || !of) return [];
  const layers = drafter.layers.reduce((sum, { count }) => sum + count, 0);
  const states = configuration.model._layers.kinds.some(({ state }) => state !== undefined);
  const known = of.acceptanceRate !== undefined;
  return [
    {
      name: 'drafting weights per GPU',
      value: String(DataSize.bytes(draftWeights(configuration))),
      formula:
        'layers that draft, and what joins hidden states and embeddings; part of the weights, embedding and head are the model’s',
      inputs:
        `${of}, ${layers} layer${layers === 1 ? '' : 's'}, whose cache is part of that of the model` +
        (states ? `; each sequence keeps ${of.tokens} more state${of.tokens === 1 ? '' : 's'}` : ''),
      evidence: EvidenceClass.EXACT,
      errorBand:
        drafter.layers.length === 0 || of.model || of.method === 'mtp' ? '± 1 %' : 'of a head as wide as the model',
    },
    {
      name: 'tokens per step',
      value: drafter.acceptanceLength.toFixed(2),
      formula: known ? '1 + tokens × acceptanceRate' : '1 + expected accepted tokens',
      inputs:
        `${of.tokens} drafted` +
        (known
          ? `, ${of.acceptanceRate} accepted (given)`
          : drafter.acceptanceLength > 1
            ? ', each accepted in 68 % of the cases in which those before it were (acceptanceRate is not given)'
            : ', none counted as accepted (acceptanceRate is not given)') +
        `; drafting takes ${(asked.drafting * 1e3).toFixed(2)} ms of a step`,
      evidence: EvidenceClass.ASSUMED,
      errorBand: known ? 'as given' : 'depends on the texts; published runs accept up to half as much more',
    },
  ];
}
