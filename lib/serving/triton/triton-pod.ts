import { returned } from '../../core/errors';
import { IGpuNodePool } from '../../core/gpu-node-pool';
import { IModelStore } from '../../core/model-store';
import { PodSecurityLevel } from '../../core/pod-security-level';
import { ImageRegistry } from '../../kubernetes/image-registry';
import { credentialMounts, credentialVolumes, storeEnvironment } from '../../kubernetes/model-store-access';
import { PodContainer, PodTemplate, podTemplate } from '../../kubernetes/pod-template';
import { gpuResource } from '../../scheduling/node-allocatable';
import { PROBES_MOUNT, modelProbes } from './model-probes';
import { GeneratedFile, WeightsCopy } from './model-repository';
import { addedEnvironment, addedMounts, addedVolumes, sidecarContainers } from './pod-addition-specs';
import { PodAdditions } from './pod-additions';
import { PodSizing } from './pod-sizing';
import { CACHE_MOUNT, MODELS_MOUNT } from './repository-paths';
import { TRITON_PORTS } from './triton-arguments';

/** Names of the containers, in the order they run. */
export const CONTAINERS = { assemble: 'assemble-repository', triton: 'triton' };

/** Names of the volumes. */
export const VOLUMES = ['config', 'probes', 'models', 'cache', 'tmp', 'shm', 'model-store-credentials'];

const CONFIG_MOUNT = '/etc/triton';
/** Seconds for endpoints to stop sending before Triton is told to shut down. */
const DRAIN_SECONDS = 10;

/**
 * Properties of `tritonPod`.
 *
 * @internal
 */
export interface TritonPod {
  readonly serviceAccountName: string;
  readonly configMapName: string;
  readonly files: readonly GeneratedFile[];
  readonly scriptKey: string;
  readonly copies: readonly WeightsCopy[];
  readonly modelStore: IModelStore;
  readonly nodePool: IGpuNodePool;
  readonly registry: ImageRegistry;
  readonly image: string;
  readonly sizing: PodSizing;
  readonly exitSeconds: number;
  /** Image of the AWS CLI. */
  readonly storeImage: string;
  /** Number of models. */
  readonly models: number;
  /** Seconds that the server may do nothing before it is restarted. */
  readonly stallSeconds: number;
  /** The probes' files in the config map. */
  readonly probeItems: readonly { readonly key: string; readonly path: string }[];
  readonly args: readonly string[];
  readonly environment: { readonly [name: string]: string };
  readonly labels: { [key: string]: string };
  readonly annotations: { [key: string]: string };
  readonly priorityClassName?: string;
  readonly additions: PodAdditions;
}

/** @internal */
export function tritonPod(pod: TritonPod): PodTemplate {
  return podTemplate({
    labels: { ...pod.additions.podLabels, ...pod.labels },
    annotations: { ...pod.additions.podAnnotations, ...pod.annotations },
    registry: pod.registry,
    securityLevel: PodSecurityLevel.RESTRICTED,
    fsGroupChangePolicy: 'OnRootMismatch',
    serviceAccount: { name: pod.serviceAccountName },
    taints: [...pod.nodePool.taints, ...(pod.additions.tolerations ?? [])],
    initContainers: [assembleContainer(pod)],
    containers: [tritonContainer(pod), ...sidecarContainers(pod.additions)],
    spec: {
      priorityClassName: pod.priorityClassName,
      terminationGracePeriodSeconds: terminationGracePeriod(pod.exitSeconds),
      runtimeClassName: pod.additions.runtimeClassName,
      nodeSelector: { ...pod.additions.nodeSelector, ...pod.nodePool.nodeSelector },
      topologySpreadConstraint: ['kubernetes.io/hostname', 'topology.kubernetes.io/zone'].map((topologyKey) => ({
        maxSkew: 1,
        topologyKey,
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: [{ matchLabels: pod.labels }],
      })),
      volume: volumes(pod),
    },
  });
}

/**
 * Longer than Triton may take to finish its requests, or the kubelet would kill it before.
 *
 * @internal
 */
export function terminationGracePeriod(exitSeconds: number): number {
  return DRAIN_SECONDS + exitSeconds + 15;
}

function volumes(pod: TritonPod) {
  const { sizing } = pod;
  const items = [...pod.files.map(({ key, path }) => ({ key, path })), { key: pod.scriptKey, path: pod.scriptKey }];
  return [
    { name: 'config', configMap: { name: pod.configMapName, defaultMode: '0444', items } },
    { name: 'probes', configMap: { name: pod.configMapName, defaultMode: '0444', items: [...pod.probeItems] } },
    { name: 'models', emptyDir: { sizeLimit: `${sizing.modelsMib}Mi` } },
    { name: 'cache', emptyDir: { sizeLimit: `${sizing.scratchMib}Mi` } },
    { name: 'tmp', emptyDir: { sizeLimit: '1Gi' } },
    { name: 'shm', emptyDir: { medium: 'Memory', sizeLimit: `${sizing.sharedMemoryMib}Mi` } },
    ...credentialVolumes(pod.modelStore),
    ...addedVolumes(pod.additions),
  ];
}

