import { duplicateFaults } from '../../../units/duplicate-faults';
import { Fault, fault, faultsUnder } from '../../../units/fault';
import { ModelProbe, VariedElements } from '../model-probe';
import { TensorDataType, TensorSpec } from '../model-options';
import { EnumName, TextMessage } from '../protobuf-text';
import { allOf, isUnreadable } from '../../../units/unreadable';

/**
 * The faults of inputs and outputs that Triton's core would report at load (src/model_config_utils.cc, ValidateModelInput and
 * ValidateIOShape).
 *
 * @internal
 */
export function tensorFaults(list: string, tensors: readonly TensorSpec[], maxBatchSize: number): Fault[] {
  if (tensors.length === 0) return [fault('EMPTY_LIST', list, `${list} must have at least one tensor`)];
  return allOf(
    () =>
      duplicateFaults(
        list,
        tensors.map((tensor) => tensor.name),
      ),
    () =>
      tensors.flatMap((tensor, index) =>
        faultsUnder(
          allOf(
            () => shapeFaults(tensor, maxBatchSize),
            () => formatFaults(tensor),
          ),
          `${list}[${index}]`,
          `${list} '${tensor.name}'`,
        ),
      ),
  );
}

/** @internal */
export function outputFaults(outputs: readonly TensorSpec[], maxBatchSize: number): Fault[] {
  return allOf(
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
    () =>
      outputs.flatMap((tensor, index) =>
        (['format', 'raggedBatch'] as const)
          .filter(
            (property) =>
              tensor[property] !== undefined && tensor[property] !== false && !isUnreadable(tensor[property]),
          )
          .map((property) =>
            fault(
              'CONFLICTING_PROPERTIES',
              `outputs[${index}].${property}`,
              `output '${tensor.name}' cannot have ${property}, which is for inputs; remove it`,
            ),
          ),
      ),
  );
}

/** @internal */
export function tensorMessage(tensor: TensorSpec): TextMessage {
  return {
    name: tensor.name,
    data_type: new EnumName(tensor.dataType),
    dims: tensor.dims,
    // An empty shape becomes an empty message, which is how the format represents a scalar.
    reshape: tensor.reshape && { shape: tensor.reshape },
    optional: tensor.optional ? true : undefined,
    format: tensor.format && new EnumName(tensor.format),
    allow_ragged_batch: tensor.raggedBatch ? true : undefined,
  };
}

function formatFaults({ dims, format }: TensorSpec): Fault[] {
  if (format === undefined || isUnreadable(format) || dims.length === 3) return [];
  const reason = `a tensor of a format must have three dimensions, without that of the batch; got [${dims.join(', ')}]`;
  return [fault('INVALID_DIMENSION', 'dims', reason)];
}

function shapeFaults({ name, dims, reshape }: TensorSpec, maxBatchSize: number): Fault[] {
  const faults: Fault[] = [];
  if (name === '') faults.push(fault('INVALID_NAME', 'name', 'name must not be empty'));
  if (dims.length === 0) faults.push(fault('EMPTY_LIST', 'dims', 'dims must have at least one dimension'));
  for (const dim of [...dims, ...(reshape ?? [])]) {
    if (!(Number.isSafeInteger(dim) && (dim >= 1 || dim === -1)))
      faults.push(
        fault('INVALID_DIMENSION', 'dims', `dimensions must be positive whole numbers, or -1 for any size; got ${dim}`),
      );
  }
  if (!reshape || faults.length > 0) return faults;
  const both = `dims [${dims.join(', ')}] and reshape [${reshape.join(', ')}]`;
  if (reshape.length === 0) {
    if (maxBatchSize === 0)
      faults.push(
        fault(
          'RESHAPE_DIFFERS',
          'reshape',
          'an empty reshape needs a model that batches; set maxBatchSize to at least 1',
        ),
      );
    if (elements(dims) !== 1)
      faults.push(fault('RESHAPE_DIFFERS', 'reshape', `an empty reshape needs dims of one element; got ${both}`));
    return faults;
  }
  const [given, wanted] = [chunks(dims), chunks(reshape)];
  if (given.length !== wanted.length)
    faults.push(
      fault(
        'RESHAPE_DIFFERS',
        'reshape',
        `dims and reshape must have equally many dimensions of any size (-1); got ${both}`,
      ),
    );
  else if (given.some((count, i) => count !== wanted[i]))
    faults.push(fault('RESHAPE_DIFFERS', 'reshape', `dims and reshape must hold equally many elements; got ${both}`));
  return faults;
}

