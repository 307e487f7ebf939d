/**
 * What an EC2 instance type without GPUs has.
 *
 * @internal
 */
export interface CpuInstanceSize {
  readonly vcpus: number;
  /** Memory as EC2 states it, MiB. */
  readonly memoryMib: number;
  /** Maximum number of pods by the addresses of its network interfaces. */
  readonly podsByAddresses: number;
}

/** Families whose network interfaces are alike: the pods of each size, and the names of the families by GiB of memory for each virtual CPU. */
interface Families {
  readonly pods: { readonly [size: string]: number };
  readonly families: { readonly [gibPerVcpu: number]: string };
}

/**
 * Pods are what the addresses of the interfaces allow. Memory follows from the family, and the number of processors from the size.
 *
 * @see https://github.com/aws/karpenter-provider-aws/blob/1d92708/website/content/en/docs/reference/instance-types.md
 */
const FAMILIES: readonly Families[] = [
  {
    pods: {
      large: 59,
      xlarge: 118,
      '2xlarge': 118,
      '4xlarge': 394,
      '8xlarge': 492,
      '12xlarge': 590,
      '16xlarge': 1010,
      '24xlarge': 1010,
      '32xlarge': 1514,
      '48xlarge': 1514,
      '64xlarge': 1514,
      '96xlarge': 1514,
    },
    families: { 2: 'c8i c8i-flex c8id', 4: 'm8i m8i-flex m8id', 8: 'r8i r8i-flex r8id', 16: 'x8i' },
  },
  {
    pods: {
      large: 78,
      xlarge: 118,
      '2xlarge': 118,
      '4xlarge': 394,
      '8xlarge': 394,
      '12xlarge': 590,
      '16xlarge': 1010,
      '24xlarge': 1010,
      '32xlarge': 1010,
      '48xlarge': 1514,
      '96xlarge': 758,
    },
    families: { 2: 'c8ib c8in c8ine', 4: 'm8ib m8idb m8idn m8in m8ine', 8: 'r8ib r8idb r8idn r8in' },
  },
  {
    pods: {
      medium: 8,
      large: 29,
      xlarge: 58,
      '2xlarge': 58,
      '3xlarge': 58,
      '4xlarge': 234,
      '6xlarge': 234,
      '8xlarge': 234,
      '9xlarge': 234,
      '12xlarge': 234,
      '16xlarge': 737,
      '18xlarge': 737,
      '24xlarge': 737,
      '32xlarge': 737,
      '48xlarge': 737,
    },
    families: {
      2: 'c5 c5a c5ad c5d c6a c6g c6gd c6gn c6i c6id c7a c7g c7gd c7gn c7i c7i-flex c8g c8gd',
      4: 'm5 m5a m5ad m5d m5dn m5n m6a m6g m6gd m6i m6id m7a m7g m7gd m7i m7i-flex m8g m8gd',
      7.625: 'i2 i3 r4',
      8: 'i3en i4g i7i i8g r5 r5a r5ad r5b r5d r5dn r5n r6a r6g r6gd r6i r6id r7a r7g r7gd r7i r7iz r8g r8gd',
      16: 'x2gd x2idn x8g',
      32: 'x2iedn',
    },
  },
  {
    pods: {
      medium: 8,
      large: 59,
      xlarge: 78,
      '2xlarge': 158,
      '4xlarge': 314,
      '8xlarge': 392,
      '12xlarge': 758,
      '16xlarge': 1010,
      '24xlarge': 1010,
      '48xlarge': 1514,
    },
    families: { 2: 'c8a', 4: 'm8a', 8: 'r8a' },
  },
  {
    pods: {
      medium: 8,
      large: 29,
      xlarge: 58,
      '2xlarge': 58,
      '4xlarge': 234,
      '8xlarge': 292,
      '12xlarge': 350,
      '16xlarge': 786,
      '24xlarge': 1178,
      '48xlarge': 590,
    },
    families: { 2: 'c8gb c8gn', 4: 'm8gb m8gn', 8: 'r8gb r8gn' },
  },
  {
    pods: {
      medium: 40,
      large: 59,
      xlarge: 118,
      '2xlarge': 118,
      '4xlarge': 394,
      '8xlarge': 492,
      '12xlarge': 590,
      '16xlarge': 1010,
      '24xlarge': 1514,
      '48xlarge': 1514,
    },
    families: { 2: 'c9g c9gd', 4: 'm9g m9gd' },
  },
  {
    pods: {
      large: 29,
      xlarge: 58,
      '2xlarge': 58,
      '3xlarge': 58,
      '6xlarge': 234,
      '12xlarge': 394,
      '18xlarge': 737,
      '24xlarge': 737,
      '48xlarge': 737,
    },
    families: { 8: 'i7ie' },
  },
  {
    pods: {
      large: 29,
      xlarge: 58,
      '2xlarge': 58,
      '3xlarge': 176,
      '6xlarge': 292,
      '12xlarge': 350,
      '18xlarge': 786,
      '24xlarge': 786,
      '48xlarge': 1178,
    },
    families: { 8: 'i8ge' },
  },
  {
    pods: {
      large: 29,
      xlarge: 58,
      '2xlarge': 58,
      '4xlarge': 234,
      '8xlarge': 234,
      '12xlarge': 234,
      '16xlarge': 737,
      '24xlarge': 737,
      '32xlarge': 394,
    },
    families: { 2: 'c6in', 4: 'm6idn m6in', 8: 'r6idn r6in' },
  },
  {
    pods: {
      large: 29,
      xlarge: 58,
      '2xlarge': 58,
      '4xlarge': 234,
      '8xlarge': 234,
      '12xlarge': 234,
      '16xlarge': 737,
      '24xlarge': 437,
      '32xlarge': 737,
    },
    families: { 8: 'i4i' },
  },
  {
    pods: { medium: 11, large: 78, xlarge: 78, '3xlarge': 314, '6xlarge': 314, '12xlarge': 1010, '24xlarge': 1010 },
    families: { 4: 'm8azn', 32: 'x8aedz' },
  },
  {
    pods: {
      large: 29,
      xlarge: 58,
      '2xlarge': 58,
      '3xlarge': 234,
      '4xlarge': 234,
      '6xlarge': 234,
      '8xlarge': 234,
      '12xlarge': 737,
    },
    families: { 4: 'm5zn', 32: 'x2iezn' },
  },
  {
    pods: { large: 20, xlarge: 58, '2xlarge': 58, '4xlarge': 234, '10xlarge': 234, '16xlarge': 234 },
    families: { 4: 'm4' },
  },
];

