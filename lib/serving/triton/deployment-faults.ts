import { TritonRelease } from '../../catalog/serving-engine';
import { IGpuNodePool } from '../../core/gpu-node-pool';
import { GpuSharingKind } from '../../core/gpu-sharing-kind';
import { modelStoreFaults } from '../../core/model-store-reach';
import { kubernetesNameFault } from '../../core/naming';
import { otherClusterFault } from '../../core/other-cluster-fault';
import { concreteFault } from '../../core/tokens';
import { Duration } from '../../units/duration';
import { duplicateFaults } from '../../units/duplicate-faults';
import { Fault, fault, faultsUnder } from '../../units/fault';
import { positiveFault, wholeAmountFault, wholeNumberFault } from '../../units/number-faults';
import { servingHardware } from '../model/serving-hardware';
import { BackendModel, ModelDefinition } from './model-definition';
import { PodSizing, shortestStartup, sizePod } from './pod-sizing';
import { TritonDeploymentProps } from './triton-deployment-props';
import { knownListFaults } from '../../core/text-list';

/** Flags that the probes, the service or the metrics rely on. */
const RESERVED_FLAGS = [
  'model-repository',
  'model-store',
  'model-control-mode',
  'http-port',
  'grpc-port',
  'metrics-port',
  'exit-timeout-secs',
];

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
  const definitions = props.models.map((model) => model._definition);
  const unknown = tokenFaults(props, name, definitions);
  const hardware = servingHardware(props.nodePool);
  const whole = Number.isSafeInteger(replicas) && replicas > 0 ? replicas : 1;
  const onSite = unknown.length > 0 ? [] : definitions.map((model) => model.on({ hardware, release, replicas: whole }));
  const models = onSite.flatMap(({ model }) => model ?? []);
  const sized = sizePod(models, props.nodePool.hardware, {
    ...props.resources,
    startupSeconds: props.startupBudget?.toSeconds(),
    gpusPerNode: hardware.gpusPerNode,
  });
  const checked = { models, sizing: sized.sizing, warnings: onSite.flatMap(({ warnings }) => warnings) };
  if (unknown.length > 0) return { checked, faults: unknown };
  const faults = [
    ...nameFaults(name, props.namespace),
    ...wholeNumberFault('replicas', replicas, 1),
    ...exitFaults(props.exitTimeout),
    ...positiveFault('resources.cpu', props.resources?.cpu),
    ...poolFaults(props, release),
    ...faultsUnder(modelStoreFaults(props.modelStore), 'modelStore', `store '${props.modelStore.node.path}'`),
    ...modelSetFaults(definitions, props.nodePool),
    ...onSite.flatMap((each, i) => faultsUnder(each.faults, `models[${i}]`, `model '${definitions[i].name}'`)),
    ...flagFaults(props.extraArguments ?? []),
  ];
  if (models.length === definitions.length) faults.push(...startupFaults(props.startupBudget, models));
  // Earlier faults would be repeated by the pods that result from them.
  if (faults.length === 0) faults.push(...sized.faults);
  if (faults.length === 0) faults.push(...replicaFaults(props.nodePool, sized.sizing, replicas));
  return { checked, faults };
}

function tokenFaults(props: TritonDeploymentProps, name: string, models: readonly ModelDefinition[]): Fault[] {
  const sized = 'the pods are sized and placed from it';
  return [
    ...concreteFault('name', name, 'ids and names derive from it'),
    ...concreteFault('namespace', props.namespace, 'ids and names derive from it'),
    ...concreteFault('replicas', props.replicas, sized),
    ...concreteFault('resources.cpu', props.resources?.cpu, sized),
    ...concreteFault(
      'minNodes and maxNodes of the node pool',
      [props.nodePool.minNodes, props.nodePool.maxNodes],
      sized,
      'nodePool',
    ),
    ...models.flatMap((model, i) => modelTokenFaults(model, i)),
  ];
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
  return [...faults, ...(namespace === undefined ? [] : kubernetesNameFault('namespace', namespace))];
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

function poolFaults({ cluster, nodePool }: TritonDeploymentProps, release: TritonRelease): Fault[] {
  const { gpu, name } = nodePool.hardware;
  const faults = otherClusterFault(nodePool, cluster, 'nodePool', 'nodePool');
  if (gpu.computeCapability < release.minimumComputeCapability) {
    const older = TritonRelease.ALL.filter(
      (candidate) => gpu.computeCapability >= candidate.minimumComputeCapability,
    ).pop();
    faults.push(
      fault(
        'GPU_TOO_OLD_FOR_RELEASE',
        'tritonRelease',
        `Triton ${release} supports compute capability ${release.minimumComputeCapability.toFixed(1)} and later, but ${gpu.name} (${name}) has ` +
          `${gpu.computeCapability.toFixed(1)}; ${older ? `use tritonRelease ${older} or a newer GPU` : 'use a newer GPU'}`,
      ),
    );
  }
  return faults;
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
  return [...faults, ...gpuFaults(models, nodePool)];
}

function gpuFaults(models: readonly ModelDefinition[], nodePool: IGpuNodePool): Fault[] {
  const { hardware, gpuSharingKind = GpuSharingKind.NONE, poolName } = nodePool;
  const gpus = models.reduce((sum, model) => sum + model.gpus, 0);
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
  const list = models.map((model) => `'${model.name}' ${model.gpus}`).join(', ');
  return [
    fault(
      'SERVER_EXCEEDS_NODE',
      'models',
      `the models of a server need ${gpus} GPUs together (${list}), but a ${hardware.name} has ${hardware.gpuCount}; make a deployment for each`,
    ),
  ];
}

function flagFaults(extraArguments: readonly string[]): Fault[] {
  const why = 'each flag is compared with those that the rest of the pod relies on';
  const unknown = knownListFaults('extraArguments', extraArguments, why);
  if (unknown.length > 0) return unknown;
  return extraArguments.flatMap((argument, i) => {
    const flag = RESERVED_FLAGS.find((reserved) => argument.split('=')[0] === `--${reserved}`);
    return flag
      ? [
          fault(
            'RESERVED',
            `extraArguments[${i}]`,
            `extraArguments must not contain --${flag}, which the rest of the pod relies on; remove it`,
          ),
        ]
      : [];
  });
}

function replicaFaults({ hardware, maxNodes, poolName }: IGpuNodePool, pod: PodSizing, replicas: number): Fault[] {
  const most = pod.podsPerNode * maxNodes;
  if (replicas <= most) return [];
  return [
    fault(
      'REPLICAS_EXCEED_POOL',
      'replicas',
      `replicas must be at most ${most}, because pool '${poolName}' has at most ${maxNodes} node(s) of type ${hardware.name} with room for ` +
        `${pod.podsPerNode} pod(s) of ${pod.gpus} GPU(s) each; got ${replicas}; raise maxNodes to ${Math.ceil(replicas / pod.podsPerNode)}`,
    ),
  ];
}
