import { Lazy } from 'cdktf';
import * as fc from 'fast-check';
import { IEksCluster } from '../../../lib/compute/cluster/eks-cluster';
import { Capacity, CapacityBlock } from '../../../lib/compute/pools/options/capacity';
import { KarpenterGpuNodePool } from '../../../lib/compute/pools/karpenter/karpenter-gpu-node-pool';
import { GpuNodePool } from '../../../lib/compute/pools/managed/gpu-node-pool';
import { Placement } from '../../../lib/compute/pools/options/placement';
import { readUtcTime, writeUtcTime } from '../../../lib/compute/pools/options/utc-time';
import { GpuInstanceType } from '../../../lib/catalog/gpu-instance-type';
import { Autoscaling } from '../../../lib/compute/pools/options/autoscaling';
import { EksRelease } from '../../../lib/catalog/eks-release';
import { NodeRepair } from '../../../lib/compute/pools/options/node-repair';
import { Block, synthesize, testStack } from '../../support/synth';
import { testEksCluster } from '../test-eks-cluster';
import { EFA, Options, addPool, synthPool, refusal } from '../test-pool';

const GIVEN: CapacityBlock = {
  reservationId: 'cr-02168da1478b509e0',
  availabilityZone: 'us-west-2b',
  start: '2026-12-01T11:30:00Z',
  end: '2026-12-08T11:30:00Z',
  instances: 4,
  alarmTopicArn: 'arn:aws:sns:us-west-2:123456789012:gpu',
};
const START = 'capacity-block-start-20261201T113000Z';
const DRAIN = 'capacity-block-drain-20261208T103000Z';
const ZONES = { availabilityZones: ['us-west-2a', 'us-west-2b'] };
const block = (more: Partial<CapacityBlock> = {}) => Capacity.capacityBlock({ ...GIVEN, ...more });
const synthBlock = (more: Partial<CapacityBlock> = {}, options: Options = {}) =>
  synthPool({ ...EFA, minNodes: 2, maxNodes: 4, capacity: block(more), ...options }, ZONES);

