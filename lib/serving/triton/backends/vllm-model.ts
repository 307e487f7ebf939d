import { MetricExporter } from '../../../catalog/metric-kind';
import { TRITON_IMAGES, TritonVariant } from '../../../catalog/serving-engine';
import { Parallelism } from '../../../catalog/parallelism';
import { modelNameFaults, modelVersionFaults } from '../../../core/model-name';
import { CapacityPlan } from '../../../planning/capacity-plan';
import { DUPLICATE_WEIGHTS } from '../../../core/weight-files';
import { DataSize } from '../../../units/data-size';
import { Fault, fault } from '../../../units/fault';
import { Resolution, ResolvedModel, withinServer } from '../../model/resolved-model';
import { engineArguments } from '../../vllm/engine-arguments';
import { vllmHostMemory, vllmSharedMemory } from '../../vllm/host-needs';
import { resolveVllmModel } from '../../vllm/resolve-vllm-model';
import { VllmVersion } from '../../vllm/vllm-version';
import {
  DEFAULT_LATENCY_BUCKETS,
  bucketFaults,
  latencyMetrics,
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
  ModelVersion,
} from '../model-definition';
import { VersionPolicy } from '../model-options';
import { ModelProbe } from '../model-probe';
import { EnumName, TextMessage } from '../protobuf-text';
import { VllmModelProps } from './vllm-model-props';
import { allOf } from '../../../units/unreadable';

/**
 * A language model for Triton's vLLM backend, before its hardware is known.
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

  private readonly parallelism: Parallelism;

  /**
   * @param props the properties that the user passes
   * @param resolved the model if it is already resolved on its hardware @default - resolved by the deployment
   */
  public constructor(
    public readonly props: VllmModelProps,
    private readonly resolved?: ResolvedModel,
  ) {
    this.name = props.name;
    const store = props.version ?? ResolvedModel.DEFAULT_VERSION;
    this.versions = [{ store, number: tritonVersion(store) }];
    this.parallelism = props.parallelism ?? (props.plan ? withinServer(props.plan.parallelism) : Parallelism.NONE);
    this.gpus = this.parallelism.gpusPerReplica;
    this.spansGpus = this.gpus > 1;
  }

  public on(site: ModelSite): ModelOnSite {
    const { resolved, faults, warnings } = this.resolved ? given(this.resolved) : this.resolve(site);
    const all = allOf(
      () => this.ownFaults(),
      () => faults,
    );
    return { model: resolved && new VllmBackendModel(this, resolved), faults: all, warnings };
  }

  private resolve({ hardware, release, replicas, plugged }: ModelSite): Resolution {
    const { name, props } = this;
    return resolveVllmModel({
      name,
      options: { ...props, parallelism: props.parallelism ?? (props.plan ? undefined : Parallelism.NONE) },
      vllm: new VllmVersion(release.vllmVersion, TRITON_IMAGES, plugged),
      replicas,
      hardware,
      network: hardware.network,
      locked: props.plan,
    });
  }

  public ownFaults(): Fault[] {
    const { latencyBucketsMs, versionPolicy } = this.props;
    return allOf(
      () => modelNameFaults(this.name),
      () => modelVersionFaults(this.versions[0].store),
      () => (versionPolicy ? versionPolicyFaults(versionPolicy, [this.versions[0].number]) : []),
      () => (latencyBucketsMs ? bucketFaults(latencyBucketsMs) : []),
      () =>
        Object.hasOwn(this.props, 'dynamicBatching')
          ? [
              fault(
                'VLLM_BATCHES_ITSELF',
                'dynamicBatching',
                "dynamicBatching does not apply to vLLM, which batches by itself and makes Triton's max_batch_size 0; remove it and bound the " +
                  'load by maxSequences',
              ),
            ]
          : [],
    );
  }
}

function given(resolved: ResolvedModel): Resolution {
  return { resolved, faults: [], warnings: [] };
}

/** A language model on its hardware, as Triton's vLLM backend runs it. */
class VllmBackendModel implements BackendModel {
  public readonly name: string;
  public readonly backend: string;
  public readonly variant: TritonVariant;
  public readonly versions: readonly ModelVersion[];
  public readonly gpus: number;
  public readonly spansGpus: boolean;
  public readonly tensorParallelism: number;
  public readonly streams = true;
  public readonly exporters: readonly MetricExporter[];
  public readonly weights = 'beside';
  public readonly isComplete = false;
  public readonly storedSize: DataSize;
  public readonly plan: CapacityPlan;

  private readonly props: VllmModelProps;
  private readonly engineMetrics: boolean;

  public constructor(
    definition: VllmModel,
    private readonly resolved: ResolvedModel,
  ) {
    const { name, backend, variant, versions, gpus, spansGpus, props } = definition;
    this.name = name;
    this.backend = backend;
    this.variant = variant;
    this.versions = versions;
    this.gpus = gpus;
    this.spansGpus = spansGpus;
    this.props = props;
    this.plan = resolved.plan;
    this.tensorParallelism = resolved.parallelism.tensor;
    this.storedSize = resolved.storedSize;
    this.engineMetrics = props.engineMetrics ?? true;
    this.exporters = this.engineMetrics ? [MetricExporter.TRITON_VLLM] : [];
  }

  /** Weights that the checkpoint has in another form as well; who names a format may mean any of them. */
  public get leftOut(): string {
    const always = DUPLICATE_WEIGHTS.always.join(' ');
    const { load_format: format = 'auto' } = this.props.engineArguments ?? {};
    return format === 'auto' ? `${always} | ${DUPLICATE_WEIGHTS.besideSafetensors.join(' ')}` : always;
  }

  public get hostMemory(): DataSize {
    return vllmHostMemory(this.gpus, this.plan);
  }

  public get sharedMemory(): DataSize {
    return vllmSharedMemory(this.gpus);
  }

  /** One token: https://github.com/triton-inference-server/vllm_backend, "Sending Your First Inference". */
  public get probe(): ModelProbe {
    const parameters = { stream: false, max_tokens: 1, temperature: 0 };
    return { kind: this.engineMetrics ? 'text' : 'blind', request: { text_input: '0', parameters } };
  }

  public config({ gpuIds, exclusive, unloads }: ModelPlacement): TextMessage {
    // KIND_MODEL leaves the GPUs to vLLM, which then takes the first ones: a model that shares the pod is pinned by KIND_GPU,
    // which every release understands for one GPU.
    const pinned = !exclusive && !this.spansGpus;
    return {
      name: this.name,
      backend: this.backend,
      max_batch_size: 0,
      version_policy: versionPolicyMessage(this.props.versionPolicy ?? VersionPolicy.latest()),
      instance_group: pinned
        ? { count: 1, kind: new EnumName('KIND_GPU'), gpus: gpuIds }
        : { count: 1, kind: new EnumName('KIND_MODEL') },
      model_transaction_policy: { decoupled: true },
      model_metrics: latencyMetrics(this.props.latencyBucketsMs ?? DEFAULT_LATENCY_BUCKETS),
      parameters: [
        ...(this.engineMetrics ? ['REPORT_CUSTOM_METRICS'] : []),
        ...(unloads ? ['ENABLE_VLLM_HEALTH_CHECK'] : []),
      ].map((key) => ({ key, value: { string_value: 'true' } })),
    };
  }

  public versionFiles(_version: ModelVersion, weightsPath: string): { [file: string]: string } {
    const written = engineArguments(this.resolved, this.props, weightsPath, this.engineMetrics);
    return { 'model.json': `${JSON.stringify(written, undefined, 2)}\n` };
  }
}
