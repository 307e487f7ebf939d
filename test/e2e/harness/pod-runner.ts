import * as path from 'node:path';
import { KubeClient, KubeObject } from './kube-client';
import { PodProcess } from './pod-process';
import { PodVolumes } from './pod-volumes';
import { Stoppable, stopAll } from './process';

/** One thing in which a process here differs from its container. */
export interface Difference {
  /** A word of a command, a variable with its value, or `<name>=` for a variable whatever its value. */
  readonly pod: string;
  /** What stands for it here. */
  readonly here: string;
  readonly reason: string;
}

/** How a pod is run here. */
export interface PodOptions {
  /** Where its config maps and secrets are. */
  readonly kube: Pick<KubeClient, 'find'>;
  /** The pod as it was admitted. */
  readonly pod: KubeObject;
  /** Folder of its volumes and logs. */
  readonly folder: string;
  /** Folders with the programs of its images, by container. */
  readonly programs: { readonly [container: string]: string };
  /** What the images of containers run that state arguments alone. @default - each container states its command */
  readonly entrypoints?: { readonly [container: string]: readonly string[] };
  /** What differs, in the arguments and the environment of every container. */
  readonly differences: readonly Difference[];
  /** Ports here, by those of the pod. @default - its own */
  readonly ports?: { readonly [port: number]: number };
  /** Folders that stand for persistent volume claims. @default - none */
  readonly claims?: { readonly [claim: string]: string };
}

type Container = any;

/** What a command of a container ended with. */
export interface Ended {
  readonly container: string;
  readonly status: number;
  readonly output: string;
}

/** Of a probe: whether it succeeded, and what it said. */
export interface Probed {
  readonly ok: boolean;
  readonly said: string;
}

/**
 * Plays the kubelet for one pod of the API server: its containers are processes of this machine, with the commands, arguments, environment, files
 * and probes that the pod states. Paths of mounts become those of folders; resources, users and namespaces are not played.
 */
export class PodRunner implements Stoppable {
  public static async make(options: PodOptions): Promise<PodRunner> {
    const { kube, pod, folder, claims } = options;
    return new PodRunner(options, await PodVolumes.make(kube, pod, path.join(folder, 'volumes'), claims));
  }

  private readonly processes: PodProcess[] = [];
  private count = 0;

  private constructor(
    private readonly options: PodOptions,
    public readonly volumes: PodVolumes,
  ) {}

  /** The pod as it was admitted. */
  public get pod(): KubeObject {
    return this.options.pod;
  }

  /** Runs the init containers one after the other, until one fails. Returns those that ran. */
  public async initialize(): Promise<Ended[]> {
    const ran: Ended[] = [];
    for (const container of this.options.pod.spec.initContainers ?? []) {
      ran.push(await this.runToEnd(container, this.commandOf(container)));
      if (ran[ran.length - 1].status !== 0) break;
    }
    return ran;
  }

  /** Runs a container to its end, as one of a Job. */
  public async run(name: string): Promise<Ended> {
    const container = this.container(name);
    return this.runToEnd(container, this.commandOf(container));
  }

  /** Starts a container. */
  public async start(name: string): Promise<PodProcess> {
    const container = this.container(name);
    return this.startCommand(container, this.commandOf(container), name);
  }

  /** Asks a probe of a container once, as it is stated. */
  public async probe(name: string, kind: 'startupProbe' | 'readinessProbe' | 'livenessProbe'): Promise<Probed> {
    const container = this.container(name);
    const { exec, httpGet, timeoutSeconds = 1 } = container[kind];
    if (exec) {
      const { status, output } = await this.runToEnd(container, exec.command, timeoutSeconds);
      return { ok: status === 0, said: output.trim() };
    }
    const named = (container.ports as { name: string; containerPort: number }[]).find((it) => it.name === httpGet.port);
    const port = named?.containerPort ?? Number(httpGet.port);
    const url = `http://127.0.0.1:${this.options.ports?.[port] ?? port}${httpGet.path as string}`;
    try {
      const answer = await fetch(url, { signal: AbortSignal.timeout(timeoutSeconds * 1000) });
      return { ok: answer.status >= 200 && answer.status < 400, said: `HTTP ${answer.status}` };
    } catch (error) {
      return { ok: false, said: String((error as Error).cause ?? error) };
    }
  }

  /** Runs the hook of a container before it is told to end, as it is stated. */
  public async preStop(name: string): Promise<Ended> {
    const container = this.container(name);
    return this.runToEnd(container, container.lifecycle.preStop.exec.command, this.grace);
  }

