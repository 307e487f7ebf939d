import { GpuFacts } from './gpu-facts';

/**
 * Names of the GPUs in this table.
 *
 * @internal
 */
export type WorkstationGpuName =
  | 'RTX-PRO-6000'
  | 'RTX-PRO-4500'
  | 'RTX-3090'
  | 'RTX-4090'
  | 'RTX-5090'
  | 'RTX-A6000'
  | 'RTX-6000-ADA'
  | 'GB10'
  | 'JETSON-AGX-THOR-128GB'
  | 'JETSON-AGX-ORIN-64GB'
  | 'JETSON-ORIN-NANO-8GB';

/**
 * GPUs of workstations and of boards: RTX cards, DGX Spark, Jetson.
 *
 * @internal
 */
export const WORKSTATION_GPUS: { readonly [K in WorkstationGpuName]: GpuFacts } = {
  'RTX-PRO-6000': {
    reportedGib: 94.9,
    computeCapability: 12,
    memoryBandwidthGBps: 1792,
    fp16Tflops: 467.8,
    fp32Tflops: 125,
    fp8Tflops: 935.6,
    int8Tops: 935.6,
    fp4Tflops: 1871,
    nvlinkGBps: 0,
    pcieGBps: 64,
    tdpWatts: 600,
    firstDriverMajor: 575,
    source: 'ai-dynamo/aiconfigurator src/aiconfigurator/systems/rtx_pro_6000_server.yaml (97,887 MiB)',
  },
  'RTX-PRO-4500': {
    reportedGib: 31.3,
    computeCapability: 12,
    memoryBandwidthGBps: 800,
    fp16Tflops: 103,
    fp32Tflops: 51.6,
    fp8Tflops: 206,
    int8Tops: 412,
    fp4Tflops: 824,
    nvlinkGBps: 0,
    pcieGBps: 64,
    tdpWatts: 165,
    firstDriverMajor: 595,
    source:
      'RTX PRO 4500 Blackwell Server Edition, of EC2 G7 (32 GB, 800 GB/s, 165 W: exxactcorp.com, 2026-05-20); rates of the workstation card (109.9, 54.9, 219.7, 439.5, 879 TFLOP/s) assumed 6 % lower for its power limit; memory below 32,768 MiB by the share of RTX 5090',
  },
  'RTX-3090': {
    reportedGib: 23.5,
    computeCapability: 8.6,
    memoryBandwidthGBps: 936,
    fp16Tflops: 71,
    fp32Tflops: 35.6,
    fp8Tflops: 0,
    int8Tops: 284,
    fp4Tflops: 0,
    nvlinkGBps: 0,
    pcieGBps: 32,
    tdpWatts: 350,
    source:
      'NVIDIA GA102 white paper (FP16 with FP32 accumulation; no NVLink bridge counted); totals of 23.56 to 23.69 GiB in logs of CUDA programs',
  },
  'RTX-4090': {
    reportedGib: 23.5,
    computeCapability: 8.9,
    memoryBandwidthGBps: 1008,
    fp16Tflops: 165.2,
    fp32Tflops: 82.6,
    fp8Tflops: 330.3,
    int8Tops: 660.6,
    fp4Tflops: 0,
    nvlinkGBps: 0,
    pcieGBps: 32,
    tdpWatts: 450,
    source:
      'NVIDIA Ada white paper (FP16 and FP8 with FP32 accumulation); totals of 23.52 to 23.65 GiB in logs of CUDA programs',
  },
  'RTX-5090': {
    reportedGib: 31.36,
    computeCapability: 12,
    memoryBandwidthGBps: 1792,
    fp16Tflops: 209.5,
    fp32Tflops: 104.8,
    fp8Tflops: 419,
    int8Tops: 838,
    fp4Tflops: 1676,
    nvlinkGBps: 0,
    pcieGBps: 64,
    tdpWatts: 575,
    firstDriverMajor: 570,
    source:
      'NVIDIA RTX Blackwell white paper (FP16 and FP8 with FP32 accumulation); totals of 31.36 to 31.84 GiB in logs of CUDA programs',
  },
  'RTX-A6000': {
    reportedGib: 47.4,
    computeCapability: 8.6,
    memoryBandwidthGBps: 768,
    fp16Tflops: 154.8,
    fp32Tflops: 38.7,
    fp8Tflops: 0,
    int8Tops: 309.7,
    fp4Tflops: 0,
    nvlinkGBps: 0,
    pcieGBps: 32,
    tdpWatts: 300,
    source:
      'NVIDIA RTX A6000 data sheet (half the rates with sparsity; no NVLink bridge counted); totals of 47.40 to 47.53 GiB in logs of CUDA programs, ECC off',
  },
  'RTX-6000-ADA': {
    reportedGib: 47.27,
    computeCapability: 8.9,
    memoryBandwidthGBps: 960,
    fp16Tflops: 364.2,
    fp32Tflops: 91.1,
    fp8Tflops: 728.5,
    int8Tops: 728.5,
    fp4Tflops: 0,
    nvlinkGBps: 0,
    pcieGBps: 32,
    tdpWatts: 300,
    source:
      'NVIDIA RTX 6000 Ada data sheet (half the rates with sparsity); totals of 47.27 to 47.50 GiB in logs of CUDA programs, ECC off',
  },
  GB10: {
    reportedGib: 119.18,
    computeCapability: 12.1,
    memoryBandwidthGBps: 273,
    fp16Tflops: 125,
    fp32Tflops: 31,
    fp8Tflops: 250,
    int8Tops: 250,
    fp4Tflops: 500,
    nvlinkGBps: 0,
    pcieGBps: 16,
    tdpWatts: 140,
    firstDriverMajor: 580,
    sharedMemory: true,
    source:
      'NVIDIA DGX Spark data sheet (1 PFLOP of FP4 with sparsity; memory is shared with the host); totals of 119.18 to 121.69 GiB in logs of CUDA programs',
  },
  'JETSON-AGX-THOR-128GB': {
    reportedGib: 122.8,
    computeCapability: 11,
    memoryBandwidthGBps: 273,
    fp16Tflops: 258.5,
    fp32Tflops: 8,
    fp8Tflops: 517,
    int8Tops: 517,
    fp4Tflops: 1035,
    nvlinkGBps: 0,
    pcieGBps: 16,
    tdpWatts: 130,
    firstDriverMajor: 580,
    sharedMemory: true,
    source:
      'NVIDIA Jetson T5000 data sheet (2,070 TFLOP/s of FP4 with sparsity; memory is shared with the host); total of 131.9 GB in a log',
  },
  'JETSON-AGX-ORIN-64GB': {
    reportedGib: 61.3,
    computeCapability: 8.7,
    memoryBandwidthGBps: 204.8,
    fp16Tflops: 42,
    fp32Tflops: 5.3,
    fp8Tflops: 0,
    int8Tops: 85,
    fp4Tflops: 0,
    nvlinkGBps: 0,
    pcieGBps: 16,
    tdpWatts: 60,
    sharedMemory: true,
    source: 'NVIDIA Jetson AGX Orin technical brief (dense rates; memory is shared with the host)',
  },
  'JETSON-ORIN-NANO-8GB': {
    reportedGib: 7.4,
    computeCapability: 8.7,
    memoryBandwidthGBps: 102,
    fp16Tflops: 16.7,
    fp32Tflops: 1.9,
    fp8Tflops: 0,
    int8Tops: 33.5,
    fp4Tflops: 0,
    nvlinkGBps: 0,
    pcieGBps: 8,
    tdpWatts: 25,
    sharedMemory: true,
    source: 'NVIDIA Jetson Orin Nano Super data sheet (67 sparse TOPS; memory is shared with the host)',
  },
};
