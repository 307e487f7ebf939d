import { MetricExporter } from '../../../catalog/metric-kind';
import { Parallelism } from '../../../catalog/parallelism';
import { TritonVariant } from '../../../catalog/serving-engine';
import { modelNameFaults, modelVersionFaults } from '../../../core/model-name';
import { DUPLICATE_WEIGHTS } from '../../../core/weight-files';
import { CapacityPlan } from '../../../planning/capacity-plan';
import { DataSize } from '../../../units/data-size';
import { Fault, fault } from '../../../units/fault';
import { allOf } from '../../../units/unreadable';
import { ResolvedModel, withinServer } from '../../model/resolved-model';
import { vllmHostMemory, vllmSharedMemory } from '../../vllm/host-needs';
import {
  DEFAULT_LATENCY_BUCKETS,
  bucketFaults,
  latencyMetrics,
  tritonVersion,
  versionPolicyFaults,
  versionPolicyMessage,
} from '../model-config';
import { BackendModel, ModelDefinition, ModelOnSite, ModelSite, ModelVersion } from '../model-definition';
import { VersionPolicy } from '../model-options';
import { ModelProbe } from '../model-probe';
import { EnumName, TextMessage } from '../protobuf-text';
import { StoredFiles } from '../settings/stored-files';
import { resolveTensorRtLlm } from './resolve-tensor-rt-llm';
import { LLM_API_PROPERTIES, codeLoader, llmApiSettings, llmApiTensors } from './tensor-rt-llm-files';
import { TensorRtLlmModelProps } from './tensor-rt-llm-model-props';

/**
 * A language model for TensorRT-LLM's LLM API, before its hardware is known.
 *
 * @internal
 */
export class TensorRtLlmModel implements ModelDefinition {
  public readonly name: string;
  public readonly backend = 'python';
  public readonly variant = TritonVariant.TENSORRT_LLM;
  public readonly versions: readonly ModelVersion[];
  public readonly gpus: number;
  /** Its engine takes the first GPUs that it sees, also where it needs one. */
  public readonly spansGpus = true;

  private readonly parallelism: Parallelism;

  public constructor(public readonly props: TensorRtLlmModelProps) {
    this.name = props.name;
    const store = props.version ?? ResolvedModel.DEFAULT_VERSION;
    this.versions = [{ store, number: tritonVersion(store) }];
    this.parallelism = props.parallelism ?? (props.plan ? withinServer(props.plan.parallelism) : Parallelism.NONE);
    this.gpus = this.parallelism.gpusPerReplica;
  }

  public on(site: ModelSite): ModelOnSite {
    const { resolved, faults, warnings } = resolveTensorRtLlm(this.props, this.parallelism, site);
    const all = allOf(
      () => this.ownFaults(),
      () => faults,
    );
    return { model: resolved && new TensorRtLlmBackendModel(this, resolved), faults: all, warnings };
  }

  public ownFaults(): Fault[] {
    const { latencyBucketsMs, versionPolicy, codePath, engineArguments = {} } = this.props;
    const [{ number, store }] = this.versions;
    return allOf(
      () => modelNameFaults(this.name),
      () => modelVersionFaults(store),
      () => (versionPolicy ? versionPolicyFaults(versionPolicy, [number]) : []),
      () => (latencyBucketsMs ? bucketFaults(latencyBucketsMs) : []),
      () => (codePath === undefined ? [] : new StoredFiles(number).faults('codePath', codePath)),
      () =>
        Object.keys(engineArguments)
          .filter((argument) => Object.hasOwn(LLM_API_PROPERTIES, argument))
          .map((argument) =>
            fault(
              'RESERVED',
              `engineArguments.${argument}`,
              `engineArguments must not set ${argument}, which is derived from other properties; use ${LLM_API_PROPERTIES[argument]}`,
            ),
          ),
    );
  }
}

/** A language model on its hardware, as TensorRT-LLM runs it. */
class TensorRtLlmBackendModel implements BackendModel {
  public readonly name: string;
  public readonly backend: string;
  public readonly variant: TritonVariant;
  public readonly versions: readonly ModelVersion[];
  public readonly gpus: number;
  public readonly spansGpus: boolean;
  public readonly tensorParallelism: number;
  public readonly streams = true;
  public readonly exporters: readonly MetricExporter[] = [];
  public readonly weights = 'beside';
  /** The model itself says that it streams. */
  public readonly isComplete = false;
  public readonly storedSize: DataSize;
  public readonly plan: CapacityPlan;

  private readonly props: TensorRtLlmModelProps;

  public constructor(
    definition: TensorRtLlmModel,
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
  }

  /** Weights that the checkpoint has in another form as well. */
  public get leftOut(): string {
    return `${DUPLICATE_WEIGHTS.always.join(' ')} | ${DUPLICATE_WEIGHTS.besideSafetensors.join(' ')}`;
  }

  /** As an engine of the same shape: a server, and a process with a CUDA context for each GPU. */
  public get hostMemory(): DataSize {
    return vllmHostMemory(this.gpus, this.plan);
  }

  public get sharedMemory(): DataSize {
    return vllmSharedMemory(this.gpus);
  }

  /** One token; the engine's metrics do not count them. */
  public get probe(): ModelProbe {
    return { kind: 'blind', request: { text_input: '0', sampling_param_max_tokens: 1 } };
  }

  /** That it streams is in `model.yaml` too, where its code reads it, and here for a server that does not call the code for its configuration. */
  public config(): TextMessage {
    return {
      name: this.name,
      backend: this.backend,
      version_policy: versionPolicyMessage(this.props.versionPolicy ?? VersionPolicy.latest()),
      ...llmApiTensors(),
      instance_group: { count: 1, kind: new EnumName('KIND_CPU') },
      model_transaction_policy: { decoupled: true },
      model_metrics: latencyMetrics(this.props.latencyBucketsMs ?? DEFAULT_LATENCY_BUCKETS),
    };
  }

  public versionFiles(_version: ModelVersion, weightsPath: string): { [file: string]: string } {
    const { codePath } = this.props;
    const settings = llmApiSettings(this.resolved, this.props, weightsPath);
    return {
      'model.py': codeLoader(codePath === undefined ? undefined : `${weightsPath}/${codePath}`),
      'model.yaml': `${JSON.stringify(settings, undefined, 2)}\n`,
    };
  }
}
