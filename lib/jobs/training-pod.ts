import { createHash } from 'crypto';
import { FabricBinding } from '../core/rdma-fabric';
import { returned } from '../core/errors';
import { PodSecurityLevel } from '../core/pod-security-level';
import { hasToken } from '../core/tokens';
import { lockingMemory } from '../kubernetes/group-fabric';
import { ImageRegistry } from '../kubernetes/image-registry';
import {
  credentialAnnotations,
  credentialMounts,
  credentialVolumes,
  storeEnvironment,
  storeImage,
} from '../kubernetes/model-store-access';
import { PodContainer, PodTemplateProps } from '../kubernetes/pod-template';
import { mebibytes } from '../kubernetes/quantity';
import { variableOrder } from '../kubernetes/variable-order';
import { TrainingPlan } from '../planning/training/training-plan';
import { gpuResource } from '../scheduling/node-allocatable';
import { DataSize } from '../units/data-size';
import { trainingImage } from './training-image';
import { TrainingJobProps } from './training-job-props';

const CONFIG_MOUNT = '/etc/training';
const INPUT_MOUNT = '/input';
const OUTPUT_MOUNT = '/output';
/** Where the ranks meet. */
const MASTER_PORT = 29500;
/** Seconds that pods wait for the first, which may have to come onto a new node. */
const MEETING_SECONDS = 1800;

/** Digits of the checksum in the folder of a training. */
const CHECKSUM_DIGITS = 12;

/** The container that trains. @internal */
export const TRAINER = 'train';
/** Keys of the config map. @internal */
export const FILES = { config: 'deepspeed.json', program: 'fine_tune.py', fetch: 'assemble.sh' };

/**
 * What the pods of a training are made of.
 *
 * @internal
 */
export interface TrainingPod {
  readonly props: TrainingJobProps;
  readonly name: string;
  readonly labels: { [key: string]: string };
  readonly annotations: { [key: string]: string };
  readonly plan: TrainingPlan;
  readonly binding?: FabricBinding;
  /** Address of the first pod. */
  readonly master: string;
  /** Text of the program that trains; nothing where it is in the image. */
  readonly programText?: string;
}

/**
 * The pods: each fetches model and data, and starts a process on each of its GPUs by torchrun, without SSH.
 *
 * @internal
 */
export function trainingPod(pod: TrainingPod): PodTemplateProps {
  const { props, labels, annotations, binding } = pod;
  const { nodePool, modelStore, checkpointClaim, imageRegistry = ImageRegistry.UPSTREAM } = props;
  const { input, temporary } = disks(pod);
  return {
    labels,
    annotations: { ...binding?.annotations, ...annotations, ...credentialAnnotations(modelStore) },
    registry: imageRegistry,
    securityLevel: PodSecurityLevel.RESTRICTED,
    fsGroupChangePolicy: 'OnRootMismatch',
    serviceAccount: { name: pod.name },
    nodePool,
    initContainers: [fetcher(pod)],
    containers: [trainer(pod)],
    spec: {
      // Pods that failed stay, with their logs; what comes after them goes on from the newest checkpoint.
      restartPolicy: 'Never',
      nodeSelector: nodePool.nodeSelector,
      priorityClassName: props.priorityClassName,
      volume: [
        { name: 'config', configMap: { name: pod.name, defaultMode: '0444' } },
        { name: 'input', emptyDir: { sizeLimit: mebibytes(input) } },
        { name: 'tmp', emptyDir: { sizeLimit: mebibytes(temporary) } },
        { name: 'shm', emptyDir: { medium: 'Memory', sizeLimit: mebibytes(sharedMemory(pod)) } },
        { name: 'output', persistentVolumeClaim: { claimName: checkpointClaim } },
        ...credentialVolumes(modelStore),
      ],
    },
  };
}

/** Size of /dev/shm. */
function sharedMemory({ props, plan, binding }: TrainingPod): DataSize {
  return props.sharedMemory ?? binding?.sharedMemory ?? DataSize.gib(1 + plan.gpusPerNode);
}

function disks({ props, plan }: TrainingPod): { readonly input: DataSize; readonly temporary: DataSize } {
  const { model, program, dataSize = DataSize.gib(10) } = props;
  const files = model.checkpointSize(model.publishedPrecision ?? plan.precision);
  return {
    input: DataSize.mib(Math.ceil((files.mib + dataSize.mib) * 1.05 + 1024)),
    // Kernels that are compiled, and what libraries keep; the tokens of the own program: 4 bytes each, for at least two bytes of data.
    temporary: DataSize.mib(Math.ceil(8 * 1024 + (program === undefined ? 2 * dataSize.mib : 0))),
  };
}

function fetcher(pod: TrainingPod): PodContainer {
  const { props } = pod;
  const { modelStore, modelName, modelVersion = '1', dataName, dataVersion = '1' } = props;
  const uri = (name: string, version: string) =>
    returned(modelStore, 'IModelStore', 'modelStore.uriFor()', modelStore.uriFor(name, version));
  const { input, temporary } = disks(pod);
  const disk = { 'ephemeral-storage': mebibytes(DataSize.mib(input.mib + temporary.mib)) };
  return {
    name: 'fetch',
    image: storeImage(modelStore),
    command: ['/bin/sh', `${CONFIG_MOUNT}/${FILES.fetch}`],
    env: [
      { name: 'CONFIG_DIR', value: CONFIG_MOUNT },
      { name: 'MODELS_DIR', value: INPUT_MOUNT },
      { name: 'MODELS_MIB', value: String(input.mib) },
      { name: 'MODEL_PLAN', value: `${uri(modelName, modelVersion)} model\n${uri(dataName, dataVersion)} data` },
      { name: 'HOME', value: '/tmp' },
      ...storeEnvironment(modelStore),
    ],
    volumeMount: [
      { name: 'config', mountPath: CONFIG_MOUNT, readOnly: true },
      { name: 'input', mountPath: INPUT_MOUNT },
      { name: 'tmp', mountPath: '/tmp' },
      ...credentialMounts(modelStore),
    ],
    resources: {
      requests: { cpu: '1', memory: '1Gi', ...disk },
      limits: { cpu: '4', memory: '2Gi', ...disk },
    },
    terminationMessagePolicy: 'FallbackToLogsOnError',
  };
}

