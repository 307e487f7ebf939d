export * from './cluster-checks';
