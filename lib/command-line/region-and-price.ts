import { GpuInstanceType, instanceTypeOf } from '../catalog/gpu-instance-type';
import { GpuNodeType } from '../catalog/gpu-node-type';
import { LIST_PRICE_SOURCE, LIST_PRICES } from '../catalog/instance-prices';
import { isKnownRegion, KNOWN_REGIONS } from '../catalog/instance-regions';
import { unknownNameFault } from '../catalog/near-names';
import { CapacityCandidate } from '../planning/capacity-request';
import { fault } from '../units/fault';
import { Arguments } from './arguments';

/**
 * The region of `--region`; undefined where it is not given, or not known.
 *
 * @internal
 */
export function regionOf(args: Arguments): string | undefined {
  const region = args.text('region')?.trim().toLowerCase();
  if (region === undefined || isKnownRegion(region)) return region;
  const otherwise = 'leave --region out to plan for any';
  args.faults.push(unknownNameFault('region', region, KNOWN_REGIONS, otherwise, '--region'));
  return undefined;
}

/**
 * Adds the fault of hardware that AWS does not sell on demand in a region.
 *
 * @internal
 */
export function checkRegion(args: Arguments, option: string, hardware?: GpuNodeType, region?: string): void {
  const type = hardware && instanceTypeOf(hardware);
  if (region === undefined || type === undefined || type._isSoldIn(region)) return;
  const reason =
    `AWS does not sell ${type.name} on demand in ${region}, but in ${type.regions?.join(', ') ?? 'others'}; name another --region or type, or leave ` +
    '--region out for reserved capacity';
  args.faults.push(fault('TYPE_NOT_IN_REGION', option, reason));
}

/**
 * What the price of a plan is, in one line; nothing for hardware without one.
 *
 * @param hardware what is planned
 * @param given the price that is given
 * @param region the region that is given
 *
 * @internal
 */
export function priceLine(hardware: GpuNodeType, given?: number, region?: string): string[] {
  if (given !== undefined) return [`price: ${given} an hour for each node, as given`];
  if (!hardware.isEc2) return [];
  const list = hardware.listPricePerHour;
  if (list === undefined) return [`price: no list price of ${hardware.name} is known; give yours by --price`];
  return [`price: ${list} US dollars an hour for each ${hardware.name}, ${listNote(region)}`];
}

/** Where list prices are from, and that those of a region are others. */
export function listNote(region?: string): string {
  const other =
    region === undefined || region === LIST_PRICES.region ? '' : `; those of ${region} differ and are not known here`;
  return `${LIST_PRICES.what}, ${LIST_PRICES.date} (${LIST_PRICE_SOURCE})${other}; --price takes precedence`;
}

/**
 * The candidates of a search for which no price is given, with the list prices that they have.
 *
 * @internal
 */
export function listPriced(
  candidates: readonly CapacityCandidate[] | undefined,
  region?: string,
): CapacityCandidate[] | undefined {
  const chosen = (type: GpuInstanceType) => type._isChosenUnasked && type._isSoldIn(region);
  const all = candidates ?? GpuInstanceType.ALL.filter(chosen).map((instanceType) => ({ instanceType }));
  if (all.length === 0) return undefined;
  return all.map(({ instanceType }) => ({ instanceType, pricePerHour: instanceType.listPricePerHour }));
}
