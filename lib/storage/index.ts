export * from './model-store';
export * from './model-store-props';
export * from './model-store-attributes';
export * from './s3-compatible-store-props';
export * from './identity';
export * from './sync';
