export * from './existing-namespaces';
export * from './custom-resources';
export * from './image-registry';
export * from './kubernetes-access';
export * from './kubernetes-labels';
export * from './network-access';
export * from './pod-placement';
