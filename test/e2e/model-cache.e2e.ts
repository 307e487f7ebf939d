import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import * as path from 'node:path';
import { KubeObject } from './harness/kube-client';
import { describeWith } from './harness/needs';
import { ownNode } from './harness/own-nodes';
import { PodRunner } from './harness/pod-runner';
import { podLike } from './harness/pods';
import { until } from './harness/process';
import { ServerSite } from './harness/server-site';
import { tools } from './harness/tools';
import { SELECTOR, TAINT } from './models-rack';
import { CACHE, NAMES, STORE, modelCache } from './model-cache-stack';

const FETCH = 'fetch-weights';
const MIB = 1024 ** 2;
const KILLS = 20;

/** Bytes that look random, the same on every run. */
function bytesOf(name: string, size: number): Buffer {
  const parts: Buffer[] = [];
  for (let seed = createHash('sha256').update(name).digest(), have = 0; have < size; have += seed.length) {
    seed = createHash('sha256').update(seed).digest();
    parts.push(seed);
  }
  return Buffer.concat(parts).subarray(0, size);
}

/** Files of a model: some small ones, shards, and one that the CLI reads in ranges. */
const filesOf = (model: string): Map<string, Buffer> =>
  new Map([
    ['config.json', Buffer.from(`{"of":"${model}"}`)],
    ['model-0.safetensors', bytesOf(`${model} 0`, 20 * MIB)],
    ...Array.from({ length: 3 }, (_, i): [string, Buffer] => [
      `model-${i + 1}.safetensors`,
      bytesOf(`${model} ${i + 1}`, MIB),
    ]),
  ]);
const checksum = (content: Buffer) => createHash('sha256').update(content).digest('hex');
const total = (files: Map<string, Buffer>) => [...files.values()].reduce((sum, { length }) => sum + length, 0);
const weightsOf = (model: string) => new RegExp(`^/${NAMES.bucket}/${model}/1/(?!SHA256SUMS)`);

const manifestOf = (model: string) => new RegExp(`^/${NAMES.bucket}/${model}/1/SHA256SUMS$`);

