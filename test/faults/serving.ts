import { GpuInstanceType, InferenceEngine, ModelSpec, Parallelism, Precision, TritonRelease } from '../../lib/catalog';
import { CapacityPlan, CapacityPlanner, NodeNetwork } from '../../lib/planning';
import { TritonDeployment, TritonModel, VllmModelProps } from '../../lib/serving';
import { GpuSharingKind } from '../../lib/core';
import { resolveVllmModel } from '../../lib/serving/vllm/resolve-vllm-model';
import { VllmVersion } from '../../lib/serving/vllm/vllm-version';
import { Duration } from '../../lib/units';
import { DeploymentOverrides, deploy, onnxProps, withSite } from '../serving/support/fixtures';
import { FaultText } from './fault-text';

const A100 = GpuInstanceType.P4DE_24XLARGE;
const vllm =
  (props: Partial<VllmModelProps>, overrides: DeploymentOverrides = {}) =>
  () =>
    deploy({
      models: [TritonModel.vllm({ name: 'm', model: ModelSpec.LLAMA_3_1_8B, ...props })],
      instanceType: A100,
      ...overrides,
    });
const both = ['a', 'b'].map((name) => TritonModel.vllm({ name, model: ModelSpec.LLAMA_3_1_8B }));
const wide = ['a', 'b'].map((name) =>
  TritonModel.vllm({ name, model: ModelSpec.LLAMA_3_1_8B, parallelism: Parallelism.of({ tensor: 2 }) }),
);
const plan = CapacityPlanner.plan({ model: ModelSpec.LLAMA_3_1_8B, instanceType: A100 });
const full = CapacityPlanner.plan({ model: plan.model, instanceType: A100, concurrency: plan.maxConcurrency });

/** What is found of a model that vLLM is to serve, on its own or on a pool that shares its GPUs. */
function resolved(more: {
  sharing?: GpuSharingKind;
  locked?: CapacityPlan;
  targets?: { maxTimePerOutputTokenMs: number };
}) {
  const { sharing = GpuSharingKind.NONE, locked, targets } = more;
  return resolveVllmModel({
    name: 'm',
    options: { model: ModelSpec.LLAMA_3_1_8B, targets },
    vllm: new VllmVersion(TritonRelease.DEFAULT.vllmVersion),
    network: NodeNetwork.TCP,
    hardware: {
      instanceType: A100,
      gpusPerNode: 8,
      gpuMemory: A100.gpuMemory,
      network: NodeNetwork.TCP,
      poolName: 'gpu',
      sharing,
    },
    locked,
    compares: false,
  });
}

