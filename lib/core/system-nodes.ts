import { enter, entered } from './cluster-ledger';
import { IKubernetesCluster } from './kubernetes-cluster';
import { IConstruct } from 'constructs';

const SYSTEM_NODE_DISK = 'system node disk';

/**
 * Tells how large the disks of a cluster's system nodes are.
 *
 * @param cluster the cluster
 * @param owner the nodes
 * @param gib size in GiB
 *
 * @internal
 */
export function enterSystemNodeDisk(cluster: IConstruct, owner: IConstruct, gib: number): void {
  enter(cluster, SYSTEM_NODE_DISK, '', owner, gib);
}

/**
 * How large the disks of a cluster's system nodes are, in GiB; nothing where this program does not make them.
 *
 * @internal
 */
export function systemNodeDisk(cluster: IKubernetesCluster): number | undefined {
  return entered<number>(cluster, SYSTEM_NODE_DISK)[0]?.value;
}
