import { Fault, fault } from '../units/fault';

/**
 * The fault of a text that is not a valid name of a model; empty if it is valid.
 *
 * @param name the text
 * @param property path of the property
 *
 * @internal
 */
export function modelNameFaults(name: string, property = 'name'): Fault[] {
  if (name.length <= 100 && /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) return [];
  return [
    fault(
      'INVALID_NAME',
      property,
      `${property} must be letters, digits, '.', '_' and '-', starting with a letter or digit, at most 100 characters, because it is a ` +
        `folder, a URL part and a metric label; got '${name}'`,
    ),
  ];
}

/**
 * The fault of a text that is not a valid version of a model; empty if it is valid.
 *
 * @param version the text
 * @param property path of the property
 *
 * @internal
 */
export function modelVersionFaults(version: string, property = 'version'): Fault[] {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(version)) return [];
  return [
    fault(
      'INVALID_NAME',
      property,
      `${property} must be letters, digits, '.', '_' and '-', starting with a letter or digit, because it is a folder of the model store; ` +
        `got '${version}'`,
    ),
  ];
}
