import { MetricExporter } from '../../../catalog/metric-kind';
import { Fault, fault } from '../../../units/fault';
import { TritonVariant } from '../../../catalog/serving-engine';
import { DataSize } from '../../../units/data-size';
import { dynamicBatchingFaults, dynamicBatchingMessage } from './dynamic-batching';
import {
  DEFAULT_LATENCY_BUCKETS,
  bucketFaults,
  latencyMetrics,
  tritonVersion,
  versionPolicyFaults,
  versionPolicyMessage,
} from '../model-config';
import { modelNameFaults, modelVersionFaults } from '../../../core/model-name';
import { duplicateFaults } from '../../../units/duplicate-faults';
import { wholeNumberFault } from '../../../units/number-faults';
import {
  BackendModel,
  ModelDefinition,
  ModelOnSite,
  ModelPlacement,
  ModelSite,
  ModelVersion,
} from '../model-definition';
import { ModelInstances } from '../model-instances';
import { formatFaults, formatWarnings } from './onnx-format-faults';
import { ModelProbe } from '../model-probe';
import { DynamicBatching, GraphOptimization, TensorSpec, VersionPolicy } from '../model-options';
import { EnumName, MAX_INT32, TextMessage } from '../protobuf-text';
import { tensorFaults, tensorMessage, tensorProbe } from './tensor-spec';
import { optionalTextList } from '../../../core/text-list';
import { allOf } from '../../../units/unreadable';

/**
 * A model in the ONNX format, served by ONNX Runtime.
 *
 * @see https://github.com/triton-inference-server/onnxruntime_backend
 */
export interface OnnxRuntimeModelProps {
  /** Name it is served under, and its folder in the model store. */
  readonly name: string;
  /**
   * Version in the model store, as in `s3://<bucket>/<name>/<version>`. Triton serves it under this number, or as 1 if it is not a number.
   * @default '1'
   */
  readonly version?: string;
  /** Further versions to keep available, e.g. the previous one; with them every version must be a number. @default - none */
  readonly otherVersions?: string[];
  /** Inputs of the model. */
  readonly inputs: TensorSpec[];
  /** Outputs of the model. */
  readonly outputs: TensorSpec[];
  /** Largest batch; 0 for a model whose first dimension is not a batch. */
  readonly maxBatchSize: number;
  /** How requests are joined into batches. @default - on with a bounded queue where `maxBatchSize` is at least 1 */
  readonly dynamicBatching?: DynamicBatching;
  /** Optimization of the graph. @default GraphOptimization.ALL */
  readonly graphOptimization?: GraphOptimization;
  /** Instances, and what they run on. @default ModelInstances.onGpus(1), one instance on a GPU of its own */
  readonly instances?: ModelInstances;
  /** Threads within an operator on the CPU. @default - one for each core */
  readonly intraOpThreads?: number;
  /** Name of the file in the store's version folder. @default 'model.onnx' */
  readonly fileName?: string;
  /**
   * Opset of ONNX that the file was exported with (`opset_import` of the default domain), so that a release that does not load it is refused.
   * @default - not checked
   */
  readonly opset?: number;
  /** Version of the intermediate representation of the file (`ir_version`), likewise. @default - not checked */
  readonly irVersion?: number;
  /** Size of one version, for disk, memory and start-up time. @default - 2 GiB, the most an ONNX file without external data can have */
  readonly modelSize?: DataSize;
  /** Bounds of the latency histogram in milliseconds, ascending; put one at each limit you alert on. @default - 13 bounds from 5 to 60000 */
  readonly latencyBucketsMs?: number[];
  /** Which versions are served. @default - the newest; all of them where there are `otherVersions` */
  readonly versionPolicy?: VersionPolicy;
}

/**
 * Triton's scale for ONNX Runtime is inverted: unset means all and 2 means none (onnxruntime_backend README, "level").
 */
const GRAPH_LEVEL: { readonly [optimization in GraphOptimization]: number | undefined } = {
  [GraphOptimization.ALL]: undefined,
  [GraphOptimization.EXTENDED]: 1,
  [GraphOptimization.BASIC]: -1,
  [GraphOptimization.DISABLED]: 2,
};

/**
 * A model of the ONNX Runtime backend.
 *
 * @internal
 */
