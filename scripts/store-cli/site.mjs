// The two containers of a site's sync, run as their pod runs them, and the three of a release.
import { createHash } from 'node:crypto';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { expect, mustRun, ROOT, run } from '../support.mjs';

export const sha256 = (content) => createHash('sha256').update(content).digest('hex');
const ASSETS = path.join(ROOT, 'assets');
const asset = (name) => path.join(ASSETS, name);

/** A key pair of Ed25519, as docs/model-sync.md says to make it: the folder, and the id of the key. */
export async function makeKey(folder) {
  mkdirSync(folder, { recursive: true });
  const at = (name) => path.join(folder, name);
  await mustRun(['openssl', 'genpkey', '-algorithm', 'ed25519', '-out', at('private.pem')]);
  await mustRun(['openssl', 'pkey', '-in', at('private.pem'), '-pubout', '-out', at('public.pem')]);
  const der = ['sh', '-c', `openssl pkey -pubin -in ${at('public.pem')} -outform DER | sha256sum | cut -d ' ' -f 1`];
  const { stdout } = await mustRun(der, { capture: true });
  return { private: at('private.pem'), public: at('public.pem'), id: stdout.trim() };
}

const releaseEnvironment = (environment, work, release, keys) => {
  const { model, version, channel, number, variant = '', sites = ['*'] } = release;
  return {
    ...environment,
    WORK_DIR: work,
    KEY_FILES: keys.map((key) => key.private).join(' '),
    MODEL_URI: `s3://models/${model}/${version}`,
    RELEASE_URI: `s3://models/${model}/_releases/${channel}`,
    ...{ MODEL: model, VERSION: version, VARIANT: variant, CHANNEL: channel },
    ...{ NUMBER: String(number), SITES: sites.join(' '), PYTHONDONTWRITEBYTECODE: '1' },
  };
};

/** Runs containers of the Job of a release, by default all three. */
export async function publish(root, environment, release, keys, { files, only } = {}) {
  const work = path.join(root, 'release');
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  const each = Object.entries(files ?? {});
  writeFileSync(path.join(work, 'SHA256SUMS'), each.map(([name, content]) => `${sha256(content)}  ${name}\n`).join(''));
  writeFileSync(path.join(work, 'sizes'), each.map(([name, content]) => `${content.length}\t${name}\n`).join(''));
  const env = releaseEnvironment(environment, work, release, keys);
  const commands = {
    read: ['/bin/sh', asset('release-model.sh'), 'read'],
    sign: ['python3', asset('sign_release.py')],
    write: ['/bin/sh', asset('release-model.sh'), 'write'],
  };
  let said = '';
  for (const step of only ?? ['read', 'sign', 'write']) {
    const { code, stdout, stderr } = await run(commands[step], { capture: true, env });
    said += `${stdout}${stderr}`;
    if (code !== 0) return { code, text: said };
  }
  return { code: 0, text: said, envelope: readFileSync(path.join(work, 'release')) };
}

export async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A site: its cache, its keys and its settings, which stay while its programs come and go. */
export class Site {
  constructor(root, name, environment, settings) {
    this.folder = path.join(root, name);
    this.environment = environment;
    this.settings = settings;
    this.running = [];
    this.log = '';
    for (const each of ['cache', 'exchange', 'keys']) mkdirSync(path.join(this.folder, each), { recursive: true });
  }

  at(...parts) {
    return path.join(this.folder, ...parts);
  }

  trust(...keys) {
    keys.forEach((key, index) => writeFileSync(this.at('keys', `${index}.pem`), readFileSync(key.public)));
  }

  async start() {
    this.port = await freePort();
    const { model, channel, cacheMib } = this.settings;
    const settings = { ...this.settings, port: this.port };
    writeFileSync(this.at('settings.json'), JSON.stringify(settings));
    const env = {
      ...this.environment,
      CONFIG_DIR: ASSETS,
      CACHE_DIR: this.at('cache'),
      CACHE_MIB: String(cacheMib),
      POD_UID: 'sync-test',
      EXCHANGE_DIR: this.at('exchange'),
      KEYS_DIR: this.at('keys'),
      MODEL_STORE_URI: `s3://models/${model}`,
      RELEASE_URI: `s3://models/${model}/_releases/${channel}`,
      ...{ POLL_SECONDS: '0.1', BLOCK_BYTES: String(this.settings.block), RETRY_SECONDS: '0', TRIES: '3' },
      PYTHONDONTWRITEBYTECODE: '1',
    };
    for (const command of [
      ['/bin/sh', asset('fetch-model.sh')],
      ['python3', asset('model_sync.py'), this.at('settings.json')],
    ]) {
      // A group of its own, so that what it started ends with it, as with a container.
      const child = spawn(command[0], command.slice(1), { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
      child.ended = new Promise((resolve) => child.on('close', resolve));
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (this.log += chunk));
      this.running.push(child);
    }
  }

  /** Ends both as a node that loses its power. */
  async kill() {
    for (const child of this.running) {
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It has ended by itself.
      }
      await child.ended;
    }
    this.running = [];
  }

  /** A metric, 0 or a label's value among it, or undefined. */
  async metric(name, labels = '') {
    const text = await fetch(`http://127.0.0.1:${this.port}/metrics`).then(
      (answer) => answer.text(),
      () => '',
    );
    const line = text.split('\n').find((each) => each.startsWith(`${name}{`) && each.includes(labels));
    return line === undefined ? undefined : Number(line.split(' ').pop());
  }

  /** What is visible: the number of the release. */
  get serving() {
    const link = this.at('cache', 'synced', this.settings.model, this.settings.channel, 'current');
    return existsSync(path.dirname(link)) && existsSync(link) ? Number(path.basename(readlinkSync(link))) : 0;
  }

  /** Waits until something holds, and says what the site said where it does not. */
  async until(what, condition, seconds = 60) {
    const end = Date.now() + seconds * 1000;
    while (Date.now() < end) {
      if (await condition()) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(false, `${what} did not come within ${seconds} s; serving ${this.serving}:\n${this.log.slice(-3000)}`);
  }
}
