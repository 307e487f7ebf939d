import { Fault, untitled } from '../../../units/fault';
import { TensorSpec } from '../model-options';
import { EnumName, TextMessage } from '../protobuf-text';

/**
 * What Triton's core refuses of inputs and outputs at load (src/model_config_utils.cc, ValidateModelInput and ValidateIOShape).
 *
 * @internal
 */
export function tensorFaults(
  where: string,
  list: string,
  tensors: readonly TensorSpec[],
  maxBatchSize: number,
): Fault[] {
  if (tensors.length === 0) return [untitled(`${where}: ${list} must not be empty`)];
  const faults: Fault[] = [];
  const names = tensors.map((tensor) => tensor.name);
  for (const name of new Set(names.filter((candidate, i) => names.indexOf(candidate) !== i))) {
    faults.push(untitled(`${where}: ${list} name '${name}' twice`));
  }
  return [
    ...faults,
    ...tensors.flatMap((tensor) => shapeFaults(`${where}: ${list} '${tensor.name}'`, tensor, maxBatchSize)),
  ];
}

/** @internal */
export function tensorMessage(tensor: TensorSpec): TextMessage {
  return {
    name: tensor.name,
    data_type: new EnumName(tensor.dataType),
    dims: tensor.dims,
    // An empty shape leaves an empty message, which is how the format says 'a scalar'.
    reshape: tensor.reshape && { shape: tensor.reshape },
    optional: tensor.optional ? true : undefined,
  };
}

function shapeFaults(where: string, { name, dims, reshape }: TensorSpec, maxBatchSize: number): Fault[] {
  const faults: Fault[] = [];
  if (name === '') faults.push(untitled(`${where}: the name must not be empty`));
  if (dims.length === 0) faults.push(untitled(`${where}: dims must have at least one dimension`));
  for (const dim of [...dims, ...(reshape ?? [])]) {
    if (!(Number.isSafeInteger(dim) && (dim >= 1 || dim === -1)))
      faults.push(untitled(`${where}: dimensions must be positive or -1; got ${dim}`));
  }
  if (!reshape || faults.length > 0) return faults;
  const of = `dims [${dims.join(', ')}] and reshape [${reshape.join(', ')}]`;
  if (reshape.length === 0) {
    if (maxBatchSize === 0)
      faults.push(untitled(`${where}: an empty reshape needs a model that batches (maxBatchSize at least 1)`));
    if (elements(dims) !== 1) faults.push(untitled(`${where}: an empty reshape needs dims of one element; got ${of}`));
    return faults;
  }
  const [given, wanted] = [chunks(dims), chunks(reshape)];
  if (given.length !== wanted.length)
    faults.push(untitled(`${where}: ${of} must have as many dimensions of any size (-1)`));
  else if (given.some((count, i) => count !== wanted[i]))
    faults.push(untitled(`${where}: ${of} must hold as many elements`));
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