function trainer(pod: TrainingPod): PodContainer {
  const { props, plan, binding } = pod;
  const { nodePool } = props;
  const { input, temporary } = disks(pod);
  const cpus = cpusOf(pod);
  const devices = { [gpuResource(nodePool)]: String(plan.gpusPerNode), ...binding?.resources };
  const disk = { 'ephemeral-storage': mebibytes(DataSize.mib(input.mib + temporary.mib)) };
  const memory = mebibytes(DataSize.mib(Math.ceil(plan.hostMemory.mib + sharedMemory(pod).mib)));
  const environment = {
    ...binding?.environment,
    ...props.environment,
    DEEPSPEED_CONFIG: `${CONFIG_MOUNT}/${FILES.config}`,
    MODEL_DIR: `${INPUT_MOUNT}/model`,
    DATA_DIR: `${INPUT_MOUNT}/data`,
    CHECKPOINT_DIR: outputFolder(pod),
    HF_HUB_OFFLINE: '1',
    HOME: '/tmp',
    OMP_NUM_THREADS: String(Math.max(1, Math.floor(cpus / plan.gpusPerNode))),
  };
  return {
    name: TRAINER,
    image: trainingImage(props),
    command: launch(pod),
    env: variableOrder(
      Object.entries(environment)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, value]) => ({ name, value })),
    ),
    volumeMount: [
      { name: 'config', mountPath: CONFIG_MOUNT, readOnly: true },
      { name: 'input', mountPath: INPUT_MOUNT, readOnly: true },
      { name: 'output', mountPath: OUTPUT_MOUNT },
      { name: 'tmp', mountPath: '/tmp' },
      { name: 'shm', mountPath: '/dev/shm' },
    ],
    resources: {
      requests: { cpu: String(cpus), memory, ...disk, ...devices },
      limits: { memory, ...disk, ...devices },
    },
    ...lockingMemory(binding),
    terminationMessagePolicy: 'FallbackToLogsOnError',
  };
}

/** Processors of a pod: four for each GPU, or most of its share of the node where the optimizer works on them. */
function cpusOf({ props, plan }: TrainingPod): number {
  const { hardware } = props.nodePool;
  const share = (0.8 * hardware.vcpus * plan.gpusPerNode) / hardware.gpuCount;
  const wanted = plan.deepSpeed.offloadOptimizer ? share : 4 * plan.gpusPerNode;
  return Math.max(1, Math.floor(Math.min(wanted, share)));
}

/**
 * torchrun of each node, whose ranks are those of its pods: restarts are those of all pods together, since a rank that is lost alone leaves the others
 * waiting for it.
 */
function launch(pod: TrainingPod): string[] {
  const { plan, props, master } = pod;
  const several = plan.nodes > 1;
  return [
    'torchrun',
    `--nnodes=${plan.nodes}`,
    // Kubernetes replaces the variable, which the controller of Jobs sets.
    `--node-rank=${several ? '$(JOB_COMPLETION_INDEX)' : '0'}`,
    `--nproc-per-node=${plan.gpusPerNode}`,
    '--max-restarts=0',
    `--master-addr=${several ? master : '127.0.0.1'}`,
    `--master-port=${MASTER_PORT}`,
    `--rdzv-conf=timeout=${MEETING_SECONDS}`,
    ...(props.program ?? ownProgram(pod)),
  ];
}

function ownProgram(pod: TrainingPod): string[] {
  const { props } = pod;
  return [
    `${CONFIG_MOUNT}/${FILES.program}`,
    `--deepspeed-config=${CONFIG_MOUNT}/${FILES.config}`,
    `--model=${INPUT_MOUNT}/model`,
    `--data=${INPUT_MOUNT}/data`,
    `--output=${outputFolder(pod)}`,
    `--sequence-length=${props.sequenceLength}`,
    `--steps=${props.steps}`,
    `--save-steps=${props.saveSteps ?? 100}`,
  ];
}

/**
 * Folder of a training in its claim: pods of the same training go on from what is there, another one starts anew. It is a folder and no `subPath`, which
 * the kubelet would make as root, where the volume does not hand its group on.
 */
function outputFolder({ props, plan, name, programText }: TrainingPod): string {
  const { modelName, modelVersion = '1', dataName, dataVersion = '1', program, environment = {} } = props;
  const image = trainingImage(props);
  const { sequenceLength, steps, saveSteps = 100 } = props;
  const decides = [
    ...[modelName, modelVersion, dataName, dataVersion, sequenceLength, steps, saveSteps],
    ...[plan.nodes, plan.gpusPerNode, plan.deepSpeedJson, programText ?? program],
    // What only Terraform knows has no text that stays.
    hasToken(image) ? '' : image,
    Object.entries(environment)
      .filter((each) => !hasToken(each))
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  ];
  const checksum = createHash('sha256').update(JSON.stringify(decides)).digest('hex').slice(0, CHECKSUM_DIGITS);
  return `${OUTPUT_MOUNT}/${name}-${checksum}`;
}
