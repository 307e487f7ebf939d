import { GpuInterconnect, GpuNodeType, GpuType, ModelSpec, Parallelism } from '../../lib/planning';
import { EksRelease } from '../../lib/catalog/eks-release';
import { DataSize } from '../../lib/units';
import { FaultText } from './fault-text';

const node = { name: 'rack', gpu: GpuType.H100, gpuCount: 8, vcpus: 96, memory: DataSize.gib(1024) };
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
    id: 'EXPERT_DOES_NOT_DIVIDE_GPUS',
    property: 'expert',
    text: 'expert must divide tensor × data = 4, the GPUs that experts are spread over; got 3',
    refuse: () => Parallelism.of({ tensor: 4, expert: 3 }),
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
    id: 'UNSUPPORTED_EXPERT_LAYERS',
    property: 'moe_layers',
    text: "model 'm': experts in listed layers, or in every n-th layer starting with the first, are not supported; supported are models whose first layers, or all but every n-th layer, are dense",
    refuse: read({ num_local_experts: 8, num_experts_per_tok: 2, mlp_only_layers: [1] }),
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
