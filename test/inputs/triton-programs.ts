import {
  ControlValues,
  DataSize,
  FrontEndToolCallParser,
  ModelSpec,
  ResponseCache,
  SequenceControl,
  SequenceInitialState,
  SequenceStrategy,
  TensorDataType,
  TritonModel,
  WarmUpTensor,
} from '../../lib';
import { ArgumentPrograms, Given, Program, StructPrograms } from './string-programs-compute';
import { deploy } from './string-programs-workloads';

const tensor = { name: 'x', dataType: TensorDataType.FP32, dims: [1] };
const onnx = { name: 'scores', maxBatchSize: 8, inputs: [tensor], outputs: [{ ...tensor, name: 'y' }] };

const model = (given: Given, server: Given = {}): Program =>
  ((stack) => deploy({ models: [TritonModel.onnxRuntime({ ...onnx, ...given })], ...server })(stack)) as Program;
const sequences = (given: Given) => model({ sequenceBatching: given });
const state = { inputName: 'in', outputName: 'out', dataType: TensorDataType.FP32, dims: [1] };
const sample = { name: 'first', inputs: { x: WarmUpTensor.zeros() } };
const limited = { rateLimit: { resources: [{ name: 'slots', count: 1 }] } };

/** Of settings of Triton's models and servers. */
export const TRITON_STRUCTS: StructPrograms = {
  ModelSettings: (given) => model(given),
  InstanceSettings: (given) => model(given),
  SequenceBatching: sequences,
  SequenceState: (given) => sequences({ states: [{ ...state, ...given }] }),
  DirectSequenceOptions: (given) => (stack) =>
    sequences({ strategy: SequenceStrategy.direct({ minimumSlotUtilization: 0.5, ...given }) })(stack),
  OldestSequenceOptions: (given) => (stack) => sequences({ strategy: SequenceStrategy.oldest(given) })(stack),
  WarmUpSample: (given) => model({ warmUp: [{ ...sample, ...given }] }),
  RateLimit: (given) => model({ rateLimit: given }),
  RateLimitResource: (given) => model({ rateLimit: { resources: [{ name: 'slots', count: 1, ...given }] } }),
  AvailableResource: (given) => model(limited, { rateLimitResources: [{ name: 'slots', count: 2, ...given }] }),
  TensorRtLlmModelProps: (given) => (stack) =>
    deploy({ models: [TritonModel.tensorRtLlm({ name: 'chat', model: ModelSpec.QWEN_2_5_0_5B, ...given })] })(stack),
  TensorRtLlmEngineProps: (given) => (stack) =>
    deploy({
      models: [TritonModel.tensorRtLlmEngine({ name: 'chat', maxBatchSize: 8, engineSize: DataSize.gib(1), ...given })],
    })(stack),
  HardwareConfiguration: (given) => model({ configurations: { a10g: given } }),
  TritonServerSettings: (given) => deploy(given),
  OpenAiFrontEndOptions: (given) => deploy({ openAi: given }),
};

/** Of arguments of those settings. */
export const TRITON_ARGUMENTS: ArgumentPrograms = {
  'FrontEndToolCallParser.of(name)': (value) => (stack) =>
    deploy({ openAi: { toolCallParser: FrontEndToolCallParser.of(value as string) } })(stack),
  'FrontEndToolCallParser.custom(name)': (value) => (stack) =>
    deploy({ openAi: { toolCallParser: FrontEndToolCallParser.custom(value as string) } })(stack),
  'ResponseCache.local(size)': (value) => (stack) =>
    model({ responseCache: true }, { responseCache: ResponseCache.local(value as DataSize) })(stack),
  'ResponseCache.custom(name)': (value) => (stack) =>
    model({ responseCache: true }, { responseCache: ResponseCache.custom(value, { host: 'redis' }) })(stack),
  'ResponseCache.custom(settings)': (value) => (stack) =>
    model({ responseCache: true }, { responseCache: ResponseCache.custom('redis', value) })(stack),
  'SequenceControl.start(tensor)': (value) => (stack) => sequences({ controls: [SequenceControl.start(value)] })(stack),
  'SequenceControl.ready(tensor)': (value) => (stack) =>
    sequences({ controls: [SequenceControl.ready(value, ControlValues.bool())] })(stack),
  'SequenceControl.end(tensor)': (value) => (stack) =>
    sequences({ controls: [SequenceControl.end(value, ControlValues.fp32())] })(stack),
  'SequenceControl.correlationId(tensor)': (value) => (stack) =>
    sequences({ controls: [SequenceControl.correlationId(value, TensorDataType.UINT64)] })(stack),
  'SequenceInitialState.fromStore(path)': (value) => (stack) =>
    sequences({ states: [{ ...state, initial: SequenceInitialState.fromStore(value) }] })(stack),
  'WarmUpTensor.fromStore(path)': (value) => (stack) =>
    model({ warmUp: [{ ...sample, inputs: { x: WarmUpTensor.fromStore(value) } }] })(stack),
};
