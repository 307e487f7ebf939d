import { returned } from '../../core/errors';
import { IGpuNodePool } from '../../core/gpu-node-pool';
import { IModelStore } from '../../core/model-store';
import { PodSecurityLevel } from '../../core/pod-security-level';
import { FabricBinding } from '../../core/rdma-fabric';
import { SecretReference } from '../../core/secret-reference';
import { ImageRegistry } from '../../kubernetes/image-registry';
import { lockingMemory } from '../../kubernetes/group-fabric';
import { credentialMounts, credentialVolumes, storeEnvironment } from '../../kubernetes/model-store-access';
import { podAffinity, topologySpread } from '../../kubernetes/pod-placement';
import { PodContainer, PodTemplateProps } from '../../kubernetes/pod-template';
import { gpuResource } from '../../scheduling/node-allocatable';
import {
  CACHE_SCRIPTS,
  HOLD_CONTAINER,
  MODEL_CACHE_MOUNT,
  MODEL_CACHE_VOLUME,
  PodCache,
  cacheEnvironment,
  cacheVolume,
  holdContainer,
} from './cache-pod';
import { OwnPod } from './pod-addition-faults';
import { addedEnvironment, addedMounts, addedVolumes, sidecarContainers } from './pod-addition-specs';
import { actsBesideStore } from './pod-account';
import { ModelCache } from './model-cache';
import { PodAdditions } from './pod-additions';
import { PodSizing } from './pod-sizing';
import { CHECK_SCRIPT, checkContainer } from './check-pod';

/** Mount path of the models' volume, in the init container and in the server's. */
export const MODELS_MOUNT = '/models';

/** Seconds for endpoints to stop sending before a server is told to shut down. */
export const DRAIN_SECONDS = 10;

/** Names of the volumes. */
const VOLUMES = ['config', 'probes', 'models', 'cache', 'tmp', 'shm', 'model-store-credentials', MODEL_CACHE_VOLUME];

/** Key of the script that copies the weights, and its name. */
export const ASSEMBLE_SCRIPT = { key: 'assemble.sh', asset: 'assemble-repository.sh' };

/**
 * What distinguishes the pods of a kind of server.
 *
 * @internal
 */
export interface ServerKind {
  /** What messages call it. */
  readonly title: string;
  /** Name of the init container that copies the weights. */
  readonly assemble: string;
  /** Name of the server's container. */
  readonly container: string;
  /** Where the init container finds its script and what it copies beside the weights. */
  readonly configMount: string;
  /** Where the server's container finds its probes. */
  readonly probesMount: string;
  /** What the engine, its compilers and the probes keep while the pod lives. */
  readonly cacheMount: string;
  readonly ports: { readonly [name: string]: number };
  /** Variables that the probes read. */
  readonly probeVariables: readonly string[];
}

/**
 * What nothing that is added to a pod may take the place of.
 *
 * @internal
 */
export function ownPod(kind: ServerKind): OwnPod {
  return {
    server: kind.title,
    containers: [kind.assemble, kind.container, HOLD_CONTAINER],
    volumes: VOLUMES,
    initVolumes: { models: { writable: false }, cache: { writable: true } },
    ports: Object.values(kind.ports),
    readOnlyMounts: [MODELS_MOUNT, kind.probesMount, MODEL_CACHE_MOUNT],
    writableMounts: [kind.cacheMount, '/tmp', '/dev/shm'],
    probeVariables: kind.probeVariables,
  };
}

/**
 * One folder of the model store and where its files go.
 *
 * @internal
 */
export interface WeightsCopy {
  readonly model: string;
  /** Version in the store. */
  readonly version: string;
  readonly destination: string;
  /** Patterns of files that stay in the store. @default - none */
  readonly leftOut?: string;
}

/**
 * Whether the files of a copy may be links into a cache: Triton scans its repository, and backends there check where files lie.
 *
 * @internal
 */
export function isCacheable({ destination }: WeightsCopy): boolean {
  return !destination.startsWith(`${MODELS_MOUNT}/repository/`);
}

/** A file of the config map: its key and its path below a mount. */
interface ConfigItem {
  readonly key: string;
  readonly path: string;
}

/**
 * The part of the server's container that is its own.
 *
 * @internal
 */
