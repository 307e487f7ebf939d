import { MetricExporter } from '../../../catalog/metric-kind';
import { TritonVariant } from '../../../catalog/serving-engine';
import { modelNameFaults, modelVersionFaults } from '../../../core/model-name';
import { DataSize } from '../../../units/data-size';
import { Fault, fault } from '../../../units/fault';
import { shareFault, wholeNumberFault } from '../../../units/number-faults';
import { allOf } from '../../../units/unreadable';
import { ResolvedModel } from '../../model/resolved-model';
import {
  DEFAULT_LATENCY_BUCKETS,
  bucketFaults,
  latencyMetrics,
  tritonVersion,
  versionPolicyFaults,
  versionPolicyMessage,
} from '../model-config';
import { BackendModel, ModelDefinition, ModelOnSite, ModelSite, ModelTensors, ModelVersion } from '../model-definition';
import { DynamicBatching, TensorDataType, VersionPolicy } from '../model-options';
import { ModelProbe } from '../model-probe';
import { EnumName, MAX_INT32, TextMessage } from '../protobuf-text';
import { WEIGHTS_PATH } from '../repository-paths';
import { dynamicBatchingFaults, dynamicBatchingMessage } from './dynamic-batching';
import { imageFaults } from './resolve-tensor-rt-llm';

/**
 * An engine that TensorRT-LLM built before, served by its C++ backend on one GPU of the kind that it was built on. It takes and gives tokens, not text.
 *
 * NVIDIA has deprecated it, and lists images with it up to 26.07. An engine for several GPUs is started by MPI, which is not done here: serve
 * such a model by `TritonModel.tensorRtLlm` or `TritonModel.vllm`.
 *
 * @see https://github.com/NVIDIA/TensorRT-LLM/tree/main/triton_backend/all_models/inflight_batcher_llm
 */
export interface TensorRtLlmEngineProps {
  /** Name it is served under, and its folder in the model store, which has the engine and its `config.json`. */
  readonly name: string;
  /** Version in the model store. @default '1' */
  readonly version?: string;
  /** Largest batch, at most that of the engine. */
  readonly maxBatchSize: number;
  /** Size of the engine's files, for disk, memory and start-up time. */
  readonly engineSize: DataSize;
  /** Share that the key-value cache takes of the memory that the engine leaves, above 0 and up to 1. @default 0.9 */
  readonly cacheMemoryFraction?: number;
  /** Host memory for parts of the cache that the GPU has no room for. @default - none */
  readonly hostCache?: DataSize;
  /** Whether equal prompt prefixes share their key-value cache; the engine must be built for it. @default false */
  readonly prefixCaching?: boolean;
  /** Whether long prompts are computed in pieces; the engine must be built for it. @default false */
  readonly chunkedPrefill?: boolean;
  /** Number of beams, at most that of the engine. @default 1 */
  readonly maxBeamWidth?: number;
  /** Whether a request may have any number of responses, without which nothing streams. @default true */
  readonly decoupled?: boolean;
  /** Bounds of the queue before the engine. @default - bounded in size and time, see `QueuePolicy` */
  readonly dynamicBatching?: DynamicBatching;
  /** Bounds of the latency histogram in milliseconds, ascending. @default - 13 bounds from 5 to 60000 */
  readonly latencyBucketsMs?: number[];
  /** Which versions are served. @default VersionPolicy.latest() */
  readonly versionPolicy?: VersionPolicy;
}

const { INT32, FP32, UINT64, BOOL } = TensorDataType;

/** Tensors of the backend's template that models of text need; scalars are reshaped to nothing, tokens may be of any number. */
const TOKENS = ['input_ids'];
const NEEDED = ['input_lengths', 'request_output_len'];
const OPTIONAL: { readonly [name: string]: TensorDataType } = {
  ...{ end_id: INT32, pad_id: INT32, beam_width: INT32, temperature: FP32, runtime_top_k: INT32, runtime_top_p: FP32 },
  ...{ repetition_penalty: FP32, presence_penalty: FP32, frequency_penalty: FP32, min_tokens: INT32, seed: UINT64 },
  ...{ len_penalty: FP32, return_log_probs: BOOL, exclude_input_in_output: BOOL, stop: BOOL, streaming: BOOL },
};

