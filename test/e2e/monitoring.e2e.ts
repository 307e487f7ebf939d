import { DataSize, MonitoringStorage, RemovalPolicy } from '../../lib';
import { KubeObject } from './harness/kube-client';
import { describeWith } from './harness/needs';
import { OwnCluster } from './harness/own-cluster';
import { ownNode } from './harness/own-nodes';
import { until } from './harness/process';
import { monitoringIn } from './monitoring-stack';

const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class';
const CLAIMS = ['alertmanager-data', 'prometheus-data'];

/** A class of EBS volumes, as the driver's installation has it. */
const storageClass = (name: string): KubeObject => ({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name },
  provisioner: 'ebs.csi.aws.com',
  volumeBindingMode: 'WaitForFirstConsumer',
  allowVolumeExpansion: true,
});

const SHARED: KubeObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shared' } };
const SECRET: KubeObject = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'alerting', namespace: 'shared' } };

const volume = (gib: number, storageClassName?: string, removalPolicy?: RemovalPolicy) =>
  MonitoringStorage.persistentVolume({ size: DataSize.gib(gib), storageClassName, removalPolicy });

describeWith(['terraform', 'controlPlane'], 'monitoring, its namespaces and its volumes', () => {
  let site: OwnCluster;
  let isTerraform = false;

  const workloads = (storage?: MonitoringStorage) => site.workloads(monitoringIn(storage), []);
  /** Who refuses what a volume cannot do: Terraform, or the API server. */
  const refusal = () => (isTerraform ? /prevent_destroy/ : /Forbidden/);
  const claims = async () => (await site.kube.list('v1', 'PersistentVolumeClaim', 'team-a')).sort(byName);
  const uids = async () => (await claims()).map(({ metadata }) => metadata.uid);

  /** Waits for the pods, applied anew or not, to run on the claims as they are now. */
  async function runs(): Promise<void> {
    await until(
      async () => {
        const pods = await site.kube.list('v1', 'Pod', 'team-a');
        const bound = (await claims()).filter(({ status }) => status.phase === 'Bound');
        const running = pods.filter(
          ({ metadata, status }) => !metadata.deletionTimestamp && status.phase === 'Running',
        );
        return bound.length === 2 && running.length === 2;
      },
      90,
      'pods that run on their volumes',
    );
  }

  beforeAll(async () => {
    site = await OwnCluster.start('monitoring', 'hall-3');
    for (const object of [ownNode('cpu-0'), SHARED, SECRET, storageClass('gp2'), storageClass('gp3')]) {
      await site.kube.create(object);
    }
    const first = await workloads(volume(40));
    isTerraform = first.way.startsWith('Terraform');
    console.log(`it went by ${first.way}`);
    await first.apply();
  });

  afterAll(() => site?.stop());

  test('claims without a class wait for one, and can be deleted to name it', async () => {
    expect(phases(await claims())).toEqual(CLAIMS.map((name) => [name, 'Pending']));
    // Only Terraform knows, before it asks, that the claim would be replaced.
    if (isTerraform) await expect((await workloads(volume(40, 'gp3'))).plan()).rejects.toThrow(refusal());
    for (const claim of await claims()) await site.kube.remove(claim);
    await until(async () => (await claims()).length === 0, 30, 'claims to go');
    await (await workloads(volume(40, 'gp3'))).apply();
    await runs();
    expect((await claims()).map(({ spec }) => spec.storageClassName)).toEqual(['gp3', 'gp3']);
    await (await workloads()).apply();
  });

  test('claims without a class get the default class as soon as there is one', async () => {
    await (await workloads(volume(40))).apply();
    expect(phases(await claims())).toEqual(CLAIMS.map((name) => [name, 'Pending']));
    await site.kube.merge(storageClass('gp2'), { metadata: { annotations: { [DEFAULT_CLASS]: 'true' } } });
    await runs();
    expect((await claims()).map(({ spec }) => spec.storageClassName)).toEqual(['gp2', 'gp2']);
    expect(await (await workloads(volume(40))).plan()).toEqual([]);
  });

  test('to name the class that they have changes nothing but the pods', async () => {
    const before = await uids();
    const named = await workloads(volume(40, 'gp2'));
    await named.apply();
    await runs();
    expect(await uids()).toEqual(before);
    expect(await (await workloads(volume(40, 'gp2'))).plan()).toEqual([]);
  });

  test('a larger volume grows in place', async () => {
    const before = await uids();
    await (await workloads(volume(50, 'gp2'))).apply();
    expect(await uids()).toEqual(before);
    expect((await claims())[1].spec.resources.requests.storage).toBe('50Gi');
    expect(await (await workloads(volume(50, 'gp2'))).plan()).toEqual([]);
  });

  test.each([
    ['a smaller volume', volume(30, 'gp2')],
    ['another class', volume(50, 'gp3')],
  ])('%s is refused', async (_, storage) => {
    const before = await uids();
    if (isTerraform) await expect((await workloads(storage)).plan()).rejects.toThrow(refusal());
    await expect((await workloads(storage)).apply()).rejects.toThrow(refusal());
    expect(await uids()).toEqual(before);
  });

  test('with DESTROY another class and a smaller volume replace the claims, and the apply ends', async () => {
    const other = await workloads(volume(50, 'gp3', RemovalPolicy.DESTROY));
    if (!isTerraform) return expect(other.apply()).rejects.toThrow(refusal());
    await other.apply();
    await runs();
    expect((await claims()).map(({ spec }) => spec.storageClassName)).toEqual(['gp3', 'gp3']);
    const [, prometheus] = await uids();
    await (await workloads(volume(30, 'gp3', RemovalPolicy.DESTROY))).apply();
    await runs();
    expect((await claims())[1].spec.resources.requests.storage).toBe('30Gi');
    expect((await uids())[1]).not.toBe(prometheus);
    expect(await (await workloads(volume(30, 'gp3', RemovalPolicy.DESTROY))).plan()).toEqual([]);
  });

  test('goes and comes back', async () => {
    await (await workloads()).apply();
    expect(await claims()).toEqual([]);
    await (await workloads(volume(20, 'gp3'))).apply();
    await runs();
    expect(await (await workloads(volume(20, 'gp3'))).plan()).toEqual([]);
  });

  test('is destroyed without what was there before', async () => {
    await (await workloads(volume(20, 'gp3'))).destroy();
    expect(await site.kube.find({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team-a' } })).toBeUndefined();
    expect((await site.kube.find(SHARED))?.status.phase).toBe('Active');
    expect(await site.kube.find(SECRET)).toBeDefined();
    expect(await site.kube.list('apps/v1', 'StatefulSet', 'shared')).toEqual([]);
  });
});

function phases(claims: readonly KubeObject[]): string[][] {
  return claims.map(({ metadata, status }) => [metadata.name, status.phase]);
}

function byName(one: KubeObject, other: KubeObject): number {
  return one.metadata.name < other.metadata.name ? -1 : 1;
}
