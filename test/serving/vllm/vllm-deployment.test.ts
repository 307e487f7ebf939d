import {
  GpuInstanceType,
  ModelSpec,
  Parallelism,
  ReasoningParser,
  ToolCallParser,
  VllmRelease,
} from '../../../lib/catalog';
import { DataSize } from '../../../lib/units/data-size';
import { Duration } from '../../../lib/units/duration';
import { Block } from '../../support/synth';
import { VllmOverrides, deployVllm, serverOf, CHAT } from '../support/vllm-fixtures';

const argsOf = (overrides: Parameters<typeof deployVllm>[0] = {}) =>
  serverOf(deployVllm(overrides).json).args as string[];
const environment = (container: Block) =>
  Object.fromEntries(container.env.map(({ name, value }: { name: string; value?: string }) => [name, value]));

test('the pod of a server', () => {
  const { json } = deployVllm();
  expect(json.only('kubernetes_deployment_v1').spec.template).toMatchSnapshot();
});

test('weights in host memory are kept there by the runner of vLLM that does so', () => {
  const runner = (gib: number) =>
    environment(serverOf(deployVllm({ model: { cpuOffload: DataSize.gib(gib) } }).json))['VLLM_USE_V2_MODEL_RUNNER'];
  expect([runner(2), runner(0)]).toEqual(['0', undefined]);
});

describe('arguments', () => {
  test('of the engine are those of the plan', () => {
    const { json, deployment } = deployVllm({
      instanceType: GpuInstanceType.G5_12XLARGE,
      model: { parallelism: Parallelism.of({ tensor: 4 }) },
    });
    const args = serverOf(json).args as string[];
    expect(args[0]).toBe('/models/weights/chat/1');
    expect(args).toContain('--tensor-parallel-size=4');
    expect(args).toContain('--distributed-executor-backend=mp');
    expect(args).toContain(`--max-num-seqs=${deployment.plan.maxSequences}`);
    expect(args).toContain(`--max-model-len=${deployment.plan.contextLength}`);
  });

  test('names, parsers and adapters', () => {
    const args = argsOf({
      model: {
        servedModelNames: ['meta-llama/Llama-3.1-8B-Instruct', 'chat'],
        toolCallParser: ToolCallParser.LLAMA3_JSON,
        reasoningParser: ReasoningParser.QWEN3,
        loraAdapters: [
          { name: 'legal', rank: 12 },
          { name: 'medical', version: '3', rank: 8 },
        ],
      },
    });
    expect(args.slice(1, 4)).toEqual(['--served-model-name', 'meta-llama/Llama-3.1-8B-Instruct', 'chat']);
    expect(args.slice(args.indexOf('--lora-modules') + 1).slice(0, 2)).toEqual([
      '{"name":"legal","path":"/models/adapters/legal/1"}',
      '{"name":"medical","path":"/models/adapters/medical/3"}',
    ]);
    expect(args).toEqual(expect.arrayContaining(['--enable-lora', '--max-lora-rank=16', '--enable-auto-tool-choice']));
    expect(args).toEqual(expect.arrayContaining(['--tool-call-parser=llama3_json', '--reasoning-parser=qwen3']));
  });

  test('values of every kind, as the parser of vllm serve takes them', () => {
    const args = argsOf({
      model: {
        prefixCaching: false,
        trustRemoteCode: true,
        engineArguments: {
          cudagraph_capture_sizes: [1, 2, 4],
          hf_overrides: { a: 1 },
          disable_custom_all_reduce: true,
          seed: 3,
        },
      },
    });
    expect(args).toEqual(expect.arrayContaining(['--no-enable-prefix-caching', '--trust-remote-code']));
    expect(args).toEqual(expect.arrayContaining(['--hf-overrides={"a":1}', '--disable-custom-all-reduce', '--seed=3']));
    const sizes = args.indexOf('--cudagraph-capture-sizes');
    expect(args.slice(sizes + 1, sizes + 4)).toEqual(['1', '2', '4']);
    expect(args.filter((each) => /enforce-eager|disable-log-stats/.test(each))).toEqual([]);
  });

  test.each([
    ['0.15.1', ['--max-num-queued-reqs', '--shutdown-timeout', '--disable-access-log-for-endpoints']],
    ['0.17.1', ['--max-num-queued-reqs', '--shutdown-timeout']],
    ['0.24.0', ['--max-num-queued-reqs']],
    ['0.28.0', ['--max-num-queued-reqs']],
    ['0.29.0', []],
    ['0.31.0', []],
  ])('vLLM %s lacks %j, which it is not told', (version, lacking) => {
    const args = argsOf({ vllmRelease: VllmRelease.of(version) });
    const all = ['--max-num-queued-reqs', '--shutdown-timeout', '--disable-access-log-for-endpoints'];
    const given = (flag: string) => args.some((each) => each.startsWith(`${flag}=`));
    expect(all.filter((flag) => !given(flag))).toEqual(lacking);
  });

  test('the queue is bounded where the version has a bound: what runs, and as many again', () => {
    const vllmRelease = VllmRelease.of('0.31.0');
    const bound = (more: object) =>
      argsOf({ vllmRelease, ...more }).find((each) => each.startsWith('--max-num-queued-reqs='));
    expect(bound({})).toBe('--max-num-queued-reqs=512');
    expect(bound({ model: { maxSequences: 8 } })).toBe('--max-num-queued-reqs=72');
    expect(bound({ model: { maxSequences: 8 }, maxQueuedRequests: 0 })).toBe('--max-num-queued-reqs=8');
  });
});

