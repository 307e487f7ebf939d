// A release that comes to sites in rings, by the programs of their pods and the real AWS CLI, against an S3 and a Prometheus on this machine.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { prepareAwsCli } from '../test/e2e/setup/aws-cli.mjs';
import { HubServer, Rollout, until } from './store-cli/rollout.mjs';
import { makeKey, sha256, Site } from './store-cli/site.mjs';
import { listening, startStore } from './store-cli/store.mjs';
import { expect, mustRun, run, say, Suite } from './support.mjs';

if ((await run(['prometheus', '--version'], { capture: true }).catch(() => ({ code: 1 }))).code !== 0) {
  throw new Error('prometheus is needed: apt-get install prometheus');
}
const suite = new Suite('store-rollout');
const root = mkdtempSync(path.join(tmpdir(), 'store-rollout-'));
const bin = path.join(root, 'bin');
mkdirSync(bin);
symlinkSync((await prepareAwsCli()).file, path.join(bin, 'aws'));
const store = await startStore(root);
const environment = {
  PATH: `${bin}:${process.env.PATH}`,
  HOME: root,
  ...{ AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_DEFAULT_REGION: 'us-east-1' },
  ...{ AWS_ENDPOINT_URL_S3: store.endpoint, AWS_EC2_METADATA_DISABLED: 'true' },
};
const object = (key, init) => fetch(`${store.endpoint}/models/${key}`, init);
const RINGS = { berlin: 'canary', rome: 'early', oslo: 'rest' };

/** What a ring is offered: number and version. */
async function offered(ring) {
  const answer = await object(`chat/_releases/stable-${ring}`);
  if (!answer.ok) return undefined;
  const { payload } = await answer.json();
  const { number, version } = JSON.parse(Buffer.from(payload, 'base64')).predicate;
  return `${number} ${version}`;
}
const stored = async () => (await object('chat/_releases/_rollout/stable/state')).json();

let isHealthy = true;
const health = createServer((_, response) => response.writeHead(isHealthy ? 200 : 503).end());
const url = `http://127.0.0.1:${await listening(health)}/health`;
const sites = {};
const rollouts = [];
let hub;
let key;

/** Settings as `ModelRollout` writes them, with times of a test. */
const rollout = (number, version, more = {}) => {
  const made = new Rollout(
    root,
    environment,
    {
      ...{ model: 'chat', version, number, channel: 'stable', minimumUpdated: 0.9 },
      rings: Object.entries(RINGS).map(([site, name]) => ({ name, sites: [site], soakSeconds: 3 })),
      hub: {
        ...{ url: hub.url, siteLabel: 'cluster', username: null, passwordFile: null, tokenFile: null },
        ...{ authorityFile: null, alerts: ['AnswersAreWrong', 'ModelSyncRefused'] },
      },
      ...{ timeoutSeconds: 300, pollSeconds: 0.5, orderSeconds: 60, lingerSeconds: 0, takeBack: 'none', ...more },
    },
    key,
  );
  rollouts.push(made);
  return made;
};
const said = (of) => () => `${of.log.slice(-3000)}\n${Object.values(sites).map(({ log }) => log.slice(-600))}`;

