import { GpuNodeType } from '../../../catalog/gpu-node-type';
import { NodeImage, NodeImageFamily } from '../options/node-image';

/**
 * "Amazon EC2 instances with the EFA driver installed pre-allocate 5128 2MiB Huge Pages": the page node-efa of the user guide, for AL2023.
 */
const AL2023_PAGES = 5128;

/** Bottlerocket's own computation, for two libfabric endpoints of 110 MB on each processor that the kernel sees. */
const BOTTLEROCKET_PAGES_PER_VCPU = 110;

/**
 * Huge pages of 2 MiB that the system sets aside on a node with EFA attached, as a Kubernetes quantity.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/node-efa.html
 * @see https://github.com/bottlerocket-os/bottlerocket-core-kit/blob/develop/sources/api/corndog/src/main.rs (compute_hugepages_for_efa)
 *
 * @internal
 */
export function efaHugePages(image: NodeImage, type: GpuNodeType): string {
  return `${hugePageCount(image, type) * 2}Mi`;
}

/**
 * The number of these huge pages.
 *
 * @internal
 */
export function hugePageCount({ family }: NodeImage, type: GpuNodeType): number {
  return family === NodeImageFamily.BOTTLEROCKET ? type.vcpus * BOTTLEROCKET_PAGES_PER_VCPU : AL2023_PAGES;
}

/**
 * The huge pages of a node, if they differ from what the fabric derives from the hardware.
 *
 * @internal
 */
export function otherHugePages(image: NodeImage, type: GpuNodeType, efa: boolean): { [resource: string]: string } {
  return efa && image.family === NodeImageFamily.BOTTLEROCKET ? { 'hugepages-2Mi': efaHugePages(image, type) } : {};
}
