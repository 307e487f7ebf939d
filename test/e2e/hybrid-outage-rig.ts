import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import * as path from 'node:path';
import { App } from 'cdktf';
import { FraudHybrid } from '../../examples/fraud-hybrid/stack';
import { HybridTopology } from '../../lib';
import { RELEASE_KEY } from '../topology/edge/edge-site';
import { Certificates } from './harness/certificates';
import { ControlPlane } from './harness/control-plane';
import { Served, GatewayRunner } from './harness/gateway-runner';
import { KubeClient, KubeObject } from './harness/kube-client';
import { Link } from './harness/link';
import { OwnCluster, STORAGE_CLASS } from './harness/own-cluster';
import { ownNode } from './harness/own-nodes';
import { PlayedServer } from './harness/played-server';
import { PodProcess } from './harness/pod-process';
import { Difference, PodOptions, PodRunner } from './harness/pod-runner';
import { freePort } from './harness/ports';
import { Stoppable, stopAll, until } from './harness/process';
import { Site } from './harness/site';
import { E2E_CACHE, Tools } from './harness/tools';
import { onCpu } from './harness/vllm-on-cpu';

export const BRANCH = 'branch-1';
export const NAMES = { namespace: 'inference', edge: 'risk-13b', cloud: 'risk-65b', gateway: 'gateway' };
/** Where the example says that the gateway of the cloud is. */
const DOOR = 'models.fraud.example.com';
const CLOUD_KEY = 'key-of-branch-1';
const PUBLIC_AUTHORITIES = '/etc/ssl/certs/ca-certificates.crt';
/** Folder of everything but what the control planes have. */
export const FOLDER = path.join(E2E_CACHE, 'runs', 'hybrid-outage');

/** The example with one branch. */
export const fraud = (app: App): FraudHybrid =>
  new FraudHybrid(app, { releaseKey: RELEASE_KEY.publicKey, branches: [BRANCH] });

/** What the pod of the branch, made for a T4, cannot be on the processors of this machine. */
export const serverDifferences = (port: number): Difference[] => [
  ...onCpu(port),
  { pod: '--dtype=float16', here: '--dtype=bfloat16', reason: 'the small model that stands for 13B has this type' },
];

type Found = Required<Tools>;

/** A cloud and a branch, each with a control plane of its own, and a line between them that can be cut. */
export class HybridRig implements Stoppable {
  public static async start(tools: Found): Promise<HybridRig> {
    rmSync(FOLDER, { recursive: true, force: true });
    const started: Stoppable[] = [];
    try {
      const [cloud, branch] = [
        await Site.start('hybrid-outage-cloud'),
        await OwnCluster.start('hybrid-outage', BRANCH),
      ];
      started.push(cloud, branch);
      const rig = new HybridRig(tools, cloud, branch, started);
      await rig.deploy();
      await rig.serve();
      return rig;
    } catch (error) {
      await stopAll(started);
      throw error;
    }
  }

  public readonly topology: HybridTopology = fraud(new App({ stackTraces: false })).topology;
  private readonly certificates = new Certificates(path.join(FOLDER, 'certificates'));
  /** Plays 65B, which no machine of a test can hold. */
  private model!: PlayedServer;
  private cloudGateway!: GatewayRunner;
  private line!: Link;
  private lineIsCut = false;
  private readonly others: Link[] = [];
  private server!: { readonly runner: PodRunner; readonly process: PodProcess; readonly port: number };
  /** The gateway of the branch, as it runs now. */
  public gateway!: GatewayRunner;
  private key!: string;
  private runs = 0;

  private constructor(
    private readonly tools: Found,
    private readonly cloud: Site,
    private readonly branch: OwnCluster,
    private readonly started: Stoppable[],
  ) {}

  /** An administrator of the branch. */
  public get kube(): KubeClient {
    return this.branch.kube;
  }

  /** Bodies of the requests that the model of the cloud has got. */
  public get atCloud(): string[] {
    return this.model.asked.map(({ body }) => body);
  }

  /** What the pod of the cloud's gateway logged. */
  public get cloudLog(): GatewayRunner['requests'] {
    return this.cloudGateway.requests;
  }

  /** Where the server of the branch has its metrics. */
  public get serverPort(): number {
    return this.server.port;
  }

  /** A further way from the branch to the cloud, which is cut with the line. */
  public async wayTo(port: number): Promise<Link> {
    const link = await Link.to(port);
    this.others.push(link);
    this.started.push(link);
    return link;
  }

