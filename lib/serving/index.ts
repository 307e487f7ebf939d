export * from './model-import';
export * from './model-options';
export * from './model-source';
export * from './model-store-credentials';
export * from './onnx-runtime-model';
export * from './triton-deployment';
export * from './triton-model';
export * from './vllm-model-props';
