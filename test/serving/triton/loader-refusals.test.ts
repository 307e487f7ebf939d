import {
  DynamicBatching,
  ModelInstances,
  OnnxRuntimeModelProps,
  PyTorchModelProps,
  SequenceControl,
  TensorDataType,
  TritonModel,
} from '../../../lib/serving';
import { DataSize, Duration } from '../../../lib/units';
import { faultsThrown, idsOf } from '../../support/faults';
import { DeploymentOverrides, deploy, onnxProps } from '../support/fixtures';

const onnx = (props: Partial<OnnxRuntimeModelProps>): DeploymentOverrides => ({
  models: [TritonModel.onnxRuntime({ ...onnxProps, ...props })],
});
const ofTorch = (name: string, dataType: TensorDataType) => ({ name, dataType, dims: [1] });
const TORCH = {
  name: 'torch',
  maxBatchSize: 4,
  modelSize: DataSize.mib(9),
  inputs: [ofTorch('INPUT__0', TensorDataType.FP32)],
  outputs: [ofTorch('OUTPUT__0', TensorDataType.FP32)],
};
const STATE = { inputName: 'in', outputName: 'out', dataType: TensorDataType.FP32, dims: [4] };

/** What Triton's core and its backends would refuse at load, or answer with errors alone. */
test.each<[string, DeploymentOverrides, string]>([
  ...(
    [
      ['an input', { inputs: [ofTorch('INPUT__0', TensorDataType.UINT16)] }, 'inputs[0].dataType'],
      ['an output', { outputs: [ofTorch('OUTPUT__0', TensorDataType.BF16)] }, 'outputs[0].dataType'],
      [
        'the id of a sequence',
        { sequenceBatching: { controls: [SequenceControl.correlationId('ID__1', TensorDataType.UINT64)] } },
        'sequenceBatching.controls[0].dataType',
      ],
      [
        'a text as the id of a sequence',
        { sequenceBatching: { controls: [SequenceControl.correlationId('ID__1', TensorDataType.STRING)] } },
        'sequenceBatching.controls[0].dataType',
      ],
      [
        'a state',
        { sequenceBatching: { states: [{ ...STATE, dataType: TensorDataType.UINT32 }] } },
        'sequenceBatching.states[0].dataType',
      ],
    ] as [string, Partial<PyTorchModelProps>, string][]
  ).map(([what, props, at]): [string, DeploymentOverrides, string] => [
    `${what} of a type that LibTorch lacks`,
    { models: [TritonModel.pyTorch({ ...TORCH, ...props })] },
    `UNKNOWN_VALUE models[0].${at}`,
  ]),
  [
    'a control named as an input',
    onnx({ sequenceBatching: { controls: [SequenceControl.start(onnxProps.inputs[0].name)] } }),
    'DUPLICATE models[0].sequenceBatching.controls[0].tensor',
  ],
  [
    'a state named as an input',
    onnx({ sequenceBatching: { states: [{ ...STATE, inputName: onnxProps.inputs[0].name }] } }),
    'DUPLICATE models[0].sequenceBatching.states[0].inputName',
  ],
  [
    'a state named as a control',
    onnx({ sequenceBatching: { controls: [SequenceControl.start('in')], states: [STATE] } }),
    'DUPLICATE models[0].sequenceBatching.states[0].inputName',
  ],
  [
    'a state that grows on the CPU',
    onnx({
      instances: ModelInstances.onCpu(),
      sequenceBatching: { states: [{ ...STATE, sameBuffer: true, growable: true }] },
    }),
    'CONFLICTING_PROPERTIES models[0].sequenceBatching.states[0].growable',
  ],
  [
    'a ragged input that is optional',
    onnx({ inputs: [{ name: 'x', dataType: TensorDataType.FP32, dims: [-1], optional: true, raggedBatch: true }] }),
    'CONFLICTING_PROPERTIES models[0].inputs[0].raggedBatch',
  ],
  ...(
    [
      ['the default', { maxQueueDelay: Duration.seconds(5) }],
      ['a queue', { maxQueueDelay: Duration.seconds(2), queue: { timeout: Duration.seconds(1) } }],
      [
        'a level',
        {
          maxQueueDelay: Duration.seconds(2),
          priorityLevels: 1,
          priorityQueues: { '1': { timeout: Duration.seconds(1) } },
        },
      ],
      [
        'the default, which a level without a queue has',
        {
          maxQueueDelay: Duration.seconds(10),
          priorityLevels: 2,
          priorityQueues: { '2': { timeout: Duration.seconds(60) } },
        },
      ],
    ] as [string, DynamicBatching][]
  ).map(([what, dynamicBatching]): [string, DeploymentOverrides, string] => [
    `a delay as long as the timeout of ${what}`,
    onnx({ dynamicBatching }),
    'OUT_OF_RANGE models[0].dynamicBatching.maxQueueDelay',
  ]),
  [
    'a default level of 0 without levels',
    onnx({ dynamicBatching: { defaultPriorityLevel: 0 } }),
    'NOT_A_WHOLE_NUMBER models[0].dynamicBatching.defaultPriorityLevel',
  ],
])('%s is refused', (_, overrides, found) => {
  expect(idsOf(faultsThrown(() => deploy(overrides)))).toEqual([found]);
});

test('a delay is not compared with a default queue that no level has', () => {
  const ofLevel = { timeout: Duration.seconds(60) };
  const dynamicBatching: DynamicBatching = {
    maxQueueDelay: Duration.seconds(10),
    priorityLevels: 2,
    priorityQueues: { '1': ofLevel, '2': ofLevel },
  };
  expect(() => deploy(onnx({ dynamicBatching }))).not.toThrow();
});
