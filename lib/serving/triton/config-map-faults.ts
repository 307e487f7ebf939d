import { TritonRelease } from '../../catalog/serving-engine';
import { scriptAsset } from '../../kubernetes/script-asset';
import { Fault, fault } from '../../units/fault';
import { ASSEMBLE_SCRIPT } from '../pod/server-pod';
import { BackendModel } from './model-definition';
import { probeFiles } from './model-probes';
import { generatedFiles } from './model-repository';

/** Most that a config map holds, all files together (validation of Kubernetes, MaxSecretSize). */
const CONFIG_MAP_BYTES = 1024 ** 2;

/**
 * What is made at synthesis travels in one config map, with the scripts of the pod.
 *
 * @param scripts further scripts of the pod
 *
 * @internal
 */
export function configMapFaults(
  models: readonly BackendModel[],
  release: TritonRelease,
  scripts: { readonly [key: string]: string },
): Fault[] {
  const files = [
    ...generatedFiles(models, release).map(({ key, text }) => ({ key, text })),
    ...Object.entries({ ...probeFiles(models), ...scripts }).map(([key, text]) => ({ key, text })),
    { key: ASSEMBLE_SCRIPT.key, text: scriptAsset(ASSEMBLE_SCRIPT.asset) },
  ];
  const bytes = files.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
  const taken = new Set<string>();
  const twice = files.filter(({ key }) => taken.size === taken.add(key).size).map(({ key }) => key);
  return [
    ...(bytes > CONFIG_MAP_BYTES
      ? [
          fault(
            'CONFIG_MAP_TOO_LARGE',
            'models',
            `the files made at synthesis must take at most ${CONFIG_MAP_BYTES} bytes, what a config map holds, together; they take ${bytes}; ` +
              'put code into the model store: PythonCode.fromStore()',
          ),
        ]
      : []),
    ...twice.map((key) =>
      fault(
        'CONFIG_MAP_KEY_TWICE',
        'models',
        `two files would have the key '${key}' in the config map; rename a model or a file`,
      ),
    ),
  ];
}
