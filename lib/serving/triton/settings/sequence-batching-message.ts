import { duplicateFaults } from '../../../units/duplicate-faults';
import { Duration } from '../../../units/duration';
import { Fault, fault, faultsUnder } from '../../../units/fault';
import { shareFault, wholeAmountFault, wholeNumberFault } from '../../../units/number-faults';
import { allOf } from '../../../units/unreadable';
import { ModelInstances } from '../model-instances';
import { TensorDataType, TensorSpec } from '../model-options';
import { EnumName, MAX_INT32, TextMessage } from '../protobuf-text';
import {
  OldestSequenceOptions,
  SequenceBatching,
  SequenceControl,
  SequenceControlKind,
  SequenceInitialState,
  SequenceState,
  SequenceStrategy,
} from './sequence-batching';
import { StoredFiles } from './stored-files';

/** Types that the id of a sequence may have (core src/model_config_utils.cc, ValidateModelConfig). */
const ID_TYPES = [
  TensorDataType.UINT64,
  TensorDataType.INT64,
  TensorDataType.UINT32,
  TensorDataType.INT32,
  TensorDataType.STRING,
];

/**
 * The faults of sequence batching that Triton's core would report at load (src/model_config_utils.cc, ValidateModelConfig and
 * Get...SequenceControlProperties; src/sequence_batch_scheduler), found at synthesis.
 *
 * @internal
 */
export function sequenceBatchingFaults(
  { strategy = SequenceStrategy.direct(), maxIdle, controls = [], states = [] }: SequenceBatching,
  maxBatchSize: number,
  files: StoredFiles,
  { inputs, instances }: { readonly inputs: readonly TensorSpec[]; readonly instances: ModelInstances },
): Fault[] {
  return faultsUnder(
    allOf(
      () => strategyFaults(strategy, maxBatchSize),
      () =>
        maxIdle === undefined
          ? []
          : wholeAmountFault('maxIdle', maxIdle.toMicroseconds(), 'microseconds', `${maxIdle}`, 1),
      () => controlFaults(controls),
      () => stateFaults(states, files),
      () => nameFaults(inputs, controls, states),
      () => (!instances.isOnGpus ? growthFaults(states) : []),
    ),
    'sequenceBatching',
  );
}

function strategyFaults({ directOptions, oldestOptions }: SequenceStrategy, maxBatchSize: number): Fault[] {
  const { maxQueueDelay, minimumSlotUtilization } = directOptions ?? {};
  return faultsUnder(
    allOf(
      () => shareFault('minimumSlotUtilization', minimumSlotUtilization),
      () =>
        directOptions && maxQueueDelay !== undefined && minimumSlotUtilization === undefined
          ? [
              fault(
                'MISSING_PROPERTY',
                'minimumSlotUtilization',
                `maxQueueDelay ${maxQueueDelay} of the direct strategy has no effect without minimumSlotUtilization; set it to the share of slots to ` +
                  'wait for, or remove maxQueueDelay',
              ),
            ]
          : [],
      () => delayFault(maxQueueDelay),
      () => (oldestOptions ? oldestFaults(oldestOptions, maxBatchSize) : []),
    ),
    'strategy',
  );
}

function oldestFaults(options: OldestSequenceOptions, maxBatchSize: number): Fault[] {
  const { maxCandidateSequences, preferredBatchSizes = [], maxQueueDelay } = options;
  return allOf(
    () => wholeNumberFault('maxCandidateSequences', maxCandidateSequences, 1, MAX_INT32),
    () =>
      maxBatchSize < 1 && preferredBatchSizes.length > 0
        ? [
            fault(
              'BATCHING_WITHOUT_BATCH',
              'preferredBatchSizes',
              `preferredBatchSizes needs a maxBatchSize of at least 1; got ${maxBatchSize}; raise maxBatchSize or remove preferredBatchSizes`,
            ),
          ]
        : preferredBatchSizes.flatMap((size, index) =>
            wholeNumberFault(`preferredBatchSizes[${index}]`, size, 1, maxBatchSize),
          ),
    () => delayFault(maxQueueDelay),
  );
}

