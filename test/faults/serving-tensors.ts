import { GpuInstanceType, ModelSpec } from '../../lib/catalog';
import {
  ModelInstances,
  OnnxRuntimeModelProps,
  TensorDataType,
  TimeoutAction,
  TritonModel,
  VersionPolicy,
} from '../../lib/serving';
import { DataSize, Duration } from '../../lib/units';
import { deploy, onnxProps } from '../serving/support/fixtures';
import { FaultText } from './fault-text';

const onnx = (props: Partial<OnnxRuntimeModelProps>) => () =>
  deploy({ models: [TritonModel.onnxRuntime({ ...onnxProps, ...props })] });
const input = (dims: number[], reshape?: number[]) =>
  onnx({ inputs: [{ name: 'x', dataType: TensorDataType.FP32, dims, reshape }] });

/** Faults of models of tensors, and of Triton's settings that only those have. */
export const TEXTS: FaultText[] = [
  {
    id: 'OUT_OF_RANGE',
    property: 'models[0].dynamicBatching.maxQueueDelay',
    text: "model 'fraud': maxQueueDelay must be less than the timeout of priorityQueues[2], 1s, after which requests are rejected that wait for a batch to fill; got 2s; shorten it, or raise priorityQueues[2].timeout",
    refuse: onnx({
      dynamicBatching: {
        maxQueueDelay: Duration.seconds(2),
        priorityLevels: 2,
        priorityQueues: { '2': { timeout: Duration.seconds(1) } },
      },
    }),
  },
  {
    id: 'SERVER_EXCEEDS_NODE',
    property: 'models',
    text: "the models of a server need 2 GPUs together ('a' 1, 'b' 1), but a g5.4xlarge has 1; make a deployment for each, or let models of tensors share a GPU by ModelInstances.onSharedGpu",
    refuse: () =>
      deploy({
        models: ['a', 'b'].map((name) => TritonModel.onnxRuntime({ ...onnxProps, name })),
        instanceType: GpuInstanceType.G5_4XLARGE,
      }),
  },
  {
    id: 'MODELS_NEED_DIFFERENT_IMAGES',
    property: 'models',
    text: 'models on TensorRT-LLM and vllm need different Triton images and cannot share a server; make a deployment for each backend',
    refuse: () =>
      deploy({
        models: [
          TritonModel.tensorRtLlm({ name: 'a', model: ModelSpec.LLAMA_3_1_8B }),
          TritonModel.vllm({ name: 'b', model: ModelSpec.LLAMA_3_1_8B }),
        ],
      }),
  },
  {
    id: 'MODELS_EXCEED_SHARED_GPU',
    property: 'models',
    text: "the models on the server's shared GPU need 25 GiB together ('a' 12 GiB, 'b' 12 GiB, and 1 GiB for CUDA), but a GPU of the pool has 22.35 GiB; give models less memory, or make another deployment for some of them",
    refuse: () =>
      deploy({
        models: ['a', 'b'].map((name) =>
          TritonModel.onnxRuntime({
            ...onnxProps,
            name,
            modelSize: DataSize.gib(1),
            instances: ModelInstances.onSharedGpu(DataSize.gib(12)),
          }),
        ),
      }),
  },
  {
    id: 'BATCHING_WITHOUT_BATCH',
    property: 'models[0].dynamicBatching',
    text:
      "model 'fraud': dynamicBatching needs a maxBatchSize of at least 1; got 0; raise maxBatchSize or remove " +
      'dynamicBatching',
    refuse: onnx({ dynamicBatching: {}, maxBatchSize: 0 }),
  },
  {
    id: 'BUCKETS_NOT_ASCENDING',
    property: 'models[0].latencyBucketsMs',
    text: "model 'fraud': latencyBucketsMs must be at least one positive number, in ascending order; got [5, 1]",
    refuse: onnx({ latencyBucketsMs: [5, 1] }),
  },
  {
    id: 'CONFLICTING_PROPERTIES',
    property: 'models[0].dynamicBatching.priorityLevels',
    text: "model 'fraud': priorityLevels must be 1 with preserveOrdering, because levels change the order; got 2",
    refuse: onnx({ dynamicBatching: { preserveOrdering: true, priorityLevels: 2 } }),
  },
  {
    id: 'CONFLICTING_PROPERTIES',
    property: 'models[0].dynamicBatching.queue.timeoutAction',
    text:
      "model 'fraud': queue.timeoutAction must be REJECT with preserveOrdering, because DELAY changes the order; got " +
      'DELAY',
    refuse: onnx({ dynamicBatching: { preserveOrdering: true, queue: { timeoutAction: TimeoutAction.DELAY } } }),
  },
  {
    id: 'EMPTY_LIST',
    property: 'models[0].versionPolicy',
    text: "model 'fraud': versionPolicy must name at least one version",
    refuse: onnx({ versionPolicy: VersionPolicy.specific([]) }),
  },
  {
    id: 'INVALID_DIMENSION',
    property: 'models[0].inputs[0].dims',
    text: "model 'fraud': inputs 'x': dimensions must be positive whole numbers, or -1 for any size; got 0",
    refuse: input([0]),
  },
  {
    id: 'INVALID_NAME',
    property: 'models[0].fileName',
    text: "model 'fraud': fileName must be a plain file name of letters, digits, '.', '_' and '-'; got 'a/b.onnx'",
    refuse: onnx({ fileName: 'a/b.onnx' }),
  },
  {
    id: 'MISSING_PROPERTY',
    property: 'models[0].dynamicBatching.priorityLevels',
    text:
      "model 'fraud': defaultPriorityLevel 1 needs priorityLevels; set priorityLevels to at least 1 or remove " +
      'defaultPriorityLevel',
    refuse: onnx({ dynamicBatching: { defaultPriorityLevel: 1 } }),
  },
  {
    id: 'MODEL_EXCEEDS_GPU_MEMORY',
    property: 'models[0].instances',
    text:
      "model 'fraud': 20 instance(s) of 1 version(s) need 40 GiB of GPU memory, but one A10G has 22.35 GiB; use " +
      'fewer instances or a larger GPU',
    refuse: onnx({ modelSize: DataSize.gib(2), instances: ModelInstances.onGpus(1, 20) }),
  },
  {
    id: 'NOT_A_WHOLE_NUMBER',
    property: 'models[0].versionPolicy',
    text: "model 'fraud': versionPolicy must keep at least 1 latest version; got 0",
    refuse: onnx({ versionPolicy: VersionPolicy.latest(0) }),
  },
  {
    id: 'OUTPUT_NOT_OPTIONAL',
    property: 'models[0].outputs[0].optional',
    text: "model 'fraud': output 'score' cannot be optional; only inputs can be left out of a request",
    refuse: onnx({ outputs: [{ ...onnxProps.outputs[0], optional: true }] }),
  },
  {
    id: 'NOT_A_WHOLE_NUMBER',
    property: 'models[0].dynamicBatching.maxQueueDelay',
    text: "model 'fraud': maxQueueDelay must be a whole number of microseconds, at least 0; got 0.5us",
    refuse: onnx({ dynamicBatching: { maxQueueDelay: Duration.microseconds(0.5) } }),
  },
  {
    id: 'RESHAPE_DIFFERS',
    property: 'models[0].inputs[0].reshape',
    text: "model 'fraud': inputs 'x': dims and reshape must hold equally many elements; got dims [2, 3] and reshape [7]",
    refuse: input([2, 3], [7]),
  },
  {
    id: 'UNKNOWN_VALUE',
    property: 'models[0].dynamicBatching.priorityQueues[3]',
    text: "model 'fraud': priorityQueues has a queue for level '3', but the levels are 1 to priorityLevels (2)",
    refuse: onnx({ dynamicBatching: { priorityLevels: 2, priorityQueues: { '3': {} } } }),
  },
  {
    id: 'VERSIONS_NOT_NUMBERED',
    property: 'models[0].otherVersions',
    text:
      "model 'fraud': with otherVersions every version must be a positive integer, because Triton orders them by " +
      "number; got 'old', which Triton would see as 1",
    refuse: onnx({ version: '2', otherVersions: ['old'] }),
  },
  {
    id: 'VERSION_NOT_ASSEMBLED',
    property: 'models[0].versionPolicy',
    text: "model 'fraud': versionPolicy names version 2, but the server is given only 1; add it to otherVersions",
    refuse: onnx({ versionPolicy: VersionPolicy.specific([2]) }),
  },
];
