// The containers of the Job of a rollout, run as its pod runs them, and the Prometheus of the hub.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, ROOT, run } from '../support.mjs';
import { freePort } from './site.mjs';

const asset = (name) => path.join(ROOT, 'assets', name);

/** Starts a program in a group of its own, so that what it started ends with it. */
function start(command, env, say) {
  const child = spawn(command[0], command.slice(1), { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  child.ended = new Promise((resolve) => child.on('close', resolve));
  for (const stream of [child.stdout, child.stderr]) stream.on('data', say);
  return child;
}

async function end(child) {
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
  await child.ended;
}

/** Waits until something holds, and says what was said where it does not. */
export async function until(what, condition, said, seconds = 60) {
  const last = Date.now() + seconds * 1000;
  while (Date.now() < last) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  expect(false, `${what} did not come within ${seconds} s:\n${said()}`);
}

/** A Prometheus that scrapes the sites and marks them by `cluster`, as their own Prometheus does that write to a hub. */
export class HubServer {
  constructor(root, sites, rules) {
    this.folder = mkdtempSync(path.join(root, 'hub-'));
    this.log = '';
    const targets = Object.entries(sites).map(([cluster, { port }]) => ({
      targets: [`127.0.0.1:${port}`],
      labels: { cluster },
    }));
    this.write('rules.json', { groups: [{ name: 'own', rules }] });
    this.write('prometheus.json', {
      global: { scrape_interval: '300ms', scrape_timeout: '300ms', evaluation_interval: '300ms' },
      rule_files: [path.join(this.folder, 'rules.json')],
      scrape_configs: [{ job_name: 'sites', static_configs: targets }],
    });
  }

  write(name, value) {
    writeFileSync(path.join(this.folder, name), JSON.stringify(value));
  }

  async start() {
    const address = `127.0.0.1:${await freePort()}`;
    this.url = `http://${address}`;
    const flags = [`--config.file=${this.folder}/prometheus.json`, `--storage.tsdb.path=${this.folder}/data`];
    const lookback = '--query.lookback-delta=5s';
    const command = ['prometheus', ...flags, lookback, `--web.listen-address=${address}`];
    this.child = start(command, { PATH: process.env.PATH }, (chunk) => (this.log += chunk));
    const ready = () =>
      fetch(`${this.url}/-/ready`).then(
        ({ ok }) => ok,
        () => false,
      );
    await until('the hub', ready, () => this.log);
  }

  async stop() {
    if (this.child) await end(this.child);
  }
}

/** A rollout: each pod of it has a folder of its own, as an empty volume is. */
export class Rollout {
  constructor(root, environment, settings, key) {
    this.settings = settings;
    this.root = root;
    this.log = '';
    const { model, version, number, channel, rings } = settings;
    const releases = `s3://models/${model}/_releases`;
    this.env = {
      ...environment,
      ...{ KEY_FILES: key.private, MODEL: model, VERSION: version, VARIANT: '', NUMBER: String(number) },
      ...{ CHANNEL: channel, RINGS: rings.map(({ name }) => name).join(' '), PYTHONDONTWRITEBYTECODE: '1' },
      ...{ MODEL_URI: `s3://models/${model}/${version}`, RELEASES_URI: releases },
      ROLLOUT_URI: `${releases}/_rollout/${channel}`,
    };
  }

  /** Leaves out all other rings. */
  only(...names) {
    this.settings.rings = this.settings.rings.filter(({ name }) => names.includes(name));
    this.env.RINGS = names.join(' ');
  }

  /** A pod: what comes before ends well, and then both containers run. */
  async pod() {
    this.work = mkdtempSync(path.join(this.root, 'pod-'));
    const env = { ...this.env, WORK_DIR: this.work };
    for (const command of [
      ['/bin/sh', asset('release-model.sh'), 'read-rings'],
      ['python3', asset('sign_rollout.py')],
    ]) {
      const { code, stdout, stderr } = await run(command, { capture: true, env });
      this.log += `${stdout}${stderr}`;
      if (code !== 0) return code;
    }
    this.port = await freePort();
    mkdirSync(path.join(this.work, 'settings'));
    const file = path.join(this.work, 'settings', 'settings.json');
    writeFileSync(file, JSON.stringify({ ...this.settings, port: this.port }));
    this.children = [
      ['python3', asset('model_rollout.py'), file],
      ['/bin/sh', asset('release-model.sh'), 'serve'],
    ].map((command) => start(command, env, (chunk) => (this.log += chunk)));
    return 0;
  }

  /** Runs what signs alone, where the store has `config.json` and these files of before. */
  async sign(files) {
    const work = mkdtempSync(path.join(this.root, 'sign-'));
    const own = { SHA256SUMS: `${'0'.repeat(64)}  config.json\n`, sizes: '2\tconfig.json\n' };
    for (const [name, content] of Object.entries({ ...own, ...files })) writeFileSync(path.join(work, name), content);
    const env = { ...this.env, WORK_DIR: work };
    const { code, stderr } = await run(['python3', asset('sign_rollout.py')], { capture: true, env });
    return { code, text: stderr, files: readdirSync(work) };
  }

  async ended() {
    return Promise.all(this.children.map((child) => child.ended));
  }

  /** Ends it as a node that loses its power. */
  async kill() {
    for (const child of this.children ?? []) await end(child);
  }

  async metric(name, labels = '') {
    const text = await fetch(`http://127.0.0.1:${this.port}/metrics`).then(
      (answer) => answer.text(),
      () => '',
    );
    const line = text.split('\n').find((each) => each.startsWith(`${name}{`) && each.includes(labels));
    return line === undefined ? undefined : Number(line.split(' ').pop());
  }
}
