import { createServer, IncomingMessage, Server, ServerResponse } from 'http';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'fs';
import { AddressInfo } from 'net';
import { tmpdir } from 'os';
import * as path from 'path';
import { scriptAsset } from '../../../lib/kubernetes/script-asset';
import { runScript } from '../support/run-script';

/** What the stand-in of Triton does; its answers are those of a real Triton 2.51 to the same requests. */
interface Behavior {
  /** Status of `/v2/models/<m>/ready`. */
  ready: number;
  /** Status of an inference; none: it hangs. */
  infer?: number;
  /** Counters of its metrics, which an inference advances by one if it is answered. */
  work: number;
  /** Whether the counters advance by themselves, as under load. */
  busy: boolean;
  /** Whether a request that ends in an error counts as finished work. */
  countsErrors: boolean;
  /** What it answers from its cache: the requests that it has answered before. */
  cached: Set<string>;
  /** Answers from the cache, which count as successes and not as executions. */
  hits: number;
}

let server: Server;
let folder: string;
let behavior: Behavior;
let asked: { url: string; headers: IncomingMessage['headers']; body: Buffer }[];
jest.setTimeout(60_000);

const HEALTHY = { ready: 200, infer: 200, work: 7, busy: false, countsErrors: false, hits: 0 };

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'probe-'));
  mkdirSync(path.join(folder, 'state'));
  behavior = { ...HEALTHY, cached: new Set() };
  asked = [];
  server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true });
});

function answer(request: IncomingMessage, response: ServerResponse): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const { url = '', headers } = request;
    if (url === '/metrics') {
      if (behavior.busy) behavior.work += 5;
      response.end(
        [
          '# TYPE nv_inference_request_success counter',
          `nv_inference_request_success{model="chat",version="1"} 1000${behavior.work}`,
          `nv_inference_request_success{model="fraud",version="1"} ${behavior.work + behavior.hits}`,
          `nv_inference_exec_count{model="fraud",version="1"} ${behavior.work}`,
          `vllm:generation_tokens_total{model="chat",version="1"} ${behavior.work}`,
          `vllm:generation_tokens_total{model="chat2",version="1"} ${Math.random()}`,
          '',
        ].join('\n'),
      );
    } else if (url.endsWith('/ready')) {
      response.writeHead(behavior.ready).end();
    } else {
      const body = Buffer.concat(chunks);
      asked.push({ url, headers, body });
      if (behavior.cached.has(body.toString('latin1'))) {
        behavior.hits++;
        response.end('{}');
        return;
      }
      if (behavior.infer === undefined) return;
      if (behavior.infer < 400 || behavior.countsErrors) behavior.work++;
      response.writeHead(behavior.infer).end('{}');
    }
  });
}

const TEXT = '{"text_input":"0"}';
const TENSOR = '{"inputs":[]}';

/** Triton's own cache, of all requests that it has answered. */
function remember(): void {
  for (const { body } of asked) behavior.cached.add(body.toString('latin1'));
}

const OF_TENSORS = ['tensor', 'cached'];

async function probe(
  kind: string,
  name = 'readiness',
  model = OF_TENSORS.includes(kind) ? 'fraud' : 'chat',
  varied = kind === 'cached' ? ' 3 4 2' : '',
) {
  return await probeOf(`${model} ${kind} 12${varied}\n`, name);
}

/** What the probe says of a list of models, or without one. */
async function probeOf(models: string | undefined, name = 'readiness') {
  if (models !== undefined) writeFileSync(path.join(folder, 'models'), models);
  writeFileSync(path.join(folder, 'chat.json'), TEXT);
  writeFileSync(path.join(folder, 'fraud.json'), TENSOR);
  const { port } = server.address() as AddressInfo;
  const script = scriptAsset('probe-models.sh').replace('name=${1:?}', `name=${name}`);
  const { status } = await runScript(script, folder, {
    PATH: process.env.PATH ?? '',
    PROBE_DIR: folder,
    PROBE_STATE_DIR: path.join(folder, 'state'),
    PROBE_SECONDS: '1',
    TRITON_HTTP_PORT: String(port),
    TRITON_METRICS_PORT: String(port),
  });
  return status === 0;
}

describe('a list of models', () => {
  test.each([undefined, ''])('that is not there or empty is not taken for models that are well: %j', async (models) => {
    expect(await probeOf(models)).toBe(false);
  });

  test('whose last line has no end is read to the end', async () => {
    expect(await probeOf('chat text 12')).toBe(true);
    behavior.ready = 400;
    expect(await probeOf('chat text 12')).toBe(false);
  });
});

