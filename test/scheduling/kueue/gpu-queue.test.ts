import * as path from 'node:path';
import {
  GpuInstanceType,
  GpuQueue,
  IGpuNodePool,
  IGpuQueue,
  Kueue,
  ModelSpec,
  Parallelism,
  RdmaFabric,
  VllmDeployment,
  VllmDeploymentProps,
} from '../../../lib';
import { ClusterLedger, ClusterSingleton } from '../../../lib/core/cluster-ledger';
import { faultsThrown, idsOf } from '../../support/faults';
import { definitionFaults, readDefinitions } from '../../support/schema';
import { Site, withSite } from '../../serving/support/fixtures';
import { Block } from '../../support/synth';

const RECORDED = readDefinitions(path.join(__dirname, '../fixtures/kueue-crds.json'));
const GROUP = {
  model: ModelSpec.LLAMA_3_1_70B,
  name: 'large',
  parallelism: Parallelism.of({ tensor: 8, pipeline: 2 }),
};
const IMAGE = 'registry.example.com/vllm-efa:1';

const poolOf = (site: Site, name = 'gpu', nodes = 4) =>
  site.pool(GpuInstanceType.P5_48XLARGE, nodes, name, RdmaFabric.efa());
const deploy = (site: Site, nodePool: IGpuNodePool, queue?: IGpuQueue, more: Partial<VllmDeploymentProps> = {}) =>
  new VllmDeployment(site.scope, 'Chat', {
    ...{
      cluster: site.cluster,
      nodePool,
      modelStore: site.store,
      vllmImage: IMAGE,
      maxSurge: 0,
      models: [GROUP],
      queue,
    },
    ...more,
  });

/** The resources of the Helm release of a name. */
function resourcesOf(json: ReturnType<typeof withSite>, release: string): Block[] {
  const [{ values }] = json.resources('helm_release').filter(({ name }) => name === release);
  return (JSON.parse((values as string[])[0]) as { resources: Block[] }).resources;
}

describe('a queue of two pools', () => {
  const json = withSite((site) => {
    new Kueue(site.scope, 'Kueue', { cluster: site.cluster });
    // The first one grows, the second one has one node and nothing that adds the other.
    const pools = [poolOf(site), Object.assign(poolOf(site, 'other', 2), { minNodes: 1 })];
    ClusterLedger.of(site.cluster).addNeed(ClusterSingleton.CLUSTER_AUTOSCALER, pools[0]);
    const queue = new GpuQueue(site.scope, 'Gpus', { cluster: site.cluster, nodePools: pools });
    deploy(site, pools[0], queue);
  });
  const made = resourcesOf(json, 'gpus');
  const group = resourcesOf(json, 'large-group');

  test('is what the definitions of Kueue say', () => {
    const kinds = [...made, ...group].filter(({ apiVersion }) => (apiVersion as string).startsWith('kueue.'));
    expect(kinds.map(({ kind }) => kind as string)).toEqual([
      ...['ResourceFlavor', 'ResourceFlavor', 'ClusterQueue', 'LocalQueue'],
    ]);
    // Helm adds the namespace of the release.
    kinds[3].metadata.namespace = 'inference';
    for (const each of kinds) expect(definitionFaults(RECORDED, each)).toEqual([]);
  });

  test('hands out what pods can have on all nodes of each, those that there are or that will be added', () => {
    const [{ coveredResources, flavors }] = made[2].spec.resourceGroups as Block[];
    const quotas = (flavors as Block[]).map(({ name, resources }) => [
      name,
      ...(resources as Block[]).filter(({ name: of }) => /gpu|efa/.test(of as string)).map((each) => each.nominalQuota),
    ]);
    expect(quotas).toEqual([
      ['gpus.gpu', '32', '128'],
      ['gpus.other', '8', '32'],
    ]);
    for (const { nominalQuota } of (flavors as Block[]).flatMap(({ resources }) => resources as Block[]))
      expect(nominalQuota).not.toMatch(/000[a-zA-Z]?$/);
    for (const { resources } of flavors as Block[])
      expect((resources as Block[]).map(({ name }) => name as string)).toEqual(coveredResources);
  });

  test('has a quota for all that pods of a group ask for', () => {
    const [{ coveredResources }] = made[2].spec.resourceGroups as { coveredResources: string[] }[];
    const { containers } = group[1].spec.leaderWorkerTemplate.leaderTemplate.spec as { containers: Block[] };
    const asked = containers.flatMap(({ resources }) => Object.keys(resources.requests as object));
    expect(asked.filter((resource) => !coveredResources.includes(resource))).toEqual([]);
    expect(asked).toContain('hugepages-2Mi');
  });

  test('is waited in by the label of the group, through a queue of its namespace', () => {
    const [local, set] = group;
    expect(set.metadata.labels['kueue.x-k8s.io/queue-name']).toBe(local.metadata.name);
    expect(local.spec).toEqual({ clusterQueue: 'gpus' });
    const [release] = json.resources('helm_release').filter(({ name }) => name === 'large-group');
    expect((release.depends_on as string[]).join()).toMatch(/Gpus/);
  });
});

