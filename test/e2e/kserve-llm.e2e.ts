import { LARGE, NAMESPACE, SMALL, llmServices } from './kserve-llm-stack';
import { KubeObject } from './harness/kube-client';
import { describeWith } from './harness/needs';
import { OwnCluster, STORAGE_CLASS } from './harness/own-cluster';
import { ownNode } from './harness/own-nodes';
import { running } from './harness/pods';
import { until } from './harness/process';

const SERVICE = { apiVersion: 'serving.kserve.io/v1alpha2', kind: 'LLMInferenceService' };
const LWS = 'leaderworkerset.x-k8s.io/v1';
const [CLASS, GATEWAY] = ['GatewayClass', 'Gateway'].map((kind) => {
  return { apiVersion: 'gateway.networking.k8s.io/v1', kind };
});

describeWith(['terraform', 'controlPlane', 'leaderWorkerSet', 'kserve'], 'KServeLlmInferenceService', () => {
  let site: OwnCluster;

  beforeAll(async () => {
    site = await OwnCluster.start('kserve-llm', 'hall-2', { kserve: true, leaderWorkerSets: true });
    const small = [0, 1].map((index) => ownNode(`small-${index}`, { labels: SMALL, gpus: 1 }));
    const large = [0, 1].map((index) => ownNode(`large-${index}`, { labels: LARGE, gpus: 8 }));
    for (const made of [STORAGE_CLASS, ownNode('cpu-0'), ...small, ...large]) await site.kube.create(made);
    await site.kube.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'gateways' } });
    await site.kube.create({ ...CLASS, metadata: { name: 'envoy' }, spec: { controllerName: 'example.com/envoy' } });
    const listeners = [{ name: 'http', port: 80, protocol: 'HTTP' }];
    const metadata = { name: 'door', namespace: 'gateways' };
    await site.kube.create({ ...GATEWAY, metadata, spec: { gatewayClassName: 'envoy', listeners } });
  });

  afterAll(() => site?.stop());

  const find = (apiVersion: string, kind: string, name: string, namespace = NAMESPACE) =>
    site.kube.find({ apiVersion, kind, metadata: { name, namespace } });
  /** The pods of both services and of the scheduler. */
  const pods = () => running(site.kube, NAMESPACE, 4);
  const podOf = async (name: string) =>
    (await pods()).find(({ metadata }) => new RegExp(`^${name}$`).test(metadata.name)) as KubeObject;
  const mainOf = ({ spec }: KubeObject) => (spec.containers as KubeObject[])[0] as any;

  test('applies to an existing cluster', async () => {
    const workloads = await site.workloads(llmServices, []);
    console.log(`it went by ${workloads.way}`);
    await workloads.apply();
  });

  test('runs on the nodes of its pools as the proof said, admitted at the level restricted', async () => {
    const placed = (await pods()).filter(({ metadata }) => !metadata.name.includes('scheduler'));
    const nodes = placed.map(({ metadata, spec }) => `${metadata.name[0]} ${(spec.nodeName as string).slice(0, 5)}`);
    expect(nodes.sort()).toEqual(['c small', 'l large', 'l large']);
    expect(new Set(placed.map(({ spec }) => spec.nodeName as string)).size).toBe(3);
  });

  test('has the image, the arguments and the resources of the plan, and the weights are fetched by our container', async () => {
    const pod = await podOf('chat-kserve-(?!router).*');
    const main = mainOf(pod);
    const { spec } = (await find(SERVICE.apiVersion, SERVICE.kind, 'chat')) as KubeObject;
    const [said] = spec.template.containers as any[];
    expect([main.image, main.command, main.args, main.resources]).toEqual([
      'docker.io/vllm/vllm-openai:v0.24.0',
      ['vllm', 'serve'],
      said.args,
      said.resources,
    ]);
    expect(main.args).toContain(`--override-generation-config={"temperature":0.5,"stop":["it's"]}`);
    expect(main.args).toContain('publishers/inference/models/llama');
    expect(main.args).toContain('{"name":"sql","path":"/models/adapters/sql/1"}');
    expect((pod.spec.initContainers as any[]).map(({ name, command }) => [name, command])).toEqual([
      ['fetch-weights', ['/bin/sh', '/etc/vllm/assemble.sh']],
    ]);
  });

  test('keeps nothing of KServe’s template but two folders, a certificate and a level of the log', async () => {
    const { spec } = (await find('apps/v1', 'Deployment', 'chat-kserve')) as KubeObject;
    const main = mainOf(spec.template as KubeObject);
    const service = (await find(SERVICE.apiVersion, SERVICE.kind, 'chat')) as KubeObject;
    const [said] = service.spec.template.containers as any[];
    const names = (list: any[]) => list.map(({ name, mountPath }) => (mountPath ?? name) as string).sort();
    const more = (list: string) =>
      names(main[list] as any[]).filter((name) => !names(said[list] as any[]).includes(name));
    expect([more('env'), more('volumeMounts')]).toEqual([['VLLM_LOGGING_LEVEL'], ['/home', '/var/run/kserve/tls']]);
    const mounts = Object.fromEntries((main.volumeMounts as any[]).map(({ mountPath, name }) => [mountPath, name]));
    expect(mounts).toMatchObject({ '/models': 'models', '/tmp': 'tmp', '/dev/shm': 'shm' });
    for (const name of ['securityContext', 'lifecycle', 'startupProbe', 'readinessProbe', 'livenessProbe']) {
      expect(main[name]).toEqual(said[name]);
    }
    expect(spec.template.spec.terminationGracePeriodSeconds).toBe(service.spec.template.terminationGracePeriodSeconds);
  });

  test('is reached from its Gateway by its path and by its header, through what chooses a server', async () => {
    const route = (await find('gateway.networking.k8s.io/v1', 'HTTPRoute', 'chat-kserve-route')) as KubeObject;
    expect(route.spec.parentRefs).toMatchObject([{ kind: 'Gateway', name: 'door', namespace: 'gateways' }]);
    const text = JSON.stringify(route.spec.rules);
    expect(text).toContain('/inference/chat/v1/chat/completions');
    expect(text).toContain('publishers/inference/models/llama');
    expect(text).toContain('"kind":"InferencePool","name":"chat-inference-pool"');
    const scheduler = await podOf('chat-kserve-router-scheduler-.*');
    // The tokenizer of KServe's template would find no files; it is only of another configuration.
    expect((scheduler.spec.containers as any[]).map(({ name }) => name as string)).toEqual(['main']);
  });

  test('makes a group of two nodes, whose first one callers reach', async () => {
    const { spec } = (await find(LWS, 'LeaderWorkerSet', 'large-kserve-mn')) as KubeObject;
    expect(spec).toMatchObject({
      replicas: 1,
      leaderWorkerTemplate: { size: 2 },
      rolloutStrategy: { rollingUpdateConfiguration: { maxSurge: 0, maxUnavailable: 1 } },
    });
    const service = (await find('v1', 'Service', 'large-kserve-workload-svc')) as KubeObject;
    const [leader, worker] = [await podOf('large-kserve-mn-0'), await podOf('large-kserve-mn-0-1')];
    const selected = ({ metadata }: KubeObject) =>
      Object.entries(service.spec.selector as object).every(([key, value]) => metadata.labels[key] === value);
    expect([selected(leader), selected(worker)]).toEqual([true, false]);
    expect(mainOf(leader).args).toEqual(expect.arrayContaining(['--nnodes=2', '--node-rank=0']));
    expect(mainOf(worker).args).toEqual(
      expect.arrayContaining(['--node-rank=$(LWS_WORKER_INDEX)', '--master-addr=$(LWS_LEADER_ADDRESS)', '--headless']),
    );
    expect(mainOf(worker).resources.limits['nvidia.com/gpu']).toBe('8');
    expect([worker, leader].map(({ spec: { volumes } }) => JSON.stringify(volumes).includes('tls-certs'))).toEqual([
      false,
      false,
    ]);
  });

  test('plans nothing after that', async () => {
    expect(await site.plan(llmServices, [])).toEqual([]);
  });

  describe('of what others write', () => {
    const model = { uri: 's3://models/llama/8b', name: 'raw' };
    const create = (name: string, spec: object) =>
      site.kube.create({ ...SERVICE, metadata: { name, namespace: 'default' }, spec: { model, ...spec } });
    const main = (more: object) => ({ template: { containers: [{ name: 'main', ...more }] } });
    const condition = async (name: string, wanted: string) => {
      let found: any;
      await until(
        async () => {
          const service = await find(SERVICE.apiVersion, SERVICE.kind, name, 'default');
          found = service?.status?.conditions?.find(({ type, status }: any) => type === wanted && status !== 'True');
          return found?.message !== undefined;
        },
        30,
        `${wanted} of ${name}`,
      );
      return found.message as string;
    };
    const deployment = async (name: string) => {
      await until(async () => (await find('apps/v1', 'Deployment', name, 'default')) !== undefined, 30, name);
      return (await find('apps/v1', 'Deployment', name, 'default')) as KubeObject;
    };

    test.each([
      ['workers without parallelism', { worker: { containers: [{ name: 'main' }] } }, 'parallelism must be configured'],
      ['stages beside ranks', { parallelism: { pipeline: 2, data: 2, dataLocal: 1 } }, 'cannot set both pipeline'],
      ['ranks without those of a node', { parallelism: { data: 2 } }, 'dataLocal must be set'],
      [
        'own routes at a managed Gateway',
        { router: { gateway: {}, route: { http: { refs: [{ name: 'a' }] } } } },
        'managed gateway',
      ],
      [
        'an adapter without a name',
        { model: { ...model, lora: { adapters: [{ uri: 's3://m/a' }] } } },
        'adapter name is required',
      ],
      [
        'a number beside a scaler',
        { replicas: 1, scaling: { maxReplicas: 2, wva: { hpa: {} } } },
        'mutually exclusive',
      ],
      ['no pod that chooses', { router: { scheduler: { replicas: 0 } } }, 'greater than zero'],
    ])('KServe refuses %s', async (_, spec, text) => {
      await expect(create('refused', spec)).rejects.toThrow(text);
    });

    test('it makes no pod of a probe by a command, of its own braces, and of stages on several nodes', async () => {
      const { containers } = main({}).template;
      await create('probe', main({ livenessProbe: { exec: { command: ['true'] } } }));
      await create('braces', main({ args: ['--chat-template={{ messages }}'] }));
      await create('stages', { parallelism: { pipeline: 2 }, template: { containers }, worker: { containers } });
      expect(await condition('probe', 'MainWorkloadReady')).toContain('may not specify more than 1 handler type');
      expect(await condition('braces', 'PresetsCombined')).toContain('function "messages" not defined');
      expect(await condition('stages', 'PresetsCombined')).toContain('pipeline-parallel" not found');
    });

    test('it takes stages and experts of one node without a word, and fetches weights in 1 GiB without checksums', async () => {
      await create('defaults', { parallelism: { tensor: 2, pipeline: 2, expert: true } });
      const { spec } = (await deployment('defaults-kserve')).spec.template as KubeObject;
      const [server] = spec.containers as any[];
      expect(server.image).toContain('llm-d-cuda');
      expect(JSON.stringify(server)).toContain('--tensor-parallel-size 2');
      expect(JSON.stringify(server)).not.toMatch(/pipeline-parallel|expert-parallel/);
      expect(spec.initContainers).toMatchObject([
        { name: 'storage-initializer', resources: { limits: { memory: '1Gi' } } },
      ]);
    });

    test('a label stops each later rollout', async () => {
      const made = await create('labels', { labels: { team: 'a' } });
      expect((await deployment('labels-kserve')).spec.selector.matchLabels).toMatchObject({ team: 'a' });
      await site.kube.merge(made, { spec: { labels: { team: 'b' } } });
      await until(async () => /immutable/.test(await condition('labels', 'MainWorkloadReady')), 30, 'a refusal');
    });
  });

  test('leaves nothing behind', async () => {
    for (const made of await site.kube.list(SERVICE.apiVersion, SERVICE.kind, 'default')) await site.kube.remove(made);
    await (await site.workloads(llmServices, [])).destroy();
    await until(async () => (await site.kube.list('v1', 'Pod', NAMESPACE)).length === 0, 60, 'no pod');
    await until(async () => (await site.kube.list(SERVICE.apiVersion, SERVICE.kind)).length === 0, 30, 'no service');
  });
});
