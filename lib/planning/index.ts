export * from '../units';
export * from '../catalog';
export * from './capacity-plan';
export * from './capacity-planner';
export * from './capacity-request';
export * from './plan-parts';
