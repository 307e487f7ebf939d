export * from './model-store';
export * from './model-store-attributes';
export * from './removal-policy';
