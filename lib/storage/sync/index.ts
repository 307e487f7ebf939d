export * from './maintenance-window';
export * from './model-release';
export * from './model-release-props';
export * from './model-sync';
export * from './model-sync-props';
export * from './release-key';
