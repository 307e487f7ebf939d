import { MetricExporter } from '../../../catalog/metric-kind';
import { Fault, untitled } from '../../../units/fault';
import { Parallelism } from '../../../catalog/parallelism';
import { Precision } from '../../../catalog/precision';
import { TritonVariant } from '../../../catalog/serving-engine';
import { CapacityPlan } from '../../../planning/capacity-plan';
import { ServingLoad } from '../../../planning/capacity-request';
import { DataSize } from '../../../units/data-size';
import {
  DEFAULT_LATENCY_BUCKETS,
  bucketFaults,
  latencyMetrics,
  tritonVersion,
  versionPolicyFaults,
  versionPolicyMessage,
} from '../model-config';
import { modelNameFaults, modelVersionFaults } from '../../../core/model-name';
import { integerFault } from '../../../units/whole-number';
import { ModelContext, ModelDefinition, ModelVersion } from '../model-definition';
import { VersionPolicy } from '../model-options';
import { EnumName, TextMessage } from '../protobuf-text';
import { ServingPlan, planServing } from '../../model/serving-plan';
import {
  expertFormatFaults,
  lockFaults,
  quantizationFaults,
  vllmEngine,
  wholePromptWindow,
} from '../../vllm/vllm-checks';
import { VllmModelProps } from './vllm-model-props';

