import { Precision } from '../catalog/precision';
import { NodeNetwork } from './capacity-request';
import { Configuration } from './configuration';

/** Bytes of an element of what experts return, in all engines. */
const COMBINED_BYTES = 2;

/**
 * Fixed times of one exchange by the kernels of DeepEP: 10 to 14 µs within a node of H100 or H200, about 22 of B200
 * (ai-dynamo/aiconfigurator 095f58a, `wideep_deepep_ll_perf`). Between nodes 21 to 35 µs over ConnectX-7, on two, four and eight nodes (same
 * source, SGLang 0.5.0); with the kernels for prompts 60 to 110 more (`wideep_deepep_normal_perf`).
 */
const NVLINK_ALPHA = { hopper: 12e-6, blackwell: 22e-6 };
const INFINIBAND_ALPHA = 28e-6;
const PROMPT_ALPHA = 75e-6;
/**
 * EFA has no queues that a GPU can write, so a process of the host starts every message: 118 to 135 µs for the dispatch and 86 for the combine
 * of 128 tokens on two nodes of H100 beyond what the bytes take, 65 µs on B200 (whn09/pplx-garden-benchmark, docs/deepep-efa-comparison-en.md,
 * which also has DeepEP's own 118 and 195 µs in all over InfiniBand).
 */
const EFA_ALPHA = 100e-6;
/** By TCP sockets, as of other collectives; not measured. */
const TCP_ALPHA = 250e-6;

/** Share of one direction of NVLink that dispatch and combine reach: 252 and 200 of 450 GB/s on H100, 503 and 598 of 900 on B200. */
const NVLINK_SHARE = 0.53;
/**
 * Share of the network that the kernels for decoding reach: 43 to 49 of 50 GB/s of each GPU on two, four and eight nodes. Those for prompts
 * reach 28 to 47.
 */
const DECODE_SHARE = 0.92;
const PROMPT_SHARE = 0.75;
/** Sockets, as of other collectives; not measured. */
const TCP_SHARE = 0.1;

/**
 * NCCL's all-gather and reduce-scatter within a node: 14 µs and 240 to 340 of 450 GB/s on eight H200, 19 µs and 310 to 620 of 900 on B200
 * (`nccl_perf` of the same source). Between nodes: the fixed part and the share of the network of other collectives (see collective-model).
 */
const GATHER_ALPHA = { hopper: 14e-6, blackwell: 19e-6 };
const GATHER_NVLINK_SHARE = 0.6;
const GATHER_NETWORK_ALPHA = 65e-6;
const GATHER_NETWORK_SHARE = 0.37;

/**
 * What one exchange between data-parallel ranks moves, and its time: tokens to the experts of other GPUs, and their results back.
 *
 * @internal
 */
export interface Exchange {
  /** Bytes that one GPU sends to the experts of its tokens, wherever they are: tokens × experts of a token × width × bytes. */
  readonly dispatchBytes: number;
  /** The same on the way back. */
  readonly combineBytes: number;
  /** Seconds. */
  readonly dispatch: number;
  readonly combine: number;
}

const NONE: Exchange = { dispatchBytes: 0, combineBytes: 0, dispatch: 0, combine: 0 };

/**
 * Dispatch and combine of one layer.
 *
 * Engines send each token to the GPUs of its experts (DeepEP in SGLang, kernels of its kind in TensorRT-LLM), `tokens × experts × width × bytes`
 * from every GPU, of which the share of the GPUs outside the node crosses the network; or, as vLLM unless told otherwise
 * (`allgather_reducescatter`), all tokens to all ranks. Which experts are asked is taken to be even.
 *
 * @param tokens tokens of the GPU that has the most
 * @param prompts whether prompts are among them: their kernels send a token once to each node, and are not replayed as graphs
 * @param all tokens of all GPUs @default - as many on each
 *
 * @internal
 */
export function exchangeOf(
  configuration: Configuration,
  tokens: number,
  prompts: boolean,
  all = tokens * configuration.parallelism.expert,
): Exchange {
  const { model, parallelism } = configuration;
  const { experts } = model;
  if (!experts || parallelism.attentionRanks === 1 || tokens === 0) return NONE;
  const width = experts.latentSize ?? model.hiddenSize;
  const sent = dispatchedBytes(configuration.precision);
  const seconds = (bytes: number) =>
    configuration.engine._isVllm
      ? gatherSeconds(configuration, tokens * width * bytes, all * width * bytes)
      : sendSeconds(configuration, tokens * width * bytes, experts.perToken, prompts);
  const asked = tokens * experts.perToken * width;
  return {
    dispatchBytes: asked * sent,
    combineBytes: asked * COMBINED_BYTES,
    dispatch: seconds(sent),
    combine: seconds(COMBINED_BYTES),
  };
}

/** Bytes of an element on its way to an expert: engines quantize before where its products are in eight bits. */
export function dispatchedBytes({ name }: Precision): number {
  return [Precision.FP8, Precision.FP8_BLOCK].some((precision) => precision.name === name) ? 1 : 2;
}

/** GPUs and nodes over which experts are spread, and what one GPU has of the network. */
function placeOf({ instanceType, parallelism }: Configuration) {
  const ranks = parallelism.expert;
  const local = Math.min(ranks, instanceType.gpuCount);
  const domain = Math.min(local, Math.max(1, instanceType.nvlinkDomainSize));
  const nodes = Math.ceil(ranks / instanceType.gpuCount);
  const networkPerGpu = ((Math.max(instanceType.networkBandwidthGbps, 1) / 8) * 1e9) / instanceType.gpuCount;
  return { ranks, local, domain, nodes, networkPerGpu };
}

