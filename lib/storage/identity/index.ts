export * from './site-identities';
export * from './site-identities-props';
