import { ChildProcess, spawn } from 'child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import * as path from 'path';
import { scriptAsset } from '../../../../lib/kubernetes/script-asset';
import { Run, manifest, put, textOf } from '../../../serving/support/run-script';
import { installStubAws } from '../../../serving/support/stub-aws';

/** What the pods of these tests make of what. */
export const RECIPE = 'a'.repeat(64);
export const SOURCE = { 'model.safetensors': 'weights', 'config.json': '{}' };

/** What a pod computes: it notes when, and leaves one file. */
const COMPUTE = [
  'echo "begin $POD_UID" >> "$STUB_ROOT/computed"',
  'sleep "${COMPUTE_SECONDS:-0}"',
  'mkdir -p "$WORK_DIR/output" && echo small > "$WORK_DIR/output/model.safetensors"',
  'echo "end $POD_UID" >> "$STUB_ROOT/computed"',
].join(' && ');

/** A container that runs. */
export interface Running {
  readonly ended: Promise<Run>;
  /** Kills it with all that is in it. */
  readonly kill: () => void;
  /** Tells its first process to end. */
  readonly terminate: () => void;
}

/** A store in a folder of this machine, and the scripts of pipelines as a config map has them. */
export class ScriptSite {
  public readonly root = mkdtempSync(path.join(tmpdir(), 'pipeline-'));
  private count = 0;
  private readonly started: ChildProcess[] = [];

  public constructor() {
    const files = {
      'pipeline.sh': 'model-pipeline.sh',
      'lease.sh': 'version-lease.sh',
      'assemble.sh': 'assemble-repository.sh',
      'import.sh': 'import-model.sh',
    };
    for (const [name, asset] of Object.entries(files)) put(this.path('config', name), scriptAsset(asset));
    for (const [name, content] of Object.entries(SOURCE)) put(this.path('store/bucket/chat/1', name), content);
    put(this.path('store/bucket/chat/1/SHA256SUMS'), manifest(SOURCE));
    mkdirSync(this.path('tmp'));
  }

  public path(...parts: string[]): string {
    return path.join(this.root, ...parts);
  }

  /** A pod with a disk of its own, that has not begun. */
  public pod(more: { [name: string]: string } = {}): ScriptPod {
    const uid = `pod-${(this.count += 1)}`;
    const work = this.path(uid, 'work');
    mkdirSync(this.path(uid, 'state'), { recursive: true });
    mkdirSync(this.path(uid, 'tmp'));
    return new ScriptPod(this, uid, {
      ...installStubAws(this.root),
      ...{ WORK_DIR: work, MODELS_DIR: work, STATE_DIR: this.path(uid, 'state'), POD_UID: uid, RECIPE },
      ...{ OUTPUT_URI: 's3://bucket/chat/1-int8', MODEL_URI: 's3://bucket/chat/1-int8' },
      ...{ CONFIG_DIR: this.path('config'), MODELS_MIB: '100', MODEL_PLAN: 's3://bucket/chat/1 inputs/chat/1' },
      ...{ SCRATCH_DIR: this.path(uid, 'tmp'), TMPDIR: this.path(uid, 'tmp') },
      ...{ LEASE_RENEW_SECONDS: '0.5', LEASE_POLL_SECONDS: '0.2', LEASE_SETTLE_SECONDS: '0.5', BEAT_SECONDS: '0.5' },
      ...more,
    });
  }

  /** Pods that have computed, in the order in which they began. */
  public get computed(): string[] {
    const lines = (textOf(this.path('computed')) ?? '').split('\n');
    return lines.filter((line) => line.startsWith('begin')).map((line) => line.slice('begin '.length));
  }

  /** What the version has of a file. */
  public published(name: string): string | undefined {
    return textOf(this.path('store/bucket/chat/1-int8', name));
  }

  /** Something about the store, by the stand-in's files. */
  public mark(name: string, content = ''): void {
    writeFileSync(this.path(name), content);
  }

  /** Starts a container. @internal */
  public start(env: { readonly [name: string]: string }, words: readonly string[]): Running {
    const child = spawn('/bin/sh', [this.path('config/pipeline.sh'), ...words], {
      env,
      cwd: this.root,
      detached: true,
    });
    this.started.push(child);
    let stderr = '';
    child.stderr.on('data', (chunk) => (stderr += chunk));
    // What is in a container ends with its first process.
    child.on('exit', () => killGroup(child));
    const ended = new Promise<Run>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) => resolve({ status: code ?? (signal === 'SIGKILL' ? 137 : 143), stderr }));
    });
    return { ended, kill: () => killGroup(child), terminate: () => child.kill('SIGTERM') };
  }

  public stop(): void {
    for (const child of this.started) killGroup(child);
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** A pod of a pipeline, whose containers are processes of this machine. */
export class ScriptPod {
  public constructor(
    private readonly site: ScriptSite,
    public readonly uid: string,
    public readonly env: { [name: string]: string },
  ) {}

  public start(...words: string[]): Running {
    return this.site.start(this.env, words);
  }

  public begin(): Promise<Run> {
    return this.start('begin').ended;
  }

  /** Starts what computes. */
  public compute(program = COMPUTE): Running {
    return this.start('run', '/bin/sh', '-c', program);
  }

  public publish(): Promise<Run> {
    return this.start('publish').ended;
  }

  /** All of it: begin, and if that ends well what computes and what publishes beside each other. */
  public async whole(program?: string): Promise<{ readonly begin: Run; readonly run?: Run; readonly publish?: Run }> {
    const begin = await this.begin();
    if (begin.status !== 0) return { begin };
    const [publish, run] = await Promise.all([this.publish(), this.compute(program).ended]);
    return { begin, run, publish };
  }

  /** A file of its work. */
  public work(name: string): string | undefined {
    return textOf(this.site.path(this.uid, 'work', name));
  }
}

function killGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}
