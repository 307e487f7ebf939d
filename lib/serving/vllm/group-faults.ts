import { FabricBinding, RdmaFabricKind } from '../../core/rdma-fabric';
import { Fault, fault } from '../../units/fault';
import { wholeNumberFault } from '../../units/number-faults';
import { allOf } from '../../units/unreadable';
import { groupFabric } from '../../kubernetes/group-fabric';
import { LONGEST_GROUP_NAME } from '../pod/make-server-group';
import { UpdateStrategy } from '../pod/pod-additions';
import { readableImage } from '../pod/serving-image';
import { queueMemberFaults } from './queue-faults';
import { objectName } from './served-name';
import { ServedModel } from './served-model';
import { VllmDeploymentProps } from './vllm-deployment-props';
import { VllmServer } from './vllm-server';

/**
 * What only the pods of servers of several nodes need, and its faults.
 *
 * @internal
 */
export function groupOf(props: VllmDeploymentProps, server: VllmServer): GroupCheck {
  const { name, nodes, gpus, served } = server;
  if (nodes.nodes === 1) return { faults: [], ofDeployment: queueMemberFaults(props, server) };
  const { binding, faults: unbound } = groupFabric(
    props.nodePool,
    gpus,
    props.environment,
    readableImage(props.servingImage)?.efa !== undefined,
  );
  return {
    binding,
    faults: allOf(
      () => groupNameFaults(objectName(props, name)),
      () => meetingFaults(served),
    ),
    ofDeployment: allOf(
      () => unbound,
      () => fabricImageFaults(props),
      () => strategyFaults(props),
      () => queueMemberFaults(props, server),
    ),
  };
}

/** What the pods of a server of several nodes need. */
interface GroupCheck {
  readonly binding?: FabricBinding;
  /** Faults of properties of the model. */
  readonly faults: Fault[];
  /** Faults of properties of its deployment. */
  readonly ofDeployment: Fault[];
}

/**
 * A LeaderWorkerSet stops all of its groups at once only where its StatefulSet may stop several, which Kubernetes 1.35 has off by default: the
 * feature gate MaxUnavailableStatefulSet.
 *
 * @see https://kubernetes.io/docs/reference/command-line-tools-reference/feature-gates/
 */
function strategyFaults({ updateStrategy }: VllmDeploymentProps): Fault[] {
  if (updateStrategy !== UpdateStrategy.RECREATE) return [];
  const reason =
    'updateStrategy RECREATE is not available where a server has several nodes: groups are replaced one after the other; leave it out';
  return [fault('CONFLICTING_PROPERTIES', 'updateStrategy', reason)];
}

/** Where the nodes of a server meet is told to all of them. */
function meetingFaults({ engineArguments = {} }: ServedModel): Fault[] {
  return ['master_addr', 'master_port']
    .filter((argument) => engineArguments[argument] !== undefined)
    .map((argument) => {
      const reason = `engineArguments must not set ${argument}, by which the nodes of a server meet; leave it out`;
      return fault('RESERVED', `engineArguments.${argument}`, reason);
    });
}

function groupNameFaults(name: string): Fault[] {
  const { length } = name;
  if (length <= LONGEST_GROUP_NAME) return [];
  const reason =
    `the Kubernetes name of a model must have at most ${LONGEST_GROUP_NAME} characters where its servers have several nodes, since their pods are named ` +
    `after it; '${name}' has ${length}`;
  return [fault('INVALID_NAME', 'name', reason)];
}

/**
 * An image without the plugin by which NCCL uses EFA: it would send by TCP, and say nothing.
 *
 * @see https://github.com/vllm-project/vllm/issues/55635
 */
function fabricImageFaults({ nodePool, vllmImage, servingImage }: VllmDeploymentProps): Fault[] {
  if (nodePool.fabric?.kind !== RdmaFabricKind.EFA || vllmImage !== undefined) return [];
  if (readableImage(servingImage)?.efa !== undefined) return [];
  const reason =
    `${servingImage === undefined ? "vLLM's own image" : 'this servingImage'} has neither libfabric nor the plugin by which NCCL uses EFA, so that the nodes of pool '${nodePool.poolName}' would send by ` +
    'TCP; pass a servingImage of ServingImage.vllm({ efa: EfaInstaller.DEFAULT }), or a vllmImage that has both, or give the pool RdmaFabric.none() ' +
    'and accept TCP';
  return [fault('IMAGE_WITHOUT_FABRIC', 'servingImage', reason)];
}

/** @internal */
export function partitionFaults({ rolloutPartition }: ServedModel, { nodes }: VllmServer, replicas: number): Fault[] {
  if (rolloutPartition === undefined) return [];
  if (nodes.nodes > 1) return wholeNumberFault('rolloutPartition', rolloutPartition, 0, replicas);
  const reason =
    'rolloutPartition is of groups of several nodes, but each server of this model is one pod; remove it, or set parallelism beyond a node';
  return [fault('CONFLICTING_PROPERTIES', 'rolloutPartition', reason)];
}
