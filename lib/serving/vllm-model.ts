import { ModelSpec } from '../catalog/model-spec';
import { Parallelism } from '../catalog/parallelism';
import { Precision } from '../catalog/precision';
import { TritonVariant } from '../catalog/serving-engine';
import { DataSize } from '../units/data-size';
import {
  DEFAULT_LATENCY_BUCKETS,
  bucketFaults,
  integerFault,
  latencyMetrics,
  nameFaults,
  storeVersionFaults,
  tritonVersion,
  versionPolicyFaults,
  versionPolicyMessage,
} from './model-config';
import { ModelContext, ModelDefinition, ModelVersion } from './model-definition';
import { VersionPolicy } from './model-options';
import { EnumName, TextMessage } from './protobuf-text';

/**
 * A language model served by the vLLM backend.
 *
 * Requests go to vLLM's engine as soon as they arrive, so Triton's queue and batching settings do not exist here;
 * `maxSequences` bounds what runs at once.
 *
 * @see https://github.com/triton-inference-server/vllm_backend
 */
export interface VllmModelProps {
  /** Name it is served under, and its folder in the model store. */
  readonly name: string;
  /** Version in the model store, as in `s3://<bucket>/<name>/<version>`. Triton serves it under this number, or as 1 where it is none. @default '1' */
  readonly version?: string;
  /** Architecture of the model. */
  readonly model: ModelSpec;
  /** Precision of the weights in the store. @default Precision.FP16 */
  readonly precision?: Precision;
  /** Parallelism within one server; replicas are the deployment's. @default - one GPU */
  readonly parallelism?: Parallelism;
  /** Longest sequence in tokens, prompt and answer together. @default - 8192, or the model's own limit where that is less */
  readonly contextLength?: number;
  /** Most sequences computed at once. @default 256 */
  readonly maxSequences?: number;
  /** Most tokens of one scheduler step. @default - vLLM's own for the GPU */
  readonly maxBatchedTokens?: number;
  /** Share of each GPU's memory that vLLM takes, above 0 and up to 1. @default 0.9 */
  readonly gpuMemoryUtilization?: number;
  /** Precision of the key-value cache: FP8, or that of the weights. @default - that of the weights, 16 bits where those are quantised */
  readonly keyValueCachePrecision?: Precision;
  /** Whether equal prompt heads share their key-value cache. @default true */
  readonly prefixCaching?: boolean;
  /** Whether steps run as captured CUDA graphs, which saves launch time for some memory. @default true */
  readonly cudaGraphs?: boolean;
  /** Weights of each GPU that stay in host memory and are read on every step. @default - none */
  readonly cpuOffload?: DataSize;
  /** Quantisation method, as vLLM names it, e.g. `awq`. @default - what the checkpoint's own config.json says */
  readonly quantization?: string;
  /** Whether Python code that comes with the checkpoint is run. @default false */
  readonly trustRemoteCode?: boolean;
  /** Whether vLLM's metrics appear on Triton's metrics port. @default true */
  readonly engineMetrics?: boolean;
  /** Bounds of the latency histogram in milliseconds, ascending; put one at each limit you alert on. @default - 13 bounds from 5 to 60000 */
  readonly latencyBucketsMs?: number[];
  /** Which versions are served. @default VersionPolicy.latest() */
  readonly versionPolicy?: VersionPolicy;
  /** More arguments of vLLM's `AsyncEngineArgs`, by name. One that the vLLM of the release lacks fails the load. @default - none */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- values of every JSON type, which jsii has no other name for
  readonly engineArguments?: { [name: string]: any };
}

/** Arguments that follow from other props, and would break what is derived from those. */
const OWN_ARGUMENTS = ['model', 'tensor_parallel_size', 'pipeline_parallel_size', 'disable_log_stats'];

/**
 * The vLLM backend's side of a model.
 *
 * @internal
 */
export class VllmModel implements ModelDefinition {
  public readonly name: string;
  public readonly backend = 'vllm';
  public readonly variant = TritonVariant.VLLM;
  public readonly versions: readonly ModelVersion[];
  public readonly gpus: number;
  public readonly spansGpus: boolean;
  public readonly tensorParallelism: number;
  public readonly streams = true;
  public readonly exporters: readonly string[];
  public readonly weightsInRepository = false;

  private readonly precision: Precision;
  private readonly parallelism: Parallelism;

  public constructor(public readonly props: VllmModelProps) {
    this.name = props.name;
    const store = props.version ?? '1';
    this.versions = [{ store, number: tritonVersion(store) }];
    this.precision = props.precision ?? Precision.FP16;
    this.parallelism = props.parallelism ?? Parallelism.of({ tensor: 1 });
    this.gpus = this.parallelism.tensor * this.parallelism.pipeline;
    this.spansGpus = this.gpus > 1;
    this.tensorParallelism = this.parallelism.tensor;
    this.exporters = this.engineMetrics ? ['triton-vllm'] : [];
  }

  public get storedSize(): DataSize {
    return this.props.model.checkpointSize(this.precision);
  }

