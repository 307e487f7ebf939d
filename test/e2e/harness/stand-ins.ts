import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { ControlPlane } from './control-plane';
import { playDevicePlugins } from './device-plugins';
import { Emulator } from './emulator';
import { startKueue } from './kueue';
import { startKServe } from './kserve';
import { startLeaderWorkerSets } from './leader-worker-set';
import { startJobSets } from './job-set';
import { freePort } from './ports';
import { Stoppable, stopAll } from './process';
import { awsProgram } from './programs';
import { RecordingProxy } from './proxy';
import { Terraform } from './terraform';
import { E2E_CACHE, Tools, tools } from './tools';
import { playVolumeProvisioner } from './volumes';

/** How the stand-ins are started. */
export interface StandInOptions {
  /** Whether what they hold outlives them, and is taken up by the next start in the same folder. @default false */
  readonly keep?: boolean;
  /** Whether there is to be a Kubernetes control plane. @default - when its programs are there */
  readonly controlPlane?: boolean;
  /** Whether the controller of LeaderWorkerSets runs on the control plane, with its definitions. @default false */
  readonly leaderWorkerSets?: boolean;
  /** Whether Kueue runs on the control plane, with its definitions. @default false */
  readonly kueue?: boolean;
  /** Whether KServe's webhooks and controller run on the control plane, with its definitions. @default false */
  readonly kserve?: boolean;
  /** Further arguments of kube-controller-manager. @default - none */
  readonly managerArguments?: readonly string[];
  /** Further arguments of kube-apiserver. @default - none */
  readonly apiServerArguments?: readonly string[];
  /** How long a node is there without a word of its kubelet, for nodes that will be lost: see `lost-nodes.ts`. @default - 40, and none is lost */
  readonly leaseSeconds?: number;
  /** Whether the controller of JobSets runs on the control plane, with its definition. @default false */
  readonly jobSets?: boolean;
  /** Whether there is to be an AWS stand-in. @default - when its program is there */
  readonly aws?: boolean;
}

interface Ports {
  readonly api: number;
  readonly proxy: number;
}

/** The servers that play AWS and Kubernetes, all on the loopback interface. */
export class StandIns implements Stoppable {
  /**
   * @param name folder below the cache folder, removed first unless it is to be kept
   * @param options what to start
   */
  public static async start(name: string, options: StandInOptions = {}): Promise<StandIns> {
    const folder = path.join(E2E_CACHE, 'runs', name);
    if (!options.keep) rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const started: Stoppable[] = [];
    try {
      return await StandIns.startAll(folder, tools(), options, started);
    } catch (error) {
      await stopAll(started);
      throw error;
    }
  }

  private static async startAll(
    folder: string,
    found: Tools,
    options: StandInOptions,
    started: Stoppable[],
  ): Promise<StandIns> {
    const keep = options.keep ?? false;
    const ports = await portsOf(folder);
    let controlPlane: ControlPlane | undefined;
    if (found.controlPlane && options.controlPlane !== false) {
      const { programs } = found.controlPlane;
      controlPlane = await ControlPlane.start({
        programs,
        folder: path.join(folder, 'kubernetes'),
        port: ports.api,
        managerArguments: options.managerArguments,
        apiServerArguments: options.apiServerArguments,
        leaseSeconds: options.leaseSeconds,
      });
      started.push(controlPlane, playDevicePlugins(controlPlane.client), playVolumeProvisioner(controlPlane.client));
      if (options.jobSets) started.push(await startJobSets(controlPlane, found, folder));
      if (options.leaderWorkerSets) started.push(await startLeaderWorkerSets(controlPlane, found, folder));
      if (options.kueue) started.push(await startKueue(controlPlane, found, folder));
      if (options.kserve) started.push(await startKServe(controlPlane, found, folder));
    }
    let proxy: RecordingProxy | undefined;
    if (found.emulator && options.aws !== false) {
      const emulator = await Emulator.start(found.emulator.python, path.join(folder, 'aws'), { keep });
      started.push(emulator);
      proxy = await RecordingProxy.start({
        emulatorPort: emulator.port,
        port: ports.proxy,
        cluster: controlPlane?.access,
        recordFile: path.join(folder, 'aws', 'exchanges.jsonl'),
        memoryFile: keep ? path.join(folder, 'aws', 'memory.json') : undefined,
      });
      started.push(proxy);
    }
    return new StandIns(folder, found, proxy, controlPlane, started, options.aws !== false);
  }

  /** Terraform against these stand-ins; only where there is Terraform itself, and an AWS stand-in unless none was asked for. */
  public readonly terraform?: Terraform;

  private constructor(
    /** Folder of everything that belongs to this run. */
    public readonly folder: string,
    public readonly tools: Tools,
    public readonly proxy: RecordingProxy | undefined,
    public readonly controlPlane: ControlPlane | undefined,
    private readonly started: readonly Stoppable[],
    wantsAws: boolean,
  ) {
    if (tools.terraform && (proxy || !wantsAws)) {
      this.terraform = new Terraform({
        file: tools.terraform.file,
        product: tools.terraform.product,
        providers: tools.providers,
        folder: path.join(folder, 'work'),
        awsEndpoint: proxy?.endpoint,
        programs: controlPlane && awsProgram(path.join(folder, 'programs'), controlPlane.access.token),
      });
    }
  }

  public async stop(): Promise<void> {
    await stopAll(this.started);
  }
}

/** The same ports at each start, because they stand in the state that outlives the servers. */
async function portsOf(folder: string): Promise<Ports> {
  const file = path.join(folder, 'ports.json');
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Ports;
  const ports = { api: await freePort(), proxy: await freePort() };
  writeFileSync(file, JSON.stringify(ports));
  return ports;
}
