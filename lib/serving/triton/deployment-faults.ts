import { TritonRelease } from '../../catalog/serving-engine';
import { IGpuNodePool } from '../../core/gpu-node-pool';
import { GpuSharingKind } from '../../core/gpu-sharing-kind';
import { modelStoreFaults } from '../../core/model-store-reach';
import { kubernetesNameFault } from '../../core/naming';
import { otherClusterFault } from '../../core/other-cluster-fault';
import { concreteFault } from '../../core/tokens';
import { imageFaults } from '../../kubernetes/container-image';
import { accessFaults } from '../../kubernetes/network-access';
import { DataSize } from '../../units/data-size';
import { Duration } from '../../units/duration';
import { duplicateFaults } from '../../units/duplicate-faults';
import { Fault, fault, faultsUnder } from '../../units/fault';
import { positiveFault, wholeAmountFault, wholeNumberFault } from '../../units/number-faults';
import { servingHardware } from '../model/serving-hardware';
import { BackendModel, ModelDefinition } from './model-definition';
import { additionFaults } from './pod-addition-faults';
import { sidecarRequests } from './pod-addition-specs';
import { PodSizing, shortestStartup, sizePod } from './pod-sizing';
import { releaseFaults, releaseWarnings, serviceWarnings } from './release-faults';
import { argumentFaults } from './triton-arguments';
import { TritonDeploymentProps } from './triton-deployment-props';
import { allOf, isUnreadable } from '../../units/unreadable';
import { endTrial } from '../../core/errors';

/**
 * A deployment with its models on their hardware and its pods sized.
 *
 * @internal
 */
export interface CheckedDeployment {
  readonly models: readonly BackendModel[];
  readonly sizing: PodSizing;
  readonly warnings: readonly Fault[];
}

/** `checked` is only valid if there are no faults. */
interface DeploymentCheck {
  readonly checked: CheckedDeployment;
  readonly faults: readonly Fault[];
}

/**
 * Resolves each model on its hardware once, and finds all faults of the properties of a deployment.
 *
 * @internal
 */
export function checkDeployment(
  props: TritonDeploymentProps,
  name: string,
  replicas: number,
  release: TritonRelease,
): DeploymentCheck {
  const own = allOf(
    () => nameFaults(name, props.namespace),
    () => wholeNumberFault('replicas', replicas, 1),
    () => scalingFaults(props),
    () => exitFaults(props.exitTimeout),
    () => positiveFault('stallTimeout', props.stallTimeout?.toSeconds()),
    () => imageFaults('tritonImage', props.tritonImage),
    () => imageFaults('awsCliImage', props.awsCliImage),
    () => additionFaults(props),
    () => accessFaults({ accessibleFrom: props.accessibleFrom, metricsFrom: props.metricsFrom }, props.egressTo),
    () => positiveFault('resources.cpu', props.resources?.cpu),
    () => otherClusterFault(props.nodePool, props.cluster, 'nodePool', 'nodePool'),
    () => releaseFaults(props.nodePool, release),
    () =>
      faultsUnder(
        modelStoreFaults(props.modelStore, props.cluster.connection.region),
        'modelStore',
        `store '${props.modelStore.node.path}'`,
      ),
    () => argumentFaults(props.extraArguments ?? []),
  );
  endTrial(own, props.nodePool, props.models, props.resources, props.startupBudget, ...modelsOf(props));
  const definitions = props.models.map((model) => model._definition);
  const unknown = tokenFaults(props, name, definitions);
  const hardware = servingHardware(props.nodePool);
  const whole = Number.isSafeInteger(replicas) && replicas > 0 ? replicas : 1;
  const onSite = unknown.length > 0 ? [] : definitions.map((model) => model.on({ hardware, release, replicas: whole }));
  const models = onSite.flatMap(({ model }) => model ?? []);
  const sized = sizePod(models, props.nodePool.hardware, {
    ...props.resources,
    startupSeconds: props.startupBudget?.toSeconds(),
    besides: sidecarRequests(props),
    gpusPerNode: hardware.gpusPerNode,
  });
  const checked = {
    models,
    sizing: sized.sizing,
    warnings: [
      ...onSite.flatMap(({ warnings }) => warnings),
      ...releaseWarnings(props, release, definitions),
      ...serviceWarnings(props),
    ],
  };
  if (unknown.length > 0) return { checked, faults: unknown };
  const faults = allOf(
    () => own,
    () =>
      allOf(
        () => modelSetFaults(definitions, props.nodePool),
        () => onSite.flatMap((each, i) => faultsUnder(each.faults, `models[${i}]`, `model '${definitions[i].name}'`)),
      ),
  );
  if (models.length === definitions.length) faults.push(...startupFaults(props.startupBudget, models));
  // Earlier faults would be repeated by the pods that result from them.
  if (faults.length === 0) faults.push(...sized.faults);
  if (faults.length === 0) faults.push(...replicaFaults(props, sized.sizing, replicas));
  return { checked, faults };
}

