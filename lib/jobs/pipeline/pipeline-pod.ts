import { returned } from '../../core/errors';
import { IModelStore } from '../../core/model-store';
import { PodSecurityLevel } from '../../core/pod-security-level';
import { ImageRegistry } from '../../kubernetes/image-registry';
import {
  credentialAnnotations,
  credentialMounts,
  credentialVolumes,
  storeEnvironment,
  storeImage,
} from '../../kubernetes/model-store-access';
import { PodContainer, PodTemplateProps } from '../../kubernetes/pod-template';
import { mebibytes } from '../../kubernetes/quantity';
import { gpuResource } from '../../scheduling/node-allocatable';
import { DataSize } from '../../units/data-size';
import { ModelPipelineProps } from './model-pipeline-props';
import { pipelineImageOf } from './pipeline-image-faults';
import { PUBLISHER_MEMORY } from './pipeline-node';
import { PipelinePlan } from './pipeline-plan';
import { PIPELINE_MOUNTS, inputFolder } from './pipeline-spec';
import { StoredFiles } from './stored-text';

const { config: CONFIG_MOUNT, work: WORK_MOUNT, state: STATE_MOUNT } = PIPELINE_MOUNTS;

/** Port of the metrics: that of OpenTelemetry's exporters for Prometheus, which nothing else of this library has. @internal */
export const PIPELINE_METRICS_PORT = 9464;
/** Time that results stay readable after the last of them: two of the usual longest intervals between scrapes, of 30 s. */
const METRICS_LINGER_SECONDS = 60;

/** Containers, in the order in which they run. @internal */
export const PIPELINE_CONTAINERS = { begin: 'begin', run: 'run', publish: 'publish' };
/** Keys of the config map. @internal */
export const PIPELINE_FILES = {
  script: 'pipeline.sh',
  assemble: 'assemble.sh',
  publish: 'import.sh',
  lease: 'lease.sh',
  spec: 'spec.json',
};

/** Disk beside the volume of the work: what libraries keep, and logs. */
const TEMPORARY_MIB = 4096;
/** Disk of what fetches and publishes: lists. */
const LISTS_MIB = 256;
/** Disk of what containers tell each other. */
const STATE_MIB = 16;
/** Disk of the log of the container whose volumes another one asks for. */
const LOGS = { 'ephemeral-storage': '64Mi' };
/** What Python and allocators take beside what a plan counts. */
const MEMORY_MARGIN = 1.1;

/**
 * What the pods of a pipeline are made of.
 *
 * @internal
 */
export interface PipelinePod {
  readonly props: ModelPipelineProps;
  readonly name: string;
  readonly labels: { [key: string]: string };
  readonly annotations: { [key: string]: string };
  readonly plan: PipelinePlan;
  /** Size of the volume of the work. */
  readonly disk: DataSize;
  /** Folder of the work in the pod. */
  readonly work: string;
  readonly address: string;
  readonly outputUri: string;
  /** Whether the manifest is written on the condition that there is none. */
  readonly isGuarded: boolean;
  /** The source, and what steps and checks read of the store. */
  readonly inputs: readonly StoredFiles[];
}

/**
 * Folder of the work of a pipeline: of a claim a folder of its own.
 *
 * @internal
 */
export function workFolder({ workClaim }: ModelPipelineProps, name: string, address: string): string {
  return workClaim === undefined ? WORK_MOUNT : `${WORK_MOUNT}/${name}-${address.slice(0, 12)}`;
}

/**
 * The pods: what is read is fetched by one container, computed with by another that has no credentials, and published by a third. The third runs beside the
 * second, and keeps the lease meanwhile; it is named first, so that it has started when the large image of the second is still pulled.
 *
 * @internal
 */
export function pipelinePod(pod: PipelinePod): PodTemplateProps {
  const { props, name, labels, annotations, disk } = pod;
  const { nodePool, nodeSelector, workClaim, modelStore } = props;
  const work =
    workClaim === undefined
      ? { emptyDir: { sizeLimit: mebibytes(disk) } }
      : { persistentVolumeClaim: { claimName: workClaim } };
  return {
    labels,
    annotations: { ...annotations, ...credentialAnnotations(modelStore) },
    registry: props.imageRegistry ?? ImageRegistry.UPSTREAM,
    securityLevel: PodSecurityLevel.RESTRICTED,
    fsGroupChangePolicy: 'OnRootMismatch',
    serviceAccount: { name },
    nodePool,
    initContainers: [beginner(pod)],
    containers: [publisher(pod), runner(pod)],
    spec: {
      // Pods that failed stay, with their logs.
      restartPolicy: 'Never',
      nodeSelector: nodePool?.nodeSelector ?? nodeSelector,
      priorityClassName: props.priorityClassName,
      volume: [
        { name: 'config', configMap: { name, defaultMode: '0444' } },
        { name: 'work', ...work },
        { name: 'tmp', emptyDir: { sizeLimit: `${TEMPORARY_MIB}Mi` } },
        { name: 'lists', emptyDir: { sizeLimit: `${LISTS_MIB}Mi` } },
        { name: 'state', emptyDir: { sizeLimit: `${STATE_MIB}Mi` } },
        ...credentialVolumes(modelStore),
      ],
    },
  };
}

/** The disk of the volumes is asked for once: of containers that run beside each other, what they ask for is added. */
function diskOf({ props, disk }: PipelinePod): { [resource: string]: string } {
  const work = props.workClaim === undefined ? disk.mib : 0;
  return { 'ephemeral-storage': mebibytes(DataSize.mib(work + TEMPORARY_MIB + LISTS_MIB + STATE_MIB)) };
}

