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
  /** For how many seconds a pod stays when the taint has come. @default - for ever */
  readonly tolerationSeconds?: string;
}

/** Taints that the control plane puts on nodes that it does not reach, or that are not ready: https://kubernetes.io/docs/reference/labels-annotations-taints/. */
const GONE = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];

/**
 * Tolerations by which pods stay on nodes of a pool that the control plane does not reach for a while; none for a pool that does not say so, whose pods get
 * those of the API server.
 *
 * @internal
 */
export function tolerationsOfOutage(seconds: number | undefined): Toleration[] {
  if (seconds === undefined) return [];
  return GONE.map((key) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: String(seconds) }));
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