describe('the key', () => {
  test('is made in the cluster by a chart that is told its name only', () => {
    const { json, deployment } = deployVllm();
    expect(deployment.apiKeySecret).toEqual({ name: 'talk-api-key', key: 'api-key' });
    const { values, chart, namespace } = json.only('helm_release');
    expect(chart).toMatch(/^\.\/assets\/GeneratedSecretChart\//);
    expect(namespace).toBe('inference');
    const { labels: _, ...told } = JSON.parse(values[0] as string);
    expect(told).toEqual({ name: 'talk-api-key', key: 'api-key', copies: ['apiKey'] });
    expect(serverOf(json).env).toContainEqual({
      name: 'VLLM_API_KEY',
      value_from: { secret_key_ref: { name: 'talk-api-key', key: 'api-key' } },
    });
  });

  test.each<[string, VllmOverrides]>([
    ['nothing', {}],
    ['the release', { vllmRelease: VllmRelease.of('0.23.0') }],
    ['the image', { vllmImage: 'example.test/vllm:1' }],
    ['the model', { model: { version: '2', contextLength: 4096, maxSequences: 8 } }],
    ['the pod', { podLabels: { team: 'chat' }, environment: { A: 'b' }, extraArguments: ['--max-logprobs=5'] }],
    ['the number of servers', { replicas: 2 }],
  ])('is left alone by an upgrade that changes %s', (what, overrides) => {
    const [before, after] = [deployVllm(), deployVllm(overrides)].map(({ json }) => ({
      release: json.only('helm_release'),
      key: serverOf(json).env.find(({ name }: { name: string }) => name === 'VLLM_API_KEY') as unknown,
      deployment: JSON.stringify(json.only('kubernetes_deployment_v1')),
    }));
    // Terraform upgrades no release that is the same, so that Helm is not asked; pods go on reading the same secret.
    expect(after.release).toEqual(before.release);
    expect(after.key).toEqual(before.key);
    expect(after.deployment === before.deployment).toBe(what === 'nothing');
  });

  test('may be a secret that exists, and then none is made', () => {
    const apiKey = { name: 'keys', key: 'chat' };
    const { json, deployment } = deployVllm({ apiKey });
    expect(deployment.apiKeySecret).toEqual(apiKey);
    expect(json.resources('helm_release')).toEqual([]);
    expect(JSON.stringify(serverOf(json).env)).toContain('"secret_key_ref":{"key":"chat","name":"keys"}');
  });

  test('is asked for on every path, by a middleware', () => {
    const { json } = deployVllm();
    const container = serverOf(json);
    expect(container.args).toContain('--middleware=vllm_guard.Guard');
    const mounts = Object.fromEntries(container.volume_mount.map((each: any) => [each.name, each.mount_path]));
    expect(environment(container as never).PYTHONPATH).toBe(mounts.probes);
    expect(Object.keys(json.only('kubernetes_config_map_v1').data)).toContain('vllm_guard.py');
  });
});

describe('several models', () => {
  const models = [CHAT, { name: 'Code.8B', model: ModelSpec.LLAMA_3_1_8B, version: '2', replicas: 2 }];

  test('have servers and a service each, named after them, and one key and one job of metrics', () => {
    const { json, deployment, site } = deployVllm({ models, maxNodes: 4 });
    expect(deployment.endpoints).toEqual({
      chat: 'http://chat.inference.svc:8000/v1',
      'Code.8B': 'http://code-8b.inference.svc:8000/v1',
    });
    const names = (type: string) =>
      json
        .resources(type)
        .map(({ metadata }) => metadata.name as string)
        .sort();
    for (const type of [
      'deployment_v1',
      'service_v1',
      'service_account_v1',
      'pod_disruption_budget_v1',
      'network_policy_v1',
    ])
      expect(names(`kubernetes_${type}`)).toEqual(['chat', 'code-8b']);
    expect(json.resources('helm_release')).toHaveLength(1);
    expect([...site.store.grants].sort()).toEqual([
      'read test-inference-chat chat/1',
      'read test-inference-code-8b Code.8B/2',
    ]);
    expect(json.byName('kubernetes_deployment_v1', 'chat').spec.replicas).toBe('1');
    expect(json.byName('kubernetes_deployment_v1', 'code-8b').spec.replicas).toBe('2');
    expect(deployment.metricsTarget).toMatchObject({
      jobName: 'vllm-talk',
      models: ['Code.8B', 'chat'],
      replicas: 3,
      port: 8000,
    });
  });

  test('select their own pods only, and the metrics those of all', () => {
    const { json, deployment } = deployVllm({ models, maxNodes: 4 });
    const selectors = json.resources('kubernetes_service_v1').map(({ spec }) => spec.selector as object);
    expect(selectors[0]).not.toEqual(selectors[1]);
    for (const each of selectors) expect(each).toMatchObject(deployment.metricsTarget.podSelector);
    for (const name of ['chat', 'code-8b']) {
      const { selector, template } = json.byName('kubernetes_deployment_v1', name).spec;
      expect(template.metadata.labels).toMatchObject(selector.match_labels);
      expect(json.byName('kubernetes_service_v1', name).spec.selector).toEqual(selector.match_labels);
      expect(json.byName('kubernetes_network_policy_v1', name).spec.pod_selector.match_labels).toEqual(
        selector.match_labels,
      );
    }
  });

  test('do not move when one is added or their order changes', () => {
    const ids = (list: typeof models) =>
      Object.keys(deployVllm({ models: list, maxNodes: 4 }).json.json.resource.kubernetes_deployment_v1 as object);
    expect(ids([...models].reverse()).sort()).toEqual(ids(models).sort());
    expect(ids(models)).toEqual(expect.arrayContaining(ids([CHAT])));
  });
});

describe('its end', () => {
  const preStop = (overrides: object) =>
    serverOf(deployVllm(overrides).json).lifecycle.pre_stop[0].exec.command as string[];

  test('is waited for by the server itself from 0.19 on, and by the hook before', () => {
    const exitTimeout = Duration.seconds(90);
    expect(argsOf({ exitTimeout })).toContain('--shutdown-timeout=90');
    expect(preStop({ exitTimeout })).toEqual(['sleep', '10']);
    const older = preStop({ exitTimeout, vllmRelease: VllmRelease.of('0.17.1') });
    expect(older.slice(0, 2)).toEqual(['/bin/sh', '-c']);
    expect(older[2]).toMatch(/^sleep 10; exec python3 \S+probe_vllm\.py drain 90$/);
  });

  test('may take as long as that, and the kubelet waits longer', () => {
    const { json } = deployVllm({ exitTimeout: Duration.seconds(90) });
    expect(json.only('kubernetes_deployment_v1').spec.template.spec.termination_grace_period_seconds).toBe(115);
  });
});

describe('what a pod asks for', () => {
  test('memory, shared memory and disk are those of the plan, with adapters', () => {
    const spec = (model: object) =>
      deployVllm({ instanceType: GpuInstanceType.G6E_XLARGE, model }).json.only('kubernetes_deployment_v1').spec
        .template.spec;
    const disk = (model: object) =>
      Number.parseInt(spec(model).container[0].resources.requests['ephemeral-storage'] as string, 10);
    const adapter = { name: 'legal', rank: 8, size: DataSize.gib(2) };
    // Both are rounded up.
    expect([2150, 2151]).toContain(disk({ loraAdapters: [adapter] }) - disk({}));
    const shm = spec({}).volume.find(({ name }: { name: string }) => name === 'shm');
    expect(shm.empty_dir).toEqual({ medium: 'Memory', size_limit: '1024Mi' });
    expect(spec({}).container[0].resources.requests.memory).toBe('8192Mi');
  });

  test('each adapter is copied from the store, and its server may read it', () => {
    const { json, site } = deployVllm({ model: { loraAdapters: [{ name: 'legal', version: '3', rank: 8 }] } });
    expect(site.store.grants).toEqual(['read test-inference-chat chat/1', 'read test-inference-chat legal/3']);
    const [init] = json.only('kubernetes_deployment_v1').spec.template.spec.init_container;
    const plan = init.env.find(({ name }: { name: string }) => name === 'MODEL_PLAN').value as string;
    expect(plan.split('\n').map((line) => line.split(' ').slice(0, 2))).toEqual([
      ['s3://models/chat/1', 'weights/chat/1'],
      ['s3://models/legal/3', 'adapters/legal/3'],
    ]);
  });
});

test('a locked plan is kept', () => {
  const { deployment } = deployVllm({ model: { contextLength: 4096 } });
  const again = deployVllm({ plans: { chat: deployment.plan } });
  expect(again.deployment.plan.contextLength).toBe(4096);
  expect(serverOf(again.json).args).toContain('--max-model-len=4096');
});

test('a scaler sets the number of servers', () => {
  const { json, deployment } = deployVllm({ maxReplicas: 2 });
  expect(json.only('kubernetes_deployment_v1').spec.replicas).toBeUndefined();
  expect(deployment.replicas).toEqual({ chat: 2 });
  expect(deployment.metricsTarget.replicas).toBeUndefined();
});