describe('a model', () => {
  test.each(['text', 'blind', 'tensor', 'cached', 'none'])(
    'of kind %s that answers is well, however often it is asked',
    async (kind) => {
      for (let i = 0; i < 3; i++) expect(await probe(kind)).toBe(true);
      expect(asked.length > 0).toBe(kind !== 'none');
    },
  );

  test.each(['text', 'blind', 'tensor', 'cached', 'none'])(
    'of kind %s that Triton calls unready is not well',
    async (kind) => {
      behavior.ready = 400;
      expect(await probe(kind)).toBe(false);
    },
  );

  test.each(['text', 'blind', 'tensor', 'cached'])(
    'of kind %s whose every request fails is found, whatever its errors count as',
    async (kind) => {
      for (let i = 0; i < 3; i++) expect(await probe(kind)).toBe(true);
      for (const countsErrors of [false, true]) {
        behavior = { ...behavior, infer: 400, countsErrors: countsErrors && OF_TENSORS.includes(kind) };
        const found = [await probe(kind), await probe(kind), await probe(kind), await probe(kind)];
        // What it did before it died counts once.
        expect(found.slice(1)).toEqual([false, false, false]);
      }
    },
  );

  test.each([
    ['text', false],
    ['tensor', false],
    ['cached', false],
    // Without counted tokens a long queue looks the same.
    ['blind', true],
  ])('of kind %s that hangs: well is %s', async (kind, well) => {
    for (let i = 0; i < 3; i++) await probe(kind);
    behavior.infer = undefined;
    await probe(kind);
    expect(await probe(kind)).toBe(well);
  });

  test.each(['text', 'tensor', 'cached'])('of kind %s under full load is not even asked', async (kind) => {
    await probe(kind);
    await probe(kind);
    asked = [];
    behavior = { ...behavior, busy: true, infer: undefined };
    for (let i = 0; i < 3; i++) expect(await probe(kind)).toBe(true);
    expect(asked).toEqual([]);
  });

  test('that has not answered zeros yet may not be able to', async () => {
    behavior.infer = 400;
    for (let i = 0; i < 3; i++) expect(await probe('tensor')).toBe(true);
    behavior.infer = 200;
    await probe('tensor');
    behavior.infer = 400;
    await probe('tensor');
    expect(await probe('tensor')).toBe(false);
  });

  test.each([
    ['fails', 500, ' 3 4 2', false],
    ['hangs', undefined, ' 3 4 2', false],
    // No other whole number than zero is surely valid, so that nothing but the cache answers.
    ['fails, of whole numbers', 500, '', true],
  ])('whose cache still answers what it has seen, and that %s: well is %s', async (_, infer, varied, well) => {
    const once = () => probe('cached', 'liveness', 'fraud', varied);
    for (let i = 0; i < 3; i++) {
      expect(await once()).toBe(true);
      remember();
    }
    behavior.infer = infer;
    await once();
    for (let i = 0; i < 2; i++) {
      // Others are answered by the cache too.
      behavior.hits += 9;
      expect(await once()).toBe(well);
    }
  });

  test('that has just started is asked before it is well', async () => {
    behavior.infer = 400;
    expect(await probe('text')).toBe(false);
  });

  test('whose server does not even listen is not well', async () => {
    server.closeAllConnections();
    server.close();
    const { port } = { port: 9 };
    writeFileSync(path.join(folder, 'models'), 'chat none 0\n');
    const script = scriptAsset('probe-models.sh').replace('name=${1:?}', 'name=liveness');
    const env = {
      PATH: process.env.PATH ?? '',
      PROBE_DIR: folder,
      PROBE_STATE_DIR: folder,
      TRITON_HTTP_PORT: `${port}`,
    };
    expect((await runScript(script, folder, env)).status).toBe(1);
  });
});

test('requests are those of the two protocols', async () => {
  await probe('text');
  expect(asked[0]).toMatchObject({ url: '/v2/models/chat/generate', body: Buffer.from(TEXT) });
  asked = [];
  await probe('tensor');
  expect(asked[0].url).toBe('/v2/models/fraud/infer');
  expect(asked[0].headers['inference-header-content-length']).toBe(String(TENSOR.length));
  expect(asked[0].body).toEqual(Buffer.concat([Buffer.from(TENSOR), Buffer.alloc(12)]));
});

test('no two requests of a model with a cache are alike, and all are next to zero', async () => {
  for (let i = 0; i < 4; i++) await probe('cached');
  const bodies = asked.map(({ body }) => body.subarray(TENSOR.length));
  expect(new Set(bodies.map((body) => body.toString('hex'))).size).toBe(4);
  for (const body of bodies) {
    expect(body).toHaveLength(12);
    for (const at of [0, 4, 8]) expect(body.readFloatLE(at)).toBeLessThan(1e-37);
    expect(body.readFloatLE(8)).toBe(0);
  }
});

test('each of several models must be well', async () => {
  for (let i = 0; i < 2; i++) await probe('text');
  writeFileSync(path.join(folder, 'models'), '');
  const env = { PATH: process.env.PATH ?? '', PROBE_DIR: folder, PROBE_STATE_DIR: path.join(folder, 'state') };
  const { port } = server.address() as AddressInfo;
  writeFileSync(path.join(folder, 'models'), 'chat none 0\nfraud none 0\n');
  const script = scriptAsset('probe-models.sh').replace('name=${1:?}', 'name=liveness');
  const all = { ...env, TRITON_HTTP_PORT: `${port}`, TRITON_METRICS_PORT: `${port}` };
  expect((await runScript(script, folder, all)).status).toBe(0);
  behavior.ready = 503;
  expect((await runScript(script, folder, all)).status).toBe(1);
});
