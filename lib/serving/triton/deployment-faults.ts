import { Fault, untitled } from '../../units/fault';
import { TritonRelease } from '../../catalog/serving-engine';
import { IGpuNodePool } from '../../core/gpu-node-pool';
import { GpuSharingKind } from '../../core/gpu-sharing-kind';
import { kubernetesNameFault } from '../../core/naming';
import { otherClusterFault } from '../../core/other-cluster-fault';
import { concreteFault } from '../../core/tokens';
import { integerFault } from '../../units/whole-number';
import { ModelContext, ModelDefinition } from './model-definition';
import { PodSizing, shortestStartup } from './pod-sizing';
import { TritonDeploymentProps } from './triton-deployment';

/** Arguments that the probes, the service or the metrics rely on. */
const OWN_FLAGS = [
  'model-repository',
  'model-store',
  'model-control-mode',
  'http-port',
  'grpc-port',
  'metrics-port',
  'exit-timeout-secs',
];

/**
 * Everything wrong with the properties of a deployment, before its pods are sized.
 *
 * @internal
 */
export function deploymentFaults(
  props: TritonDeploymentProps,
  name: string,
  replicas: number,
  context: ModelContext,
  models: readonly ModelDefinition[],
): Fault[] {
  const { release } = context;
  const unknown = tokenFaults(props, name, models);
  if (unknown.length > 0) return unknown;
  return [
    ...nameFaults(name, props.namespace),
    ...integerFault('replicas', replicas, 1),
    ...integerFault('exitTimeout', props.exitTimeout, 1),
    ...(props.resources?.cpu !== undefined && !(props.resources.cpu > 0)
      ? [untitled(`resources.cpu must be above 0; got ${props.resources.cpu}`)]
      : []),
    ...startupFaults(props.startupBudget, models),
    ...poolFaults(props, release),
    ...modelSetFaults(models, props.nodePool),
    ...models.flatMap((model) => {
      const faults = model.faults(context);
      return faults.length > 0 ? faults : (model.plan(context)?.faults ?? []);
    }),
    ...flagFaults(props.extraArguments ?? []),
  ];
}

function tokenFaults(props: TritonDeploymentProps, name: string, models: readonly ModelDefinition[]): Fault[] {
  const sized = 'the pods are sized and placed from it';
  return [
    ...concreteFault('name', name, 'ids and names derive from it'),
    ...concreteFault('namespace', props.namespace, 'ids and names derive from it'),
    ...concreteFault('replicas', props.replicas, sized),
    ...concreteFault('startupBudget', props.startupBudget, 'the probes are computed from it'),
    ...concreteFault('exitTimeout', props.exitTimeout, 'the grace period is computed from it'),
    ...concreteFault('resources.cpu', props.resources?.cpu, sized),
    ...concreteFault(
      'minNodes and maxNodes of the node pool',
      [props.nodePool.minNodes, props.nodePool.maxNodes],
      sized,
    ),
    ...models.flatMap((model, i) => modelTokenFaults(model, i)),
  ];
}

function modelTokenFaults(model: ModelDefinition, index: number): Fault[] {
  const unnamed = concreteFault(`name of models[${index}]`, model.name, 'files and folders are named after it');
  if (unnamed.length > 0) return unnamed;
  return Object.entries(model.props).flatMap(([property, value]) =>
    concreteFault(`${property} of model '${model.name}'`, value, 'its configuration is made and checked at synthesis'),
  );
}

function nameFaults(name: string, namespace?: string): Fault[] {
  const faults = kubernetesNameFault('name', name);
  // Service names are narrower than other names: RFC 1035.
  if (faults.length === 0 && !/^[a-z]/.test(name))
    faults.push(untitled(`name must start with a letter, because a Service is named by it; got '${name}'`));
  return [...faults, ...(namespace === undefined ? [] : kubernetesNameFault('namespace', namespace))];
}

