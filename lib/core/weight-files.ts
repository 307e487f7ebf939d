/**
 * Files that hold weights again which are there in another form, as patterns; `*` is a `/` too, as in those of `huggingface_hub`. What is
 * left out beside safetensors is the only copy elsewhere. vLLM loads safetensors where there are any and leaves out `original/` itself
 * (`vllm/config/load.py`, `ignore_patterns`); Mistral's `consolidated*.safetensors` repeat the shards (vllm-project/vllm#20025);
 * gpt-oss has its weights again in `original/` and, for Apple's GPUs, in `metal/`.
 *
 * @internal
 */
export const DUPLICATE_WEIGHTS = {
  always: ['original/*', 'metal/*'],
  besideSafetensors: [
    'consolidated*',
    '*.bin',
    '*.pt',
    '*.pth',
    '*.gguf',
    '*.h5',
    '*.msgpack',
    '*.ot',
    '*.onnx',
    '*.onnx_data',
    '*.onnx.data',
    'onnx/*',
    'openvino/*',
    'coreml/*',
  ],
};