  /** 4 GiB for the server and tokeniser and 3 GiB for each worker with its CUDA context; measured values lie below both. */
  public get hostMemory(): DataSize {
    return DataSize.gib(4 + 3 * this.gpus).plus((this.props.cpuOffload ?? DataSize.ZERO).times(1.1 * this.gpus));
  }

  /** What vLLM's README gives a container, and NCCL's and the workers' buffers for each GPU of a group. */
  public get sharedMemory(): DataSize {
    return DataSize.gib(1 + (this.spansGpus ? this.gpus : 0));
  }

  public faults(context: ModelContext): string[] {
    const { name, model, latencyBucketsMs } = this.props;
    const where = `model '${name}'`;
    return [
      ...nameFaults(name),
      ...storeVersionFaults(name, this.versions[0].store),
      ...this.numberFaults(where),
      ...this.parallelismFaults(where, context),
      ...this.memoryFaults(where, context),
      ...this.precisionFaults(where, context),
      ...versionPolicyFaults(name, this.versionPolicy, [this.versions[0].number]),
      ...(latencyBucketsMs ? bucketFaults(name, latencyBucketsMs) : []),
      ...('dynamicBatching' in this.props
        ? [
            `${where}: dynamicBatching does not apply to vLLM, which batches by itself and makes Triton's max_batch_size 0; ` +
              `leave it out and bound the load by maxSequences`,
          ]
        : []),
      ...OWN_ARGUMENTS.filter((argument) => argument in (this.props.engineArguments ?? {})).map(
        (argument) => `${where}: engineArguments must not name ${argument}, which is derived from other properties`,
      ),
      ...(this.contextLength > model.maxContextLength
        ? [
            `${where}: contextLength must be at most ${model.maxContextLength}, the limit of ${model.name}; got ${this.contextLength}`,
          ]
        : []),
    ];
  }

  public config(gpuIds: readonly number[], alone: boolean): TextMessage {
    // KIND_MODEL leaves the GPUs to vLLM, which then takes the first ones: a model that shares the pod is pinned by KIND_GPU,
    // which every release understands for one GPU.
    const pinned = !alone && !this.spansGpus;
    return {
      name: this.name,
      backend: this.backend,
      max_batch_size: 0,
      version_policy: versionPolicyMessage(this.versionPolicy),
      instance_group: pinned
        ? { count: 1, kind: new EnumName('KIND_GPU'), gpus: gpuIds }
        : { count: 1, kind: new EnumName('KIND_MODEL') },
      model_transaction_policy: { decoupled: true },
      model_metrics: latencyMetrics(this.props.latencyBucketsMs ?? DEFAULT_LATENCY_BUCKETS),
      parameters: this.engineMetrics ? [{ key: 'REPORT_CUSTOM_METRICS', value: { string_value: 'true' } }] : undefined,
    };
  }

  public versionFiles(_version: ModelVersion, weightsPath: string, context: ModelContext): { [file: string]: string } {
    return { 'model.json': `${JSON.stringify(this.engineArguments(weightsPath, context), undefined, 2)}\n` };
  }

  private engineArguments(weightsPath: string, context: ModelContext): { [name: string]: unknown } {
    const { props, parallelism } = this;
    return {
      model: weightsPath,
      dtype: this.dtype(context),
      quantization: props.quantization,
      tensor_parallel_size: parallelism.tensor,
      pipeline_parallel_size: parallelism.pipeline,
      distributed_executor_backend: this.spansGpus ? 'mp' : undefined,
      enable_expert_parallel: parallelism.expert > 1 ? true : undefined,
      max_model_len: this.contextLength,
      max_num_seqs: this.maxSequences,
      max_num_batched_tokens: props.maxBatchedTokens,
      gpu_memory_utilization: this.gpuMemoryUtilization,
      kv_cache_dtype: props.keyValueCachePrecision === Precision.FP8 ? 'fp8' : undefined,
      enable_prefix_caching: props.prefixCaching ?? true,
      enforce_eager: !(props.cudaGraphs ?? true),
      cpu_offload_gb: props.cpuOffload?.gib,
      trust_remote_code: props.trustRemoteCode ?? false,
      disable_log_stats: !this.engineMetrics,
      ...props.engineArguments,
    };
  }

  private dtype(context: ModelContext): string {
    if (this.precision === Precision.FP32) return 'float32';
    if (this.precision === Precision.FP16) return 'float16';
    if (this.precision === Precision.BF16) return 'bfloat16';
    // Quantised checkpoints name their own type for what is not quantised, mostly bfloat16, which older GPUs refuse.
    return context.instanceType.gpu.computeCapability < 8 ? 'float16' : 'auto';
  }

  private get contextLength(): number {
    return this.props.contextLength ?? Math.min(8192, this.props.model.maxContextLength);
  }

  /** vLLM keeps keys and values in the type it computes in, which quantised weights do not lower. */
  private get cachePrecision(): Precision {
    return this.props.keyValueCachePrecision ?? (this.precision.quantized ? Precision.FP16 : this.precision);
  }