/** Bytes per second between two GPUs of a node: NVLink in one direction, else half of PCI Express, because host memory is in between. */
function withinNode({ instanceType }: Configuration, share: number): number {
  const { nvlinkDomainSize, gpu } = instanceType;
  const rate = nvlinkDomainSize > 1 ? share * gpu.nvlinkGBps : 0.25 * gpu.pcieGBps;
  return Math.max(rate, 1) * 1e9;
}

function alphaOf({ gpu }: Configuration, alpha: { hopper: number; blackwell: number }): number {
  return gpu.computeCapability >= 10 ? alpha.blackwell : alpha.hopper;
}

/** Every token to the GPUs of its experts. */
function sendSeconds(configuration: Configuration, bytes: number, perToken: number, prompts: boolean): number {
  const { ranks, local, nodes, networkPerGpu } = placeOf(configuration);
  const { instanceType, nodeNetwork } = configuration;
  const inside = (bytes * perToken * (local - 1)) / ranks / withinNode(configuration, NVLINK_SHARE);
  const near = alphaOf(configuration, NVLINK_ALPHA) + inside;
  if (nodes === 1) return near;
  const share = (nodes - 1) / nodes;
  // Of its experts' nodes, those that are not its own.
  const distinct = (nodes - 1) * (1 - Math.pow(1 - 1 / nodes, perToken));
  const sent = bytes * (prompts ? distinct : perToken * share);
  if (nodeNetwork === NodeNetwork.TCP) return TCP_ALPHA + Math.max(inside, sent / (TCP_SHARE * networkPerGpu));
  const alpha = (instanceType.efaInterfaces > 0 ? EFA_ALPHA : INFINIBAND_ALPHA) + (prompts ? PROMPT_ALPHA : 0);
  return alpha + Math.max(inside, sent / ((prompts ? PROMPT_SHARE : DECODE_SHARE) * networkPerGpu));
}

/** All tokens to all ranks, or all results back and added up. */
function gatherSeconds(configuration: Configuration, bytes: number, all: number): number {
  const { local, nodes, networkPerGpu } = placeOf(configuration);
  const inside = (all * (1 - 1 / local)) / withinNode(configuration, GATHER_NVLINK_SHARE);
  const near = alphaOf(configuration, GATHER_ALPHA) + inside;
  if (nodes === 1) return near;
  // Each GPU of a node fetches its part of the other nodes' tokens, and hands it to its neighbors; one that has them all sends them once.
  const sent = Math.max(bytes, (all * (nodes - 1)) / nodes / local);
  const rdma = configuration.nodeNetwork === NodeNetwork.RDMA;
  const rate = (rdma ? GATHER_NETWORK_SHARE : TCP_SHARE) * networkPerGpu;
  return near + (rdma ? GATHER_NETWORK_ALPHA : TCP_ALPHA) + sent / rate;
}

/**
 * How much more the busiest GPU has to do than the average one. Experts differ in popularity by a gamma distribution of shape 2 (see
 * expert-kernels), so the load of a GPU with `n` of them varies by `1 / √(2 n)`, and the largest of `R` such lies `√(2 ln R)` of these above the
 * mean. It is about what balancing gains where it is measured: 2.5 times on 72 GPUs with four experts each (1.49 with prompts; LMSYS,
 * `blog/2025-05-05-large-scale-ep`). A judgement, not a fit; engines that copy popular experts come below it.
 *
 * @internal
 */
export function imbalanceOf({ model, parallelism }: Configuration): number {
  if (!model.experts || parallelism.attentionRanks === 1) return 1;
  const local = model.experts.routed / parallelism.expert;
  return 1 + Math.sqrt(Math.log(parallelism.expert) / local);
}

/**
 * Prompts that a step takes at most; one that is longer than a step takes several.
 *
 * @internal
 */
export function promptsOfStep({ maxBatchedTokens, inputTokens }: Configuration): number {
  return Math.max(1, maxBatchedTokens / inputTokens);
}

/**
 * Prompts that a step of all data-parallel ranks waits for. Layers with experts wait for each other, so it is as long as that of the rank with
 * the most prompts: of few arrivals each is waited for; of many each rank has its share, and the busiest one `√(2 n ln R)` more, up to what a
 * step takes. Where prompts queue at every rank, all of them are busy, and each waits for its own.
 *
 * TensorRT-LLM holds prompts back until all ranks have one (`attention_dp_config.enable_balance`), so each rank waits for its own: DeepSeek-R1
 * on eight H200, 8192 tokens in and 1024 out, takes 39.8 ms a token with 64 sequences where its steps take 33 (InferenceX, in
 * ai-dynamo/aiconfigurator 095f58a `silicon_sample.csv`).
 *
 * @param arrivals prompts that arrive at all ranks together during one step
 *
 * @internal
 */
export function waitedFor(configuration: Configuration, arrivals: number): number {
  const { engine, parallelism } = configuration;
  const ranks = parallelism.attentionRanks;
  const mean = arrivals / ranks;
  if (ranks === 1 || engine.name.startsWith('tensorrt')) return mean;
  const busiest = Math.min(arrivals, mean + Math.sqrt(2 * mean * Math.log(ranks)));
  return Math.max(mean, Math.min(busiest, promptsOfStep(configuration)));
}
