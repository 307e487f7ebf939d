import { duplicateFaults } from '../../../units/duplicate-faults';
import { Fault, fault, faultsUnder } from '../../../units/fault';
import { TensorSpec } from '../model-options';
import { EnumName, TextMessage } from '../protobuf-text';

/**
 * The faults of inputs and outputs that Triton's core would report at load (src/model_config_utils.cc, ValidateModelInput and
 * ValidateIOShape).
 *
 * @internal
 */
export function tensorFaults(list: string, tensors: readonly TensorSpec[], maxBatchSize: number): Fault[] {
  if (tensors.length === 0) return [fault('EMPTY_LIST', list, `${list} must have at least one tensor`)];
  return [
    ...duplicateFaults(
      list,
      tensors.map((tensor) => tensor.name),
    ),
    ...tensors.flatMap((tensor, index) =>
      faultsUnder(shapeFaults(tensor, maxBatchSize), `${list}[${index}]`, `${list} '${tensor.name}'`),
    ),
  ];
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
  };
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
