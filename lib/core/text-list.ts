import { Token } from 'cdktf';
import { Fault, fault } from '../units/fault';
import { givenValue } from '../units/number-faults';
import { isUnreadable } from '../units/unreadable';
import { BareReference } from './bare-reference';
import { concreteFault } from './tokens';

/**
 * A list of texts as the rest of the library has it: a list, or a list token.
 *
 * cdktf types many functions `any`: `Fn.slice`, `Fn.concat` and `Fn.flatten` return the token as a text, which has a length and elements of
 * its own; a reference that the user wrote as text keeps its braces in other functions.
 *
 * @param list what was given: a list, or what cdktf's functions return
 *
 * @internal
 */
export function textList(list: string[]): string[] {
  return Token.isUnresolved(list) ? Token.asList(new BareReference(list)) : [...list];
}

/**
 * As `textList`, for a list that may be left out.
 *
 * @internal
 */
export function optionalTextList(list: string[] | undefined): string[] | undefined {
  return list === undefined ? undefined : textList(list);
}

/**
 * The faults of a value that is no list of texts; none if only Terraform knows the list. Programs without types, and values of type `any`,
 * bring such values.
 *
 * @param property path of the property
 * @param list what was given
 *
 * @internal
 */
export function listFaults(property: string, list: unknown): Fault[] {
  if (list === undefined || isUnreadable(list) || Token.isUnresolved(list)) return [];
  if (!Array.isArray(list)) {
    return [fault('INVALID_FORMAT', property, `${property} must be a list of texts; got ${givenValue(list)}`)];
  }
  return list.flatMap((each, index) =>
    typeof each === 'string' || isUnreadable(each) || Token.isUnresolved(each)
      ? []
      : [
          fault(
            'INVALID_FORMAT',
            `${property}[${index}]`,
            `${property}[${index}] must be a text; got ${givenValue(each)}`,
          ),
        ],
  );
}

/**
 * The faults of a list whose length and elements are needed at synthesis: it is no list of texts, or only Terraform knows it.
 *
 * @param property path of the property
 * @param list what was given
 * @param why why it must be known
 *
 * @internal
 */
export function knownListFaults(property: string, list: unknown, why: string): Fault[] {
  if (isUnreadable(list)) return [];
  return list !== undefined && Token.isUnresolved(list)
    ? concreteFault(property, list, why)
    : listFaults(property, list);
}