/** Virtual CPUs, memory in MiB and pods of types that burst, whose memory does not follow from the processors. */
const BURSTING: { readonly [size: string]: readonly [number, number, { readonly [family: string]: number }] } = {
  small: [2, 2048, { t3: 11, t3a: 8, t4g: 11 }],
  medium: [2, 4096, { t2: 17, t3: 17, t3a: 17, t4g: 17 }],
  large: [2, 8192, { t2: 35, t3: 35, t3a: 35, t4g: 35 }],
  xlarge: [4, 16384, { t2: 44, t3: 58, t3a: 58, t4g: 58 }],
  '2xlarge': [8, 32768, { t2: 44, t3: 58, t3a: 58, t4g: 58 }],
};

/**
 * What an EC2 instance type without GPUs has; undefined for types that are not known: new families, bare metal, those for storage.
 *
 * @param instanceType its name, e.g. `m7i.large`
 *
 * @internal
 */
export function cpuInstanceSize(instanceType: string): CpuInstanceSize | undefined {
  const [family, size = ''] = instanceType.split('.');
  const bursting = Object.hasOwn(BURSTING, size) ? BURSTING[size] : undefined;
  if (bursting && Object.hasOwn(bursting[2], family))
    return { vcpus: bursting[0], memoryMib: bursting[1], podsByAddresses: bursting[2][family] };
  const vcpus = vcpusOf(size);
  for (const { pods, families } of FAMILIES) {
    const gib = Object.entries(families).find(([, names]) => names.split(' ').includes(family))?.[0];
    if (gib === undefined || vcpus === undefined || !Object.hasOwn(pods, size)) continue;
    return { vcpus, memoryMib: vcpus * Number(gib) * 1024, podsByAddresses: pods[size] };
  }
  return undefined;
}

/** An `xlarge` has four. */
function vcpusOf(size: string): number | undefined {
  if (size === 'medium') return 1;
  if (size === 'large') return 2;
  const [, times] = /^(\d*)xlarge$/.exec(size) ?? [];
  return times === undefined ? undefined : 4 * Number(times || 1);
}
