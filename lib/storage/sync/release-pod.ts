import { IModelStore } from '../../core/model-store';
import { SecretReference } from '../../core/secret-reference';
import { credentialMounts, storeEnvironment, storeImage } from '../../kubernetes/model-store-access';
import { PodContainer } from '../../kubernetes/pod-template';
import { PYTHON_IMAGE, SYNC_CONFIG } from './sync-place';

const WORK = '/work';
const KEYS = '/etc/model-release-keys';

/** What containers of a release are made of. @internal */
export interface ReleasePod {
  readonly modelStore: IModelStore;
  readonly model: string;
  readonly version: string;
  readonly number: number;
  readonly variant?: string;
  readonly signingKeys: SecretReference[];
  readonly awsCliImage?: string;
  readonly pythonImage?: string;
}

/** What the containers of a pod share. @internal */
export const RELEASE_MOUNTS = [
  { name: 'config', mountPath: SYNC_CONFIG, readOnly: true },
  { name: 'work', mountPath: WORK },
  { name: 'tmp', mountPath: '/tmp' },
];

/**
 * A container that talks to the store, and has no key.
 *
 * @param step what `release-model.sh` is to do
 *
 * @internal
 */
export function storeContainer(
  { modelStore, awsCliImage }: ReleasePod,
  name: string,
  step: string,
  settings: { readonly [name: string]: string },
): PodContainer {
  return {
    name,
    image: storeImage(modelStore, awsCliImage),
    command: ['/bin/sh', `${SYNC_CONFIG}/release-model.sh`, step],
    env: [...environment({ WORK_DIR: WORK, ...settings, HOME: '/tmp' }), ...storeEnvironment(modelStore)],
    volumeMount: [...RELEASE_MOUNTS, ...credentialMounts(modelStore)],
    resources: { requests: { cpu: '100m', memory: '256Mi' }, limits: { cpu: '1', memory: '512Mi' } },
    terminationMessagePolicy: 'FallbackToLogsOnError',
  };
}

/**
 * The container that signs, and has no credentials.
 *
 * @internal
 */
export function signContainer(
  { model, version, variant, number, signingKeys, pythonImage }: ReleasePod,
  program: string,
  settings: { readonly [name: string]: string },
): PodContainer {
  const own = {
    WORK_DIR: WORK,
    KEY_FILES: signingKeys.map((_, index) => `${KEYS}/${index}/private.pem`).join(' '),
    MODEL: model,
    VERSION: version,
    VARIANT: variant ?? '',
    NUMBER: String(number),
  };
  const keys = signingKeys.map((_, index) => ({ name: `key-${index}`, mountPath: `${KEYS}/${index}`, readOnly: true }));
  return {
    ...pythonContainer('sign', program, pythonImage),
    env: environment({ ...own, ...settings, PYTHONDONTWRITEBYTECODE: '1' }),
    volumeMount: [...RELEASE_MOUNTS, ...keys],
  };
}

/**
 * A container with a program, and neither credentials nor keys.
 *
 * @internal
 */
export function pythonContainer(name: string, program: string, image: string | undefined): PodContainer {
  return {
    name,
    image: image ?? PYTHON_IMAGE,
    command: ['python3', `${SYNC_CONFIG}/${program}`],
    env: environment({ WORK_DIR: WORK, PYTHONDONTWRITEBYTECODE: '1' }),
    volumeMount: RELEASE_MOUNTS,
    resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { cpu: '1', memory: '256Mi' } },
    terminationMessagePolicy: 'FallbackToLogsOnError',
  };
}

/** @internal */
export function keyVolumes(signingKeys: readonly SecretReference[]) {
  return signingKeys.map(({ name, key }, index) => ({
    name: `key-${index}`,
    secret: { secretName: name, defaultMode: '0440', items: [{ key, path: 'private.pem' }] },
  }));
}

function environment(values: { readonly [name: string]: string }): { name: string; value: string }[] {
  return Object.entries(values).map(([name, value]) => ({ name, value }));
}
