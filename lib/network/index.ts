export * from './connectx-options';
export * from './rdma-attachment';
export * from './rdma-fabric';