function scalar(name: string, type: TensorDataType, optional?: true): TextMessage {
  return { name, data_type: new EnumName(type), dims: [1], reshape: { shape: [] }, optional };
}

function tokens(name: string, dims: readonly number[], optional?: true): TextMessage {
  return { name, data_type: new EnumName(INT32), dims, allow_ragged_batch: true, optional };
}

function output(name: string, type: TensorDataType, dims: readonly number[]): TextMessage {
  return { name, data_type: new EnumName(type), dims };
}

/**
 * An engine of TensorRT-LLM.
 *
 * @internal
 */
export class TensorRtLlmEngineModel implements ModelDefinition, BackendModel {
  public readonly name: string;
  public readonly backend = 'tensorrtllm';
  public readonly variant = TritonVariant.TENSORRT_LLM;
  public readonly versions: readonly ModelVersion[];
  public readonly gpus = 1;
  /** It takes the first GPU that it sees. */
  public readonly spansGpus = true;
  public readonly isComplete = true;
  public readonly tensorParallelism = 1;
  public readonly engine = MetricExporter.TRITON_TENSORRT_LLM;
  public readonly exporters: readonly MetricExporter[] = [];
  public readonly weights = 'beside';
  public readonly sharedMemory = DataSize.gib(1);

  public constructor(public readonly props: TensorRtLlmEngineProps) {
    this.name = props.name;
    const store = props.version ?? ResolvedModel.DEFAULT_VERSION;
    this.versions = [{ store, number: tritonVersion(store) }];
  }

  public get latencyBoundsMs(): readonly number[] {
    return this.props.latencyBucketsMs ?? DEFAULT_LATENCY_BUCKETS;
  }

  public get streams(): boolean {
    return this.props.decoupled ?? true;
  }

  public get storedSize(): DataSize {
    return this.props.engineSize;
  }

  /** The server, and the engine's file while it is read. */
  public get hostMemory(): DataSize {
    return DataSize.gib(7)
      .plus(this.props.engineSize)
      .plus(this.props.hostCache ?? DataSize.ZERO);
  }

  /** Tokens are not known here. */
  public get probe(): ModelProbe {
    return { kind: 'none' };
  }

  public tensors(): ModelTensors {
    const { maxBatchSize } = this.props;
    const inputs = [
      { name: 'input_ids', dataType: INT32, dims: [-1] },
      ...NEEDED.map((name) => ({ name, dataType: INT32, dims: [1] })),
      ...Object.entries(OPTIONAL).map(([name, dataType]) => ({ name, dataType, dims: [1], optional: true })),
    ];
    const outputs = [
      { name: 'output_ids', dataType: INT32, dims: [-1, -1] },
      { name: 'sequence_length', dataType: INT32, dims: [-1] },
    ];
    return { inputs, outputs, maxBatchSize, decoupled: this.streams };
  }

  public on({ hardware, release }: ModelSite): ModelOnSite {
    const { engineSize } = this.props;
    const faults = allOf(
      () => this.ownFaults(),
      () => imageFaults(release, '0'),
      () =>
        engineSize.exceeds(hardware.gpuMemory)
          ? [
              fault(
                'MODEL_EXCEEDS_GPU_MEMORY',
                'engineSize',
                `the engine needs ${engineSize} of GPU memory, but one ${hardware.instanceType.gpu.name} has ${hardware.gpuMemory}; use a larger GPU`,
              ),
            ]
          : [],
    );
    const deprecated = fault(
      'TENSORRT_LLM_ENGINE_DEPRECATED',
      undefined,
      `model '${this.name}': NVIDIA has deprecated engines that are built before, and lists images with their backend up to 26.07; an engine runs ` +
        `only on the GPU and the TensorRT-LLM that it was built with, ${release.tensorRtLlmVersion}; use TritonModel.tensorRtLlm or TritonModel.vllm`,
    );
    return { model: faults.length === 0 ? this : undefined, faults, warnings: [deprecated] };
  }