function delayFault(delay: Duration | undefined): Fault[] {
  if (delay === undefined) return [];
  return wholeAmountFault('maxQueueDelay', delay.toMicroseconds(), 'microseconds', `${delay}`, 0);
}

function controlFaults(controls: readonly SequenceControl[]): Fault[] {
  const named = controls.map(({ tensor }) => tensor).filter((tensor) => tensor !== '');
  return allOf(
    () =>
      controls.flatMap(({ tensor }, index) =>
        tensor === ''
          ? [fault('INVALID_NAME', `controls[${index}].tensor`, `controls[${index}] must name its tensor; got ''`)]
          : [],
      ),
    () => duplicateFaults('controls', named),
    () =>
      Object.values(SequenceControlKind).flatMap((kind) => {
        const tensors = controls.filter((control) => control.kind === kind).map(({ tensor }) => `'${tensor}'`);
        return tensors.length < 2
          ? []
          : [
              fault(
                'CONFLICTING_PROPERTIES',
                'controls',
                `controls may tell each thing by one tensor, but ${kind} is told by ${tensors.join(' and ')}; remove one`,
              ),
            ];
      }),
    () => controls.flatMap((control, index) => valueFaults(control, `controls[${index}]`)),
  );
}

/** Triton makes the tensors of controls and states itself: none may be an input too, or each other. */
function nameFaults(
  inputs: readonly TensorSpec[],
  controls: readonly SequenceControl[],
  states: readonly SequenceState[],
): Fault[] {
  const taken = new Map(inputs.map(({ name }) => [name, 'an input of the model']));
  const check = (at: string, name: string) =>
    name !== '' && taken.has(name)
      ? [fault('DUPLICATE', at, `tensor '${name}' is ${taken.get(name)}, so that ${at} must name another`)]
      : [];
  return allOf(
    () => controls.flatMap(({ tensor }, index) => check(`controls[${index}].tensor`, tensor)),
    () => {
      for (const { tensor } of controls) if (!taken.has(tensor)) taken.set(tensor, 'a control');
      return states.flatMap(({ inputName }, index) => check(`states[${index}].inputName`, inputName));
    },
  );
}

/** Memory that grows is GPU memory, and only instances on GPUs have it (core src/sequence_state.cc). */
function growthFaults(states: readonly SequenceState[]): Fault[] {
  return states.flatMap(({ growable }, index) => {
    if (growable !== true) return [];
    const reason = `states[${index}].growable needs a model on GPUs, where its memory is; remove it or use ModelInstances.onGpus`;
    return [fault('CONFLICTING_PROPERTIES', `states[${index}].growable`, reason)];
  });
}

function valueFaults({ kind, dataType, values }: SequenceControl, at: string): Fault[] {
  if (kind === SequenceControlKind.CORRELATION_ID) {
    if (ID_TYPES.includes(dataType)) return [];
    const reason = `the id of a sequence must be of type ${ID_TYPES.join(', ')}; got ${dataType}`;
    return [fault('UNKNOWN_VALUE', `${at}.dataType`, reason)];
  }
  if (dataType === TensorDataType.INT32) {
    return [values?.no, values?.yes].flatMap((value) => wholeNumberFault(`${at}.values`, value, -MAX_INT32, MAX_INT32));
  }
  return [values?.no, values?.yes].flatMap((value) =>
    Number.isFinite(value)
      ? []
      : [fault('OUT_OF_RANGE', `${at}.values`, `${at}.values must be finite numbers; got ${value}`)],
  );
}

function stateFaults(states: readonly SequenceState[], files: StoredFiles): Fault[] {
  return allOf(
    () =>
      duplicateFaults(
        'states',
        states.flatMap(({ inputName, outputName }) => [`input ${inputName}`, `output ${outputName}`]),
      ),
    () =>
      states.flatMap((state, index) =>
        faultsUnder(oneStateFaults(state, files), `states[${index}]`, `states[${index}]`),
      ),
  );
}

