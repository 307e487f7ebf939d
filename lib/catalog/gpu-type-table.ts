/**
 * Facts of one GPU model. Rates are dense (no sparsity), bandwidths in one direction.
 *
 * @internal
 */
export interface GpuFacts {
  /** Memory as CUDA reports it to a process, GiB: below the marketing figure (ECC, firmware). */
  readonly reportedGib: number;
  readonly computeCapability: number;
  readonly memoryBandwidthGBps: number;
  /** FP16 tensor rate, TFLOP/s. */
  readonly fp16Tflops: number;
  readonly fp32Tflops: number;
  /** FP8 rate; zero without FP8 units. */
  readonly fp8Tflops: number;
  readonly int8Tops: number;
  readonly fp4Tflops: number;
  /** NVLink, one direction, per GPU; zero without NVLink. */
  readonly nvlinkGBps: number;
  /** PCI Express, one direction, theoretical. */
  readonly pcieGBps: number;
  readonly tdpWatts: number;
  /**
   * Last major version of NVIDIA's driver that supports it: "driver version 595 is not compatible with P3, P3dn"
   * (awslabs/amazon-eks-ami doc/usage/g7-ami.md); the images before it have 580.
   */
  readonly lastDriverMajor?: number;
  /**
   * First major version of NVIDIA's driver that supports it, where it is newer than any that images of EKS still have
   * (https://docs.nvidia.com/datacenter/tesla/mig-user-guide/620/deployment-considerations.html).
   */
  readonly firstDriverMajor?: number;
  readonly source: string;
}

/**
 * Names of the GPUs in the table.
 *
 * @internal
 */
export type GpuName =
  | 'V100-16GB'
  | 'V100-32GB'
  | 'T4'
  | 'A10G'
  | 'L4'
  | 'L40S'
  | 'A100-40GB'
  | 'A100-80GB'
  | 'H100'
  | 'H200'
  | 'B200'
  | 'B300'
  | 'V100-PCIE-32GB'
  | 'A10'
  | 'A30'
  | 'A40'
  | 'A100-80GB-PCIE'
  | 'H100-PCIE'
  | 'GB200'
  | 'RTX-PRO-6000'
  | 'JETSON-AGX-ORIN-64GB'
  | 'JETSON-ORIN-NANO-8GB';

const AIC = 'ai-dynamo/aiconfigurator src/aiconfigurator/systems';
const LLM_ANALYSIS = 'cli99/llm-analysis gpu_configs';

/**
 * The table, one row per GPU.
 *
 * Reported memory: totals in logs of CUDA programs ("total capacity of ... GiB"), the smallest seen where they differ.
 *
 * @internal
 */
