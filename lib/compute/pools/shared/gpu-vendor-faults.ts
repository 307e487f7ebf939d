import { GpuNodeType } from '../../../catalog/gpu-node-type';
import { GpuVendor } from '../../../catalog/gpu-vendor';
import { Fault, fault } from '../../../units/fault';

/**
 * The fault of nodes whose GPUs are not NVIDIA's: node agents, images and the resource `nvidia.com/gpu` that pods ask for are all made for
 * those, so that no pod would ever be scheduled.
 *
 * @param property the property that names the hardware
 * @param hardware what one node has
 *
 * @internal
 */
export function vendorFaults(property: string, { gpu, name }: GpuNodeType): Fault[] {
  if (gpu.vendor === GpuVendor.NVIDIA) return [];
  const why = `the images and node agents of this package are built for CUDA, and its pods ask for nvidia.com/gpu`;
  const cure = 'use nodes with GPUs of NVIDIA; CapacityPlanner still plans for it';
  return [fault('GPU_NOT_NVIDIA', property, `${gpu.name} of '${name}' is of ${gpu.vendor}, but ${why}; ${cure}`)];
}