try {
  key = await makeKey(path.join(root, 'key'));
  await mustRun([path.join(bin, 'aws'), 's3api', 'create-bucket', '--bucket', 'models'], {
    capture: true,
    env: environment,
  });
  for (const version of ['v1', 'v2', 'v3']) {
    const content = `{"v":"${version}"}`;
    await object(`chat/${version}/config.json`, { method: 'PUT', body: content });
    await object(`chat/${version}/SHA256SUMS`, {
      method: 'PUT',
      body: `${sha256(Buffer.from(content))}  config.json\n`,
    });
  }
  // The third one is never offered anything.
  for (const [site, ring] of Object.entries(RINGS).slice(0, 2)) {
    sites[site] = new Site(root, site, environment, {
      ...{ name: 'chat', model: 'chat', channel: `stable-${ring}`, variant: null, site, namespace: 'inference' },
      ...{ cacheMib: 400, rate: 0, windows: [], revoked: [], servers: [], block: 1 << 22 },
      probe: site === 'rome' ? { url } : null,
      ...{ checkSeconds: 1, pollSeconds: 1, retrySeconds: 600, lateAfterSeconds: 3600 },
    });
    sites[site].trust(key);
    await sites[site].start();
  }
  const wrong = { alert: 'AnswersAreWrong', expr: 'model_sync_checked_number{cluster="berlin"} == 5' };
  hub = new HubServer(root, sites, [wrong]);
  await hub.start();

  await suite.check('a release comes to ring after ring, and its Job ends well', async () => {
    const first = rollout(1, 'v1');
    first.only('canary', 'early');
    expect((await first.pod()) === 0, first.log);
    // No ring is offered it before the site of the ring before has checked it.
    const early = await Promise.race([
      first.ended(),
      until('the second ring', async () => (await offered('early')) !== undefined, said(first)),
    ]);
    expect(early === undefined && (await sites.berlin.metric('model_sync_checked_number')) === 1, first.log);
    expect((await first.ended()).join() === '0,0', first.log);
    expect(
      Object.values(sites).every(({ serving }) => serving === 1),
      first.log,
    );
  });

  await suite.check('killed in a soak it goes on; a check that fails stops it, and takes the ring back', async () => {
    const second = rollout(2, 'v2', { takeBack: 'ring' });
    expect((await second.pod()) === 0, second.log);
    const soaks = async () => {
      const { number, settled } = await stored();
      return number === 2 && settled.canary !== undefined;
    };
    await until('a soak', soaks, said(second));
    await second.kill();
    const before = await stored();
    expect(before.number === 2 && before.passed.length === 0, JSON.stringify(before));
    isHealthy = false;
    second.log = '';
    expect((await second.pod()) === 0, second.log);
    await until(
      'a stop',
      async () => (await second.metric('model_rollout_stopped', 'check_failed')) === 1,
      said(second),
    );
    await until('the ring as it was', async () => (await offered('early')) === '3 v1', said(second));
    const after = await stored();
    expect(after.released.canary === before.released.canary, 'the ring that had it got it again');
    expect(after.settled.canary === before.settled.canary, 'the soak began anew');
    expect(second.log.includes('goes on: released canary'), second.log);
    expect(/STOPPED \(check_failed\): ring early: .* 1 of 1 sites: .*1 failed \(rome\)/.test(second.log), second.log);
    isHealthy = true;
    await sites.rome.until('release 3', () => sites.rome.serving === 3);
    expect((await offered('rest')) === undefined, 'the last ring got it');
    expect((await offered('canary')) === '2 v2' && sites.berlin.serving === 2, 'the first ring lost it');
    say(second.log.split('\n').find((line) => line.includes('STOPPED')));
    await second.kill();
  });

  await suite.check(
    'neither a number that does not grow is signed, nor what somebody else put into a channel',
    async () => {
      const before = Buffer.from(await (await object('chat/_releases/stable-early')).arrayBuffer());
      const small = await rollout(3, 'v3').sign({ 'before-early': before });
      expect(small.code === 1 && small.text.includes('larger number than 3'), small.text);
      const good = await rollout(4, 'v3').sign({ 'before-early': before });
      expect(good.code === 0 && good.files.includes('back-early') && !good.files.includes('back-rest'), good.text);
      const envelope = JSON.parse(before);
      const changed = Buffer.from(envelope.payload, 'base64').toString().replace('"v1"', '"v9"');
      const payload = Buffer.from(changed).toString('base64');
      const stolen = await rollout(4, 'v3').sign({ 'before-early': JSON.stringify({ ...envelope, payload }) });
      expect(stolen.code === 0 && !stolen.files.includes('back-early'), stolen.files.join());
      expect(/before-early cannot be taken back/.test(stolen.text), stolen.text);
    },
  );

  await suite.check('an alert that begins stops it, and all rings are taken back', async () => {
    const third = rollout(5, 'v3', { takeBack: 'all' });
    expect((await third.pod()) === 0, third.log);
    await until('a stop', async () => (await third.metric('model_rollout_stopped', 'alert')) === 1, said(third));
    await until('the version before', async () => (await offered('canary')) === '6 v2', said(third));
    await sites.berlin.until('release 6', () => sites.berlin.serving === 6);
    expect((await offered('early')) === '3 v1' && (await offered('rest')) === undefined, third.log);
    expect(third.log.includes('AnswersAreWrong at berlin'), third.log);
    await third.kill();
  });
} finally {
  for (const each of [...rollouts, ...Object.values(sites)]) await each.kill();
  await hub?.stop();
  health.close();
  store.stop();
  rmSync(root, { recursive: true, force: true });
}
suite.finish();
