import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, readlinkSync, statSync, writeFileSync } from 'node:fs';
import { createServer, Server } from 'node:http';
import { AddressInfo } from 'node:net';
import * as path from 'node:path';
import { KubeClient, KubeObject } from './harness/kube-client';
import { describeWith } from './harness/needs';
import { ownNode } from './harness/own-nodes';
import { PodProcess } from './harness/pod-process';
import { Difference, PodRunner } from './harness/pod-runner';
import { freePort } from './harness/ports';
import { until } from './harness/process';
import { differenceTable, ServerSite } from './harness/server-site';
import { tools } from './harness/tools';
import { SELECTOR, TAINT } from './models-rack';
import { modelSync, PROBE, STORE, SYNCED } from './model-sync-stack';

const MIB = 1024 ** 2;
const BLOCK = 4 * MIB;
const KILLS = 3;
const { namespace } = SYNCED;
const checksum = (content: Buffer) => createHash('sha256').update(content).digest('hex');
const VERSIONS: { readonly [version: string]: ReadonlyMap<string, Buffer> } = {
  1: new Map([
    ['config.json', Buffer.from('{"v":1}')],
    ['model.safetensors', Buffer.alloc(3 * MIB, 1)],
  ]),
  2: new Map([
    ['config.json', Buffer.from('{"v":2}')],
    ['model.safetensors', Buffer.alloc(64 * MIB, 2)],
  ]),
};
const RESTARTED = 'kubectl.kubernetes.io/restartedAt';

