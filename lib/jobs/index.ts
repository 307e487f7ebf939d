export * from './model-import';
export * from './model-source';
