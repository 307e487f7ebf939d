import { execFileSync } from 'child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import * as path from 'path';

const ASSETS = path.join(__dirname, '..', '..', '..', 'assets');

/**
 * The packages that NVIDIA's main.py imports, as far as the launcher reaches into them, and a main.py of the same shape: it starts Triton by
 * keywords, makes the options of the tensor API, and lets uvicorn load its application. It prints what each was told.
 */
const PACKAGES: { readonly [file: string]: string } = {
  'tritonserver.py': `
class Server:
    def __init__(self, options=None, **given):
        self.given = given
`,
  'tritonfrontend.py': `
class KServeHttp:
    class Options:
        def __init__(self, address='0.0.0.0', port=8000):
            self.address, self.port = address, port
    def __init__(self, server, options):
        assert isinstance(options, KServeHttp.Options)
        self.told = [options.address, options.port]

class KServeGrpc:
    class Options:
        def __init__(self, address='0.0.0.0', port=8001):
            self.address, self.port = address, port
    def __init__(self, server, options):
        assert isinstance(options, KServeGrpc.Options)
        self.told = [options.address, options.port]
`,
  'uvicorn.py': `
class Config:
    def __init__(self, app, timeout_graceful_shutdown=None):
        self.app, self.timeout_graceful_shutdown = app, timeout_graceful_shutdown
    def load(self):
        self.loaded_app = self.app
`,
  'front/helper.py': 'NAME = "beside main.py"\n',
  'front/main.py': `
import asyncio, json, os, sys
import helper, tritonserver
from uvicorn import Config

async def app(scope, receive, send):
    await send({'type': 'http.response.start', 'status': 200, 'headers': []})

async def ask(app, method, path, key):
    sent = []
    async def send(message):
        sent.append(message)
    headers = [] if key is None else [(b'authorization', key.encode())]
    await app({'type': 'http', 'method': method, 'path': path, 'headers': headers}, None, send)
    return sent[0]['status']

def main():
    server: tritonserver.Server = tritonserver.Server(model_repository='/m', exit_timeout=30)
    from tritonfrontend import KServeGrpc, KServeHttp
    http = KServeHttp(server, KServeHttp.Options(address='0.0.0.0', port=8000))
    grpc = KServeGrpc(server, KServeGrpc.Options(address='0.0.0.0', port=8001))
    config = Config(app=app)
    config.load()
    print(json.dumps({
        'argv': sys.argv[1:], 'name': __name__, 'helper': helper.NAME, 'key': os.environ.get('OPENAI_API_KEY'),
        'server': server.given, 'http': http.told, 'grpc': grpc.told, 'exit': config.timeout_graceful_shutdown,
        'statuses': [asyncio.run(ask(config.loaded_app, *each)) for each in json.loads(os.environ['REQUESTS'])],
    }))

if __name__ == '__main__':
    main()
`,
};

type Asked = [method: string, path: string, key: string | null];

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'serve-openai-'));
  mkdirSync(path.join(folder, 'front'));
  for (const [file, text] of Object.entries(PACKAGES)) writeFileSync(path.join(folder, file), text);
});
afterAll(() => rmSync(folder, { recursive: true }));

function launch(settings: object, requests: Asked[] = [], key = 'sesame'): any {
  const env = {
    PATH: process.env.PATH,
    PYTHONPATH: folder,
    PYTHONDONTWRITEBYTECODE: '1',
    OPENAI_FRONT_END: path.join(folder, 'front'),
    OPENAI_API_KEY: key,
    REQUESTS: JSON.stringify(requests),
  };
  const args = [
    path.join(ASSETS, 'serve_openai.py'),
    JSON.stringify(settings),
    '--openai-port=9000',
    '--load-model=a b',
  ];
  return JSON.parse(execFileSync('python3', args, { env, stdio: ['ignore', 'pipe', 'pipe'] }).toString());
}

const SETTINGS = { server: { exit_timeout: 90, metrics_configuration: { '': { histogram_latencies: 'true' } } } };
const statuses = (...requests: Asked[]): number[] => launch(SETTINGS, requests).statuses;

test('the front end runs as if it was started itself, with its own flags', () => {
  expect(launch(SETTINGS)).toMatchObject({
    argv: ['--openai-port=9000', '--load-model=a b'],
    name: '__main__',
    helper: 'beside main.py',
  });
});

test('Triton gets the options that its flags lack, over those that the front end gives', () => {
  const { server, exit } = launch(SETTINGS);
  expect(server).toEqual({ model_repository: '/m', ...SETTINGS.server });
  // Requests that run on exit get the same time, and no more.
  expect(exit).toBe(90);
});

test('the tensor API listens where it is told to', () => {
  expect(launch(SETTINGS)).toMatchObject({ http: ['0.0.0.0', 8000], grpc: ['0.0.0.0', 8001] });
  const kept = launch({ ...SETTINGS, tensorApi: '127.0.0.1' });
  expect(kept).toMatchObject({ http: ['127.0.0.1', 8000], grpc: ['127.0.0.1', 8001] });
});

test('what the front end starts does not inherit the key', () => {
  expect(launch(SETTINGS).key).toBeNull();
});

test('a secret without a value starts no server', () => {
  expect(() => launch(SETTINGS, [], '')).toThrow(/OPENAI_API_KEY is empty/);
});

test.each(['/v1/chat/completions', '/v1/completions', '/v1/embeddings'])('a request to %s needs the key', (url) => {
  expect(
    statuses(
      ['POST', url, null],
      ['POST', url, 'Bearer other'],
      ['POST', url, 'sesame'],
      ['POST', url, 'Bearer sesame'],
      ['OPTIONS', url, null],
      ['GET', url, 'Bearer sesame'],
    ),
  ).toEqual([401, 401, 401, 200, 200, 404]);
});

test.each(['/v1/models', '/v1/models/chat', '/v1/models/chat:sql'])('%s can be read with it', (url) => {
  expect(statuses(['GET', url, null], ['GET', url, 'Bearer sesame'], ['POST', url, 'Bearer sesame'])).toEqual([
    401, 200, 404,
  ]);
});

test.each(['/health/ready', '/metrics'])('%s can be read without it', (url) => {
  expect(statuses(['GET', url, null], ['POST', url, null])).toEqual([200, 404]);
});

test.each([
  ...['/v1/models/chat/load', '/v1/models/chat/unload', '/v1/models/', '/v1/models/a/b', '/v1/chat/completions/'],
  ...['/docs', '/openapi.json', '/redoc', '/', '//v1/models', '/v1/modelsx'],
])('%s is not there, whoever asks', (url) => {
  expect(
    statuses(['POST', url, null], ['POST', url, 'Bearer sesame'], ['GET', url, null], ['GET', url, 'Bearer sesame']),
  ).toEqual([404, 404, 404, 404]);
});
