import { Fault, fault } from '../units/fault';

/**
 * The fault of a name that cannot be a model's.
 *
 * @param name the name
 * @param property path of the property that holds it
 *
 * @internal
 */
export function modelNameFaults(name: string, property = 'name'): Fault[] {
  if (name.length <= 100 && /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) return [];
  return [
    fault(
      'INVALID_NAME',
      property,
      `the name of a model must be at most 100 letters, digits, '.', '_' and '-', starting with a letter or digit, because it becomes a ` +
        `folder, a part of a URL and a metric label; got '${name}'`,
    ),
  ];
}

/**
 * The fault of a version that cannot be a model's.
 *
 * @param model name of the model
 * @param version the version
 * @param property path of the property that holds it
 *
 * @internal
 */
export function modelVersionFaults(model: string, version: string, property = 'version'): Fault[] {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(version)) return [];
  return [
    fault(
      'INVALID_NAME',
      property,
      `the version of model '${model}' must be letters, digits, '.', '_' and '-', starting with a letter or digit, because it becomes a ` +
        `folder of the model store; got '${version}'`,
    ),
  ];
}
