import { execFileSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { PIPED } from '../model-pipeline-stack';
import { STORE } from '../vllm-streamed-stack';
import { KubeObject } from './kube-client';
import { Difference, Ended, PodRunner } from './pod-runner';
import { until } from './process';
import { ServerSite } from './server-site';
import { tools } from './tools';

/** Characters of the text on which source and result are compared. */
const TEXT = 12_000;

/** Seconds of the lease: what is killed is noticed sooner than in a cluster. */
const HASTE = {
  ...{ LEASE_RENEW_SECONDS: '5', LEASE_STALE_SECONDS: '75', LEASE_POLL_SECONDS: '2' },
  ...{ BEAT_SECONDS: '1', DEAD_SECONDS: '20' },
};

/** How a pod of a pipeline is run. */
export interface PipelinePodOptions {
  /** The container that is killed, and how long after its start, seconds. @default - none is */
  readonly kill?: { readonly container: string; readonly after: number };
  /** The folder that stands for the claim of a volume. @default - there is no claim */
  readonly claim?: string;
  /** Further differences. @default - none */
  readonly differences?: readonly Difference[];
}

/** How a container ended. */
export interface ContainerEnd extends Ended {
  readonly seconds: number;
}

/** The SHA-256 of what is in the store, by the path of each file. */
export type Sums = { readonly [file: string]: string };

/** What a pod of a pipeline cannot be here. */
export function pipelineDifferences(store: string): Difference[] {
  return [
    ...['AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL'].map((name) => {
      return { pod: `${name}=${STORE}`, here: `${name}=${store}`, reason: 'there is no DNS of a cluster' };
    }),
    { pod: 'TORCHDYNAMO_DISABLE=', here: '1', reason: 'this PyTorch is without what compiles' },
    { pod: 'OMP_WAIT_POLICY=', here: 'PASSIVE', reason: 'threads that wait leave the processors to other tests' },
    ...Object.entries(HASTE).map(([name, here]) => ({ pod: `${name}=`, here, reason: 'nobody waits for minutes' })),
  ];
}

/** Pipelines whose pods really run, and their store. */
export class PipelinePods {
  /** Puts the source and the text into the store of a site. */
  public static async prepare(site: ServerSite): Promise<PipelinePods> {
    const { python, folder, model } = tools().jobs!;
    await site.put(PIPED.bucket);
    const files = readdirSync(model).filter((name) => name !== 'trained.json');
    const source = Object.fromEntries(files.map((name) => [name, readFileSync(path.join(model, name))]));
    const print = 'import sys, tiny; sys.stdout.buffer.write(tiny.texts()[1].encode())';
    const env = { ...process.env, PYTHONPATH: path.join(folder, 'tests') };
    const text = execFileSync(python, ['-c', print], { env, stdio: 'pipe', maxBuffer: 2 ** 24 }).subarray(0, TEXT);
    const pods = new PipelinePods(site);
    await pods.publish(`${PIPED.model}/1`, source);
    await pods.publish(`${PIPED.text.name}/1`, { [PIPED.text.file]: text });
    return pods;
  }

  private count = 0;

  private constructor(private readonly site: ServerSite) {}

  /** Folder of this machine that stands for a claim, made when it is not there. */
  public claim(name: string): string {
    const folder = path.join(this.site.folder, 'claims', name);
    mkdirSync(folder, { recursive: true });
    return folder;
  }

  /** The pod that the controller of Jobs made of a pipeline, as it was admitted. */
  public async admitted(name: string): Promise<KubeObject> {
    const find = async () => {
      const pods = await this.site.kube.list('v1', 'Pod', PIPED.namespace);
      return pods.find(({ metadata }) => metadata.labels?.['app.kubernetes.io/instance'] === name);
    };
    await until(async () => (await find()) !== undefined, 60, `the pod of ${name}`);
    return (await find())!;
  }

  /**
   * Runs a pod from its beginning, on a disk of its own where there is no claim: init containers one after the other until one fails, then the others beside each
   * other. Returns those that ran: first the one that computes, then the one that publishes.
   */
  public async run(admitted: KubeObject, options: PipelinePodOptions = {}): Promise<ContainerEnd[]> {
    // Each is another pod of its Job.
    const pod: KubeObject = { ...admitted, metadata: { ...admitted.metadata, uid: randomUUID() } };
    const { kill, claim, differences = [] } = options;
    const { awsCli, jobs } = tools();
    const aws = this.site.program('aws', awsCli!.file);
    const runner = await this.site.runner(`pod-${(this.count += 1)}`, pod, {
      programs: {
        begin: aws,
        run: this.site.program('python3', jobs!.python, { PYTHONPATH: path.join(jobs!.folder, 'src') }),
        publish: aws,
      },
      differences: [...differences, ...pipelineDifferences(this.site.store)],
      claims: claim === undefined ? {} : { [PIPED.claim]: claim },
    });
    translateSpec(runner, pod);
    const runToEnd = async (container: string): Promise<ContainerEnd> => {
      const started = performance.now();
      const running = await runner.start(container);
      const late =
        kill?.container === container
          ? setTimeout(() => void running.stop(), Math.max(0, kill.after) * 1000)
          : undefined;
      const status = await running.ended;
      clearTimeout(late);
      // What a container has started ends with its first process.
      await running.stop();
      return { container, status, output: running.output, seconds: (performance.now() - started) / 1000 };
    };
    const ends: ContainerEnd[] = [];
    for (const { name } of pod.spec.initContainers as { name: string }[]) {
      ends.push(await runToEnd(name));
      if (ends[ends.length - 1].status !== 0) return ends;
    }
    const names = (pod.spec.containers as { name: string }[]).map(({ name }) => name);
    return [...ends, ...(await Promise.all(names.sort().reverse().map(runToEnd)))];
  }

  /** What is in a folder of the store. */
  public files(folder: string): Promise<string[]> {
    return this.site.objectsIn(PIPED.bucket, folder);
  }

  /** A file of a folder of the store. */
  public async read(folder: string, file: string): Promise<string> {
    return (await this.site.object(`${PIPED.bucket}/${folder}/${file}`))!.content.toString();
  }

  /**
   * The checksums of a version, which must be whole where there is its manifest, and of the given address.
   *
   * @returns undefined where there is no manifest
   */
  public async version(folder: string, address: string): Promise<Sums | undefined> {
    const found = await this.site.object(`${PIPED.bucket}/${folder}/SHA256SUMS`);
    if (found === undefined) return undefined;
    expect(found.recipe).toBe(address);
    const sums: { [file: string]: string } = {};
    for (const file of (await this.files(folder)).filter((name) => name !== 'SHA256SUMS')) {
      sums[file] = sha256((await this.site.object(`${PIPED.bucket}/${folder}/${file}`))!.content);
    }
    expect(found.content.toString()).toBe(manifestOf(sums));
    return sums;
  }

  /** Removes all of a folder of the store. */
  public async wipe(folder: string): Promise<void> {
    for (const file of await this.files(folder)) await this.site.remove(`${PIPED.bucket}/${folder}/${file}`);
  }

  private async publish(folder: string, files: { readonly [name: string]: Buffer }): Promise<void> {
    const at = `${PIPED.bucket}/${folder}`;
    for (const [name, content] of Object.entries(files)) await this.site.put(`${at}/${name}`, content);
    const sums = Object.fromEntries(Object.entries(files).map(([name, content]) => [name, sha256(content)]));
    await this.site.put(`${at}/SHA256SUMS`, Buffer.from(manifestOf(sums)));
  }
}

/** Paths in the specification are those of the pod too, which its runner knows of commands and variables alone. */
function translateSpec({ volumes }: PodRunner, { spec }: KubeObject): void {
  const file = path.join(volumes.folderOf('config'), 'spec.json');
  const here = volumes.mountsOf(spec.initContainers[0]).applyTo(readFileSync(file, 'utf8'));
  rmSync(file);
  writeFileSync(file, here);
}

/** Files whose content is alike in every run: what was measured is not. */
export function reproducible({ 'pipeline-result.json': measured, ...rest }: Sums): Sums {
  expect(measured).toBeDefined();
  return rest;
}

function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

/** As `sha256sum` writes it, in the order of the paths' bytes. */
function manifestOf(sums: Sums): string {
  const files = Object.keys(sums).sort();
  return files.map((file) => `${sums[file]}  ${file}\n`).join('');
}