export class OnnxRuntimeModel implements ModelDefinition, BackendModel {
  public readonly name: string;
  public readonly backend = 'onnxruntime';
  public readonly variant = TritonVariant.STANDARD;
  public readonly versions: readonly ModelVersion[];
  public readonly gpus: number;
  public readonly sharedGpuMemory?: DataSize;
  public readonly spansGpus = false;
  public readonly tensorParallelism = 1;
  public readonly sharedMemory = DataSize.ZERO;
  public readonly streams = false;
  public readonly exporters: readonly MetricExporter[] = [];
  public readonly weightsInRepository = true;

  private readonly instances: ModelInstances;

  public constructor(public readonly props: OnnxRuntimeModelProps) {
    this.name = props.name;
    this.instances = props.instances ?? ModelInstances.onGpus();
    this.gpus = this.instances.gpuCount;
    this.versions = [props.version ?? '1', ...(optionalTextList(props.otherVersions) ?? [])].map((store) => ({
      store,
      number: tritonVersion(store),
    }));
    this.sharedGpuMemory = this.instances.sharedGpuMemory?.times(this.instanceCount * this.versions.length);
  }

  public get storedSize(): DataSize {
    return this.modelSize.times(this.versions.length);
  }

  /** ONNX Runtime reads the file whole and keeps the graph's initializers while a session is built; on the CPU each instance keeps them. */
  public get hostMemory(): DataSize {
    const copies = this.instances.isOnGpus ? 2 : 1 + this.instanceCount;
    return DataSize.gib(2).plus(this.storedSize.times(copies));
  }

  /** It does not depend on the hardware and has no plan: its requirements depend on its graph, which is not known here. */
  public on(site: ModelSite): ModelOnSite {
    const faults = allOf(
      () => this.ownFaults(),
      () => this.gpuFaults(site),
      () => formatFaults(this.props, site.release),
    );
    const warnings = formatWarnings(this.name, this.props, site.release);
    return { model: faults.length === 0 ? this : undefined, faults, warnings };
  }

  public get probe(): ModelProbe {
    return tensorProbe(this.props.inputs, this.props.maxBatchSize);
  }

  public config({ gpuIds }: ModelPlacement): TextMessage {
    const { inputs, outputs, maxBatchSize, intraOpThreads, latencyBucketsMs } = this.props;
    return {
      name: this.name,
      backend: this.backend,
      max_batch_size: maxBatchSize,
      default_model_filename: this.fileName === 'model.onnx' ? undefined : this.fileName,
      version_policy: versionPolicyMessage(this.versionPolicy),
      input: inputs.map(tensorMessage),
      output: outputs.map(tensorMessage),
      instance_group: this.instances.isOnGpus
        ? { count: this.instanceCount, kind: new EnumName('KIND_GPU'), gpus: gpuIds }
        : { count: this.instanceCount, kind: new EnumName('KIND_CPU') },
      optimization: this.optimization,
      dynamic_batching: this.batching && dynamicBatchingMessage(this.batching, maxBatchSize),
      model_metrics: latencyMetrics(latencyBucketsMs ?? DEFAULT_LATENCY_BUCKETS),
      parameters:
        intraOpThreads === undefined
          ? undefined
          : [{ key: 'intra_op_thread_count', value: { string_value: String(intraOpThreads) } }],
    };
  }

  public versionFiles(): { [file: string]: string } {
    return {};
  }

  public ownFaults(): Fault[] {
    const { inputs, outputs, maxBatchSize, latencyBucketsMs } = this.props;
    return allOf(
      () => modelNameFaults(this.name),
      () => this.versionFaults(),
      () => wholeNumberFault('maxBatchSize', maxBatchSize, 0, MAX_INT32),
      () => wholeNumberFault('instances.gpuCount', this.instances.gpuCount, 0),
      () => wholeNumberFault('instances.instancesPerDevice', this.instances.instancesPerDevice, 1, MAX_INT32),
      () => wholeNumberFault('intraOpThreads', this.props.intraOpThreads, 1, MAX_INT32),
      () => tensorFaults('inputs', inputs, maxBatchSize),
      () => tensorFaults('outputs', outputs, maxBatchSize),
      () =>
        outputs.flatMap((tensor, index) =>
          tensor.optional
            ? [
                fault(
                  'OUTPUT_NOT_OPTIONAL',
                  `outputs[${index}].optional`,
                  `output '${tensor.name}' cannot be optional; only inputs can be left out of a request`,
                ),
              ]
            : [],
        ),
      () => (this.batching ? dynamicBatchingFaults(this.batching, maxBatchSize) : []),
      () => (latencyBucketsMs ? bucketFaults(latencyBucketsMs) : []),
      () =>
        /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(this.fileName)
          ? []
          : [
              fault(
                'INVALID_NAME',
                'fileName',
                `fileName must be a plain file name of letters, digits, '.', '_' and '-'; got '${this.fileName}'`,
              ),
            ],
    );
  }

