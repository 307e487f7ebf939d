import { createServer, IncomingMessage, Server, ServerResponse } from 'http';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'fs';
import { AddressInfo } from 'net';
import { tmpdir } from 'os';
import * as path from 'path';
import { execFile } from 'child_process';

const PROBE = path.join(__dirname, '..', '..', '..', 'assets', 'probe_vllm.py');

/** What the stand-in of vLLM does; what the real one answers is tested by test/engine. */
interface Behavior {
  /** Status of `/health`; none: it hangs. */
  health?: number;
  /** Names of `/v1/models`. */
  listed: string[];
  /** Status of a completion; none: it hangs. */
  infer?: number;
  /** Tokens that it has computed. */
  work: number;
  /** Whether they advance by themselves, as under load. */
  busy: boolean;
  /** Whether they advance a moment after a request. */
  slow?: boolean;
  /** How many reads of the metrics fail after a request. @default - none */
  deaf?: number;
  /** How many reads of the metrics still show a request that runs. */
  open: number;
}

const HEALTHY: Behavior = { health: 200, listed: ['chat', 'legal'], infer: 200, work: 0, busy: false, open: 0 };

let server: Server;
let folder: string;
let behavior: Behavior;
let asked: { headers: IncomingMessage['headers']; body: { model: string } }[];
jest.setTimeout(60_000);

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'probe-'));
  mkdirSync(path.join(folder, 'state'));
  writeFileSync(path.join(folder, 'models.json'), '["chat", "legal"]\n');
  behavior = { ...HEALTHY };
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
    if (url.startsWith('/v1/') && headers.authorization !== 'Bearer sesame') return response.writeHead(401).end();
    if (url === '/health') return behavior.health === undefined ? undefined : response.writeHead(behavior.health).end();
    if (url === '/v1/models') return response.end(JSON.stringify({ data: behavior.listed.map((id) => ({ id })) }));
    if (url === '/metrics') {
      if (asked.length > 0 && behavior.deaf && behavior.deaf-- > 0) return response.writeHead(503).end();
      return response.end(metrics());
    }
    asked.push({ headers, body: JSON.parse(Buffer.concat(chunks).toString()) });
    if (behavior.slow) setTimeout(() => behavior.work++, 400);
    if (behavior.infer === undefined) return undefined;
    if (behavior.infer === 200) behavior.work++;
    return response.writeHead(behavior.infer).end('{}');
  });
}

function metrics(): string {
  if (behavior.busy) behavior.work += 5;
  const running = behavior.open-- > 0 ? 1 : 0;
  const labels = '{engine="0",model_name="chat"}';
  return [
    '# TYPE vllm:generation_tokens_total counter',
    `vllm:generation_tokens_total${labels} ${behavior.work}.0`,
    `vllm:prompt_tokens_total${labels} 0.0`,
    `vllm:prompt_tokens_created${labels} ${Math.random()}`,
    `vllm:num_requests_running${labels} ${running}.0`,
    `vllm:num_requests_waiting${labels} 0.0`,
    '',
  ].join('\n');
}

let leader: string | undefined;

function run(...probe: string[]): Promise<{ status: number; output: string }> {
  const { port } = server.address() as AddressInfo;
  const env = {
    PATH: process.env.PATH ?? '',
    VLLM_API_KEY: 'sesame',
    PROBE_DIR: folder,
    PROBE_STATE_DIR: path.join(folder, 'state'),
    PROBE_SECONDS: '1',
    PROBE_PORT: String(port),
    LWS_LEADER_ADDRESS: leader,
  };
  return new Promise((resolve) => {
    execFile('python3', [PROBE, ...probe], { env }, (error, output) =>
      resolve({ status: error ? Number(error.code) : 0, output }),
    );
  });
}

const passes = async (probe = 'readiness') => (await run(probe)).status === 0;

test('a server that answers is well, however often it is asked, and is asked by its key', async () => {
  for (let i = 0; i < 3; i++) expect(await passes()).toBe(true);
  expect(asked.length).toBeGreaterThan(0);
  expect(asked[0].body).toMatchObject({ model: 'chat', max_tokens: 1 });
});

test('a server that computes is never asked, though it would not answer', async () => {
  behavior = { ...HEALTHY, work: 3, busy: true, infer: undefined };
  for (let i = 0; i < 3; i++) expect(await passes('liveness')).toBe(true);
  expect(asked).toEqual([]);
});

test('a server whose queue is full stays ready while it computes', async () => {
  behavior = { ...HEALTHY, work: 3, busy: true, infer: 503 };
  for (let i = 0; i < 2; i++) expect(await passes()).toBe(true);
});