/** Of a list that cannot be read nothing. */
function modelsOf({ models }: TritonDeploymentProps): readonly unknown[] {
  return isUnreadable(models) ? [] : models;
}

function tokenFaults(props: TritonDeploymentProps, name: string, models: readonly ModelDefinition[]): Fault[] {
  const sized = 'the pods are sized and placed from it';
  return allOf(
    () => concreteFault('name', name, 'ids and names derive from it'),
    () => concreteFault('namespace', props.namespace, 'ids and names derive from it'),
    () => concreteFault('replicas', props.replicas, sized),
    () => concreteFault('maxReplicas', props.maxReplicas, sized),
    () => concreteFault('maxSurge', props.maxSurge, sized),
    () => concreteFault('resources.cpu', props.resources?.cpu, sized),
    () =>
      concreteFault(
        'minNodes and maxNodes of the node pool',
        [props.nodePool.minNodes, props.nodePool.maxNodes],
        sized,
        'nodePool',
      ),
    () => models.flatMap((model, i) => modelTokenFaults(model, i)),
  );
}

function modelTokenFaults(model: ModelDefinition, index: number): Fault[] {
  const path = `models[${index}]`;
  const unnamed = concreteFault(`name of ${path}`, model.name, 'files and folders are named after it', `${path}.name`);
  if (unnamed.length > 0) return unnamed;
  return Object.entries(model.props).flatMap(([property, value]) =>
    concreteFault(
      `${property} of model '${model.name}'`,
      value,
      'its configuration is made and checked at synthesis',
      `${path}.${property}`,
    ),
  );
}

function nameFaults(name: string, namespace?: string): Fault[] {
  const faults = kubernetesNameFault('name', name);
  // Names of Services are more restricted than other names: RFC 1035.
  if (faults.length === 0 && !/^[a-z]/.test(name))
    faults.push(
      fault(
        'INVALID_NAME',
        'name',
        `name must start with a letter, because a Service is named after it; got '${name}'`,
      ),
    );
  return allOf(
    () => faults,
    () => (namespace === undefined ? [] : kubernetesNameFault('namespace', namespace)),
  );
}

/** Triton accepts whole seconds. */
function exitFaults(given: Duration | undefined): Fault[] {
  if (given === undefined) return [];
  return wholeAmountFault('exitTimeout', given.toSeconds(), 'seconds', `${given}`, 1);
}

function startupFaults(given: Duration | undefined, models: readonly BackendModel[]): Fault[] {
  const shortest = shortestStartup(models);
  if (given === undefined || given.toSeconds() >= shortest) return [];
  return [
    fault(
      'STARTUP_BUDGET_TOO_SHORT',
      'startupBudget',
      `startupBudget must be at least ${shortest} s, the time to read these weights at 2 GB/s and a minute for the server; got ${given}`,
    ),
  ];
}

function modelSetFaults(models: readonly ModelDefinition[], nodePool: IGpuNodePool): Fault[] {
  if (models.length === 0)
    return [
      fault('EMPTY_LIST', 'models', 'models must not be empty: a server without models is ready and serves nothing'),
    ];
  const quoted = (some: readonly ModelDefinition[]) => some.map((model) => `'${model.name}'`).join(', ');
  const faults = duplicateFaults(
    'models',
    models.map((model) => model.name),
  );
  if (new Set(models.map((model) => model.variant)).size > 1) {
    const backends = [...new Set(models.map((model) => model.backend))].sort().join(' and ');
    faults.push(
      fault(
        'MODELS_NEED_DIFFERENT_IMAGES',
        'models',
        `models on ${backends} need different Triton images and cannot share a server; make a deployment for each backend`,
      ),
    );
  }
  const spanning = models.filter((model) => model.spansGpus);
  if (spanning.length > 1) {
    faults.push(
      fault(
        'SEVERAL_MODELS_SPAN_GPUS',
        'models',
        'only one model of a server may span several GPUs, because vLLM takes the first GPUs that it sees; got ' +
          `${quoted(spanning)}; make a deployment for each`,
      ),
    );
  }
  return allOf(
    () => faults,
    () => gpuFaults(models, nodePool),
  );
}

