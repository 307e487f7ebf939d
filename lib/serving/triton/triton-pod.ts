import { MetricFeature } from '../../catalog/metric-kind';
import { IGpuNodePool } from '../../core/gpu-node-pool';
import { IModelStore } from '../../core/model-store';
import { PodSecurityLevel } from '../../core/pod-security-level';
import { ImageRegistry } from '../../kubernetes/image-registry';
import {
  AWS_CLI_IMAGE,
  credentialMounts,
  credentialVolumes,
  storeEnvironment,
} from '../../kubernetes/model-store-access';
import { PodContainer, PodTemplate, podTemplate } from '../../kubernetes/pod-template';
import { gpuResource } from '../../scheduling/node-allocatable';
import { GeneratedFile, MODELS_MOUNT, REPOSITORY_PATH, WeightsCopy } from './model-repository';
import { PodSizing } from './pod-sizing';

/** Ports of Triton's own defaults. */
export const TRITON_PORTS = { http: 8000, grpc: 8001, metrics: 8002 };

/** Names of the containers, in the order they run. */
export const CONTAINERS = { assemble: 'assemble-repository', triton: 'triton' };

const CONFIG_MOUNT = '/etc/triton';
const CACHE_MOUNT = '/var/cache/triton';
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
  readonly metricsFeatures: readonly MetricFeature[];
  readonly environment: { readonly [name: string]: string };
  readonly extraArguments: readonly string[];
  readonly labels: { [key: string]: string };
  readonly annotations: { [key: string]: string };
  readonly priorityClassName?: string;
}

/** @internal */
export function tritonPod(pod: TritonPod): PodTemplate {
  return podTemplate({
    labels: pod.labels,
    annotations: pod.annotations,
    registry: pod.registry,
    securityLevel: PodSecurityLevel.RESTRICTED,
    fsGroupChangePolicy: 'OnRootMismatch',
    serviceAccount: { name: pod.serviceAccountName },
    taints: pod.nodePool.taints,
    initContainers: [assembleContainer(pod)],
    containers: [tritonContainer(pod)],
    spec: {
      priorityClassName: pod.priorityClassName,
      terminationGracePeriodSeconds: terminationGracePeriod(pod.exitSeconds),
      nodeSelector: pod.nodePool.nodeSelector,
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
    { name: 'models', emptyDir: { sizeLimit: `${sizing.modelsMib}Mi` } },
    { name: 'cache', emptyDir: { sizeLimit: `${sizing.scratchMib}Mi` } },
    { name: 'tmp', emptyDir: { sizeLimit: '1Gi' } },
    { name: 'shm', emptyDir: { medium: 'Memory', sizeLimit: `${sizing.sharedMemoryMib}Mi` } },
    ...credentialVolumes(pod.modelStore),
  ];
}

function assembleContainer(pod: TritonPod): PodContainer {
  const plan = pod.copies.map(({ model, version, destination, leftOut = '' }) => {
    const folder = destination.slice(MODELS_MOUNT.length + 1);
    return `${pod.modelStore.uriFor(model, version.store)} ${folder} ${leftOut}`.trimEnd();
  });
  return {
    name: CONTAINERS.assemble,
    image: AWS_CLI_IMAGE,
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
  const get = (path: string) => ({ httpGet: { path, port: 'http' } });
  return {
    name: CONTAINERS.triton,
    image: pod.image,
    // Arguments and no command: the image's entry point sets up CUDA's forward compatibility where the driver is older.
    args: tritonArguments(pod),
    env: Object.entries({ ...containerEnvironment(sizing), ...pod.environment })
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => ({ name, value })),
    port: Object.entries(TRITON_PORTS).map(([name, containerPort]) => ({ name, containerPort, protocol: 'TCP' })),
    volumeMount: [
      { name: 'models', mountPath: MODELS_MOUNT, readOnly: true },
      { name: 'cache', mountPath: CACHE_MOUNT },
      { name: 'tmp', mountPath: '/tmp' },
      { name: 'shm', mountPath: '/dev/shm' },
    ],
    resources: {
      requests: { cpu: millis(sizing.cpuRequestMillis), memory: `${sizing.memoryRequestMib}Mi`, ...disk, ...gpus },
      limits: { cpu: millis(sizing.cpuLimitMillis), memory: `${sizing.memoryLimitMib}Mi`, ...disk, ...gpus },
    },
    // Triton listens only after every model is loaded: until then only the startup probe may run.
    startupProbe: {
      ...get('/v2/health/ready'),
      periodSeconds: 10,
      timeoutSeconds: 5,
      failureThreshold: Math.ceil(sizing.startupSeconds / 10),
    },
    readinessProbe: {
      ...get('/v2/health/ready'),
      periodSeconds: 5,
      timeoutSeconds: 5,
      failureThreshold: 3,
      successThreshold: 1,
    },
    livenessProbe: { ...get('/v2/health/live'), periodSeconds: 10, timeoutSeconds: 10, failureThreshold: 6 },
    lifecycle: { preStop: [{ exec: { command: ['sleep', String(DRAIN_SECONDS)] } }] },
    terminationMessagePolicy: 'FallbackToLogsOnError',
  };
}

function tritonArguments(pod: TritonPod): string[] {
  return [
    'tritonserver',
    `--model-repository=${REPOSITORY_PATH}`,
    // The models are fixed at start: loading on request can run foreign code, and an unloaded model stays 'ready'.
    '--model-control-mode=none',
    '--strict-readiness=true',
    '--exit-on-error=true',
    `--exit-timeout-secs=${pod.exitSeconds}`,
    `--http-port=${TRITON_PORTS.http}`,
    `--grpc-port=${TRITON_PORTS.grpc}`,
    `--metrics-port=${TRITON_PORTS.metrics}`,
    '--allow-metrics=true',
    `--allow-gpu-metrics=${pod.sizing.gpus > 0}`,
    ...pod.metricsFeatures.map((feature) => `--metrics-config=${feature}=true`),
    ...pod.extraArguments,
  ];
}

/** Caches of engine and compilers on a volume, because the root file system is read-only; and no access to a model hub. */
function containerEnvironment(sizing: PodSizing): { [name: string]: string } {
  return {
    HOME: CACHE_MOUNT,
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