export interface ServerContainer extends Pick<
  PodContainer,
  'command' | 'workingDir' | 'startupProbe' | 'readinessProbe' | 'livenessProbe' | 'lifecycle'
> {
  readonly image: string;
  readonly args: readonly string[];
  /** Variables beside those of every server. */
  readonly environment: { readonly [name: string]: string };
  /** Variables from secrets. @default - none */
  readonly secretEnvironment?: { readonly [name: string]: SecretReference };
  /** Variables from fields of the pod, by the paths of those. @default - none */
  readonly fieldEnvironment?: { readonly [name: string]: string };
  /** Whether callers reach its ports. @default true */
  readonly listens?: boolean;
  /** What it needs to use the fabric of its node. @default - it works alone, and uses none */
  readonly fabric?: FabricBinding;
}

/**
 * Properties of `serverPod`.
 *
 * @internal
 */
export interface ServerPod {
  readonly kind: ServerKind;
  readonly serviceAccountName: string;
  readonly configMapName: string;
  /** Files for the init container, besides its script. */
  readonly files: readonly ConfigItem[];
  /** Files of the probes. */
  readonly probeItems: readonly ConfigItem[];
  readonly copies: readonly WeightsCopy[];
  /** Whether the server's container reads them from the store, and nothing is copied. @default false */
  readonly streamsWeights?: boolean;
  readonly modelStore: IModelStore;
  readonly nodePool: IGpuNodePool;
  readonly registry: ImageRegistry;
  /** Image of the AWS CLI. */
  readonly storeImage: string;
  readonly sizing: PodSizing;
  readonly exitSeconds: number;
  readonly server: ServerContainer;
  readonly labels: { [key: string]: string };
  readonly annotations: { [key: string]: string };
  readonly priorityClassName?: string;
  readonly additions: PodAdditions;
  /** Where weights are kept beyond the pod. @default - they are its own */
  readonly cache?: PodCache;
}

/**
 * The pod of a server: an init container copies and checks the weights before the server starts; of weights that the
 * server streams it checks that they are in the store.
 *
 * @internal
 */
export function serverPodProps(pod: ServerPod): PodTemplateProps {
  return {
    labels: { ...pod.additions.podLabels, ...pod.labels },
    annotations: { ...pod.additions.podAnnotations, ...pod.server.fabric?.annotations, ...pod.annotations },
    registry: pod.registry,
    securityLevel: PodSecurityLevel.RESTRICTED,
    fsGroupChangePolicy: 'OnRootMismatch',
    serviceAccount: { name: pod.serviceAccountName },
    nodePool: pod.nodePool,
    taints: pod.additions.tolerations,
    initContainers: [
      pod.streamsWeights ? lookOf(pod) : assembleContainer(pod),
      ...sidecarContainers(pod.additions.initContainers),
    ],
    containers: [serverContainer(pod), ...holders(pod), ...sidecarContainers(pod.additions.sidecars)],
    spec: {
      priorityClassName: pod.priorityClassName,
      terminationGracePeriodSeconds: terminationGracePeriod(pod.exitSeconds),
      runtimeClassName: pod.additions.runtimeClassName,
      nodeSelector: { ...pod.additions.nodeSelector, ...pod.nodePool.nodeSelector },
      affinity: podAffinity(pod.additions.podAffinity, pod.additions.podAntiAffinity, pod.labels),
      topologySpreadConstraint: topologySpread(pod.additions.topologySpreadConstraints, pod.labels),
      volume: volumes(pod),
    },
  };
}

/**
 * Longer than a server may take to finish its requests, or the kubelet would kill it before.
 *
 * @internal
 */
export function terminationGracePeriod(exitSeconds: number): number {
  return DRAIN_SECONDS + exitSeconds + 15;
}

/**
 * Annotation by which only what reads the store gets the role of the service account; none where the role is for all of them, or not ours.
 *
 * @param streams whether the server itself does
 *
 * @internal
 */
export function withoutRole(
  kind: ServerKind,
  additions: PodAdditions & { readonly modelCache?: ModelCache },
  streams = false,
): { [key: string]: string } {
  if (additions.serviceAccountName !== undefined || actsBesideStore(additions)) return {};
  const { sidecars = [], initContainers = [] } = additions;
  const added = [...sidecars, ...initContainers].map(({ name }) => name);
  if (additions.modelCache !== undefined) added.unshift(HOLD_CONTAINER);
  const others = streams ? added : [kind.container, ...added];
  return others.length === 0 ? {} : { 'eks.amazonaws.com/skip-containers': others.join(',') };
}

