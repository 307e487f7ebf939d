import { GpuFacts } from './gpu-facts';

/**
 * Names of the GPUs in this table.
 *
 * @internal
 */
export type ServerGpuName =
  | 'H20'
  | 'H20-141GB'
  | 'H800'
  | 'A800-80GB'
  | 'H100-NVL'
  | 'H200-NVL'
  | 'GH200'
  | 'GH200-144GB'
  | 'GB300'
  | 'L40'
  | 'L20'
  | 'A2'
  | 'L4-12Q'
  | 'L4-6Q'
  | 'L4-3Q';

/**
 * Further GPUs of servers: variants for some markets, superchips, parts of a GPU.
 *
 * @internal
 */
export const SERVER_GPUS: { readonly [K in ServerGpuName]: GpuFacts } = {
  H20: {
    reportedGib: 95,
    computeCapability: 9,
    memoryBandwidthGBps: 4000,
    fp16Tflops: 148,
    fp32Tflops: 44,
    fp8Tflops: 296,
    int8Tops: 296,
    fp4Tflops: 0,
    nvlinkGBps: 450,
    pcieGBps: 64,
    tdpWatts: 400,
    source:
      'NVIDIA H20 data sheet (96 GB, dense rates); totals of 95.00 to 95.22 GiB in logs of CUDA programs on 96 GB Hopper',
  },
  'H20-141GB': {
    reportedGib: 139.72,
    computeCapability: 9,
    memoryBandwidthGBps: 4800,
    fp16Tflops: 148,
    fp32Tflops: 44,
    fp8Tflops: 296,
    int8Tops: 296,
    fp4Tflops: 0,
    nvlinkGBps: 450,
    pcieGBps: 64,
    tdpWatts: 400,
    source: 'NVIDIA H20-3e (141 GB HBM3e, 4.8 TB/s); compute as H20, reported memory as H200',
  },
  H800: {
    reportedGib: 79.1,
    computeCapability: 9,
    memoryBandwidthGBps: 3350,
    fp16Tflops: 989,
    fp32Tflops: 67,
    fp8Tflops: 1978,
    int8Tops: 1978,
    fp4Tflops: 0,
    nvlinkGBps: 200,
    pcieGBps: 64,
    tdpWatts: 700,
    firstDriverMajor: 525,
    source: 'NVIDIA H800 data sheet: H100 with 400 GB/s of NVLink in both directions',
  },
  'A800-80GB': {
    reportedGib: 79.14,
    computeCapability: 8,
    memoryBandwidthGBps: 2039,
    fp16Tflops: 312,
    fp32Tflops: 19.5,
    fp8Tflops: 0,
    int8Tops: 624,
    fp4Tflops: 0,
    nvlinkGBps: 200,
    pcieGBps: 32,
    tdpWatts: 400,
    source: 'NVIDIA A800 data sheet: A100 80 GB with 400 GB/s of NVLink in both directions',
  },
  'H100-NVL': {
    reportedGib: 93,
    computeCapability: 9,
    memoryBandwidthGBps: 3938,
    fp16Tflops: 835.5,
    fp32Tflops: 60,
    fp8Tflops: 1671,
    int8Tops: 1671,
    fp4Tflops: 0,
    nvlinkGBps: 300,
    pcieGBps: 64,
    tdpWatts: 400,
    firstDriverMajor: 525,
    source:
      'NVIDIA H100 NVL data sheet (94 GB; half the rates with sparsity; bridges join pairs); totals of 93.00 to 93.10 GiB in logs',
  },
  'H200-NVL': {
    reportedGib: 139.72,
    computeCapability: 9,
    memoryBandwidthGBps: 4800,
    fp16Tflops: 835.5,
    fp32Tflops: 60,
    fp8Tflops: 1671,
    int8Tops: 1671,
    fp4Tflops: 0,
    nvlinkGBps: 450,
    pcieGBps: 64,
    tdpWatts: 600,
    source: 'NVIDIA H200 data sheet, column NVL (half the rates with sparsity; bridges join two or four)',
  },
  GH200: {
    reportedGib: 94.5,
    computeCapability: 9,
    memoryBandwidthGBps: 4000,
    fp16Tflops: 989,
    fp32Tflops: 67,
    fp8Tflops: 1978,
    int8Tops: 1978,
    fp4Tflops: 0,
    nvlinkGBps: 0,
    pcieGBps: 64,
    tdpWatts: 900,
    source: 'NVIDIA GH200 Grace Hopper data sheet (96 GB HBM3); total of 94.50 GiB in logs of CUDA programs',
  },
  'GH200-144GB': {
    reportedGib: 139.72,
    computeCapability: 9,
    memoryBandwidthGBps: 4900,
    fp16Tflops: 989,
    fp32Tflops: 67,
    fp8Tflops: 1978,
    int8Tops: 1978,
    fp4Tflops: 0,
    nvlinkGBps: 450,
    pcieGBps: 64,
    tdpWatts: 900,
    source:
      'NVIDIA GH200 Grace Hopper data sheet (144 GB HBM3e, GH200 NVL2); reported memory assumed as little as that of H200',
  },
  GB300: {
    reportedGib: 275.8,
    computeCapability: 10.3,
    memoryBandwidthGBps: 8000,
    fp16Tflops: 2500,
    fp32Tflops: 80,
    fp8Tflops: 5000,
    int8Tops: 165,
    fp4Tflops: 15000,
    nvlinkGBps: 900,
    pcieGBps: 64,
    tdpWatts: 1400,
    firstDriverMajor: 580,
    source:
      'ai-dynamo/aiconfigurator src/aiconfigurator/systems/gb300.yaml (284,208 MiB), memory below it by the share seen on B300',
  },
  L40: {
    reportedGib: 44.39,
    computeCapability: 8.9,
    memoryBandwidthGBps: 864,
    fp16Tflops: 181,
    fp32Tflops: 90.5,
    fp8Tflops: 362,
    int8Tops: 362,
    fp4Tflops: 0,
    nvlinkGBps: 0,
    pcieGBps: 32,
    tdpWatts: 300,
    source: 'NVIDIA L40 data sheet (dense rates); reported memory as L40S, 48 GB with ECC as well',
  },
  L20: {
    reportedGib: 44.39,
    computeCapability: 8.9,
    memoryBandwidthGBps: 864,
    fp16Tflops: 119.5,
    fp32Tflops: 59.8,
    fp8Tflops: 239,
    int8Tops: 239,
    fp4Tflops: 0,
    nvlinkGBps: 0,
    pcieGBps: 32,
    tdpWatts: 275,
    source: 'NVIDIA L20 data sheet (48 GB, dense rates); reported memory as L40S, 48 GB with ECC as well',
  },
  A2: {
    reportedGib: 14.6,
    computeCapability: 8.6,
    memoryBandwidthGBps: 200,
    fp16Tflops: 18.1,
    fp32Tflops: 4.5,
    fp8Tflops: 0,
    int8Tops: 36.3,
    fp4Tflops: 0,
    nvlinkGBps: 0,
    pcieGBps: 16,
    tdpWatts: 60,
    source:
      'NVIDIA A2 (16 GB, 10 SMs at 1.77 GHz, 128 bits of GDDR6 at 12.5 Gb/s, PCI Express 4.0 x8; rates of public data bases); 15,356 MiB in outputs of nvidia-smi, of which CUDA reports about 400 MiB less, as on T4',
  },
  'L4-12Q': {
    reportedGib: 10.9,
    computeCapability: 8.9,
    memoryBandwidthGBps: 150,
    fp16Tflops: 60.5,
    fp32Tflops: 15.1,
    fp8Tflops: 121,
    int8Tops: 121,
    fp4Tflops: 0,
    nvlinkGBps: 0,
    pcieGBps: 32,
    tdpWatts: 72,
    source:
      'half an L4 as a virtual GPU: the share that it is sure of when the others are busy; memory below EC2 DescribeInstanceTypes (11,444 MiB) by the share of L4',
  },
  'L4-6Q': {
    reportedGib: 5.4,
    computeCapability: 8.9,
    memoryBandwidthGBps: 75,
    fp16Tflops: 30.2,
    fp32Tflops: 7.5,
    fp8Tflops: 60.5,
    int8Tops: 60.5,
    fp4Tflops: 0,
    nvlinkGBps: 0,
    pcieGBps: 32,
    tdpWatts: 72,
    source:
      'a quarter of an L4 as a virtual GPU: the share that it is sure of; memory below EC2 DescribeInstanceTypes (5,722 MiB)',
  },
  'L4-3Q': {
    reportedGib: 2.7,
    computeCapability: 8.9,
    memoryBandwidthGBps: 37.5,
    fp16Tflops: 15.1,
    fp32Tflops: 3.7,
    fp8Tflops: 30.2,
    int8Tops: 30.2,
    fp4Tflops: 0,
    nvlinkGBps: 0,
    pcieGBps: 32,
    tdpWatts: 72,
    source:
      'an eighth of an L4 as a virtual GPU: the share that it is sure of; memory below EC2 DescribeInstanceTypes (2,861 MiB)',
  },
};
