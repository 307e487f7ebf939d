import {
  GpuInstanceType,
  GpuNodeType,
  GpuType,
  ModelSpec,
  Parallelism,
  Precision,
  SpeculativeDecoding,
  TritonRelease,
  TritonVariant,
} from '../../lib/catalog';
import { ServingImage } from '../../lib/images';
import { ServiceType, TritonDeployment, TritonModel, VllmModelProps } from '../../lib/serving';
import { DataSize, Fault } from '../../lib/units';
import { nameFaults, namedCacheFormat } from '../../lib/planning/vllm-name-faults';
import { VllmVersion } from '../../lib/serving/vllm/vllm-version';
import { DeploymentOverrides, TestPool, TestStore, deploy, llama8b, onnxProps } from '../serving/support/fixtures';
import { faultsAtSynth, warningsOf } from '../support/faults';
import { testStack } from '../support/synth';
import { testCluster } from '../support/test-cluster';
import { FaultText } from './fault-text';

const vllm =
  (props: Partial<VllmModelProps>, overrides: DeploymentOverrides = {}) =>
  () =>
    deploy({
      models: [TritonModel.vllm({ name: 'm', model: ModelSpec.LLAMA_3_1_8B, ...props })],
      instanceType: GpuInstanceType.P4DE_24XLARGE,
      ...overrides,
    });

const THOR = GpuNodeType.custom({
  name: 'thor',
  gpu: GpuType.JETSON_AGX_THOR_128GB,
  gpuCount: 1,
  vcpus: 14,
  memory: DataSize.gib(128),
});

/** The warnings of a deployment of an 8B model, with the property that a row states. */
function advice(overrides: DeploymentOverrides): Fault[] {
  return warningsOf(deploy(overrides).deployment);
}

/** A release that is in no table. */
function newRelease(vllmVersion: string): TritonRelease {
  return TritonRelease.custom({
    ...{ release: '26.12', vllmVersion, onnxRuntimeVersion: '1.25.0', cudaVersion: '13.4.3', cudaDriver: '615.61' },
  });
}

/** What is found of a rollout that starts a second server, on a pool for two. */
function surge({ besides = false, fixed = false }): Fault[] {
  const stack = testStack();
  const cluster = testCluster(stack);
  const store = new TestStore(stack, 'Store');
  const nodePool: TestPool & { isAutoscaled?: boolean } = new TestPool(
    stack,
    'gpu',
    cluster,
    GpuInstanceType.G5_XLARGE,
    2,
  );
  if (fixed) Object.assign(nodePool, { isAutoscaled: false, minNodes: 1 });
  const made = ['chat', ...(besides ? ['other'] : [])].map(
    (id, i) =>
      new TritonDeployment(stack, id, {
        ...{ cluster, nodePool, modelStore: store, models: [llama8b], maxSurge: i === 0 ? 1 : 0 },
      }),
  );
  return [...faultsAtSynth(made[0]), ...warningsOf(made[0])];
}

