import { GpuInstanceType } from '../../../lib/catalog/gpu-instance-type';
import { Capacity } from '../../../lib/compute/pools/options/capacity';
import { EfaLayout } from '../../../lib/compute/pools/options/efa-layout';
import { RdmaFabric } from '../../../lib/network/rdma-fabric';
import { Block } from '../../support/synth';
import { Options, synthPool, refusal } from '../test-pool';

const BLOCK = Capacity.capacityBlock({
  reservationId: 'cr-02168da1478b509e0',
  availabilityZone: 'us-west-2b',
  start: '2026-12-01T11:30:00Z',
  end: '2026-12-08T11:30:00Z',
  alarmTopicArn: 'arn:aws:sns:us-west-2:123456789012:gpu',
});
const ZONES = { availabilityZones: ['us-west-2a', 'us-west-2b'] };

/**
 * By hand from AWS's page efa-acc-inst-types and the lists of Karpenter 1d92708: the EFA interfaces of each type that has any, and
 * the card of the first one. Everything else has none.
 */
const EFA: { [type: string]: [interfaces: number, firstCard: number] } = {
  'p3dn.24xlarge': [1, 0],
  'p4d.24xlarge': [4, 0],
  'p4de.24xlarge': [4, 0],
  'p5.4xlarge': [1, 0],
  'p5.48xlarge': [32, 0],
  'p5e.48xlarge': [32, 0],
  'p5en.48xlarge': [16, 0],
  'p6-b200.48xlarge': [8, 0],
  'p6-b300.48xlarge': [16, 1],
  'g4dn.8xlarge': [1, 0],
  'g4dn.12xlarge': [1, 0],
  'g4dn.16xlarge': [1, 0],
  'g4dn.metal': [1, 0],
  'g5.8xlarge': [1, 0],
  'g5.12xlarge': [1, 0],
  'g5.16xlarge': [1, 0],
  'g5.24xlarge': [1, 0],
  'g5.48xlarge': [1, 0],
  'g6.8xlarge': [1, 0],
  'g6.12xlarge': [1, 0],
  'g6.16xlarge': [1, 0],
  'g6.24xlarge': [1, 0],
  'g6.48xlarge': [1, 0],
  'g6e.8xlarge': [1, 0],
  'g6e.12xlarge': [1, 0],
  'g6e.16xlarge': [1, 0],
  'g6e.24xlarge': [2, 0],
  'g6e.48xlarge': [4, 0],
  'gr6.8xlarge': [1, 0],
  'g7.8xlarge': [1, 0],
  'g7.12xlarge': [1, 0],
  'g7.24xlarge': [1, 0],
  'g7.48xlarge': [2, 0],
  'g7e.8xlarge': [1, 0],
  'g7e.12xlarge': [1, 0],
  'g7e.24xlarge': [2, 0],
  'g7e.48xlarge': [4, 0],
  'p6e-gb200.36xlarge': [8, 1],
};

/** Types whose cards with EFA do not follow each other: on p6e-gb200 they have odd indices. */
const EVERY_SECOND_CARD = ['p6e-gb200.36xlarge'];

const ALL = GpuInstanceType.ALL.map((type): [string, GpuInstanceType] => [type.name, type]);

test('the hand-written list names every type with EFA, and no other', () => {
  expect(GpuInstanceType.ALL.filter((type) => type.efaInterfaces > 0).map((type) => type.name)).toEqual(
    expect.arrayContaining(Object.keys(EFA)),
  );
  expect(Object.keys(EFA)).toHaveLength(GpuInstanceType.ALL.filter((type) => type.efaInterfaces > 0).length);
});

