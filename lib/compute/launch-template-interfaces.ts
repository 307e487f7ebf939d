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

/** Most pods that EKS lets the nodes of a managed node group have, below 30 vCPUs and from 30 on. */
const MANAGED_POD_CAPS = { small: 110, large: 250 };

/**
 * Most pods on a node with the given interfaces, where EKS and nodeadm get it wrong by themselves.
 *
 * The VPC CNI attaches its interfaces to card 0 only, and an EFA-only interface there takes the place of one of them. Neither
 * EKS nor nodeadm takes that into account, so that the kubelet would accept pods that never get an address (on p5: 100
 * instead of 51). EKS's own cap holds as well.
 *
 * @returns nothing where the default is right
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/choosing-instance-type.html#max-pods-precedence
 *
 * @internal
 */
export function maxPodsBeside(type: GpuInstanceType, layout: readonly InterfacePlacement[]): number | undefined {
  const taken = layout.filter(
    (placement) => placement.networkCardIndex === 0 && placement.interfaceType === 'efa-only',
  ).length;
  if (taken === 0) return undefined;
  const addressed = type.defaultMaxPods - taken * (type.ipv4PerInterface - 1);
  return Math.min(addressed, type.vcpus < 30 ? MANAGED_POD_CAPS.small : MANAGED_POD_CAPS.large);
}

/**
 * What keeps an instance type from taking a layout: more interfaces on a card than it holds. Only hardware that the user
 * described himself can be so.
 *
 * @internal
 */
export function layoutFaults(type: GpuInstanceType, layout: readonly InterfacePlacement[]): string[] {
  const cards = [...new Set(layout.map((placement) => placement.networkCardIndex))];
  return cards.flatMap((index) => {
    const needed = layout.filter((placement) => placement.networkCardIndex === index).length;
    const card = type.networkCards.find((candidate) => candidate.index === index);
    if (!card) return [`instance type '${type.name}' must have a network card ${index}; add it to networkCards`];
    return needed > card.maxInterfaces
      ? [
          `network card ${index} of '${type.name}' holds ${card.maxInterfaces} interface(s), but EFA needs ${needed} there`,
        ]
      : [];
  });
}