describe('a capacity block', () => {
  test('sets all its places at once', () => {
    const result = synthBlock();
    expect(result.only('aws_launch_template')).toMatchObject({
      instance_type: 'p5.48xlarge',
      instance_market_options: { market_type: 'capacity-block' },
      capacity_reservation_specification: {
        capacity_reservation_target: { capacity_reservation_id: 'cr-02168da1478b509e0' },
      },
    });
    const group = result.only('aws_eks_node_group');
    expect(group.capacity_type).toBe('CAPACITY_BLOCK');
    expect(group).not.toHaveProperty('instance_types');
    expect(group.subnet_ids).toEqual(['subnet-b']);
  });

  test('begins without nodes, grows at its start and drains before EKS and EC2 do', () => {
    const result = synthBlock();
    expect(result.only('aws_eks_node_group').scaling_config).toEqual({ min_size: 0, max_size: 4, desired_size: 0 });
    const name = expect.stringMatching(/^\$\{aws_eks_node_group\..*\.resources\[0\]\.autoscaling_groups\[0\]\.name\}$/);
    const unchanged = { min_size: -1, max_size: -1, autoscaling_group_name: name };
    expect(result.where('aws_autoscaling_schedule', { scheduled_action_name: START })).toMatchObject({
      ...unchanged,
      start_time: '2026-12-01T11:30:00Z',
      desired_capacity: 2,
    });
    expect(result.where('aws_autoscaling_schedule', { scheduled_action_name: DRAIN })).toMatchObject({
      ...unchanged,
      start_time: '2026-12-08T10:30:00Z',
      desired_capacity: 0,
    });
  });

  test.each([
    ['2026-12-01T11:29:59Z', [START, DRAIN]],
    ['2026-12-01T11:30:00Z', [DRAIN]],
    ['2026-12-08T10:29:59Z', [DRAIN]],
    ['2026-12-08T10:30:00Z', []],
    ['2027-12-01T11:00:00Z', []],
  ])('happens once: planned at %s, what is still to come is %j', (now, names) => {
    const count = /^\$\{timecmp\(plantimestamp\(\), "([^"]+)"\) < 0 \? 1 : 0\}$/;
    const schedules = synthBlock().resources('aws_autoscaling_schedule');
    for (const schedule of schedules) {
      expect(schedule).not.toHaveProperty('recurrence');
      // AWS refuses a time that is past, and the provider would make anew what AWS deleted when it had run.
      expect(count.exec(schedule.count as string)?.[1]).toBe(schedule.start_time);
    }
    const ahead = schedules.filter(({ start_time: time }) => now < time);
    expect(ahead.map(({ scheduled_action_name: name }) => name).sort()).toEqual([...names].sort());
  });

  test('that is extended gets another drain', () => {
    const { scheduled_action_name: name, start_time: time } = synthBlock({
      active: true,
      end: '2026-12-15T11:30:00Z',
    }).only('aws_autoscaling_schedule');
    expect([name, time]).toEqual(['capacity-block-drain-20261215T103000Z', '2026-12-15T10:30:00Z']);
  });

  test('that has begun has its nodes at once', () => {
    const result = synthBlock({ active: true });
    expect(result.only('aws_eks_node_group').scaling_config).toEqual({ min_size: 0, max_size: 4, desired_size: 2 });
    expect(result.only('aws_autoscaling_schedule').scheduled_action_name).toBe(DRAIN);
  });

  test('is left to the autoscaler where the pool may be empty', () => {
    const result = synthBlock({}, { minNodes: 0, autoscaling: Autoscaling.clusterAutoscaler() });
    expect(result.only('aws_autoscaling_schedule').scheduled_action_name).toBe(DRAIN);
  });

  test('tells of its delivery and its end', () => {
    const result = synthBlock();
    const rule = result.only('aws_cloudwatch_event_rule');
    expect(JSON.parse(rule.event_pattern)).toMatchObject({
      source: ['aws.ec2'],
      'detail-type': expect.arrayContaining(['Capacity Block Reservation Expiration Warning']),
      detail: { 'capacity-reservation-id': ['cr-02168da1478b509e0'] },
    });
    expect(result.only('aws_cloudwatch_event_target').arn).toBe(GIVEN.alarmTopicArn);
    expect(result.annotations()).toEqual([]);
    expect(synthBlock({ alarmTopicArn: undefined }).annotations()).toEqual([
      expect.stringMatching(
        /^\[gpu-inference-constructs:CAPACITY_BLOCK_UNWATCHED\].*2026-12-08T11:30:00Z.*alarmTopicArn/,
      ),
    ]);
  });

  describe('lets Terraform compare its times with those of a plan', () => {
    /** Conditions as Terraform evaluates them: `timecmp` of texts in UTC of one format is their order. */
    const warned = (more: Partial<CapacityBlock>, options: Options, now: string): string[] => {
      const { check, locals } = synthBlock(more, options).json;
      return Object.values(check as { [id: string]: { assert: Block[] } })
        .map(({ assert: [it] }) => it)
        .filter(({ condition }) => {
          // Terraform refuses conditions that refer to nothing.
          expect(condition).toContain('local.');
          const order = /timecmp\(plantimestamp\(\), (?:"([^"]+)"|local\.(\w+))\) < 0/g;
          const decided = String(condition).replace(order, (_, time: string | undefined, local: string) =>
            String(now < (time ?? locals[local])),
          );
          expect(decided).toMatch(/^\$\{(true|false)( \|\| !\((true|false)\))?\}$/);
          return decided.startsWith('${false') && !decided.endsWith('!(false)}');
        })
        .map(({ error_message: message }) => String(message));
    };
    const BEGAN = expect.stringMatching(/cr-02168da1478b509e0 began at 2026-12-01T11:30:00Z.*active: true/);
    const ENDED = expect.stringMatching(/cr-02168da1478b509e0 ended at 2026-12-08T11:30:00Z.*another block/);
    const ELASTIC = { minNodes: 0, autoscaling: Autoscaling.clusterAutoscaler() };

    test.each<[string, Partial<CapacityBlock>, Options, unknown[]]>([
      ['2026-12-01T11:29:59Z', {}, {}, []],
      ['2026-12-01T11:30:00Z', {}, {}, [BEGAN]],
      ['2026-12-08T11:29:59Z', {}, {}, [BEGAN]],
      ['2026-12-08T11:30:00Z', {}, {}, [ENDED]],
      ['2026-12-01T11:30:00Z', { active: true }, {}, []],
      ['2036-12-08T11:30:00Z', { active: true }, {}, [ENDED]],
      ['2026-12-02T11:30:00Z', {}, ELASTIC, []],
      ['2026-12-09T11:30:00Z', {}, ELASTIC, [ENDED]],
    ])('planned at %s with %j and %j', (now, more, options, said) => expect(warned(more, options, now)).toEqual(said));

    test('and nothing of other capacity', () => {
      expect(synthPool({ ...EFA, minNodes: 1, maxNodes: 1 }, ZONES).json).not.toHaveProperty('check');
    });
  });

  test('keeps its image and template while it lasts, and is made anew for another reservation', () => {
    const { lifecycle } = synthBlock().only('aws_eks_node_group');
    expect(lifecycle.ignore_changes).toEqual([
      'scaling_config[0].desired_size',
      'version',
      'release_version',
      'launch_template[0].version',
    ]);
    expect(lifecycle.replace_triggered_by).toEqual([
      expect.stringMatching(/^aws_launch_template\.[^.]+\.capacity_reservation_specification$/),
    ]);
  });

  test('is placed in no group, and explains itself', () => {
    let text = '';
    const result = synthesize((stack) => {
      const pool: GpuNodePool = addPool(stack, { ...EFA, minNodes: 2, maxNodes: 4, capacity: block() }, ZONES);
      text = pool.explain();
    });
    expect(result.types).not.toContain('aws_placement_group');
    expect(result.only('aws_launch_template')).not.toHaveProperty('placement');
    expect(text).toContain('no node before 2026-12-01T11:30:00Z, when the group grows to 2');
    expect(text).toContain('drained at 2026-12-08T10:30:00Z');
    expect(text).toContain('max pods: 51 instead of 100');
  });

  test('looks at a subnet of unknown zone when Terraform plans', () => {
    const result = synthPool({ ...EFA, capacity: block(), subnetIds: ['subnet-x'] }, ZONES);
    const { lifecycle, id } = result.onlyData('aws_subnet');
    expect(id).toBe('subnet-x');
    expect(lifecycle.postcondition[0].condition).toBe('${(self.availability_zone == "us-west-2b")}');
    expect(synthBlock().json.data?.aws_subnet).toBeUndefined();
  });

  test.each<[string, Options, object, string]>([
    ['another zone than the subnet', { subnetIds: ['subnet-a'] }, ZONES, 'SUBNET_IN_OTHER_ZONE subnetIds'],
    [
      'a zone where the cluster has no subnet',
      {},
      { availabilityZones: ['us-west-2a', 'us-west-2c'] },
      'NO_SUBNET_IN_ZONE subnetIds',
    ],
    ['zones that are not known', {}, {}, 'ZONE_NOT_KNOWN subnetIds'],
    ['more nodes than instances', { maxNodes: 5 }, ZONES, 'POOL_EXCEEDS_RESERVATION maxNodes'],
    [
      'a placement group made later',
      { placement: Placement.clusterGroup() },
      ZONES,
      'RESERVATION_PLACED_ELSEWHERE placement',
    ],
    ['no node and nobody to scale', { minNodes: 0 }, ZONES, 'POOL_NEVER_HAS_NODES minNodes'],
  ])('is refused with %s', (_, options, cluster, message) => {
    expect(refusal(() => synthPool({ ...EFA, maxNodes: 4, capacity: block(), ...options }, cluster))).toBe(message);
  });

  test.each<[string, Partial<CapacityBlock>, string]>([
    ['no id', { reservationId: 'block-1' }, 'INVALID_FORMAT reservationId'],
    ['no zone', { availabilityZone: 'us-west-2' }, 'INVALID_FORMAT availabilityZone'],
    ['a local time', { start: '2026-12-01T11:30:00+01:00' }, 'INVALID_FORMAT start'],
    ['a day that there is not', { end: '2026-02-30T11:30:00Z' }, 'INVALID_FORMAT end'],
    ['its end before its start', { end: '2026-12-01T11:00:00Z' }, 'CAPACITY_BLOCK_TOO_SHORT end'],
    ['a drain after EKS’s own', { drainMinutes: 40 }, 'NOT_A_WHOLE_NUMBER drainMinutes'],
    ['half an instance', { instances: 0.5 }, 'NOT_A_WHOLE_NUMBER instances'],
  ])('is refused with %s', (_, more, message) => {
    expect(refusal(() => block(more))).toBe(message);
  });
});

