export * from './cluster-checks';
export * from './pod-demand';
export * from './cluster-node-pools';