  private get maxSequences(): number {
    return this.props.maxSequences ?? 256;
  }

  private get gpuMemoryUtilization(): number {
    return this.props.gpuMemoryUtilization ?? 0.9;
  }

  private get engineMetrics(): boolean {
    return this.props.engineMetrics ?? true;
  }

  private get versionPolicy(): VersionPolicy {
    return this.props.versionPolicy ?? VersionPolicy.latest();
  }

  private numberFaults(where: string): string[] {
    const { contextLength, maxSequences, maxBatchedTokens } = this.props;
    const share = this.gpuMemoryUtilization;
    return [
      ...integerFault(`${where}: contextLength`, contextLength, 1),
      ...integerFault(`${where}: maxSequences`, maxSequences, 1),
      ...integerFault(`${where}: maxBatchedTokens`, maxBatchedTokens, 1),
      ...(share > 0 && share <= 1
        ? []
        : [`${where}: gpuMemoryUtilization must be above 0 and at most 1; got ${share}`]),
    ];
  }

  private parallelismFaults(where: string, { instanceType }: ModelContext): string[] {
    const { tensor, pipeline, data, expert } = this.parallelism;
    const { model } = this.props;
    const faults: string[] = [];
    if (this.gpus > instanceType.gpuCount) {
      faults.push(
        `${where}: tensor × pipeline parallelism is ${tensor} × ${pipeline} = ${this.gpus} GPUs, but a node of type ${instanceType.name} ` +
          `has ${instanceType.gpuCount} and a server cannot span nodes; use less parallelism, a smaller precision or a larger instance type`,
      );
    }
    if (model.attentionHeads % tensor !== 0) {
      const allowed = divisors(model.attentionHeads).filter((degree) => degree <= instanceType.gpuCount);
      faults.push(
        `${where}: the ${model.attentionHeads} attention heads of ${model.name} are not divisible by tensor parallelism ${tensor}; ` +
          `on ${instanceType.name} it may be ${allowed.join(', ')}`,
      );
    }
    if (pipeline > model.layers)
      faults.push(
        `${where}: pipeline parallelism ${pipeline} is more than the ${model.layers} layers of ${model.name}`,
      );
    if (data > 1)
      faults.push(
        `${where}: data parallelism is made by replicas of the deployment; got data ${data}, use replicas: ${data}`,
      );
    if (expert > 1 && expert !== tensor) {
      faults.push(
        `${where}: vLLM spreads experts over exactly the tensor-parallel GPUs; got expert ${expert} with tensor ${tensor}`,
      );
    }
    return faults;
  }

  /** Lower bounds only: what is refused here cannot load. A plan says whether the rest is enough. */
  private memoryFaults(where: string, { instanceType }: ModelContext): string[] {
    const { model, cpuOffload } = this.props;
    const usable = instanceType.gpuMemory.bytes * this.gpuMemoryUtilization;
    const weights = model.weightSize(this.precision).bytes / this.gpus - (cpuOffload?.bytes ?? 0);
    const cache = (model.keyValueBytesPerToken(this.cachePrecision) * this.contextLength) / this.gpus;
    if (!(this.gpuMemoryUtilization > 0) || weights + cache <= usable) return [];
    const gib = (bytes: number) => `${(bytes / 1024 ** 3).toFixed(1)} GiB`;
    const kind =
      weights > usable ? 'weights' : `weights and the key-value cache of one sequence of ${this.contextLength} tokens`;
    const need = weights > usable ? weights : weights + cache;
    const fewest = Math.ceil(((weights + cache) * this.gpus) / usable);
    return [
      `${where}: the ${kind} of ${model.name} in ${this.precision.name} need ${gib(need)} on each of ${this.gpus} GPUs, but ` +
        `${gib(usable)} of a ${instanceType.gpu.name}'s ${gib(instanceType.gpuMemory.bytes)} may be used (gpuMemoryUtilization ` +
        `${this.gpuMemoryUtilization}): ${gib(need - usable)} too much; at least ${fewest} such GPUs are needed, or a smaller precision`,
    ];
  }

  private precisionFaults(where: string, { instanceType }: ModelContext): string[] {
    const { gpu } = instanceType;
    const cache = this.props.keyValueCachePrecision;
    const faults: string[] = [];
    if (gpu.computeCapability < this.precision.minimumComputeCapability) {
      faults.push(
        `${where}: precision ${this.precision.name} needs compute capability ${this.precision.minimumComputeCapability}; ` +
          `${gpu.name} (${instanceType.name}) has ${gpu.computeCapability}`,
      );
    }
    if (cache && cache !== this.precision && cache !== Precision.FP8) {
      faults.push(
        `${where}: keyValueCachePrecision must be fp8 or that of the weights (${this.precision.name}); got ${cache.name}`,
      );
    }
    return faults;
  }
}

function divisors(value: number): number[] {
  return Array.from({ length: value }, (_, i) => i + 1).filter((candidate) => value % candidate === 0);
}
