/** Who makes a GPU. */
export enum GpuVendor {
  /** NVIDIA: programmed by CUDA; what this package deploys. */
  NVIDIA = 'NVIDIA',
  /** AMD: programmed by ROCm; planned, not deployed. */
  AMD = 'AMD',
}