export const TEXTS: FaultText[] = [
  {
    id: 'CACHE_FORMAT_NOT_SUPPORTED',
    property: 'models[0].kvCachePrecision',
    text: "model 'm': kvCachePrecision must be fp8 or that of the weights (bf16); got int4",
    refuse: vllm({ kvCachePrecision: Precision.INT4 }),
  },
  {
    id: 'CONFLICTING_PROPERTIES',
    property: 'models[0].concurrency',
    text: "model 'm': concurrency 9 is more than maxSequences 8; raise maxSequences or lower concurrency",
    refuse: vllm({ concurrency: 9, maxSequences: 8 }),
  },
  {
    id: 'DUPLICATE',
    property: 'models',
    text: "models repeats 'a'; each value may appear only once",
    refuse: vllm({}, { models: [both[0], both[0]] }),
  },
  {
    id: 'DATA_PARALLEL_NOT_SERVED',
    property: 'models[0].parallelism',
    text:
      "model 'm': the parallelism has 8 data-parallel ranks that share experts over 8 GPUs, but a server is one rank: Triton's vLLM backend knows " +
      "none of the others; use expert parallelism 1, or vLLM's own server (VllmDeployment, or server: InferenceServer.VLLM of a topology) on a given pool",
    refuse: vllm({ parallelism: Parallelism.of({ tensor: 1, data: 8, expert: 8 }) }),
  },
  {
    id: 'EMPTY_LIST',
    property: 'models',
    text: 'models must not be empty: a server without models is ready and serves nothing',
    refuse: vllm({}, { models: [] }),
  },
  {
    id: 'EXPERTS_DIFFER_FROM_TENSOR',
    property: 'models[0].parallelism',
    text:
      "model 'm': vLLM spreads experts over exactly the tensor-parallel GPUs, so expert parallelism must " +
      'be 1 or 4; got 2',
    refuse: vllm({ parallelism: Parallelism.of({ tensor: 4, expert: 2 }) }),
  },
  {
    id: 'EXPERTS_NEED_NEWER_VLLM',
    property: 'models[0].precision',
    text:
      "model 'm': experts in fp8 on A100-80GB need vLLM 0.9.0, but this release has 0.8.4; use " +
      'Triton 25.06 or later, or a precision of 16 bits',
    refuse: vllm(
      { model: ModelSpec.QWEN_3_30B_A3B, precision: Precision.FP8 },
      { tritonRelease: TritonRelease.of('25.05') },
    ),
  },
  {
    id: 'GPU_TOO_OLD_FOR_RELEASE',
    property: 'tritonRelease',
    text:
      'Triton 26.07 supports compute capability 7.5 and later, but V100-32GB (p3dn.24xlarge) has 7.0; use ' +
      'tritonRelease 24.12 or a newer GPU',
    refuse: vllm({}, { instanceType: GpuInstanceType.P3DN_24XLARGE }),
  },
  {
    id: 'INVALID_NAME',
    property: 'name',
    text: "name must start with a letter, because a Service is named after it; got '65b'",
    refuse: vllm({}, { name: '65b' }),
  },
  {
    id: 'INVALID_NAME',
    property: 'models[0].version',
    text:
      "model 'm': version must be letters, digits, '.', '_' and '-', starting with a letter or digit, " +
      "because it is a folder of the model store; got 'a/b'",
    refuse: vllm({ version: 'a/b' }),
  },
  {
    id: 'MODELS_NEED_DIFFERENT_IMAGES',
    property: 'models',
    text:
      'models on onnxruntime and vllm need different Triton images and cannot share a server; make a ' +
      'deployment for each backend',
    refuse: vllm({}, { models: [both[0], TritonModel.onnxRuntime(onnxProps)] }),
  },
  {
    id: 'MODEL_DOES_NOT_FIT',
    property: 'models[0]',
    text:
      "model 'm': llama-65b does not fit p4de.24xlarge in fp16 with tensor 1 and 1 sequence(s) of 2048 " +
      'tokens: 56.1 GiB short on each GPU, which would hold 128.9 GiB where 72.8 GiB of one A100-80GB may ' +
      'be used (gpuMemoryUtilization 0.92), most of it weights (94 %); these would fit: precision fp8 ' +
      'instead of fp16 (1 × p4de.24xlarge, tensor 1); precision int8 instead of fp16 (1 × p4de.24xlarge, ' +
      'tensor 1); tensor 2 instead of tensor 1 (1 × p4de.24xlarge, tensor 2); instance type g7e.12xlarge ' +
      'instead of p4de.24xlarge (1 × g7e.12xlarge, tensor 1, pipeline 2); instance type g6e.12xlarge instead ' +
      'of p4de.24xlarge (1 × g6e.12xlarge, tensor 1, pipeline 4)',
    refuse: vllm({ model: ModelSpec.LLAMA_65B }),
  },
  {
    id: 'NOT_A_WHOLE_NUMBER',
    property: 'exitTimeout',
    text: 'exitTimeout must be a whole number of seconds, at least 1; got 1500ms',
    refuse: vllm({}, { exitTimeout: Duration.milliseconds(1500) }),
  },
  {
    id: 'PLAN_NEEDS_WHOLE_GPUS',
    text:
      "pool 'gpu' shares its GPUs (mig), but a language model is planned with the memory of whole GPUs and " +
      'would run out of memory at start; use a pool that does not share its GPUs',
    faults: () => resolved({ sharing: GpuSharingKind.MIG }).faults,
  },
  {
    id: 'PLAN_NO_LONGER_FITS',
    text:
      `model 'm' keeps its locked plan (bf16 on 1 × p4de.24xlarge (tensor 1), context 8192, ${plan.maxConcurrency + 1} ` +
      'sequences), although the planner would now say that it does not fit; nothing changes until you ' +
      'remove or replace the plan',
    faults: () =>
      resolved({
        // As an earlier version that found room for one more would have locked it.
        locked: CapacityPlan.fromJson({
          ...(full.toJson() as object),
          concurrency: plan.maxConcurrency + 1,
          maxConcurrency: plan.maxConcurrency + 1,
        }),
      }).warnings,
  },
  {
    id: 'PLAN_OF_OTHER_ENGINE',
    property: 'models[0].plan',
    text: "model 'm': the locked plan is for sglang, but vLLM is to run it; replan the model for vLLM",
    refuse: vllm({
      plan: CapacityPlanner.plan({ model: ModelSpec.LLAMA_3_1_8B, instanceType: A100, engine: InferenceEngine.SGLANG }),
    }),
  },
  {
    id: 'PLAN_OF_OTHER_HARDWARE',
    property: 'models[0]',
    text:
      "model 'm': the locked plan is for p4de.24xlarge, but pool 'gpu' has p5.48xlarge; replan the model " +
      'or change the pool',
    refuse: vllm({ plan }, { instanceType: GpuInstanceType.P5_48XLARGE }),
  },
  {
    id: 'PLAN_OF_OTHER_MODEL',
    property: 'models[0].model',
    text:
      "model 'm': the locked plan is for llama-3.1-8b, but the model is llama-3.1-70b; replan this model, " +
      'or give its own plan',
    refuse: vllm({ plan, model: ModelSpec.LLAMA_3_1_70B }),
  },
  {
    id: 'POD_EXCEEDS_NODE',
    property: 'resources.cpu',
    text:
      'a pod needs 400000m of CPU, but a p4de.24xlarge has 93480m for pods; lower resources.cpu, or cpu of ' +
      'the sidecars',
    refuse: vllm({}, { resources: { cpu: 400 } }),
  },
  {
    id: 'PROPERTY_CONTRADICTS_PLAN',
    property: 'models[0].contextLength',
    text:
      "model 'm': contextLength is 2048, but the locked plan was made with 8192; leave contextLength out " +
      'or replan the model',
    refuse: vllm({ plan, contextLength: 2048 }),
  },
  {
    id: 'PROPERTY_CONTRADICTS_PLAN',
    property: 'targets.maxTimePerOutputTokenMs',
    text:
      'the locked plan does not reach targets.maxTimePerOutputTokenMs: time per output token 11.61 ms, ' +
      'wanted at most 1; relax the target or replan the model',
    faults: () => resolved({ locked: plan, targets: { maxTimePerOutputTokenMs: 1 } }).faults,
  },
  {
    id: 'QUANTIZATION_DIFFERS_FROM_PRECISION',
    property: 'models[0].quantization',
    text:
      "model 'm': quantization 'awq' makes weights of int4, but the plan counts bf16; set precision to " +
      'what the method makes, or remove quantization',
    refuse: vllm({ quantization: 'awq' }),
  },
  {
    id: 'REPLICAS_AS_PARALLELISM',
    property: 'models[0].parallelism',
    text: "model 'm': data parallelism 2 is not a property of one server; leave it out and set replicas to 2",
    refuse: vllm({ parallelism: Parallelism.of({ tensor: 1, data: 2 }) }),
  },
  {
    id: 'REPLICAS_EXCEED_POOL',
    property: 'replicas',
    text:
      "replicas must be at most 16, because pool 'gpu' has at most 2 node(s) of type p4de.24xlarge with " +
      'room for 8 pod(s) of 1 GPU(s) each; got 17; raise maxNodes to 3',
    refuse: vllm({}, { replicas: 17 }),
  },
  {
    id: 'RESERVED',
    property: 'models[0].engineArguments.max_model_len',
    text:
      "model 'm': engineArguments must not set max_model_len, which is derived from other properties; use " +
      'contextLength',
    refuse: vllm({ engineArguments: { max_model_len: 4 } }),
  },
  {
    id: 'RESERVED',
    property: 'extraArguments[0]',
    text: 'extraArguments must not contain --http-port, which the rest of the pod relies on; remove it',
    refuse: vllm({}, { extraArguments: ['--http-port=1'] }),
  },
  {
    id: 'FLAG_NOT_IN_TRITON',
    property: 'extraArguments[0]',
    text: `--log-verbos-e does not exist in Triton ${TritonRelease.DEFAULT}, which would not start; nearest: 'log-verbose', 'log-error', 'log-file'`,
    refuse: vllm({}, { extraArguments: ['--log-verbos-e=1'] }),
  },
  {
    id: 'INVALID_FORMAT',
    property: 'extraArguments[0]',
    text: "extraArguments must be flags of tritonserver, which begin with '--', or the value after a flag without '='; got 'positional', with which Triton does not start",
    refuse: vllm({}, { extraArguments: ['positional'] }),
  },
  {
    id: 'SERVER_EXCEEDS_NODE',
    property: 'models[0].parallelism',
    text:
      "model 'm': tensor × pipeline parallelism is 8 × 2 = 16 GPUs, but a p4de.24xlarge has 8 and Triton " +
      "serves within a node; use less parallelism, a smaller precision or larger nodes, or vLLM's own server (VllmDeployment, or server: " +
      'InferenceServer.VLLM of a topology), whose servers may have several nodes',
    refuse: vllm({ parallelism: Parallelism.of({ tensor: 8, pipeline: 2 }) }),
  },
  {
    id: 'SERVER_EXCEEDS_NODE',
    property: 'models',
    text:
      "the models of a server need 2 GPUs together ('a' 1, 'b' 1), but a g5.xlarge has 1; make a " +
      'deployment for each',
    refuse: vllm({}, { models: both, instanceType: GpuInstanceType.G5_XLARGE }),
  },
  {
    id: 'SERVER_NEEDS_SEVERAL_SHARES',
    property: 'models',
    text:
      "a server on pool 'gpu' can use only one GPU share (mig), because a process sees a single MIG " +
      'instance and a second time slice adds no capacity; requested 2; use one GPU per model and a ' +
      'deployment for each, or a pool that does not share its GPUs',
    refuse: () =>
      withSite((site) => {
        const nodePool = Object.assign(site.pool(A100), { gpuSharingKind: GpuSharingKind.MIG });
        const models = ['a', 'b'].map((name) => TritonModel.onnxRuntime({ ...onnxProps, name }));
        new TritonDeployment(site.scope, 'Chat', { cluster: site.cluster, modelStore: site.store, nodePool, models });
      }),
  },
  {
    id: 'SEVERAL_MODELS_SPAN_GPUS',
    property: 'models',
    text:
      'only one model of a server may span several GPUs, because its engine takes the first GPUs that it sees; ' +
      "got 'a', 'b'; make a deployment for each",
    refuse: vllm({}, { models: wide }),
  },
  {
    id: 'STARTUP_BUDGET_TOO_SHORT',
    property: 'startupBudget',
    text:
      'startupBudget must be at least 69 s, the time to read these weights at 2 GB/s and a minute for the ' +
      'server; got 30s',
    refuse: vllm({}, { startupBudget: Duration.seconds(30) }),
  },
  {
    id: 'TARGET_NOT_REACHED',
    property: 'targets.maxTimePerOutputTokenMs',
    text:
      'targets.maxTimePerOutputTokenMs is out of reach; the nearest is bf16 on 1 × p4de.24xlarge (tensor ' +
      '8), context 8192, 4 sequences, with time per output token 3.350 ms, wanted at most 0.5; allow more ' +
      'replicas, other hardware or a smaller precision, or relax the target',
    faults: () => resolved({ targets: { maxTimePerOutputTokenMs: 0.5 } }).faults,
  },
  {
    id: 'VLLM_BATCHES_ITSELF',
    property: 'models[0].dynamicBatching',
    text:
      "model 'm': dynamicBatching does not apply to vLLM, which batches by itself and makes Triton's " +
      'max_batch_size 0; remove it and bound the load by maxSequences',
    refuse: vllm({ dynamicBatching: {} } as never),
  },
];
