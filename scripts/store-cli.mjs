// The scripts that move weights, with the AWS CLI that runs them in the cluster, against an S3 on loopback. The unit tests have a stand-in
// for the CLI, which cannot show what the CLI itself decides: the client it takes, the patterns it knows, the errors it prints.
import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { prepareAwsCli } from '../test/e2e/setup/aws-cli.mjs';
import { COMMIT, REPOSITORY, TOKEN, hubFiles, startHub } from './store-cli/hub.mjs';
import { listening, startStore } from './store-cli/store.mjs';
import { expect, mustRun, ROOT, run, Suite } from './support.mjs';

/** The version in the image's tag. */
function imageVersion() {
  const source = readFileSync(path.join(ROOT, 'lib', 'kubernetes', 'model-store-access.ts'), 'utf8');
  return /AWS_CLI_IMAGE = '[^']*:([\d.]+)'/.exec(source)[1];
}

const suite = new Suite('store-cli');
const cli = (await prepareAwsCli()).file;
const root = mkdtempSync(path.join(tmpdir(), 'store-cli-'));
const store = await startStore(root);
const files = Object.fromEntries([
  ['config.json', Buffer.from('{}')],
  ['model.safetensors', randomBytes(40 * 1024 ** 2)],
  ...Array.from({ length: 6 }, (_, index) => [`sub/part-${index}.json`, Buffer.from(`part ${index}`)]),
]);
const source = createServer((request, response) => {
  response.setHeader('etag', '"v1"');
  response.end(files[request.url.slice(1)] ?? '');
});
const sourcePort = await listening(source);

// The real CLI, which also writes down what it decides.
const bin = path.join(root, 'bin');
const log = path.join(root, 'debug.log');
mkdirSync(bin);
writeFileSync(
  path.join(bin, 'aws'),
  `#!/bin/sh
said=${root}/said.$$
status=0
"${cli}" --debug "$@" 2> "$said" || status=$?
cat "$said" >> "${log}"
grep -v DEBUG "$said" >&2
rm -f "$said"
exit $status
`,
);
chmodSync(path.join(bin, 'aws'), 0o755);
const environment = {
  PATH: `${bin}:${process.env.PATH}`,
  HOME: root,
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_DEFAULT_REGION: 'us-east-1',
  AWS_ENDPOINT_URL_S3: store.endpoint,
  AWS_EC2_METADATA_DISABLED: 'true',
};
const OTHER_STORE = {
  MANIFEST_ONCE: '',
  AWS_REQUEST_CHECKSUM_CALCULATION: 'when_required',
  AWS_RESPONSE_CHECKSUM_VALIDATION: 'when_required',
};

/** What a command says and how it ends; what the CLI decided meanwhile. */
async function told(command, env = {}) {
  writeFileSync(log, '');
  const { code, stdout, stderr } = await run(command, { capture: true, env: { ...environment, ...env } });
  return { code, text: `${stdout}${stderr}`, decided: readFileSync(log, 'utf8') };
}
const aws = (...args) => told([path.join(bin, 'aws'), ...args]);
const fill = (uri, env = {}) => {
  const scratch = mkdtempSync(path.join(root, 'scratch-'));
  const lines = Object.keys(files).map((name) => `- ${name} http://127.0.0.1:${sourcePort}/${name}\n`);
  writeFileSync(path.join(root, 'files'), lines.join(''));
  const own = { MODEL_URI: uri, SCRATCH_DIR: scratch, FILE_LIST: path.join(root, 'files'), MANIFEST_ONCE: '1' };
  return told(['/bin/sh', path.join(ROOT, 'assets', 'import-model.sh')], { ...own, ...env });
};
const config = path.join(root, 'config');
mkdirSync(path.join(config, 'repository', 'chat'), { recursive: true });
writeFileSync(path.join(config, 'repository', 'chat', 'config.pbtxt'), 'name: "chat"\n');
const assemble = (folder, uri, env = {}) =>
  told(['/bin/sh', path.join(ROOT, 'assets', 'assemble-repository.sh')], {
    CONFIG_DIR: config,
    MODELS_DIR: path.join(root, folder),
    MODEL_PLAN: `${uri} weights/chat/1 original/* | *.bin`,
    ...env,
  });
const good = ({ code, text }) => expect(code === 0, `it ended with ${code}: ${text}`);
const fails = ({ code, text }, sentence) =>
  expect(code !== 0 && text.includes(sentence), `it ended with ${code}: ${text}`);
