import { GpuFacts } from './gpu-facts';
import { AMD_GPUS, AmdGpuName } from './gpu-type-table-amd';
import { CLOUD_GPUS, CloudGpuName } from './gpu-type-table-cloud';
import { SERVER_GPUS, ServerGpuName } from './gpu-type-table-server';
import { WORKSTATION_GPUS, WorkstationGpuName } from './gpu-type-table-workstation';

/**
 * Names of all GPUs.
 *
 * @internal
 */
export type GpuName = CloudGpuName | ServerGpuName | WorkstationGpuName | AmdGpuName;

/**
 * All GPUs, one row each.
 *
 * @internal
 */
export const GPU_TABLE: { readonly [K in GpuName]: GpuFacts } = {
  ...CLOUD_GPUS,
  ...SERVER_GPUS,
  ...WORKSTATION_GPUS,
  ...AMD_GPUS,
};

/**
 * Whether NVIDIA sells a GPU for data centers: those of clouds and servers, not RTX cards and boards.
 *
 * @internal
 */
export function isDataCenterGpu(name: string): boolean {
  return Object.hasOwn(CLOUD_GPUS, name) || Object.hasOwn(SERVER_GPUS, name);
}
