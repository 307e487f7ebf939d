import { GpuInstanceType } from '../catalog/gpu-instance-type';

/** One network interface of an instance. */
export interface InterfacePlacement {
  /** Index of the network card. */
  readonly networkCardIndex: number;
  /** Index of the interface on its card. */
  readonly deviceIndex: number;
  /** `interface` is ENA, which carries IP; `efa-only` carries EFA and takes no IP address. */
  readonly interfaceType: 'interface' | 'efa-only';
}

/**
 * The network interfaces of an instance that uses every EFA it has, as AWS lays them out today:
 *
 * - card 0, device 0: ENA, because an EFA-only interface cannot be the primary one;
 * - card 0, device 1: EFA-only, where card 0 can do EFA;
 * - every other card that can do EFA: EFA-only as device 0.
 *
 * Which cards can do EFA is data of the catalogue, not a formula: on p6-b300 card 0 is ENA only.
 *
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/efa-acc-inst-types.html
 *
 * @internal
 */
export function efaInterfaceLayout(type: GpuInstanceType): InterfacePlacement[] {
  const efa = type.networkCards
    .filter((card) => card.efa)
    .map((card): InterfacePlacement => ({
      networkCardIndex: card.index,
      deviceIndex: card.index === 0 ? 1 : 0,
      interfaceType: 'efa-only',
    }))
    .sort((a, b) => a.networkCardIndex - b.networkCardIndex);
  return [{ networkCardIndex: 0, deviceIndex: 0, interfaceType: 'interface' }, ...efa];
}

/**
 * How many pods get an address on an instance with the given interfaces, where that is fewer than the instance type's default.
 *
 * The VPC CNI attaches its interfaces to card 0 only, and an EFA-only interface there takes the place of one of them. Neither
 * EKS nor nodeadm takes that into account, so that the kubelet would accept pods that never get an address (on p5: 100
 * instead of 51).
 *
 * @returns nothing where the default is right
 *
 * @internal
 */
export function reducedMaxPods(type: GpuInstanceType, layout: readonly InterfacePlacement[]): number | undefined {
  const taken = layout.filter((placement) => placement.networkCardIndex === 0 && placement.interfaceType === 'efa-only').length;
  const card = type.networkCards.find(({ index }) => index === 0);
  if (taken === 0 || !card) return undefined;
  return (card.maxInterfaces - taken) * (type.ipv4PerInterface - 1) + 2;
}
