import { MetricExporter } from '../../../catalog/metric-kind';
import { TRITON_IMAGES, TritonVariant } from '../../../catalog/serving-engine';
import { Parallelism } from '../../../catalog/parallelism';
import { DUPLICATE_WEIGHTS } from '../../../core/weight-files';
import { DataSize } from '../../../units/data-size';
import { duplicateFaults } from '../../../units/duplicate-faults';
import { Fault, fault } from '../../../units/fault';
import { allOf } from '../../../units/unreadable';
import { WeightsCopy } from '../../pod/server-pod';
import { Resolution, ResolvedModel } from '../../model/resolved-model';
import { draftCopies, draftFilesFaults, draftMountFaults, draftSize, knownDraftSize } from '../../vllm/draft-model';
import { engineArguments } from '../../vllm/engine-arguments';
import { vllmHostMemory, vllmPinnedMemory, vllmSharedMemory } from '../../vllm/host-needs';
import {
  PlacedAdapter,
  adapterFaults,
  adapterSize,
  givenAdapterSize,
  loraArguments,
  placedAdapters,
} from '../../vllm/lora-adapters';
import { resolveVllmModel } from '../../vllm/resolve-vllm-model';
import { VllmVersion } from '../../vllm/vllm-version';
import { ModelOnSite, ModelPlacement, ModelSite, ModelTensors, ModelVersion } from '../model-definition';
import { TensorDataType } from '../model-options';
import { ModelProbe } from '../model-probe';
import { EnumName, TextMessage } from '../protobuf-text';
import { LanguageModel, LanguageModelOnHardware } from './language-model';
import { VllmModelProps } from './vllm-model-props';

/** Without `multi_lora.json`, which the adapters make, the backend does not load. */
const OF_ADAPTERS = { enable_lora: 'loraAdapters', max_lora_rank: 'maxLoraRank' };

/**
 * A language model for Triton's vLLM backend, before its hardware is known.
 *
 * @internal
 */
export class VllmModel extends LanguageModel<VllmModelProps> {
  public readonly backend = 'vllm';
  public readonly variant = TritonVariant.VLLM;
  public readonly spansGpus: boolean;

  /**
   * @param props the properties that the user passes
   * @param resolved the model if it is already resolved on its hardware @default - resolved by the deployment
   */
  public constructor(
    props: VllmModelProps,
    private readonly resolved?: ResolvedModel,
  ) {
    super(props);
    this.spansGpus = this.gpus > 1;
  }

  public on(site: ModelSite): ModelOnSite {
    const { resolved, faults, warnings } = this.resolved ? given(this.resolved) : this.resolve(site);
    const all = allOf(
      () => this.ownFaults(),
      () => faults,
      () => (resolved && faults.length === 0 ? draftMountFaults(this.props, resolved.plan, site.mounts) : []),
      () => (resolved && faults.length === 0 ? draftFilesFaults(this.props, resolved) : []),
    );
    return { model: resolved && new VllmBackendModel(this, resolved, versionOf(site)), faults: all, warnings };
  }

  private resolve(site: ModelSite): Resolution {
    const { name, props } = this;
    const { hardware, replicas } = site;
    return resolveVllmModel({
      name,
      options: { ...props, parallelism: props.parallelism ?? (props.plan ? undefined : Parallelism.NONE) },
      vllm: versionOf(site),
      replicas,
      hardware,
      network: hardware.network,
      locked: props.plan,
    });
  }

  /** As the backend completes its configuration (src/model.py of vllm_backend at 8de0c14). */
  public tensors(): ModelTensors {
    return VLLM_TENSORS;
  }

