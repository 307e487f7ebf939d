import { NodeTaint } from '../core/gpu-node-pool';

/**
 * A toleration as the API server takes it.
 *
 * @internal
 */
export interface Toleration {
  /** @default - every key */
  readonly key?: string;
  readonly operator: string;
  readonly value?: string;
  /** @default - every effect */
  readonly effect?: string;
}

/**
 * Tolerations of taints with exactly these values, or any where none is given: for pods of certain pools, which must not run on other pools with the same key. Without
 * duplicates and sorted, so that the order of the pools makes no difference.
 *
 * @internal
 */
export function tolerationsOf(taints: readonly NodeTaint[]): Toleration[] {
  return distinctSorted(
    taints.map(({ key, value, effect }) =>
      value ? { key, operator: 'Equal', value, effect } : { key, operator: 'Exists', effect },
    ),
  );
}

/**
 * Tolerations of taints with any value: for agents that run on the nodes of every pool, including later pools.
 *
 * @internal
 */
export function tolerationsOfAnyValue(taints: readonly NodeTaint[]): Toleration[] {
  return distinctSorted(taints.map(({ key, effect }) => ({ key, operator: 'Exists', effect })));
}

/**
 * Tolerations without duplicates, sorted.
 *
 * @internal
 */
export function distinctSorted(tolerations: readonly Toleration[]): Toleration[] {
  const byId = new Map(tolerations.map((each) => [`${each.key}:${each.effect}:${each.value ?? ''}`, each]));
  return [...byId.keys()].sort().map((id) => byId.get(id) as Toleration);
}
