export * from './cluster-checks';
export * from './pod-demand';