describe('a reservation', () => {
  const reserved = (more: object = {}) => Capacity.reservation({ reservationId: 'cr-1', ...more });
  const inOneSubnet: Options = { ...EFA, subnetIds: ['subnet-a'] };

  test('is used where it was made: in its placement group, or in none', () => {
    const none = synthPool({ ...inOneSubnet, capacity: reserved() });
    expect(none.only('aws_launch_template')).not.toHaveProperty('placement');
    const group = synthPool({ ...inOneSubnet, capacity: reserved({ placementGroupName: 'pg' }) });
    expect(group.only('aws_launch_template').placement).toEqual({ group_name: 'pg' });
    expect(group.types).not.toContain('aws_placement_group');
  });

  test.each<[string, Options, string]>([
    [
      'a group of the pool’s own',
      { placement: Placement.clusterGroup(), capacity: reserved() },
      'RESERVATION_PLACED_ELSEWHERE placement, RESERVATION_ZONE_MISSING capacity',
    ],
    [
      'another group',
      { placement: Placement.existing('x'), capacity: reserved({ placementGroupName: 'pg' }) },
      'RESERVATION_PLACED_ELSEWHERE placement, RESERVATION_ZONE_MISSING capacity',
    ],
    [
      'more nodes',
      { capacity: reserved({ instances: 1 }) },
      'POOL_EXCEEDS_RESERVATION maxNodes, RESERVATION_ZONE_MISSING capacity',
    ],
  ])('is refused with %s', (_, options, message) => {
    expect(refusal(() => synthPool({ ...EFA, ...options }))).toBe(message);
  });

  test('keeps the number of nodes and upgrades as any other pool', () => {
    const group = synthPool({ ...inOneSubnet, minNodes: 2, capacity: reserved() }).only('aws_eks_node_group');
    expect(group.scaling_config).toMatchObject({ min_size: 2, desired_size: 2 });
    expect(group.lifecycle.ignore_changes).toEqual(['scaling_config[0].desired_size']);
  });
});

