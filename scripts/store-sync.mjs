// Releases of models and the sync of a site, by the programs of their pods with the real AWS CLI, curl and openssl, against an S3 on this machine.
import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { prepareAwsCli } from '../test/e2e/setup/aws-cli.mjs';
import { startLink } from './store-cli/link.mjs';
import { makeKey, publish, sha256, Site } from './store-cli/site.mjs';
import { listening, startStore } from './store-cli/store.mjs';
import { expect, mustRun, run, say, Suite } from './support.mjs';

const MIB = 1024 ** 2;
/** Smaller than what is usual, and large enough for curl to keep to its rate. */
const BLOCK = 4 * MIB;
const suite = new Suite('store-sync');
const root = mkdtempSync(path.join(tmpdir(), 'store-sync-'));
const bin = path.join(root, 'bin');
mkdirSync(bin);
symlinkSync((await prepareAwsCli()).file, path.join(bin, 'aws'));
const store = await startStore(root);
const link = await startLink(store.endpoint);
const environment = {
  PATH: `${bin}:${process.env.PATH}`,
  HOME: root,
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_DEFAULT_REGION: 'us-east-1',
  AWS_ENDPOINT_URL_S3: store.endpoint,
  AWS_EC2_METADATA_DISABLED: 'true',
};
const aws = (...args) => mustRun([path.join(bin, 'aws'), ...args], { capture: true, env: environment });

/** By the emulator's own door, which asks for no signature: starting the CLI takes a second. */
async function putObject(key, content) {
  const answer = await fetch(`${store.endpoint}/models/${key}`, { method: 'PUT', body: content });
  expect(answer.ok, `${key}: HTTP ${answer.status}`);
}
async function removeObject(key) {
  const answer = await fetch(`${store.endpoint}/models/${key}`, { method: 'DELETE' });
  expect(answer.ok, `${key}: HTTP ${answer.status}`);
}

/** Puts a version into the store, as an import does. */
async function putVersion(model, version, files) {
  VERSIONS[version] = files;
  for (const [name, content] of Object.entries(files)) await putObject(`${model}/${version}/${name}`, content);
  const lines = Object.entries(files).map(([name, content]) => `${sha256(content)}  ${name}\n`);
  await putObject(`${model}/${version}/SHA256SUMS`, lines.join(''));
}
const good = ({ code, text }) => expect(code === 0, `it ended with ${code}: ${text}`);
const fails = ({ code, text }, sentence) =>
  expect(code !== 0 && text.includes(sentence), `it ended with ${code}: ${text}`);

const SETTINGS = {
  ...{ name: 'chat', model: 'chat', channel: 'stable', variant: null, site: 'berlin', namespace: 'inference' },
  ...{ cacheMib: 400, rate: 0, windows: [], revoked: [], servers: [], probe: null },
  ...{ checkSeconds: 3, pollSeconds: 0.3, retrySeconds: 600, lateAfterSeconds: 3600, block: BLOCK },
};
let sites = 0;
const siteOf = (settings = {}) =>
  new Site(
    root,
    `site-${(sites += 1)}`,
    { ...environment, AWS_ENDPOINT_URL_S3: link.endpoint },
    { ...SETTINGS, ...settings },
  );
const release = (number, more = {}) => ({ model: 'chat', version: `v${number}`, channel: 'stable', number, ...more });
const weights = (seed, mib) =>
  Buffer.concat(
    Array.from({ length: mib }, (_, i) => createHash('sha512').update(`${seed} ${i}`).digest()).map((block) =>
      Buffer.alloc(MIB, block),
    ),
  );
