import { IGpuNodePool } from '../../core/gpu-node-pool';
import { gpusPerNode } from '../../scheduling/node-allocatable';

/**
 * US dollars for an hour of one server: the list price of its nodes, by its part of their GPUs, or of the shares of them.
 *
 * Undefined where the catalogue has no price, as of own hardware, and for servers without GPUs, which may run beside those of others.
 *
 * @param pool its nodes
 * @param gpus GPUs, or shares of them, of each of its pods
 * @param nodes pods of it, each on a node of its own
 *
 * @internal
 */
export function listPriceOfServer(pool: IGpuNodePool, gpus: number, nodes: number = 1): number | undefined {
  const { listPricePerHour } = pool.hardware;
  if (listPricePerHour === undefined || gpus === 0) return undefined;
  // Quotients have no more digits than prices have.
  return Number(((listPricePerHour * nodes * gpus) / gpusPerNode(pool)).toFixed(6));
}