describe('node repair', () => {
  const repaired = (options: Options, cluster = {}) =>
    synthPool({ nodeRepair: NodeRepair.auto(), ...options }, { nodeMonitoring: true, ...cluster }).only(
      'aws_eks_node_group',
    ).node_repair_config as Block;

  test('needs the agent that sees broken GPUs', () => {
    expect(refusal(() => synthPool({ nodeRepair: NodeRepair.auto() }))).toBe('NODE_MONITORING_REQUIRED nodeRepair');
    expect(repaired({})).toEqual({ enabled: true });
  });

  test('goes one node at a time where there is no spare', () => {
    expect(repaired({ ...EFA, capacity: block() }, ZONES)).toEqual({
      enabled: true,
      max_parallel_nodes_repaired_count: 1,
    });
    expect(repaired({ nodeRepair: NodeRepair.auto(3) })).toMatchObject({ max_parallel_nodes_repaired_count: 3 });
    expect(refusal(() => NodeRepair.auto(0))).toBe('NOT_A_WHOLE_NUMBER maxParallel');
  });
});

describe('time without a clock', () => {
  test('agrees with the clock’s own arithmetic', () => {
    const minutes = fc.integer({ min: 0, max: Math.floor(Date.UTC(2199, 11, 31) / 60000) });
    fc.assert(
      fc.property(minutes, (time) => {
        const text = new Date(time * 60000).toISOString();
        expect(readUtcTime(text)).toBe(time);
        expect(writeUtcTime(time)).toBe(text.replace('.000', ''));
      }),
    );
  });

  test.each([
    '2026-13-01T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01',
    '2100-02-29T00:00Z',
  ])('does not read %s', (text) => expect(readUtcTime(text)).toBeUndefined());
});

test('an upgrade of the cluster does not reach a pool on a capacity block', () => {
  const group = (release: EksRelease) =>
    synthPool({ instanceType: GpuInstanceType.P5_48XLARGE, capacity: block() }, { ...ZONES, release }).only(
      'aws_eks_node_group',
    );
  const [before, after] = [group(EksRelease.V1_34), group(EksRelease.V1_35)];
  const differing = Object.keys(after).filter((key) => JSON.stringify(after[key]) !== JSON.stringify(before[key]));
  expect(differing.every((key) => after.lifecycle.ignore_changes.includes(key))).toBe(true);
});

