import { monitoringPair } from './monitoring-pair-stack';
import { describeWith } from './harness/needs';
import { OwnCluster, STORAGE_CLASS } from './harness/own-cluster';
import { ownNode } from './harness/own-nodes';
import { running } from './harness/pods';

const NODES = ['cpu-0', 'cpu-1'];
const PAIRS = ['alertmanager', 'prometheus'];

describeWith(['terraform', 'controlPlane'], 'two Prometheus and two Alertmanagers, behind TLS and a password', () => {
  let site: OwnCluster;

  beforeAll(async () => {
    site = await OwnCluster.start('monitoring-pair', 'hall-12');
    for (const each of [STORAGE_CLASS, ...NODES.map((name) => ownNode(name))]) await site.kube.create(each);
  });

  afterAll(() => site?.stop());

  test('apply to an existing cluster', async () => {
    const workloads = await site.workloads(monitoringPair, []);
    console.log(`they went by ${workloads.way}`);
    await workloads.apply();
  });

  test('run on two nodes each, by volumes of their own', async () => {
    const pods = await running(site.kube, 'monitoring', 2 * PAIRS.length + 1);
    for (const server of PAIRS) {
      const pair = pods.filter(({ metadata }) => new RegExp(`^${server}-\\d$`).test(metadata.name));
      expect(pair.map(({ spec }) => spec.nodeName as string).sort()).toEqual(NODES);
    }
    const claims = await site.kube.list('v1', 'PersistentVolumeClaim', 'monitoring');
    expect(claims.map(({ metadata }) => metadata.name).sort()).toEqual(
      PAIRS.flatMap((server) => [0, 1].map((index) => `data-${server}-${index}`)),
    );
  });

  test('keep one of each while a node is drained', async () => {
    const budgets = await site.kube.list('policy/v1', 'PodDisruptionBudget', 'monitoring');
    expect(
      budgets.map(({ metadata, spec }) => [metadata.name, spec.maxUnavailable ?? spec.minAvailable]).sort(),
    ).toEqual(PAIRS.map((server) => [server, 1]));
  });

  test('plan nothing after that', async () => {
    expect(await site.plan(monitoringPair, [])).toEqual([]);
  });

  test('leave nothing running', async () => {
    await (await site.workloads(monitoringPair, [])).destroy();
    for (const kind of ['Deployment', 'StatefulSet', 'DaemonSet'])
      expect(await site.kube.list('apps/v1', kind)).toEqual([]);
  });
});
