import { App } from 'cdktf';
import { Capacity, DataSize, GpuInstanceType, NodeImage, Placement, RdmaFabric } from '../../lib';
import { describeWith } from './harness/needs';
import { Site } from './harness/site';
import { Change } from './harness/workloads';
import { ChangingPools, PoolChanges, zones } from './pool-changes-stack';

const describeBase = (app: App) => new ChangingPools(app);
const describeChanged = (changes: PoolChanges) => (app: App) => new ChangingPools(app, changes);

/** Attributes of a node group by which EKS takes another for another group. */
const REPLACING = ['ami_type', 'capacity_type', 'instance_types', 'subnet_ids'];

/**
 * Changes, and what the plan does to the pools' node groups and launch templates; a replacement with its cause. Only a group whose template or
 * release of the image changes has its nodes rolled.
 */
const CHANGES: [string, PoolChanges, string[]][] = [
  ['zones in another order', { cluster: { availabilityZones: zones('b', 'c', 'a') } }, []],
  ['one more zone', { cluster: { availabilityZones: zones('a', 'b', 'c', 'd') } }, []],
  [
    'a tag of the cluster',
    { cluster: { tags: { team: 'risk' } } },
    ['chat', 'named', 'reserved', 'train'].map((pool) => `update group ${pool}: tags`),
  ],
  ['the zone that a pool is in', { train: { availabilityZone: zones('a')[0] } }, []],
  ['another zone', { train: { availabilityZone: zones('b')[0] } }, ['replace group train: subnet_ids']],
  [
    'another operating system',
    { chat: { image: NodeImage.BOTTLEROCKET_NVIDIA } },
    ['replace group chat: ami_type', 'update template chat'],
  ],
  ['spot capacity', { chat: { capacity: Capacity.spot() } }, ['replace group chat: capacity_type']],
  [
    'another instance type',
    { chat: { instanceType: GpuInstanceType.G6E_2XLARGE } },
    ['replace group chat: instance_types'],
  ],
  [
    'another disk',
    { chat: { diskSize: DataSize.gib(300) } },
    ['update group chat: launch_template', 'update template chat'],
  ],
  [
    'no placement group',
    { train: { placement: Placement.none() } },
    ['update group train: launch_template', 'update template train'],
  ],
  [
    'no EFA',
    { train: { fabric: RdmaFabric.none() } },
    ['update group train: labels, launch_template', 'update template train'],
  ],
];

/** What a plan does to the pools, in words. */
function wordsOf(changes: readonly Change[]): string[] {
  return changes
    .flatMap(({ action, subject, attributes = [] }) => {
      const [, type, pool] = /^aws_(eks_node_group|launch_template)\.([a-z]+)_/.exec(subject) ?? [];
      if (type === undefined) return [];
      if (type === 'launch_template') return [`${action} template ${pool}`];
      const shown = attributes.filter((name) =>
        action === 'replace' ? REPLACING.includes(name) : name !== 'tags_all',
      );
      return [`${action} group ${pool}: ${shown.join(', ')}`];
    })
    .sort();
}

describeWith(['terraform', 'emulator', 'controlPlane'], 'changes of running pools', () => {
  let site: Site;

  beforeAll(async () => {
    site = await Site.start('pool-changes');
    await site.apply(describeBase);
  });

  afterAll(() => site?.stop());

  test('of which there are none are planned as none', async () => {
    expect(await site.plan(describeBase)).toEqual([]);
  });

  test.each(CHANGES)('of %s', async (_, changes, expected) => {
    expect(wordsOf(await site.plan(describeChanged(changes)))).toEqual(expected);
  });

  test.each<[string, PoolChanges]>([
    ['a zone less, which nodes run in', { cluster: { availabilityZones: zones('b', 'c') } }],
    ['EFA for a pool in several zones', { chat: { fabric: RdmaFabric.efa() } }],
  ])('of %s are refused', async (_, changes) => {
    await expect(site.plan(describeChanged(changes))).rejects.toThrow(/Resource postcondition failed/);
  });

  test('leave nothing behind', async () => {
    await site.destroy(describeBase);
    expect(site.proxy.unanswered).toEqual([]);
  });
});
