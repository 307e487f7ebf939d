import { ChildProcess, spawn } from 'child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'fs';
import * as path from 'path';
import { scriptAsset } from '../../../lib/kubernetes/script-asset';
import { manifest, put, textOf } from '../support/run-script';
import { installStubAws } from '../support/stub-aws';

/** How a script of a pod ended. */
export interface Ended {
  readonly status: number | null;
  readonly stderr: string;
}

/** A script of a pod that runs. */
export interface Running {
  readonly ended: Promise<Ended>;
  /** Ends it and all that it has started, as the end of a container does. */
  kill(signal?: NodeJS.Signals): void;
}

const SCRIPTS = {
  'assemble.sh': 'assemble-repository.sh',
  'model-cache.sh': 'model-cache.sh',
  'fill-cache.sh': 'fill-cache.sh',
  'hold-weights.sh': 'hold-weights.sh',
};

/** A node whose pods share a folder, with a bucket in another one. */
export class TestNode {
  public readonly cache: string;
  private readonly stub: { [name: string]: string };
  private readonly running: ChildProcess[] = [];

  public constructor(public readonly root: string) {
    this.cache = path.join(root, 'cache');
    this.stub = installStubAws(root);
    mkdirSync(this.cache);
    for (const [key, asset] of Object.entries(SCRIPTS)) put(path.join(root, 'config', key), scriptAsset(asset));
  }

  /** Puts a version of a model into the bucket. */
  public store(model: string, files: { [file: string]: string }): void {
    for (const [name, content] of Object.entries(files))
      put(path.join(this.root, 'store/bucket', model, name), content);
    put(path.join(this.root, 'store/bucket', model, 'SHA256SUMS'), manifest(files));
  }

  /** Starts the init container of a pod that serves a version. */
  public fetch(pod: string, model: string, env: { [name: string]: string } = {}): Running {
    const own = { MODEL_PLAN: '', CACHE_PLAN: `s3://bucket/${model} weights/${model}` };
    return this.start(pod, 'assemble.sh', { ...own, ...env });
  }

  /** Starts what keeps the files of a pod. */
  public hold(pod: string, env: { [name: string]: string } = {}): Running {
    return this.start(pod, 'hold-weights.sh', { RENEW_SECONDS: '0.2', ...env });
  }

  private start(pod: string, script: string, env: { [name: string]: string }): Running {
    const folder = path.join(this.root, 'pods', pod);
    for (const each of ['models', 'tmp', 'engine']) mkdirSync(path.join(folder, each), { recursive: true });
    const child = spawn('/bin/sh', [path.join(this.root, 'config', script)], {
      detached: true,
      cwd: folder,
      env: {
        ...this.stub,
        CONFIG_DIR: path.join(this.root, 'config'),
        MODELS_DIR: path.join(folder, 'models'),
        ENGINE_DIR: path.join(folder, 'engine'),
        TMPDIR: path.join(folder, 'tmp'),
        CACHE_DIR: this.cache,
        CACHE_MIB: '1',
        POD_UID: pod,
        ...env,
      },
    });
    this.running.push(child);
    let stderr = '';
    child.stderr.on('data', (chunk) => (stderr += chunk));
    const ended = new Promise<Ended>((resolve) =>
      child.on('exit', (status) => setImmediate(() => resolve({ status, stderr }))),
    );
    return { ended, kill: (signal = 'SIGKILL') => signalGroup(child, signal) };
  }

  /** What a pod reads below its folder of models. */
  public read(pod: string, file: string): string | undefined {
    return textOf(path.join(this.root, 'pods', pod, 'models/weights', file));
  }

  public entries(folder: string): string[] {
    return readdirSync(path.join(this.cache, folder));
  }

  /** Objects that were read alone, each as often as it was. */
  public get sent(): string[] {
    const lines = (textOf(path.join(this.root, 'sent')) ?? '').split('\n').filter(Boolean);
    return lines.filter((line) => !line.endsWith('SHA256SUMS')).sort();
  }

  /** Makes each download take seconds. */
  public pause(seconds: number): void {
    writeFileSync(path.join(this.root, 'pause'), String(seconds));
  }

  public remove(): void {
    for (const child of this.running) signalGroup(child, 'SIGKILL');
    rmSync(this.root, { recursive: true, force: true, maxRetries: 5 });
  }
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    process.kill(-child.pid!, signal);
  } catch {
    // It has ended.
  }
}
