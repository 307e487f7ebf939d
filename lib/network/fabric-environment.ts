import { Fault, fault } from '../units/fault';
import { RdmaFabricKind } from '../core/rdma-fabric';

/** Variables that must not be set by hand, and why. */
type ReservedVariables = { readonly [name: string]: string };

const PLUGIN = 'aws-ofi-nccl sets it from the instance type';
const OBSOLETE =
  'current aws-ofi-nccl and libfabric choose it themselves, and a wrong value silently falls back to TCP';

/**
 * aws-ofi-nccl 1.7 and later: what `src/platform-aws.cpp` (45197df) sets, and what AWS's EFA cheat sheet
 * (awslabs/awsome-distributed-ai, 1.architectures/efa-cheatsheet.md) says to leave alone.
 */
const EFA: ReservedVariables = {
  NCCL_BUFFSIZE: PLUGIN,
  NCCL_P2P_NET_CHUNKSIZE: PLUGIN,
  NCCL_NVLSTREE_MAX_CHUNKSIZE: PLUGIN,
  NCCL_NVLS_CHUNKSIZE: PLUGIN,
  NCCL_NET_FORCE_FLUSH: PLUGIN,
  NCCL_TOPO_FILE: PLUGIN,
  FI_PROVIDER: OBSOLETE,
  FI_EFA_USE_DEVICE_RDMA: OBSOLETE,
  FI_EFA_FORK_SAFE: 'kernels from 5.15 on no longer need it',
  RDMAV_FORK_SAFE: 'it breaks GPUDirect RDMA on EFA',
  NCCL_NET: 'it keeps NCCL from using the EFA plugin',
  NCCL_NET_PLUGIN: 'the image names its EFA plugin itself',
};

/** Variables that would keep NCCL from using the adapters. */
const CONNECTX: ReservedVariables = {
  NCCL_NET: 'the fabric sets it, so that NCCL fails instead of falling back to TCP',
  NCCL_IB_DISABLE: 'it keeps NCCL from using the fabric; use RdmaFabric.none() for a pool without one',
};

const RESERVED_VARIABLES: { readonly [kind in RdmaFabricKind]: ReservedVariables } = {
  [RdmaFabricKind.NONE]: {},
  [RdmaFabricKind.EFA]: EFA,
  [RdmaFabricKind.INFINIBAND]: CONNECTX,
  [RdmaFabricKind.ROCE]: CONNECTX,
};

/**
 * The faults of the environment that a user gives a pod on a fabric.
 *
 * @internal
 */
export function environmentFaults(kind: RdmaFabricKind, environment: { [name: string]: string } = {}): Fault[] {
  const owned = RESERVED_VARIABLES[kind];
  return Object.keys(environment)
    .filter((name) => Object.hasOwn(owned, name))
    .map((name) =>
      fault(
        'FABRIC_VARIABLE_RESERVED',
        `environment.${name}`,
        `environment must not set ${name} on the fabric '${kind}': ${owned[name]}; leave it out`,
      ),
    );
}