function assembleContainer(pod: TritonPod): PodContainer {
  const plan = pod.copies.map(({ model, version, destination, leftOut = '' }) => {
    const folder = destination.slice(MODELS_MOUNT.length + 1);
    const { modelStore } = pod;
    const uri = returned(modelStore, 'IModelStore', 'modelStore.uriFor()', modelStore.uriFor(model, version.store));
    return `${uri} ${folder} ${leftOut}`.trimEnd();
  });
  return {
    name: CONTAINERS.assemble,
    image: pod.storeImage,
    command: ['/bin/sh', `${CONFIG_MOUNT}/${pod.scriptKey}`],
    env: [
      { name: 'CONFIG_DIR', value: CONFIG_MOUNT },
      { name: 'MODELS_DIR', value: MODELS_MOUNT },
      { name: 'MODELS_MIB', value: String(pod.sizing.modelsMib) },
      { name: 'MODEL_PLAN', value: plan.join('\n') },
      { name: 'HOME', value: '/tmp' },
      ...storeEnvironment(pod.modelStore),
    ],
    volumeMount: [
      { name: 'config', mountPath: CONFIG_MOUNT, readOnly: true },
      { name: 'models', mountPath: MODELS_MOUNT },
      { name: 'tmp', mountPath: '/tmp' },
      ...credentialMounts(pod.modelStore),
    ],
    resources: {
      requests: { cpu: '1', memory: '1Gi', 'ephemeral-storage': `${pod.sizing.ephemeralStorageMib}Mi` },
      limits: { cpu: '4', memory: '2Gi', 'ephemeral-storage': `${pod.sizing.ephemeralStorageMib}Mi` },
    },
    terminationMessagePolicy: 'FallbackToLogsOnError',
  };
}

function tritonContainer(pod: TritonPod): PodContainer {
  const { sizing } = pod;
  const gpus: { [resource: string]: string } =
    sizing.gpus > 0 ? { [gpuResource(pod.nodePool)]: String(sizing.gpus) } : {};
  const disk = { 'ephemeral-storage': `${sizing.ephemeralStorageMib}Mi` };
  return {
    name: CONTAINERS.triton,
    image: pod.image,
    args: [...pod.args],
    env: addedEnvironment({ ...containerEnvironment(sizing), ...pod.environment }, pod.additions.secretEnvironment),
    port: Object.entries(TRITON_PORTS).map(([name, containerPort]) => ({ name, containerPort, protocol: 'TCP' })),
    volumeMount: [
      { name: 'probes', mountPath: PROBES_MOUNT, readOnly: true },
      { name: 'models', mountPath: MODELS_MOUNT, readOnly: true },
      { name: 'cache', mountPath: CACHE_MOUNT },
      { name: 'tmp', mountPath: '/tmp' },
      { name: 'shm', mountPath: '/dev/shm' },
      ...addedMounts(pod.additions.volumeMounts),
    ],
    resources: {
      requests: { cpu: millis(sizing.cpuRequestMillis), memory: `${sizing.memoryRequestMib}Mi`, ...disk, ...gpus },
      limits: { cpu: millis(sizing.cpuLimitMillis), memory: `${sizing.memoryLimitMib}Mi`, ...disk, ...gpus },
    },
    // Triton listens only after every model is loaded: until then only the startup probe may run.
    startupProbe: {
      httpGet: { path: '/v2/health/ready', port: 'http' },
      periodSeconds: 10,
      timeoutSeconds: 5,
      failureThreshold: Math.ceil(sizing.startupSeconds / 10),
    },
    ...modelProbes(pod.models, pod.stallSeconds),
    lifecycle: { preStop: [{ exec: { command: ['sleep', String(DRAIN_SECONDS)] } }] },
    terminationMessagePolicy: 'FallbackToLogsOnError',
  };
}

/** Caches of engine and compilers on a volume, because the root file system is read-only; and no access to a model hub. */
function containerEnvironment(sizing: PodSizing): { [name: string]: string } {
  return {
    HOME: CACHE_MOUNT,
    PROBE_STATE_DIR: CACHE_MOUNT,
    XDG_CACHE_HOME: CACHE_MOUNT,
    HF_HOME: `${CACHE_MOUNT}/huggingface`,
    HF_HUB_OFFLINE: '1',
    TRANSFORMERS_OFFLINE: '1',
    VLLM_CACHE_ROOT: `${CACHE_MOUNT}/vllm`,
    VLLM_NO_USAGE_STATS: '1',
    TORCHINDUCTOR_CACHE_DIR: `${CACHE_MOUNT}/torchinductor`,
    TRITON_CACHE_DIR: `${CACHE_MOUNT}/kernels`,
    OMP_NUM_THREADS: String(Math.max(1, Math.floor(sizing.cpuRequestMillis / 1000 / Math.max(1, sizing.gpus)))),
  };
}

function millis(value: number): string {
  return value % 1000 === 0 ? String(value / 1000) : `${value}m`;
}
