import { App } from 'cdktf';
import { OnpremInfiniband, OnpremInfinibandProps } from '../../examples/onprem-infiniband/stack';
import { acceptance, nodesOfTwo } from './harness/acceptance';
import { definitionsOf } from './harness/definitions';
import { KubeObject } from './harness/kube-client';
import { describeWith } from './harness/needs';
import { OwnCluster, STORAGE_CLASS } from './harness/own-cluster';
import { ownNode } from './harness/own-nodes';
import { monitoringRuns, pending, podLike, running } from './harness/pods';
import { until } from './harness/process';

const of = (props: OnpremInfinibandProps) => (app: App) => new OnpremInfiniband(app, props).stack;
const DEFINITIONS = definitionsOf('network/fixtures/network-operator-crds.json');
/** As the README asks of the nodes. */
const RACK = { 'example.com/rack': 'h100-1', 'nvidia.com/gpu.present': 'true' };

describeWith(['terraform', 'controlPlane'], 'examples/onprem-infiniband', () => {
  let site: OwnCluster;

  beforeAll(async () => {
    site = await OwnCluster.start('onprem-infiniband', 'hall-1');
    const nodes = rack(4).map((name) => ownNode(name, { labels: RACK, gpus: 8, adapters: 8 }));
    for (const made of [STORAGE_CLASS, ownNode('cpu-0'), ...nodes]) await site.kube.create(made);
  });

  afterAll(() => site?.stop());

  const nodesOf = async (namespace: string, count: number) =>
    (await running(site.kube, namespace, count)).map(({ spec }) => spec.nodeName as string).sort();
  const rack = (count: number) => Array.from({ length: count }, (_, index) => `rack-${index}`);

  test('applies to an existing cluster', async () => {
    const workloads = await site.workloads(of({}), DEFINITIONS);
    console.log(`it went by ${workloads.way}`);
    await workloads.apply();
  });

  test('has its agents on every node of the rack, and on no other', async () => {
    expect(await nodesOf('gpu-node-agents', 4)).toEqual(rack(4));
  });

  test('has policies by which every node of the rack, and no other, offers its adapters', async () => {
    const offered = async () =>
      (await site.kube.list('v1', 'Node'))
        .map(({ metadata, status: { allocatable } }) => [
          metadata.name,
          allocatable['nvidia.com/gpu'],
          allocatable['rdma/rdma_shared_device_a'],
        ])
        .sort();
    const expected = [['cpu-0', undefined, undefined], ...rack(4).map((name) => [name, '8', '63'])];
    await until(async () => JSON.stringify(await offered()) === JSON.stringify(expected), 60, 'devices on the rack');
  });

  test('measures the fabric on two nodes', async () => {
    const { job, pods } = await acceptance(site.kube, 'acceptance');
    const nodes = [...pods.map(({ spec }) => spec.nodeName as string), ...(await nodesOfTwo(site.kube, job))];
    expect(nodes.every((name) => name.startsWith('rack-'))).toBe(true);
  });

  test('serves on one node each, and watches from where there is room', async () => {
    const nodes = await nodesOf('inference', 2);
    expect(new Set(nodes).size).toBe(2);
    expect(nodes.every((name) => name.startsWith('rack-'))).toBe(true);
    await monitoringRuns(site.kube);
  });

  test('leaves a pod pending when the rack is full', async () => {
    const metadata = { name: 'chat', namespace: 'inference' };
    const deployment = (await site.kube.find({ apiVersion: 'apps/v1', kind: 'Deployment', metadata })) as KubeObject;
    const extra = [];
    for (const name of ['more-0', 'more-1']) extra.push(await podLike(site.kube, deployment, name));
    await running(site.kube, 'inference', 4);
    const last = await podLike(site.kube, deployment, 'one-too-many');
    expect(await pending(site.kube, last)).toContain('4 Insufficient nvidia.com/gpu');
    for (const pod of [...extra, last]) await site.kube.remove(pod);
  });

  test('is refused by the definitions of the operator when a policy says what they do not know', async () => {
    const [policy] = await site.kube.list('mellanox.com/v1alpha1', 'NicNodePolicy');
    const { name } = policy.metadata;
    const wrong = { ...policy, metadata: { name }, spec: { ...policy.spec, rdmaSharedPlugin: {} } };
    await expect(site.kube.apply(wrong, 'test', true)).rejects.toThrow('rdmaSharedPlugin');
  });

  test('plans nothing after that', async () => {
    expect(await site.plan(of({}), DEFINITIONS)).toEqual([]);
  });

  test('leaves nothing behind', async () => {
    await (await site.workloads(of({}), DEFINITIONS)).destroy();
    for (const [apiVersion, kind] of [
      ['apps/v1', 'DaemonSet'],
      ['apps/v1', 'Deployment'],
      ['apps/v1', 'StatefulSet'],
      ['batch/v1', 'Job'],
      ['v1', 'PersistentVolumeClaim'],
      ['mellanox.com/v1alpha1', 'NicClusterPolicy'],
      ['mellanox.com/v1alpha1', 'NicNodePolicy'],
    ]) {
      expect(await site.kube.list(apiVersion, kind)).toEqual([]);
    }
  });
});