test('a server whose queue is full is waited for as if the probe stood in it, and no longer', async () => {
  behavior = { ...HEALTHY, work: 3, infer: 503, slow: true };
  for (let i = 0; i < 3; i++) expect(await passes()).toBe(true);
  expect(asked.length).toBe(2);
  behavior.slow = false;
  expect((await run('readiness')).output).toBe('readiness: no answer: HTTP 503 {}\n');
});

test('metrics that cannot be read while the queue is full are read again', async () => {
  behavior = { ...HEALTHY, work: 3, infer: 503 };
  expect(await passes()).toBe(true);
  behavior = { ...behavior, busy: false, slow: true, deaf: 1 };
  expect(await run('readiness')).toEqual({ status: 0, output: '' });
  expect(asked.length).toBe(1);
  expect(behavior.deaf).toBe(0);
});

test.each([
  ['hangs', { infer: undefined }, 'no answer in time'],
  ['fails', { infer: 500 }, 'HTTP 500'],
])('an engine that %s is neither ready nor live', async (_, fault, reason) => {
  behavior = { ...HEALTHY, ...fault };
  for (const probe of ['readiness', 'liveness']) {
    const { status, output } = await run(probe);
    expect(status).toBe(1);
    expect(output).toContain(reason);
  }
});

test('an engine that hangs after it has worked is found by the second probe', async () => {
  behavior = { ...HEALTHY, work: 7 };
  expect(await passes('liveness')).toBe(true);
  behavior.infer = undefined;
  expect(await passes('liveness')).toBe(false);
  expect(await passes('liveness')).toBe(false);
});

test('an engine whose process has ended is neither ready nor live', async () => {
  behavior = { ...HEALTHY, work: 3, busy: true, health: 503 };
  const { status, output } = await run('liveness');
  expect({ status, output }).toEqual({ status: 1, output: 'liveness: the engine is dead: HTTP 503 of /health\n' });
  expect(await passes()).toBe(false);
});

test('a server that lacks an adapter is not ready, but lives', async () => {
  behavior = { ...HEALTHY, listed: ['chat'] };
  expect((await run('readiness')).output).toBe('readiness: not served: legal\n');
  expect(await passes('liveness')).toBe(true);
});

test('a server that does not answer health in time is judged by what it computes', async () => {
  behavior = { ...HEALTHY, health: undefined, work: 3, busy: true };
  expect(await passes('liveness')).toBe(true);
});

test('nothing listens: neither', async () => {
  await new Promise((resolve) => {
    server.closeAllConnections();
    server.close(resolve);
  });
  const port = '1';
  const child = new Promise<number>((resolve) =>
    execFile(
      'python3',
      [PROBE, 'liveness'],
      { env: { PATH: process.env.PATH, PROBE_DIR: folder, PROBE_STATE_DIR: folder, PROBE_PORT: port } },
      (error) => resolve(error ? Number(error.code) : 0),
    ),
  );
  expect(await child).toBe(1);
  server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

describe('drain', () => {
  test('returns when nothing runs any more', async () => {
    behavior = { ...HEALTHY, open: 2 };
    expect((await run('drain', '30')).status).toBe(0);
    expect(behavior.open).toBeLessThan(0);
  });

  test('gives up after its time', async () => {
    behavior = { ...HEALTHY, open: 1_000 };
    expect((await run('drain', '1')).status).toBe(0);
    expect(behavior.open).toBeGreaterThan(900);
  });
});

describe('follow', () => {
  const waited = async () => {
    const started = Date.now();
    expect((await run('follow', '4')).status).toBe(0);
    return Date.now() - started >= 4_000;
  };

  test('waits while the first node is there, its server still listening or not', async () => {
    leader = '127.0.0.1';
    const other = createServer();
    let taken = 0;
    other.on('connection', () => taken++);
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const listening = server;
    server = other;
    expect(await waited()).toBe(true);
    expect(taken).toBeGreaterThan(1);
    const { port } = other.address() as AddressInfo;
    await new Promise((resolve) => other.close(resolve));
    server = { address: () => ({ port }) } as Server;
    expect(await waited()).toBe(true);
    server = listening;
  });

  test('returns when it is gone', async () => {
    leader = 'gone.invalid';
    const never = run('follow', '3600');
    expect((await never).status).toBe(0);
  });
});

test('the probe is one file: what it imports is of Python itself', () => {
  const alone = path.join(folder, 'probe_vllm.py');
  copyFileSync(PROBE, alone);
  return new Promise<void>((resolve, reject) => {
    execFile(
      'python3',
      ['-I', '-S', '-c', `import runpy; runpy.run_path(${JSON.stringify(alone)}, run_name='x')`],
      (error) => (error ? reject(error) : resolve()),
    );
  });
});