const sameFiles = (folder) => {
  for (const [name, content] of Object.entries(files)) {
    const copy = readFileSync(path.join(root, folder, 'weights', 'chat', '1', name));
    expect(copy.equals(content), `${name} differs`);
  }
};
const usesClassicClient = ({ decided }) => {
  expect(decided.includes('s3transfer'), 'the CLI wrote nothing down');
  expect(!/s3transfer\.crt|Auto resolved s3 transfer client/.test(decided), 'the CLI took its CRT client');
};
const CRC = /x-amz-(trailer|checksum-crc64nvme)[^\n]*crc64nvme/i;

// A store that refuses whoever asks, as S3 does when the role of a pod is revoked; each request is counted.
let refusals = 0;
const refusing = createServer((request, response) => {
  refusals += 1;
  request.resume();
  response.writeHead(403, { 'content-type': 'application/xml' });
  response.end(
    request.method === 'HEAD' ? '' : '<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>',
  );
});
const refusingStore = { AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${await listening(refusing)}` };
// A port that nobody listens on.
const closed = createServer();
const silentStore = { AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${await listening(closed)}` };
await new Promise((resolve) => closed.close(resolve));
// They try for a while, so they begin now.
const silence = {
  copy: assemble('silent', 's3://models/chat/1', silentStore),
  import: fill('s3://models/chat/9', silentStore),
};

