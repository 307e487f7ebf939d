export * from './cloud-topology';
export * from './cloud-topology-props';
export * from './served-model';
export * from './topology-node-pool';
