/** What a node of an instance type has for pods. */
export interface Devices {
  readonly gpus: number;
  /** EFA interfaces. */
  readonly efa: number;
}

const devices = (gpus: number, efa: number): Devices => ({ gpus, efa });

/**
 * Written by hand from the lists `nvidia.com/gpu` and `vpc.amazonaws.com/efa` of Karpenter's page of instance types, and for p6-b300
 * from aws-parallelcluster#7143; nothing here is taken from the catalog.
 *
 * @see https://karpenter.sh/docs/reference/instance-types/
 */
export const DEVICES: { readonly [type: string]: Devices } = {
  'p3.2xlarge': devices(1, 0),
  'p3.8xlarge': devices(4, 0),
  'p3.16xlarge': devices(8, 0),
  'p3dn.24xlarge': devices(8, 1),
  'p4d.24xlarge': devices(8, 4),
  'p4de.24xlarge': devices(8, 4),
  'p5.4xlarge': devices(1, 1),
  'p5.48xlarge': devices(8, 32),
  'p5e.48xlarge': devices(8, 32),
  'p5en.48xlarge': devices(8, 16),
  'p6-b200.48xlarge': devices(8, 8),
  'p6-b300.48xlarge': devices(8, 16),
  'g4dn.xlarge': devices(1, 0),
  'g4dn.2xlarge': devices(1, 0),
  'g4dn.4xlarge': devices(1, 0),
  'g4dn.8xlarge': devices(1, 1),
  'g4dn.12xlarge': devices(4, 1),
  'g4dn.16xlarge': devices(1, 1),
  'g4dn.metal': devices(8, 1),
  'g5.xlarge': devices(1, 0),
  'g5.2xlarge': devices(1, 0),
  'g5.4xlarge': devices(1, 0),
  'g5.8xlarge': devices(1, 1),
  'g5.12xlarge': devices(4, 1),
  'g5.16xlarge': devices(1, 1),
  'g5.24xlarge': devices(4, 1),
  'g5.48xlarge': devices(8, 1),
  'g6.xlarge': devices(1, 0),
  'g6.2xlarge': devices(1, 0),
  'g6.4xlarge': devices(1, 0),
  'g6.8xlarge': devices(1, 1),
  'g6.12xlarge': devices(4, 1),
  'g6.16xlarge': devices(1, 1),
  'g6.24xlarge': devices(4, 1),
  'g6.48xlarge': devices(8, 1),
  'g6e.xlarge': devices(1, 0),
  'g6e.2xlarge': devices(1, 0),
  'g6e.4xlarge': devices(1, 0),
  'g6e.8xlarge': devices(1, 1),
  'g6e.12xlarge': devices(4, 1),
  'g6e.16xlarge': devices(1, 1),
  'g6e.24xlarge': devices(4, 2),
  'g6e.48xlarge': devices(8, 4),
  // A part of a GPU is one device.
  'g6f.large': devices(1, 0),
  'g6f.xlarge': devices(1, 0),
  'g6f.2xlarge': devices(1, 0),
  'g6f.4xlarge': devices(1, 0),
  'g7.2xlarge': devices(1, 0),
  'g7.4xlarge': devices(1, 0),
  'g7.8xlarge': devices(1, 1),
  'g7.12xlarge': devices(2, 1),
  'g7.24xlarge': devices(4, 1),
  'g7.48xlarge': devices(8, 2),
  'g7e.2xlarge': devices(1, 0),
  'g7e.4xlarge': devices(1, 0),
  'g7e.8xlarge': devices(1, 1),
  'g7e.12xlarge': devices(2, 1),
  'g7e.24xlarge': devices(4, 2),
  'g7e.48xlarge': devices(8, 4),
  'gr6.4xlarge': devices(1, 0),
  'gr6.8xlarge': devices(1, 1),
  'gr6f.4xlarge': devices(1, 0),
};

const cards = (from: number, to: number, place: string) =>
  Array.from({ length: to - from + 1 }, (_, index) => `${from + index}/${place}`);

/**
 * The interfaces of pools as `card/device=type` words, by hand from AWS's page on EFA and from aws-parallelcluster#7143 (p6-b300).
 *
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/efa-acc-inst-types.html
 */
export const LAYOUTS: { readonly [pool: string]: readonly string[] } = {
  'p4d-24xlarge': ['0/0=interface', '0/1=efa-only', '1/0=efa-only', '2/0=efa-only', '3/0=efa-only'],
  'p5-48xlarge': ['0/0=interface', '0/1=efa-only', ...cards(1, 31, '0=efa-only')],
  'p5e-48xlarge': ['0/0=interface', '0/1=efa-only', ...cards(1, 31, '0=efa-only')],
  'p5en-48xlarge': ['0/0=interface', '0/1=efa-only', ...cards(1, 15, '0=efa-only')],
  'p6-b200-48xlarge': ['0/0=interface', '0/1=efa-only', ...cards(1, 7, '0=efa-only')],
  'p6-b300-48xlarge': ['0/0=interface', ...cards(1, 16, '0=efa-only')],
  'g6e-48xlarge': ['0/0=interface', '0/1=efa-only', '1/0=efa-only', '2/0=efa-only', '3/0=efa-only'],
  'g5-48xlarge': ['0/0=interface', '0/1=efa-only'],
  'g5-xlarge': [],
  block: ['0/0=interface', '0/1=efa-only', ...cards(1, 15, '0=efa-only')],
  reserved: ['0/0=interface', '0/1=efa-only', ...cards(1, 31, '0=efa-only')],
  combined: ['0/0=efa', ...cards(1, 31, '1=efa-only')],
  // ENA beside EFA on every fourth card.
  bandwidth: [
    '0/0=interface',
    '0/1=efa-only',
    ...cards(1, 31, '0=efa-only').flatMap((word, index) =>
      (index + 1) % 4 === 0 ? [word, `${index + 1}/1=interface`] : [word],
    ),
  ],
};

/**
 * The rule of AWS's page for every other type: ENA as the primary interface, EFA-only beside it on card 0, and EFA-only as device 0
 * of each further card.
 */
export function ruleOf({ efa }: Devices): string[] {
  return efa === 0 ? [] : ['0/0=interface', '0/1=efa-only', ...cards(1, efa - 1, '0=efa-only')];
}
