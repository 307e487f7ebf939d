import { UnscopedValidationError } from '../units/errors';
import { fault } from '../units/fault';
import { quotedText } from '../units/message-text';
import { EngineFacts, HOST_MICROSECONDS, MemoryShare, VllmStart } from './engine-facts';
import { nameText, unknownNameFault } from './near-names';
import { VLLM_RANGES, vllmFacts, vllmNumbers } from './vllm-facts';
import { checkArguments } from '../units/argument-faults';

/**
 * Fitted on DeepSeek-V3 and R1 of SGLang 0.5.9, whose times begin at about 230 ms; TensorRT-LLM's begin there too. vLLM keeps the value of
 * other layers with experts: times of Kimi-K2.5, half of whose sources were examined (see bench/planner/README.md), begin at 90 to 120 ms.
 */
const LATENT_DISPATCH_MS = 3.2;

/**
 * SGLang's one process for requests and answers (`TokenizerManager`) sends every token, and copied the answer so far for each
 * (sgl-project/sglang#22567 and #17437: the copy alone takes 4 ns per token of it, and is gone since 2026). Values: Llama-3.1-8B with 512
 * sequences on four and eight H200 (SGLang 0.5.6, examined: see bench/planner/README.md), whose steps take as long on four GPUs as on
 * eight and with prompts of 2000 tokens as with 1000: 32, 39 and 54 µs for each sequence with answers of 500, 1000 and 2000 tokens.
 */
const ANSWER_MICROSECONDS = 25;
const ANSWER_NANOSECONDS = 30;

/**
 * A program that runs the model, and how far it deviates from the planner's closed form.
 */
export class InferenceEngine {
  /**
   * vLLM up to 0.19, also inside Triton (up to 26.05). For models that read images it is that of up to 0.12, whose start takes more memory
   * than later ones.
   */
  public static readonly VLLM = new InferenceEngine('vllm', VLLM_RANGES.older);
  /**
   * vLLM from 0.20 on (its log says 0.21), inside Triton from 26.06 on: it estimates the memory of CUDA graphs before it sizes the cache,
   * and takes it from the utilization (`VLLM_MEMORY_PROFILER_ESTIMATE_CUDAGRAPHS`, on by default), whose default is 0.92. Before, they were
   * outside, and it was 0.9.
   */
  public static readonly VLLM_0_21 = new InferenceEngine('vllm-0.21', VLLM_RANGES.newer);
  /**
   * vLLM from 0.28 on, inside Triton from 26.09 on: it caches prefixes of models with states by default, for which each sequence keeps a second
   * state (vllm-project/vllm#50991; not in 0.27.1).
   */
  public static readonly VLLM_0_28 = new InferenceEngine('vllm-0.28', VLLM_RANGES.newest);
  /**
   * TensorRT-LLM by its LLM API, which measures what a step takes and gives a share of the rest to the cache (`KvCacheConfig`,
   * `free_gpu_memory_fraction`).
   */
  public static readonly TENSORRT_LLM = new InferenceEngine('tensorrt-llm', {
    memoryShare: MemoryShare.FREE,
    blockTokens: 32,
    defaultUtilization: 0.9,
    decodeFactor: 1,
    prefillFactor: 1,
    dispatchMsPerLayer: 0.4,
    latentDispatchMsPerLayer: LATENT_DISPATCH_MS,
    hostMicrosecondsPerToken: HOST_MICROSECONDS,
    rereadsGroupedKeys: false,
    provenance: 'not fitted',
  });
  /**
   * TensorRT-LLM before 0.7 and FasterTransformer: compiled engines that launch layers without Python, and whose decode attention
   * read grouped keys and values again for every query head (NVIDIA's XQA blog: reading them once was worth 2.4 times).
   */
  public static readonly TENSORRT_LLM_0_6 = new InferenceEngine('tensorrt-llm-0.6', {
    blockTokens: 64,
    defaultUtilization: 0.9,
    decodeFactor: 1,
    prefillFactor: 1,
    dispatchMsPerLayer: 0.02,
    latentDispatchMsPerLayer: 0.02,
    hostMicrosecondsPerToken: 0,
    rereadsGroupedKeys: true,
    provenance: 'NVIDIA/TensorRT-LLM docs/source/blogs/XQA-kernel.md; not fitted',
  });
  /** SGLang; the share of its memory is for weights and cache alone (`mem_fraction_static`). */
  public static readonly SGLANG = new InferenceEngine('sglang', {
    memoryShare: MemoryShare.STATIC,
    blockTokens: 1,
    defaultUtilization: 0.88,
    decodeFactor: 1,
    prefillFactor: 1,
    dispatchMsPerLayer: 0.4,
    latentDispatchMsPerLayer: LATENT_DISPATCH_MS,
    hostMicrosecondsPerToken: HOST_MICROSECONDS,
    answerMicrosecondsPerToken: ANSWER_MICROSECONDS,
    answerNanosecondsPerEarlierToken: ANSWER_NANOSECONDS,
    rereadsGroupedKeys: false,
    provenance: 'not fitted',
  });

