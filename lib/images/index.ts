export * from './efa-installer';
export * from './image-preset';
export * from './serving-image';
export * from './serving-image-options';
export * from './vllm-plugin';
