import { PodContainer } from '../../kubernetes/pod-template';
import { credentialMounts, credentialVolumes, storeEnvironment, storeImage } from '../../kubernetes/model-store-access';
import { ModelSyncProps } from './model-sync-props';
import { PYTHON_IMAGE, SYNC_CONFIG } from './sync-place';

/** Port of the metrics. @internal */
export const SYNC_PORT = 9480;
const CACHE = '/model-cache';
const EXCHANGE = '/exchange';
const KEYS = '/etc/model-sync-keys';

/** What a pod of a sync is made of. @internal */
export interface SyncPod {
  readonly props: ModelSyncProps;
  readonly name: string;
  readonly claimName: string;
  readonly cacheMib: number;
  readonly storeUri: string;
  readonly releaseUri: string;
}

/** Name by which the cache knows the sync, whichever pod it runs in: no uid of a pod is like it. */
const tenant = (name: string) => `sync-${name}`;

/**
 * The containers: one with credentials and no key, which brings bytes, and one with keys and no credentials, which takes them or not.
 *
 * @internal
 */
export function syncContainers(pod: SyncPod): PodContainer[] {
  return [keepContainer(pod), fetchContainer(pod)];
}

function keepContainer({ props, name }: SyncPod): PodContainer {
  const environment = {
    ...{ CACHE_DIR: CACHE, EXCHANGE_DIR: EXCHANGE, KEYS_DIR: KEYS, POD_UID: tenant(name) },
    PYTHONDONTWRITEBYTECODE: '1',
  };
  const probe = { httpGet: { path: '/healthz', port: 'metrics' }, periodSeconds: 20, timeoutSeconds: 5 };
  return {
    name: 'keep',
    image: props.pythonImage ?? PYTHON_IMAGE,
    command: ['python3', `${SYNC_CONFIG}/model_sync.py`, `${SYNC_CONFIG}/settings.json`],
    env: Object.entries(environment).map(([key, value]) => ({ name: key, value })),
    port: [{ name: 'metrics', containerPort: SYNC_PORT, protocol: 'TCP' }],
    readinessProbe: { ...probe, failureThreshold: 3 },
    livenessProbe: { ...probe, failureThreshold: 6 },
    volumeMount: [...SHARED, { name: 'keys', mountPath: KEYS, readOnly: true }],
    resources: {
      requests: { cpu: '100m', memory: '128Mi' },
      // What it hashes is in the page cache, which is charged to it and given back.
      limits: { cpu: '1', memory: '512Mi' },
    },
    terminationMessagePolicy: 'FallbackToLogsOnError',
  };
}

function fetchContainer({ props, name, cacheMib, storeUri, releaseUri }: SyncPod): PodContainer {
  const environment = {
    ...{ CONFIG_DIR: SYNC_CONFIG, CACHE_DIR: CACHE, EXCHANGE_DIR: EXCHANGE, POD_UID: tenant(name) },
    ...{ CACHE_MIB: String(cacheMib), MODEL_STORE_URI: storeUri, RELEASE_URI: releaseUri, HOME: '/tmp' },
  };
  return {
    name: 'fetch',
    image: storeImage(props.modelStore, props.awsCliImage),
    command: ['/bin/sh', `${SYNC_CONFIG}/fetch-model.sh`],
    env: [
      ...Object.entries(environment).map(([key, value]) => ({ name: key, value })),
      ...storeEnvironment(props.modelStore),
    ],
    volumeMount: [...SHARED, ...credentialMounts(props.modelStore)],
    resources: { requests: { cpu: '100m', memory: '256Mi' }, limits: { cpu: '1', memory: '512Mi' } },
    terminationMessagePolicy: 'FallbackToLogsOnError',
  };
}

/** @internal */
export function syncVolumes({ props, name, claimName }: SyncPod) {
  return [
    { name: 'config', configMap: { name, defaultMode: '0444' } },
    { name: 'keys', configMap: { name: `${name}-keys`, defaultMode: '0444' } },
    // Lists of files, and a release of at most 8 MiB.
    { name: 'exchange', emptyDir: { sizeLimit: '64Mi' } },
    { name: 'tmp', emptyDir: { sizeLimit: '64Mi' } },
    { name: 'cache', persistentVolumeClaim: { claimName } },
    ...credentialVolumes(props.modelStore),
  ];
}

const SHARED = [
  { name: 'config', mountPath: SYNC_CONFIG, readOnly: true },
  { name: 'exchange', mountPath: EXCHANGE },
  { name: 'cache', mountPath: CACHE },
  { name: 'tmp', mountPath: '/tmp' },
];
