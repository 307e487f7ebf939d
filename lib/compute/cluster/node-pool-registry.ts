import { untitled } from '../../units/fault';
import { IConstruct } from 'constructs';
import { isAttached } from '../../core/attached';
import { throwIfInvalid } from '../../core/errors';
import { IGpuNodePool } from '../../core/gpu-node-pool';

/**
 * The GPU pools known on one cluster.
 *
 * @internal
 */
export class NodePoolRegistry {
  private readonly known = new Map<string, IGpuNodePool>();

  public constructor(private readonly clusterName: string) {}

  /** The pools in the order of their names. */
  public get pools(): IGpuNodePool[] {
    return [...this.known.keys()]
      .sort()
      .flatMap((name) => this.known.get(name) ?? [])
      .filter(isAttached);
  }

  /** Makes a pool known; two of one name are a fault of the later. */
  public register(pool: IGpuNodePool): void {
    const other = this.known.get(pool.poolName);
    if (other === pool) return;
    const isTaken = other !== undefined && isAttached(other);
    throwIfInvalid(
      pool as IConstruct,
      isTaken
        ? [
            untitled(
              `poolName must be unique within its cluster; '${pool.poolName}' on cluster '${this.clusterName}' is also at ${other.node.path}`,
            ),
          ]
        : [],
    );
    this.known.set(pool.poolName, pool);
  }
}