function volumes(pod: ServerPod) {
  const { sizing } = pod;
  const { key: own } = pod.streamsWeights ? CHECK_SCRIPT : ASSEMBLE_SCRIPT;
  const scripts = [own, ...(pod.cache ? Object.keys(CACHE_SCRIPTS) : [])];
  const items = [...pod.files.map(({ key, path }) => ({ key, path })), ...scripts.map((key) => ({ key, path: key }))];
  return [
    { name: 'config', configMap: { name: pod.configMapName, defaultMode: '0444', items } },
    { name: 'probes', configMap: { name: pod.configMapName, defaultMode: '0444', items: [...pod.probeItems] } },
    ...(pod.streamsWeights ? [] : [{ name: 'models', emptyDir: { sizeLimit: `${sizing.modelsMib}Mi` } }]),
    { name: 'cache', emptyDir: { sizeLimit: `${sizing.scratchMib}Mi` } },
    { name: 'tmp', emptyDir: { sizeLimit: mebibytes(sizing.temporaryMib) } },
    { name: 'shm', emptyDir: { medium: 'Memory', sizeLimit: `${sizing.sharedMemoryMib}Mi` } },
    ...(pod.cache ? [cacheVolume(pod.cache)] : []),
    ...credentialVolumes(pod.modelStore),
    ...addedVolumes(pod.additions),
  ];
}

function holders({ cache, kind, storeImage: image }: ServerPod): PodContainer[] {
  const { configMount, cacheMount } = kind;
  return cache ? [holdContainer(cache, { image, configMount, cacheMount, modelsMount: MODELS_MOUNT })] : [];
}

/** A line of a plan, as the script that copies weights reads it. */
function planLine({ modelStore }: ServerPod, { model, version, destination, leftOut = '' }: WeightsCopy): string {
  const folder = destination.slice(MODELS_MOUNT.length + 1);
  const uri = returned(modelStore, 'IModelStore', 'modelStore.uriFor()', modelStore.uriFor(model, version));
  return `${uri} ${folder} ${leftOut}`.trimEnd();
}

function assembleContainer(pod: ServerPod): PodContainer {
  const { kind, cache } = pod;
  const cached = cache ? pod.copies.filter(isCacheable) : [];
  const copied = pod.copies.filter((copy) => !cached.includes(copy));
  const plan = (copies: readonly WeightsCopy[]) => copies.map((copy) => planLine(pod, copy)).join('\n');
  return {
    name: kind.assemble,
    image: pod.storeImage,
    command: ['/bin/sh', `${kind.configMount}/${ASSEMBLE_SCRIPT.key}`],
    env: [
      { name: 'CONFIG_DIR', value: kind.configMount },
      { name: 'MODELS_DIR', value: MODELS_MOUNT },
      { name: 'MODELS_MIB', value: String(pod.sizing.modelsMib) },
      { name: 'MODEL_PLAN', value: plan(copied) },
      ...(cache ? [{ name: 'CACHE_PLAN', value: plan(cached) }, ...cacheEnvironment(cache, kind.cacheMount)] : []),
      { name: 'HOME', value: '/tmp' },
      ...storeEnvironment(pod.modelStore),
    ],
    volumeMount: [
      { name: 'config', mountPath: kind.configMount, readOnly: true },
      { name: 'models', mountPath: MODELS_MOUNT },
      { name: 'tmp', mountPath: '/tmp' },
      ...(cache
        ? [
            { name: MODEL_CACHE_VOLUME, mountPath: MODEL_CACHE_MOUNT },
            { name: 'cache', mountPath: kind.cacheMount },
          ]
        : []),
      ...credentialMounts(pod.modelStore),
    ],
    resources: {
      requests: { cpu: '1', memory: '1Gi', 'ephemeral-storage': `${pod.sizing.ephemeralStorageMib}Mi` },
      limits: { cpu: '4', memory: '2Gi', 'ephemeral-storage': `${pod.sizing.ephemeralStorageMib}Mi` },
    },
    terminationMessagePolicy: 'FallbackToLogsOnError',
  };
}

