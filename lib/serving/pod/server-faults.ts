import { IGpuNodePool } from '../../core/gpu-node-pool';
import { IKubernetesCluster } from '../../core/kubernetes-cluster';
import { IModelStore } from '../../core/model-store';
import { modelStoreFaults } from '../../core/model-store-reach';
import { kubernetesNameFault } from '../../core/naming';
import { otherClusterFault } from '../../core/other-cluster-fault';
import { concreteFault } from '../../core/tokens';
import { imageFaults } from '../../core/container-image';
import { accessFaults } from '../../kubernetes/network-access';
import { Duration } from '../../units/duration';
import { Fault, fault, faultsUnder } from '../../units/fault';
import { positiveFault, wholeAmountFault, wholeNumberFault } from '../../units/number-faults';
import { allOf } from '../../units/unreadable';
import { OwnPod, additionFaults } from './pod-addition-faults';
import { ServiceType, UpdateStrategy } from './pod-additions';
import { accountFaults } from './pod-account';
import { placementLimitFaults, placementLimits, placementRuleFaults } from './placement-rules';
import { modelCacheFaults } from './model-cache-faults';
import { PodModel } from './pod-model';
import { PodSizing, shortestStartup } from './pod-sizing';
import { ServingOptions } from './serving-options';

/**
 * What a deployment of servers says, whatever they are.
 *
 * @internal
 */
export interface GivenServers extends ServingOptions {
  readonly cluster: IKubernetesCluster;
  readonly nodePool: IGpuNodePool;
  readonly modelStore: IModelStore;
  readonly replicas?: number;
}

/**
 * The most servers that a scaler may set, of this program or another; undefined where none does.
 *
 * @internal
 */
export function scalerMost({ autoscaling, maxReplicas }: ServingOptions): number | undefined {
  return autoscaling?.maxReplicas ?? maxReplicas;
}

/**
 * The fault of servers whose number a scaler sets and the program too.
 *
 * @param replicas number of servers that the program gives
 * @param given what it says of the scaler
 *
 * @internal
 */
export function fixedNumberFaults(replicas: number | undefined, given: ServingOptions): Fault[] {
  const most = scalerMost(given);
  if (replicas === undefined || most === undefined) return [];
  const [name, least] = given.autoscaling ? ['autoscaling', 'minReplicas'] : ['maxReplicas', 'the least number'];
  const reason = `replicas ${replicas} cannot be kept where a scaler sets the number, up to ${most} (${name}); remove one of them, and give ${least} to the scaler`;
  return [fault('CONFLICTING_PROPERTIES', 'replicas', reason)];
}

/**
 * The faults of what servers of every kind are told, whatever their models.
 *
 * @param props what the user says
 * @param replicas number of servers
 * @param own what their pods have of their own
 *
 * @internal
 */
export function serverFaults(props: GivenServers, replicas: number, own: OwnPod): Fault[] {
  return allOf(
    () => (props.namespace === undefined ? [] : kubernetesNameFault('namespace', props.namespace)),
    () => (props.autoscaling === undefined ? wholeNumberFault('replicas', replicas, 1) : []),
    () => scalingFaults(props),
    () => exitFaults(props.exitTimeout),
    () => positiveFault('stallTimeout', props.stallTimeout?.toSeconds()),
    () => longestFaults('stallTimeout', props.stallTimeout),
    () => longestFaults('startupBudget', props.startupBudget),
    () => imageFaults('awsCliImage', props.awsCliImage),
    () => additionFaults(props, own),
    () => accountFaults(props),
    () => placementRuleFaults(props),
    () => accessFaults({ accessibleFrom: props.accessibleFrom, metricsFrom: props.metricsFrom }, props.egressTo),
    () => modelCacheFaults(props.modelCache, props),
    () => positiveFault('resources.cpu', props.resources?.cpu),
    () => otherClusterFault(props.nodePool, props.cluster, 'nodePool', 'nodePool'),
    () =>
      faultsUnder(
        modelStoreFaults(props.modelStore, props.cluster.connection.region),
        'modelStore',
        `store '${props.modelStore.node.path}'`,
      ),
  );
}

/**
 * The faults of unknown values that pods are sized and placed from.
 *
 * @internal
 */
export function sizedTokenFaults(props: GivenServers): Fault[] {
  const sized = 'the pods are sized and placed from it';
  return allOf(
    () => concreteFault('namespace', props.namespace, 'ids and names derive from it'),
    () => concreteFault('replicas', props.replicas, sized),
    () => concreteFault('maxReplicas', props.maxReplicas, sized),
    () => concreteFault('maxSurge', props.maxSurge, sized),
    () => concreteFault('maxUnavailable', props.maxUnavailable, sized),
    () => concreteFault('maxDisruptions', props.maxDisruptions, sized),
    () => concreteFault('resources.cpu', props.resources?.cpu, sized),
    () =>
      concreteFault(
        'minNodes and maxNodes of the node pool',
        [props.nodePool.minNodes, props.nodePool.maxNodes],
        sized,
        'nodePool',
      ),
  );
}

/**
 * The faults of a name that a Service gets, which is more restricted than other names: RFC 1035.
 *
 * @internal
 */
