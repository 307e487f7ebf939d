import { Fault, untitled } from '../units/fault';
/** @internal */
export function modelNameFaults(name: string): Fault[] {
  if (name.length <= 100 && /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) return [];
  return [
    untitled(
      `name of a model must be letters, digits, '.', '_' and '-', starting with a letter or digit, at most 100 characters, because it ` +
        `is a folder, a URL part and a metric label; got '${name}'`,
    ),
  ];
}

/** @internal */
export function modelVersionFaults(model: string, version: string): Fault[] {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(version)) return [];
  return [
    untitled(
      `version of model '${model}' must be letters, digits, '.', '_' and '-', starting with a letter or digit, because it is a folder of ` +
        `the model store; got '${version}'`,
    ),
  ];
}
