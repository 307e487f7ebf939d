export * from './connectx-options';
export * from './nccl-acceptance-test';
export * from './network-operator';
export * from './nic-driver';
export * from './nv-ipam-pool';
export * from './rdma-attachment';
export * from './rdma-fabric';
export * from './secondary-networks';
