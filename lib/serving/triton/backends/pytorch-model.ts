import { TritonVariant } from '../../../catalog/serving-engine';
import { DataSize } from '../../../units/data-size';
import { Fault, fault } from '../../../units/fault';
import { wholeNumberFault } from '../../../units/number-faults';
import { allOf } from '../../../units/unreadable';
import { ModelPlacement } from '../model-definition';
import { TensorDataType, TensorSpec } from '../model-options';
import { MAX_INT32, TextMessage } from '../protobuf-text';
import { TensorModel } from './tensor-model';
import { TensorModelProps } from './tensor-model-props';

/**
 * A TorchScript model, served by LibTorch.
 *
 * Inputs have the names of the arguments of `forward`, or names that end with their places, as `INPUT__0`; outputs always end with theirs, as
 * `OUTPUT__0`. Script a model rather than trace it: what was traced on one GPU runs only on a GPU of the same number.
 *
 * @see https://github.com/triton-inference-server/pytorch_backend
 */
export interface PyTorchModelProps extends TensorModelProps {
  /** Size of one version, for disk, memory and start-up time. A TorchScript file may be of any size, so none is assumed. */
  readonly modelSize: DataSize;
  /** Name of the file in the store's version folder. @default 'model.pt' */
  readonly fileName?: string;
  /** Whether TorchScript optimizes what it runs, which makes the first requests slow. @default true */
  readonly optimizedExecution?: boolean;
  /** Whether autograd is off altogether. @default true */
  readonly inferenceMode?: boolean;
  /** Whether cuDNN is used. @default true */
  readonly cudnn?: boolean;
  /** Whether the instances of one device share one copy of the weights; not for models that keep state. @default false */
  readonly weightSharing?: boolean;
  /** Whether the cache of CUDA memory is emptied after each execution, which costs time. @default false */
  readonly cacheCleaning?: boolean;
  /** Threads that run operators beside each other on the CPU; the first model of a server that says it decides for all. @default - one for each core */
  readonly interOpThreads?: number;
  /** Threads within an operator on the CPU; the first model of a server that says it decides for all. @default - one for each core */
  readonly intraOpThreads?: number;
}

/** `<name>__<index>`: how the backend tells the place of a tensor (src/pt/model_instance_state.cc, GetNamingConvention). */
const ORDINAL = /__([0-9]+)$/;

/**
 * A model of the PyTorch backend.
 *
 * @internal
 */
export class PyTorchModel extends TensorModel<PyTorchModelProps> {
  public readonly backend = 'pytorch';
  public readonly variant = TritonVariant.STANDARD;

  protected readonly defaultFileName = 'model.pt';
  protected readonly isSized = true;

  /** LibTorch with its CUDA libraries, and the file while it is read; on the CPU each instance keeps its weights unless they are shared. */
  public get hostMemory(): DataSize {
    const copies = this.instances.isOnGpus ? 1 : 1 + this.weightCopies;
    return DataSize.gib(3).plus(this.storedSize.times(copies));
  }

  /** The platform says that it is TorchScript: since 26.03 the backend also reads archives of another form. */
  public override config(placement: ModelPlacement): TextMessage {
    const { name, backend, ...rest } = super.config(placement);
    return { name, backend, platform: 'pytorch_libtorch', ...rest };
  }

  protected backendFaults(): Fault[] {
    const { inputs, outputs, interOpThreads, intraOpThreads } = this.props;
    return allOf(
      () => wholeNumberFault('interOpThreads', interOpThreads, 1, MAX_INT32),
      () => wholeNumberFault('intraOpThreads', intraOpThreads, 1, MAX_INT32),
      () => (inputs.some(({ name }) => ORDINAL.test(name)) ? ordinalFaults('inputs', inputs) : []),
      () => ordinalFaults('outputs', outputs),
      () => textFaults('inputs', inputs),
      () => textFaults('outputs', outputs),
      () => typeFaults(this.props),
    );
  }