describeWith(['emulator', 'controlPlane', 'awsCli'], 'a model that a site takes by signed releases', () => {
  const { awsCli } = tools() as Required<ReturnType<typeof tools>>;
  let site: ServerSite;
  /** The folder that stands for the claim. */
  let cache: string;
  let health: Server;
  let isHealthy = true;
  let port: number;
  let differences: Difference[];
  let programs: string;
  let running: { runner: PodRunner; processes: PodProcess[] } | undefined;
  let runs = 0;

  /** The pod that a controller made, as it was admitted. */
  const admitted = async (name: string): Promise<KubeObject> => {
    const find = async () =>
      (await site.kube.list('v1', 'Pod', namespace)).find(
        ({ metadata }) => metadata.labels?.['app.kubernetes.io/instance'] === name,
      );
    await until(async () => (await find()) !== undefined, 60, `the pod of ${name}`);
    return (await find())!;
  };
  const publish = async (name: string) => {
    const pod = await admitted(name);
    const [read, sign, write] = ['read', 'sign', 'write'];
    const runner = await site.runner(name, pod, {
      programs: { [read]: programs, [sign]: programs, [write]: programs },
      differences,
    });
    for (const each of [read, sign, write])
      expect(await runner.run(each)).toMatchObject({ container: each, status: 0 });
  };
  /** What the kubelet puts into a pod for the API server; the rights of the account are those of the pod. */
  const account = async (folder: string) => {
    mkdirSync(folder, { recursive: true });
    const made = await site.kube.post(`/api/v1/namespaces/${namespace}/serviceaccounts/${SYNCED.sync}/token`, {
      ...{ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} },
    });
    const root = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'kube-root-ca.crt', namespace } };
    writeFileSync(path.join(folder, 'token'), made.status.token);
    writeFileSync(path.join(folder, 'ca.crt'), (await site.kube.find(root))!.data['ca.crt']);
    return made.status.token as string;
  };
  const start = async () => {
    const pod = withoutToken(await admitted(SYNCED.sync));
    const runner = await site.runner(`sync-${(runs += 1)}`, pod, {
      programs: { keep: programs, fetch: programs },
      differences,
      claims: { [SYNCED.claim]: cache },
      ports: { 9480: port },
    });
    const file = path.join(runner.volumes.folderOf('config'), 'settings.json');
    const settings = JSON.parse(readFileSync(file, 'utf8'));
    expect(settings.probe).toEqual({ url: PROBE });
    // It is no argument, so that the runner cannot do it.
    const url = `http://127.0.0.1:${(health.address() as AddressInfo).port}/health`;
    execFileSync('rm', ['-f', file]);
    writeFileSync(file, JSON.stringify({ ...settings, probe: { url }, port }));
    const processes = [await runner.start('fetch'), await runner.start('keep')];
    running = { runner, processes };
    return running;
  };
  const kill = async () => {
    for (const process of running?.processes ?? []) await process.stop();
    running = undefined;
  };
  const said = () => running!.processes.map(({ output }) => output.slice(-1500)).join('\n---\n');
  const visible = () => {
    const link = path.join(cache, 'synced', SYNCED.model, 'stable', 'current');
    return existsSync(link) ? Number(path.basename(readlinkSync(link))) : 0;
  };
  const metric = async (name: string) => {
    const text = await fetch(`http://127.0.0.1:${port}/metrics`).then(
      (answer) => answer.text(),
      () => '',
    );
    return Number(
      text
        .split('\n')
        .find((line) => line.startsWith(`${name}{`))
        ?.split(' ')
        .pop(),
    );
  };
  const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: SYNCED.server, namespace } };
  const restartedAt = async () => (await site.kube.find(deployment))!.spec.template.metadata.annotations?.[RESTARTED];

  beforeAll(async () => {
    site = await ServerSite.start('model-sync');
    cache = path.join(site.folder, 'claim');
    mkdirSync(cache);
    port = await freePort();
    health = createServer((_, response) => response.writeHead(isHealthy ? 200 : 503).end());
    await new Promise<void>((resolve) => health.listen(0, '127.0.0.1', resolve));
    const key = execFileSync('openssl', ['genpkey', '-algorithm', 'ed25519']);
    const publicKey = execFileSync('openssl', ['pkey', '-pubout'], { input: key }).toString();
    await site.put(SYNCED.bucket);
    for (const [version, files] of Object.entries(VERSIONS)) {
      const at = `${SYNCED.bucket}/${SYNCED.model}/${version}`;
      for (const [file, content] of files) await site.put(`${at}/${file}`, content);
      const sums = [...files].map(([file, content]) => `${checksum(content)}  ${file}\n`).join('');
      await site.put(`${at}/SHA256SUMS`, Buffer.from(sums));
    }
    const taints = [{ ...TAINT, effect: 'NoSchedule' }];
    await site.addNode(ownNode('gpu-0', { labels: SELECTOR, taints, gpus: 8 }), 8);
    await site.kube.create(ownNode('system-0'));
    await site.apply(modelSync(publicKey), [...secrets(key.toString()), ...claim()]);
    programs = site.program('aws', awsCli.file);
    const accountFolder = path.join(site.folder, 'account');
    await account(accountFolder);
    differences = [
      {
        pod: `AWS_ENDPOINT_URL_S3=${STORE}`,
        here: `AWS_ENDPOINT_URL_S3=${site.store}`,
        reason: 'there is no DNS of a cluster',
      },
      { pod: 'BLOCK_BYTES=', here: String(BLOCK), reason: 'a small model, so that a kill is within it' },
      { pod: 'KUBERNETES_API=', here: site.kube.endpoint, reason: 'there is no Service of the API server' },
      { pod: 'SERVICE_ACCOUNT_DIR=', here: accountFolder, reason: 'no kubelet puts the token there' },
      { pod: 'SYNC_WAIT_SECONDS=', here: '1', reason: 'tests do not wait' },
    ];
  });

  afterAll(async () => {
    if (differences) console.log(`differences of pods of a sync:\n${differenceTable(differences)}`);
    await kill();
    await new Promise((resolve) => (health ? health.close(resolve) : resolve(undefined)));
    await site?.stop();
  });

  test('the pod of a release signs a version, and only its second container has the key', async () => {
    await publish('release1');
    const envelope = JSON.parse(
      (await site.object(`${SYNCED.bucket}/${SYNCED.model}/_releases/stable`))!.content.toString(),
    );
    const statement = JSON.parse(Buffer.from(envelope.payload, 'base64').toString());
    expect(statement).toMatchObject({ predicate: { model: SYNCED.model, version: '1', number: 1 } });
  });

  test('the pod of the site is admitted, takes the release and restarts the server by its own account', async () => {
    expect(await restartedAt()).toBeUndefined();
    const { runner } = await start();
    await until(
      () => visible() === 1,
      60,
      () => `release 1: ${said()}`,
    );
    await until(
      async () => (await restartedAt()) !== undefined,
      60,
      () => `the restart: ${said()}`,
    );
    await until(
      async () => (await metric('model_sync_bytes_left')) === 0,
      60,
      () => `nothing to come: ${said()}`,
    );
    const state = path.join(cache, 'synced', SYNCED.model, 'stable', 'state.json');
    const checked = () => JSON.parse(readFileSync(state, 'utf8')).trial === null;
    await until(checked, 60, () => `the end of its check: ${said()}`);
    expect(await runner.probe('keep', 'readinessProbe')).toMatchObject({ ok: true });
    const rolled = async () => {
      const { metadata, status } = (await site.kube.find(deployment))!;
      return status.observedGeneration >= metadata.generation && status.availableReplicas >= 1;
    };
    await until(rolled, 60, () => `the server that was restarted: ${said()}`);
  });

  test('its account may restart the server, and neither see nor change another Deployment', async () => {
    const token = await account(path.join(site.folder, 'account'));
    const root = readFileSync(path.join(site.folder, 'account', 'ca.crt'), 'utf8');
    const own = new KubeClient({ endpoint: site.kube.endpoint, certificateAuthority: root, token });
    try {
      const at = `/apis/apps/v1/namespaces/${namespace}/deployments`;
      expect(await own.get(`${at}/${SYNCED.server}`)).toMatchObject({ kind: 'Deployment' });
      for (const refused of [`${at}/${SYNCED.sync}`, at, `/api/v1/namespaces/${namespace}/secrets/${SYNCED.signing}`])
        await expect(own.get(refused)).rejects.toMatchObject({ status: 403 });
    } finally {
      own.close();
    }
  });

  test('the pod of the server takes what is visible, and asks no store', async () => {
    const before = site.bytesRead(new RegExp(`^/${SYNCED.bucket}/`));
    const pods = await site.kube.list('v1', 'Pod', namespace);
    const pod = pods.find(({ metadata }) => metadata.labels?.['gpu-inference-constructs/model'] === SYNCED.server)!;
    await kill();
    const runner = await site.runner('server', pod, {
      programs: { 'fetch-weights': site.program('false', '/bin/false') },
      differences,
      claims: { [SYNCED.claim]: cache },
    });
    expect(await runner.initialize()).toMatchObject([{ container: 'fetch-weights', status: 0 }]);
    const folder = path.join(runner.volumes.folderOf('models'), 'weights', SYNCED.model, 'stable');
    for (const [file, content] of VERSIONS[1]) expect(readFileSync(path.join(folder, file)).equals(content)).toBe(true);
    expect(site.bytesRead(new RegExp(`^/${SYNCED.bucket}/`))).toBe(before);
  });

  test('killed while it downloads, it goes on; a version that fails its check is taken back', async () => {
    await publish('release2');
    const first = await restartedAt();
    isHealthy = false;
    const arriving = path.join(
      cache,
      'arriving',
      `sync-${SYNCED.sync}`,
      checksum(VERSIONS[2].get('model.safetensors')!),
    );
    const size = () => (existsSync(arriving) ? statSync(arriving).size : 0);
    for (let kills = 0; kills < KILLS; kills += 1) {
      const had = size();
      await start();
      await until(
        () => size() > had,
        60,
        () => `more of it: ${said()}`,
      );
      await kill();
      expect(size()).toBeGreaterThan(had);
    }
    await start();
    await until(
      () => visible() === 2,
      120,
      () => `release 2 on trial: ${said()}`,
    );
    await until(
      () => visible() === 1,
      120,
      () => `release 1 again: ${said()}`,
    );
    await until(
      async () => (await metric('model_sync_rollbacks_total')) === 1,
      60,
      () => `a rollback: ${said()}`,
    );
    expect(await restartedAt()).not.toBe(first);
    const weights = VERSIONS[2].get('model.safetensors')!.length;
    const read = site.bytesRead(new RegExp(`^/${SYNCED.bucket}/${SYNCED.model}/2/model`));
    console.log(`release 2: ${weights} bytes, ${read} were sent, ${KILLS} kills`);
    expect(read).toBeLessThanOrEqual(weights + KILLS * BLOCK);
    expect(readdirSync(path.join(cache, 'synced', SYNCED.model, 'stable', 'releases')).sort()).toEqual(['1', '2']);
  });
});

