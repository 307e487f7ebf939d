import { TaintEffect } from '../../../core/gpu-node-pool';
import { CapacityKind } from '../options/capacity';

const TAINT_EFFECTS: { readonly [effect in TaintEffect]: string } = {
  [TaintEffect.NO_SCHEDULE]: 'NO_SCHEDULE',
  [TaintEffect.PREFER_NO_SCHEDULE]: 'PREFER_NO_SCHEDULE',
  [TaintEffect.NO_EXECUTE]: 'NO_EXECUTE',
};

const CAPACITY_TYPES: { readonly [kind in CapacityKind]: string } = {
  [CapacityKind.ON_DEMAND]: 'ON_DEMAND',
  [CapacityKind.SPOT]: 'SPOT',
  [CapacityKind.RESERVATION]: 'ON_DEMAND',
  [CapacityKind.CAPACITY_BLOCK]: 'CAPACITY_BLOCK',
};

/**
 * EKS's name for the effect of a taint.
 *
 * @internal
 */
export function eksTaintEffect(effect: TaintEffect): string {
  return TAINT_EFFECTS[effect];
}

/**
 * Capacity type of a managed node group.
 *
 * @see https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateNodegroup.html
 *
 * @internal
 */
export function eksCapacityType(kind: CapacityKind): string {
  return CAPACITY_TYPES[kind];
}
