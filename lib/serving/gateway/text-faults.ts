import { knownListFaults } from '../../core/text-list';
import { concreteFault, hasToken } from '../../core/tokens';
import { Fault, fault } from '../../units/fault';
import { givenValue } from '../../units/number-faults';

/** The faults of a text that Envoy's configuration is made from. @internal */
export function textFaults(property: string, text: string): Fault[] {
  if (hasToken(text)) return concreteFault(property, text, "Envoy's configuration is made from it");
  if (typeof text === 'string' && text.trim() !== '') return [];
  return [fault('INVALID_FORMAT', property, `${property} must be a text; got ${givenValue(text)}`)];
}

/** The faults of a list of them. @internal */
export function knownTexts(property: string, list: string[], why: string): Fault[] {
  const unknown = knownListFaults(property, list, "Envoy's configuration, or a certificate, is made from it");
  if (unknown.length > 0) return unknown;
  if (list.length === 0) return [fault('EMPTY_LIST', property, `${property} must not be empty; name ${why}`)];
  return concreteFault(property, list, "Envoy's configuration, or a certificate, is made from it");
}
