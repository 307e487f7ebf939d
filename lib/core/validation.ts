import { Annotations } from 'cdktf';
import { IConstruct } from 'constructs';
import { Fault } from '../units/fault';
import { isAccepted, warningPrefix } from './warnings';

/** Key on a construct, shared by all loaded copies of the package. */
const VALIDATIONS = Symbol.for('gpu-inference-constructs/validations');

interface Validated {
  [VALIDATIONS]?: (() => Fault[])[];
}

/**
 * Adds a check of a construct that runs when its app is synthesized. All faults are reported as one error of the synthesis.
 *
 * @param scope what is checked
 * @param validate finds the faults; it may be called more than once
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
 * The faults that validations of this library find on a construct, with the ids that cdktf's own list of messages lacks.
 *
 * @internal
 */
export function validationFaults(scope: IConstruct): Fault[] {
  return ((scope as Validated)[VALIDATIONS] ?? []).flatMap((validate) => validate());
}

/**
 * Warns of something that is valid but may not be intended, unless the user accepted it by `Warnings.accept`. The message contains the id,
 * so that tests and readers can find it.
 *
 * @param scope what the warning is about
 * @param warning its id and its sentence
 *
 * @internal
 */
export function addWarning(scope: IConstruct, { id, reason }: Fault): void {
  if (!isAccepted(scope, id)) Annotations.of(scope).addWarning(`${warningPrefix(id)} ${reason}`);
}

/**
 * Adds a check of a construct that runs when its app is synthesized, and gives each warning that it finds once.
 *
 * @param scope what the warnings are about
 * @param check finds the warnings; it may be called more than once
 *
 * @internal
 */
export function warnOnce(scope: IConstruct, check: () => readonly Fault[]): void {
  const given = new Set<string>();
  addValidation(scope, () => {
    for (const warning of check().filter(({ reason }) => !given.has(reason))) {
      given.add(warning.reason);
      addWarning(scope, warning);
    }
    return [];
  });
}