describe.each(ALL)('%s', (name, instanceType) => {
  const [efaCount, firstCard] = EFA[name] ?? [0, 0];
  const fabric = efaCount > 0 ? RdmaFabric.efa() : undefined;
  const reserved = Capacity.reservation({ reservationId: 'cr-1', availabilityZone: 'us-west-2a' });
  const options: Options = { instanceType, fabric, ...(instanceType.blocksOnly ? { capacity: reserved } : {}) };
  const step = EVERY_SECOND_CARD.includes(name) ? 2 : 1;

  test('has its cards, device indexes, interface types and security groups', () => {
    const template = synthPool(options, ZONES).only('aws_launch_template');
    if (efaCount === 0) {
      expect(template).not.toHaveProperty('network_interfaces');
      return;
    }
    const [primary, ...efa] = template.network_interfaces as Block[];
    const group = expect.stringMatching(/^\$\{aws_security_group\..*\.id\}$/);
    expect(primary).toMatchObject({ network_card_index: 0, device_index: 0, interface_type: 'interface' });
    expect(primary.security_groups).toEqual(['sg-cluster', group]);
    expect(efa).toEqual(
      Array.from({ length: efaCount }, (_, i) => ({
        network_card_index: firstCard + i * step,
        device_index: firstCard + i === 0 ? 1 : 0,
        interface_type: 'efa-only',
        delete_on_termination: 'true',
        security_groups: [group],
      })),
    );
    expect(template).not.toHaveProperty('vpc_security_group_ids');
  });

  test('names its type, and no market, in the node group when bought on demand', () => {
    if (instanceType.blocksOnly) {
      const onDemand = { ...options, capacity: Capacity.onDemand() };
      expect(refusal(() => synthPool(onDemand))).toBe('CAPACITY_BLOCKS_ONLY capacity');
      return;
    }
    const result = synthPool(options);
    const template = result.only('aws_launch_template');
    expect(result.only('aws_eks_node_group')).toMatchObject({ instance_types: [name], capacity_type: 'ON_DEMAND' });
    for (const field of ['instance_type', 'instance_market_options', 'capacity_reservation_specification']) {
      expect(template).not.toHaveProperty(field);
    }
  });

  test('is sold as a capacity block with every place set for one and none of another market, or refused', () => {
    if (!/^p[456]/.test(name)) {
      expect(refusal(() => synthPool({ ...options, capacity: BLOCK }, ZONES))).toBe('CAPACITY_BLOCK_NOT_SOLD capacity');
      return;
    }
    const result = synthPool({ ...options, capacity: BLOCK }, ZONES);
    expect(result.only('aws_launch_template')).toMatchObject({
      instance_type: name,
      instance_market_options: { market_type: 'capacity-block' },
      capacity_reservation_specification: {
        capacity_reservation_target: { capacity_reservation_id: 'cr-02168da1478b509e0' },
      },
    });
    const group = result.only('aws_eks_node_group');
    expect(group).toMatchObject({ capacity_type: 'CAPACITY_BLOCK', subnet_ids: ['subnet-b'] });
    expect(group).not.toHaveProperty('instance_types');
    expect(group.scaling_config).toEqual({ min_size: 0, max_size: 2, desired_size: 0 });
  });

  test('takes a reservation without another market', () => {
    const capacity = Capacity.reservation({ reservationId: 'cr-1', availabilityZone: 'us-west-2a' });
    const result = synthPool({ ...options, capacity }, ZONES);
    const template = result.only('aws_launch_template');
    expect(template.capacity_reservation_specification.capacity_reservation_target).toEqual({
      capacity_reservation_id: 'cr-1',
    });
    expect(template).not.toHaveProperty('instance_market_options');
    expect(result.only('aws_eks_node_group')).toMatchObject({ capacity_type: 'ON_DEMAND', instance_types: [name] });
  });

  test('fits the combined layout, where card 0 has EFA', () => {
    const build = () => synthPool({ ...options, efaLayout: EfaLayout.COMBINED }, ZONES);
    if (efaCount > 0 && firstCard > 0) {
      expect(refusal(build)).toBe('EFA_LAYOUT_NOT_SUPPORTED efaLayout');
      return;
    }
    const interfaces = (build().only('aws_launch_template').network_interfaces ?? []) as Block[];
    expect(interfaces).toHaveLength(efaCount);
    interfaces.forEach((each, card) => {
      expect(each).toMatchObject({
        network_card_index: card,
        device_index: card === 0 ? 0 : 1,
        interface_type: card === 0 ? 'efa' : 'efa-only',
      });
      expect(each.security_groups).toHaveLength(card === 0 ? 2 : 1);
    });
  });
});