  /**
   * The engine used when none is given: vLLM 0.24.0, that of `TritonRelease.DEFAULT` and `VllmRelease.DEFAULT`, so that a plan by itself and the one of a
   * deployment agree.
   */
  public static readonly DEFAULT = InferenceEngine.vllm('0.24.0');

  /** Every engine, with ranges of versions of vLLM instead of each; `DEFAULT` is one of these versions. */
  public static readonly ALL: InferenceEngine[] = Object.freeze([
    InferenceEngine.VLLM,
    InferenceEngine.VLLM_0_21,
    InferenceEngine.VLLM_0_28,
    InferenceEngine.TENSORRT_LLM,
    InferenceEngine.TENSORRT_LLM_0_6,
    InferenceEngine.SGLANG,
  ]) as InferenceEngine[];

  /**
   * One version of vLLM. Versions differ in what they take when they start, which the cache does not get: whether logits are sorted (up to 0.16),
   * graphs are counted (from 0.20 on), images of Gemma 4 are encoded one at a time (up to 0.21), which models run in the second model runner (from 0.22 on), and
   * whether sequences keep a second state (from 0.28 on). `VLLM`, `VLLM_0_21` and `VLLM_0_28` stand for ranges of versions, and count the most of each.
   *
   * @param version as vLLM writes it, e.g. `0.27.1`; what follows the numbers of a build is not looked at
   * @throws UnscopedValidationError for a text without the numbers of a version
   */
  public static vllm(version: string): InferenceEngine {
    const numbers = vllmNumbers(nameText(version).trim());
    if (!numbers) {
      const reason = `version must be one of vLLM, e.g. '0.27.1'; got ${quotedText(version)}`;
      throw new UnscopedValidationError([fault('INVALID_FORMAT', 'version', reason)]);
    }
    return new InferenceEngine(`vllm-${numbers.join('.')}`, vllmFacts(numbers));
  }

  /**
   * An engine by its name, in any case, with `_` or `-`; one of vLLM may have a version: `vllm-0.24.0` is `InferenceEngine.vllm('0.24.0')`.
   *
   * @param name for example `vllm`
   * @throws UnscopedValidationError for an unknown name, with the nearest known names
   */
  public static of(name: string): InferenceEngine {
    const wanted = engineName(nameText(name).slice(0, 64));
    const found = InferenceEngine.ALL.find((engine) => engine.name === wanted);
    if (found) return found;
    const version = VERSION_OF_VLLM.exec(wanted)?.[1];
    if (version !== undefined) return InferenceEngine.vllm(version);
    const known = InferenceEngine.ALL.map((engine) => engine.name);
    throw new UnscopedValidationError([unknownNameFault('engine', name, known, `known: ${known.join(', ')}`)]);
  }

