import { MetricExporter } from '../../../catalog/metric-kind';
import { TritonVariant } from '../../../catalog/serving-engine';
import { modelNameFaults, modelVersionFaults } from '../../../core/model-name';
import { optionalTextList } from '../../../core/text-list';
import { DataSize } from '../../../units/data-size';
import { duplicateFaults } from '../../../units/duplicate-faults';
import { Fault, fault, faultsUnder } from '../../../units/fault';
import { wholeNumberFault } from '../../../units/number-faults';
import { allOf } from '../../../units/unreadable';
import {
  DEFAULT_LATENCY_BUCKETS,
  bucketFaults,
  latencyMetrics,
  servedVersions,
  tritonVersion,
  versionPolicyFaults,
  versionPolicyMessage,
} from '../model-config';
import {
  BackendModel,
  ModelDefinition,
  ModelOnSite,
  ModelPlacement,
  ModelSite,
  ModelTensors,
  ModelVersion,
} from '../model-definition';
import { ModelInstances } from '../model-instances';
import { DynamicBatching, VersionPolicy } from '../model-options';
import { ModelProbe } from '../model-probe';
import { EnumName, MAX_INT32, TextMessage } from '../protobuf-text';
import { RequestsAtOnce } from '../../scaling/server-load';
import { dynamicBatchingFaults, dynamicBatchingMessage } from './dynamic-batching';
import { InstanceSettings } from '../settings/model-settings';
import { rateLimitMessage } from '../settings/rate-limit-message';
import { sequenceBatchingMessage } from '../settings/sequence-batching-message';
import {
  ConfiguredModel,
  configurationNameFault,
  executionMessage,
  instanceSettingsFaults,
  settingsMessage,
} from '../settings/settings-message';
import { StoredFiles, foldersOf } from '../settings/stored-files';
import { warmUpMessage } from '../settings/warm-up-message';
import { TensorModelProps } from './tensor-model-props';
import { outputFaults, tensorFaults, tensorMessage, tensorProbe } from './tensor-spec';

/**
 * A model of tensors: what all backends say and check alike. It does not depend on the hardware and has no plan, because its requirements
 * depend on its graph or code, which is not known here.
 *
 * @internal
 */