test('without a queue there is none of this', () => {
  const json = withSite((site) => void deploy(site, poolOf(site)));
  const [set, ...made] = resourcesOf(json, 'large-group');
  const others = made.filter(({ apiVersion }) => (apiVersion as string).startsWith('kueue.'));
  expect([others, Object.keys(set.metadata.labels as object).filter((key) => key.includes('kueue'))]).toEqual([[], []]);
});

test('a queue of another program is known by its name', () => {
  const json = withSite((site) => {
    const queue = GpuQueue.fromAttributes(site.scope, 'Team', { cluster: site.cluster, clusterQueueName: 'team' });
    deploy(site, poolOf(site), queue);
  });
  expect(resourcesOf(json, 'large-group')[0].spec).toEqual({ clusterQueue: 'team' });
});

test.each<[string, string[], (site: Site) => void]>([
  ['no pools', ['EMPTY_LIST nodePools'], (site) => void queueOf(site, [])],
  [
    'a pool twice',
    ['DUPLICATE nodePools'],
    (site) => {
      const pool = poolOf(site);
      queueOf(site, [pool, pool]);
    },
  ],
  [
    'a pool of another queue',
    ['POOL_IN_OTHER_QUEUE nodePools[0]'],
    (site) => {
      const pool = poolOf(site);
      queueOf(site, [pool], 'First');
      queueOf(site, [pool], 'Second');
    },
  ],
  [
    'a group on a pool that it does not hand out',
    ['POOL_NOT_IN_QUEUE queue'],
    (site) => void deploy(site, poolOf(site), queueOf(site, [poolOf(site, 'other')])),
  ],
  [
    'servers of one pod',
    ['QUEUE_NOT_OF_GROUPS queue'],
    (site) => {
      const pool = poolOf(site);
      const models = [{ ...GROUP, parallelism: Parallelism.of({ tensor: 8 }) }];
      deploy(site, pool, queueOf(site, [pool]), { models });
    },
  ],
  [
    'a second Kueue',
    ['KUEUE_EXISTS cluster'],
    (site) => ['A', 'B'].forEach((id) => new Kueue(site.scope, id, { cluster: site.cluster })),
  ],
  [
    'a Kueue that comes late',
    ['CONTROLLER_AFTER_QUEUES cluster'],
    (site) => {
      queueOf(site, [poolOf(site)]);
      new Kueue(site.scope, 'Kueue', { cluster: site.cluster });
    },
  ],
  [
    'a Kueue that is too old',
    ['CHART_TOO_OLD chartVersion'],
    (site) => void new Kueue(site.scope, 'Kueue', { cluster: site.cluster, chartVersion: '0.14.9' }),
  ],
  [
    'a version that is none',
    ['INVALID_FORMAT chartVersion'],
    (site) => void new Kueue(site.scope, 'Kueue', { cluster: site.cluster, chartVersion: 'v1' }),
  ],
])('refuses %s', (_, expected, build) => {
  expect(idsOf(faultsThrown(() => withSite(build)))).toEqual(expected);
});

function queueOf(site: Site, nodePools: IGpuNodePool[], id = 'Gpus'): GpuQueue {
  return new GpuQueue(site.scope, id, { cluster: site.cluster, nodePools });
}