const VERSIONS = {
  v1: { 'config.json': Buffer.from('{"v":1}'), 'model.safetensors': weights('one', 4) },
  v2: { 'config.json': Buffer.from('{"v":2}'), 'model.safetensors': weights('two', 48) },
  v3: { 'config.json': Buffer.from('{"v":3}'), 'model.safetensors': weights('three', 3) },
};
/** A release signed by the program of the Job, without its containers that talk to the store. */
const signed = async (of, keys) => {
  const done = await publish(root, environment, of, keys, { files: VERSIONS[of.version], only: ['sign'] });
  good(done);
  return done.envelope;
};
const place = 'chat/_releases/stable';
/** Puts a release where the site looks for it. */
const offer = async (of, keys) => putObject(place, await signed(of, keys));
const visible = (site, files) => {
  const folder = site.at('cache', 'synced', 'chat', 'stable', 'current');
  const sums = readFileSync(path.join(folder, 'SHA256SUMS'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split('  '));
  expect(sums.length === Object.keys(files).length, sums.join());
  for (const [sum, name] of sums) {
    expect(readFileSync(site.at('cache', 'blobs', sum)).equals(files[name]), `${name} differs`);
  }
};
const running = [];
const started = async (site) => {
  running.push(site);
  await site.start();
  return site;
};

try {
  const [ours, next, theirs] = [
    await makeKey(path.join(root, 'k1')),
    await makeKey(path.join(root, 'k2')),
    await makeKey(path.join(root, 'k3')),
  ];
  await aws('s3api', 'create-bucket', '--bucket', 'models');
  for (const [version, files] of Object.entries({ ...VERSIONS })) await putVersion('chat', version, files);

  await suite.check('a release is signed as DSSE says, and openssl alone verifies it', async () => {
    const done = await publish(root, environment, release(1), [ours]);
    good(done);
    const envelope = JSON.parse(done.envelope);
    const payload = Buffer.from(envelope.payload, 'base64');
    const type = envelope.payloadType;
    writeFileSync(path.join(root, 'signed'), `DSSEv1 ${type.length} ${type} ${payload.length} ${payload}`);
    writeFileSync(path.join(root, 'signature'), Buffer.from(envelope.signatures[0].sig, 'base64'));
    const verify = ['openssl', 'pkeyutl', '-verify', '-rawin', '-pubin', '-inkey', ours.public];
    await mustRun([...verify, '-in', path.join(root, 'signed'), '-sigfile', path.join(root, 'signature')], {
      capture: true,
    });
    expect(envelope.signatures[0].keyid === ours.id, 'the id of the key is another');
    const statement = JSON.parse(payload);
    expect(statement._type === 'https://in-toto.io/Statement/v1' && statement.subject.length === 2, payload.toString());
    expect(!done.text.includes('PRIVATE'), done.text);
  });
  await suite.check(
    'the same release again changes nothing; its number with other content, a smaller one and an unfinished import are refused',
    async () => {
      good(await publish(root, environment, release(1), [ours]));
      fails(await publish(root, environment, release(1, { version: 'v2' }), [ours]), 'a larger number than 1');
      good(await publish(root, environment, release(2, { version: 'v1', channel: 'other' }), [ours]));
      fails(await publish(root, environment, release(1, { channel: 'other' }), [ours]), 'a larger number than 2');
      fails(await publish(root, environment, release(9, { version: 'v9' }), [ours]), 'is the import finished?');
      fails(await publish(root, environment, release(9, { version: 'v1' }), []), 'there is no key to sign with');
    },
  );

  const main = siteOf();
  main.trust(ours, next);
  await suite.check('a site takes its first release', async () => {
    await started(main);
    await main.until('release 1', () => main.serving === 1);
    visible(main, VERSIONS.v1);
    await main.until('a success', async () => (await main.metric('model_sync_last_success_timestamp_seconds')) > 0);
    expect(
      (await main.metric('model_sync_bytes_left')) === 0 && (await main.metric('model_sync_serving_number')) === 1,
      main.log,
    );
  });

  // Before the one after it is there: what was taken is refused, what is wrong is refused, and the old one stays visible.
  const refusal = async (name, reason, make, undo) => {
    await suite.check(`refused (${reason}): ${name}; the one before stays visible`, async () => {
      const before = (await main.metric('model_sync_refusals_total', `reason="${reason}"`)) ?? 0;
      await make();
      await main.until(
        reason,
        async () => (await main.metric('model_sync_refusals_total', `reason="${reason}"`)) === before + 1,
      );
      expect((await main.metric('model_sync_refused', `reason="${reason}"`)) === 1, 'it is not said');
      expect(main.serving === 1, `release ${main.serving} is visible`);
      visible(main, VERSIONS.v1);
      await undo?.();
    });
  };
  const first = await signed(release(1), [ours]);
  const changed = (change) => {
    const envelope = JSON.parse(first);
    change(envelope);
    return JSON.stringify(envelope);
  };
  const restated = (change) =>
    changed((envelope) => {
      const statement = JSON.parse(Buffer.from(envelope.payload, 'base64'));
      change(statement);
      envelope.payload = Buffer.from(JSON.stringify(statement)).toString('base64');
    });
  await refusal('one byte of the statement changed', 'signature', () =>
    putObject(
      place,
      restated((s) => (s.predicate.number = 2)),
    ),
  );
  await refusal('a release without signatures', 'signature', () =>
    putObject(
      place,
      changed((e) => (e.signatures = [])),
    ),
  );
  await refusal("somebody else's key, with the id of ours", 'signature', async () => {
    const envelope = JSON.parse(await signed(release(2), [theirs]));
    envelope.signatures[0].keyid = ours.id;
    await putObject(place, JSON.stringify(envelope));
  });
  await refusal('half of the envelope', 'malformed', () => putObject(place, first.subarray(0, first.length / 2)));
  await refusal('another type of payload', 'malformed', () =>
    putObject(
      place,
      changed((e) => (e.payloadType = 'text/plain')),
    ),
  );
  await refusal('an envelope of 9 MiB', 'malformed', () => putObject(place, Buffer.alloc(9 * MIB, 32)));
  await refusal('a release of another model', 'other_model', () => offer(release(2, { model: 'fraud' }), [ours]));
  await refusal('a release of another channel', 'other_channel', () => offer(release(2, { channel: 'beta' }), [ours]));
  await refusal('a release for other sites', 'other_site', () =>
    offer(release(2, { sites: ['paris', 'rome'] }), [ours]),
  );
  await refusal('an object that was damaged in the store', 'damaged', async () => {
    await putVersion('chat', 'v4', VERSIONS.v3);
    await offer(release(4), [ours]);
    const damaged = Buffer.from(VERSIONS.v3['model.safetensors']);
    damaged[1234567] ^= 1;
    await putObject('chat/v4/model.safetensors', damaged);
  });
  await refusal('a truncated object', 'damaged', async () => {
    await putVersion('chat', 'v5', VERSIONS.v3);
    await offer(release(5), [ours]);
    await putObject('chat/v5/model.safetensors', VERSIONS.v3['model.safetensors'].subarray(0, 2 * MIB));
  });
  await refusal('an object that has gone', 'damaged', async () => {
    await putVersion('chat', 'v6', VERSIONS.v3);
    await offer(release(6), [ours]);
    await removeObject('chat/v6/model.safetensors');
  });
  await main.kill();

  await suite.check('a key that is revoked signs nothing more, and the next one does', async () => {
    const site = siteOf({ revoked: [ours.id] });
    site.trust(ours, next);
    await offer(release(10, { version: 'v1' }), [ours]);
    await started(site);
    await site.until(
      'refusal',
      async () => (await site.metric('model_sync_refusals_total', 'reason="revoked_key"')) === 1,
    );
    expect(site.serving === 0, `release ${site.serving} is visible`);
    await offer(release(11, { version: 'v1' }), [ours, next]);
    await site.until('release 11', () => site.serving === 11);
    await site.kill();
  });
  await suite.check('without room nothing is downloaded, and the numbers are said', async () => {
    const site = siteOf({ cacheMib: 3 });
    site.trust(ours);
    await started(site);
    await site.until('refusal', async () => (await site.metric('model_sync_refusals_total', 'reason="no_room"')) === 1);
    expect(/take 4194311 bytes; there are 3145728/.test(site.log), site.log);
    await site.kill();
  });

  const resuming = siteOf();
  resuming.trust(ours, next);
  await suite.check('killed at 20 random moments, it goes on at the byte where it stopped', async () => {
    await started(resuming);
    await resuming.until('release 11', () => resuming.serving === 11);
    await offer(release(12, { version: 'v2' }), [ours]);
    link.sent.length = 0;
    const before = Date.now();
    let kills = 0;
    const passed = () => link.sent.reduce((sum, { bytes }) => sum + bytes, 0);
    for (; kills < 20; kills += 1) {
      // The link stops after so many bytes, so that the moment does not depend on how busy this machine is.
      link.holdAfter = 1 + (randomBytes(4).readUInt32LE() % (2 * MIB));
      await resuming.until('the moment', () => link.isHeld);
      await new Promise((resolve) => setTimeout(resolve, 100));
      await resuming.kill();
      link.restore();
      await resuming.start();
    }
    await resuming.until('release 12', () => resuming.serving === 12, 120);
    const sent = passed();
    const size = VERSIONS.v2['model.safetensors'].length;
    let reached = 0;
    for (const { first: from, bytes } of link.sent) {
      expect(from >= reached - BLOCK, `byte ${from} was asked for after ${reached} had been sent`);
      reached = Math.max(reached, from + bytes);
    }
    const seconds = (Date.now() - before) / 1000;
    say(`        ${size} bytes took ${sent}, ${link.sent.length} requests, ${kills} kills, ${seconds.toFixed(1)} s`);
    expect(sent <= size + kills * BLOCK, `${sent} bytes were sent for ${size}`);
    const within = link.sent.filter(({ first: from }) => from % MIB !== 0).length;
    expect(within > 5, `only ${within} requests began within a block, so that the kills hit nothing`);
    visible(resuming, VERSIONS.v2);
    const kept = readFileSync(resuming.at('cache', 'leases', 'sync-test'), 'utf8')
      .trim()
      .split('\n');
    expect(kept.length === 4, `the cache keeps ${kept.length} files, not those of two releases`);
  });
  await suite.check('cut while it downloads, it goes on when the link is back', async () => {
    const content = weights('cut', 6);
    await putVersion('chat', 'v13', { 'config.json': Buffer.from('{"v":13}'), 'model.safetensors': content });
    link.sent.length = 0;
    link.cutAfter = 3.5 * MIB;
    await offer(release(13), [ours]);
    await resuming.until('a cut', () => link.isCut);
    await new Promise((resolve) => setTimeout(resolve, 3000));
    expect(resuming.serving === 12 && (await resuming.metric('model_sync_bytes_left')) > 0, resuming.log.slice(-2000));
    link.restore();
    await resuming.until('release 13', () => resuming.serving === 13);
    const sent = link.sent.reduce((sum, { bytes }) => sum + bytes, 0);
    expect(sent <= content.length + BLOCK, `${sent} bytes were sent for ${content.length}`);
  });
  await suite.check(
    'a release whose check fails is taken back, is not tried again, and one with a larger number is taken',
    async () => {
      const answers = createServer((request, response) => {
        // What a server that reads the link says.
        const sums = readFileSync(resuming.at('cache', 'synced', 'chat', 'stable', 'current', 'SHA256SUMS'), 'utf8');
        const isBad = sums.includes(sha256(VERSIONS.v3['config.json']));
        response.writeHead(isBad ? 500 : 200).end(isBad ? '' : 'ready');
      });
      await resuming.kill();
      resuming.settings.probe = { url: `http://127.0.0.1:${await listening(answers)}/v1/models`, contains: 'ready' };
      await started(resuming);
      await offer(release(14, { version: 'v3' }), [ours]);
      await resuming.until('release 14 on trial', () => resuming.serving === 14);
      await resuming.kill();
      await resuming.start();
      await resuming.until('a rollback', async () => (await resuming.metric('model_sync_rollbacks_total')) === 1);
      await resuming.until('release 13', () => resuming.serving === 13);
      const refused = async () => (await resuming.metric('model_sync_refused', 'reason="check_failed"')) === 1;
      await resuming.until('a refusal', refused);
      // Some rounds more, in which it is not taken again.
      await new Promise((resolve) => setTimeout(resolve, 2000));
      expect(resuming.serving === 13 && (await refused()), resuming.log);
      await offer(release(15, { version: 'v2' }), [ours]);
      await resuming.until('release 15', () => resuming.serving === 15);
      await resuming.until(
        'nothing refused',
        async () => (await resuming.metric('model_sync_refused', 'reason="check_failed"')) === 0,
      );
      expect((await resuming.metric('model_sync_rollbacks_total')) === 1, resuming.log);
      answers.close();
    },
  );
  await suite.check(
    'an older release that was good is refused: a release replayed by who may write to the store',
    async () => {
      const refused = async () => (await resuming.metric('model_sync_refusals_total', 'reason="older"')) === 1;
      await putObject(place, first);
      await resuming.until('refusal', refused);
      expect(resuming.serving === 15, `release ${resuming.serving} is visible`);
      await resuming.kill();
    },
  );
  await suite.check('outside a window it says what waits, and downloads nothing', async () => {
    const far = new Date(Date.now() + 6 * 3600 * 1000);
    const window = {
      days: [0, 1, 2, 3, 4, 5, 6],
      start: far.toISOString().slice(11, 16),
      minutes: 60,
      timeZone: 'UTC',
    };
    const site = siteOf({ windows: [window] });
    site.trust(ours);
    link.sent.length = 0;
    await started(site);
    const size = 4 * MIB + VERSIONS.v1['config.json'].length;
    await site.until('bytes that wait', async () => (await site.metric('model_sync_bytes_left')) === size);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(
      site.serving === 0 && link.sent.length === 0 && (await site.metric('model_sync_window_open')) === 0,
      site.log,
    );
    await site.kill();
  });
  await suite.check('the cap on bandwidth is kept, roughly', async () => {
    const site = siteOf({ rate: MIB });
    site.trust(ours);
    const before = Date.now();
    await started(site);
    await site.until('release 1', () => site.serving === 1);
    const seconds = (Date.now() - before) / 1000;
    say(`        4 MiB at 1 MiB/s took ${seconds.toFixed(1)} s`);
    expect(seconds > 2, `4 MiB at 1 MiB/s took ${seconds} s`);
    await site.kill();
  });
} finally {
  for (const site of running) await site.kill();
  link.close();
  store.stop();
  rmSync(root, { recursive: true, force: true });
}
suite.finish();
