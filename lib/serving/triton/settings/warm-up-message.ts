import { duplicateFaults } from '../../../units/duplicate-faults';
import { Fault, fault, faultsUnder } from '../../../units/fault';
import { wholeNumberFault } from '../../../units/number-faults';
import { allOf } from '../../../units/unreadable';
import { TensorDataType, TensorSpec } from '../model-options';
import { EnumName, MAX_INT32, TextMessage } from '../protobuf-text';
import { SequenceBatching } from './sequence-batching';
import { StoredFiles } from './stored-files';
import { WarmUpDataKind, WarmUpSample, WarmUpTensor } from './warm-up';

/** A tensor that a warm-up request may have. */
interface WarmTensor {
  readonly dataType: TensorDataType;
  readonly dims: readonly number[];
  readonly isNeeded: boolean;
}

/**
 * The faults of warm-up requests that Triton's core would report at load (src/backend_model_instance.cc, GenerateWarmupData), found at synthesis.
 *
 * @internal
 */
export function warmUpFaults(samples: readonly WarmUpSample[], model: WarmedModel, files: StoredFiles): Fault[] {
  return allOf(
    () =>
      duplicateFaults(
        'warmUp',
        samples.map(({ name }) => name),
      ),
    () =>
      samples.flatMap((sample, index) =>
        faultsUnder(sampleFaults(sample, model, files), `warmUp[${index}]`, `warmUp '${sample.name}'`),
      ),
  );
}

/**
 * What warm-up requests must know of their model.
 *
 * @internal
 */
export interface WarmedModel {
  readonly inputs: readonly TensorSpec[];
  readonly maxBatchSize: number;
  readonly sequenceBatching?: SequenceBatching;
}

function sampleFaults(sample: WarmUpSample, model: WarmedModel, files: StoredFiles): Fault[] {
  const tensors = tensorsOf(model);
  const missing = [...tensors].filter(([name, { isNeeded }]) => isNeeded && !Object.hasOwn(sample.inputs, name));
  return allOf(
    () => (sample.name === '' ? [fault('INVALID_NAME', 'name', 'name must not be empty')] : []),
    () => wholeNumberFault('batchSize', sample.batchSize, 1, Math.max(1, model.maxBatchSize)),
    () => wholeNumberFault('count', sample.count, 1, MAX_INT32),
    () =>
      missing.map(([name]) =>
        fault(
          'WARM_UP_INCOMPLETE',
          'inputs',
          `inputs must have every input that is not optional; '${name}' is missing`,
        ),
      ),
    () =>
      Object.entries(sample.inputs).flatMap(([name, tensor]) =>
        tensorFaults(`inputs[${name}]`, name, tensor, tensors, files),
      ),
  );
}

/** Inputs, and what the sequence batcher adds to a request. */
function tensorsOf({ inputs, sequenceBatching }: WarmedModel): Map<string, WarmTensor> {
  const { controls = [], states = [] } = sequenceBatching ?? {};
  return new Map<string, WarmTensor>([
    ...controls.map(({ tensor, dataType }) => [tensor, { dataType, dims: [1], isNeeded: false }] as const),
    ...states.map(({ inputName, dataType, dims }) => [inputName, { dataType, dims, isNeeded: false }] as const),
    ...inputs.map(({ name, dataType, dims, optional }) => [name, { dataType, dims, isNeeded: !optional }] as const),
  ]);
}

function tensorFaults(
  at: string,
  name: string,
  tensor: WarmUpTensor,
  tensors: ReadonlyMap<string, WarmTensor>,
  files: StoredFiles,
): Fault[] {
  const spec = tensors.get(name);
  if (spec === undefined) {
    const known = [...tensors.keys()].map((each) => `'${each}'`).join(', ');
    return [fault('UNKNOWN_VALUE', at, `'${name}' is no input of the model, which has ${known}`)];
  }
  const dims = tensor.dims ?? spec.dims;
  const shape = `[${dims.join(', ')}]`;
  const fits = dims.length === spec.dims.length && spec.dims.every((dim, i) => dim === -1 || dim === dims[i]);
  return allOf(
    () => (tensor.kind === WarmUpDataKind.FILE ? files.faults(`${at}.path`, tensor.path ?? '') : []),
    () =>
      dims.some((dim) => !(Number.isSafeInteger(dim) && dim >= 1))
        ? [
            fault(
              'INVALID_DIMENSION',
              `${at}.dims`,
              `'${name}' must have a size in each dimension, a positive whole number; got ${shape}; pass its shape`,
            ),
          ]
        : [],
    () =>
      fits
        ? []
        : [
            fault(
              'RESHAPE_DIFFERS',
              `${at}.dims`,
              `'${name}' must have the shape of the input, [${spec.dims.join(', ')}]; got ${shape}`,
            ),
          ],
  );
}

/** @internal */
export function warmUpMessage(samples: readonly WarmUpSample[], model: WarmedModel, files: StoredFiles): TextMessage[] {
  const tensors = tensorsOf(model);
  return samples.map(({ name, batchSize = 1, count, inputs }) => ({
    name,
    batch_size: batchSize,
    inputs: Object.entries(inputs).map(([key, tensor]) => ({ key, value: dataOf(tensor, tensors.get(key), files) })),
    count,
  }));
}

function dataOf(tensor: WarmUpTensor, spec: WarmTensor | undefined, files: StoredFiles): TextMessage {
  const { kind, path = '', dims } = tensor;
  return {
    data_type: spec && new EnumName(spec.dataType),
    dims: [...(dims ?? spec?.dims ?? [])],
    zero_data: kind === WarmUpDataKind.ZEROS ? true : undefined,
    random_data: kind === WarmUpDataKind.RANDOM ? true : undefined,
    input_data_file: kind === WarmUpDataKind.FILE ? files.pathOf(path) : undefined,
  };
}
