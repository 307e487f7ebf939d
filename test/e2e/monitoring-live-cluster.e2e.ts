import { mkdirSync } from 'node:fs';
import * as path from 'node:path';
import { App, TerraformStack } from 'cdktf';
import { MonitoringStack } from '../../lib';
import { Account } from './harness/monitoring/accounts';
import { DISCOVERED_HERE, discoveringAs } from './harness/monitoring/local-scrapes';
import { Prometheus } from './harness/monitoring/prometheus';
import { describeWith } from './harness/needs';
import { OwnCluster, STORAGE_CLASS } from './harness/own-cluster';
import { ownNode } from './harness/own-nodes';
import { running } from './harness/pods';
import { Stoppable, stopAll, until } from './harness/process';
import { differenceTable } from './harness/server-site';
import { tools } from './harness/tools';
import { countingTriton, storeOf } from './monitoring-live-stack';
import { SELECTOR, TAINT, modelsRack } from './models-rack';

const SERVERS = ['ranker', 'scorer'];
const CONTEXT = 'hall-10';
/** Longer than it takes on a machine that does much else. */
const PATIENCE_SECONDS = 240;

/** Two servers and their monitoring. */
function watchedCluster(app: App): TerraformStack & { monitoring: MonitoringStack } {
  const { stack, ...rack } = modelsRack(app, 'monitoring-live-cluster', CONTEXT);
  const monitoring = new MonitoringStack(stack, 'Monitoring', {
    cluster: rack.cluster,
    alertReceivers: [],
    clusterMetrics: false,
  });
  const store = storeOf(stack);
  for (const name of SERVERS) monitoring.watch(countingTriton(stack, rack, name, [`model-${name}`], store));
  return Object.assign(stack, { monitoring });
}

describeWith(
  ['terraform', 'controlPlane', 'monitoring'],
  'Prometheus, with the rights that it has on a cluster',
  () => {
    const { prometheus3: program } = tools() as Required<ReturnType<typeof tools>>;
    const started: Stoppable[] = [];
    let site: OwnCluster;
    let account: Account;
    let configuration: string;

    beforeAll(async () => {
      site = await OwnCluster.start('monitoring-live-cluster', CONTEXT);
      started.push(site);
      const taints = [{ ...TAINT, effect: 'NoSchedule' }];
      const nodes = [ownNode('cpu-0'), ownNode('gpu-0', { labels: SELECTOR, taints, gpus: 8 })];
      for (const object of [...nodes, STORAGE_CLASS]) await site.kube.create(object);
      const describeStack = (app: App) => {
        const stack = watchedCluster(app);
        configuration = stack.monitoring.prometheusConfiguration;
        return stack;
      };
      const workloads = await site.workloads(describeStack, []);
      await workloads.apply();
      await running(site.kube, 'inference', SERVERS.length);
      const { client, access } = site.controlPlane;
      account = await Account.of(client, access, { namespace: 'monitoring', name: 'prometheus' });
      console.log(`it went by ${workloads.way}; what differs:\n${differenceTable(DISCOVERED_HERE)}`);
    });

    afterAll(() => stopAll(started));

    test('finds every pod that is watched, and no other', async () => {
      const folder = path.join(site.folder, 'prometheus');
      mkdirSync(folder, { recursive: true });
      const discovering = discoveringAs(configuration, account.discovery(folder));
      const prometheus = await Prometheus.start({
        program,
        folder,
        configuration: discovering,
        rules: '{"groups":[]}',
      });
      started.push(prometheus);
      const pods = await site.kube.list('v1', 'Pod', 'inference');
      const expected = SERVERS.map((name) => {
        const { metadata, status } = pods.find((pod) => pod.metadata.name.startsWith(`${name}-`))!;
        return `triton-${name} ${metadata.name} http://${status.podIP as string}:8002/metrics`;
      });
      const targets = async () =>
        (await prometheus.targets()).map(({ job, pod, url }) => `${job} ${pod} ${url}`).sort();
      await until(async () => (await targets()).length >= expected.length, PATIENCE_SECONDS, 'targets');
      expect(await targets()).toEqual(expected.sort());
    });

    test('it may list the pods of what is watched, and nothing else', async () => {
      const allowed = ['/api/v1/namespaces/inference/pods'];
      const refused = [
        '/api/v1/pods',
        '/api/v1/nodes',
        '/api/v1/namespaces/kube-system/pods',
        '/api/v1/namespaces/monitoring/pods',
        ...['secrets', 'configmaps', 'services', 'endpoints'].map((kind) => `/api/v1/namespaces/inference/${kind}`),
        '/apis/apps/v1/namespaces/inference/deployments',
      ];
      const statuses = await account.statuses([...allowed, ...refused]);
      expect(statuses).toEqual({
        ...Object.fromEntries(allowed.map((each) => [each, 200])),
        ...Object.fromEntries(refused.map((each) => [each, 403])),
      });
    });
  },
);
