export * from './capacity';
export * from './eks-cluster';
export * from './gpu-node-pool';
export * from './node-agents';
export * from './placement';
