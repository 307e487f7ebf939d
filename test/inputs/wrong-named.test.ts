import { Lazy, Token } from 'cdktf';
import { UnscopedValidationError } from '../../lib';
import { idsOf } from '../support/faults';
import { synthStack, testStack } from '../support/synth';
import { cyclic, nested } from './hostile-values';
import { Given } from './string-programs-compute';
import { structProgram } from './struct-programs';

function outcome(struct: string, given: Given): string {
  const stack = testStack();
  try {
    structProgram(struct)!(given)(stack);
  } catch (error) {
    if (!UnscopedValidationError.isValidationError(error)) throw error;
    return idsOf((error as UnscopedValidationError).faults).join(', ');
  }
  synthStack(stack);
  return 'accepted';
}

const throwing = Object.defineProperty({}, 'name', {
  enumerable: true,
  get: () => {
    throw new TypeError('it cannot be read');
  },
});

/** What ended in an error of JavaScript or of cdktf, or ended the process. */
test.each<[string, Given, string]>([
  ['DecoderShape', { predictionLayers: 2 ** 31 }, 'OUT_OF_RANGE predictionLayers'],
  ['CapacitySearchRequest', { targets: throwing }, 'WRONG_KIND targets.name'],
  ['EksGpuClusterProps', { tags: Token.asStringMap('${var.given}') }, 'VALUE_NOT_CONCRETE tags'],
  ['EksGpuClusterProps', { tags: Lazy.anyValue({ produce: () => ({}) }) }, 'WRONG_KIND tags'],
  ['GpuOperatorOptions', { values: { k: nested(5000) } }, 'WRONG_KIND values'],
  ['GpuOperatorOptions', { values: { k: throwing } }, "WRONG_KIND values['k']"],
  ['EksClusterAttributes', { certificateAuthorityData: 'x'.repeat(1e7) }, 'INVALID_FORMAT certificateAuthorityData'],
  ['DynamicBatching', { queue: cyclic() }, 'UNKNOWN_PROPERTY dynamicBatching.queue.self'],
  ['CapacityReservation', { reservationId: Lazy.anyValue({ produce: () => 'cr-1' }) }, 'accepted'],
])('%s %#', (struct, given, expected) => {
  const found = outcome(struct, given);
  expect(found.replace(/(\['(k|\d+)'\]){20,}.*/, '')).toBe(expected);
});