/** Nothing that runs without credentials can leave what one with them reads unasked, e.g. a configuration of the CLI. */
const mounts = (temporary: string) => [
  { name: 'config', mountPath: CONFIG_MOUNT, readOnly: true },
  { name: 'work', mountPath: WORK_MOUNT },
  { name: 'state', mountPath: STATE_MOUNT },
  { name: temporary, mountPath: '/tmp' },
];

/** What every container is told: where it works, and what is made. */
const told = ({ work, address, outputUri }: PipelinePod) => [
  { name: 'HOME', value: '/tmp' },
  { name: 'WORK_DIR', value: work },
  { name: 'STATE_DIR', value: STATE_MOUNT },
  { name: 'OUTPUT_URI', value: outputUri },
  { name: 'RECIPE', value: address },
  // Who holds the lease of the version.
  { name: 'POD_UID', valueFrom: { fieldRef: { fieldPath: 'metadata.uid' } } },
];

function beginner(pod: PipelinePod): PodContainer {
  const { props, work, disk, inputs } = pod;
  const { modelStore } = props;
  return {
    name: PIPELINE_CONTAINERS.begin,
    image: storeImage(modelStore, props.awsCliImage),
    command: ['/bin/sh', `${CONFIG_MOUNT}/${PIPELINE_FILES.script}`, 'begin'],
    env: [
      ...told(pod),
      { name: 'CONFIG_DIR', value: CONFIG_MOUNT },
      { name: 'MODELS_DIR', value: work },
      { name: 'MODELS_MIB', value: String(Math.ceil(disk.mib)) },
      { name: 'MODEL_PLAN', value: inputs.map((each) => inputLine(modelStore, each)).join('\n') },
      ...storeEnvironment(modelStore),
    ],
    volumeMount: [...mounts('lists'), ...credentialMounts(modelStore)],
    resources: {
      requests: { cpu: '1', memory: '1Gi', ...diskOf(pod) },
      limits: { cpu: '4', memory: '2Gi', ...diskOf(pod) },
    },
    terminationMessagePolicy: 'FallbackToLogsOnError',
  };
}

function inputLine(store: IModelStore, files: StoredFiles): string {
  const { name, version = '1' } = files;
  const uri = returned(store, 'IModelStore', 'modelStore.uriFor()', store.uriFor(name, version));
  return `${uri} ${inputFolder(files)}`;
}

function runner(pod: PipelinePod): PodContainer {
  const { props, work, plan } = pod;
  const { nodePool } = props;
  const { cpus } = plan.node;
  const memory = mebibytes(DataSize.mib(plan.memoryMib * MEMORY_MARGIN));
  const gpu = nodePool === undefined ? {} : { [gpuResource(nodePool)]: '1' };
  const { modelName, modelVersion = '1' } = props;
  const source = `${work}/${inputFolder({ name: modelName, version: modelVersion })}`;
  const folders = [`--source=${source}`, `--work=${work}/state`, `--output=${work}/output`];
  return {
    name: PIPELINE_CONTAINERS.run,
    image: pipelineImageOf(props),
    command: [
      ...['/bin/sh', `${CONFIG_MOUNT}/${PIPELINE_FILES.script}`, 'run'],
      ...['python3', '-m', 'model_pipeline', 'run', `--spec=${CONFIG_MOUNT}/${PIPELINE_FILES.spec}`, ...folders],
      `--threads=${cpus}`,
      `--metrics-port=${PIPELINE_METRICS_PORT}`,
      `--metrics-linger=${METRICS_LINGER_SECONDS}`,
    ],
    port: [{ name: 'metrics', containerPort: PIPELINE_METRICS_PORT, protocol: 'TCP' }],
    env: [
      ...told(pod),
      // PyTorch names a folder of its cache by the user, who has no name in the image.
      { name: 'USER', value: 'pipeline' },
    ],
    volumeMount: mounts('tmp'),
    resources: {
      requests: { cpu: String(cpus), memory, ...diskOf(pod), ...gpu },
      limits: { memory, ...diskOf(pod), ...gpu },
    },
    terminationMessagePolicy: 'FallbackToLogsOnError',
  };
}

function publisher(pod: PipelinePod): PodContainer {
  const { props, outputUri, isGuarded } = pod;
  const { modelStore, workClaim } = props;
  return {
    name: PIPELINE_CONTAINERS.publish,
    image: storeImage(modelStore, props.awsCliImage),
    command: ['/bin/sh', `${CONFIG_MOUNT}/${PIPELINE_FILES.script}`, 'publish'],
    env: [
      ...told(pod),
      { name: 'MODEL_URI', value: outputUri },
      { name: 'SCRATCH_DIR', value: '/tmp' },
      ...(isGuarded ? [{ name: 'MANIFEST_ONCE', value: '1' }] : []),
      ...(workClaim === undefined ? [] : [{ name: 'CLEAR_WORK', value: '1' }]),
      ...storeEnvironment(modelStore),
    ],
    volumeMount: [...mounts('lists'), ...credentialMounts(modelStore)],
    resources: {
      requests: { cpu: '250m', memory: mebibytes(PUBLISHER_MEMORY), ...LOGS },
      limits: { cpu: '2', memory: '2Gi', ...LOGS },
    },
    terminationMessagePolicy: 'FallbackToLogsOnError',
  };
}
