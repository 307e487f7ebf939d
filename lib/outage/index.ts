export * from './metrics-sender';
export * from './node-credentials';
export * from './outage-plan';
export * from './outage-props';
export * from './uplink-outage';
