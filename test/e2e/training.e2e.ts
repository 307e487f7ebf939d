import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import * as path from 'node:path';
import { ON_CPU } from './deepspeed/judge';
import { KubeObject } from './harness/kube-client';
import { describeWith } from './harness/needs';
import { ownNode } from './harness/own-nodes';
import { Difference, PodRunner } from './harness/pod-runner';
import { freePort } from './harness/ports';
import { until } from './harness/process';
import { ServerSite, differenceTable } from './harness/server-site';
import { tools } from './harness/tools';
import { SELECTOR, STEPS, STORE, STORE_SECRET, TRAINED, training } from './training-stack';

const TRAINER = 'train';

/** What a pod of two GPUs cannot be on a machine without any. */
const differences = (port: number, store: string): Difference[] => [
  { pod: `AWS_ENDPOINT_URL_S3=${STORE.endpoint}`, here: `AWS_ENDPOINT_URL_S3=${store}`, reason: 'there is no DNS' },
  { pod: '--master-port=29500', here: `--master-port=${port}`, reason: 'another run may be beside this one' },
  { pod: 'OMP_NUM_THREADS=', here: ON_CPU.OMP_NUM_THREADS, reason: 'as many as the processors of this machine' },
  { pod: 'DS_ACCELERATOR=', here: 'cpu', reason: 'there is no GPU: its processes meet by gloo' },
  { pod: 'GLOO_SOCKET_IFNAME=', here: 'lo', reason: 'on the loopback interface' },
  { pod: 'TORCHDYNAMO_DISABLE=', here: '1', reason: 'nothing is compiled' },
];