/** A pod streams one model, so one folder is looked at. */
function lookOf({ kind, storeImage: image, modelStore, copies, sizing }: ServerPod): PodContainer {
  const [{ model, version }] = copies;
  const uri = returned(modelStore, 'IModelStore', 'modelStore.uriFor()', modelStore.uriFor(model, version));
  const { configMount } = kind;
  return checkContainer({
    name: kind.assemble,
    image,
    configMount,
    uri,
    modelStore,
    diskMib: sizing.ephemeralStorageMib,
  });
}

function serverContainer(pod: ServerPod): PodContainer {
  const { kind, sizing } = pod;
  const {
    image,
    command,
    args,
    environment,
    secretEnvironment,
    fieldEnvironment,
    listens = true,
    fabric,
    ...others
  } = pod.server;
  const gpus: { [resource: string]: string } =
    sizing.gpus > 0 ? { [gpuResource(pod.nodePool)]: String(sizing.gpus) } : {};
  const devices = { ...gpus, ...fabric?.resources };
  const disk = { 'ephemeral-storage': `${sizing.ephemeralStorageMib}Mi` };
  return {
    name: kind.container,
    image,
    ...(command === undefined ? {} : { command }),
    args: [...args],
    env: [
      ...Object.entries(fieldEnvironment ?? {}).map(([name, fieldPath]) => ({
        name,
        valueFrom: { fieldRef: { fieldPath } },
      })),
      ...addedEnvironment(
        { ...containerEnvironment(kind.cacheMount, sizing), ...fabric?.environment, ...environment },
        { ...pod.additions.secretEnvironment, ...secretEnvironment },
      ),
    ],
    ...(listens
      ? {
          port: Object.entries(kind.ports).map(([name, containerPort]) => ({ name, containerPort, protocol: 'TCP' })),
        }
      : {}),
    volumeMount: [
      { name: 'probes', mountPath: kind.probesMount, readOnly: true },
      ...(pod.streamsWeights
        ? credentialMounts(pod.modelStore)
        : [{ name: 'models', mountPath: MODELS_MOUNT, readOnly: true }]),
      ...(pod.cache ? [{ name: MODEL_CACHE_VOLUME, mountPath: MODEL_CACHE_MOUNT, readOnly: true }] : []),
      { name: 'cache', mountPath: kind.cacheMount },
      { name: 'tmp', mountPath: '/tmp' },
      { name: 'shm', mountPath: '/dev/shm' },
      ...addedMounts(pod.additions.volumeMounts),
    ],
    resources: {
      requests: { cpu: millis(sizing.cpuRequestMillis), memory: `${sizing.memoryRequestMib}Mi`, ...disk, ...devices },
      limits: { cpu: millis(sizing.cpuLimitMillis), memory: `${sizing.memoryLimitMib}Mi`, ...disk, ...devices },
    },
    ...others,
    ...lockingMemory(fabric),
    terminationMessagePolicy: 'FallbackToLogsOnError',
  };
}

/** Caches of engine and compilers on a volume, because the root file system is read-only; and no access to a model hub. */
function containerEnvironment(cache: string, sizing: PodSizing): { [name: string]: string } {
  return {
    HOME: cache,
    PROBE_STATE_DIR: cache,
    XDG_CACHE_HOME: cache,
    HF_HOME: `${cache}/huggingface`,
    HF_HUB_OFFLINE: '1',
    TRANSFORMERS_OFFLINE: '1',
    VLLM_CACHE_ROOT: `${cache}/vllm`,
    VLLM_NO_USAGE_STATS: '1',
    TORCHINDUCTOR_CACHE_DIR: `${cache}/torchinductor`,
    TRITON_CACHE_DIR: `${cache}/kernels`,
    OMP_NUM_THREADS: String(Math.max(1, Math.floor(sizing.cpuRequestMillis / 1000 / Math.max(1, sizing.gpus)))),
  };
}

function mebibytes(value: number): string {
  return value % 1024 === 0 ? `${value / 1024}Gi` : `${value}Mi`;
}

function millis(value: number): string {
  return value % 1000 === 0 ? String(value / 1000) : `${value}m`;
}
