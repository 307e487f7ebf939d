import { faultsOf, returned } from '../core/errors';
import { IGpuNodePool } from '../core/gpu-node-pool';
import { PodSecurityLevel } from '../core/pod-security-level';
import { FabricBinding, RdmaFabricKind } from '../core/rdma-fabric';
import { Fault } from '../units/fault';
import { PodContainer } from './pod-template';

/**
 * The name of the plugin's network, by which NCCL fails where it cannot use it, instead of sending by TCP: the only one that every release has,
 * `Libfabric` since 1.12 and this one before, which later releases take too.
 *
 * @see https://github.com/aws/aws-ofi-nccl (src/nccl_ofi_interface_nvidia.cpp, pull request 530)
 */
const EFA_NET = 'AWS Libfabric';

/**
 * What each pod of a group needs to use the fabric of its pool; nothing where nodes reach each other by TCP.
 *
 * Nodes with EFA let every container lock memory: pools of this library say so to nodeadm, and Bottlerocket does by itself. So its pods need no
 * capability, and stay at the level 'restricted'.
 *
 * @see https://github.com/bottlerocket-os/bottlerocket-core-kit/pull/141
 *
 * @param pool pool of the group
 * @param gpus GPUs of one pod
 * @param environment variables that the user gives the pods
 * @param hasPlugin whether their image is known to have the plugin by which NCCL uses EFA
 *
 * @internal
 */
export function groupFabric(
  pool: IGpuNodePool,
  gpus: number,
  environment: { [name: string]: string } = {},
  hasPlugin = false,
): { readonly binding?: FabricBinding; readonly faults: Fault[] } {
  const { fabric, hardware } = pool;
  if (fabric === undefined || fabric.kind === RdmaFabricKind.NONE) return { faults: [] };
  let bound: FabricBinding | undefined;
  const faults = faultsOf(() => {
    const pod = { hardware, gpus, rdmaRequired: true, environment };
    bound = returned(pool, 'IRdmaFabric', 'fabric.bind()', fabric.bind(pod));
  });
  const isEfa = fabric.kind === RdmaFabricKind.EFA;
  if (bound === undefined || !isEfa) return { binding: bound, faults };
  const net: { [name: string]: string } = hasPlugin ? { NCCL_NET: EFA_NET } : {};
  return { binding: { ...bound, capabilities: [], environment: { ...bound.environment, ...net } }, faults };
}

/**
 * Pod Security level that admits the pods of groups.
 *
 * @internal
 */
export function groupSecurityLevel(bindings: readonly (FabricBinding | undefined)[]): PodSecurityLevel {
  const locks = bindings.some((each) => each !== undefined && each.capabilities.length > 0);
  return locks ? PodSecurityLevel.PRIVILEGED : PodSecurityLevel.RESTRICTED;
}

/**
 * What a container needs to lock memory for its fabric: an added capability takes effect only for root.
 *
 * @internal
 */
export function lockingMemory(fabric: FabricBinding | undefined): Pick<PodContainer, 'securityContext'> {
  if (fabric === undefined || fabric.capabilities.length === 0) return {};
  const capabilities = { drop: ['ALL'], add: fabric.capabilities };
  return { securityContext: { runAsUser: '0', runAsNonRoot: false, capabilities } };
}