describeWith(['emulator', 'controlPlane', 'awsCli', 'deepSpeed'], 'a training of two processes', () => {
  const { deepSpeed, awsCli } = tools() as Required<ReturnType<typeof tools>>;
  let site: ServerSite;
  let runner: PodRunner;
  let output: string;

  beforeAll(async () => {
    site = await ServerSite.start('training');
    output = path.join(site.folder, 'checkpoints');
    mkdirSync(output, { recursive: true });
    const [model, adapter] = ['model', 'adapter'].map((name) => path.join(site.folder, name));
    execFileSync(deepSpeed.python, [path.join(__dirname, 'vllm', 'tiny_llama.py'), model, adapter], { stdio: 'pipe' });
    await site.put(STORE.bucket);
    const files = readdirSync(model).map((file) => [file, readFileSync(path.join(model, file))] as const);
    await store(TRAINED.model, files);
    const lines = Array.from({ length: 60 }, (_, i) =>
      JSON.stringify({ text: `the answer to question ${i % 7} is seven ` }),
    );
    await store(TRAINED.data, [['talks.jsonl', Buffer.from(lines.join('\n'))]]);
    await site.addNode(ownNode('gpu-0', { labels: SELECTOR, gpus: 2 }), 2);
    const config = readFileSync(path.join(model, 'config.json'), 'utf8');
    await site.apply((app) => training(app, config), others());
  });

  afterAll(() => site?.stop());

  test('has a pod that is admitted, on the node of its pool', async () => {
    const placed = async () =>
      (await site.kube.list('v1', 'Pod', TRAINED.namespace)).filter(({ spec }) => spec.nodeName !== undefined);
    await until(async () => (await placed()).length === 1, 60, 'a pod on a node');
    const [pod] = await placed();
    expect(pod.spec.nodeName).toBe('gpu-0');
    const played = differences(await freePort(), site.store);
    console.log(`what differs from the pod:\n${differenceTable(played)}`);
    runner = await site.runner('pod', pod, {
      programs: { fetch: site.program('aws', awsCli.file), [TRAINER]: deepSpeed.bin },
      differences: played,
      claims: { [TRAINED.claim]: output },
    });
  });

  test('fetches model and data', async () => {
    expect(await runner.initialize()).toMatchObject([{ container: 'fetch', status: 0 }]);
  });

  test('trains by ZeRO 3 with optimizer and parameters in host memory, and is killed after its first checkpoint', async () => {
    const running = await runner.start(TRAINER);
    const saved = `saved step ${STEPS.save}`;
    await until(async () => running.status !== undefined || running.output.includes(saved), 300, 'a checkpoint');
    await running.stop();
    expect(running.output).toContain(saved);
    const found = losses(running.output);
    expect(found.length).toBeLessThan(STEPS.all);
    expect(found[found.length - 1]).toBeLessThan(found[0]);
  });

  test('goes on from there, and writes the model', async () => {
    const { status, output: said } = await runner.run(TRAINER);
    expect({ status, said: status === 0 ? '' : said.slice(-4000) }).toEqual({ status: 0, said: '' });
    const done = Number(/steps (\d+) to /.exec(said)?.[1]);
    expect(done % STEPS.save).toBe(0);
    expect(losses(said)).toHaveLength(STEPS.all - done);
    expect(done).toBeGreaterThan(0);
    const folders = readdirSync(output);
    expect(folders).toEqual([expect.stringMatching(new RegExp(`^${TRAINED.name}-[0-9a-f]{12}$`))]);
    const model = path.join(output, folders[0], 'model');
    expect(existsSync(path.join(model, 'config.json'))).toBe(true);
    const load = `from transformers import AutoModelForCausalLM as M; print(sum(p.numel() for p in M.from_pretrained('${model}').parameters()))`;
    const env = { ...process.env, ...ON_CPU };
    expect(Number(execFileSync(deepSpeed.python, ['-c', load], { env, stdio: 'pipe' }))).toBeGreaterThan(100_000);
  });

  test('full disk: keeps the checkpoint before the one that had no room', async () => {
    const full = path.join(site.folder, 'full');
    mkdirSync(full);
    const program = path.join(__dirname, '..', '..', 'assets', 'fine_tune.py');
    const judged = [deepSpeed.python, path.join(__dirname, 'deepspeed', 'full_disk.py'), program, full];
    const mounted = ['mount -t tmpfs -o size=32m tmpfs "$4" && exec "$@"', 'sh', ...judged];
    const env = { ...process.env, ...ON_CPU, PORT: String(await freePort()) };
    const said = execFileSync('unshare', ['--map-root-user', '--mount', '/bin/sh', '-c', ...mounted], {
      ...{ env, stdio: 'pipe', encoding: 'utf8', cwd: site.folder },
    });
    const [refused, folders, from] = said.trim().split('\n').slice(-3);
    expect(refused).toMatch(/^refused: /);
    expect(folders).toContain('step-1 step-2');
    expect(from).toBe('goes on from 2');
  });

  /** Puts files into the store, as an import does. */
  async function store(name: string, files: readonly (readonly [string, Buffer])[]): Promise<void> {
    for (const [file, content] of files) await site.put(`${STORE.bucket}/${name}/1/${file}`, content);
    const lines = files.map(([file, content]) => `${createHash('sha256').update(content).digest('hex')}  ${file}\n`);
    await site.put(`${STORE.bucket}/${name}/1/SHA256SUMS`, Buffer.from(lines.join('')));
  }
});

/** What each step ended with. */
function losses(output: string): number[] {
  return [...output.matchAll(/step \d+ loss ([\d.]+)/g)].map(([, loss]) => Number(loss));
}

/** What the stack refers to: the keys of the store, and the claim. */
function others(): KubeObject[] {
  const { namespace, claim } = TRAINED;
  const credentials = '[default]\naws_access_key_id = test\naws_secret_access_key = test\n';
  return [
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: STORE_SECRET.name, namespace },
      stringData: { [STORE_SECRET.key]: credentials },
    },
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: claim, namespace },
      spec: {
        accessModes: ['ReadWriteMany'],
        resources: { requests: { storage: '100Gi' } },
        storageClassName: '',
        volumeName: claim,
      },
    },
    {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: claim },
      spec: {
        accessModes: ['ReadWriteMany'],
        capacity: { storage: '100Gi' },
        storageClassName: '',
        hostPath: { path: '/checkpoints' },
      },
    },
  ];
}
