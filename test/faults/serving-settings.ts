import { GpuInstanceType, ModelSpec, TritonRelease } from '../../lib/catalog';
import {
  OnnxRuntimeModelProps,
  ResponseCache,
  SequenceBatching,
  SequenceControl,
  SequenceInitialState,
  SequenceState,
  SequenceStrategy,
  TensorDataType,
  TensorFormat,
  TritonDeploymentProps,
  TritonModel,
  WarmUpSample,
  WarmUpTensor,
} from '../../lib/serving';
import { DataSize, Duration } from '../../lib/units';
import { deploy, onnxProps } from '../serving/support/fixtures';
import { warningsOf } from '../support/faults';
import { FaultText } from './fault-text';

const onnx =
  (props: Partial<OnnxRuntimeModelProps>, server: Partial<TritonDeploymentProps> = {}) =>
  () =>
    deploy({ models: [TritonModel.onnxRuntime({ ...onnxProps, modelSize: DataSize.gib(1), ...props })], ...server });
const sequences = (sequenceBatching: SequenceBatching) => onnx({ sequenceBatching });
const state = (more: Partial<SequenceState>) =>
  sequences({
    states: [{ inputName: 'in', outputName: 'out', dataType: TensorDataType.FP32, dims: [4, -1], ...more }],
  });
const sample = (more: Partial<WarmUpSample>) =>
  onnx({ warmUp: [{ name: 'first', inputs: { features: WarmUpTensor.zeros() }, ...more }] });
const limited = { rateLimit: { resources: [{ name: 'slots', count: 2 }] } };

const G6E = GpuInstanceType.G6E_XLARGE;
const chat = TritonModel.tensorRtLlm({ name: 'chat', model: ModelSpec.LLAMA_3_1_8B });

const engine = TritonModel.tensorRtLlmEngine({ name: 'chat', maxBatchSize: 8, engineSize: DataSize.gib(16) });

