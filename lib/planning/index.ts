export * from '../units';
export * from '../catalog';