  /** A limit of the memory on a shared GPU: https://github.com/triton-inference-server/onnxruntime_backend, "CUDA Execution Provider". */
  private get optimization(): TextMessage | undefined {
    const level = GRAPH_LEVEL[this.props.graphOptimization ?? GraphOptimization.ALL];
    const limit = this.instances.sharedGpuMemory;
    if (level === undefined && limit === undefined) return undefined;
    const parameters = [{ key: 'gpu_mem_limit', value: String(limit?.bytes) }];
    return {
      graph: level === undefined ? undefined : { level },
      execution_accelerators: limit && { gpu_execution_accelerator: [{ name: 'cuda', parameters }] },
    };
  }

  private get modelSize(): DataSize {
    return this.props.modelSize ?? DataSize.gib(2);
  }

  private get fileName(): string {
    return this.props.fileName ?? 'model.onnx';
  }

  private get instanceCount(): number {
    return this.instances.instancesPerDevice;
  }

  private get batching(): DynamicBatching | undefined {
    return this.props.dynamicBatching ?? (this.props.maxBatchSize >= 1 ? {} : undefined);
  }

  private get versionPolicy(): VersionPolicy {
    return this.props.versionPolicy ?? (this.versions.length > 1 ? VersionPolicy.all() : VersionPolicy.latest());
  }

  private versionFaults(): Fault[] {
    const stores = this.versions.map((version) => version.store);
    const faults = stores.flatMap((store) => modelVersionFaults(store));
    if (stores.length > 1) {
      for (const { store, number } of this.versions.filter((version) => String(version.number) !== version.store)) {
        faults.push(
          fault(
            'VERSIONS_NOT_NUMBERED',
            'otherVersions',
            `with otherVersions every version must be a positive integer, because Triton orders them by number; got '${store}', which Triton ` +
              `would see as ${number}`,
          ),
        );
      }
      faults.push(...duplicateFaults('otherVersions', stores));
    }
    const numbers = this.versions.map((version) => version.number);
    return allOf(
      () => faults,
      () => versionPolicyFaults(this.versionPolicy, numbers),
    );
  }

  private gpuFaults({ hardware }: ModelSite): Fault[] {
    const { instanceType, gpusPerNode, gpuMemory } = hardware;
    if (!this.instances.isOnGpus) return [];
    const faults: Fault[] = [];
    if (this.gpus > gpusPerNode) {
      faults.push(
        fault(
          'SERVER_EXCEEDS_NODE',
          'instances.gpuCount',
          `instances.gpuCount must be at most ${gpusPerNode}, the GPUs of a ${instanceType.name}; got ${this.gpus}`,
        ),
      );
    }
    const shared = this.instances.sharedGpuMemory;
    if (shared !== undefined && this.modelSize.exceeds(shared)) {
      faults.push(
        fault(
          'MODEL_EXCEEDS_GPU_MEMORY',
          'instances',
          `an instance on a shared GPU must have memory for the model, ${this.modelSize}, and what it computes; got ${shared}; give it more` +
            (this.props.modelSize ? '' : ', or set modelSize, which is assumed'),
        ),
      );
    }
    const need = this.sharedGpuMemory ?? this.storedSize.times(this.instanceCount);
    if (need.exceeds(gpuMemory)) {
      const whole = gpuMemory.bytes === instanceType.gpuMemory.bytes;
      faults.push(
        fault(
          'MODEL_EXCEEDS_GPU_MEMORY',
          'instances',
          `${this.instanceCount} instance(s) of ${this.versions.length} version(s) need ${need} of GPU memory, but ` +
            `${whole ? 'one' : "a share of the pool's"} ${instanceType.gpu.name} has ${gpuMemory}; use fewer instances or a larger GPU` +
            (this.props.modelSize ? '' : `, or set modelSize, which is assumed to be ${this.modelSize}`),
        ),
      );
    }
    return faults;
  }
}
