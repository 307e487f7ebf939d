import { App } from 'cdktf';
import { KubernetesManifests } from '../../lib/manifests';
import { KubeObject } from './harness/kube-client';
import { HASTY, bringBack, lose } from './harness/lost-nodes';
import { describeWith } from './harness/needs';
import { OwnCluster } from './harness/own-cluster';
import { ownNode } from './harness/own-nodes';
import { running } from './harness/pods';
import { until } from './harness/process';
import { HybridNodes, NAMESPACE, OUTAGE, PLAIN, SITE } from './hybrid-nodes-stack';

const ZONE = { 'topology.kubernetes.io/zone': SITE };
const KINDS = ['Namespace', 'ServiceAccount', 'Deployment'];
/** A node whose device plugin runs already. */
function withGpus(node: KubeObject): KubeObject {
  const resources = { ...(node.status.capacity as object), 'nvidia.com/gpu': '8' };
  return { ...node, status: { capacity: resources, allocatable: resources } };
}
const nodeOf = ({ spec }: KubeObject) => spec.nodeName as string;

// What AWS is sent is asserted by hybrid-nodes-aws.e2e.ts.
describeWith(['terraform', 'controlPlane'], 'nodes outside AWS whose link is cut', () => {
  let site: OwnCluster;
  let before: { readonly stays: KubeObject; readonly leaves: KubeObject };
  let cut: string[];

  const podsOf = async (name: string) =>
    (await site.kube.list('v1', 'Pod', NAMESPACE)).filter(({ metadata }) => metadata.name.startsWith(`${name}-`));
  const isReady = (node: KubeObject) =>
    (node.status.conditions as { type: string; status: string }[]).find(({ type }) => type === 'Ready')?.status;
  const readiness = async () =>
    (await site.kube.list('v1', 'Node')).filter(({ metadata }) => cut.includes(metadata.name)).map(isReady);

  beforeAll(async () => {
    site = await OwnCluster.start('hybrid-nodes', 'shop', HASTY);
    const example = new HybridNodes(new App({ stackTraces: false }));
    const { pool, workloads } = example;
    const taints = pool.taints.map(({ key, value, effect }) => ({ key, value, effect }));
    const hybrid = { ...pool.nodeLabels, ...pool.platformLabels };
    for (const index of [0, 1]) {
      await site.kube.create(withGpus(ownNode(`shop-${index}`, { labels: hybrid, taints, gpus: 8 })));
      await site.kube.create(withGpus(ownNode(`plain-${index}`, { labels: { ...PLAIN, ...ZONE }, gpus: 8 })));
    }
    const { objects } = KubernetesManifests.of(workloads, { skipHelmReleases: true });
    const wanted = (objects as KubeObject[])
      .filter(({ kind }) => KINDS.includes(kind))
      .sort((one, other) => KINDS.indexOf(one.kind) - KINDS.indexOf(other.kind));
    for (const object of wanted) await site.kube.apply(object, 'e2e');
    await running(site.kube, NAMESPACE, 2);
    const [[stays], [leaves]] = [await podsOf('stays'), await podsOf('leaves')];
    before = { stays, leaves };
    // One node of each pool is left, so that evictions in the zone do not stop by themselves.
    cut = [nodeOf(stays), nodeOf(leaves)];
  });

  afterAll(() => site?.stop());

  test('the pods run each on a node of its pool, of the zone of the site', async () => {
    expect(nodeOf(before.stays)).toMatch(/^shop-/);
    expect(nodeOf(before.leaves)).toMatch(/^plain-/);
    const [node] = (await site.kube.list('v1', 'Node')).filter(
      ({ metadata }) => metadata.name === nodeOf(before.stays),
    );
    expect(node.metadata.labels).toMatchObject({ ...ZONE, 'eks.amazonaws.com/compute-type': 'hybrid' });
  });

  test('through the outage its pod stays, and the one without our tolerations is evicted', async () => {
    await lose(site.kube, cut);
    await until(
      async () => (await readiness()).every((status) => status === 'Unknown'),
      90,
      'the control plane to notice',
    );
    const began = Date.now();
    const isGone = async () =>
      (await podsOf('leaves')).every(
        ({ metadata }) => metadata.uid !== before.leaves.metadata.uid || metadata.deletionTimestamp,
      );
    await until(isGone, 90, 'the pod without tolerations to be evicted');
    await until(() => Promise.resolve(Date.now() - began > OUTAGE.toMilliseconds()), 60, 'the end of the outage');
    const [stays, ...others] = await podsOf('stays');
    expect(others).toEqual([]);
    expect(stays.metadata.uid).toBe(before.stays.metadata.uid);
    expect(stays.metadata.deletionTimestamp).toBeUndefined();
    expect(nodeOf(stays)).toBe(nodeOf(before.stays));
  });

  test('when the link is back it is the same pod, and runs', async () => {
    await bringBack(site.kube, cut);
    await until(async () => (await readiness()).every((status) => status === 'True'), 90, 'the nodes to be back');
    const [stays] = await podsOf('stays');
    expect(stays.metadata.uid).toBe(before.stays.metadata.uid);
    expect(stays.status.phase).toBe('Running');
  });
});