function gpuFaults(models: readonly ModelDefinition[], nodePool: IGpuNodePool): Fault[] {
  const { hardware, gpuSharingKind = GpuSharingKind.NONE, poolName } = nodePool;
  const sharing = models.filter((model) => model.sharedGpuMemory);
  const gpus = models.reduce((sum, model) => sum + model.gpus, 0) + (sharing.length > 0 ? 1 : 0);
  const shared = sharedGpuFaults(sharing, nodePool);
  if (shared.length > 0) return shared;
  if (gpuSharingKind !== GpuSharingKind.NONE && gpus > 1) {
    return [
      fault(
        'SERVER_NEEDS_SEVERAL_SHARES',
        'models',
        `a server on pool '${poolName}' can use only one GPU share (${gpuSharingKind}), because a process sees a single MIG instance and a ` +
          `second time slice adds no capacity; requested ${gpus}; use one GPU per model and a deployment for each, or a pool that does not ` +
          'share its GPUs',
      ),
    ];
  }
  if (models.length < 2 || gpus <= hardware.gpuCount) return [];
  const list = [
    ...models.flatMap(({ name, gpus: own }) => (own > 0 ? [`'${name}' ${own}`] : [])),
    ...(sharing.length > 0 ? [`shared by others 1`] : []),
  ].join(', ');
  return [
    fault(
      'SERVER_EXCEEDS_NODE',
      'models',
      `the models of a server need ${gpus} GPUs together (${list}), but a ${hardware.name} has ${hardware.gpuCount}; make a deployment for each`,
    ),
  ];
}

/** What CUDA and the libraries of ONNX Runtime take of a GPU once for all models of a process. */
const SHARED_OVERHEAD = DataSize.gib(1);

function sharedGpuFaults(models: readonly ModelDefinition[], { hardware, gpuShareMemory }: IGpuNodePool): Fault[] {
  const asked = models.map(({ name, sharedGpuMemory = DataSize.ZERO }) => ({ name, memory: sharedGpuMemory }));
  const need = asked.reduce((sum, { memory }) => sum.plus(memory), SHARED_OVERHEAD);
  const has = gpuShareMemory ?? hardware.gpuMemory;
  if (asked.length === 0 || !need.exceeds(has)) return [];
  const list = asked.map(({ name, memory }) => `'${name}' ${memory}`).join(', ');
  return [
    fault(
      'MODELS_EXCEED_SHARED_GPU',
      'models',
      `the models on the server's shared GPU need ${need} together (${list}, and ${SHARED_OVERHEAD} for CUDA), but a GPU of the ` +
        `pool has ${has}; give models less memory, or make another deployment for some of them`,
    ),
  ];
}

function scalingFaults({ replicas, maxReplicas, maxSurge }: TritonDeploymentProps): Fault[] {
  return allOf(
    () => wholeNumberFault('maxReplicas', maxReplicas, 1),
    () => wholeNumberFault('maxSurge', maxSurge, 0),
    () =>
      replicas !== undefined && maxReplicas !== undefined
        ? [
            fault(
              'CONFLICTING_PROPERTIES',
              'replicas',
              `replicas ${replicas} cannot be kept where a scaler sets the number, up to maxReplicas (${maxReplicas}); remove one of them, and give ` +
                'the least number to the scaler',
            ),
          ]
        : [],
  );
}

function replicaFaults(
  { nodePool, maxReplicas, maxSurge = 0 }: TritonDeploymentProps,
  pod: PodSizing,
  most: number,
): Fault[] {
  const { hardware, maxNodes, poolName } = nodePool;
  const room = pod.podsPerNode * maxNodes;
  const property = maxReplicas === undefined ? 'replicas' : 'maxReplicas';
  const why =
    `pool '${poolName}' has at most ${maxNodes} node(s) of type ${hardware.name} with room for ${pod.podsPerNode} pod(s) of ${pod.gpus} GPU(s) ` +
    'each';
  const raise = (pods: number) => `raise maxNodes to ${Math.ceil(pods / pod.podsPerNode)}`;
  if (most > room) {
    const reason = `${property} must be at most ${room}, because ${why}; got ${most}; ${raise(most)}`;
    return [fault('REPLICAS_EXCEED_POOL', property, reason)];
  }
  if (most + maxSurge <= room) return [];
  const reason =
    `maxSurge must be at most ${room - most}, because ${why}, and ${most} of them run already; got ${maxSurge}; ${raise(most + maxSurge)}, or ` +
    'leave maxSurge out';
  return [fault('SURGE_EXCEEDS_POOL', 'maxSurge', reason)];
}
