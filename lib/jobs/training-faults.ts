import { groupFabric } from '../kubernetes/group-fabric';
import { objectNameFaults } from '../kubernetes/object-name';
import { faultsOf } from '../core/errors';
import { modelNameFaults, modelVersionFaults } from '../core/model-name';
import { modelStoreFaults } from '../core/model-store-reach';
import { kubernetesNameFault } from '../core/naming';
import { otherClusterFault } from '../core/other-cluster-fault';
import { RdmaFabricKind } from '../core/rdma-fabric';
import { IGpuNodePool } from '../core/gpu-node-pool';
import { concreteFault, hasToken } from '../core/tokens';
import { DeepSpeedConfig } from '../planning/training/deep-speed-config';
import { TrainingPlan, shortText } from '../planning/training/training-plan';
import { TrainingPlanner } from '../planning/training/training-planner';
import { queuedFaults } from '../scheduling/kueue/queue-faults';
import { Fault, fault, faultsUnder } from '../units/fault';
import { literalSecretFaults } from '../units/literal-secrets';
import { positiveFault, wholeNumberFault } from '../units/number-faults';
import { allOf } from '../units/unreadable';
import { trainingImageFaults } from './training-image';
import { TrainingJobProps } from './training-job-props';

/** Longest name: `<name>-node-0-<pod>` is the name of a pod, and a label. */
const LONGEST_NAME = 40;

const VARIABLE = /^[-._a-zA-Z][-._a-zA-Z0-9]*$/;

/** What starts programs, and is none itself. */
const LAUNCHERS = /^(.*\/)?(python[\d.]*|torchrun|deepspeed|accelerate)$/;

/** Variables that the pods set. */
const OWN_VARIABLES =
  /^(DEEPSPEED_CONFIG|MODEL_DIR|DATA_DIR|CHECKPOINT_DIR|HOME|OMP_NUM_THREADS|HF_HUB_OFFLINE|JOB_COMPLETION_INDEX|MASTER_(ADDR|PORT)|(LOCAL_)?(RANK|WORLD_SIZE)|AWS_\w+)$/;

/**
 * What is wrong with a training, apart from whether it fits.
 *
 * @internal
 */
export function trainingJobFaults(props: TrainingJobProps, name: string, namespace: string): Fault[] {
  const { modelName, dataName, modelVersion = '1', dataVersion = '1', nodePool, cluster, steps, environment } = props;
  const texts = { name, namespace, modelName, dataName, modelVersion, dataVersion, steps, program: props.program };
  const unknown = Object.entries(texts).flatMap(([property, value]) =>
    concreteFault(property, value, 'names, folders and arguments are made at synthesis'),
  );
  if (unknown.length > 0) return unknown;
  return allOf(
    () => kubernetesNameFault('name', name, LONGEST_NAME),
    () => kubernetesNameFault('namespace', namespace),
    () => modelNameFaults(modelName, 'modelName'),
    () => modelVersionFaults(modelVersion, 'modelVersion'),
    () => modelNameFaults(dataName, 'dataName'),
    () => modelVersionFaults(dataVersion, 'dataVersion'),
    () => trainingImageFaults(props),
    () => trainingQueueFaults(props),
    () => objectNameFaults('checkpointClaim', props.checkpointClaim),
    () => objectNameFaults('priorityClassName', props.priorityClassName),
    () => wholeNumberFault('steps', steps ?? NaN, 1),
    () => wholeNumberFault('saveSteps', props.saveSteps, 1),
    () => wholeNumberFault('maxRestarts', props.maxRestarts, 0),
    () => wholeNumberFault('timeout', props.timeout?.toSeconds(), 1),
    () => positiveFault('dataSize', props.dataSize?.mib),
    () => positiveFault('sharedMemory', props.sharedMemory?.mib),
    () => programFaults(props),
    () => environmentFaults(environment),
    () => otherClusterFault(nodePool, cluster, 'nodePool'),
    () => faultsUnder(modelStoreFaults(props.modelStore, cluster.connection.region), 'modelStore'),
    () => poolFaults(props),
  );
}