  protected override get parameters(): { readonly [key: string]: string | undefined } {
    const { optimizedExecution, inferenceMode, cudnn, weightSharing, cacheCleaning, ...threads } = this.props;
    return {
      DISABLE_OPTIMIZED_EXECUTION: flag(optimizedExecution, true),
      INFERENCE_MODE: flag(inferenceMode),
      DISABLE_CUDNN: flag(cudnn, true),
      ENABLE_WEIGHT_SHARING: flag(weightSharing),
      ENABLE_CACHE_CLEANING: flag(cacheCleaning),
      INTER_OP_THREAD_COUNT: threads.interOpThreads?.toFixed(0),
      INTRA_OP_THREAD_COUNT: threads.intraOpThreads?.toFixed(0),
    };
  }

  protected get modelSize(): DataSize {
    return this.props.modelSize;
  }

  protected override get fileName(): string {
    return this.props.fileName ?? this.defaultFileName;
  }

  protected override get weightCopies(): number {
    return this.props.weightSharing ? 1 : this.instanceCount;
  }
}

/** A boolean parameter, or its opposite; left out where it was not given. */
function flag(value: boolean | undefined, opposite = false): string | undefined {
  return value === undefined ? undefined : String(value !== opposite);
}

/** The names of tensors that end with their places must be of each place once: the backend passes them by place. */
function ordinalFaults(list: string, tensors: readonly TensorSpec[]): Fault[] {
  const places = tensors.map(({ name }) => Number(ORDINAL.exec(name)?.[1] ?? NaN));
  return tensors.flatMap(({ name }, index) =>
    places[index] < tensors.length && places.indexOf(places[index]) === index
      ? []
      : [
          fault(
            'TENSOR_NOT_ORDINAL',
            `${list}[${index}].name`,
            `${list} of a PyTorch model must end with their places, each of 0 to ${tensors.length - 1} once, e.g. ` +
              `'${list === 'inputs' ? 'INPUT' : 'OUTPUT'}__${index}'; got '${name}'`,
          ),
        ],
  );
}

/** Types of tensors that the backend has (src/libtorch_utils.cc, ModelConfigDataTypeToTorchType), texts apart. */
const TORCH_TYPES: readonly TensorDataType[] = [
  TensorDataType.BOOL,
  TensorDataType.UINT8,
  TensorDataType.INT8,
  TensorDataType.INT16,
  TensorDataType.INT32,
  TensorDataType.INT64,
  TensorDataType.FP16,
  TensorDataType.FP32,
  TensorDataType.FP64,
];

function typeFaults({ inputs, outputs, sequenceBatching }: TensorModelProps): Fault[] {
  const { controls = [], states = [] } = sequenceBatching ?? {};
  const withTexts = [...TORCH_TYPES, TensorDataType.STRING];
  const check = (list: string, allowed: readonly TensorDataType[], types: readonly TensorDataType[]) =>
    types.flatMap((dataType, index) => {
      if (!Object.values(TensorDataType).includes(dataType) || allowed.includes(dataType)) return [];
      const reason = `a PyTorch model has no tensors of type ${dataType} here; use ${allowed.join(', ')}`;
      return [fault('UNKNOWN_VALUE', `${list}[${index}].dataType`, reason)];
    });
  const typesOf = (list: readonly { readonly dataType: TensorDataType }[]) => list.map(({ dataType }) => dataType);
  return allOf(
    () => check('inputs', withTexts, typesOf(inputs)),
    () => check('outputs', withTexts, typesOf(outputs)),
    // The id of a sequence cannot be a text there.
    () => check('sequenceBatching.controls', TORCH_TYPES, typesOf(controls)),
    () => check('sequenceBatching.states', withTexts, typesOf(states)),
  );
}

/** Texts are lists of texts there, and those have one dimension. */
function textFaults(list: string, tensors: readonly TensorSpec[]): Fault[] {
  return tensors.flatMap(({ name, dataType, dims }, index) =>
    dataType !== TensorDataType.STRING || dims.length === 1
      ? []
      : [
          fault(
            'INVALID_DIMENSION',
            `${list}[${index}].dims`,
            `${list} '${name}' of texts must have one dimension in a PyTorch model; got [${dims.join(', ')}]`,
          ),
        ],
  );
}
