export * from './model-options';
export * from './onnx-runtime-model';
export * from './triton-deployment';
export * from './triton-model';
export * from './vllm-model-props';
