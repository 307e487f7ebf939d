import { eksPodCap } from '../../../catalog/eks-pod-cap';
import { Fault, fault } from '../../../units/fault';
import { GpuInstanceType } from '../../../catalog/gpu-instance-type';
import { EfaLayout } from '../options/efa-layout';
import { ownValue } from '../../../units/own-value';

/** One network interface of an instance. */
export interface InterfacePlacement {
  /** Index of the network card. */
  readonly networkCardIndex: number;
  /** Index of the interface on its card. */
  readonly deviceIndex: number;
  /** `interface` is ENA, which carries IP; `efa-only` carries EFA and takes no IP address; `efa` is both in one. */
  readonly interfaceType: 'interface' | 'efa-only' | 'efa';
}

/**
 * Cards that hold an ENA interface beside the EFA-only one when IP bandwidth matters most: "ENA and EFA-only on every fourth card".
 *
 * @see https://github.com/aws/karpenter-provider-aws/blob/main/designs/efa-for-static-capacity.md
 */
const BANDWIDTH_CARDS: { readonly [type: string]: readonly number[] } = {
  'p5.48xlarge': [0, 4, 8, 12, 16, 20, 24, 28],
  'p5e.48xlarge': [0, 4, 8, 12, 16, 20, 24, 28],
};

/**
 * The network interfaces of an instance that uses every EFA it has. The default is the layout that AWS recommends today:
 *
 * - card 0, device 0: ENA, because an EFA-only interface cannot be the primary one;
 * - card 0, device 1: EFA-only, if card 0 supports EFA;
 * - every other card that supports EFA: EFA-only as device 0.
 *
 * Which cards support EFA is data in the catalog, not a formula: on p6-b300 card 0 is ENA only.
 *
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/efa-acc-inst-types.html
 *
 * @internal
 */
export function efaInterfaceLayout(type: GpuInstanceType, layout = EfaLayout.EFA_ONLY): InterfacePlacement[] {
  const cards = type.networkCards
    .filter((card) => card.efa)
    .map((card) => card.index)
    .sort((a, b) => a - b);
  if (layout.name === EfaLayout.COMBINED.name) {
    const others = cards.filter((index) => index !== 0);
    return [place(0, 0, 'efa'), ...others.map((index) => place(index, 1, 'efa-only'))];
  }
  const extra = layout.name === EfaLayout.BANDWIDTH_OPTIMIZED.name ? (ownValue(BANDWIDTH_CARDS, type.name) ?? []) : [];
  return [
    place(0, 0, 'interface'),
    ...cards.flatMap((index) => {
      if (index === 0) return [place(0, 1, 'efa-only')];
      const efa = place(index, 0, 'efa-only');
      return extra.includes(index) ? [efa, place(index, 1, 'interface')] : [efa];
    }),
  ];
}

function place(
  networkCardIndex: number,
  deviceIndex: number,
  interfaceType: InterfacePlacement['interfaceType'],
): InterfacePlacement {
  return { networkCardIndex, deviceIndex, interfaceType };
}

/**
 * Maximum number of pods on a node with the given interfaces, where EKS and nodeadm get it wrong.
 *
 * The VPC CNI attaches its interfaces to card 0 only, and an EFA-only interface there takes the place of one of them. Neither
 * EKS nor nodeadm takes that into account, so that the kubelet would accept pods that never get an address (on p5: 100
 * instead of 51). EKS's own cap holds as well.
 *
 * @returns undefined if the default is right
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
  return Math.min(addressed, eksPodCap(type.vcpus));
}

/**
 * Maximum number of pods on a node of a managed node group with a layout: what its addresses allow, up to EKS's cap.
 *
 * @internal
 */
export function managedMaxPods(type: GpuInstanceType, layout: readonly InterfacePlacement[]): number {
  return maxPodsBeside(type, layout) ?? Math.min(type.defaultMaxPods, eksPodCap(type.vcpus));
}

/**
 * The faults of a layout on an instance type: more interfaces on a card than it holds. Only unlisted instance types can have such faults.
 *
 * @internal
 */
export function layoutFaults(type: GpuInstanceType, layout: readonly InterfacePlacement[]): Fault[] {
  const cards = [...new Set(layout.map((placement) => placement.networkCardIndex))];
  return cards.flatMap((index) => {
    const here = layout.filter((placement) => placement.networkCardIndex === index);
    const needed = Math.max(...here.map((placement) => placement.deviceIndex)) + 1;
    const card = type.networkCards.find((candidate) => candidate.index === index);
    if (!card)
      return [
        fault(
          'NETWORK_CARD_MISSING',
          'instanceType',
          `instance type '${type.name}' has no network card ${index}, which EFA needs; add it to networkCards of the instance type`,
        ),
      ];
    return needed > card.maxInterfaces
      ? [
          fault(
            'NETWORK_CARD_FULL',
            'instanceType',
            `network card ${index} of '${type.name}' holds ${card.maxInterfaces} interface(s), but EFA needs ${needed}; correct maxInterfaces of ` +
              'the card, or use another efaLayout',
          ),
        ]
      : [];
  });
}

/**
 * The faults of the layout that the user chose for an instance type.
 *
 * @internal
 */
export function efaLayoutFaults(type: GpuInstanceType, layout: EfaLayout): Fault[] {
  const primaryHasEfa = type.networkCards.some((card) => card.index === 0 && card.efa);
  if (layout.name === EfaLayout.COMBINED.name && !primaryHasEfa) {
    return [
      fault(
        'EFA_LAYOUT_NOT_SUPPORTED',
        'efaLayout',
        `efaLayout '${layout}' needs EFA on network card 0, but '${type.name}' has none there; use EfaLayout.EFA_ONLY`,
      ),
    ];
  }
  if (layout.name === EfaLayout.BANDWIDTH_OPTIMIZED.name && !ownValue(BANDWIDTH_CARDS, type.name)) {
    const known = Object.keys(BANDWIDTH_CARDS).join(', ');
    return [
      fault(
        'EFA_LAYOUT_NOT_SUPPORTED',
        'efaLayout',
        `efaLayout '${layout}' is only known for ${known}; got '${type.name}'; use EfaLayout.EFA_ONLY`,
      ),
    ];
  }
  return layoutFaults(type, efaInterfaceLayout(type, layout));
}

/**
 * Addresses that a node takes of its subnet as soon as it is up: one for each interface that carries IP, and every secondary one
 * of the primary interface, which the VPC CNI takes at once.
 *
 * @see https://github.com/aws/amazon-vpc-cni-k8s/blob/master/docs/eni-and-ip-target.md
 *
 * @internal
 */
export function addressesPerNode(type: GpuInstanceType, layout: readonly InterfacePlacement[]): number {
  const withAddress = layout.filter((placement) => placement.interfaceType !== 'efa-only').length || 1;
  return withAddress + type.ipv4PerInterface - 1;
}
