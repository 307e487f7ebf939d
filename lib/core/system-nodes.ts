import { IConstruct } from 'constructs';
import { CpuArchitecture } from '../catalog/cpu-architecture';
import { enter, entered } from './cluster-ledger';

const SYSTEM_NODES = 'system nodes';

/** How the name of their node group begins; AWS completes it. @internal */
export const SYSTEM_GROUP_PREFIX = 'system-';

/**
 * The system nodes that a cluster is made with.
 *
 * @internal
 */
export interface SystemNodesEntry {
  /** Instance type as given, which may be a token. */
  readonly instanceType: string;
  readonly architecture: CpuArchitecture;
  readonly minNodes: number;
  readonly maxNodes: number;
  /** Labels that the node group sets. */
  readonly labels: { [key: string]: string };
  /** Size of their disks, GiB. */
  readonly diskGib: number;
  /** Zones of their subnets. @default - not known */
  readonly availabilityZones?: string[];
}

/**
 * Tells what the system nodes of a cluster are.
 *
 * @param cluster the cluster
 * @param owner the nodes
 * @param nodes what they are
 *
 * @internal
 */
export function enterSystemNodes(cluster: IConstruct, owner: IConstruct, nodes: SystemNodesEntry): void {
  enter(cluster, SYSTEM_NODES, '', owner, nodes);
}

/**
 * The system nodes of a cluster, and the construct that makes them; nothing where this program does not make them.
 *
 * @internal
 */
export function systemNodesOf(
  cluster: IConstruct,
): { readonly owner: IConstruct; readonly value: SystemNodesEntry } | undefined {
  return entered<SystemNodesEntry>(cluster, SYSTEM_NODES)[0];
}