/** Faults of settings that Triton's loader has rules for. */
export const TEXTS: FaultText[] = [
  {
    id: 'CONFLICTING_PROPERTIES',
    property: 'models[0].sequenceBatching',
    text: "model 'fraud': sequenceBatching takes the place of dynamicBatching; remove one of them",
    refuse: onnx({ sequenceBatching: {}, dynamicBatching: {} }),
  },
  {
    id: 'CONFLICTING_PROPERTIES',
    property: 'models[0].responseCache',
    text:
      "model 'fraud': responseCache is not for sequences, whose answers depend on earlier requests; remove responseCache " +
      'or sequenceBatching',
    refuse: onnx({ sequenceBatching: {}, responseCache: true }),
  },
  {
    id: 'MISSING_PROPERTY',
    property: 'models[0].sequenceBatching.strategy.minimumSlotUtilization',
    text:
      "model 'fraud': maxQueueDelay 5ms of the direct strategy has no effect without minimumSlotUtilization; set it to the " +
      'share of slots to wait for, or remove maxQueueDelay',
    refuse: sequences({ strategy: SequenceStrategy.direct({ maxQueueDelay: Duration.milliseconds(5) }) }),
  },
  {
    id: 'CONFLICTING_PROPERTIES',
    property: 'models[0].sequenceBatching.controls',
    text:
      "model 'fraud': controls may tell each thing by one tensor, but CONTROL_SEQUENCE_START is told by 'a' and 'b'; " +
      'remove one',
    refuse: sequences({ controls: [SequenceControl.start('a'), SequenceControl.start('b')] }),
  },
  {
    id: 'UNKNOWN_VALUE',
    property: 'models[0].sequenceBatching.controls[0].dataType',
    text:
      "model 'fraud': the id of a sequence must be of type TYPE_UINT64, TYPE_INT64, TYPE_UINT32, TYPE_INT32, TYPE_STRING; " +
      'got TYPE_FP32',
    refuse: sequences({ controls: [SequenceControl.correlationId('id', TensorDataType.FP32)] }),
  },
  {
    id: 'INVALID_DIMENSION',
    property: 'models[0].sequenceBatching.states[0].initial.dims',
    text: "model 'fraud': states[0]: the initial state must have a size in each dimension; got [4, -1]; pass its shape",
    refuse: state({ initial: SequenceInitialState.zeros() }),
  },
  {
    id: 'RESHAPE_DIFFERS',
    property: 'models[0].sequenceBatching.states[0].initial.dims',
    text: "model 'fraud': states[0]: the initial state must have the shape of the state, [4, -1]; got [3, 2]",
    refuse: state({ initial: SequenceInitialState.zeros([3, 2]) }),
  },
  {
    id: 'MISSING_PROPERTY',
    property: 'models[0].sequenceBatching.states[0].sameBuffer',
    text: "model 'fraud': states[0]: growable needs one buffer for input and output; set sameBuffer to true or remove growable",
    refuse: state({ growable: true }),
  },
  {
    id: 'INVALID_DIMENSION',
    property: 'models[0].inputs[0].dims',
    text: "model 'fraud': inputs 'x': a tensor of a format must have three dimensions, without that of the batch; got [4]",
    refuse: onnx({ inputs: [{ name: 'x', dataType: TensorDataType.FP32, dims: [4], format: TensorFormat.NCHW }] }),
  },
  {
    id: 'CONFLICTING_PROPERTIES',
    property: 'models[0].outputs[0].raggedBatch',
    text: "model 'fraud': output 'y' cannot have raggedBatch, which is for inputs; remove it",
    refuse: onnx({ outputs: [{ name: 'y', dataType: TensorDataType.FP32, dims: [4], raggedBatch: true }] }),
  },
  {
    id: 'WARM_UP_INCOMPLETE',
    property: 'models[0].warmUp[0].inputs',
    text: "model 'fraud': warmUp 'first': inputs must have every input that is not optional; 'features' is missing",
    refuse: sample({ inputs: {} }),
  },
  {
    id: 'UNKNOWN_VALUE',
    property: 'models[0].warmUp[0].inputs[feature]',
    text: "model 'fraud': warmUp 'first': 'feature' is no input of the model, which has 'features'",
    refuse: sample({ inputs: { features: WarmUpTensor.zeros(), feature: WarmUpTensor.zeros() } }),
  },
  {
    id: 'RESHAPE_DIFFERS',
    property: 'models[0].warmUp[0].inputs[features].dims',
    text: "model 'fraud': warmUp 'first': 'features' must have the shape of the input, [128]; got [64]",
    refuse: sample({ inputs: { features: WarmUpTensor.random([64]) } }),
  },
  {
    id: 'INVALID_DIMENSION',
    property: 'models[0].warmUp[0].inputs[features].dims',
    text:
      "model 'fraud': warmUp 'first': 'features' must have a size in each dimension, a positive whole number; got [-1]; " +
      'pass its shape',
    refuse: onnx({
      inputs: [{ name: 'features', dataType: TensorDataType.FP32, dims: [-1] }],
      warmUp: [{ name: 'first', inputs: { features: WarmUpTensor.zeros() } }],
    }),
  },
  {
    id: 'INVALID_NAME',
    property: 'models[0].warmUp[0].inputs[features].path',
    text:
      "model 'fraud': warmUp 'first': inputs[features].path must be a path below the version of the model, of letters, " +
      "digits, '.', '_', '-' and '/'; got '../secret'",
    refuse: sample({ inputs: { features: WarmUpTensor.fromStore('../secret') } }),
  },
  {
    id: 'INVALID_NAME',
    property: 'models[0].metricTags[a-b]',
    text: "model 'fraud': names of metricTags must be letters, digits and '_', starting with a letter or digit; got 'a-b'",
    refuse: onnx({ metricTags: { 'a-b': 'c' } }),
  },
  {
    id: 'RESERVED',
    property: 'models[0].parameters[intra_op_thread_count]',
    text: "model 'fraud': parameters must not set intra_op_thread_count, which other properties of the model decide; remove it",
    refuse: onnx({ parameters: { intra_op_thread_count: '4' } }),
  },
  {
    id: 'CONFLICTING_PROPERTIES',
    property: 'models',
    text: "resource 'slots' must be global for all models or for none, but it is global for 'other' and not for 'fraud'",
    refuse: () =>
      deploy({
        models: [
          TritonModel.onnxRuntime({ ...onnxProps, ...limited }),
          TritonModel.onnxRuntime({
            ...onnxProps,
            name: 'other',
            rateLimit: { resources: [{ name: 'slots', count: 1, global: true }] },
          }),
        ],
      }),
  },
  {
    id: 'UNKNOWN_VALUE',
    property: 'rateLimitResources[0].name',
    text: "no model asks for resource 'slot'; models ask for 'slots'",
    refuse: onnx(limited, { rateLimitResources: [{ name: 'slot', count: 2 }] }),
  },
  {
    id: 'OUT_OF_RANGE',
    property: 'rateLimitResources[0].count',
    text: "rateLimitResources[0].count must be at least 2, which a request of model 'fraud' needs of 'slots'; got 1",
    refuse: onnx(limited, { rateLimitResources: [{ name: 'slots', count: 1 }] }),
  },
  {
    id: 'OUT_OF_RANGE',
    property: 'responseCache',
    text: 'a response cache must have at least 1 MiB; got 512 KiB',
    refuse: onnx({ responseCache: true }, { responseCache: ResponseCache.local(DataSize.mib(0.5)) }),
  },
  {
    id: 'RESERVED',
    property: 'extraArguments[0]',
    text: 'extraArguments must not contain --cache-config; use responseCache',
    refuse: onnx({}, { extraArguments: ['--cache-config=local,size=1048576'] }),
  },
  {
    id: 'RESPONSE_CACHE_UNUSED',
    text: 'the server has a response cache, but no model uses it; set responseCache of a model to true, or remove the cache',
    faults: () => warningsOf(onnx({}, { responseCache: ResponseCache.local(DataSize.mib(64)) })().deployment),
  },
  {
    id: 'RELEASE_WITHOUT_TENSORRT_LLM',
    property: 'models[0].tritonRelease',
    text:
      "model 'chat': NVIDIA lists no image of Triton 26.08 with TensorRT-LLM; use tritonRelease 26.07, whose TensorRT-LLM is 1.2.1, or serve " +
      'the model by TritonModel.vllm',
    refuse: () => deploy({ models: [chat], instanceType: G6E, tritonRelease: TritonRelease.V26_08 }),
  },
  {
    id: 'RELEASE_WITHOUT_TENSORRT_LLM',
    property: 'models[0].tritonRelease',
    text: "model 'chat': Triton 25.08 has TensorRT-LLM 0.21.0, but its LLM API is stable from 1.0 on; use tritonRelease 25.09 or later",
    refuse: () => deploy({ models: [chat], instanceType: G6E, tritonRelease: TritonRelease.of('25.08') }),
  },
  {
    id: 'TENSORRT_LLM_ENGINE_DEPRECATED',
    text:
      "model 'chat': NVIDIA has deprecated engines that are built before, and lists images with their backend up to 26.07; an engine runs only on " +
      'the GPU and the TensorRT-LLM that it was built with, 1.2.1; use TritonModel.tensorRtLlm or TritonModel.vllm',
    faults: () => warningsOf(deploy({ models: [engine], instanceType: G6E }).deployment),
  },
  {
    id: 'TENSORRT_LLM_NOT_MEASURED',
    text:
      "model 'chat': the memory and the times of TensorRT-LLM are planned as its documentation has them, and no server was measured; look at " +
      'its log after the first start, and lower cacheMemoryFraction, 0.9, if it runs out of memory',
    faults: () => warningsOf(deploy({ models: [chat], instanceType: G6E }).deployment),
  },
  {
    id: 'SEQUENCES_OVER_REPLICAS',
    text:
      "requests of one sequence of 'fraud' must reach the same server, but there are 2 behind one service; send each " +
      'sequence over one connection, or set replicas to 1',
    faults: () => warningsOf(onnx({ sequenceBatching: {} }, { replicas: 2 })().deployment),
  },
];
