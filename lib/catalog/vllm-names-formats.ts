import { NamesByRange } from './vllm-versions-read';

// Written by scripts/vllm-names/table.mjs from wheels of PyPI (scripts/vllm-names/read.py); do not edit.

/** Methods that `quantization` may name (`QuantizationMethods`). Names by the first and the last version read that has them. @internal */
export const QUANTIZATION_METHODS: NamesByRange = {
  '0.5.5 0.10.0': 'aqlm',
  '0.5.5 0.33.0': 'awq awq_marlin compressed-tensors experts_int8 fbgemm_fp8 fp8 gptq gptq_marlin',
  '0.5.5 0.27.1': 'bitsandbytes',
  '0.5.5 0.14.1': 'deepspeedfp',
  '0.5.5 0.23.0': 'gguf',
  '0.5.5 0.15.1': 'gptq_marlin_24',
  '0.5.5 0.10.1.1': 'marlin qqq',
  '0.5.5 0.5.5': 'squeezellm',
  '0.5.5 0.13.0': 'tpu_int8',
  '0.7.3 0.14.1': 'hqq',
  '0.7.3 0.15.1': 'ipex',
  '0.7.3 0.33.0': 'modelopt moe_wna16 quark',
  '0.7.3 0.10.1.1': 'neuron_quant',
  '0.7.3 0.18.1': 'ptpc_fp8',
  '0.8.1 0.8.4': 'nvfp4',
  '0.8.4 0.33.0': 'torchao',
  '0.9.0 0.14.1': 'auto-round',
  '0.9.0 0.15.1': 'bitblas gptq_bitblas',
  '0.9.0 0.33.0': 'modelopt_fp4',
  '0.9.2 0.14.1': 'rtn',
  '0.10.0 0.33.0': 'inc',
  '0.10.1.1 0.33.0': 'mxfp4',
  '0.10.2 0.19.1': 'petit_nvfp4',
  '0.11.1 0.33.0': 'fp_quant',
  '0.12.0 0.22.1': 'cpu_awq',
  '0.12.0 0.13.0': 'cpu_gptq',
  '0.16.0 0.33.0': 'modelopt_mxfp8',
  '0.17.0 0.33.0': 'modelopt_mixed',
  '0.19.0 0.33.0': 'mxfp8',
  '0.20.0 0.33.0':
    'deepseek_v4_fp8 fp8_per_block fp8_per_tensor gpt_oss_mxfp4 humming int8_per_channel_weight_only online',
  '0.22.0 0.33.0': 'auto_gptq',
  '0.24.0 0.33.0': 'auto_awq fp8_per_channel',
  '0.26.0 0.33.0': 'nvfp4_per_token',
};

/** Methods that are refused unless `allow_deprecated_quantization` is set (`DEPRECATED_QUANTIZATION_METHODS`). Names by the first and the last version read that has them. @internal */
export const DEPRECATED_METHODS: NamesByRange = {
  '0.14.0 0.14.1': 'auto-round deepspeedfp hqq rtn',
  '0.14.0 0.15.1': 'bitblas gptq_bitblas gptq_marlin_24 ipex',
  '0.14.0 0.19.1': 'experts_int8 petit_nvfp4',
  '0.14.0 0.33.0': 'fbgemm_fp8 fp_quant',
  '0.14.0 0.18.1': 'ptpc_fp8',
  '0.14.0 0.22.1': 'tpu_int8',
};

/** Formats of the key-value cache that `kv_cache_dtype` may name (`CacheDType`). Names by the first and the last version read that has them. @internal */
export const CACHE_FORMATS: NamesByRange = {
  '0.5.5 0.33.0': 'auto fp8 fp8_e4m3 fp8_e5m2',
  '0.10.0 0.33.0': 'fp8_inc',
  '0.11.0 0.33.0': 'bfloat16',
  '0.11.1 0.33.0': 'fp8_ds_mla',
  '0.18.0 0.33.0': 'float16',
  '0.20.0 0.33.0': `
    fp8_per_token_head int8_per_token_head nvfp4 turboquant_3bit_nc turboquant_4bit_nc turboquant_k3v4_nc
    turboquant_k8v4`,
  '0.25.0 0.33.0': 'int4_per_token_head',
  '0.28.0 0.33.0': 'nvfp4_4over6',
  '0.30.0 0.33.0': 'nvfp4_ds_mla',
  '0.32.0 0.33.0': 'ultraquant_4bit',
  '0.33.0 0.33.0': 'octave_k3v3 octave_k3v3_compact octave_k3v4',
};
