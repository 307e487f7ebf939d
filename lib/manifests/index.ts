export * from './git-ops-engine';
export * from './git-ops-engine-options';
export * from './git-ops-secrets';
export * from './git-ops-tree';
export * from './git-ops-tree-props';
export * from './kubernetes-manifests';
