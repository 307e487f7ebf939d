export * from './model/served-model';
export * from './triton/model-options';
export * from './triton/backends/onnx-runtime-model';
export * from './triton/triton-deployment';
export * from './triton/triton-model';
export * from './triton/backends/vllm-model-props';
