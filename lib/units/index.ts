export * from './data-size';
export * from './errors';
