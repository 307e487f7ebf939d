import { concreteFault } from '../../../core/tokens';
import { Fault, fault } from '../../../units/fault';
import { givenValue, shareFault } from '../../../units/number-faults';
import { allOf } from '../../../units/unreadable';
import { Upstream } from '../upstreams';
import { knownTexts } from '../text-faults';
import { EdgeFirstProps } from './edge-routing';

const WHY = "Envoy's configuration is made from it";

/** Paths whose answers are generated text, of which a model can be sure or not. */
const GENERATED = ['chat/completions', 'completions', 'responses'];
/** Those whose answers have the probabilities of tokens where requests ask for them. */
const WITH_LOGPROBS = ['chat/completions', 'completions'];

/** Name of a header, as HTTP has it but without an underscore, with which Envoy refuses requests. @internal */
export const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^`|~-]+$/;

/**
 * What is wrong with how sure the model of a site must be.
 *
 * @internal
 */
export function confidenceFaults({ confidence, models }: EdgeFirstProps, upstreams: readonly Upstream[]): Fault[] {
  if (confidence === undefined) return [];
  const { atLeast, _kind: kind, _path: path } = confidence;
  return allOf(
    () => concreteFault('confidence.atLeast', atLeast, WHY),
    () => shareFault('confidence.atLeast', atLeast),
    () => {
      if (kind !== 'header' || HEADER_NAME.test(path[0])) return [];
      return [
        fault(
          'INVALID_NAME',
          'confidence',
          `confidence must name a header, e.g. 'x-confidence'; got ${givenValue(path[0])}`,
        ),
      ];
    },
    () => (kind === 'member' ? knownTexts('confidence', path as string[], 'the members that lead to a number') : []),
    () =>
      upstreams
        .filter((each) => each.models.some((model) => Object.keys(models).includes(model)))
        .flatMap((each) => silentFaults(each, kind)),
  );
}

/** Of a server that would say nothing, so that the cloud would never be asked. */
function silentFaults({ at, models, paths, made, answersPickers }: Upstream, kind: string): Fault[] {
  const names = models.map((each) => `'${each}'`).join(', ');
  const none = (reason: string) => [fault('NO_CONFIDENCE', 'confidence', `${at}, ${names}: ${reason}`)];
  const possible = kind === 'logprobs' ? WITH_LOGPROBS : GENERATED;
  if (!paths.some((path) => possible.includes(path))) {
    return none(
      `its answers say nothing of how sure the model is: it answers ${paths.join(', ')} alone, and confidence is asked of ${possible.join(', ')}; leave ` +
        'it out of models, or make a gateway of its own for it',
    );
  }
  // What is made elsewhere is its user's to know.
  if (!made) return [];
  if (kind !== 'logprobs') {
    return none(
      'no server of this library puts a confidence of its own into its answers; use EdgeConfidence.logprobs, or GatewayBackend.ofService for a server that does',
    );
  }
  if (answersPickers) return [];
  return none(
    "that its answers have the probabilities of tokens is known of vLLM's own server alone; use a VllmDeployment, GatewayBackend.ofService for a server that has them, or " +
      'leave out confidence',
  );
}
