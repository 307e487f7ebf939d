import { GpuFacts } from './gpu-facts';
import { GpuVendor } from './gpu-vendor';

/**
 * Names of the GPUs in this table.
 *
 * @internal
 */
export type AmdGpuName = 'MI300X' | 'MI325X' | 'MI355X';

/**
 * GPUs of AMD, which engines built for ROCm run: they are planned, and never deployed, because every image here is NVIDIA's or built for
 * CUDA. Infinity Fabric joins every pair of a node directly; its links together stand where NVLink does.
 *
 * @internal
 */
export const AMD_GPUS: { readonly [K in AmdGpuName]: GpuFacts } = {
  MI300X: {
    vendor: GpuVendor.AMD,
    reportedGib: 191.69,
    computeCapability: 9,
    memoryBandwidthGBps: 5300,
    fp16Tflops: 1307.4,
    fp32Tflops: 163.4,
    fp8Tflops: 2614.9,
    int8Tops: 2614.9,
    fp4Tflops: 0,
    nvlinkGBps: 448,
    pcieGBps: 64,
    tdpWatts: 750,
    source:
      'AMD Instinct MI300X data sheet (dense rates; seven Infinity Fabric links of 64 GB/s); 191.98 GiB in vllm-project/vllm#53961, less what other logs of the family lack',
  },
  MI325X: {
    vendor: GpuVendor.AMD,
    reportedGib: 255.69,
    computeCapability: 9,
    memoryBandwidthGBps: 6000,
    fp16Tflops: 1307.4,
    fp32Tflops: 163.4,
    fp8Tflops: 2614.9,
    int8Tops: 2614.9,
    fp4Tflops: 0,
    nvlinkGBps: 448,
    pcieGBps: 64,
    tdpWatts: 1000,
    source:
      'AMD Instinct MI325X data sheet (dense rates; seven Infinity Fabric links of 64 GB/s); totals of 255.69 to 255.98 GiB in logs of HIP programs',
  },
  MI355X: {
    vendor: GpuVendor.AMD,
    reportedGib: 287.7,
    computeCapability: 9,
    memoryBandwidthGBps: 8000,
    fp16Tflops: 2516.6,
    fp32Tflops: 157.3,
    fp8Tflops: 5033.2,
    int8Tops: 5033.2,
    fp4Tflops: 10066.3,
    nvlinkGBps: 537.6,
    pcieGBps: 64,
    tdpWatts: 1400,
    source:
      'AMD Instinct MI355X data sheet (dense rates; seven Infinity Fabric links of 76.8 GB/s); totals of 287.98 GiB in logs of HIP programs, less what other logs of the family lack',
  },
};
