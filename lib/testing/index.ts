export * from './stack-annotation';
export * from './synthesized-stack';