export function serviceNameFaults(property: string, name: string): Fault[] {
  const faults = kubernetesNameFault(property, name);
  if (faults.length > 0 || /^[a-z]/.test(name)) return faults;
  const reason = `${property} must start with a letter, because a Service is named after it; got '${name}'`;
  return [fault('INVALID_NAME', property, reason)];
}

/** Servers take whole seconds. */
function exitFaults(given: Duration | undefined): Fault[] {
  if (given === undefined) return [];
  return wholeAmountFault('exitTimeout', given.toSeconds(), 'seconds', `${given}`, 1);
}

/** Seconds of a time that probes count by, or a deadline that derives from it: those have 32 bits in Kubernetes, and a quarter more. */
const LONGEST = 1e9;

function longestFaults(property: string, given: Duration | undefined): Fault[] {
  if (given === undefined || given.toSeconds() <= LONGEST) return [];
  return [fault('OUT_OF_RANGE', property, `${property} must be at most ${LONGEST} s, some 30 years; got ${given}`)];
}

/** @internal */
export function startupFaults(given: Duration | undefined, models: readonly PodModel[]): Fault[] {
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

/** All pods go at once: the API server refuses numbers of steps beside that. */
function recreateFaults(steps: { readonly [property: string]: number | undefined }): Fault[] {
  return Object.entries(steps).flatMap(([property, given]) => {
    if (given === undefined) return [];
    const reason = `${property} is for rollouts step by step, but updateStrategy is Recreate, which stops all servers first; remove one of them`;
    return [fault('CONFLICTING_PROPERTIES', property, reason)];
  });
}

function twoScalersFaults({ autoscaling, maxReplicas }: ServingOptions): Fault[] {
  if (autoscaling === undefined || maxReplicas === undefined) return [];
  const reason = `maxReplicas is for a scaler outside this program, but autoscaling makes one, with maxReplicas ${autoscaling.maxReplicas}; remove one of them`;
  return [fault('CONFLICTING_PROPERTIES', 'maxReplicas', reason)];
}

function scalingFaults(given: GivenServers): Fault[] {
  const { replicas, maxReplicas, maxSurge, maxUnavailable, maxDisruptions, updateStrategy } = given;
  return allOf(
    () => wholeNumberFault('maxReplicas', maxReplicas, 1),
    () => wholeNumberFault('maxSurge', maxSurge, 0),
    () => wholeNumberFault('maxUnavailable', maxUnavailable, 1),
    () => wholeNumberFault('maxDisruptions', maxDisruptions, 1),
    () => (updateStrategy === UpdateStrategy.RECREATE ? recreateFaults({ maxSurge, maxUnavailable }) : []),
    () => fixedNumberFaults(replicas, given),
    () => twoScalersFaults(given),
  );
}

/**
 * That a pool has room for all servers of a deployment, and those of a rollout.
 *
 * @param pod one server
 * @param most the most servers that there are
 * @param labels the labels that select their pods
 * @param podsPerServer pods of one server
 *
 * @internal
 */
export function replicaFaults(
  given: GivenServers,
  pod: PodSizing,
  most: number,
  labels: { readonly [key: string]: string },
  podsPerServer = 1,
): Fault[] {
  const { nodePool, autoscaling, maxReplicas, maxSurge = 0 } = given;
  const { hardware, maxNodes, poolName } = nodePool;
  const room = Math.floor((pod.podsPerNode * maxNodes) / podsPerServer);
  const fixed = maxReplicas === undefined ? 'replicas' : 'maxReplicas';
  const property = autoscaling === undefined ? fixed : 'autoscaling.maxReplicas';
  const why =
    `pool '${poolName}' has at most ${maxNodes} node(s) of type ${hardware.name} with room for ${pod.podsPerNode} pod(s) of ${pod.gpus} GPU(s) ` +
    `each${podsPerServer > 1 ? `, and a server is ${podsPerServer} of them` : ''}`;
  const raise = (servers: number) => `raise maxNodes to ${Math.ceil((servers * podsPerServer) / pod.podsPerNode)}`;
  if (most > room) {
    const reason = `${property} must be at most ${room}, because ${why}; got ${most}; ${raise(most)}`;
    return [fault('REPLICAS_EXCEED_POOL', property, reason)];
  }
  const limited = placementLimitFaults(given, placementLimits(given, labels, pod.podsPerNode), most);
  if (limited.length > 0 || most + maxSurge <= room) return limited;
  const reason =
    `maxSurge must be at most ${room - most}, because ${why}, and ${most} of them run already; got ${maxSurge}; ${raise(most + maxSurge)}, or ` +
    'leave maxSurge out';
  return [fault('SURGE_EXCEEDS_POOL', 'maxSurge', reason)];
}

/**
 * A service that is open to the outside in front of pods that are not.
 *
 * @internal
 */
export function serviceWarnings({ serviceType, networkPolicy, accessibleFrom = [] }: ServingOptions): Fault[] {
  const isOutside = serviceType !== undefined && serviceType !== ServiceType.CLUSTER_IP;
  if (!isOutside || networkPolicy === false || accessibleFrom.some((each) => each.includes('/'))) return [];
  return [
    fault(
      'SERVICE_CLOSED',
      'accessibleFrom',
      `serviceType ${serviceType} opens the service to the outside, but accessibleFrom has no range of addresses, and the network policy keeps all ` +
        "of them from the pods; add those that may send requests, e.g. '10.0.0.0/8'",
    ),
  ];
}
