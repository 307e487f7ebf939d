export * from './model-import';
export * from './model-import-props';
export * from './model-files';
export * from './model-source';
export * from './job-set-controller';
export * from './training-job';
export * from './training-job-props';
export * from './pipeline';