/** What an image lacks, and advice about releases, rollouts and services. */
export const TEXTS: FaultText[] = [
  {
    id: 'IMAGE_TAG_CONTRADICTS_RELEASE',
    property: 'tritonImage',
    text:
      "tritonImage 'nvcr.io/nvidia/tritonserver:26.03-vllm-python-py3' is 26.03 by its tag, but its models are planned for 26.06; give the release that the " +
      'image has as tritonRelease, or an image of 26.06',
    refuse: vllm(
      {},
      { tritonRelease: TritonRelease.of('26.06'), tritonImage: 'nvcr.io/nvidia/tritonserver:26.03-vllm-python-py3' },
    ),
  },
  {
    id: 'IMAGE_TAG_CONTRADICTS_RELEASE',
    property: 'tritonImage',
    text:
      "tritonImage 'nvcr.io/nvidia/tritonserver:26.06-py3' has the backends of the variant 'py3' by its tag, but its models need those of " +
      "'vllm-python-py3'; give the tag '26.06-vllm-python-py3', or leave tritonImage out",
    refuse: vllm(
      {},
      { tritonRelease: TritonRelease.of('26.06'), tritonImage: 'nvcr.io/nvidia/tritonserver:26.06-py3' },
    ),
  },
  {
    id: 'SERVING_IMAGE_LACKS_BACKEND',
    property: 'servingImage',
    text: "servingImage has the backends of Triton's variant 'py3', but model 'chat' needs those of 'vllm-python-py3'; give its variant when it is made",
    refuse: () => deploy({ servingImage: ServingImage.triton({ repository: 'registry.example.com/x' }) }),
  },
  {
    id: 'SERVING_IMAGE_OF_OTHER_KIND',
    property: 'servingImage',
    text: 'servingImage must be an image of Triton; got one with vllm 0.24.0; make it by ServingImage.triton',
    refuse: () => deploy({ servingImage: ServingImage.vllm({ repository: 'registry.example.com/x' }) }),
  },
  {
    id: 'SERVING_IMAGE_WITHOUT_REPOSITORY',
    property: 'servingImage',
    text: 'servingImage must say where it is pulled from: give repository and digest, or repository and tag, when it is made',
    refuse: () => deploy({ servingImage: ServingImage.triton({ variant: TritonVariant.VLLM }) }),
  },
  {
    id: 'CACHE_FORMAT_NOT_IN_VLLM',
    property: 'kvCachePrecision',
    text: "kv_cache_dtype 'nvfp4' does not exist in vLLM 0.19.1, which would fail to load the model: it came with 0.20.0; use vLLM 0.20.0 or later, or remove it",
    faults: () => nameFaults(namedCacheFormat('nvfp4'), new VllmVersion('0.19.1')),
  },
  {
    id: 'CUDA_BY_COMPATIBILITY_LIBRARIES',
    text:
      "Triton 26.04 has CUDA 13.2.1, for which driver 535 of pool 'gpu' is too old by itself: it runs by NVIDIA's compatibility libraries in the " +
      "image, on data center GPUs only; keep the image's entry point, which loads them, or use nodes with driver 580 or later",
    faults: () => advice({ tritonRelease: TritonRelease.of('26.04'), driverMajor: 535 }),
  },
  {
    id: 'CUDA_NEWER_THAN_DRIVER',
    text: "Triton 26.08 has CUDA 13.4.1, made for driver 615.61, but the nodes of pool 'gpu' have 580: code that the driver compiles itself may fail; try it, use tritonRelease 26.07, or nodes with a newer driver",
    faults: () => advice({ tritonRelease: TritonRelease.V26_08, driverMajor: 580 }),
  },
  {
    id: 'DRIVER_TOO_OLD_FOR_RELEASE',
    property: 'tritonRelease',
    text: "Triton 26.07 has CUDA 13.3.0, which needs driver 580 or later, but the nodes of pool 'gpu' have 570; use nodes with a newer driver or, although it has known vulnerabilities, tritonRelease 25.07",
    refuse: vllm({}, { driverMajor: 570 }),
  },
  {
    id: 'ENGINE_ARGUMENT_NOT_IN_VLLM',
    property: 'models[0].engineArguments.max_lora_rnk',
    text: "model 'm': engineArguments.max_lora_rnk does not exist in vLLM 0.24.0, which would fail to load the model: no version from 0.5.5 to 0.33.0 has it; nearest: 'max_lora_rank', 'max_loras', 'max_logprobs'",
    refuse: vllm({ engineArguments: { max_lora_rnk: 16 } }),
  },
  {
    id: 'ENGINE_ARGUMENT_NOT_IN_VLLM',
    property: 'models[0].engineArguments.swap_space',
    text: "model 'm': engineArguments.swap_space does not exist in vLLM 0.24.0, which would fail to load the model: it was gone after 0.17.1; remove it",
    refuse: vllm({ engineArguments: { swap_space: 4 } }),
  },
  {
    id: 'ENGINE_ARGUMENT_NOT_IN_VLLM',
    property: 'models[0].engineArguments.max_num_queued_reqs',
    text: "model 'm': engineArguments.max_num_queued_reqs does not exist in vLLM 0.24.0, which would fail to load the model: it came with 0.29.0; use a release with vLLM 0.29.0 or later, or remove it",
    refuse: vllm({ engineArguments: { max_num_queued_reqs: 16 } }),
  },
  {
    id: 'ENGINE_ARGUMENT_CHOICE_NOT_IN_VLLM',
    property: 'models[0].engineArguments.scheduling_policy',
    text: "model 'm': engineArguments.scheduling_policy 'fifo' does not exist in vLLM 0.24.0, which would fail to load the model: no version from 0.15.0 to 0.33.0 has it; it takes 'fcfs', 'priority'",
    refuse: vllm({ engineArguments: { scheduling_policy: 'fifo' } }),
  },
  {
    id: 'ENGINE_ARGUMENT_CHOICE_NOT_IN_VLLM',
    property: 'models[0].engineArguments.load_format',
    text: "model 'm': engineArguments.load_format 'gguf' does not exist in vLLM 0.24.0, which would fail to load the model: it was gone after 0.23.0; use another, an image with VllmPlugin.GGUF (servingImage), or Triton 26.06, whose vLLM is 0.22.1; nearest: 'hf', 'auto', 'pt'",
    refuse: vllm({ engineArguments: { load_format: 'gguf' } }),
  },
  {
    id: 'ENGINE_ARGUMENT_CHOICE_NOT_IN_VLLM',
    property: 'models[0].engineArguments.load_format',
    text: "model 'm': engineArguments.load_format 'ipc_cache' does not exist in vLLM 0.24.0, which would fail to load the model: it came with 0.30.0; use a release with vLLM 0.30.0 or later, or remove it; nearest: 'npcache', 'auto', 'hf'",
    refuse: vllm({ engineArguments: { load_format: 'ipc_cache' } }),
  },
  {
    id: 'OUT_OF_RANGE',
    property: 'models[0].engineArguments.watermark',
    text: "model 'm': engineArguments.watermark must be a number at least 0 and below 1; got 2",
    refuse: vllm({ engineArguments: { watermark: 2 } }),
  },
  {
    id: 'ENGINE_ARGUMENT_NOT_IN_VLLM',
    property: 'models[0].parallelism',
    text: "model 'm': expert parallelism 8 needs vLLM 0.8.0, but this release has 0.7.3; use Triton 25.04 or later, or expert parallelism 1",
    refuse: vllm(
      { model: ModelSpec.MIXTRAL_8X7B, parallelism: Parallelism.of({ tensor: 8, expert: 8 }) },
      { tritonRelease: TritonRelease.of('25.03') },
    ),
  },
  {
    id: 'DRAFT_NEEDS_PATH',
    property: 'models[0].speculativeDecoding',
    text: "model 'm': speculative decoding by eagle3 needs the files of what drafts; put its files into the model store by a ModelImport, and give the name that they have there",
    refuse: vllm({ speculativeDecoding: SpeculativeDecoding.eagle3({ tokens: 3 }) }),
  },
  {
    id: 'DRAFT_NOT_IN_POD',
    property: 'models[0].speculativeDecoding',
    text:
      "model 'm': path 'yuhuili/EAGLE3-LLaMA3.1-Instruct-8B' of what drafts is no absolute path, as the name of a repository of a hub is, which the server " +
      'cannot reach: pods download nothing; put its files into the model store by a ModelImport, and give the name that they have there instead of path',
    refuse: vllm({
      speculativeDecoding: SpeculativeDecoding.eagle3({ tokens: 3, path: 'yuhuili/EAGLE3-LLaMA3.1-Instruct-8B' }),
    }),
  },
  {
    id: 'DRAFT_NOT_IN_POD',
    property: 'models[0].speculativeDecoding',
    text:
      "model 'm': path '/head' of what drafts is within no volume that volumeMounts show the server (there are none); mount one there, or put its files " +
      'into the model store by a ModelImport and give the name that they have there instead of path',
    refuse: vllm({ speculativeDecoding: SpeculativeDecoding.eagle3({ tokens: 3, path: '/head' }) }),
  },
  {
    id: 'SPECULATION_NEEDS_NEWER_VLLM',
    property: 'models[0].speculativeDecoding',
    text: "model 'm': speculative decoding by draft_model for llama-3.1-8b needs vLLM 0.15.1, but this release has 0.13.0; use Triton 26.02 or later, or leave speculativeDecoding out",
    refuse: vllm(
      {
        speculativeDecoding: SpeculativeDecoding.draftModel({
          ...{ model: ModelSpec.LLAMA_3_2_1B, tokens: 3, name: 'draft' },
        }),
      },
      { tritonRelease: TritonRelease.V26_01 },
    ),
  },
  {
    id: 'SPECULATION_NOT_PLANNED',
    text:
      "model 'm': the plan leaves out what engineArguments.speculative_config drafts with: its weights and cache come out of the room for the " +
      'cache, and times are those without; leave room for it (gpuMemoryUtilization, contextLength), or use a method of speculativeDecoding',
    faults: () =>
      warningsOf(
        vllm({ engineArguments: { speculative_config: { method: 'suffix', num_speculative_tokens: 8 } } })().deployment,
      ),
  },
  {
    id: 'MODEL_NEEDS_NEWER_VLLM',
    property: 'models[0].model',
    text: "model 'm': gpt-oss-20b has the architecture of gpt-oss, which vLLM knows since 0.10.1, but this release has 0.9.0; use Triton 25.09 or later, or another model",
    refuse: vllm(
      { model: ModelSpec.GPT_OSS_20B },
      { tritonRelease: TritonRelease.V25_07, instanceType: GpuInstanceType.P5_48XLARGE },
    ),
  },
  {
    id: 'MODEL_NEEDS_OLDER_VLLM',
    property: 'models[0].model',
    text: "model 'm': dots has the architecture of dots.llm1, which vLLM 0.24.0 dropped, and this release has 0.24.0; use Triton 26.06, whose vLLM is 0.22.1, or another model",
    refuse: vllm(
      {
        model: ModelSpec.dense({ name: 'dots', shape: { ...ModelSpec.QWEN_3_8B.shape, modelType: 'dots1' } }),
      },
      { instanceType: GpuInstanceType.P5_48XLARGE },
    ),
  },
  {
    id: 'QUANTIZATION_NOT_IN_VLLM',
    property: 'models[0].quantization',
    text: "model 'm': quantization 'gguf' does not exist in vLLM 0.24.0, which would fail to load the model: it was gone after 0.23.0; convert the checkpoint to a method that it has, such as compressed-tensors, an image with VllmPlugin.GGUF (servingImage), or use Triton 26.06, whose vLLM is 0.22.1",
    refuse: vllm({ precision: Precision.INT4, quantization: 'gguf' }),
  },
  {
    id: 'QUANTIZATION_DEPRECATED',
    property: 'models[0].quantization',
    text:
      "model 'm': quantization 'fbgemm_fp8' is deprecated in vLLM 0.24.0, which refuses to load it; use another method, or set " +
      'allow_deprecated_quantization to true in engineArguments until it is gone',
    refuse: vllm(
      { precision: Precision.FP8, quantization: 'fbgemm_fp8' },
      { instanceType: GpuInstanceType.G6E_48XLARGE },
    ),
  },
  {
    id: 'ONNX_FORMAT_TOO_NEW',
    property: 'models[0].opset',
    text:
      "model 'fraud': opset 26 is more than the highest opset that ONNX Runtime 1.24.1 of Triton 26.02 loads, 25; export the model with that opset, " +
      'or use Triton 26.07 or later',
    refuse: () =>
      deploy({ models: [TritonModel.onnxRuntime({ ...onnxProps, opset: 26 })], tritonRelease: TritonRelease.V26_02 }),
  },
  {
    id: 'ONNX_FORMAT_UNKNOWN',
    text: "model 'fraud': whether ONNX Runtime 1.25.0 of Triton 26.12 loads opset 26 is not known; try it, or export the model with 25",
    faults: () =>
      advice({ models: [TritonModel.onnxRuntime({ ...onnxProps, opset: 26 })], tritonRelease: newRelease('0.33.0') }),
  },
  {
    id: 'VLLM_NAME_UNKNOWN',
    text:
      "model 'm': whether vLLM 0.40.0 has engineArguments.max_lora_rnk is not known, and a model with one that it lacks does not load: no version " +
      "from 0.5.5 to 0.33.0 has it; nearest: 'max_lora_rank', 'max_loras', 'max_logprobs'; try it, or use a release whose names are known",
    faults: () =>
      warningsOf(vllm({ engineArguments: { max_lora_rnk: 16 } }, { tritonRelease: newRelease('0.40.0') })().deployment),
  },
  {
    id: 'ROLLOUT_IS_AN_OUTAGE',
    text: "every rollout of 'chat', e.g. of another model, configuration or image, stops its only server before the new one has loaded its weights: the nodes of pool 'gpu' have no room for both; raise replicas, or maxNodes by an autoscaler and minNodes without one, or pass maxSurge: 0 if that is accepted",
    faults: () => advice({ maxNodes: 1 }),
  },
  {
    id: 'RESERVED',
    property: 'models[0].engineArguments.allowed_local_media_path',
    text: "model 'm': engineArguments must not set allowed_local_media_path, which lets every request read files of the pod below that path; send media with the request",
    refuse: vllm({ engineArguments: { allowed_local_media_path: '/' } }),
  },
  {
    id: 'SERVICE_CLOSED',
    text: "serviceType LoadBalancer opens the service to the outside, but accessibleFrom has no range of addresses, and the network policy keeps all of them from the pods; add those that may send requests, e.g. '10.0.0.0/8'",
    faults: () => advice({ serviceType: ServiceType.LOAD_BALANCER }),
  },
  {
    id: 'PLACEMENT_RULE_EXCEEDS_POOL',
    property: 'podAntiAffinity[0]',
    text:
      "podAntiAffinity[0] lets at most 2 of the servers run on pool 'gpu', which has at most 2 node(s); got 2, and 1 more in a rollout (maxSurge); " +
      'make it a preference, lower the number, or raise maxNodes where each node takes one',
    refuse: () =>
      deploy({
        ...{ instanceType: GpuInstanceType.G5_12XLARGE, maxNodes: 2, replicas: 2, maxSurge: 1 },
        podAntiAffinity: [{ topologyKey: 'kubernetes.io/hostname' }],
      }),
  },
  {
    id: 'STORE_NOT_GRANTED',
    text:
      "the pods of 'chat' act as service account 'inference/own', which exists already and is granted nothing here: the credentials that it gives " +
      "them must allow s3:ListBucket on bucket 'models' and s3:GetObject below chat/1/, or they wait for their weights; see to it and accept this by " +
      'Warnings.accept, give the store credentials, or leave serviceAccountName out',
    faults: () => advice({ serviceAccountName: 'own' }),
  },
  {
    id: 'UNKNOWN_VALUE',
    property: 'podAffinity[0].topologyKey',
    text:
      "podAffinity[0].topologyKey must be a label of the nodes of pool 'gpu', or no pod meets the rule: 'kubernetes.io/hostname', " +
      "'topology.kubernetes.io/zone', or one that the pool sets ('gpu-inference-constructs/pool', 'nvidia.com/gpu.present'); got 'example.com/rack'",
    refuse: () => deploy({ podAffinity: [{ topologyKey: 'example.com/rack' }] }),
  },
  {
    id: 'UNKNOWN_VALUE',
    property: 'podAffinity[0].topologyKey',
    text:
      "podAffinity[0].topologyKey must be a label of the nodes of pool 'gpu', or no pod meets the rule: 'kubernetes.io/hostname', " +
      "'topology.kubernetes.io/zone', or one that the pool sets ('gpu-inference-constructs/pool', 'nvidia.com/gpu.present'); got 'kubernetes.io/hostnme', " +
      "nearest: 'kubernetes.io/hostname'",
    refuse: () => deploy({ podAffinity: [{ topologyKey: 'kubernetes.io/hostnme' }] }),
  },
  {
    id: 'SURGE_EXCEEDS_POOL',
    property: 'maxSurge',
    text: "maxSurge must be at most 0, because pool 'gpu' has at most 1 node(s) of type g5.xlarge with room for 1 pod(s) of 1 GPU(s) each, and 1 of them run already; got 1; raise maxNodes to 2, or leave maxSurge out",
    refuse: vllm({}, {
      instanceType: GpuInstanceType.G5_XLARGE,
      model: undefined,
      maxNodes: 1,
      maxSurge: 1,
    } as DeploymentOverrides),
  },
  {
    id: 'SURGE_EXCEEDS_POOL',
    property: 'maxSurge',
    text:
      "a rollout of 'chat' starts 1 more before it stops old ones (maxSurge), but beside all other pods of this program the nodes of pool 'gpu' have " +
      'no room for them, and it would wait forever; raise maxNodes, leave maxSurge out, or pass updateStrategy: UpdateStrategy.RECREATE if an outage ' +
      'is accepted',
    faults: () => surge({ besides: true }),
  },
  {
    id: 'SURGE_NEEDS_NODES',
    text:
      "a rollout of 'chat' starts 1 more before it stops old ones (maxSurge), but no autoscaler is declared that would add nodes to pool 'gpu' " +
      'beyond minNodes (1), which have no room for them; raise minNodes, scale the pool by hand before a rollout, up to maxNodes (2), or leave ' +
      'maxSurge out',
    faults: () => surge({ fixed: true }),
  },
  {
    id: 'VULNERABLE_RELEASE',
    text:
      'Triton 26.04 has known vulnerabilities: CVE-2026-47481 (access control of the server can be bypassed, which can run code), CVE-2026-47606 ' +
      '(a path leads out of its folder, which can run code), CVE-2026-47627 (a path leads out of its folder), CVE-2026-47630 (a path leads out of ' +
      'its folder, which can run code); use tritonRelease 26.07 or later, or tritonImage with an image that has the fixes',
    faults: () => advice({ tritonRelease: TritonRelease.of('26.04') }),
  },
  {
    id: 'JETSON_WITHOUT_TRITON',
    property: 'tritonRelease',
    text:
      'Triton 26.07 is not published for Jetson, and thor has JETSON-AGX-THOR-128GB: 26.02 was the last release for it; serve language models there ' +
      "by vLLM's own server (VllmDeployment), or use tritonRelease 26.02 or earlier, although it has known vulnerabilities",
    refuse: vllm({}, { instanceType: THOR }),
  },
];
