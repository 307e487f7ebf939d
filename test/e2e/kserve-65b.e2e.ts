import { App } from 'cdktf';
import { KServe65b } from '../../examples/kserve-65b/stack';
import { SCALED, scaled } from './kserve-stack';
import { KubeObject } from './harness/kube-client';
import { describeWith } from './harness/needs';
import { OwnCluster, STORAGE_CLASS } from './harness/own-cluster';
import { ownNode } from './harness/own-nodes';
import { running } from './harness/pods';
import { until } from './harness/process';

const of = (app: App) => new KServe65b(app).stack;
const RACK = { 'example.com/rack': 'a100-1', 'nvidia.com/gpu.present': 'true' };
const SERVICE = { apiVersion: 'serving.kserve.io/v1beta1', kind: 'InferenceService' };
const [NAME, NAMESPACE] = ['chat', 'inference'];

describeWith(['terraform', 'controlPlane', 'kserve'], 'examples/kserve-65b', () => {
  let site: OwnCluster;

  beforeAll(async () => {
    site = await OwnCluster.start('kserve-65b', 'hall-2', { kserve: true });
    const rack = [0, 1].map((index) => ownNode(`rack-${index}`, { labels: RACK, gpus: 4 }));
    const others = [0, 1].map((index) => ownNode(`other-${index}`, { labels: SCALED.nodes, gpus: 1 }));
    for (const made of [STORAGE_CLASS, ownNode('cpu-0'), ...rack, ...others]) await site.kube.create(made);
  });

  afterAll(() => site?.stop());

  const find = (kind: string, name: string) =>
    site.kube.find({ apiVersion: 'apps/v1', kind, metadata: { name, namespace: NAMESPACE } });
  const service = () => site.kube.find({ ...SERVICE, metadata: { name: NAME, namespace: NAMESPACE } });

  test('applies to an existing cluster', async () => {
    const workloads = await site.workloads(of, []);
    console.log(`it went by ${workloads.way}`);
    await workloads.apply();
  });

  test('runs on the nodes of its pool as the proof said, one server each, admitted at the level restricted', async () => {
    const pods = await running(site.kube, NAMESPACE, 2);
    expect(pods.map(({ spec }) => spec.nodeName as string).sort()).toEqual(['rack-0', 'rack-1']);
  });

  test('has what the example says, and nothing of KServe’s own defaults', async () => {
    const [{ spec, metadata }] = await running(site.kube, NAMESPACE, 2);
    const [server, ...others] = spec.containers as KubeObject[];
    expect(others).toEqual([]);
    expect(server).toMatchObject({
      name: 'kserve-container',
      image: 'nvcr.io/nvidia/tritonserver:26.07-vllm-python-py3',
      resources: { limits: { 'nvidia.com/gpu': '4' }, requests: { cpu: '9', memory: '21Gi' } },
    });
    expect((server.args as string[]).filter((it) => it.includes('mnt'))).toEqual([]);
    expect((server.args as string[]).filter((it) => it.startsWith('--model-control-mode'))).toHaveLength(1);
    expect(metadata.annotations['internal.serving.kserve.io/storage-initializer-sourceuri']).toBe(
      's3://models/deepseek/65b',
    );
    const [fetch, ...more] = spec.initContainers as KubeObject[];
    expect(more).toEqual([]);
    expect(fetch).toMatchObject({
      name: 'storage-initializer',
      command: ['/bin/sh', '/etc/triton/assemble.sh'],
      args: ['s3://models/deepseek/65b', '/mnt/models'],
      resources: { limits: { memory: '2Gi' } },
    });
    const volume = (spec.volumes as KubeObject[]).filter((it) => (it as any).name === 'kserve-provision-location');
    expect(volume).toEqual([{ name: 'kserve-provision-location', emptyDir: { sizeLimit: '131773Mi' } }]);
  });

  test('replaces a server only after it has stopped one, since no GPU is free', async () => {
    const deployment = await find('Deployment', `${NAME}-predictor`);
    expect(deployment?.spec).toMatchObject({
      replicas: 2,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
    });
  });

  test('is reached at the Service of KServe', async () => {
    const metadata = { name: `${NAME}-predictor`, namespace: NAMESPACE };
    const made = await site.kube.find({ apiVersion: 'v1', kind: 'Service', metadata });
    expect((made?.spec.ports as KubeObject[])[0]).toMatchObject({ port: 80, targetPort: 8000 });
    await until(async () => (await service())?.status?.conditions !== undefined, 30, 'conditions of the service');
    console.log(
      JSON.stringify((await service())?.status.conditions.map(({ type, status }: any) => `${type}=${status}`)),
    );
  });

  describe('what KServe takes without a word from others', () => {
    const uri = 's3://models/deepseek/65b';
    /** The container that KServe makes of a service with this model. */
    const made = async (name: string, model: object, metadata: object = {}, predictor: object = {}) => {
      const at = { name, namespace: 'default' };
      const spec = { predictor: { ...predictor, model: { modelFormat: { name: 'triton' }, ...model } } };
      const raw = await site.kube.create({ ...SERVICE, metadata: { ...at, ...metadata }, spec });
      const deployed = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { ...at, name: `${name}-predictor` } };
      await until(async () => (await site.kube.find(deployed)) !== undefined, 30, `the deployment of ${name}`);
      const deployment = (await site.kube.find(deployed)) as KubeObject;
      await site.kube.remove(raw);
      const { replicas, strategy, template } = deployment.spec;
      return {
        raw,
        replicas,
        strategy,
        annotations: template.metadata.annotations ?? {},
        ...template.spec.containers[0],
      };
    };

    test('a misspelt URI: a server without models', async () => {
      const server = await made('misspelt', { storageURI: uri });
      expect(server.raw.spec.predictor.model).not.toHaveProperty('storageURI');
      expect(server.args).toContain('--model-control-mode=explicit');
      expect(JSON.stringify(server.annotations)).not.toContain(uri);
    });

    test('no runtime and no version: Triton of 2023 on one processor', async () => {
      const { image, resources } = await made('default', { storageUri: uri });
      expect(image).toBe('nvcr.io/nvidia/tritonserver:23.05-py3');
      expect(resources.limits).toEqual({ cpu: '1', memory: '2Gi' });
    });

    test('a number of servers: another one, and a rollout that waits for a free GPU', async () => {
      const { replicas, strategy } = await made('replicas', { storageUri: uri }, {}, { minReplicas: 3 });
      expect(replicas).toBe(1);
      expect(strategy.rollingUpdate).toEqual({ maxSurge: '25%', maxUnavailable: '25%' });
    });

    test.each([
      ['several nodes with weights on S3', { workerSpec: { pipelineParallelSize: 2 } }, { storageUri: uri }, 's3'],
      ['a path of modules', {}, { storageUri: uri, env: [{ name: 'PYTHONPATH', value: '/x' }] }, 'PYTHONPATH'],
    ])('but not %s', async (_, predictor, model, text) => {
      await expect(made('refused', model, {}, predictor)).rejects.toThrow(text);
    });
  });

  test('leaves the number of servers to a scaler', async () => {
    await (await site.workloads(scaled, [])).apply();
    const [first] = await running(site.kube, SCALED.namespace, 1);
    expect(first.spec.containers[0].image).toContain('vllm/vllm-openai:v0.24.0');
    const metadata = { name: `${SCALED.name}-predictor`, namespace: SCALED.namespace };
    const deployment = (await site.kube.find({ apiVersion: 'apps/v1', kind: 'Deployment', metadata })) as KubeObject;
    await site.kube.merge(deployment, { spec: { replicas: 2 } });
    const pods = await running(site.kube, SCALED.namespace, 2);
    expect(pods.map(({ spec }) => spec.nodeName as string).sort()).toEqual(['other-0', 'other-1']);
    expect(await site.plan(scaled, [])).toEqual([]);
    expect((await site.kube.find(deployment))?.spec.replicas).toBe(2);
  });

  test('plans nothing after that', async () => {
    expect(await site.plan(of, [])).toEqual([]);
  });

  test('leaves nothing behind', async () => {
    for (const stack of [scaled, of]) await (await site.workloads(stack, [])).destroy();
    await until(async () => (await site.kube.list('v1', 'Pod', NAMESPACE)).length === 0, 60, 'no pod');
    for (const kind of ['InferenceService', 'ServingRuntime', 'ClusterStorageContainer']) {
      const apiVersion = kind === 'InferenceService' ? SERVICE.apiVersion : 'serving.kserve.io/v1alpha1';
      const left = (await site.kube.list(apiVersion, kind)).map(({ metadata }) => metadata.name);
      expect(left).toEqual(kind === 'ClusterStorageContainer' ? ['default'] : []);
    }
  });
});
