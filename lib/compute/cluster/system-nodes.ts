import { DataSize } from '../../units/data-size';

/**
 * The small pool of CPU nodes that runs what every cluster needs: DNS, the volume driver, operators, monitoring.
 */
export interface SystemNodes {
  /** Instance type, with room for monitoring; one of Arm gets an image for it. A change replaces the nodes one by one. @default 'm7i.large' */
  readonly instanceType?: string;
  /** Minimum number of nodes, and the initial one; whole, at least 1. @default 2 */
  readonly minNodes?: number;
  /** Maximum number of nodes; whole, at least 1. @default 4 */
  readonly maxNodes?: number;
  /** Root volume of a node: gp3, encrypted; whole GiB, at least 20. @default DataSize.gib(50) */
  readonly diskSize?: DataSize;
}
