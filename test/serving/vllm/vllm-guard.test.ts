import { execFileSync } from 'child_process';
import * as path from 'path';

const ASSETS = path.join(__dirname, '..', '..', '..', 'assets');

/** Sends a request through the guard to an application that answers 200, and prints the status. */
const DRIVER = `
import asyncio, json, sys
import vllm_guard

async def app(scope, receive, send):
    await send({'type': 'http.response.start', 'status': 200, 'headers': []})
    await send({'type': 'http.response.body', 'body': b''})

async def ask(guard, method, path, key, root, host):
    sent = []
    async def send(message):
        sent.append(message)
    headers = [(b'host', host.encode())] + ([] if key is None else [(b'authorization', key.encode())])
    scope = {'type': 'http', 'method': method, 'path': path, 'root_path': root, 'headers': headers}
    await guard(scope, None, send)
    return sent[0]['status']

guard = vllm_guard.Guard(app)
requests = json.load(sys.stdin)
print(json.dumps([asyncio.run(ask(guard, *each)) for each in requests]))
`;

type Asked = [method: string, path: string, key: string | null, root?: string, host?: string];

function statuses(requests: Asked[], key = 'sesame'): number[] {
  const input = JSON.stringify(
    requests.map(([method, url, given, root, host]) => [method, url, given, root ?? '', host ?? 'a']),
  );
  const env = { PATH: process.env.PATH, PYTHONPATH: ASSETS, PYTHONDONTWRITEBYTECODE: '1', VLLM_API_KEY: key };
  const output = execFileSync('python3', ['-c', DRIVER], { env, input, stdio: ['pipe', 'pipe', 'pipe'] });
  return JSON.parse(output.toString()) as number[];
}

const status = (...request: Asked) => statuses([request])[0];

test.each(['/v1/chat/completions', '/v1/completions', '/v1/responses', '/v2/embed', '/tokenize', '/score'])(
  'a request to %s needs the key',
  (url) => {
    const all: Asked[] = [
      ['POST', url, null],
      ['POST', url, 'Bearer other'],
      ['POST', url, 'sesame'],
      ['POST', url, 'Basic sesame'],
      ['POST', url, 'Bearer sesame'],
      ['POST', url, 'bearer sesame'],
    ];
    expect(statuses(all)).toEqual([401, 401, 401, 401, 200, 200]);
  },
);

test.each(['/health', '/metrics', '/ping', '/version', '/load'])('%s can be read without it', (url) => {
  expect(status('GET', url, null)).toBe(200);
  expect(status('POST', url, null)).toBe(404);
});

test.each([
  ...['/invocations', '/pause', '/resume', '/sleep', '/update_weights', '/collective_rpc', '/reset_prefix_cache'],
  ...['/inference/v1/generate', '/docs', '/openapi.json', '/', '/server_info', '/v1/load_lora_adapter', '//v1/models'],
])('%s is not there, whoever asks', (url) => {
  expect(
    statuses([
      ['POST', url, null],
      ['POST', url, 'Bearer sesame'],
    ]),
  ).toEqual([404, 404]);
});

test('what a proxy puts before paths is left out, and opens nothing', () => {
  expect(status('GET', '/api/v1/models', null, '/api')).toBe(401);
  expect(status('GET', '/api/v1/models', 'Bearer sesame', '/api')).toBe(200);
  expect(status('GET', '/api/invocations', 'Bearer sesame', '/api')).toBe(404);
});

test('browsers may ask for permission', () => {
  expect(status('OPTIONS', '/v1/chat/completions', null)).toBe(200);
});

test('a secret without a value starts no server', () => {
  expect(() => statuses([['GET', '/health', null]], '')).toThrow(/VLLM_API_KEY is empty/);
});

test('the Host header does not change which path needs the key (CVE-2026-48746)', () => {
  expect(status('POST', '/v1/completions', null, '', 'a/health?')).toBe(401);
  expect(status('POST', '/invocations', null, '', 'a/v1/models?')).toBe(404);
});