  public override ownFaults(): Fault[] {
    return allOf(
      () => super.ownFaults(),
      () => adapterFaults(this.props),
      () =>
        duplicateFaults(
          'loraAdapters',
          (this.props.loraAdapters ?? []).map((adapter) => adapter.name),
        ),
      () => this.reservedFaults(OF_ADAPTERS),
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

const text = (name: string, dims: number[], optional?: boolean) => ({
  name,
  dataType: TensorDataType.STRING,
  dims,
  optional,
});
const choice = (name: string) => ({ name, dataType: TensorDataType.BOOL, dims: [1], optional: true });

const VLLM_TENSORS: ModelTensors = {
  inputs: [
    text('text_input', [1]),
    text('image', [-1], true),
    choice('stream'),
    text('sampling_parameters', [1], true),
    choice('exclude_input_in_output'),
    choice('return_finish_reason'),
    choice('return_cumulative_logprob'),
    choice('return_logprobs'),
    choice('return_num_input_tokens'),
    choice('return_num_output_tokens'),
  ],
  outputs: [
    text('text_output', [-1]),
    text('finish_reason', [-1]),
    { name: 'cumulative_logprob', dataType: TensorDataType.FP32, dims: [-1] },
    text('logprobs', [-1]),
    { name: 'num_input_tokens', dataType: TensorDataType.UINT32, dims: [1] },
    { name: 'num_output_tokens', dataType: TensorDataType.UINT32, dims: [-1] },
  ],
  maxBatchSize: 0,
  decoupled: true,
};

function versionOf({ release, plugged }: ModelSite): VllmVersion {
  return new VllmVersion(release.vllmVersion, TRITON_IMAGES, plugged);
}

function given(resolved: ResolvedModel): Resolution {
  return { resolved, faults: [], warnings: [] };
}

/** A language model on its hardware, as Triton's vLLM backend runs it. */
class VllmBackendModel extends LanguageModelOnHardware<VllmModelProps> {
  public readonly engine = MetricExporter.TRITON_VLLM;
  public readonly exporters: readonly MetricExporter[];

  private readonly engineMetrics: boolean;

  public constructor(
    definition: VllmModel,
    resolved: ResolvedModel,
    private readonly vllm: VllmVersion,
  ) {
    super(definition, resolved);
    this.engineMetrics = this.props.engineMetrics ?? true;
    this.exporters = this.engineMetrics ? [MetricExporter.TRITON_VLLM] : [];
  }

  public override get storedSize(): DataSize {
    const adapters = this.props.loraAdapters ?? [];
    const own = super.storedSize.plus(draftSize(this.props, this.plan));
    return adapters.reduce((sum, each) => sum.plus(adapterSize(each, this.plan)), own);
  }

  public override get knownSize(): DataSize {
    const known = super.knownSize.plus(knownDraftSize(this.props, this.plan));
    return known.plus(givenAdapterSize(this.props.loraAdapters ?? []));
  }

  /** Weights that the checkpoint has in another form as well; who names a format may mean any of them. */
  public get leftOut(): string {
    const always = DUPLICATE_WEIGHTS.always.join(' ');
    const { load_format: format = 'auto' } = this.props.engineArguments ?? {};
    return format === 'auto' ? `${always} | ${DUPLICATE_WEIGHTS.besideSafetensors.join(' ')}` : always;
  }

  public get copies(): WeightsCopy[] {
    return [
      ...draftCopies(this.props, this.plan, this.leftOut),
      ...this.adapters.map(({ name, version, path }) => ({ model: name, version, destination: path })),
    ];
  }

  public get adapterNames(): string[] {
    return this.adapters.map(({ name }) => name);
  }

  private get adapters(): PlacedAdapter[] {
    return placedAdapters(this.props);
  }

  public get hostMemory(): DataSize {
    return vllmHostMemory(this.gpus, this.plan, this.props, this.vllm);
  }

  public get pinnedMemory(): DataSize {
    return vllmPinnedMemory(this.gpus, this.plan, this.props, this.vllm).host;
  }

  public get sharedPinnedMemory(): DataSize {
    return vllmPinnedMemory(this.gpus, this.plan, this.props, this.vllm).shared;
  }

  public override get sharedMemory(): DataSize {
    return vllmSharedMemory(this.gpus, this.props, this.vllm);
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
      version_policy: this.versionPolicy,
      instance_group: pinned
        ? { count: 1, kind: new EnumName('KIND_GPU'), gpus: gpuIds }
        : { count: 1, kind: new EnumName('KIND_MODEL') },
      ...this.streaming,
      parameters: [
        ...(this.engineMetrics ? ['REPORT_CUSTOM_METRICS'] : []),
        ...(unloads ? ['ENABLE_VLLM_HEALTH_CHECK'] : []),
      ].map((key) => ({ key, value: { string_value: 'true' } })),
    };
  }

  public versionFiles(_version: ModelVersion, weightsPath: string): { [file: string]: string } {
    const { max_loras: slots, ...own } = this.props.engineArguments ?? {};
    const options = { ...this.props, engineArguments: this.adapters.length > 0 ? own : this.props.engineArguments };
    const written = {
      ...engineArguments(this.resolved, options, weightsPath, this.engineMetrics, this.vllm),
      ...loraArguments(this.props, slots),
    };
    const paths = Object.fromEntries(this.adapters.map(({ name, path }) => [name, path]));
    return {
      'model.json': json(written),
      ...(this.adapters.length > 0 ? { 'multi_lora.json': json(paths) } : {}),
    };
  }
}

function json(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
