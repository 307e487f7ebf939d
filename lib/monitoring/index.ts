export * from './alert-receiver';
export * from './indicator';
export * from './metric-contract';
export * from './monitoring-options';
export * from './monitoring-rule';
export * from './monitoring-stack';
export * from './monitoring-storage';
export * from './watched-workload';
