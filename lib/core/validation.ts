import { Annotations } from 'cdktf';
import { IConstruct } from 'constructs';
import { Fault } from '../units/fault';

/** On a construct; of all loaded copies of the package alike. */
const VALIDATIONS = Symbol.for('gpu-inference-constructs/validations');

interface Validated {
  [VALIDATIONS]?: (() => Fault[])[];
}

/**
 * Has a construct checked when its app is synthesized. What is found is an error of the synthesis, all of it at once.
 *
 * @param scope what is checked
 * @param validate finds the faults; it is asked for them more than once
 *
 * @internal
 */
export function addValidation(scope: IConstruct, validate: () => Fault[]): void {
  scope.node.addValidation({ validate: () => validate().map(({ reason }) => reason) });
  const validated = scope as Validated;
  if (!validated[VALIDATIONS]) Object.defineProperty(scope, VALIDATIONS, { value: [] });
  validated[VALIDATIONS]?.push(validate);
}

/**
 * What the validations of this library find on a construct, with ids, which cdktf's own list of messages has not.
 *
 * @internal
 */
export function validationFaults(scope: IConstruct): Fault[] {
  return ((scope as Validated)[VALIDATIONS] ?? []).flatMap((validate) => validate());
}

/**
 * Warns of something that is not wrong, but may not be meant. The message carries the id, so that tests and readers find it.
 *
 * @param scope what the warning is about
 * @param warning its id, and what to know and do
 *
 * @internal
 */
export function addWarning(scope: IConstruct, { id, reason }: Fault): void {
  Annotations.of(scope).addWarning(`[gpu-inference-constructs:${id}] ${reason}`);
}
