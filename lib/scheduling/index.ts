export * from './cluster-checks';
export * from './cluster-node-pools';
export * from './kueue/gpu-queue';
export * from './kueue/kueue';
