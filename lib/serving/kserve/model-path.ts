import { modelNameFaults, modelVersionFaults } from '../../core/model-name';
import { concreteFault } from '../../core/tokens';
import { Fault, fault } from '../../units/fault';
import { givenValue } from '../../units/number-faults';

/**
 * A folder of a model store.
 *
 * @internal
 */
export interface ModelFolder {
  readonly name: string;
  readonly version: string;
}

/** @internal */
export function folderOf(modelPath: string): ModelFolder {
  const [name = '', version = ''] = typeof modelPath === 'string' ? modelPath.split('/') : [];
  return { name, version };
}

/**
 * The faults of a path that is no folder of a model, or not that which `version` says.
 *
 * @internal
 */
export function modelPathFaults(modelPath: string, version: string | undefined, bucketName: string): Fault[] {
  const unknown = concreteFault('modelPath', modelPath, 'the arguments of the server are made of it at synthesis');
  if (unknown.length > 0) return unknown;
  const parts = modelPath.split('/');
  if (parts.length !== 2 || parts.includes('')) {
    const found = uriFolder(modelPath, bucketName);
    const reason =
      `modelPath must be '<name>/<version>', a folder of the model store as ModelImport makes it, e.g. 'deepseek/65b', which becomes ` +
      `storageUri s3://<bucket>/deepseek/65b; got ${givenValue(modelPath)}${found === undefined ? '' : `; write '${found}'`}`;
    return [fault('INVALID_FORMAT', 'modelPath', reason)];
  }
  const folder = folderOf(modelPath);
  const faults = [
    ...modelNameFaults(folder.name, 'the name in modelPath'),
    ...modelVersionFaults(folder.version, 'the version in modelPath'),
  ].map(({ id, reason }) => fault(id, 'modelPath', reason));
  if (version === undefined || version === folder.version) return faults;
  const reason = `version '${version}' contradicts modelPath '${modelPath}', whose last part is the version; leave version out`;
  return [...faults, fault('CONFLICTING_PROPERTIES', 'version', reason)];
}

/** The folder in what is written as a URI, or with slashes around it. */
function uriFolder(text: string, bucketName: string): string | undefined {
  const [, bucket, path] = /^(?:s3:\/\/([^/]*)\/)?\/*([^/:]+\/[^/:]+)\/*$/.exec(text) ?? [];
  return path === undefined || (bucket !== undefined && bucket !== bucketName) ? undefined : path;
}
