import { SpeculativeMethod } from '../catalog/speculative-decoding';
import { Fault, fault } from '../units/fault';
import { Configuration } from './configuration';
import { ServingEstimate, estimate } from './serving-estimate';

/**
 * Advice on speculative decoding: layers that draft more tokens than they were trained for, and a gain that is none.
 *
 * @internal
 */
export function speculationWarnings(configuration: Configuration, asked: ServingEstimate): Fault[] {
  const { drafter, speculativeDecoding: of, model } = configuration;
  if (!drafter || !of) return [];
  const warnings: Fault[] = [];
  const layers = model._prediction()?.count ?? 0;
  if (of.method === SpeculativeMethod.MTP && of.tokens > layers)
    warnings.push(
      fault(
        'PREDICTION_LAYERS_REUSED',
        undefined,
        `${model.name} has ${layers} prediction layer${layers === 1 ? '' : 's'}, run again for ${of.tokens} tokens; each further token is accepted less ` +
          'often than the one before',
      ),
    );
  const without = estimate({ ...configuration, drafter: undefined }, asked.concurrency);
  if (asked.timePerOutputToken < without.timePerOutputToken) return warnings;
  const ms = (seconds: number) => (seconds * 1e3).toFixed(2);
  const known =
    of.acceptanceRate === undefined ? 'acceptanceRate is not given' : `acceptanceRate is ${of.acceptanceRate}`;
  warnings.push(
    fault(
      'SPECULATION_WITHOUT_GAIN',
      undefined,
      `with ${asked.concurrency} sequence${asked.concurrency === 1 ? '' : 's'} a token takes ${ms(asked.timePerOutputToken)} ms with speculative decoding ` +
        `and ${ms(without.timePerOutputToken)} without, because a step that verifies ${of.tokensPerStep} tokens of each is counted to give ` +
        `${drafter.acceptanceLength.toFixed(2)} (${known}); draft fewer tokens, or state the rate that your texts have`,
    ),
  );
  return warnings;
}
