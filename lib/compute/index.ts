export * from './eks-cluster';