/** Elements between dimensions of any size: [2, -1, 3, 4] is 2 and 12. */
function chunks(dims: readonly number[]): number[] {
  const counts = [1];
  for (const dim of dims) {
    if (dim === -1) counts.push(1);
    else counts[counts.length - 1] *= dim;
  }
  return counts;
}

function elements(dims: readonly number[]): number {
  return dims.includes(-1) ? -1 : dims.reduce((product, dim) => product * dim, 1);
}

/** Bytes of an element; a text is a length of four bytes, here zero. */
const ELEMENT_BYTES: { readonly [type in TensorDataType]: number } = {
  [TensorDataType.BOOL]: 1,
  [TensorDataType.UINT8]: 1,
  [TensorDataType.UINT16]: 2,
  [TensorDataType.UINT32]: 4,
  [TensorDataType.UINT64]: 8,
  [TensorDataType.INT8]: 1,
  [TensorDataType.INT16]: 2,
  [TensorDataType.INT32]: 4,
  [TensorDataType.INT64]: 8,
  [TensorDataType.FP16]: 2,
  [TensorDataType.FP32]: 4,
  [TensorDataType.FP64]: 8,
  [TensorDataType.BF16]: 2,
  [TensorDataType.STRING]: 4,
};

/**
 * Bytes of one element of a batch; undefined where it is not known, as of texts.
 *
 * @internal
 */
export function tensorBytes({ dataType, dims }: TensorSpec): number | undefined {
  if (dataType === TensorDataType.STRING || dims.includes(-1)) return undefined;
  return dims.reduce((product, dim) => product * dim, ELEMENT_BYTES[dataType]);
}

/** A larger request would be work of its own. */
const MAX_PROBE_BYTES = 16 * 2 ** 20;

/**
 * The low bytes of a floating-point number that are all it has of a number next to zero, and how many such elements make a request unlike all
 * earlier ones. A whole number has none: another one than zero may be out of range, which ends a CUDA context.
 */
const NEAR_ZERO: { readonly [type in TensorDataType]?: VariedElements } = {
  [TensorDataType.FP64]: { random: 6, size: 8, count: 1 },
  [TensorDataType.FP32]: { random: 3, size: 4, count: 2 },
  [TensorDataType.FP16]: { random: 1, size: 2, count: 6 },
  [TensorDataType.BF16]: { random: 1, size: 2, count: 6 },
};

/**
 * A request of zeros, one element where a dimension may have any size. Where responses are cached, its first numbers are next to zero instead,
 * if it has floating-point ones.
 *
 * @see https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_binary_data.md
 *
 * @internal
 */
export function tensorProbe(inputs: readonly TensorSpec[], maxBatchSize: number, isCached: boolean): ModelProbe {
  const required = inputs.filter(({ optional }) => !optional);
  const variable = isCached ? required.find(({ dataType }) => NEAR_ZERO[dataType]) : undefined;
  // Its bytes come first.
  const ordered = variable ? [variable, ...required.filter((input) => input !== variable)] : required;
  const tensors = ordered.map(({ name, dataType, dims }) => {
    const shape = [...(maxBatchSize > 0 ? [1] : []), ...dims.map((dim) => (dim === -1 ? 1 : dim))];
    const bytes = shape.reduce((product, dim) => product * dim, ELEMENT_BYTES[dataType]);
    const datatype = dataType === TensorDataType.STRING ? 'BYTES' : dataType.slice('TYPE_'.length);
    return { name, shape, datatype, parameters: { binary_data_size: bytes } };
  });
  const tensorBytes = tensors.reduce((sum, { parameters }) => sum + parameters.binary_data_size, 0);
  if (tensors.length === 0 || tensorBytes > MAX_PROBE_BYTES) return { kind: 'none' };
  const request = { inputs: tensors, parameters: { binary_data_output: true } };
  if (!isCached) return { kind: 'tensor', request, tensorBytes };
  const near = variable && NEAR_ZERO[variable.dataType];
  const varied = near && {
    ...near,
    count: Math.min(near.count, tensors[0].parameters.binary_data_size / near.size),
  };
  return { kind: 'cached', request, tensorBytes, varied };
}
