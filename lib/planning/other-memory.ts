import { MemoryShare } from '../catalog/engine-facts';
import { activationBytes, layerBytes, leavesPieces } from './activation-memory';
import { MediaInput } from './capacity-request';
import { DEFAULT_MAX_SEQUENCES, Configuration } from './configuration';
import { profiledMedia } from './encoder-memory';
import { chargedBytes, countsGraphs, graphBytes } from './graph-memory';
import { mediaTables } from './stage-weights';

const GIB = 2 ** 30;
/** From this size on vLLM's defaults are larger: windows of 8192 tokens, up to 1024 sequences (`EngineArgs`, 70 GiB). */
const LARGE_GPU = 70 * GIB;
/**
 * Of CUDA graphs outside the utilization, what is kept free inside it where they lack room; the engine keeps nothing free, so that plans warn of
 * what more they may take (`GRAPHS_OUTSIDE_UTILIZATION`).
 */
const KEPT_FOR_GRAPHS = 1.2 * GIB;
/**
 * Where the host has the same memory, what it takes while the engine starts counts as the engine's (`psutil` in its `MemorySnapshot`): of 110 GiB
 * on GB10 Qwen3.8-27B has 50.3 for its cache beside 51.4 of weights (vLLM 0.27.1), 2.6 less than on a GPU with memory of its own.
 */
const SHARED_WITH_HOST = 0.024;
/**
 * Of weights in 4 bits, what is left of the tensors that they were loaded as, in pieces that PyTorch cannot give back: Qwen3-32B and 14B in AWQ have 0.6 and
 * 0.5 GiB besides weights of 18.0 and 9.3 (one RTX 5090, bench/planner), where others have 0.2 to 0.3.
 */
const PACKED_PIECES = 0.02;
/** Share of the room for the cache that is kept free on smaller GPUs. */
const FREE_CACHE_SHARE = 0.02;

/**
 * Memory that weights, cache and what is counted with them may take.
 *
 * @internal
 */
export function availableBytes({ engine, gpu, gpuMemoryUtilization }: Configuration): number {
  return (engine.memoryShare === MemoryShare.FREE ? 1 : gpuMemoryUtilization) * gpu.memory.bytes;
}

/**
 * Activations that come out of the engine's share: all of them or, where the share is for weights and cache alone, what the rest of the
 * memory has no room for.
 *
 * @internal
 */
export function activationsInside(configuration: Configuration): number {
  const activations = activationBytes(configuration);
  if (configuration.engine.memoryShare !== MemoryShare.STATIC) return activations;
  const rest = (1 - configuration.gpuMemoryUtilization) * configuration.gpu.memory.bytes;
  const experts = (configuration.model.latentAttention ? expertBytes(configuration) : 0) + exchangeBytes(configuration);
  return Math.max(0, CONTEXT_BYTES + graphBytes(configuration) + experts + activations - rest);
}

/**
 * What an engine that does not count CUDA graphs lacks for them and the context outside its utilization: it gives all of that to the cache,
 * and may run out of memory when it captures them (vllm-project/vllm#7593).
 *
 * @internal
 */
export function graphsLack(configuration: Configuration): number {
  const { engine, cudaGraphs, gpu, gpuMemoryUtilization } = configuration;
  if (!cudaGraphs || !engine._isVllm || countsGraphs(configuration)) return 0;
  // What an encoder took is free afterwards, but in pieces: 1.04 GiB of Qwen3-VL's were, when it died of 266 MiB at a utilization of 0.95.
  const peakWith = (mediaInput: MediaInput) => profiledMedia({ ...configuration, mediaInput })?.peakBytes ?? 0;
  const { mediaInput } = configuration;
  const pieces = mediaInput === MediaInput.NONE ? 0 : Math.max(peakWith(mediaInput), peakWith(MediaInput.IMAGES));
  const outside = CONTEXT_BYTES + graphBytes(configuration) + pieces;
  return Math.max(0, outside - (1 - gpuMemoryUtilization) * gpu.memory.bytes);
}

/** The CUDA context, which is outside the utilization. */
const CONTEXT_BYTES = 0.6 * GIB;

/**
 * Other memory within the utilization that is not available to the cache. `room` is what is left besides weights and activations.
 *
 * Measured by vLLM as non-torch memory (logs, see bench/planner): 0.05 to 0.12 GiB on one GPU (0.24.0: 0.22 to 0.29, bench/vllm), 0.25 to 0.43 on two, 0.81 to 1.39 on
 * more (buffers of NVLink; without it 0.20 and 0.21 on 16 and 8 GPUs), 2.15 across nodes; with experts more: 2.1 for DeepSeek-V2-Lite,
 * about 6.6 for Qwen3-235B on four GPUs (vllm-project/vllm#21348; the sampler's 5.6 among them), and 13.5 (with activations) for
 * DeepSeek-R1 on eight GPUs.
 *
 * @internal
 */
