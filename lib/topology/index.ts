export * from './cloud/cloud-topology';
export * from './cloud/cloud-topology-props';
export * from './edge/edge-bootstrap';
export * from './edge/edge-bootstrap-props';
export * from './shared/inference-server';
export * from './shared/topology-node-pool';
export * from './shared/topology-karpenter-pool';
