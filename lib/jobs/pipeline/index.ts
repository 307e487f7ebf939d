export * from './model-pipeline';
export * from './model-pipeline-props';
export * from './model-step';
export * from './pipeline-output';
export * from './quality-gate';
export * from './quality-gate-props';
export * from './step-options';
export * from './stored-text';
export { WeightGroup } from './weight-groups';
