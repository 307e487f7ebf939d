export * from './data-size';
export * from './errors';
export * from './fault';