describeWith(['emulator', 'controlPlane', 'awsCli'], 'weights in a cache on the node', () => {
  const { awsCli } = tools() as Required<ReturnType<typeof tools>>;
  const files = { warm: filesOf(NAMES.warm), killed: filesOf(NAMES.killed) };
  let site: ServerSite;
  /** The folder of the cache on the only node. */
  let cache: string;
  let pods: KubeObject[];
  let runners: PodRunner[];

  const run = (name: string, pod: KubeObject) => {
    const program = site.program('aws', awsCli.file);
    return site.runner(name, pod, {
      programs: { [FETCH]: program, 'hold-weights': program, vllm: program },
      differences: [
        {
          pod: `AWS_ENDPOINT_URL_S3=${STORE}`,
          here: `AWS_ENDPOINT_URL_S3=${site.store}`,
          reason: 'there is no DNS of a cluster',
        },
        { pod: 'LOCK_SECONDS=', here: '3', reason: 'a pod that was killed is waited for' },
      ],
      claims: { [claimOf(pod)]: cache },
    });
  };
  const podsOf = async (model: string) => {
    const all = await site.kube.list('v1', 'Pod', 'inference');
    return all.filter(({ metadata }) => metadata.labels?.['gpu-inference-constructs/model'] === model);
  };
  /** What a server reads, through the links of its own folder. */
  const expectServed = (runner: PodRunner, model: string, expected: Map<string, Buffer>) => {
    for (const [file, content] of expected) {
      const read = readFileSync(path.join(runner.volumes.folderOf('models'), 'weights', model, '1', file));
      expect(`${file} ${checksum(read)}`).toBe(`${file} ${checksum(content)}`);
    }
  };

  beforeAll(async () => {
    site = await ServerSite.start('model-cache');
    cache = path.join(site.folder, 'node-cache');
    mkdirSync(cache);
    await site.put(NAMES.bucket);
    for (const [model, of] of Object.entries(files)) {
      for (const [file, content] of of) await site.put(`${NAMES.bucket}/${model}/1/${file}`, content);
      const sums = [...of].map(([file, content]) => `${checksum(content)}  ${file}\n`).join('');
      await site.put(`${NAMES.bucket}/${model}/1/SHA256SUMS`, Buffer.from(sums));
    }
    const taints = [{ ...TAINT, effect: 'NoSchedule' }];
    await site.addNode(ownNode('gpu-0', { labels: SELECTOR, taints, gpus: 8 }), 8);
    await site.apply(modelCache, secrets());
  });

  afterAll(() => site?.stop());

  test('its claim is bound to the folder of the nodes, and the pods are admitted and placed', async () => {
    const placed = async () => (await podsOf(NAMES.warm)).filter(({ spec }) => spec.nodeName === 'gpu-0').length === 2;
    await until(placed, 60, 'the pods on the node');
    pods = await podsOf(NAMES.warm);
    const claim = { apiVersion: 'v1', kind: 'PersistentVolumeClaim' };
    const name = claimOf(pods[0]);
    const bound = await site.kube.find({ ...claim, metadata: { name, namespace: 'inference' } });
    expect(bound?.status).toMatchObject({ phase: 'Bound' });
    const namespace = await site.kube.find({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'inference' } });
    expect(namespace?.metadata.labels).toMatchObject({ 'pod-security.kubernetes.io/enforce': 'restricted' });
  });

  test('its disk is reserved on the node', async () => {
    const reserved = async () => (await site.kube.list('v1', 'Pod', 'model-cache')).filter(({ spec }) => spec.nodeName);
    await until(async () => (await reserved()).length === 1, 60, 'the pod that reserves it');
    const [{ spec }] = await reserved();
    const requests = (spec.containers as { resources: { requests: object } }[])[0].resources.requests;
    expect(requests).toMatchObject({ 'ephemeral-storage': `${CACHE.gib}Gi` });
  });

  test('two pods that start at once download each byte once', async () => {
    runners = await Promise.all(pods.map((pod, i) => run(`warm-${i}`, pod)));
    const ended = await Promise.all(runners.map((runner) => runner.initialize()));
    expect(ended).toMatchObject(Array(2).fill([{ container: FETCH, status: 0 }]));
    runners.forEach((runner) => expectServed(runner, NAMES.warm, files.warm));
    expect(site.bytesRead(weightsOf(NAMES.warm))).toBe(total(files.warm));
  });

  test('a further pod of the node downloads nothing of the weights', async () => {
    const before = site.bytesRead(weightsOf(NAMES.warm));
    const deployments = await site.kube.list('apps/v1', 'Deployment', 'inference');
    const deployment = deployments.find(({ metadata }) => metadata.name === NAMES.warm)!;
    const runner = await run('further', await podLike(site.kube, deployment, 'further'));
    expect(await runner.initialize()).toMatchObject([{ container: FETCH, status: 0 }]);
    expectServed(runner, NAMES.warm, files.warm);
    expect(site.bytesRead(weightsOf(NAMES.warm)) - before).toBe(0);
  });

  test('a pod keeps its lease while it lives, and gives it back when it ends', async () => {
    const lease = path.join(cache, 'leases', pods[0].metadata.uid!);
    const holder = await runners[0].start('hold-weights');
    await until(() => existsSync(lease) && statSync(lease).mtimeMs > Date.now(), 20, 'the lease');
    await until(() => statSync(lease).mtimeMs < Date.now() + 1000 * 1000, 20, 'the lease of a pod that runs');
    expect(holder.status).toBeUndefined();
    expect(await runners[0].terminate(holder, 0)).toBe(0);
    expect(existsSync(lease)).toBe(false);
  });

  test(`killed at ${KILLS} moments, it goes on, and never has a file under its name that is not whole`, async () => {
    const [pod] = await podsOf(NAMES.killed);
    const whole = new Set([...files.killed.values()].map(checksum));
    const blobs = path.join(cache, 'blobs');
    const found = () => readdirSync(blobs).filter((name) => whole.has(name));
    const evict = (count: number) =>
      found()
        .slice(0, count)
        .forEach((name) => rmSync(path.join(blobs, name)));
    const fetching = async (name: string) => {
      const before = site.bytesRead(manifestOf(NAMES.killed));
      const running = await (await run(name, pod)).start(FETCH);
      await until(() => site.bytesRead(manifestOf(NAMES.killed)) > before, 60, 'the manifest');
      return { running, since: Date.now() };
    };
    // How long it takes here, once it knows what to copy.
    const first = await fetching('killed-first');
    expect(await first.running.ended).toBe(0);
    const span = Date.now() - first.since;
    evict(whole.size);
    const seen: number[] = [];
    let kept: string[] = [];
    for (let kill = 0; kill < KILLS; kill += 1) {
      const { running } = await fetching(`killed-${kill}`);
      // Other moments, from the beginning to the end, in another order.
      const moment = (span * (((kill * 7) % KILLS) + 0.5)) / KILLS;
      await Promise.race([running.ended, new Promise((resolve) => setTimeout(resolve, moment))]);
      await running.stop();
      for (const name of readdirSync(blobs)) expect(checksum(readFileSync(path.join(blobs, name)))).toBe(name);
      expect(found()).toEqual(expect.arrayContaining(kept));
      seen.push(found().length);
      // There is always something left to do.
      if (found().length === whole.size) evict(whole.size - 2);
      kept = found();
    }
    const last = await run('killed-last', pod);
    expect(await last.initialize()).toMatchObject([{ container: FETCH, status: 0 }]);
    expectServed(last, NAMES.killed, files.killed);
    console.log(`of ${whole.size} files, after kills within ${span} ms: ${seen.join(' ')}`);
    // They were in the middle of it.
    expect(new Set(seen).size).toBeGreaterThan(2);
  });
});

function claimOf({ spec }: KubeObject): string {
  const volumes = spec.volumes as { name: string; persistentVolumeClaim?: { claimName: string } }[];
  return volumes.find(({ name }) => name === 'model-cache')!.persistentVolumeClaim!.claimName;
}

/** What the stack refers to. */
function secrets(): KubeObject[] {
  const namespace = 'inference';
  const credentials = '[default]\naws_access_key_id = test\naws_secret_access_key = test\n';
  const secret = (name: string, key: string, text: string): KubeObject => {
    return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, stringData: { [key]: text } };
  };
  return [secret(NAMES.store, 'credentials', credentials), secret(NAMES.key, 'key', 'a key')];
}