/** Without the volume that admission adds for the token, which only a kubelet can fill. */
function withoutToken(pod: KubeObject): KubeObject {
  const isToken = ({ name }: { name: string }) => name.startsWith('kube-api-access-');
  const containers = (pod.spec.containers as { volumeMounts: { name: string }[] }[]).map((container) => ({
    ...container,
    volumeMounts: container.volumeMounts.filter((each) => !isToken(each)),
  }));
  const volumes = (pod.spec.volumes as { name: string }[]).filter((each) => !isToken(each));
  return { ...pod, spec: { ...pod.spec, containers, volumes } };
}

/** What the stack refers to. */
function secrets(key: string): KubeObject[] {
  const credentials = '[default]\naws_access_key_id = test\naws_secret_access_key = test\n';
  const secret = (name: string, at: string, text: string): KubeObject => {
    return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, stringData: { [at]: text } };
  };
  return [
    secret(SYNCED.store, 'credentials', credentials),
    secret(SYNCED.key, 'key', 'a key'),
    secret(SYNCED.signing, 'private.pem', key),
  ];
}

/** A claim of the site's own, with its volume. */
function claim(): KubeObject[] {
  const spec = { accessModes: ['ReadWriteMany'], storageClassName: '', volumeName: SYNCED.claim };
  return [
    {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: SYNCED.claim },
      spec: {
        accessModes: spec.accessModes,
        capacity: { storage: '100Gi' },
        claimRef: { name: SYNCED.claim, namespace },
        hostPath: { path: '/claim' },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: SYNCED.claim, namespace },
      spec: { ...spec, resources: { requests: { storage: '100Gi' } } },
    },
  ];
}
