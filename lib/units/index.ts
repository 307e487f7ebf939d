export * from './data-size';
export * from './duration';
export * from './errors';
export * from './fault';
export * from './weekday';