function oneStateFaults(state: SequenceState, files: StoredFiles): Fault[] {
  const { inputName, outputName, dims, initial, growable, sameBuffer } = state;
  return allOf(
    () =>
      inputName === '' || outputName === ''
        ? [
            fault(
              'INVALID_NAME',
              inputName === '' ? 'inputName' : 'outputName',
              'inputName and outputName must not be empty',
            ),
          ]
        : [],
    () => dimensionFaults('dims', dims, true),
    () => (initial ? initialFaults(initial, dims, files) : []),
    () =>
      growable === true && sameBuffer !== true
        ? [
            fault(
              'MISSING_PROPERTY',
              'sameBuffer',
              'growable needs one buffer for input and output; set sameBuffer to true or remove growable',
            ),
          ]
        : [],
  );
}

function initialFaults(initial: SequenceInitialState, dims: readonly number[], files: StoredFiles): Fault[] {
  const shape = initial.dims ?? dims;
  const fits = shape.length === dims.length && dims.every((dim, i) => dim === -1 || dim === shape[i]);
  return allOf(
    () => (initial.path === undefined ? [] : files.faults('initial.path', initial.path)),
    () =>
      shape.includes(-1)
        ? [
            fault(
              'INVALID_DIMENSION',
              'initial.dims',
              `the initial state must have a size in each dimension; got [${shape.join(', ')}]; pass its shape`,
            ),
          ]
        : dimensionFaults('initial.dims', shape, false),
    () =>
      fits
        ? []
        : [
            fault(
              'RESHAPE_DIFFERS',
              'initial.dims',
              `the initial state must have the shape of the state, [${dims.join(', ')}]; got [${shape.join(', ')}]`,
            ),
          ],
  );
}

function dimensionFaults(property: string, dims: readonly number[], isAnySizeAllowed: boolean): Fault[] {
  const wrong = dims.filter((dim) => !(Number.isSafeInteger(dim) && (dim >= 1 || (isAnySizeAllowed && dim === -1))));
  const rest = isAnySizeAllowed ? ', or -1 for any size' : '';
  return wrong.map((dim) =>
    fault('INVALID_DIMENSION', property, `dimensions must be positive whole numbers${rest}; got ${dim}`),
  );
}

/** @internal */
export function sequenceBatchingMessage(batching: SequenceBatching, files: StoredFiles): TextMessage {
  const { strategy = SequenceStrategy.direct(), maxIdle, controls = [], states = [], iterative } = batching;
  const { directOptions, oldestOptions } = strategy;
  return {
    direct: directOptions && {
      max_queue_delay_microseconds: directOptions.maxQueueDelay?.toMicroseconds(),
      minimum_slot_utilization: directOptions.minimumSlotUtilization,
    },
    oldest: oldestOptions && {
      max_candidate_sequences: oldestOptions.maxCandidateSequences,
      preferred_batch_size: oldestOptions.preferredBatchSizes,
      max_queue_delay_microseconds: oldestOptions.maxQueueDelay?.toMicroseconds(),
      preserve_ordering: oldestOptions.preserveOrdering,
    },
    max_sequence_idle_microseconds: maxIdle?.toMicroseconds(),
    control_input: controls.map((control) => ({ name: control.tensor, control: [controlMessage(control)] })),
    state: states.map((state) => stateMessage(state, files)),
    iterative_sequence: iterative ? true : undefined,
  };
}

function controlMessage({ kind, dataType, values }: SequenceControl): TextMessage {
  const told = { kind: new EnumName(kind) };
  if (values === undefined) return { ...told, data_type: new EnumName(dataType) };
  const { no, yes } = values;
  if (dataType === TensorDataType.BOOL) return { ...told, bool_false_true: [false, true] };
  return dataType === TensorDataType.INT32
    ? { ...told, int32_false_true: [no, yes] }
    : { ...told, fp32_false_true: [no, yes] };
}

function stateMessage(state: SequenceState, files: StoredFiles): TextMessage {
  const { inputName, outputName, dataType, dims, initial, sameBuffer, growable } = state;
  const type = new EnumName(dataType);
  return {
    input_name: inputName,
    output_name: outputName,
    data_type: type,
    dims,
    initial_state: initial && {
      data_type: type,
      dims: initial.dims ?? dims,
      ...(initial.path === undefined ? { zero_data: true } : { data_file: files.pathOf(initial.path) }),
      name: 'initial',
    },
    use_same_buffer_for_input_output: sameBuffer ? true : undefined,
    use_growable_memory: growable ? true : undefined,
  };
}