  /** Name. */
  public readonly name: string;
  /** Tokens of one block of the key-value cache. */
  public readonly blockTokens: number;
  /** Default share of a GPU's memory that the engine takes. */
  public readonly defaultUtilization: number;
  /** Factor on the closed form's time of a decode step. */
  public readonly decodeFactor: number;
  /** Factor on the closed form's time of a prefill between decode steps. */
  public readonly prefillFactor: number;
  /** Time to launch one layer of a prefill from the host, milliseconds. */
  public readonly dispatchMsPerLayer: number;
  /** The same for a layer with experts behind latent attention on several GPUs, milliseconds. */
  public readonly latentDispatchMsPerLayer: number;
  /** Host time per token of a prompt before it is computed (tokenizing, hashing of blocks, transport), microseconds. */
  public readonly hostMicrosecondsPerToken: number;
  /** Host time of one sequence in a step: to schedule it, and to send its token to the client, microseconds; 0 where it is not known. */
  public readonly answerMicrosecondsPerToken: number;
  /** Milliseconds that its process takes for a step at least, beside those for each sequence; the GPUs work meanwhile. */
  public readonly stepFloorMs: number;
  /** The same for each earlier token of that answer, nanoseconds. */
  public readonly answerNanosecondsPerEarlierToken: number;
  /** Whether decode attention reads grouped keys and values once per query head, as engines before 2024 did. */
  public readonly rereadsGroupedKeys: boolean;
  /** Whether the memory of CUDA graphs is taken from the utilization, as by vLLM from 0.21 on. */
  public readonly countsGraphs: boolean;
  /**
   * Whether layers with a sliding window keep only the window of a sequence. SGLang gives them a pool nearly as large as that of the
   * others (gpt-oss: 0.8 of it, `swa_full_tokens_ratio`) or the same (Gemma), TensorRT-LLM the whole context unless
   * `max_attention_window` is set.
   */
  public readonly keepsWindows: boolean;
  /** States that a layer with a state keeps for each sequence: two where prefixes of such models are cached by default. */
  public readonly statesPerSequence: number;
  /** What its share of the memory is of, and what comes out of it. */
  public readonly memoryShare: MemoryShare;
  /**
   * Whether results of encoders are copied, when it starts, into tensors as long as all of them may be, as by vLLM up to 0.12
   * (`expanded_outputs` of its gpu_model_runner.py).
   */
  public readonly copiesMedia: boolean;
  /** Where the factors come from. */
  public readonly provenance: string;
  /**
   * What it takes when it starts, of vLLM.
   *
   * @internal
   */
  public readonly _start?: VllmStart;

  /**
   * Lowest compute capability of a GPU that it runs on. @default - not known
   *
   * @internal
   */
  public readonly _computeCapability?: number;

  private constructor(
    name: string,
    private readonly facts: EngineFacts,
  ) {
    this.name = name;
    this.blockTokens = facts.blockTokens;
    this.defaultUtilization = facts.defaultUtilization;
    this.decodeFactor = facts.decodeFactor;
    this.prefillFactor = facts.prefillFactor;
    this.dispatchMsPerLayer = facts.dispatchMsPerLayer;
    this.latentDispatchMsPerLayer = facts.latentDispatchMsPerLayer;
    this.hostMicrosecondsPerToken = facts.hostMicrosecondsPerToken;
    this.answerMicrosecondsPerToken = facts.answerMicrosecondsPerToken ?? 0;
    this.stepFloorMs = facts.stepFloorMs ?? 0;
    this.answerNanosecondsPerEarlierToken = facts.answerNanosecondsPerEarlierToken ?? 0;
    this.rereadsGroupedKeys = facts.rereadsGroupedKeys;
    this.countsGraphs = facts.countsGraphs ?? false;
    this.memoryShare = facts.memoryShare ?? MemoryShare.WHOLE;
    this.copiesMedia = facts.copiesMedia ?? false;
    this.keepsWindows = facts.keepsWindows ?? false;
    this.statesPerSequence = facts.statesPerSequence ?? 1;
    this.provenance = facts.provenance;
    this._start = facts.start;
    this._computeCapability = facts.computeCapability;
  }

  /**
   * Whether it is vLLM, in any version.
   *
   * @internal
   */
  public get _isVllm(): boolean {
    return this.name.startsWith('vllm');
  }

  /**
   * The same where the caching of prefixes is asked for, for which a sequence keeps a second state in versions too that do not cache them by default.
   *
   * @internal
   */
  public _cachingPrefixes(): InferenceEngine {
    return new InferenceEngine(this.name, { ...this.facts, statesPerSequence: 2 });
  }

  /**
   * The same in an image of which something else knows the GPUs that it runs on.
   *
   * @internal
   */
  public _anyGpu(): InferenceEngine {
    return new InferenceEngine(this.name, { ...this.facts, computeCapability: undefined });
  }

  /** The name. */
  public toString(): string {
    return this.name;
  }
}

/** A name of vLLM with a version. */
const VERSION_OF_VLLM = /^vllm-(v?\d+\.\d+.*)$/;

/** Other names of TensorRT-LLM. */
const TENSORRT_NAMES = ['trtllm', 'trt-llm', 'tensorrtllm'];

/** A name as the rows have it. */
function engineName(text: string): string {
  const name = text.trim().toLowerCase().replace(/_/g, '-');
  if (TENSORRT_NAMES.includes(name)) return InferenceEngine.TENSORRT_LLM.name;
  return name.startsWith('vllm-') ? name.replace(/(?<=\d)-(?=\d)/g, '.') : name;
}

checkArguments('InferenceEngine', InferenceEngine);