export abstract class TensorModel<Props extends TensorModelProps = TensorModelProps>
  implements ModelDefinition, BackendModel
{
  public abstract readonly backend: string;
  public abstract readonly variant?: TritonVariant;

  public readonly name: string;
  public readonly versions: readonly ModelVersion[];
  public readonly gpus: number;
  public readonly spansGpus = false;
  public readonly isComplete = true;
  public readonly tensorParallelism = 1;
  public readonly exporters: readonly MetricExporter[] = [];

  protected readonly instances: ModelInstances;
  /** As the model says without regard to hardware. */
  private base: this = this;
  private configuration?: string;

  public constructor(public readonly props: Props) {
    this.name = props.name;
    this.instances = props.instances ?? this.defaultInstances;
    this.gpus = this.instances.gpuCount;
    this.versions = [props.version ?? '1', ...(optionalTextList(props.otherVersions) ?? [])].map((store) => ({
      store,
      number: tritonVersion(store),
    }));
  }

  public get latencyBoundsMs(): readonly number[] {
    return this.props.latencyBucketsMs ?? DEFAULT_LATENCY_BUCKETS;
  }

  protected get defaultInstances(): ModelInstances {
    return ModelInstances.onGpus();
  }

  public get configurations(): readonly string[] {
    return Object.keys(this.base.props.configurations ?? {}).sort();
  }

  public configured(name: string | undefined): this {
    const { base } = this;
    if (name === undefined || !base.configurations.includes(name)) return base;
    const made = new (base.constructor as new (props: Props) => this)({
      ...base.props,
      ...base.props.configurations?.[name],
    });
    made.base = base;
    made.configuration = name;
    return made;
  }

  public get servedVersions(): readonly number[] {
    return servedVersions(
      this.versionPolicy,
      this.versions.map(({ number }) => number),
    );
  }

  /** Size of one version in the model store. */
  protected abstract get modelSize(): DataSize;

  /** Whether the size was given, not assumed. */
  protected abstract get isSized(): boolean;

  public abstract get hostMemory(): DataSize;

  public get sharedMemory(): DataSize {
    return DataSize.ZERO;
  }

  public get temporarySize(): DataSize {
    return DataSize.ZERO;
  }

  public get streams(): boolean {
    return false;
  }

  public get weights(): BackendModel['weights'] {
    return 'in-repository';
  }

  public get sharedGpuMemory(): DataSize | undefined {
    return this.instances.sharedGpuMemory?.times(this.instanceCount * this.versions.length);
  }

  public get storedSize(): DataSize {
    return this.modelSize.times(this.versions.length);
  }

  public get knownSize(): DataSize {
    return this.isSized ? this.storedSize : DataSize.ZERO;
  }

  public tensors(): ModelTensors {
    const { inputs, outputs, maxBatchSize } = this.props;
    return { inputs, outputs, maxBatchSize, decoupled: this.streams };
  }

  public get settings(): InstanceSettings {
    return this.props;
  }

  public get modelFiles(): { readonly [path: string]: string } {
    return foldersOf(this.props);
  }

  public on(site: ModelSite): ModelOnSite {
    const faults = allOf(
      () => this.base.ownFaults(),
      () =>
        this.located(
          allOf(
            () => this.gpuFaults(site),
            () => this.siteFaults(site),
          ),
        ),
    );
    return { model: faults.length === 0 ? this : undefined, faults, warnings: this.siteWarnings(site) };
  }

  public get probe(): ModelProbe {
    return tensorProbe(this.props.inputs, this.props.maxBatchSize, this.props.responseCache === true);
  }

  public config({ gpuIds }: ModelPlacement): TextMessage {
    const { inputs, outputs, maxBatchSize, rateLimit, sequenceBatching, warmUp } = this.props;
    const { fileName, defaultFileName } = this;
    return {
      name: this.name,
      backend: this.backend,
      max_batch_size: maxBatchSize,
      default_model_filename: fileName === defaultFileName ? undefined : fileName,
      version_policy: versionPolicyMessage(this.versionPolicy),
      input: inputs.map(tensorMessage),
      output: outputs.map(tensorMessage),
      instance_group: {
        count: this.instanceCount,
        ...(this.instances.isOnGpus
          ? { kind: new EnumName('KIND_GPU'), gpus: gpuIds }
          : { kind: new EnumName('KIND_CPU') }),
        rate_limiter: rateLimit && rateLimitMessage(rateLimit),
      },
      optimization: executionMessage(this.props, this.optimization),
      dynamic_batching: this.batching && dynamicBatchingMessage(this.batching, maxBatchSize),
      sequence_batching: sequenceBatching && sequenceBatchingMessage(sequenceBatching, this.storedFiles),
      model_transaction_policy: this.streams ? { decoupled: true } : undefined,
      model_metrics: latencyMetrics(this.latencyBoundsMs),
      model_warmup: warmUp && warmUpMessage(warmUp, this.props, this.storedFiles),
      ...settingsMessage(this.props),
      parameters: Object.entries({ ...this.parameters, ...this.props.parameters }).flatMap(([key, value]) =>
        value === undefined ? [] : [{ key, value: { string_value: value } }],
      ),
    };
  }

  public versionFiles(_version: ModelVersion, _weightsPath: string): { [file: string]: string } {
    return {};
  }

  public ownFaults(): Fault[] {
    return allOf(
      () => this.configuredFaults(),
      () => this.configurationFaults(),
    );
  }

  /** Faults of what is said for one hardware. */
  private configuredFaults(): Fault[] {
    const { inputs, outputs, maxBatchSize, latencyBucketsMs } = this.props;
    return allOf(
      () => modelNameFaults(this.name),
      () => this.versionFaults(),
      () => wholeNumberFault('maxBatchSize', maxBatchSize, 0, MAX_INT32),
      () => wholeNumberFault('instances.gpuCount', this.instances.gpuCount, 0),
      () => wholeNumberFault('instances.instancesPerDevice', this.instances.instancesPerDevice, 1, MAX_INT32),
      () => tensorFaults('inputs', inputs, maxBatchSize),
      () => outputFaults(outputs, maxBatchSize),
      () => (this.batching ? dynamicBatchingFaults(this.batching, maxBatchSize) : []),
      () => (latencyBucketsMs ? bucketFaults(latencyBucketsMs) : []),
      () => fileNameFaults('fileName', this.fileName),
      () => instanceSettingsFaults(this.props, this.facts, this.storedFiles, this.instances),
      () => this.backendFaults(),
    );
  }

  /** Faults that the model has on some hardware only. */
  private configurationFaults(): Fault[] {
    const own = new Set(this.configuredFaults().map(({ reason }) => reason));
    return this.configurations.flatMap((name) => {
      if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) return [configurationNameFault(name)];
      const configured = this.configured(name);
      return configured.located(configured.configuredFaults().filter(({ reason }) => !own.has(reason)));
    });
  }

  /** Faults with the path of what was said for the hardware. */
  private located(faults: readonly Fault[]): Fault[] {
    const { configuration } = this;
    const said = configuration === undefined ? {} : (this.base.props.configurations?.[configuration] ?? {});
    return faults.flatMap((each) => {
      const [first] = (each.property ?? '').split(/[.[]/);
      return faultsUnder([each], Object.hasOwn(said, first) ? `configurations[${configuration}]` : '');
    });
  }

  /** Faults of the properties that only this backend has. */
  protected abstract backendFaults(): Fault[];

  /** Faults of the backend on a release or hardware. */
  protected siteFaults(_site: ModelSite): Fault[] {
    return [];
  }

  protected siteWarnings(_site: ModelSite): Fault[] {
    return [];
  }

  protected get optimization(): TextMessage | undefined {
    return undefined;
  }

  /** Parameters of the backend; an undefined one is left out. */
  protected get parameters(): { readonly [key: string]: string | undefined } {
    return {};
  }

  /** The file that the backend reads unless another is named. */
  protected abstract get defaultFileName(): string;

  protected get fileName(): string {
    return this.defaultFileName;
  }

  /** Instances on each GPU, or on the CPU. */
  protected get instanceCount(): number {
    return this.instances.instancesPerDevice;
  }

  public get requestsAtOnce(): RequestsAtOnce {
    const { maxBatchSize, sequenceBatching } = this.props;
    const instances = this.instanceCount * Math.max(1, this.gpus);
    const batch = this.batching || sequenceBatching ? Math.max(1, maxBatchSize) : 1;
    return { count: instances * batch, why: `${instances} instance(s), and batches of ${batch}` };
  }

  /** Copies of the weights on each GPU, or on the CPU. */
  protected get weightCopies(): number {
    return this.instanceCount;
  }

  protected get batching(): DynamicBatching | undefined {
    const { dynamicBatching, maxBatchSize, sequenceBatching } = this.props;
    return dynamicBatching ?? (maxBatchSize >= 1 && !sequenceBatching ? {} : undefined);
  }

  private get storedFiles(): StoredFiles {
    const newest = Math.max(...this.versions.map(({ number }) => number));
    return new StoredFiles(this.weights === 'in-repository' ? newest : undefined);
  }

  private get facts(): ConfiguredModel {
    return { streams: this.streams, ownParameters: Object.keys(this.parameters) };
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
            (this.isSized ? '' : ', or set modelSize, which is assumed'),
        ),
      );
    }
    const need = this.sharedGpuMemory ?? this.storedSize.times(this.weightCopies);
    if (need.exceeds(gpuMemory)) {
      const whole = gpuMemory.bytes === instanceType.gpuMemory.bytes;
      faults.push(
        fault(
          'MODEL_EXCEEDS_GPU_MEMORY',
          'instances',
          `${this.instanceCount} instance(s) of ${this.versions.length} version(s) need ${need} of GPU memory, but ` +
            `${whole ? 'one' : "a share of the pool's"} ${instanceType.gpu.name} has ${gpuMemory}; use fewer instances or a larger GPU` +
            (this.isSized ? '' : `, or set modelSize, which is assumed to be ${this.modelSize}`),
        ),
      );
    }
    return faults;
  }
}

/** @internal */
export function fileNameFaults(property: string, fileName: string): Fault[] {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(fileName)) return [];
  return [
    fault(
      'INVALID_NAME',
      property,
      `${property} must be a plain file name of letters, digits, '.', '_' and '-'; got '${fileName}'`,
    ),
  ];
}
