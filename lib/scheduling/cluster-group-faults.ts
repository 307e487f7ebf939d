import { Fault, fault } from '../units/fault';
import { isPcie } from '../catalog/gpu-interconnect';
import { PlacedDemand, PlacedPool, PodPlacement, PoolLoad } from './placement';
import { GpuSharingKind } from '../core/gpu-sharing-kind';
import { RdmaFabricKind } from '../core/rdma-fabric';

/**
 * The faults of pods that work together: tensor parallelism beyond an NVLink domain, pools that do not reach each other, missing RDMA.
 *
 * @internal
 */
export function groupFaults({ demands }: PodPlacement): Fault[] {
  return demands.flatMap((placed) => [...tensorFaults(placed), ...fabricFaults(placed)]);
}

function tensorFaults({ path, demand, pools }: PlacedDemand): Fault[] {
  const tensor = demand.tensorParallelism ?? 1;
  if (tensor <= 1) return [];
  return pools.flatMap(({ pool: { hardware, poolName, gpuSharingKind = GpuSharingKind.NONE } }) => {
    if (gpuSharingKind !== GpuSharingKind.NONE) {
      return [
        fault(
          'TENSOR_PARALLELISM_NEEDS_WHOLE_GPUS',
          undefined,
          `${path}: tensor parallelism ${tensor} of '${demand.name}' needs whole GPUs, but pool '${poolName}' shares them (${gpuSharingKind}); ` +
            'use a pool that does not share its GPUs',
        ),
      ];
    }
    const { interconnect, nvlinkDomainSize, gpuCount, name } = hardware;
    // Without NVLink the limit is the whole node, which is slow; the planner warns of it.
    const domain = isPcie(interconnect) ? gpuCount : nvlinkDomainSize;
    if (tensor <= domain) return [];
    return [
      fault(
        'TENSOR_PARALLELISM_EXCEEDS_DOMAIN',
        undefined,
        `${path}: tensor parallelism ${tensor} of '${demand.name}' needs more than the ${domain} GPUs of ` +
          `${isPcie(interconnect) ? 'a node' : 'an NVLink domain'} of pool '${poolName}' (${name}); use at most ${domain}, ` +
          'and pipeline parallelism for the rest',
      ),
    ];
  });
}

function fabricFaults({ path, demand, pools }: PlacedDemand): Fault[] {
  const group = demand.podsPerGroup ?? 1;
  if (group <= 1 || pools.length === 0) return [];
  const faults: Fault[] = [];
  const tcp = pools.filter(({ pool }) => isTcpOnly(pool));
  if (demand.rdmaRequired && tcp.length > 0) {
    faults.push(
      fault(
        'RDMA_NOT_AVAILABLE',
        undefined,
        `${path}: '${demand.name}' needs RDMA between its pods, but nodes of ${list(tcp)} reach each other by TCP only; give the pool a fabric`,
      ),
    );
  }
  const fabrics = new Set(pools.map(({ pool }) => fabricOf(pool)));
  if (fabrics.size > 1) {
    faults.push(
      fault(
        'GROUP_SPANS_FABRICS',
        undefined,
        `${path}: the pods of a group of '${demand.name}' may land on ${list(pools)}, which have different fabrics (${[
          ...fabrics,
        ]
          .sort()
          .join(', ')}); select one pool`,
      ),
    );
  }
  const subnets = new Set(
    pools.flatMap(({ pool }) => (isEfa(pool) && pool.subnets?.length === 1 ? [pool.subnets[0].subnetId] : [])),
  );
  if (subnets.size > 1) {
    faults.push(
      fault(
        'GROUP_SPANS_SUBNETS',
        undefined,
        `${path}: the pods of a group of '${demand.name}' may land on ${list(pools)}, which are in different subnets, and EFA traffic is not ` +
          'routed; select one pool, or put the pools into one subnet',
      ),
    );
  }
  const groups = new Set(pools.flatMap(({ pool }) => pool.efaSecurityGroupId ?? []));
  if (subnets.size < 2 && groups.size > 1) {
    faults.push(
      fault(
        'GROUP_SPANS_SECURITY_GROUPS',
        undefined,
        `${path}: the pods of a group of '${demand.name}' may land on ${list(pools)}, whose EFA interfaces are in different security groups, ` +
          'each of which admits its own traffic only; select one pool',
      ),
    );
  }
  return faults;
}

function isTcpOnly(pool: PlacedPool): boolean {
  return (pool.fabric?.kind ?? RdmaFabricKind.NONE) === RdmaFabricKind.NONE && pool.efaInterfacesPerNode === 0;
}

function isEfa(pool: PlacedPool): boolean {
  return pool.fabric?.kind === RdmaFabricKind.EFA || pool.efaInterfacesPerNode > 0;
}

function fabricOf(pool: PlacedPool): string {
  if (pool.fabric) return `${pool.fabric.kind} '${pool.fabric.fabricName}'`;
  return isEfa(pool) ? "efa 'efa'" : "none 'none'";
}

function list(pools: PoolLoad[]): string {
  return pools.map(({ pool }) => `'${pool.poolName}'`).join(', ');
}

/**
 * Subnets with fewer addresses than their pools need at maximum size: one for each node and for each pod with its own address. This is a
 * lower bound, because the VPC CNI keeps more addresses warm.
 *
 * @internal
 */
export function subnetFaults(loads: PoolLoad[]): Fault[] {
  const known = new Map<string, { usable: number; needs: { name: string; addresses: number }[] }>();
  for (const { pool, agents, demands } of loads) {
    // With several subnets, the number of nodes in each is not known.
    if (pool.subnets?.length !== 1) continue;
    const [{ subnetId, usableAddresses }] = pool.subnets;
    if (usableAddresses === undefined) continue;
    const perNode = 1 + agents.filter(({ demand }) => !demand.hostNetwork).length;
    const pods = demands
      .filter(({ demand, pools }) => pools.length === 1 && !demand.hostNetwork)
      .reduce((sum, { demand }) => sum + demand.pods, 0);
    const entry = known.get(subnetId) ?? { usable: usableAddresses, needs: [] };
    entry.needs.push({ name: pool.poolName, addresses: pool.maxNodes * perNode + pods });
    known.set(subnetId, entry);
  }
  return [...known.values()].flatMap(({ usable, needs }) => {
    const total = needs.reduce((sum, need) => sum + need.addresses, 0);
    if (total <= usable) return [];
    const parts = needs.map(({ name, addresses }) => `'${name}' ${addresses}`).join(', ');
    return [
      fault(
        'SUBNET_TOO_SMALL',
        undefined,
        `a subnet has ${usable} addresses, but the nodes and pods of its pools need at least ${total} when all have maxNodes (${parts}); use a ` +
          'larger subnet, or fewer nodes',
      ),
    ];
  });
}
