import { Fault, fault, faultsUnder } from '../units/fault';
import { flagFault } from '../units/kind-faults';
import { givenValue, wholeNumberFaults } from '../units/number-faults';
import { EncoderShape } from './encoder-shape';
import { allOf, isUnreadable } from '../units/unreadable';

/**
 * Parameters of all encoders of a model.
 *
 * @internal
 */
export function encoderParameters(encoders: readonly EncoderShape[] = []): number {
  return encoders.reduce((sum, { parameters }) => sum + (parameters ?? 0), 0);
}

/** Largest width or number of tokens, as in shapes of decoders. */
const LARGEST = 1e9;
const MOST_PARAMETERS = 1e14;

/**
 * Everything that is impossible about a model's encoders.
 *
 * @internal
 */
export function encoderFaults(given: readonly EncoderShape[] | undefined): Fault[] {
  if (given === undefined) return [];
  if (!Array.isArray(given)) {
    return [fault('INVALID_FORMAT', 'encoders', `encoders must be a list of encoders; got ${givenValue(given)}`)];
  }
  return given.flatMap((encoder: unknown, i) => {
    const path = `encoders[${i}]`;
    if (typeof encoder !== 'object' || encoder === null) {
      const reason = `${path} must be an object, e.g. { name: 'vision_config' }; got ${givenValue(encoder)}`;
      return [fault('INVALID_FORMAT', path, reason)];
    }
    return faultsUnder(oneEncoder(encoder as EncoderShape), path);
  });
}

function oneEncoder(encoder: EncoderShape): Fault[] {
  const { name, parameters, positionsPerToken, promptTokensPerVideoToken } = encoder;
  const { tokensPerItem, tokensPerFrame, maxVideoTokens, hiddenSize, intermediateSize, inputSize, outputSize } =
    encoder;
  const sizes = { tokensPerItem, tokensPerFrame, maxVideoTokens, hiddenSize, intermediateSize, inputSize, outputSize };
  const tooLarge = Object.entries({ ...sizes, parameters }).flatMap(([property, value]) => {
    const most = property === 'parameters' ? MOST_PARAMETERS : LARGEST;
    if (value === undefined || isUnreadable(value) || !(value > most)) return [];
    return [
      fault('OUT_OF_RANGE', property, `${property} must be at most ${most}; got ${value}; no encoder is near that`),
    ];
  });
  const faults = allOf(
    () => wholeNumberFaults(sizes, 1),
    () => wholeNumberFaults({ parameters }, 0),
    () => tooLarge,
    () => flagFault('gatedFeedForward', encoder.gatedFeedForward),
    () => flagFault('shared', encoder.shared),
  );
  if (typeof (name as unknown) !== 'string' && !isUnreadable(name)) {
    faults.push(fault('INVALID_FORMAT', 'name', `name must be a text, e.g. 'vision_config'; got ${givenValue(name)}`));
  }
  for (const [property, value] of Object.entries({ positionsPerToken, promptTokensPerVideoToken })) {
    if (value === undefined || isUnreadable(value)) continue;
    if (typeof value === 'number' && value > 0 && value <= 1e4) continue;
    faults.push(
      fault('OUT_OF_RANGE', property, `${property} must be above 0 and at most 10000; got ${givenValue(value)}`),
    );
  }
  return faults;
}
