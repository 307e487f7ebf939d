import { GpuInstanceType } from '../catalog/gpu-instance-type';
import { GpuNodeType } from '../catalog/gpu-node-type';
import { Configuration } from './configuration';
import { Alternative } from './plan-parts';

/** Dollars an hour that stand for more nodes outside EC2, whose price is not known: less than those of others. */
const OWN_NODES = 0.01;

/**
 * What an alternative costs, in dollars an hour by list prices: nothing on the nodes that are there, also where others would be cheaper; of nodes
 * outside EC2 more of them are taken to cost less than others; what has no price comes last.
 *
 * @internal
 */
export function addedCost({ instanceType, nodes }: Configuration, other: Alternative): number {
  const same = other.instanceType.name === instanceType.name;
  if (same && other.nodes <= nodes) return 0;
  const { listPricePerHour } = other.instanceType;
  if (listPricePerHour !== undefined) return listPricePerHour * other.nodes;
  return same && !isListed(instanceType) ? OWN_NODES : Infinity;
}

function isListed({ name }: GpuNodeType): boolean {
  return GpuInstanceType.ALL.some((type) => type.name === name);
}

/**
 * The order of two costs, of which both may be unlimited.
 *
 * @internal
 */
export function compareCosts(a: number, b: number): number {
  return a === b ? 0 : a - b;
}

/**
 * One instance type for each type and number of GPUs: the cheapest or, without prices, the one with the smallest host.
 *
 * @internal
 */
export function cheapestHosts(types: readonly GpuInstanceType[]): GpuInstanceType[] {
  const price = ({ listPricePerHour = Infinity }: GpuInstanceType) => listPricePerHour;
  const best = new Map<string, GpuInstanceType>();
  for (const type of types) {
    const key = `${type.gpuCount} × ${type.gpu.name}`;
    const known = best.get(key);
    const order = known ? compareCosts(price(type), price(known)) || type.memory.bytes - known.memory.bytes : -1;
    if (order < 0) best.set(key, type);
  }
  return [...best.values()];
}