/** Arguments that follow from other properties, which the plan is made with. */
const OWN_ARGUMENTS: { readonly [argument: string]: string } = {
  model: 'name and version',
  tensor_parallel_size: 'parallelism',
  pipeline_parallel_size: 'parallelism',
  disable_log_stats: 'engineMetrics',
  dtype: 'precision',
  quantization: 'quantization',
  max_model_len: 'contextLength',
  max_num_seqs: 'maxSequences',
  max_num_batched_tokens: 'maxBatchedTokens',
  gpu_memory_utilization: 'gpuMemoryUtilization',
  kv_cache_dtype: 'kvCachePrecision',
  enforce_eager: 'cudaGraphs',
  cpu_offload_gb: 'cpuOffload',
};

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
  public readonly exporters: readonly MetricExporter[];
  public readonly weightsInRepository = false;

  private readonly precision: Precision;
  private readonly parallelism: Parallelism;
  private readonly plans = new WeakMap<ModelContext, ServingPlan>();

  public constructor(public readonly props: VllmModelProps) {
    this.name = props.name;
    const store = props.version ?? '1';
    this.versions = [{ store, number: tritonVersion(store) }];
    this.precision = props.precision ?? props.plan?.precision ?? Precision.FP16;
    this.parallelism = props.parallelism ?? (props.plan ? withinServer(props.plan.parallelism) : Parallelism.NONE);
    this.gpus = this.parallelism.tensor * this.parallelism.pipeline;
    this.spansGpus = this.gpus > 1;
    this.tensorParallelism = this.parallelism.tensor;
    this.exporters = this.engineMetrics ? [MetricExporter.TRITON_VLLM] : [];
  }

  public get storedSize(): DataSize {
    const { model, checkpointSize, plan } = this.props;
    return checkpointSize ?? plan?.checkpointSize ?? model.checkpointSize(this.precision);
  }

  /** 4 GiB for the server and tokenizer and 3 GiB for each worker with its CUDA context; measured values lie below both. */
  public get hostMemory(): DataSize {
    return DataSize.gib(4 + 3 * this.gpus).plus(this.cpuOffload.times(1.1 * this.gpus));
  }

  /** What vLLM's README gives a container, and NCCL's and the workers' buffers for each GPU of a group. */
  public get sharedMemory(): DataSize {
    return DataSize.gib(1 + (this.spansGpus ? this.gpus : 0));
  }

  public faults(context: ModelContext): Fault[] {
    const { name, model, latencyBucketsMs } = this.props;
    const where = `model '${name}'`;
    return [
      ...modelNameFaults(name),
      ...modelVersionFaults(name, this.versions[0].store),
      ...this.numberFaults(where),
      ...this.parallelismFaults(where, context),
      ...this.precisionFaults(where, context),
      ...quantizationFaults(where, this.props.quantization, this.precision),
      ...expertFormatFaults(where, context, model, this.precision),
      ...(this.props.plan ? lockFaults(where, this.props, this.props.plan) : []),
      ...versionPolicyFaults(name, this.versionPolicy, [this.versions[0].number]),
      ...(latencyBucketsMs ? bucketFaults(name, latencyBucketsMs) : []),
      ...('dynamicBatching' in this.props
        ? [
            untitled(
              `${where}: dynamicBatching does not apply to vLLM, which batches by itself and makes Triton's max_batch_size 0; ` +
                `leave it out and bound the load by maxSequences`,
            ),
          ]
        : []),
      ...Object.keys(this.props.engineArguments ?? {})
        .filter((argument) => argument in OWN_ARGUMENTS)
        .map((argument) =>
          untitled(
            `${where}: engineArguments must not name ${argument}, which is derived from other properties; use ${OWN_ARGUMENTS[argument]}`,
          ),
        ),
      ...(this.contextLength > model.maxContextLength
        ? [
            untitled(
              `${where}: contextLength must be at most ${model.maxContextLength}, the limit of ${model.name}; got ${this.contextLength}`,
            ),
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
    const { plan } = this.plan(context);
    if (!plan) return {};
    return { 'model.json': `${JSON.stringify(this.engineArguments(plan, weightsPath, context), undefined, 2)}\n` };
  }

  public plan(context: ModelContext): ServingPlan {
    const known = this.plans.get(context);
    if (known) return known;
    const { tensor, pipeline, expert } = this.parallelism;
    const made = planServing({
      where: `model '${this.name}'`,
      load: this.load(context),
      instanceType: context.instanceType,
      precision: this.precision,
      parallelism: Parallelism.of({ tensor, pipeline, expert, data: context.replicas ?? 1 }),
      locked: this.props.plan,
      spansNodes: false,
    });
    this.plans.set(context, made);
    return made;
  }

  private load(context: ModelContext): ServingLoad {
    const { props } = this;
    const { plan } = props;
    const contextLength = this.contextLength;
    return {
      model: props.model,
      contextLength,
      concurrency: plan?.concurrency ?? props.concurrency,
      inputTokens: plan?.inputTokens ?? props.inputTokens,
      outputTokens: plan?.outputTokens ?? props.outputTokens,
      kvCachePrecision: props.kvCachePrecision === Precision.FP8 ? Precision.FP8 : plan?.kvCachePrecision,
      engine: vllmEngine(context),
      gpuMemoryUtilization: this.gpuMemoryUtilization,
      maxBatchedTokens: props.maxBatchedTokens ?? plan?.maxBatchedTokens ?? wholePromptWindow(context, contextLength),
      maxSequences: props.maxSequences ?? plan?.maxSequences,
      cudaGraphs: props.cudaGraphs ?? plan?.cudaGraphs,
      checkpointSize: props.checkpointSize ?? plan?.checkpointSize,
      cpuOffload: this.cpuOffload,
    };
  }

  private engineArguments(plan: CapacityPlan, weightsPath: string, context: ModelContext): { [name: string]: unknown } {
    const { props, parallelism } = this;
    return {
      model: weightsPath,
      dtype: this.dtype(context),
      quantization: props.quantization,
      tensor_parallel_size: parallelism.tensor,
      pipeline_parallel_size: parallelism.pipeline,
      distributed_executor_backend: this.spansGpus ? 'mp' : undefined,
      enable_expert_parallel: parallelism.expert > 1 ? true : undefined,
      max_model_len: plan.contextLength,
      max_num_seqs: plan.maxSequences,
      max_num_batched_tokens: plan.maxBatchedTokens,
      gpu_memory_utilization: plan.gpuMemoryUtilization,
      kv_cache_dtype: plan.kvCachePrecision.bits === 8 ? 'fp8' : undefined,
      enable_prefix_caching: props.prefixCaching ?? true,
      enforce_eager: !plan.cudaGraphs,
      cpu_offload_gb: plan.cpuOffload.bytes > 0 ? plan.cpuOffload.gib : undefined,
      trust_remote_code: props.trustRemoteCode ?? false,
      disable_log_stats: !this.engineMetrics,
      ...props.engineArguments,
    };
  }

  private dtype(context: ModelContext): string {
    if (this.precision === Precision.FP32) return 'float32';
    if (this.precision === Precision.FP16) return 'float16';
    if (this.precision === Precision.BF16) return 'bfloat16';
    // Quantized checkpoints name their own type for what is not quantized, mostly bfloat16, which older GPUs refuse.
    return context.instanceType.gpu.computeCapability < 8 ? 'float16' : 'auto';
  }

  private get contextLength(): number {
    const { contextLength, plan, model } = this.props;
    return contextLength ?? plan?.contextLength ?? Math.min(8192, model.maxContextLength);
  }

  private get gpuMemoryUtilization(): number {
    return this.props.gpuMemoryUtilization ?? this.props.plan?.gpuMemoryUtilization ?? 0.9;
  }

  private get cpuOffload(): DataSize {
    return this.props.cpuOffload ?? this.props.plan?.cpuOffload ?? DataSize.ZERO;
  }

  private get engineMetrics(): boolean {
    return this.props.engineMetrics ?? true;
  }

  private get versionPolicy(): VersionPolicy {
    return this.props.versionPolicy ?? VersionPolicy.latest();
  }

  private numberFaults(where: string): Fault[] {
    const { contextLength, concurrency, maxSequences, maxBatchedTokens } = this.props;
    const share = this.gpuMemoryUtilization;
    return [
      ...integerFault(`${where}: contextLength`, contextLength, 1),
      ...integerFault(`${where}: concurrency`, concurrency, 1),
      ...integerFault(`${where}: maxSequences`, maxSequences, 1),
      ...(concurrency !== undefined && maxSequences !== undefined && concurrency > maxSequences
        ? [
            untitled(
              `${where}: concurrency ${concurrency} is more than maxSequences ${maxSequences}; raise maxSequences`,
            ),
          ]
        : []),
      ...integerFault(`${where}: maxBatchedTokens`, maxBatchedTokens, 1),
      ...(share > 0 && share <= 1
        ? []
        : [untitled(`${where}: gpuMemoryUtilization must be above 0 and at most 1; got ${share}`)]),
    ];
  }

  private parallelismFaults(where: string, { instanceType }: ModelContext): Fault[] {
    const { tensor, pipeline, data, expert } = this.parallelism;
    const { model } = this.props;
    const faults: Fault[] = [];
    if (this.gpus > instanceType.gpuCount) {
      faults.push(
        untitled(
          `${where}: tensor × pipeline parallelism is ${tensor} × ${pipeline} = ${this.gpus} GPUs, but a node of type ${instanceType.name} ` +
            `has ${instanceType.gpuCount} and a server cannot span nodes; use less parallelism, a smaller precision or a larger instance type`,
        ),
      );
    }
    if (model.attentionHeads % tensor !== 0) {
      const allowed = divisors(model.attentionHeads).filter((degree) => degree <= instanceType.gpuCount);
      faults.push(
        untitled(
          `${where}: the ${model.attentionHeads} attention heads of ${model.name} are not divisible by tensor parallelism ${tensor}; ` +
            `on ${instanceType.name} it may be ${allowed.join(', ')}`,
        ),
      );
    }
    if (pipeline > model.layers)
      faults.push(
        untitled(`${where}: pipeline parallelism ${pipeline} is more than the ${model.layers} layers of ${model.name}`),
      );
    if (data > 1)
      faults.push(
        untitled(
          `${where}: data parallelism is made by replicas of the deployment; got data ${data}, use replicas: ${data}`,
        ),
      );
    if (expert > 1 && expert !== tensor) {
      faults.push(
        untitled(
          `${where}: vLLM spreads experts over exactly the tensor-parallel GPUs; got expert ${expert} with tensor ${tensor}`,
        ),
      );
    }
    return faults;
  }

  private precisionFaults(where: string, { instanceType }: ModelContext): Fault[] {
    const { gpu } = instanceType;
    const cache = this.props.kvCachePrecision;
    const faults: Fault[] = [];
    if (gpu.computeCapability < this.precision.minimumComputeCapability) {
      faults.push(
        untitled(
          `${where}: precision ${this.precision.name} needs compute capability ${this.precision.minimumComputeCapability}; ` +
            `${gpu.name} (${instanceType.name}) has ${gpu.computeCapability}`,
        ),
      );
    }
    if (cache && cache !== this.precision && cache !== Precision.FP8) {
      faults.push(
        untitled(
          `${where}: kvCachePrecision must be fp8 or that of the weights (${this.precision.name}); got ${cache.name}`,
        ),
      );
    }
    return faults;
  }
}

/** Replicas are the deployment's. */
function withinServer({ tensor, pipeline, expert }: Parallelism): Parallelism {
  return Parallelism.of({ tensor, pipeline, expert: Math.min(expert, tensor) });
}

function divisors(value: number): number[] {
  return Array.from({ length: value }, (_, i) => i + 1).filter((candidate) => value % candidate === 0);
}