export function runtimeBytes(configuration: Configuration, weights: number, room: number): number {
  const { parallelism } = configuration;
  const ranks = parallelism.gpusPerReplica;
  const node = configuration.instanceType.gpuCount;
  const few = ranks === 2 || configuration.instanceType.nvlinkDomainSize === 1;
  const single = configuration.engine.countsGraphs ? 0.3 : 0.12;
  const nonTorch = (ranks === 1 ? single : ranks > node ? 2.3 : few ? 0.6 : 1.5) * GIB;
  const { memoryShare } = configuration.engine;
  const reserve = 0.015 * configuration.gpuMemoryUtilization * configuration.gpu.memory.bytes;
  // Activations, graphs and the context are in the rest of the memory, see activationsInside.
  if (memoryShare === MemoryShare.STATIC) return nonTorch + 0.003 * weights + reserve;
  const experts = expertBytes(configuration) + exchangeBytes(configuration) + latentBytes(configuration);
  if (memoryShare === MemoryShare.FREE) {
    const taken = nonTorch + experts + CONTEXT_BYTES + graphBytes(configuration) + 0.003 * weights + reserve;
    return taken + (1 - configuration.gpuMemoryUtilization) * Math.max(0, room - taken);
  }
  // The CUDA context and the graphs are outside the utilization; what does not fit there must be kept free inside it.
  const counted = countsGraphs(configuration);
  const graphs = counted ? graphBytes(configuration) : Math.min(KEPT_FOR_GRAPHS, graphBytes(configuration));
  const inside = counted ? graphs : 0;
  const outside = CONTEXT_BYTES + graphs - inside;
  const spill =
    inside + Math.max(0, outside - (1 - configuration.gpuMemoryUtilization) * configuration.gpu.memory.bytes);
  // Loaded weights are 0.1 to 0.8 % above the counted ones; those that are packed anew while they load leave pieces, which newer versions count.
  const shared = configuration.gpu.sharedMemory ? SHARED_WITH_HOST * availableBytes(configuration) : 0;
  // On several GPUs what is kept beside PyTorch is more than logs have of it, by more than these tables.
  const tables = ranks === 1 ? mediaTables(configuration) : 0;
  const loaded = Math.max((leavesPieces(configuration) ? PACKED_PIECES : 0.003) * weights, tables);
  const charged = chargedBytes(configuration);
  const known = nonTorch + experts + spill + charged + shared + loaded;
  // A reserve for the unknown: other memory of vLLM follows its defaults, which are larger on large GPUs; on the others it is a share of
  // the cache, so that a nearly full GPU does not lose memory that it does not have.
  const { bytes } = configuration.gpu.memory;
  const left = Math.max(0, room - known);
  // What is charged is far more than known, and covers them.
  const pinned = Math.max(0, pinnedBytes(configuration, left) - charged);
  return known + pinned + (bytes >= LARGE_GPU ? reserve : FREE_CACHE_SHARE * left);
}

/**
 * Segments of PyTorch's memory that stay with it, since something small was put into what an encoder or experts had freed (the words of `determine_available_memory` in 0.31.0,
 * which keeps large blocks whole); 0.27 to 0.30 take them for used. Of Qwen3.5-0.8B's encoder they are 2.1 GiB on an A100, of that of 4B and 27B 0.2 (three starts in
 * bench/planner): what decides is the order of sizes. At most the peak is counted, and of a small
 * cache as little as for the unknown; on several GPUs what is kept beside PyTorch has room for it.
 */
function pinnedBytes(configuration: Configuration, left: number): number {
  const { engine, model, parallelism } = configuration;
  if (!engine._start?.pinsSegments || parallelism.gpusPerReplica > 1) return 0;
  if (!model.experts && !profiledMedia(configuration)) return 0;
  return Math.min(activationBytes(configuration), FREE_CACHE_SHARE * left);
}

/** Tokens of one GPU for which the kernels for decoding have buffers: the default of SGLang (`SGLANG_DEEPEP_NUM_MAX_DISPATCH_TOKENS_PER_RANK`). */
const EXCHANGED_TOKENS = 128;

