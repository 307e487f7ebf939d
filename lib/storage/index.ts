export * from './model-store';
export * from './model-store-attributes';
export * from './removal-policy';
export * from './s3-compatible-store-props';
