import { describeWith } from './harness/needs';
import { OwnCluster } from './harness/own-cluster';
import { ownNode } from './harness/own-nodes';
import { running } from './harness/pods';
import { SELECTOR, TAINT } from './models-rack';
import { GPUS, serverKinds } from './server-kinds-stack';

describeWith(['terraform', 'controlPlane'], 'servers of every kind', () => {
  let site: OwnCluster;

  beforeAll(async () => {
    site = await OwnCluster.start('server-kinds', 'hall-5');
    const labels = { ...SELECTOR, 'nvidia.com/gpu.present': 'true' };
    const taints = [{ ...TAINT, effect: 'NoSchedule' }];
    for (const node of [ownNode('cpu-0'), ownNode('rack-0', { labels, taints, gpus: 8 })]) await site.kube.create(node);
  });

  afterAll(() => site?.stop());

  test('apply to an existing cluster', async () => {
    const workloads = await site.workloads(serverKinds, []);
    console.log(`they went by ${workloads.way}`);
    await workloads.apply();
  });

  test('are admitted at the level restricted, each with its GPUs', async () => {
    const pods = await running(site.kube, 'inference', Object.keys(GPUS).length);
    const seen = pods.map(({ metadata, spec }) => {
      const name = metadata.labels?.['app.kubernetes.io/instance'] as string;
      return [name, spec.containers[0].resources.limits['nvidia.com/gpu'] as string] as const;
    });
    expect(Object.fromEntries(seen)).toEqual(GPUS);
    const [space] = (await site.kube.list('v1', 'Namespace')).filter(({ metadata }) => metadata.name === 'inference');
    expect(space.metadata.labels?.['pod-security.kubernetes.io/enforce']).toBe('restricted');
  });

  test('are what was asked for, where everything was', async () => {
    const made = await site.kube.list('apps/v1', 'Deployment');
    const hatched = made.find(({ metadata }) => metadata.name === 'hatched') as unknown as {
      spec: { strategy: object; template: { spec: { [field: string]: unknown } } };
    };
    expect(hatched.spec.strategy).toEqual({ type: 'Recreate' });
    const host = { topologyKey: 'kubernetes.io/hostname' };
    const own = { 'app.kubernetes.io/name': 'triton', 'app.kubernetes.io/instance': 'hatched' };
    const near = { ...host, labelSelector: { matchLabels: own } };
    const { spec } = hatched.spec.template;
    expect(spec.serviceAccountName).toBe('default');
    expect(spec.affinity).toEqual({
      podAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [near],
        preferredDuringSchedulingIgnoredDuringExecution: [
          {
            weight: 10,
            podAffinityTerm: { ...host, labelSelector: { matchLabels: { app: 'cache' } }, namespaces: ['data'] },
          },
        ],
      },
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [{ ...host, labelSelector: { matchLabels: { app: 'noise' } } }],
        preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: near }],
      },
    });
    expect(spec.topologySpreadConstraints).toMatchObject([
      {
        ...host,
        ...{ maxSkew: 1, minDomains: 1, whenUnsatisfiable: 'DoNotSchedule', matchLabelKeys: ['pod-template-hash'] },
      },
    ]);
  });

  test('plan nothing after that', async () => {
    expect(await site.plan(serverKinds, [])).toEqual([]);
  });

  test('leave nothing behind', async () => {
    await (await site.workloads(serverKinds, [])).destroy();
    expect(await site.kube.list('apps/v1', 'Deployment')).toEqual([]);
  });
});
