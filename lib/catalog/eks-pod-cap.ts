/**
 * Most pods that EKS lets run on a node of a managed node group, however many its addresses allow.
 *
 * @param vcpus virtual CPUs of the node
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/choosing-instance-type.html#max-pods-precedence
 *
 * @internal
 */
export function eksPodCap(vcpus: number): number {
  return vcpus < 30 ? 110 : 250;
}