function startupFaults(given: number | undefined, models: readonly ModelDefinition[]): Fault[] {
  const faults = integerFault('startupBudget', given, 1);
  if (faults.length > 0 || given === undefined) return faults;
  const shortest = shortestStartup(models);
  if (given >= shortest) return [];
  return [
    untitled(
      `startupBudget must be at least ${shortest} s, the time to read these weights at 2 GB/s and a minute; got ${given} s`,
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
      untitled(
        `Triton ${release} supports compute capability ${release.minimumComputeCapability.toFixed(1)} and later; ${gpu.name} (${name}) has ` +
          `${gpu.computeCapability.toFixed(1)}; ${older ? `use tritonRelease ${older} or a newer GPU` : 'use a newer GPU'}`,
      ),
    );
  }
  return faults;
}

function modelSetFaults(models: readonly ModelDefinition[], nodePool: IGpuNodePool): Fault[] {
  if (models.length === 0)
    return [untitled('models must not be empty: a server without models is ready and serves nothing')];
  const names = models.map((model) => model.name);
  const faults = [...new Set(names.filter((name, i) => names.indexOf(name) !== i))].map(
    (name) =>
      `models has two models named '${name}'; give each a name of its own, because it is a folder of the repository`,
  );
  const variants = new Set(models.map((model) => model.variant));
  if (variants.size > 1) {
    faults.push(
      `models on ${[...new Set(models.map((m) => m.backend))].sort().join(' and ')} need different Triton images and cannot share a ` +
        `server; make a deployment for each`,
    );
  }
  const spanning = models.filter((model) => model.spansGpus).map((model) => `'${model.name}'`);
  if (spanning.length > 1) {
    faults.push(
      `only one model of a server may span several GPUs, because vLLM takes the first it sees; got ${spanning.join(', ')}; make a deployment for each`,
    );
  }
  const { hardware: instanceType, gpuSharingKind = GpuSharingKind.NONE } = nodePool;
  const planned = models.filter((model) => model.backend === 'vllm').map((model) => `'${model.name}'`);
  if (gpuSharingKind !== GpuSharingKind.NONE && planned.length > 0) {
    faults.push(
      `pool '${nodePool.poolName}' shares its GPUs (${gpuSharingKind}), but ${planned.join(', ')} ${planned.length > 1 ? 'are' : 'is'} planned ` +
        'with the memory of whole ones, and would die at start; use a pool that shares none',
    );
  }
  const gpus = models.reduce((sum, model) => sum + model.gpus, 0);
  if (gpuSharingKind !== GpuSharingKind.NONE && gpus > 1) {
    faults.push(
      `a server on pool '${nodePool.poolName}' can use one share of a GPU (${gpuSharingKind}), for a process sees one MIG instance, and a ` +
        `second time slice is no more of a GPU; got ${gpus}; use instances.gpus 1 and a deployment for each model, or a pool that shares none`,
    );
  } else if (models.length > 1 && gpus > instanceType.gpuCount) {
    const list = models.map((model) => `'${model.name}' ${model.gpus}`).join(', ');
    faults.push(
      `the models of a pod need ${gpus} GPUs together (${list}), but a node of type ${instanceType.name} has ${instanceType.gpuCount}; ` +
        `put them into deployments of their own`,
    );
  }
  return faults.map(untitled);
}

function flagFaults(extraArguments: readonly string[]): Fault[] {
  return OWN_FLAGS.filter((flag) => extraArguments.some((argument) => argument.split('=')[0] === `--${flag}`)).map(
    (flag) => untitled(`extraArguments must not hold --${flag}, which the rest of the pod is made for`),
  );
}

/**
 * The fault of more replicas than a pool has room for on its own. Whether all pods of the pool have room together is proven at synthesis.
 *
 * @internal
 */
export function replicaFaults(pool: IGpuNodePool, pod: PodSizing & { replicas: number }): Fault[] {
  const { hardware, maxNodes, poolName } = pool;
  const most = pod.podsPerNode * maxNodes;
  return pod.replicas <= most
    ? []
    : [
        untitled(
          `replicas must be at most ${most}: pool '${poolName}' has at most ${maxNodes} nodes of type ${hardware.name} with room for ` +
            `${pod.podsPerNode} pods of ${pod.gpus} GPUs each; got ${pod.replicas}; raise maxNodes to ${Math.ceil(pod.replicas / pod.podsPerNode)}`,
        ),
      ];
}