describe('pools that share a reservation', () => {
  const share = (first: Capacity, second: Capacity, minNodes = [1, 1], maxNodes = [2, 2]) =>
    synthesize((stack) => {
      const [min, max] = [minNodes, maxNodes];
      const a = addPool(stack, { ...EFA, minNodes: min[0], maxNodes: max[0], capacity: first }, ZONES, 'a');
      new GpuNodePool(stack, 'b', {
        ...EFA,
        cluster: a.cluster as IEksCluster,
        instanceType: GpuInstanceType.P5_48XLARGE,
        minNodes: min[1],
        maxNodes: max[1],
        capacity: second,
      });
    }).annotations();
  const shared = expect.stringMatching(/:RESERVATION_SHARED\]/);

  test('fit it together', () => {
    const unknown = block({ instances: undefined });
    const most = [4, 4];
    expect(share(block(), block())).not.toContainEqual(shared);
    expect(share(block(), block({ reservationId: 'cr-2' }), most, most)).not.toContainEqual(shared);
    expect(share(unknown, unknown, most, most)).not.toContainEqual(shared);
  });

  test('of which one was taken out of the tree leave it to the other', () => {
    const again = () =>
      synthesize((stack) => {
        const pool = addPool(stack, { ...EFA, minNodes: 1, maxNodes: 4, capacity: block() }, ZONES, 'a');
        stack.node.tryRemoveChild('a');
        new GpuNodePool(stack, 'a', {
          ...EFA,
          cluster: pool.cluster as IEksCluster,
          instanceType: GpuInstanceType.P5_48XLARGE,
          minNodes: 1,
          maxNodes: 4,
          capacity: block(),
        });
      });
    expect(again).not.toThrow();
  });

  test.each<[string, Capacity]>([
    ['says', block()],
    ['leaves out', block({ instances: undefined })],
  ])('must not always have more nodes than it, also where the second %s how many there are', (_, second) => {
    expect(refusal(() => share(block(), second, [3, 2], [3, 2]))).toBe('RESERVATION_OVERCOMMITTED minNodes');
    const most = expect.stringMatching(/together may have 5 nodes \(maxNodes of 'a' 3, 'b' 2\), but it has 4 instance/);
    expect(share(block(), second, [1, 1], [3, 2])).toEqual(expect.arrayContaining([shared, most]));
  });

  describe('say the same of it', () => {
    const G6E = GpuInstanceType.G6E_XLARGE;
    const on = (zone: string | undefined, reservationId = 'cr-1') =>
      Capacity.reservation({ reservationId, availabilityZone: zone });
    const pair = (Pool: typeof GpuNodePool | typeof KarpenterGpuNodePool, first: object, second: object) => () => {
      const stack = testStack();
      const cluster = testEksCluster(stack, ZONES);
      const nodes = { cluster, instanceType: G6E, minNodes: 1, maxNodes: 1 };
      new GpuNodePool(stack, 'a', { ...nodes, ...first });
      new Pool(stack, 'b', { ...nodes, ...second });
    };
    const [here, there] = ZONES.availabilityZones;
    const other = { instanceType: GpuInstanceType.G5_XLARGE };

    test.each<[string, object, object]>([
      ['zone', { capacity: on(here) }, { capacity: on(there) }],
      ['instance type', { capacity: on(here) }, { capacity: on(here), ...other }],
    ])('or are refused: %s', (_, first, second) => {
      for (const Pool of [GpuNodePool, KarpenterGpuNodePool])
        expect(refusal(pair(Pool, first, second))).toBe('RESERVATION_DIFFERS capacity');
    });

    test.each<[string, object, object]>([
      ['of two reservations', { capacity: on(here) }, { capacity: on(there, 'cr-2'), ...other }],
      ['in a zone that one of them leaves out', { capacity: on(here) }, { capacity: on(undefined) }],
      [
        'in a zone known later',
        { capacity: on(here) },
        { capacity: on(Lazy.stringValue({ produce: () => there })), subnetIds: ['subnet-x'] },
      ],
    ])('and may be %s', (_, first, second) => expect(pair(GpuNodePool, first, second)).not.toThrow());
  });
});
