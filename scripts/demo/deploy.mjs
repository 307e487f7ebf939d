// `cdktf deploy` and `cdktf destroy` of the quickstart, against the stand-ins and nothing else.
import { spawn } from 'node:child_process';
import { chmodSync, createWriteStream, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { bin, say } from '../support.mjs';
import { FOLDER } from './session.mjs';

const require = createRequire(import.meta.url);
const { Terraform } = require('../../test/e2e/harness/terraform.ts');
const { refuseOffLoopback } = require('../../test/e2e/harness/loopback.ts');
const { awsProgram } = require('../../test/e2e/harness/programs.ts');

/** Folder that cdktf runs in: its output, and the state files. */
export const WORK = path.join(FOLDER, 'work');
export const OUTPUT = path.join(WORK, 'cdktf.out');
const LOG = path.join(FOLDER, 'cdktf.log');
const PROGRESS_SECONDS = 5;

/** cdktf against stand-ins. */
export class Cdktf {
  constructor(tools, standing) {
    for (const endpoint of [standing.aws, standing.kubernetes?.endpoint]) if (endpoint) refuseOffLoopback(endpoint);
    mkdirSync(WORK, { recursive: true });
    const { file, product } = tools.terraform;
    const programs = path.join(FOLDER, 'programs');
    if (standing.kubernetes) awsProgram(programs, standing.kubernetes.token);
    const terraform = new Terraform({
      file,
      providers: tools.providers,
      folder: WORK,
      awsEndpoint: standing.aws,
      programs: standing.kubernetes && programs,
    });
    const app = fileURLToPath(new URL('app.mjs', import.meta.url));
    this.app = [process.execPath, '--import', import.meta.resolve('tsx'), app]
      .map((word) => JSON.stringify(word))
      .join(' ');
    const settings = { language: 'typescript', app: this.app, sendCrashReports: 'false', projectId: 'demo' };
    writeFileSync(path.join(WORK, 'cdktf.json'), JSON.stringify(settings));
    this.product = product;
    this.log = createWriteStream(LOG);
    this.env = {
      ...terraform.environment,
      CI: '1',
      FORCE_COLOR: '0',
      TERRAFORM_BINARY_NAME: terraformProgram(programs, file),
      TSX_TSCONFIG_PATH: process.env.TSX_TSCONFIG_PATH,
    };
  }

  /** Applies stacks that do not need each other in this run. Returns what changed, e.g. `no changes`. */
  async deploy(stack) {
    return this.run('deploy', stack, ['--auto-approve', '--skip-provider-lock', '--ignore-missing-stack-dependencies']);
  }

  async destroy(stack) {
    return this.run('destroy', stack, [
      '--auto-approve',
      '--skip-provider-lock',
      '--ignore-missing-stack-dependencies',
    ]);
  }

  run(command, stack, options) {
    const line = [...bin('cdktf-cli', 'cdktf'), command, stack, ...options, '--output', OUTPUT];
    return new Promise((resolve, reject) => {
      const env = { ...this.env, DEMO_COMMAND: command };
      const child = spawn(line[0], line.slice(1), { cwd: WORK, env, stdio: ['ignore', 'pipe', 'pipe'] });
      const progress = new Progress(stack);
      const timer = setInterval(() => progress.show(), PROGRESS_SECONDS * 1000);
      for (const stream of [child.stdout, child.stderr]) {
        let rest = '';
        stream.setEncoding('utf8').on('data', (text) => {
          this.log.write(text);
          const lines = (rest + text).split('\n');
          rest = lines.pop();
          lines.forEach((it) => progress.read(it));
        });
      }
      child.once('error', reject);
      child.once('close', (code) => {
        clearInterval(timer);
        if (code === 0) resolve(progress.summary);
        else
          reject(
            new Error(`cdktf ${command} ${stack} exited with ${code}; all it wrote is in ${LOG}\n${progress.tail}`),
          );
      });
    });
  }
}

/** Counts what Terraform says it has done. */
class Progress {
  constructor(stack) {
    this.stack = stack;
    this.done = 0;
    this.shown = 0;
    this.planned = undefined;
    this.summary = 'nothing to do';
    this.lines = [];
  }

  read(line) {
    const text = line.replace(/\u001b\[[0-9;]*m/g, '').trimEnd();
    if (text) this.lines.push(text);
    const plan = /Plan: (\d+) to add, (\d+) to change, (\d+) to destroy/.exec(text);
    if (plan) this.planned = plan.slice(1).reduce((sum, number) => sum + Number(number), 0);
    if (/(Creation|Modifications|Destruction) complete/.test(text)) this.done += 1;
    if (/No changes\./.test(text)) this.summary = 'no changes';
    const end = /(?:Apply|Destroy) complete! Resources: (.+?)\.?$/.exec(text);
    if (end) this.summary = /[1-9]/.test(end[1]) ? end[1] : 'no changes';
  }

  show() {
    if (this.planned === undefined) say(`  ${this.stack}: planning`);
    else if (this.done !== this.shown) say(`  ${this.stack}: ${this.done} of ${this.planned}`);
    this.shown = this.done;
  }

  get tail() {
    const failure = this.lines.findIndex((line) => /Error:/.test(line));
    return this.lines
      .slice(failure >= 0 ? failure : -30)
      .slice(0, 60)
      .join('\n');
  }
}

/**
 * Terraform's own environment lets no request leave this machine; only the installation of providers may, by the way the user's
 * environment says.
 */
function terraformProgram(folder, file) {
  mkdirSync(folder, { recursive: true });
  const quote = (text) => `'${text.replaceAll("'", `'\\''`)}'`;
  const proxies = Object.entries(process.env).filter(([name]) => /^(https?|no)_proxy$/i.test(name));
  const program = path.join(folder, 'terraform-on-loopback');
  const script = [
    '#!/bin/sh',
    'if [ "$1" = init ]; then',
    '  unset HTTP_PROXY HTTPS_PROXY NO_PROXY',
    ...proxies.map(([name, value]) => `  export ${name}=${quote(value)}`),
    'fi',
    `exec ${quote(file)} "$@"`,
    '',
  ];
  writeFileSync(program, script.join('\n'));
  chmodSync(program, 0o755);
  return program;
}