function programFaults({ program, deepSpeed = DeepSpeedConfig.of() }: TrainingJobProps): Fault[] {
  if (program?.length === 0) {
    const reason = 'program must have at least one word, the Python file; got none; leave it out for the own one';
    return [fault('EMPTY_LIST', 'program', reason)];
  }
  if (program !== undefined && LAUNCHERS.test(program[0])) {
    const reason =
      `program must begin with the Python file that torchrun starts, e.g. ['/app/train.py', '--epochs', '3']; got '${program[0]}', which torchrun would ` +
      'take for that file; leave it out, and give the file of a module instead of -m';
    return [fault('INVALID_FORMAT', 'program[0]', reason)];
  }
  if (program !== undefined || deepSpeed.pipelineStages === 1) return [];
  const reason =
    `the package's own program builds no pipeline (pipelineStages ${deepSpeed.pipelineStages}): give a program that makes its model a PipelineModule, or ` +
    'leave pipelineStages out';
  return [fault('PIPELINE_NEEDS_PROGRAM', 'program', reason)];
}

function environmentFaults(environment: { [name: string]: string } = {}): Fault[] {
  return [
    ...literalSecretFaults('environment', environment, () => 'leave it out: the pods reach nothing but the store'),
    ...Object.keys(environment)
      .filter((name) => OWN_VARIABLES.test(name))
      .map((name) => {
        const reason = `environment must not contain '${name}', which is set here; remove it`;
        return fault('RESERVED', `environment['${name}']`, reason);
      }),
    ...Object.keys(environment)
      .filter((name) => !hasToken(name) && !VARIABLE.test(name))
      .map((name) => {
        const reason = `names of environment must be names of environment variables, e.g. 'NCCL_DEBUG'; got '${name}'`;
        return fault('INVALID_NAME', `environment['${name}']`, reason);
      }),
  ];
}

function poolFaults({ nodePool, nodes = 1, gpusPerNode, environment }: TrainingJobProps): Fault[] {
  const { poolName, maxNodes, hardware } = nodePool;
  return allOf(
    () =>
      nodes > maxNodes
        ? [
            fault(
              'TRAINING_EXCEEDS_POOL',
              'nodes',
              `nodes must be at most the ${maxNodes} that pool '${poolName}' may have; got ${nodes}; raise maxNodes`,
            ),
          ]
        : [],
    () =>
      nodes > 1 && Number.isInteger(gpusPerNode ?? 1)
        ? groupFabric(nodePool, gpusPerNode ?? hardware.gpuCount, environment).faults
        : [],
  );
}

function trainingQueueFaults({ queue, cluster, nodePool, nodes = 1 }: TrainingJobProps): Fault[] {
  return queue === undefined ? [] : queuedFaults({ queue, cluster, nodePool, nodes, what: 'the training' });
}

/**
 * Several nodes that reach each other by TCP only.
 *
 * @internal
 */
export function networkWarnings(
  { fabric, efaInterfacesPerNode, hardware, poolName }: IGpuNodePool,
  nodes: number,
): Fault[] {
  const isTcp = (fabric?.kind ?? RdmaFabricKind.NONE) === RdmaFabricKind.NONE && efaInterfacesPerNode === 0;
  if (nodes === 1 || !isTcp) return [];
  const reason =
    `${nodes} nodes of pool '${poolName}' (${hardware.name}) exchange gradients and weights over TCP, ${hardware.networkBandwidthGbps} Gb/s each; no ` +
    'measurement of that is known; give the pool a fabric, or train on one node';
  return [fault('NODES_OVER_TCP', 'nodePool', reason)];
}

/**
 * The plan, or why there is none: what is refused, and what does not fit, with what is short and the ways out.
 *
 * @internal
 */
export function planTraining(props: TrainingJobProps): { readonly plan?: TrainingPlan; readonly faults: Fault[] } {
  const { model, nodePool, nodes, gpusPerNode, sequenceLength, deepSpeed } = props;
  let plan: TrainingPlan | undefined;
  const faults = faultsOf(() => {
    plan = TrainingPlanner.plan({
      ...{ model, nodes, gpusPerNode, sequenceLength, deepSpeed },
      hardware: nodePool.hardware,
    });
  });
  return { plan, faults: plan === undefined || plan.fits ? faults : [...faults, unfitFault(plan, nodePool.poolName)] };
}

function unfitFault(plan: TrainingPlan, poolName: string): Fault {
  const ways = plan.alternatives.map(({ change }) => change);
  const cure = ways.length === 0 ? 'no way out was found' : `use one of: ${ways.join(' | ')}`;
  const reason = `${plan.model.name} with ${plan.deepSpeed} does not fit pool '${poolName}': ${shortText(plan)}; ${cure}`;
  return fault('TRAINING_DOES_NOT_FIT', 'deepSpeed', reason);
}
