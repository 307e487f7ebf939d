import { Fault, fault } from '../units/fault';
import { PoolLoad } from './placement';

/**
 * The faults of pools whose selector also matches nodes of others. On creation a pool is compared with earlier pools, but not with later
 * ones.
 *
 * @internal
 */
export function selectorFaults(loads: readonly PoolLoad[], index: ReadonlyMap<string, PoolLoad[]>): Fault[] {
  return loads.flatMap(({ pool }) => {
    const selector = Object.entries(pool.nodeSelector);
    const perLabel = selector.map(([key, value]) => index.get(`${key}=${value}`) ?? []);
    const shortest = perLabel.reduce((a, b) => (b.length < a.length ? b : a), perLabel[0] ?? []);
    const others = shortest
      .map((load) => load.pool)
      .filter((other) => other !== pool && selector.every(([key, value]) => other.nodeLabels[key] === value));
    if (others.length === 0) return [];
    const labels = selector.map(([key, value]) => `${key}=${value}`).join(', ');
    const names = others.map(({ poolName }) => `'${poolName}'`).join(', ');
    return [
      fault(
        'POOL_SELECTOR_NOT_UNIQUE',
        undefined,
        `${pool.node.path}: nodeSelector ${labels} of pool '${pool.poolName}' also selects nodes of ` +
          `pool${others.length > 1 ? 's' : ''} ${names}; give the nodes a label that only they have`,
      ),
    ];
  });
}