  public cut(): void {
    this.lineIsCut = true;
    for (const each of [this.line, ...this.others]) each.cut();
  }

  public mend(): void {
    this.lineIsCut = false;
    for (const each of [this.line, ...this.others]) each.mend();
  }

  public get isCut(): boolean {
    return this.lineIsCut;
  }

  /** Asks the gateway of the branch. */
  public async ask(request: object, headers: { readonly [name: string]: string } = {}): Promise<Response> {
    return fetch(`http://127.0.0.1:${this.gateway.port}/v1/chat/completions`, {
      method: 'POST',
      headers: { ...headers, authorization: `Bearer ${this.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'risk', ...request }),
      signal: AbortSignal.timeout(60_000),
    });
  }

  /** The pods of a workload of the branch, as they were admitted, once as many as expected are placed. */
  public async pods(instance: string, count: number, kube = this.kube): Promise<KubeObject[]> {
    const find = async () =>
      (await kube.list('v1', 'Pod', NAMES.namespace)).filter(
        ({ metadata, spec }) =>
          metadata.labels?.['app.kubernetes.io/instance'] === instance &&
          !metadata.deletionTimestamp &&
          spec.nodeName !== undefined,
      );
    await until(async () => (await find()).length === count, 60, `${count} pods of ${instance}`);
    return find();
  }

  /** Deletes the pod of the server, ends its process, and runs the one that its controller makes instead. */
  public async restartServer(): Promise<void> {
    const [old] = await this.pods(NAMES.edge, 1);
    await this.server.process.stop();
    await this.kube.remove(old);
    await this.gone(old);
    await this.startServer();
  }

  /** Likewise of a pod of the gateway. */
  public async restartGateway(): Promise<void> {
    const old = this.gateway.runner.pod;
    await this.gateway.process.stop();
    await this.kube.remove(old);
    await this.gone(old);
    await this.startGateway([old.metadata.uid as string]);
  }

  /** Ends the whole control plane of the branch, and starts it with what it had. */
  public async restartControlPlane(meanwhile: () => Promise<void>): Promise<void> {
    const { endpoint } = this.kube;
    await this.branch.controlPlane.stop();
    await meanwhile();
    const again = await ControlPlane.start({
      programs: this.tools.controlPlane.programs,
      folder: path.join(this.branch.folder, 'kubernetes'),
      port: Number(new URL(endpoint).port),
    });
    this.started.push(again);
  }

  /** Whether nobody answers for the control plane of the branch. */
  public async hasNoControlPlane(): Promise<boolean> {
    return this.kube.get('/readyz').then(
      () => false,
      () => true,
    );
  }

  public async stop(): Promise<void> {
    await stopAll(this.started);
  }

  private async gone(pod: KubeObject): Promise<void> {
    await until(async () => (await this.kube.find(pod)) === undefined, 60, `the end of ${pod.metadata.name}`);
  }

  /** Both halves, and the secrets that the documentation asks for. */
  private async deploy(): Promise<void> {
    const { nodeSelector: labels } = this.topology.sites[BRANCH].nodePool;
    for (const made of [STORAGE_CLASS, ownNode(BRANCH, { labels, gpus: 1 })]) await this.kube.create(made);
    const applyBranch = async () => {
      const workloads = await this.branch.workloads((app) => fraud(app).branches[0], []);
      await workloads.apply();
      return workloads.way;
    };
    const [ofCloud, ofBranch] = await Promise.all([this.cloud.apply(fraud), applyBranch()]);
    console.log(`the Kubernetes half of the cloud went by ${ofCloud}; that of the branch by ${ofBranch}`);
    const { 'tls.crt': crt, 'tls.key': key } = this.certificates.make('cloud', `/CN=${DOOR}`, [DOOR]);
    const secret = (name: string, stringData: { readonly [key: string]: string }, type = 'Opaque'): KubeObject => {
      return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: NAMES.namespace }, stringData, type };
    };
    await this.cloud.kube.create(secret('branch-keys', { [BRANCH]: CLOUD_KEY }));
    await this.cloud.kube.create(secret('gateway-tls', { 'tls.crt': crt, 'tls.key': key }, 'kubernetes.io/tls'));
    await this.kube.create(secret('cloud', { 'api-key': CLOUD_KEY }));
    // The pod mounts it; nothing is fetched here.
    await this.kube.create(secret('model-store', { credentials: '' }));
    // What Helm makes, where it cannot be had.
    const made = (name: string) => secret(name, { 'api-key': `made for ${name}` });
    for (const name of [`${NAMES.cloud}-api-key`]) await createIfMissing(this.cloud.kube, made(name));
    for (const name of [`${NAMES.edge}-api-key`, 'gateway-api-key']) await createIfMissing(this.kube, made(name));
    const { data } = (await this.kube.find(secret('gateway-api-key', {})))!;
    this.key = Buffer.from(data['api-key'] as string, 'base64').toString();
  }

  /** Runs what is asked: a server of the cloud that is played, the gateways of both, and vLLM in the branch. */
  private async serve(): Promise<void> {
    this.model = await PlayedServer.start(() => ({
      body: [{ id: NAMES.cloud, usage: { prompt_tokens: 4, total_tokens: 10 } }],
    }));
    this.started.push(this.model);
    const [pod] = await this.pods(NAMES.gateway, 2, this.cloud.kube);
    this.cloudGateway = await this.runGateway(this.cloud.kube, pod, 'cloud-gateway', [
      { host: `gateway-${NAMES.cloud}.${NAMES.namespace}.svc`, ports: [this.model.port] },
    ]);
    this.line = await Link.to(this.cloudGateway.port);
    this.started.push(this.line);
    const model = path.join(FOLDER, 'model');
    const { python } = this.tools.vllm;
    execFileSync(python, [path.join(__dirname, 'vllm', 'tiny_llama.py'), model, path.join(FOLDER, 'adapter')], {
      stdio: 'pipe',
    });
    await this.startServer();
    await this.startGateway([]);
  }

  /** The container of vLLM, whose weights lie where `fetch-weights` would have put them. */
  private async startServer(): Promise<void> {
    const [pod] = await this.pods(NAMES.edge, 1);
    // The same as before: to the gateway a pod is an address, and here all have one.
    const port = this.server?.port ?? (await freePort());
    const runner = await this.runner(this.kube, pod, `server-${this.runs}`, {
      programs: { vllm: path.dirname(this.tools.vllm.python) },
      differences: serverDifferences(port),
      ports: { 8000: port },
      claims: { [`${NAMES.edge}-sync`]: path.join(FOLDER, 'cache') },
    });
    const weights = path.join(runner.volumes.folderOf('models'), 'weights', NAMES.edge);
    mkdirSync(weights, { recursive: true });
    symlinkSync(path.join(FOLDER, 'model'), path.join(weights, 'stable'));
    const process = await runner.start('vllm');
    const started = async () => process.status !== undefined || (await runner.probe('vllm', 'startupProbe')).ok;
    await until(started, 180, 'the startup probe of vLLM');
    if (process.status !== undefined) throw new Error(`vLLM ended: ${process.output.slice(-4000)}`);
    this.server = { runner, process, port };
  }

  /** @param without pods that are no longer there */
  private async startGateway(without: readonly string[]): Promise<void> {
    const pods = await this.pods(NAMES.gateway, 2);
    const pod = pods.find(({ metadata }) => !without.includes(metadata.uid as string))!;
    const served = [
      { host: `gateway-${NAMES.edge}.${NAMES.namespace}.svc`, ports: [this.server.port] },
      { host: DOOR, ports: [this.line.port] },
    ];
    // Prometheus goes on scraping it where it was.
    this.gateway = await this.runGateway(this.kube, pod, `gateway-${this.runs}`, served, this.gateway?.metricsPort);
  }

  private async runGateway(
    kube: KubeClient,
    pod: KubeObject,
    name: string,
    served: Served[],
    metricsPort?: number,
  ): Promise<GatewayRunner> {
    const runner = (of: string, its: KubeObject, options: Omit<PodOptions, 'kube' | 'pod' | 'folder'>) =>
      this.runner(kube, its, of, options);
    return GatewayRunner.start({ runner }, name, {
      ...{ pod, program: this.tools.envoy.program, served, metricsPort },
      // The authority of this test is public to nobody else.
      texts: [[PUBLIC_AUTHORITIES, this.certificates.authority]],
    });
  }

  private async runner(
    kube: KubeClient,
    pod: KubeObject,
    name: string,
    options: Omit<PodOptions, 'kube' | 'pod' | 'folder'>,
  ): Promise<PodRunner> {
    this.runs += 1;
    const made = await PodRunner.make({ ...options, kube, pod, folder: path.join(FOLDER, name) });
    this.started.push(made);
    return made;
  }
}

async function createIfMissing(kube: KubeClient, object: KubeObject): Promise<void> {
  if (!(await kube.find(object))) await kube.create(object);
}
