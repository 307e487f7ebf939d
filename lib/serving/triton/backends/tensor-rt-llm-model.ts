import { MetricExporter } from '../../../catalog/metric-kind';
import { TritonVariant } from '../../../catalog/serving-engine';
import { DUPLICATE_WEIGHTS } from '../../../core/weight-files';
import { DataSize } from '../../../units/data-size';
import { Fault } from '../../../units/fault';
import { allOf } from '../../../units/unreadable';
import { engineHostMemory } from '../../vllm/host-needs';
import { ModelOnSite, ModelSite, ModelVersion } from '../model-definition';
import { ModelProbe } from '../model-probe';
import { EnumName, TextMessage } from '../protobuf-text';
import { StoredFiles } from '../settings/stored-files';
import { LanguageModel, LanguageModelOnHardware } from './language-model';
import { resolveTensorRtLlm } from './resolve-tensor-rt-llm';
import { LLM_API_PROPERTIES, codeLoader, llmApiSettings, llmApiTensors } from './tensor-rt-llm-files';
import { TensorRtLlmModelProps } from './tensor-rt-llm-model-props';

/**
 * A language model for TensorRT-LLM's LLM API, before its hardware is known.
 *
 * @internal
 */
export class TensorRtLlmModel extends LanguageModel<TensorRtLlmModelProps> {
  public readonly backend = 'python';
  public readonly variant = TritonVariant.TENSORRT_LLM;
  /** Its engine takes the first GPUs that it sees, also where it needs one. */
  public readonly spansGpus = true;

  public on(site: ModelSite): ModelOnSite {
    const { resolved, faults, warnings } = resolveTensorRtLlm(this.props, this.parallelism, site);
    const all = allOf(
      () => this.ownFaults(),
      () => faults,
    );
    return { model: resolved && new TensorRtLlmBackendModel(this, resolved), faults: all, warnings };
  }

  public override ownFaults(): Fault[] {
    const { codePath } = this.props;
    return allOf(
      () => super.ownFaults(),
      () => (codePath === undefined ? [] : new StoredFiles(this.versions[0].number).faults('codePath', codePath)),
      () => this.reservedFaults(LLM_API_PROPERTIES),
    );
  }
}

/** A language model on its hardware, as TensorRT-LLM runs it. */
class TensorRtLlmBackendModel extends LanguageModelOnHardware<TensorRtLlmModelProps> {
  public readonly engine = MetricExporter.TRITON_TENSORRT_LLM;
  public readonly exporters: readonly MetricExporter[] = [];

  /** Weights that the checkpoint has in another form as well. */
  public get leftOut(): string {
    return `${DUPLICATE_WEIGHTS.always.join(' ')} | ${DUPLICATE_WEIGHTS.besideSafetensors.join(' ')}`;
  }

  /** As an engine of the same shape: a server, and a process with a CUDA context for each GPU. */
  public get hostMemory(): DataSize {
    return engineHostMemory(this.gpus, this.plan);
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
      version_policy: this.versionPolicy,
      ...llmApiTensors(),
      instance_group: { count: 1, kind: new EnumName('KIND_CPU') },
      ...this.streaming,
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
