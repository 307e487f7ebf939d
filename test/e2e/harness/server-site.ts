import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { App, TerraformStack } from 'cdktf';
import { KubernetesManifests } from '../../../lib/manifests';
import { offer } from './device-plugins';
import { KubeClient, KubeObject } from './kube-client';
import { Difference, PodOptions, PodRunner } from './pod-runner';
import { Stoppable, stopAll } from './process';
import { RecordingProxy } from './proxy';
import { StandInOptions, StandIns } from './stand-ins';
import { parseXml, textOf } from './xml';

/** A control plane, an S3 on the loopback interface, and pods that really run. */
export class ServerSite implements Stoppable {
  public static async start(name: string, options: StandInOptions = {}): Promise<ServerSite> {
    const standIns = await StandIns.start(name, options);
    const { controlPlane, proxy } = standIns;
    if (controlPlane && proxy) return new ServerSite(standIns, controlPlane.client, proxy);
    await standIns.stop();
    throw new Error(`pods need everything: ${standIns.tools.missing.join('; ')}`);
  }

  private readonly runners: PodRunner[] = [];

  private constructor(
    private readonly standIns: StandIns,
    /** An administrator of the cluster. */
    public readonly kube: KubeClient,
    private readonly proxy: RecordingProxy,
  ) {}

  /** Where the store is. */
  public get store(): string {
    return this.proxy.endpoint;
  }

  /** Bytes of the objects whose paths match, that were read from the store so far. */
  public bytesRead(objects: RegExp): number {
    const reads = this.proxy.exchanges.filter(({ method, path: of }) => method === 'GET' && objects.test(of));
    return reads.reduce((sum, { bytes = 0 }) => sum + bytes, 0);
  }

  public get folder(): string {
    return this.standIns.folder;
  }

  /** Adds a node whose GPUs are announced already. */
  public async addNode(node: KubeObject, gpus: number): Promise<void> {
    await offer(this.kube, await this.kube.create(node), { 'nvidia.com/gpu': String(gpus) });
  }

  /** Applies a stack, and what it refers to and does not make itself, once its namespaces are there. */
  public async apply(stack: (app: App) => TerraformStack, others: readonly KubeObject[]): Promise<void> {
    const outdir = path.join(this.folder, 'work', 'cdktf.out');
    mkdirSync(outdir, { recursive: true });
    const objects = KubernetesManifests.of(stack(new App({ outdir, stackTraces: false }))).objects as KubeObject[];
    const namespaces = objects.filter(({ kind }) => kind === 'Namespace');
    for (const object of [...namespaces, ...others, ...objects]) await this.kube.apply(object, 'e2e');
  }

  /** A runner of a pod, which is stopped with the site. */
  public async runner(
    name: string,
    pod: KubeObject,
    options: Omit<PodOptions, 'kube' | 'pod' | 'folder'>,
  ): Promise<PodRunner> {
    const made = await PodRunner.make({ ...options, kube: this.kube, pod, folder: path.join(this.folder, name) });
    this.runners.push(made);
    return made;
  }

  /** Puts an object into the store. */
  public async put(key: string, content?: Buffer): Promise<void> {
    await this.ask('PUT', key, content);
  }

  /** An object of the store, with what its metadata says; undefined where there is none. */
  public async object(key: string): Promise<{ content: Buffer; recipe: string | null } | undefined> {
    const answer = await this.ask('GET', key, undefined, [404]);
    if (answer.status === 404) return undefined;
    return { content: Buffer.from(await answer.arrayBuffer()), recipe: answer.headers.get('x-amz-meta-recipe') };
  }

  /** Paths of the objects in a folder of a bucket, without those of the folder. */
  public async objectsIn(bucket: string, folder: string): Promise<string[]> {
    const answer = await this.ask('GET', `${bucket}?list-type=2&prefix=${encodeURIComponent(`${folder}/`)}`);
    const found = parseXml(await answer.text()).children.filter(({ name }) => name === 'Contents');
    return found.map((each) => textOf(each, 'Key')!.slice(folder.length + 1)).sort();
  }

  /** Removes an object from the store. */
  public async remove(key: string): Promise<void> {
    await this.ask('DELETE', key);
  }

  private async ask(method: string, key: string, body?: Buffer, expected: number[] = []): Promise<Response> {
    const authorization =
      'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0';
    // Of a connection that is kept the server may have had enough just then.
    const headers = { authorization, connection: 'close' };
    const answer = await fetch(`${this.store}/${key}`, { method, body, headers });
    if (answer.ok || expected.includes(answer.status)) return answer;
    throw new Error(`${method} ${key}: ${answer.status} ${await answer.text()}`);
  }

  /** The folder of a program that stands for another one of an image, with what the image sets. */
  public program(name: string, file: string, variables: { readonly [name: string]: string } = {}): string {
    const folder = path.join(this.folder, 'pod-programs', name);
    mkdirSync(folder, { recursive: true });
    const set = Object.entries(variables).map(([variable, value]) => `export ${variable}='${value}'\n`);
    writeFileSync(path.join(folder, name), `#!/bin/sh\n${set.join('')}exec '${file}' "$@"\n`);
    chmodSync(path.join(folder, name), 0o755);
    return folder;
  }

  public async stop(): Promise<void> {
    await stopAll([this.standIns, ...this.runners]);
  }
}

/** A table of differences, as it is printed. */
export function differenceTable(differences: readonly Difference[]): string {
  return differences.map(({ pod, here, reason }) => `  ${pod} -> ${here}: ${reason}`).join('\n');
}
