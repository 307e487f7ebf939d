export * from './planning';
export * from './core';
