import * as path from 'node:path';
import { App } from 'cdktf';
import { parse } from 'yaml';
import { EdgeT4 } from '../../examples/edge-t4/stack';
import { GitOpsSecrets, GitOpsTree } from '../../lib/manifests';
import { KubeObject } from './harness/kube-client';
import { describeWith } from './harness/needs';
import { OwnCluster, STORAGE_CLASS } from './harness/own-cluster';
import { ownNode } from './harness/own-nodes';
import { monitoringRuns, running } from './harness/pods';
import { ManifestWorkloads } from './harness/workloads';

const SITE = 'till-1';
const describeStack = (app: App) => new EdgeT4(app).stack;

describeWith(['terraform', 'controlPlane'], 'examples/edge-t4', () => {
  let site: OwnCluster;

  beforeAll(async () => {
    site = await OwnCluster.start('edge-t4', SITE);
    // As its bootstrap labels the only machine there is.
    const labels = new EdgeT4(new App()).topology.nodePool.nodeSelector;
    for (const made of [STORAGE_CLASS, ownNode(SITE, { labels, gpus: 1 })]) await site.kube.create(made);
  });

  afterAll(() => site?.stop());

  test('applies to the cluster of a site', async () => {
    const workloads = await site.workloads(describeStack, []);
    console.log(`it went by ${workloads.way}`);
    await workloads.apply();
  });

  test('serves, keeps the weights on its disk and watches, all on one machine', async () => {
    const [server] = await running(site.kube, 'inference', 1);
    expect(server.metadata.name).toMatch(/^llama-2-13b-/);
    await running(site.kube, 'model-cache', 1);
    await running(site.kube, 'gpu-node-agents', 1);
    await monitoringRuns(site.kube, ['uplink-']);
  });

  test('tolerates for the whole outage that the control plane does not reach its machine', async () => {
    const [{ spec }] = await running(site.kube, 'inference', 1);
    const tolerated = (spec.tolerations as { key?: string; tolerationSeconds?: number }[]).filter(({ key }) =>
      ['node.kubernetes.io/unreachable', 'node.kubernetes.io/not-ready'].includes(key ?? ''),
    );
    expect(tolerated.map(({ tolerationSeconds: seconds }) => seconds)).toEqual([
      expect.any(Number),
      expect.any(Number),
    ]);
    for (const { tolerationSeconds: seconds } of tolerated) expect(seconds).toBeGreaterThanOrEqual(72 * 3600);
  });

  test('plans nothing after that', async () => {
    expect(await site.plan(describeStack, [])).toEqual([]);
  });

  test('is the same by its files for GitOps, which the API server takes', async () => {
    const { files } = new GitOpsTree({
      sites: [{ name: SITE, stack: describeStack(new App()) }],
      secrets: GitOpsSecrets.externalSecrets({}),
    });
    const objects = Object.values(files).map((text) => parse(text) as KubeObject);
    const own = objects.filter(({ apiVersion }) => !/(kustomize|external-secrets)\./.test(apiVersion));
    expect(own.length).toBeGreaterThan(40);
    const record = path.join(site.folder, 'work', 'git-ops.json');
    // Dry runs, in which a field that its kind has not is refused.
    expect(await new ManifestWorkloads(site.kube, own, record).plan()).toEqual([]);
    const changed = own.map((object) =>
      object.kind === 'Deployment' ? { ...object, spec: { ...object.spec, minReadySeconds: 5 } } : object,
    );
    expect(await new ManifestWorkloads(site.kube, changed, record).plan()).toHaveLength(2);
  });

  test('leaves nothing behind', async () => {
    await (await site.workloads(describeStack, [])).destroy();
    for (const kind of ['DaemonSet', 'Deployment', 'StatefulSet'])
      expect(await site.kube.list('apps/v1', kind)).toEqual([]);
    expect(await site.kube.list('v1', 'PersistentVolumeClaim')).toEqual([]);
  });
});
