import { App } from 'cdktf';
import { Headline8xV100 } from '../../examples/headline-8xv100/stack';
import { KubeObject } from './harness/kube-client';
import { describeWith } from './harness/needs';
import { OwnCluster } from './harness/own-cluster';
import { ownNode } from './harness/own-nodes';
import { running } from './harness/pods';

const describeStack = (app: App) => new Headline8xV100(app).stack;
const LABELS = { 'example.com/server': 'dgx-1', 'nvidia.com/gpu.present': 'true' };

/** The site's own: a default class of volumes, which Prometheus needs. */
const STORAGE_CLASS: KubeObject = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 'local', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
  provisioner: 'local.example.com',
  volumeBindingMode: 'WaitForFirstConsumer',
};

describeWith(['terraform', 'controlPlane'], 'examples/headline-8xv100', () => {
  let site: OwnCluster;

  beforeAll(async () => {
    site = await OwnCluster.start('headline-8xv100', 'hall-2');
    const server = ownNode('dgx-1', { labels: LABELS, gpus: 8 });
    for (const made of [STORAGE_CLASS, ownNode('cpu-0'), server]) await site.kube.create(made);
  });

  afterAll(() => site?.stop());

  test('applies to an existing cluster', async () => {
    const workloads = await site.workloads(describeStack, []);
    console.log(`it went by ${workloads.way}`);
    await workloads.apply();
  });

  test('has two servers of four GPUs on the one node, admitted at the level restricted', async () => {
    const pods = await running(site.kube, 'inference', 2);
    expect(pods.map(({ spec }) => spec.nodeName as string)).toEqual(['dgx-1', 'dgx-1']);
    const gpus = pods.map(({ spec }) => spec.containers[0].resources.limits['nvidia.com/gpu'] as string);
    expect(gpus).toEqual(['4', '4']);
    const [space] = (await site.kube.list('v1', 'Namespace')).filter(({ metadata }) => metadata.name === 'inference');
    expect(space.metadata.labels?.['pod-security.kubernetes.io/enforce']).toBe('restricted');
  });

  test('watches from where there is room', async () => {
    await running(site.kube, 'monitoring', 2);
  });

  test('plans nothing after that', async () => {
    expect(await site.plan(describeStack, [])).toEqual([]);
  });

  test('leaves nothing behind', async () => {
    await (await site.workloads(describeStack, [])).destroy();
    for (const kind of ['Deployment', 'StatefulSet']) expect(await site.kube.list('apps/v1', kind)).toEqual([]);
  });
});
