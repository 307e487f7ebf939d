import { ResolvedModel } from '../model/resolved-model';
import { statesLoad } from '../scaling/server-load';
import { LoraOptions } from '../vllm/openai-options';
import { ServedModel } from '../vllm/served-model';
import { VllmOptions } from '../vllm/vllm-options';
import { ModelDefinition } from './model-definition';
import { OnnxRuntimeModel, OnnxRuntimeModelProps } from './backends/onnx-runtime-model';
import { EnsembleModel } from './backends/ensemble-model';
import { EnsembleModelProps } from './backends/ensemble-model-props';
import { PyTorchModel, PyTorchModelProps } from './backends/pytorch-model';
import { PythonModel, PythonModelProps } from './backends/python-model';
import { TensorRtLlmEngineModel, TensorRtLlmEngineProps } from './backends/tensor-rt-llm-engine-model';
import { TensorRtLlmModel } from './backends/tensor-rt-llm-model';
import { TensorRtLlmModelProps } from './backends/tensor-rt-llm-model-props';
import { VllmModel } from './backends/vllm-model';
import { VllmModelProps } from './backends/vllm-model-props';
import { checkArguments, throwOfFactory } from '../../units/argument-faults';

/** What a program says of the load of a model. */
type Load = Pick<ServedModel, 'concurrency' | 'targets'>;

/**
 * A model of a Triton server: its configuration, as a value. The deployment checks it, because it knows the hardware.
 */
export class TritonModel {
  /**
   * A language model on vLLM.
   *
   * @param props its settings
   */
  public static vllm(props: VllmModelProps): TritonModel {
    return new TritonModel(new VllmModel(props));
  }

  /**
   * An ONNX model on ONNX Runtime.
   *
   * @param props its settings
   */
  public static onnxRuntime(props: OnnxRuntimeModelProps): TritonModel {
    return new TritonModel(new OnnxRuntimeModel(props));
  }

  /**
   * A TorchScript model on LibTorch.
   *
   * @param props its settings
   */
  public static pyTorch(props: PyTorchModelProps): TritonModel {
    return new TritonModel(new PyTorchModel(props));
  }

  /**
   * A model whose code is your own, in Python.
   *
   * @param props its settings
   */
  public static python(props: PythonModelProps): TritonModel {
    return new TritonModel(new PythonModel(props));
  }

  /**
   * Several models of the same deployment, served as one.
   *
   * @param props its settings
   */
  public static ensemble(props: EnsembleModelProps): TritonModel {
    return new TritonModel(new EnsembleModel(props));
  }

  /**
   * A language model on TensorRT-LLM, by its LLM API.
   *
   * @param props its settings
   */
  public static tensorRtLlm(props: TensorRtLlmModelProps): TritonModel {
    return new TritonModel(new TensorRtLlmModel(props));
  }

  /**
   * An engine that TensorRT-LLM built before. NVIDIA has deprecated it: prefer `tensorRtLlm`.
   *
   * @param props its settings
   */
  public static tensorRtLlmEngine(props: TensorRtLlmEngineProps): TritonModel {
    return new TritonModel(new TensorRtLlmEngineModel(props));
  }

  /**
   * A language model on vLLM that is already resolved on its hardware.
   *
   * @param resolved the model with its plan
   * @param options settings of the engine, which the plan does not include
   *
   * @internal
   */
  public static _resolved(resolved: ResolvedModel, options: VllmOptions & LoraOptions & Load): TritonModel {
    const { name, version, plan } = resolved;
    const { prefixCaching, quantization, trustRemoteCode, engineArguments, loraAdapters, maxLoraRank } = options;
    const { kvOffload, chunkedPrefill, attentionBackend } = options;
    const beside = { prefixCaching, quantization, trustRemoteCode, engineArguments, loraAdapters, maxLoraRank };
    const concurrency = statesLoad(options) ? plan.concurrency : undefined;
    const given = { ...beside, kvOffload, chunkedPrefill, attentionBackend, concurrency };
    return new TritonModel(new VllmModel({ name, version, model: plan.model, plan, ...given }, resolved));
  }

  /** Name it is served under. */
  public readonly name: string;
  /** Triton's name of its backend, e.g. `vllm`. */
  public readonly backend: string;
  /** Its version in the model store. */
  public readonly version: string;
  /** GPUs that it uses exclusively. */
  public readonly gpus: number;

  /** @internal */
  public readonly _definition: ModelDefinition;

  private constructor(definition: ModelDefinition) {
    this._definition = definition;
    this.name = definition.name;
    this.backend = definition.backend;
    this.version = definition.versions[0].store;
    this.gpus = definition.gpus;
  }
}

checkArguments(
  'TritonModel',
  TritonModel,
  throwOfFactory((made: TritonModel) => made._definition.ownFaults()),
);