  public ownFaults(): Fault[] {
    const { maxBatchSize, cacheMemoryFraction, maxBeamWidth, latencyBucketsMs, versionPolicy } = this.props;
    const [{ number, store }] = this.versions;
    return allOf(
      () => modelNameFaults(this.name),
      () => modelVersionFaults(store),
      () => wholeNumberFault('maxBatchSize', maxBatchSize, 1, MAX_INT32),
      () => wholeNumberFault('maxBeamWidth', maxBeamWidth, 1, MAX_INT32),
      () => shareFault('cacheMemoryFraction', cacheMemoryFraction),
      () => dynamicBatchingFaults(this.props.dynamicBatching ?? {}, maxBatchSize),
      () => (latencyBucketsMs ? bucketFaults(latencyBucketsMs) : []),
      () => (versionPolicy ? versionPolicyFaults(versionPolicy, [number]) : []),
    );
  }

  public config(): TextMessage {
    const { maxBatchSize, dynamicBatching, versionPolicy } = this.props;
    return {
      name: this.name,
      backend: this.backend,
      max_batch_size: maxBatchSize,
      version_policy: versionPolicyMessage(versionPolicy ?? VersionPolicy.latest()),
      input: [
        ...TOKENS.map((name) => tokens(name, [-1])),
        ...NEEDED.map((name) => scalar(name, INT32)),
        ...Object.entries(OPTIONAL).map(([name, type]) => scalar(name, type, true)),
        tokens('stop_words_list', [2, -1], true),
        tokens('bad_words_list', [2, -1], true),
      ],
      output: [
        output('output_ids', INT32, [-1, -1]),
        output('sequence_length', INT32, [-1]),
        output('cum_log_probs', FP32, [-1]),
        output('output_log_probs', FP32, [-1, -1]),
      ],
      instance_group: { count: 1, kind: new EnumName('KIND_CPU') },
      dynamic_batching: dynamicBatchingMessage(dynamicBatching ?? {}, maxBatchSize),
      model_transaction_policy: { decoupled: this.streams },
      model_metrics: latencyMetrics(this.latencyBoundsMs),
      parameters: Object.entries(this.parameters).flatMap(([key, value]) =>
        value === undefined ? [] : [{ key, value: { string_value: String(value) } }],
      ),
    };
  }

  /** Triton serves only versions that have a folder, and a config map makes folders only for files. */
  public versionFiles(): { [file: string]: string } {
    return { README: 'The engine is beside the repository.\n' };
  }

  /** Keys of the backend, which are not the names of its template's placeholders. */
  private get parameters(): { readonly [key: string]: string | number | boolean | undefined } {
    const { cacheMemoryFraction, hostCache, prefixCaching, chunkedPrefill, maxBeamWidth } = this.props;
    return {
      gpt_model_type: 'inflight_fused_batching',
      gpt_model_path: `${WEIGHTS_PATH}/${this.name}/${this.versions[0].number}`,
      max_beam_width: maxBeamWidth ?? 1,
      kv_cache_free_gpu_mem_fraction: cacheMemoryFraction ?? 0.9,
      kv_cache_host_memory_bytes: hostCache?.bytes,
      enable_kv_cache_reuse: prefixCaching,
      enable_chunked_context: chunkedPrefill,
      batch_scheduler_policy: 'guaranteed_no_evict',
      FORCE_CPU_ONLY_INPUT_TENSORS: 'no',
    };
  }
}
