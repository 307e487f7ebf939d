import { GpuInterconnect } from '../catalog/gpu-interconnect';
import { GpuNodeType } from '../catalog/gpu-node-type';
import { InferenceEngine } from '../catalog/inference-engine';
import { NodeNetwork } from './capacity-request';

/**
 * All-reduce of small and large messages: `alpha + second step + bytes × 2(t-1)/t / busbw`, by 2, 4 and 8 GPUs.
 */
interface AllReduceFit {
  /** Microseconds. */
  readonly alpha: readonly [number, number, number];
  /**
   * Microseconds more where a message is first reduced in two steps instead of one, beyond 512 KiB shared by the ranks; they diminish until
   * 1 MiB, where the bandwidth alone decides.
   */
  readonly twoSteps: readonly [number, number, number];
  /** GB/s up to 2 MiB. */
  readonly small: readonly [number, number, number];
  /** GB/s of larger messages. */
  readonly large: readonly [number, number, number];
  /** GB/s beyond 16 MiB, where NCCL takes over from the one-shot kernels. */
  readonly huge: number;
}

/** No second step, or no measurement of it. */
const NO_SECOND_STEP: readonly [number, number, number] = [0, 0, 0];
/** Up to 2 MiB the one-shot kernels decide, up to 16 MiB the two-shot ones. */
const SMALL = 2 * 2 ** 20;
const HALF_MIB = 2 ** 19;
const LARGE = 16 * 2 ** 20;

/**
 * Measured: ai-dynamo/aiconfigurator 095f58a, vLLM custom all-reduce inside a CUDA graph; L40S host-staged over PCI Express. Huge
 * messages: about 80 % of one direction of NVLink, what nccl-tests reach on one node (478 GB/s of bus bandwidth were even measured over
 * two p5 nodes at 8 GB: crazyguitar/aws-gpu-communication-benchmark).
 */
const A100: AllReduceFit = {
  alpha: [5, 5.5, 6.5],
  twoSteps: [0, 4, 8],
  small: [100, 72, 76],
  large: [98, 109, 111],
  huge: 230,
};
const H100: AllReduceFit = {
  alpha: [4.3, 4.7, 5.2],
  twoSteps: [0, 3, 5.5],
  small: [130, 108, 118],
  large: [150, 169, 213],
  huge: 360,
};
const B200: AllReduceFit = {
  alpha: [6.7, 7.1, 8.2],
  twoSteps: [0, 7, 10],
  small: [75, 108, 155],
  large: [279, 310, 330],
  huge: 700,
};
/**
 * The same source, TensorRT-LLM 1.2 and 1.3. Beyond 2 MiB, where NCCL takes over, it is assumed to be as fast as the others; the cost of
 * its second step (7 µs over eight H100) is assumed to be saved by computing residual and norm in the same kernel.
 */
const H100_TENSORRT: AllReduceFit = {
  alpha: [2.9, 3.2, 3.6],
  twoSteps: NO_SECOND_STEP,
  small: [151, 85, 62],
  large: [150, 169, 213],
  huge: 360,
};
const B200_TENSORRT: AllReduceFit = {
  alpha: [4.8, 5.2, 5.6],
  twoSteps: NO_SECOND_STEP,
  small: [300, 160, 105],
  large: [279, 310, 330],
  huge: 700,
};
const PCIE_HOST: AllReduceFit = {
  alpha: [5.3, 12.7, 23.3],
  twoSteps: NO_SECOND_STEP,
  small: [10, 2, 1],
  large: [10, 2, 1],
  huge: 1,
};
/** Without a known measurement: twice the fixed part of NVLink, and about 40 % of PCI Express 5. */
const PCIE_PEER: AllReduceFit = {
  alpha: [9, 11, 16],
  twoSteps: NO_SECOND_STEP,
  small: [22, 20, 18],
  large: [25, 25, 25],
  huge: 25,
};
/** Extrapolated from A100 by half the NVLink rate; eight GPUs of the cube mesh have no direct link to every other. */
const V100: AllReduceFit = {
  alpha: [7, 8, 14],
  twoSteps: [0, 4, 8],
  small: [50, 36, 25],
  large: [49, 50, 30],
  huge: 50,
};

/** Seconds to start a message between nodes by RDMA: 43 to 65 µs measured across A100 nodes (microsoft/vidur 7d47513 profiles). */
const RDMA_ALPHA = 65e-6;
/**
 * The same by TCP sockets. We know of no measurement of inference over TCP: this is an estimate that assumes kernel round trips of 50 to
 * 100 µs per ring step.
 */
const TCP_ALPHA = 250e-6;
/** Share of the network bandwidth that one step's messages reach: 147 of 400 GB/s at 32 MB on p5 (EFA), sockets a quarter. */
const RDMA_SHARE = 0.37;
const TCP_SHARE = 0.1;

