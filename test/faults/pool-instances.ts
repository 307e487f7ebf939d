import { Lazy, Token } from 'cdktf';
import { GpuInstanceType } from '../../lib/catalog/gpu-instance-type';
import { GpuNodePool } from '../../lib/compute/pools/managed/gpu-node-pool';
import { Capacity } from '../../lib/compute/pools/options/capacity';
import { EfaLayout } from '../../lib/compute/pools/options/efa-layout';
import { GpuSharing } from '../../lib/compute/pools/options/gpu-sharing';
import { Placement } from '../../lib/compute/pools/options/placement';
import { NodeImage } from '../../lib/compute/pools/options/node-image';
import { RdmaFabric } from '../../lib/network/rdma-fabric';
import { DataSize } from '../../lib/units/data-size';
import { testEksCluster } from '../compute/test-eks-cluster';
import { testStack } from '../support/synth';
import { FaultText } from './fault-text';
import { managed, karpenter, warnings, EFA, ZONES, block, card, unlisted, twoPools } from '../compute/pool-programs';

const { P3_16XLARGE } = GpuInstanceType;

export const TEXTS: FaultText[] = [
  {
    id: 'CAPACITY_BLOCK_TOO_SHORT',
    property: 'end',
    text:
      'end must be more than 60 minutes (drainMinutes) after start, or the nodes would be drained before they ' +
      "can be used; got '2027-01-11T11:30:00Z' to '2027-01-11T12:00:00Z'",
    refuse: () => block({ end: '2027-01-11T12:00:00Z' }),
  },
  {
    id: 'CAPACITY_BLOCK_UNWATCHED',
    property: 'capacity',
    text: 'no one is notified before capacity-block cr-1 ends at 2027-01-25T11:30:00Z; pass alarmTopicArn',
    faults: warnings('CAPACITY_BLOCK_UNWATCHED', 'capacity', (stack) => twoPools(stack, 1, 2)),
  },
  {
    id: 'DRIVER_NOT_KNOWN',
    property: 'image',
    text:
      "V100-16GB of 'p3.16xlarge' needs driver 580 or earlier, but the newest image may have a later one; pin a " +
      'release: NodeImage.al2023({ releaseVersion, driverMajor })',
    faults: warnings('DRIVER_NOT_KNOWN', 'image', (stack) => {
      const cluster = testEksCluster(stack);
      new GpuNodePool(stack, 'Old', { cluster, instanceType: P3_16XLARGE, minNodes: 1, maxNodes: 1 });
    }),
  },
  {
    id: 'LEGACY_INSTANCE_TYPE',
    property: 'instanceType',
    text:
      "'p3.16xlarge' is of a previous generation: few regions offer it, and newer NVIDIA drivers do not support " +
      'it; prefer a current type for new pools',
    faults: warnings('LEGACY_INSTANCE_TYPE', 'instanceType', (stack) => {
      const cluster = testEksCluster(stack);
      new GpuNodePool(stack, 'Old', { cluster, instanceType: P3_16XLARGE, minNodes: 1, maxNodes: 1 });
    }),
  },
  {
    id: 'RESERVATION_SHARED',
    property: 'maxNodes',
    text:
      "the pools on capacity-block cr-1 together may have 6 nodes (maxNodes of 'a' 3, 'b' 3), but it has 4 " +
      'instance(s): pods of one pool stay pending while the others hold them; lower maxNodes if that is not ' +
      'acceptable',
    faults: warnings('RESERVATION_SHARED', 'maxNodes', (stack) => twoPools(stack, 1, 3)),
  },
  {
    id: 'RESERVATION_OVERCOMMITTED',
    property: 'minNodes',
    text:
      "the pools on capacity-block cr-1 together have at least 6 nodes (minNodes of 'a' 3, 'b' 3), but it has 4 " +
      'instance(s); lower minNodes, or remove a pool',
    refuse: () => twoPools(testStack(), 3, 4),
  },
  {
    id: 'DRIVER_TOO_NEW',
    property: 'image',
    text:
      "driver 595 of image 'al2023' no longer supports V100-16GB of 'p3.16xlarge'; pin a release with driver 580 " +
      'or earlier: NodeImage.al2023({ releaseVersion, driverMajor })',
    refuse: managed({ instanceType: P3_16XLARGE, image: NodeImage.al2023({ driverMajor: 595 }) }),
  },
  {
    id: 'IMAGE_FOR_OTHER_KUBERNETES',
    property: 'image',
    text:
      "image release '1.35.6-20260714' is not for Kubernetes 1.34, which cluster 'test' runs; pass a release " +
      "that begins with '1.34.'",
    refuse: managed({ image: NodeImage.al2023({ releaseVersion: '1.35.6-20260714' }) }, { kubernetesVersion: '1.34' }),
  },
  {
    id: 'EFA_LAYOUT_NOT_SUPPORTED',
    property: 'efaLayout',
    text:
      "efaLayout 'combined' needs EFA on network card 0, but 'p6-b300.48xlarge' has none there; use " +
      'EfaLayout.EFA_ONLY',
    refuse: managed({ ...EFA, instanceType: GpuInstanceType.P6_B300_48XLARGE, efaLayout: EfaLayout.COMBINED }),
  },
  {
    id: 'EFA_LAYOUT_NOT_SUPPORTED',
    property: 'efaLayout',
    text:
      "Karpenter cannot launch efaLayout 'combined', whose interfaces are EFA and ENA in one; use " +
      'EfaLayout.EFA_ONLY',
    refuse: karpenter({ ...EFA, efaLayout: EfaLayout.COMBINED }),
  },
  {
    id: 'EFA_LAYOUT_NOT_SUPPORTED',
    property: 'efaLayout',
    text:
      "efaLayout 'bandwidth-optimized' is only known for p5.48xlarge, p5e.48xlarge; got 'p4d.24xlarge'; use " +
      'EfaLayout.EFA_ONLY',
    refuse: managed({ ...EFA, instanceType: GpuInstanceType.P4D_24XLARGE, efaLayout: EfaLayout.BANDWIDTH_OPTIMIZED }),
  },
  {
    id: 'EFA_NOT_SUPPORTED',
    property: 'fabric',
    text:
      "instance type 'g5.xlarge' does not support EFA; use RdmaFabric.none(), or an instance type with EFA: " +
      'p3dn.24xlarge, p4d.24xlarge, p4de.24xlarge, p5.4xlarge, p5.48xlarge, p5e.48xlarge, p5en.48xlarge, ' +
      'p6-b200.48xlarge, p6-b300.48xlarge, p6e-gb200.36xlarge, g4dn.8xlarge, g4dn.12xlarge, g4dn.16xlarge, g4dn.metal, g5.8xlarge, ' +
      'g5.12xlarge, g5.16xlarge, g5.24xlarge, g5.48xlarge, g6.8xlarge, g6.12xlarge, g6.16xlarge, g6.24xlarge, ' +
      'g6.48xlarge, g6e.8xlarge, g6e.12xlarge, g6e.16xlarge, g6e.24xlarge, g6e.48xlarge, gr6.8xlarge, g7.8xlarge, ' +
      'g7.12xlarge, g7.24xlarge, g7.48xlarge, g7e.8xlarge, g7e.12xlarge, g7e.24xlarge, g7e.48xlarge',
    refuse: managed({ fabric: RdmaFabric.efa() }),
  },
  {
    id: 'OTHER_HARDWARE_IN_POOL',
    property: 'otherInstanceTypes[0]',
    text:
      "otherInstanceTypes[0] must have the GPUs of 'g5.xlarge' and no less of anything else, because pods are planned for it: 1 × A10G with " +
      "22.35 GiB; got 'g6e.xlarge' with 1 × L40S with 44.7 GiB; make a pool of its own for it, or name the smallest of them as instanceType",
    refuse: karpenter({ otherInstanceTypes: [GpuInstanceType.G6E_XLARGE] }),
  },
  {
    id: 'LENGTH_NOT_KNOWN',
    property: 'subnetIds',
    text:
      "Karpenter's objects name each subnet, but the length of subnetIds is not known at synthesis; pass the " +
      'elements one by one, e.g. [Fn.element(list, 0)], as subnetIds of the pool',
    refuse: karpenter({ subnetIds: Token.asList('${data.x.ids}') }),
  },
  {
    id: 'NETWORK_CARD_FULL',
    property: 'instanceType',
    text:
      "network card 0 of 'g9.metal' holds 1 interface(s), but EFA needs 2; correct maxInterfaces of the card, or " +
      'use another efaLayout',
    refuse: managed({ ...EFA, instanceType: unlisted(card(0, 1)) }),
  },
  {
    id: 'NETWORK_CARD_MISSING',
    property: 'instanceType',
    text:
      "instance type 'g9.metal' has no network card 0, which EFA needs; add it to networkCards of the instance " +
      'type',
    refuse: managed({ ...EFA, instanceType: unlisted(card(1, 2)) }),
  },
  {
    id: 'NO_SUBNETS_KNOWN',
    property: 'subnetIds',
    text: "the subnets of cluster 'test' are not known; pass subnetIds",
    refuse: managed({}, { subnetIds: [] }),
  },
  {
    id: 'EMPTY_LIST',
    property: 'subnetIds',
    text: "subnetIds must name at least one subnet; leave it out for the cluster's",
    refuse: managed({ subnetIds: [] }),
  },
  {
    id: 'INVALID_NAME',
    property: 'subnetIds',
    text: "subnetIds must be ids of private subnets; one of them is ''; leave subnetIds out for the cluster's",
    refuse: managed({ subnetIds: [''] }),
  },
  {
    id: 'NO_SUBNET_IN_ZONE',
    property: 'subnetIds',
    text:
      "capacity-block cr-1 is in us-west-2b, but cluster 'test' only has subnets in us-west-2a, us-west-2c; pass " +
      'subnetIds with a subnet in us-west-2b',
    refuse: managed({ capacity: block() }, { availabilityZones: ['us-west-2a', 'us-west-2c'] }),
  },
  {
    id: 'ONE_SUBNET_REQUIRED',
    property: 'subnetIds',
    text: 'a pool with EFA needs exactly one subnet; got 2; create one pool per subnet',
    refuse: managed({ ...EFA, subnetIds: ['subnet-a', 'subnet-b'] }),
  },
  {
    id: 'ONE_SUBNET_REQUIRED',
    property: 'subnetIds',
    text:
      'a pool with EFA needs exactly one subnet, but the length of subnetIds is not known at synthesis; pass a ' +
      'list with one element, e.g. [Fn.element(list, 0)]',
    refuse: managed({ ...EFA, subnetIds: Token.asList('${data.x.ids}') }),
  },
  {
    id: 'SUBNET_IN_OTHER_ZONE',
    property: 'subnetIds',
    text: "capacity-block cr-1 is in us-west-2b, but subnet 'subnet-a' is in us-west-2a; pass a subnet in us-west-2b",
    refuse: managed({ capacity: block(), subnetIds: ['subnet-a'] }, ZONES),
  },
  {
    id: 'SUBNET_TOO_SMALL',
    property: 'maxNodes',
    text:
      '2 nodes (maxNodes) need 100 addresses, 50 for each p5.48xlarge, but 10.0.0.0/26 has 59; lower maxNodes to ' +
      '1, or use a larger subnet',
    refuse: managed(EFA, { subnetCidrs: ['10.0.0.0/26', '10.0.0.64/26'] }),
  },
  {
    id: 'ZONE_NOT_KNOWN',
    property: 'subnetIds',
    text:
      "the zones of the subnets of cluster 'test' are not known at synthesis, so none can be chosen for " +
      'capacity-block cr-1 in us-west-2b; set availabilityZones on the cluster, or pass subnetIds',
    refuse: managed({ capacity: block() }),
  },
  {
    id: 'ZONE_NOT_KNOWN',
    property: 'subnetIds',
    text:
      'the zone of capacity-block cr-1 is not known at synthesis, so no subnet of the cluster can be chosen; ' +
      'pass subnetIds with the subnet in that zone',
    refuse: managed(
      { capacity: block({ availabilityZone: Lazy.stringValue({ produce: () => '${var.zone}' }) }) },
      ZONES,
    ),
  },
  {
    id: 'ZONE_NOT_KNOWN',
    property: 'subnetIds',
    text:
      'capacity-block cr-1 is in us-west-2b, but the zones of subnetIds are not known at synthesis; pass a list ' +
      'with one element, the subnet in that zone',
    refuse: managed({ capacity: block(), subnetIds: Token.asList('${data.x.ids}') }),
  },
  {
    id: 'RESERVATION_ZONE_MISSING',
    property: 'capacity',
    text:
      "a pool with EFA needs exactly one of the 2 subnets of cluster 'test', but reservation cr-1 has no " +
      'availabilityZone to choose it by; set availabilityZone on the reservation, or pass subnetIds',
    refuse: managed({ ...EFA, capacity: Capacity.reservation({ reservationId: 'cr-1' }) }),
  },
  {
    id: 'RESERVATION_PLACED_ELSEWHERE',
    property: 'placement',
    text:
      'a placement group created for the pool cannot use capacity-block cr-1, which was reserved outside of it: ' +
      'launches would end in InsufficientInstanceCapacity; leave placement out',
    refuse: managed({ capacity: block(), placement: Placement.clusterGroup() }, ZONES),
  },
  {
    id: 'RESERVATION_PLACED_ELSEWHERE',
    property: 'placement',
    text:
      "reservation cr-1 was made in placement group 'near', and instances in 'far' cannot use it; leave " +
      'placement out',
    refuse: managed({
      capacity: Capacity.reservation({ reservationId: 'cr-1', placementGroupName: 'near' }),
      placement: Placement.existing('far'),
    }),
  },
  {
    id: 'POOL_EXCEEDS_RESERVATION',
    property: 'maxNodes',
    text: 'maxNodes (5) must not exceed the 4 instance(s) of capacity-block cr-1; lower it',
    refuse: managed({ capacity: block(), maxNodes: 5 }, ZONES),
  },
  {
    id: 'SHARED_GPUS_WITH_FABRIC',
    property: 'gpuSharing',
    text:
      "gpuSharing 'time-slicing 2' cannot be combined with EFA, because collective operations need whole GPUs; " +
      'use GpuSharing.none() or RdmaFabric.none()',
    refuse: managed({ ...EFA, gpuSharing: GpuSharing.timeSlicing(2) }),
  },
  {
    id: 'INVALID_FORMAT',
    property: 'start',
    text: "start must be a time in UTC to the minute, such as '2026-12-01T11:30:00Z'; got '2027-01-11'",
    refuse: () => block({ start: '2027-01-11' }),
  },
  {
    id: 'OUT_OF_RANGE',
    property: 'diskSize',
    text: 'diskSize must be a whole number of GiB from 20 to 16384; got 10 GiB',
    refuse: managed({ diskSize: DataSize.gib(10) }),
  },
];
