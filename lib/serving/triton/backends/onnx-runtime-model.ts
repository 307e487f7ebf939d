import { TritonVariant } from '../../../catalog/serving-engine';
import { DataSize } from '../../../units/data-size';
import { Fault, fault } from '../../../units/fault';
import { wholeNumberFault } from '../../../units/number-faults';
import { allOf } from '../../../units/unreadable';
import { ModelSite } from '../model-definition';
import { GraphOptimization, TensorSpec } from '../model-options';
import { MAX_INT32, TextMessage } from '../protobuf-text';
import { formatFaults, formatWarnings } from './onnx-format-faults';
import { TensorModel } from './tensor-model';
import { TensorModelProps } from './tensor-model-props';

/**
 * A model in the ONNX format, served by ONNX Runtime.
 *
 * @see https://github.com/triton-inference-server/onnxruntime_backend
 */
export interface OnnxRuntimeModelProps extends TensorModelProps {
  /** Optimization of the graph. @default GraphOptimization.ALL */
  readonly graphOptimization?: GraphOptimization;
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

/** The backend refuses such a model (src/onnxruntime.cc, ModelInstanceState::ValidateInputs). */
function raggedFaults(inputs: readonly TensorSpec[]): Fault[] {
  return inputs.flatMap(({ name, optional, raggedBatch }, index) => {
    if (optional !== true || raggedBatch !== true) return [];
    const reason = `input '${name}' of an ONNX model cannot be both optional and raggedBatch; remove one of them`;
    return [fault('CONFLICTING_PROPERTIES', `inputs[${index}].raggedBatch`, reason)];
  });
}

/**
 * A model of the ONNX Runtime backend.
 *
 * @internal
 */
export class OnnxRuntimeModel extends TensorModel<OnnxRuntimeModelProps> {
  public readonly backend = 'onnxruntime';
  public readonly variant = TritonVariant.STANDARD;

  protected readonly defaultFileName = 'model.onnx';

  /** ONNX Runtime reads the file whole and keeps the graph's initializers while a session is built; on the CPU each instance keeps them. */
  public get hostMemory(): DataSize {
    const copies = this.instances.isOnGpus ? 2 : 1 + this.instanceCount;
    return DataSize.gib(2).plus(this.storedSize.times(copies));
  }

  protected backendFaults(): Fault[] {
    const { inputs, intraOpThreads } = this.props;
    return allOf(
      () => wholeNumberFault('intraOpThreads', intraOpThreads, 1, MAX_INT32),
      () => raggedFaults(inputs),
    );
  }

  protected override siteFaults({ release }: ModelSite): Fault[] {
    return formatFaults(this.props, release);
  }

  protected override siteWarnings({ release }: ModelSite): Fault[] {
    return formatWarnings(this.name, this.props, release);
  }

  /** A limit of the memory on a shared GPU: https://github.com/triton-inference-server/onnxruntime_backend, "CUDA Execution Provider". */
  protected override get optimization(): TextMessage | undefined {
    const level = GRAPH_LEVEL[this.props.graphOptimization ?? GraphOptimization.ALL];
    const limit = this.instances.sharedGpuMemory;
    if (level === undefined && limit === undefined) return undefined;
    const parameters = [{ key: 'gpu_mem_limit', value: String(limit?.bytes) }];
    return {
      graph: level === undefined ? undefined : { level },
      execution_accelerators: limit && { gpu_execution_accelerator: [{ name: 'cuda', parameters }] },
    };
  }

  protected override get parameters(): { readonly [key: string]: string | undefined } {
    const { intraOpThreads } = this.props;
    return { intra_op_thread_count: intraOpThreads === undefined ? undefined : String(intraOpThreads) };
  }

  protected get modelSize(): DataSize {
    return this.props.modelSize ?? DataSize.gib(2);
  }

  protected get isSized(): boolean {
    return this.props.modelSize !== undefined;
  }

  protected override get fileName(): string {
    return this.props.fileName ?? this.defaultFileName;
  }
}
