import {
  EdgeHardware,
  EdgeServerKind,
  GpuInterconnect,
  GpuNodeType,
  GpuType,
  ModelSpec,
  Parallelism,
} from '../../lib/planning';
import { EksRelease } from '../../lib/catalog/eks-release';
import { DataSize } from '../../lib/units';
import { FaultText } from './fault-text';

const node = { name: 'rack', gpu: GpuType.H100, gpuCount: 8, vcpus: 96, memory: DataSize.gib(1024) };
const machine = { gpu: GpuType.L4, vcpus: 8, memory: DataSize.gib(32) };
const shape = {
  ...{ layers: 2, hiddenSize: 64, attentionHeads: 4, intermediateSize: 128, vocabularySize: 100 },
  maxContextLength: 1024,
};
const experts = { routed: 8, perToken: 2, intermediateSize: 64 };
const config = {
  ...{ model_type: 'mixtral', hidden_size: 64, intermediate_size: 128, num_hidden_layers: 2, vocab_size: 100 },
  ...{ num_attention_heads: 4, num_key_value_heads: 4, max_position_embeddings: 1024 },
};
const read = (more: object) => () => ModelSpec.fromHuggingFaceConfig('m', { ...config, ...more });

export const TEXTS: FaultText[] = [
  {
    id: 'CONFIG_LACKS_VALUE',
    property: 'num_experts_per_tok',
    text: "model 'm': config.json has experts, but no 'num_experts_per_tok' or 'moe_intermediate_size'",
    refuse: read({ num_local_experts: 8 }),
  },
  {
    id: 'EDGE_HARDWARE_LACKS_FEATURE',
    property: 'rdma',
    text: 'Windows with WSL2 and L4 has no RDMA; install Linux in place of Windows, with EdgeHardware.server, or use TCP between machines',
    refuse: () => EdgeHardware.wsl2(machine).requireFeatures({ rdma: true }),
  },
  {
    id: 'EDGE_HARDWARE_LACKS_FEATURE',
    property: 'cudaVersion',
    text: 'the image has CUDA 13.0.3, and a machine of arm64 without CUDA cannot use it; build one with ServingImage.armCpu (USE_CUDA=OFF) and serve by ONNX Runtime',
    refuse: () => EdgeHardware.cpu({ vcpus: 8, memory: DataSize.gib(16) }).requireFeatures({ cudaVersion: '13.0.3' }),
  },
  {
    id: 'EDGE_HARDWARE_NOT_SUPPORTED',
    property: 'gpu',
    text: 'JETSON-AGX-ORIN-64GB is a board, not a card of a server; use EdgeHardware.jetson',
    refuse: () => EdgeHardware.server({ ...machine, gpu: GpuType.JETSON_AGX_ORIN_64GB }),
  },
  {
    id: 'EDGE_SERVER_NOT_AVAILABLE',
    property: 'kind',
    text: 'JETSON-AGX-ORIN-64GB with JetPack 7.2 does not run Triton 26.07: Triton 26.02 was the last with a build for Jetson, that of Orin; use vLLM',
    refuse: () =>
      EdgeHardware.jetson({ board: GpuType.JETSON_AGX_ORIN_64GB }).modelServer({ kind: EdgeServerKind.TRITON }),
  },
  {
    id: 'EXPERT_DOES_NOT_DIVIDE_GPUS',
    property: 'expert',
    text: 'expert must divide tensor × data = 4, the GPUs that experts are spread over; got 3',
    refuse: () => Parallelism.of({ tensor: 4, expert: 3 }),
  },
  {
    id: 'EXPERT_SPLITS_TENSOR_RANKS',
    property: 'expert',
    text: 'expert must be a multiple of tensor = 4 where it is more, because data-parallel ranks share experts as a whole; got 6',
    refuse: () => Parallelism.of({ tensor: 4, data: 3, expert: 6 }),
  },
  {
    id: 'HEADS_DO_NOT_DIVIDE_HIDDEN_SIZE',
    property: 'hiddenSize',
    text: "model 'm': hiddenSize 66 is not a multiple of attentionHeads 4; give headSize where heads have another width",
    refuse: () => ModelSpec.dense({ name: 'm', shape: { ...shape, hiddenSize: 66 } }),
  },
  {
    id: 'MODEL_HAS_EXPERTS',
    property: 'shape.experts',
    text: "model 'm' has experts; use ModelSpec.mixtureOfExperts",
    refuse: () => ModelSpec.dense({ name: 'm', shape: { ...shape, experts } }),
  },
  {
    id: 'MODEL_HAS_NO_EXPERTS',
    property: 'shape.experts',
    text: "model 'm' has no experts; use ModelSpec.dense",
    refuse: () => ModelSpec.mixtureOfExperts({ name: 'm', shape }),
  },
  {
    id: 'NAME_OF_EC2_INSTANCE_TYPE',
    property: 'name',
    text: "'p5.48xlarge' is an instance type of EC2; use GpuInstanceType.of('p5.48xlarge'), or another name for other hardware",
    refuse: () => GpuNodeType.custom({ ...node, name: 'p5.48xlarge' }),
  },
  {
    id: 'NODE_IMAGE_BANNED',
    property: 'nodeImageVersion',
    text:
      "nodeImageVersion '1.35.6-20261003' must not be used: its kernel 6.12.110 may panic (https://github.com/awslabs/amazon-eks-ami/issues/2845); use an " +
      'earlier or a later release of the image',
    refuse: () => EksRelease.custom({ ...EksRelease.V1_35, nodeImageVersion: '1.35.6-20261003' }),
  },
  {
    id: 'NVLINK_DOMAIN_DOES_NOT_DIVIDE_GPUS',
    property: 'nvlinkDomainSize',
    text: 'nvlinkDomainSize must divide the 8 GPUs of the node; got 3',
    refuse: () => GpuNodeType.custom({ ...node, interconnect: GpuInterconnect.NVSWITCH, nvlinkDomainSize: 3 }),
  },
  {
    id: 'UNKNOWN_QUANTIZATION_METHOD',
    property: 'quantization_config.quant_method',
    text: "model 'm': quantization_config has the unknown method 'exl3'; known: awq, bitsandbytes, compressed-tensors, fbgemm_fp8, fp8, gptq, modelopt, mxfp4; remove quantization_config to plan the model in 16 bits",
    refuse: read({ quantization_config: { quant_method: 'exl3' } }),
  },
  {
    id: 'UNKNOWN_LAYER_KIND',
    property: 'layer_types',
    text: "model 'm': layer_types has the entry 'quantum', which model_type 'mixtral' is not known to have; known: 'full_attention', 'sliding_attention', 'chunked_attention', 'indexed_attention', 'attention'",
    refuse: read({ layer_types: ['full_attention', 'quantum'] }),
  },
  {
    id: 'UNSUPPORTED_MODEL_PART',
    property: 'model_type',
    text: "model 'm': model_type 'zamba2' is not supported: it has attention blocks that several layers share, which a shape cannot describe; plan it by its number of parameters (ModelSpec.dense), and give its checkpointSize",
    refuse: read({ model_type: 'zamba2' }),
  },
  {
    id: 'UNSUPPORTED_QUANTIZATION',
    property: 'quantization_config.bits',
    text: "model 'm': quantization_config has 3 bits, which are not supported here; supported: 4 or 8 bits; remove it to plan the model in 16 bits",
    refuse: read({ quantization_config: { quant_method: 'gptq', bits: 3 } }),
  },
  {
    id: 'VERSION_TOO_OLD',
    property: 'vpcCni',
    text: "vpcCni must be at least v1.18.5, which EFA-only interfaces need; got 'v1.18.4-eksbuild.1'",
    refuse: () => EksRelease.custom({ ...EksRelease.V1_35, vpcCni: 'v1.18.4-eksbuild.1' }),
  },
];