  /**
   * Ends a container as the kubelet does after its hook: by the signal, and by force when its grace period is over.
   *
   * @param spent seconds of the grace period that the hook took
   * @returns its exit status
   */
  public async terminate(running: PodProcess, spent: number): Promise<number> {
    running.signal('SIGTERM');
    const forced = setTimeout(() => void running.stop(), Math.max(0, this.grace - spent) * 1000);
    const status = await running.ended;
    clearTimeout(forced);
    return status;
  }

  private get grace(): number {
    return this.options.pod.spec.terminationGracePeriodSeconds as number;
  }

  public async stop(): Promise<void> {
    await stopAll(this.processes);
  }

  private commandOf({ name, command = this.options.entrypoints?.[name] ?? [], args = [] }: Container): string[] {
    return [...command, ...args];
  }

  private container(name: string): Container {
    const { containers, initContainers = [] } = this.options.pod.spec;
    const found = [...containers, ...initContainers].find((each: Container) => each.name === name);
    if (!found) throw new Error(`the pod has no container ${name}`);
    return found;
  }

  private async runToEnd(container: Container, command: readonly string[], seconds = 600): Promise<Ended> {
    const name = container.name as string;
    const running = await this.startCommand(container, command, `${name}-${(this.count += 1)}`);
    const late = setTimeout(() => void running.stop(), seconds * 1000);
    const status = await running.ended;
    clearTimeout(late);
    return { container: name, status, output: running.output };
  }

  private async startCommand(container: Container, command: readonly string[], log: string): Promise<PodProcess> {
    const own = await this.environment(container);
    const workingDir = container.workingDir as string | undefined;
    const started = await PodProcess.start({
      command: command.map((word) => this.translate(container, expand(word, own))),
      env: own,
      cwd: workingDir === undefined ? this.options.folder : this.translate(container, workingDir),
      log: path.join(this.options.folder, 'logs', `${log}.log`),
    });
    this.processes.push(started);
    return started;
  }

  private translate(container: Container, text: string): string {
    const { differences } = this.options;
    const whole = differences.find(({ pod }) => pod === text);
    if (whole) return whole.here;
    return this.volumes.mountsOf(container).applyTo(text);
  }

  private async environment(container: Container): Promise<{ [name: string]: string }> {
    const found: { [name: string]: string } = {};
    for (const { name, value = '', valueFrom } of container.env ?? []) {
      found[name] = valueFrom ? await this.referenced(name, valueFrom) : expand(value, found);
    }
    const here = Object.entries(found).map(([name, value]) => {
      const pair = this.translate(container, `${name}=${value}`);
      return [name, pair.slice(pair.indexOf('=') + 1)];
    });
    const added = this.options.differences
      .filter(({ pod }) => /^[A-Z_]+=$/.test(pod))
      .map(({ pod, here: given }) => {
        return [pod.slice(0, -1), this.translate(container, given)];
      });
    const temporary = this.translate(container, '/tmp');
    const PATH = `${this.options.programs[container.name]}:/usr/local/bin:/usr/bin:/bin`;
    return { PATH, TMPDIR: temporary, ...Object.fromEntries(here), ...Object.fromEntries(added) };
  }

  private async referenced(variable: string, { secretKeyRef: secret, fieldRef: field }: any): Promise<string> {
    // All pods and nodes have the address of this machine.
    if (['status.podIP', 'status.hostIP'].includes(field?.fieldPath)) return '127.0.0.1';
    if (field?.fieldPath === 'metadata.uid') return this.options.pod.metadata.uid!;
    if (!secret) throw new Error(`the source of ${variable} cannot be played here`);
    const { namespace } = this.options.pod.metadata;
    const metadata = { name: secret.name as string, namespace };
    const found = await this.options.kube.find({ apiVersion: 'v1', kind: 'Secret', metadata });
    const value = found?.data?.[secret.key] as string | undefined;
    if (value === undefined) throw new Error(`${variable} needs key ${secret.key} of secret ${secret.name}`);
    return Buffer.from(value, 'base64').toString('utf8');
  }
}

/** References to variables as Kubernetes expands them. */
function expand(text: string, values: { readonly [name: string]: string }): string {
  return text.replace(/\$\$|\$\(([\w.-]+)\)/g, (found, name) => (found === '$$' ? '$' : (values[name] ?? found)));
}
