import { IGpuNodePool } from './gpu-node-pool';
import { IKubernetesCluster } from './kubernetes-cluster';

const watchers = new WeakMap<IKubernetesCluster, ((pool: IGpuNodePool) => void)[]>();

/**
 * Has something done whenever a pool becomes known to a cluster.
 *
 * @internal
 */
export function whenPoolsChange(cluster: IKubernetesCluster, react: (pool: IGpuNodePool) => void): void {
  watchers.set(cluster, [...(watchers.get(cluster) ?? []), react]);
}

/**
 * Tells that a pool became known to a cluster.
 *
 * @internal
 */
export function poolsChanged(cluster: IKubernetesCluster, pool: IGpuNodePool): void {
  watchers.get(cluster)?.forEach((react) => react(pool));
}