export const GPU_TABLE: { readonly [K in GpuName]: GpuFacts } = {
  'V100-16GB': {
    reportedGib: 15.77,
    computeCapability: 7,
    memoryBandwidthGBps: 900,
    fp16Tflops: 125,
    fp32Tflops: 15.7,
    fp8Tflops: 0,
    int8Tops: 0,
    fp4Tflops: 0,
    nvlinkGBps: 150,
    pcieGBps: 16,
    tdpWatts: 300,
    lastDriverMajor: 580,
    source: `${LLM_ANALYSIS}/v100-sxm-16gb.json; NVIDIA V100 data sheet`,
  },
  'V100-32GB': {
    reportedGib: 31.73,
    computeCapability: 7,
    memoryBandwidthGBps: 900,
    fp16Tflops: 125,
    fp32Tflops: 15.7,
    fp8Tflops: 0,
    int8Tops: 0,
    fp4Tflops: 0,
    nvlinkGBps: 150,
    pcieGBps: 16,
    tdpWatts: 300,
    lastDriverMajor: 580,
    source: `${LLM_ANALYSIS}/v100-sxm-32gb.json; NVIDIA V100 data sheet`,
  },
  T4: {
    reportedGib: 14.56,
    computeCapability: 7.5,
    memoryBandwidthGBps: 320,
    fp16Tflops: 65.1,
    fp32Tflops: 8.14,
    fp8Tflops: 0,
    int8Tops: 130.3,
    fp4Tflops: 0,
    nvlinkGBps: 0,
    pcieGBps: 16,
    tdpWatts: 70,
    source: 'NVIDIA T4 data sheet',
  },
  A10G: {
    reportedGib: 22.06,
    computeCapability: 8.6,
    memoryBandwidthGBps: 600,
    fp16Tflops: 70,
    fp32Tflops: 31.5,
    fp8Tflops: 0,
    int8Tops: 140,
    fp4Tflops: 0,
    nvlinkGBps: 0,
    pcieGBps: 32,
    tdpWatts: 300,
    source: `${LLM_ANALYSIS}/a10g.json; NVIDIA A10G data sheet`,
  },
  L4: {
    reportedGib: 22.03,
    computeCapability: 8.9,
    memoryBandwidthGBps: 300,
    fp16Tflops: 121,
    fp32Tflops: 30.3,
    fp8Tflops: 242,
    int8Tops: 242,
    fp4Tflops: 0,
    nvlinkGBps: 0,
    pcieGBps: 32,
    tdpWatts: 72,
    source: `${AIC}/l4.yaml; NVIDIA L4 data sheet`,
  },
  L40S: {
    reportedGib: 44.39,
    computeCapability: 8.9,
    memoryBandwidthGBps: 864,
    fp16Tflops: 362,
    fp32Tflops: 91.6,
    fp8Tflops: 733,
    int8Tops: 733,
    fp4Tflops: 0,
    nvlinkGBps: 0,
    pcieGBps: 32,
    tdpWatts: 350,
    source: `${AIC}/l40s.yaml; NVIDIA L40S data sheet`,
  },
  'A100-40GB': {
    reportedGib: 39.38,
    computeCapability: 8,
    memoryBandwidthGBps: 1555,
    fp16Tflops: 312,
    fp32Tflops: 19.5,
    fp8Tflops: 0,
    int8Tops: 624,
    fp4Tflops: 0,
    nvlinkGBps: 300,
    pcieGBps: 32,
    tdpWatts: 400,
    source: `${LLM_ANALYSIS}/a100-sxm-40gb.json; NVIDIA A100 data sheet`,
  },
  'A100-80GB': {
    reportedGib: 79.14,
    computeCapability: 8,
    memoryBandwidthGBps: 2039,
    fp16Tflops: 312,
    fp32Tflops: 19.5,
    fp8Tflops: 0,
    int8Tops: 624,
    fp4Tflops: 0,
    nvlinkGBps: 300,
    pcieGBps: 32,
    tdpWatts: 400,
    source: `${AIC}/a100_sxm.yaml; NVIDIA A100 data sheet`,
  },
  H100: {
    reportedGib: 79.1,
    computeCapability: 9,
    memoryBandwidthGBps: 3350,
    fp16Tflops: 989,
    fp32Tflops: 67,
    fp8Tflops: 1978,
    int8Tops: 1978,
    fp4Tflops: 0,
    nvlinkGBps: 450,
    pcieGBps: 64,
    tdpWatts: 700,
    firstDriverMajor: 525,
    source: `${AIC}/h100_sxm.yaml; NVIDIA H100 data sheet`,
  },
  H200: {
    reportedGib: 139.72,
    computeCapability: 9,
    memoryBandwidthGBps: 4800,
    fp16Tflops: 989,
    fp32Tflops: 67,
    fp8Tflops: 1978,
    int8Tops: 1978,
    fp4Tflops: 0,
    nvlinkGBps: 450,
    pcieGBps: 64,
    tdpWatts: 700,
    firstDriverMajor: 550,
    source: `${AIC}/h200_sxm.yaml; NVIDIA H200 data sheet`,
  },
  B200: {
    reportedGib: 178.3,
    computeCapability: 10,
    memoryBandwidthGBps: 7700,
    fp16Tflops: 2250,
    fp32Tflops: 75,
    fp8Tflops: 4500,
    int8Tops: 4500,
    fp4Tflops: 9000,
    nvlinkGBps: 900,
    pcieGBps: 64,
    tdpWatts: 1000,
    firstDriverMajor: 570,
    source: `${AIC}/b200_sxm.yaml; NVIDIA B200 data sheet`,
  },
  B300: {
    reportedGib: 267,
    computeCapability: 10.3,
    memoryBandwidthGBps: 7700,
    fp16Tflops: 2250,
    fp32Tflops: 75,
    fp8Tflops: 4500,
    int8Tops: 150,
    fp4Tflops: 13500,
    nvlinkGBps: 900,
    pcieGBps: 64,
    tdpWatts: 1100,
    firstDriverMajor: 580,
    source: 'NVIDIA B300 data sheet; memory below EC2 DescribeInstanceTypes (275,040 MiB) by the share seen on B200',
  },
  'V100-PCIE-32GB': {
    reportedGib: 31.73,
    computeCapability: 7,
    memoryBandwidthGBps: 900,
    fp16Tflops: 112,
    fp32Tflops: 14,
    fp8Tflops: 0,
    int8Tops: 0,
    fp4Tflops: 0,
    nvlinkGBps: 0,
    pcieGBps: 16,
    tdpWatts: 250,
    source: `${LLM_ANALYSIS}/v100-pcie-32gb.json; NVIDIA V100 data sheet`,
  },
  A10: {
    reportedGib: 22.06,
    computeCapability: 8.6,
    memoryBandwidthGBps: 600,
    fp16Tflops: 125,
    fp32Tflops: 31.2,
    fp8Tflops: 0,
    int8Tops: 250,
    fp4Tflops: 0,
    nvlinkGBps: 0,
    pcieGBps: 32,
    tdpWatts: 150,
    source: 'NVIDIA A10 data sheet',
  },
  A30: {
    reportedGib: 23.5,
    computeCapability: 8,
    memoryBandwidthGBps: 933,
    fp16Tflops: 165,
    fp32Tflops: 10.3,
    fp8Tflops: 0,
    int8Tops: 330,
    fp4Tflops: 0,
    nvlinkGBps: 0,
    pcieGBps: 32,
    tdpWatts: 165,
    source: `${AIC}/a30.yaml; NVIDIA A30 data sheet`,
  },
  A40: {
    reportedGib: 44.35,
    computeCapability: 8.6,
    memoryBandwidthGBps: 696,
    fp16Tflops: 149.7,
    fp32Tflops: 37.4,
    fp8Tflops: 0,
    int8Tops: 299.3,
    fp4Tflops: 0,
    nvlinkGBps: 0,
    pcieGBps: 32,
    tdpWatts: 300,
    source: 'NVIDIA A40 data sheet; total of 44.35 GiB in a vLLM log',
  },
  'A100-80GB-PCIE': {
    reportedGib: 79.14,
    computeCapability: 8,
    memoryBandwidthGBps: 1935,
    fp16Tflops: 312,
    fp32Tflops: 19.5,
    fp8Tflops: 0,
    int8Tops: 624,
    fp4Tflops: 0,
    nvlinkGBps: 0,
    pcieGBps: 32,
    tdpWatts: 300,
    source: `${LLM_ANALYSIS}; NVIDIA A100 data sheet (no NVLink bridge counted)`,
  },
  'H100-PCIE': {
    reportedGib: 79.1,
    computeCapability: 9,
    memoryBandwidthGBps: 2000,
    fp16Tflops: 756.5,
    fp32Tflops: 51,
    fp8Tflops: 1513,
    int8Tops: 1513,
    fp4Tflops: 0,
    nvlinkGBps: 0,
    pcieGBps: 64,
    tdpWatts: 350,
    firstDriverMajor: 525,
    source: `${AIC}/h100_pcie.yaml; NVIDIA H100 data sheet`,
  },
  GB200: {
    reportedGib: 184.9,
    computeCapability: 10,
    memoryBandwidthGBps: 8000,
    fp16Tflops: 2500,
    fp32Tflops: 80,
    fp8Tflops: 5000,
    int8Tops: 5000,
    fp4Tflops: 10000,
    nvlinkGBps: 900,
    pcieGBps: 64,
    tdpWatts: 1200,
    firstDriverMajor: 570,
    source: `${AIC}/gb200.yaml (189,471 MiB)`,
  },
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
    source: `${AIC}/rtx_pro_6000_server.yaml (97,887 MiB)`,
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
    source: 'NVIDIA Jetson Orin Nano Super data sheet (67 sparse TOPS; memory is shared with the host)',
  },
};
