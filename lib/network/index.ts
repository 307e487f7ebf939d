export * from './rdma-fabric';