try {
  await suite.check('the CLI is of the version that the image has', async () => {
    const { stdout } = await mustRun([cli, '--version'], { capture: true });
    expect(stdout.startsWith(`aws-cli/${imageVersion()} `), `it is ${stdout.trim()}, the image ${imageVersion()}`);
  });
  good(await aws('s3api', 'create-bucket', '--bucket', 'models'));

  await suite.check('left to itself, the CLI takes the client that the scripts must not have', async () => {
    const said = await aws('s3', 'cp', path.join(config, 'repository', 'chat', 'config.pbtxt'), 's3://models/x');
    good(said);
    let refused = false;
    try {
      usesClassicClient(said);
    } catch {
      refused = true;
    }
    expect(refused, 'the check does not see the CRT client');
    expect(CRC.test(said.decided), 'it sent no CRC64NVME');
  });
  await suite.check('a model is imported, by the classic client', async () => {
    const said = await fill('s3://models/chat/1');
    good(said);
    usesClassicClient(said);
  });
  await suite.check('once it is complete, nothing is sent again', async () => {
    const said = await fill('s3://models/chat/1');
    good(said);
    expect(said.text.includes('is complete') && !said.text.includes('stored'), said.text);
  });
  await suite.check('its manifest is written once', async () => {
    const at = ['--bucket', 'models', '--key', 'chat/1/SHA256SUMS', '--body', path.join(root, 'files')];
    fails(await aws('s3api', 'put-object', ...at, '--if-none-match', '*'), 'PreconditionFailed');
  });
  await suite.check('an import that was interrupted keeps what is stored', async () => {
    good(await aws('s3', 'rm', 's3://models/chat/1/SHA256SUMS'));
    good(await aws('s3', 'rm', 's3://models/chat/1/config.json'));
    const said = await fill('s3://models/chat/1');
    good(said);
    expect(said.text.includes('stored config.json') && said.text.includes('kept model.safetensors'), said.text);
  });
  const inHub = hubFiles();
  const hub = await startHub(inHub);
  const token = path.join(root, 'token');
  const ofHub = (env) =>
    fill('s3://models/hub/1', {
      ...{
        FILE_LIST: '',
        HUB_ENDPOINT: hub.base,
        HUB_REPOSITORY: REPOSITORY,
        HUB_REVISION: 'main',
        RETRY_SECONDS: '0',
      },
      ...{ EXCLUDE: 'original/*', EXCLUDE_BESIDE_SAFETENSORS: '*.bin *.pth', ...env },
    });
  await suite.check(
    'a gated repository is refused without its license, with another, and without a token',
    async () => {
      fails(await ofHub({}), 'is gated by the license llama3.1');
      fails(await ofHub({ ACCEPTED_LICENSE: 'apache-2.0' }), 'is licensed by llama3.1, and apache-2.0 was accepted');
      fails(await ofHub({ ACCEPTED_LICENSE: 'llama3.1' }), '401 GatedRepo');
      writeFileSync(token, 'hf_of_nobody\n');
      fails(await ofHub({ ACCEPTED_LICENSE: 'llama3.1', TOKEN_FILE: token }), '403 GatedRepo');
      expect(!hub.asked.some(({ place }) => place === 'storage'), 'weights were asked for');
    },
  );
  await suite.check(
    'a gated repository is imported by curl, jq and the CLI, over connections that break off',
    async () => {
      writeFileSync(token, `${TOKEN}\n`);
      const said = await ofHub({ ACCEPTED_LICENSE: 'llama3.1', TOKEN_FILE: token });
      good(said);
      expect(said.text.includes(`${REPOSITORY} at ${COMMIT}`) && said.text.includes('broke off after'), said.text);
      expect(!said.text.includes(TOKEN) && !said.decided.includes(TOKEN), 'the token was said');
      const ranges = hub.asked.filter(({ place, range }) => place === 'storage' && range !== undefined);
      expect(ranges.length >= 2, `nothing went on where it broke off: ${JSON.stringify(hub.asked)}`);
      const told = hub.asked.filter(({ place, authorization }) => place === 'storage' && authorization !== undefined);
      expect(told.length === 0, 'the token went to another host');
      const target = path.join(root, 'manifest');
      good(await aws('s3', 'cp', 's3://models/hub/1/SHA256SUMS', target));
      const kept = Object.keys(inHub).filter((name) => /^(config|model-)/.test(name));
      const lines = kept.map((name) => `${createHash('sha256').update(inHub[name]).digest('hex')}  ${name}\n`);
      expect(
        readFileSync(target, 'utf8') === lines.sort((a, b) => (a.slice(66) < b.slice(66) ? -1 : 1)).join(''),
        said.text,
      );
    },
  );
  hub.close();
  await suite.check('a repository is assembled, by the classic client', async () => {
    const said = await assemble('models', 's3://models/chat/1', { MODELS_MIB: '100' });
    good(said);
    usesClassicClient(said);
    sameFiles('models');
  });
  await suite.check('again, nothing is copied', async () => {
    const said = await assemble('models', 's3://models/chat/1');
    good(said);
    expect(!said.text.includes('copied'), said.text);
  });
  await suite.check('without room, nothing is copied, and both numbers are said', async () => {
    const said = await assemble('small', 's3://models/chat/1', { MODELS_MIB: '40' });
    fails(said, 'take 41 MiB, but their volume may hold 40 MiB');
    expect(!existsSync(path.join(root, 'small', 'weights')), 'files were copied');
  });
  await suite.check('a damaged object is refused', async () => {
    good(
      await aws('s3', 'cp', path.join(config, 'repository', 'chat', 'config.pbtxt'), 's3://models/chat/1/config.json'),
    );
    fails(await assemble('damaged', 's3://models/chat/1'), 's3://models/chat/1/config.json is corrupt');
  });
  await suite.check('a missing object and a missing model are refused', async () => {
    good(await aws('s3', 'rm', 's3://models/chat/1/sub/part-3.json'));
    fails(await assemble('missing', 's3://models/chat/1'), 'there is no s3://models/chat/1/sub/part-3.json');
    fails(await assemble('nothing', 's3://models/nothing/1'), 'cannot read s3://models/nothing/1/SHA256SUMS');
  });
  await suite.check('revoked role: a copy ends with the reason, after one request for each file', async () => {
    refusals = 0;
    const said = await assemble('refused', 's3://models/chat/1', refusingStore);
    fails(said, 'cannot read s3://models/chat/1/SHA256SUMS: access is refused');
    expect(refusals === 1, `it asked ${refusals} times`);
    expect(!existsSync(path.join(root, 'refused', 'weights')), 'files were copied');
  });
  await suite.check('revoked role: an import ends with the reason, for another try', async () => {
    const said = await fill('s3://models/chat/9', refusingStore);
    fails(said, 'cannot read s3://models/chat/9: access is refused');
    expect(said.code === 75, `it ended with ${said.code}`);
  });
  await suite.check('store that cannot be reached: a copy tries for a while, and ends with the reason', async () => {
    const said = await silence.copy;
    fails(said, 'cannot read s3://models/chat/1/SHA256SUMS: the store cannot be reached');
    expect(!existsSync(path.join(root, 'silent', 'weights')), 'files were copied');
  });
  await suite.check('store that cannot be reached: an import ends with the reason, for another try', async () => {
    const said = await silence.import;
    fails(said, 'ould not connect');
    expect(said.code === 75, `it ended with ${said.code}`);
  });
  await suite.check('other stores than AWS get no CRC64NVME', async () => {
    const said = await fill('s3://models/chat/2', OTHER_STORE);
    good(said);
    expect(!CRC.test(said.decided), 'it was sent');
  });
} finally {
  store.stop();
  source.close();
  refusing.close();
  rmSync(root, { recursive: true, force: true });
}
suite.finish();
