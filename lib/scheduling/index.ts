export * from './cluster-checks';
export * from './cluster-node-pools';
