export * from './model-import';
export * from './model-import-props';
export * from './model-files';
export * from './model-source';