/**
 * Memory for the exchange of tokens between data-parallel ranks; no log of it is known.
 *
 * vLLM gathers the tokens of all ranks (`AgRsAll2AllManager`), and its kernels have a row for each expert of each of them, before and after
 * the first product (`workspace_shapes` of `deep_gemm_moe.py`, 0.24.0, where versions before took 16,384 tokens at a time): with 8192 tokens on each of eight ranks 13 GiB for DeepSeek-V3. Those of
 * one rank are in `expertBytes`. Other engines have buffers of DeepEP: two sets of what every expert may be sent and send back, each of `experts × tokens ×
 * width` in 16 bits (`LowLatencyLayout` of its `config.hpp`, which `get_low_latency_rdma_size_hint` returns the size of), and 1 GiB for prompts by NVLink
 * and by the network each.
 */
function exchangeBytes({ model, parallelism, maxBatchedTokens, engine, instanceType }: Configuration): number {
  const { experts } = model;
  const others = parallelism.attentionRanks - 1;
  if (!experts || others === 0) return 0;
  const width = experts.latentSize ?? model.hiddenSize;
  if (!engine._isVllm) {
    const networks = parallelism.expert > instanceType.gpuCount ? 2 : 1;
    return 4 * experts.routed * EXCHANGED_TOKENS * width * 2 + networks * GIB;
  }
  const rows =
    experts.perToken * (Math.max(experts.intermediateSize, width) + Math.max(2 * experts.intermediateSize, width));
  return others * maxBatchedTokens * 2 * (rows + 2 * width);
}

/**
 * Keys and values of cached tokens that vLLM unpacks at once for the prompts that follow them: up to 65,536 tokens
 * (`determine_chunked_prefill_workspace_size`, 0.24.0), in every head of a rank. What eight tensor ranks have of it is in `expertBytes`.
 */
function latentBytes({ model, parallelism, contextLength, maxSequences, engine }: Configuration): number {
  const { latentAttention: latent, attentionHeads } = model;
  if (!latent || parallelism.attentionRanks === 1 || !engine._isVllm) return 0;
  const tokens = Math.min(65536, Math.max(8 * contextLength, 4 * maxSequences * engine.blockTokens));
  const width = latent.nopeHeadSize + latent.valueHeadSize;
  return Math.max(0, attentionHeads / parallelism.tensor - attentionHeads / 8) * width * tokens * 2;
}

/**
 * What newer versions take of it: DeepSeek-V4-Flash on eight H100 has 47.4 GiB for its cache with 8192 tokens a step (vLLM 0.31.1, see bench/planner), and
 * DeepSeek-V2-Lite no more than its workspaces (0.24.0, bench/vllm).
 */
const NEWER_LATENT_EXPERTS = 0.5;

/**
 * Additional memory of experts. Their workspace belongs to the layers, one row for each expert of each token of a step (`fused_moe.py`,
 * `intermediate_cache13`), and the sampler runs after them: the memory it uses beyond the layers is room for the workspace. So the log of
 * Qwen3-235B on four H100 (8192 tokens, 1024 sequences) needs nothing here, nor does that on eight L40S (2048 tokens, 256 sequences),
 * whose peak is the sampler's 1.40 GiB. Behind latent attention more is taken than that workspace: with the plan's default of sequences
 * it is added, and of more sequences what the sampler takes more counts as theirs. It is taken to shrink with the tokens of a step, down to a
 * quarter: Kimi-K2 runs on sixteen H800 with 1024 tokens and one sequence (vllm-project/recipes `moonshotai/Kimi-K2.md`).
 */
function expertBytes(configuration: Configuration): number {
  const { model, parallelism, maxBatchedTokens } = configuration;
  if (!model.experts) return 0;
  const share = parallelism.gpusPerReplica === 1 ? 0.5 : 1;
  if (!model.latentAttention) {
    // Of newer versions it is among the activations.
    if (configuration.engine._start?.keepsWorkspaces) return 0;
    const workspace = share * (model.hiddenSize / 1024) * Math.min(1, maxBatchedTokens / 8192) * GIB;
    return Math.max(0, layerBytes(configuration) + workspace - activationBytes(configuration));
  }
  const own =
    (configuration.engine.countsGraphs ? NEWER_LATENT_EXPERTS : 1) *
    share *
    model.hiddenSize *
    (12 / 7168) *
    GIB *
    Math.max(1 / 4, Math.min(1, maxBatchedTokens / 8192));
  const few = Math.min(DEFAULT_MAX_SEQUENCES, configuration.maxSequences);
  return Math.max(0, own - (activationBytes(configuration) - activationBytes(configuration, few)));
}
