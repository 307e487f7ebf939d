import { secretNameFaults } from '../core/secret-reference';
import { concreteFault } from '../core/tokens';
import { Fault } from '../units/fault';

/**
 * The faults of a name (RFC 1123 subdomain) that is written into a file, where no reference can be.
 *
 * @internal
 */
export function writtenNameFaults(property: string, name: string): Fault[] {
  const unknown = concreteFault(property, name, 'it is written into a file');
  return unknown.length > 0 ? unknown : secretNameFaults(property, name);
}