/**
 * What times between nodes rest on, as sentences.
 *
 * @internal
 */
export const NETWORK_ASSUMPTIONS: readonly string[] = [
  `by RDMA a message between nodes starts in ${RDMA_ALPHA * 1e6} µs, the slower of what was measured across A100 nodes (microsoft/vidur 7d47513, profiles), and ${RDMA_SHARE * 100} % of the bandwidth are reached`,
  `by TCP no measurement of inference is known: ${TCP_ALPHA * 1e6} µs, for kernel round trips of 50 to 100 µs in each step of a ring, and ${TCP_SHARE * 100} % of the bandwidth are estimates`,
  'the processors that TCP takes are not counted, and nobody else uses the network',
];

function fitOf(instanceType: GpuNodeType, engine: InferenceEngine): AllReduceFit {
  const tensorrt = engine.name === InferenceEngine.TENSORRT_LLM.name;
  if (instanceType.interconnect === GpuInterconnect.PCIE) return PCIE_HOST;
  if (instanceType.interconnect === GpuInterconnect.PCIE_PEER) return PCIE_PEER;
  if (instanceType.interconnect === GpuInterconnect.NVLINK_MESH) return V100;
  if (instanceType.gpu.nvlinkGBps >= 900) return tensorrt ? B200_TENSORRT : B200;
  if (instanceType.gpu.nvlinkGBps >= 450) return tensorrt ? H100_TENSORRT : H100;
  return A100;
}

/**
 * Seconds of one all-reduce over `ranks` GPUs.
 *
 * @internal
 */
export function allReduceSeconds(
  instanceType: GpuNodeType,
  network: NodeNetwork,
  engine: InferenceEngine,
  ranks: number,
  bytes: number,
): number {
  if (ranks === 1) return 0;
  const local = Math.min(ranks, instanceType.gpuCount);
  const domain = instanceType.nvlinkDomainSize > 1 ? Math.min(local, instanceType.nvlinkDomainSize) : local;
  const inside = withinNode(fitOf(instanceType, engine), domain, bytes);
  if (ranks <= instanceType.gpuCount && domain === local) return inside;
  return inside + acrossNodes(instanceType, network, ranks, bytes);
}

function withinNode(fit: AllReduceFit, ranks: number, bytes: number): number {
  if (ranks === 1) return 0;
  const i = ranks <= 2 ? 0 : ranks <= 4 ? 1 : 2;
  // Beyond eight ranks in one domain the fixed part grows with the ranks.
  const alpha = fit.alpha[i] * (ranks > 8 ? ranks / 8 : 1);
  // Each range continues where the one before it ends, so that more bytes never take less time.
  const factor = (2 * (ranks - 1)) / ranks;
  const small = Math.min(bytes, SMALL) / (fit.small[i] * 1e9);
  const large = Math.max(0, Math.min(bytes, LARGE) - SMALL) / (fit.large[i] * 1e9);
  const huge = Math.max(0, bytes - LARGE) / (Math.max(fit.large[i], fit.huge) * 1e9);
  const second = bytes > HALF_MIB / ranks ? fit.twoSteps[i] * Math.max(0, 1 - bytes / (2 * HALF_MIB)) : 0;
  return (alpha + second) * 1e-6 + factor * (small + large + huge);
}

function acrossNodes(instanceType: GpuNodeType, network: NodeNetwork, ranks: number, bytes: number): number {
  const rdma = network === NodeNetwork.RDMA;
  const bandwidth = (Math.max(instanceType.networkBandwidthGbps, 1) / 8) * 1e9 * (rdma ? RDMA_SHARE : TCP_SHARE);
  return (rdma ? RDMA_ALPHA : TCP_ALPHA) + ((2 * (ranks - 1)) / ranks) * (bytes / bandwidth);
}

/**
 * Seconds to hand one micro-batch's hidden state to the next pipeline stage.
 *
 * @internal
 */
export function hopSeconds(
  instanceType: GpuNodeType,
  network: NodeNetwork,
  acrossNodesHop: boolean,
  bytes: number,
): number {
  if (acrossNodesHop) {
    const rdma = network === NodeNetwork.RDMA;
    // One message in one direction: about a third of the fixed part of a two-way collective.
    const perGpu = Math.max(instanceType.networkBandwidthGbps, 1) / 8 / instanceType.gpuCount;
    return (rdma ? 43e-6 : TCP_ALPHA / 2) + bytes / (perGpu * 1e9 * (rdma ? 0.7 : 0.3));
  }
  // Measured inside a node: 10 to 17 µs by NVLink; over PCI Express half the theoretical rate, twice through host memory.
  const { gpu } = instanceType;
  const rate = instanceType.nvlinkDomainSize > 1 ? gpu.nvlinkGBps * 0.5 : gpu.pcieGBps * 0.25;
  return 13e-6 + bytes / (Math.max(rate, 1) * 1e9);
}
