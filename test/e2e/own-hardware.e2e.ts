import { App } from 'cdktf';
import { acceptance, nodesOfTwo } from './harness/acceptance';
import { definitionsOf } from './harness/definitions';
import { describeWith } from './harness/needs';
import { OwnCluster } from './harness/own-cluster';
import { ownNode } from './harness/own-nodes';
import { until } from './harness/process';
import { FABRICS, OwnHardware, selectorOf } from './own-hardware-stack';

const describeStack = (app: App) => new OwnHardware(app).stack;
const DEFINITIONS = definitionsOf('network/fixtures/network-operator-crds.json');
const POOLS = Object.keys(FABRICS);

/** What the plugins of the operator announce on a node with eight adapters, written by hand. */
const OFFERED: { readonly [pool: string]: { readonly [resource: string]: string } } = {
  shared: { 'rdma/rdma_shared_device_a': '63' },
  ipoib: { 'rdma/rdma_ipoib': '63' },
  roce: { 'rdma/rdma_roce': '63' },
  host: { 'nvidia.com/hostdev': '8' },
  virtual: Object.fromEntries(Array.from({ length: 8 }, (_, rail) => [`nvidia.com/rail_${rail}`, '8'])),
};

/** Networks that Multus attaches to each pod. */
const ATTACHED: { readonly [pool: string]: string[] } = {
  shared: [],
  ipoib: ['default/ipoib'],
  roce: ['default/roce'],
  host: Array<string>(8).fill('default/fast'),
  virtual: Array.from({ length: 8 }, (_, rail) => `default/rail-${rail}`),
};

describeWith(['terraform', 'controlPlane'], 'fabrics on own hardware', () => {
  let site: OwnCluster;

  beforeAll(async () => {
    site = await OwnCluster.start('own-hardware', 'hall-2');
    // The operator itself tolerates no taint of a pool.
    await site.kube.create(ownNode('cpu-0'));
    for (const pool of POOLS) {
      const taint = { key: 'example.com/team', value: pool, effect: 'NoSchedule' };
      const labels = { ...selectorOf(pool), 'nvidia.com/gpu.present': 'true' };
      for (const index of [0, 1]) {
        await site.kube.create(ownNode(`${pool}-${index}`, { labels, taints: [taint], gpus: 8, adapters: 8 }));
      }
    }
    // The operator's IPAM defines its kind by itself, once it runs.
    await site.define(DEFINITIONS.filter(({ spec }) => spec.names.kind === 'IPPool'));
    const workloads = await site.workloads(describeStack, DEFINITIONS);
    console.log(`it went by ${workloads.way}`);
    await workloads.apply();
  });

  afterAll(() => site?.stop());

  test.each(POOLS)('nodes of pool %s offer its adapters, and no others do', async (pool) => {
    const resources = Object.keys(OFFERED[pool]);
    const offered = async () =>
      (await site.kube.list('v1', 'Node'))
        .map(({ metadata, status: { allocatable } }) => [metadata.name, resources.map((name) => allocatable[name])])
        .filter(([, amounts]) => (amounts as string[]).some(Boolean))
        .sort();
    const expected = [0, 1].map((index) => [`${pool}-${index}`, Object.values(OFFERED[pool])]);
    await until(async () => JSON.stringify(await offered()) === JSON.stringify(expected), 60, `devices of ${pool}`);
  });

  test.each(POOLS)('a test of pool %s takes its adapters and networks, on both nodes', async (pool) => {
    const { job, pods } = await acceptance(site.kube, `measure-${pool}`);
    expect(pods.map(({ spec }) => (spec.nodeName as string).replace(/-\d$/, ''))).toEqual([pool, pool]);
    for (const { metadata, spec } of pods) {
      const limits = Object.keys(spec.containers[0].resources.limits as object);
      expect(limits).toEqual(expect.arrayContaining(['nvidia.com/gpu', ...Object.keys(OFFERED[pool])]));
      const networks = (metadata.annotations?.['k8s.v1.cni.cncf.io/networks'] as string | undefined) ?? '';
      expect(
        networks
          .split(',')
          .filter(Boolean)
          .map((it) => it.trim()),
      ).toEqual(ATTACHED[pool]);
    }
    expect(await nodesOfTwo(site.kube, job)).toEqual([`${pool}-0`, `${pool}-1`]);
  });

  test('plan nothing after that', async () => {
    expect(await site.plan(describeStack, DEFINITIONS)).toEqual([]);
  });

  test('leave nothing behind', async () => {
    await (await site.workloads(describeStack, DEFINITIONS)).destroy();
    for (const { spec } of DEFINITIONS) {
      const { group, names, versions } = spec;
      expect(await site.kube.list(`${group as string}/${versions[0].name as string}`, names.kind as string)).toEqual(
        [],
      );
    }
    expect(await site.kube.list('apps/v1', 'DaemonSet')).toEqual([]);
    expect(await site.kube.list('batch/v1', 'Job')).toEqual([]);
  });
});
