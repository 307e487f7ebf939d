import { DataSize } from '../../units/data-size';

/**
 * The small pool of CPU nodes that runs what every cluster needs: DNS, the volume driver, operators, monitoring.
 */
export interface SystemNodes {
  /**
   * Instance type, x86-64 or Graviton such as `m7g.large`, with room for monitoring. A change replaces the nodes one by one; one to the other
   * architecture replaces the group, the new one first. @default 'm7i.large'
   */
  readonly instanceType?: string;
  /** Minimum number of nodes, and the initial one; whole, at least 1. @default 2 */
  readonly minNodes?: number;
  /** Maximum number of nodes; whole, at least 1. @default 4 */
  readonly maxNodes?: number;
  /** Root volume of a node: gp3, encrypted; whole GiB, at least 20. @default DataSize.gib(50) */
  readonly diskSize?: DataSize;
  /**
   * Whether Session Manager reaches the nodes: the way to a private API server that needs no open port. The policy of AWS that it takes lets
   * whoever is root on a node read every parameter of Systems Manager in the account. @default true
   */
  readonly sessionManager?: boolean;
  /**
   * ARN of an existing IAM role for the nodes: EC2 may take it on, and it has `AmazonEKSWorkerNodePolicy` and
   * `AmazonEC2ContainerRegistryPullOnly`, or what they allow, and `AmazonSSMManagedInstanceCore` for Session Manager. It is not the role of the control
   * plane. Another role replaces the group, the new one first.
   * @default - a new role with these policies
   * @see https://docs.aws.amazon.com/eks/latest/userguide/create-node-role.html
   */
  readonly nodeRoleArn?: string;
}
