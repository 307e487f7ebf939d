import { IModelStore } from '../../core/model-store';
import { credentialMounts, storeEnvironment } from '../../kubernetes/model-store-access';
import { PodContainer } from '../../kubernetes/pod-template';

/** Key of the script that sees to it that weights can be streamed, and its name. */
export const CHECK_SCRIPT = { key: 'check-streamed.sh', asset: 'check-streamed.sh' };

/** What the container needs of its pod. */
interface CheckOptions {
  readonly name: string;
  /** Image of the AWS CLI. */
  readonly image: string;
  readonly configMount: string;
  /** Folder in the store. */
  readonly uri: string;
  readonly modelStore: IModelStore;
  readonly diskMib: number;
}

/**
 * The init container of a server that streams its weights: it keeps the server from a folder whose import has not ended, of which an engine would
 * load what there is.
 *
 * @internal
 */
export function checkContainer({ name, image, configMount, uri, modelStore, diskMib }: CheckOptions): PodContainer {
  const disk = { 'ephemeral-storage': `${diskMib}Mi` };
  return {
    name,
    image,
    command: ['/bin/sh', `${configMount}/${CHECK_SCRIPT.key}`],
    env: [{ name: 'STREAMED_URI', value: uri }, { name: 'HOME', value: '/tmp' }, ...storeEnvironment(modelStore)],
    volumeMount: [
      { name: 'config', mountPath: configMount, readOnly: true },
      { name: 'tmp', mountPath: '/tmp' },
      ...credentialMounts(modelStore),
    ],
    resources: { requests: { cpu: '100m', memory: '256Mi', ...disk }, limits: { cpu: '1', memory: '512Mi', ...disk } },
    terminationMessagePolicy: 'FallbackToLogsOnError',
  };
}
