import { execFileSync } from 'node:child_process';
import { constants } from 'node:os';
import * as path from 'node:path';
import { KubeObject } from '../kube-client';
import { Difference, PodRunner } from '../pod-runner';
import { PodProcess } from '../pod-process';
import { freePort } from '../ports';
import { Stoppable, until } from '../process';
import { Tools } from '../tools';
import { onCpu } from '../vllm-on-cpu';
import { StandsFor, discoveredPod } from './local-scrapes';
import { TritonPorts, leaveOutMetrics, tritonOnCpu, tritonProgram } from './triton-on-cpu';

/** What a pod is run from. */
export interface ServedOptions {
  /** All objects of the program, and the secrets that they refer to. */
  readonly objects: readonly KubeObject[];
  readonly tools: Required<Pick<Tools, 'vllm' | 'triton'>>;
  /** Folder of everything of this pod. */
  readonly folder: string;
}

/** Writes a random model for vLLM into a folder, and an adapter of it into another. */
export function writeTinyModel(python: string, model: string, adapter: string): void {
  execFileSync(python, [path.join(__dirname, '..', '..', 'vllm', 'tiny_llama.py'), model, adapter], { stdio: 'pipe' });
}

/** A pod whose server really runs, and is scraped. */
export class ServedModels implements Stoppable {
  /**
   * The pod of a deployment of vLLM.
   *
   * @param deployment its name
   * @param weights folder of the model, which its init container would fetch
   */
  public static async vllm(options: ServedOptions, deployment: string, weights: string): Promise<ServedModels> {
    const port = await freePort();
    const differences: Difference[] = [
      ...onCpu(port),
      {
        pod: `/models/weights/${deployment}/1`,
        here: weights,
        reason: 'nothing is fetched: test/e2e/vllm-server.e2e.ts does',
      },
    ];
    const { vllm } = options.tools;
    const made = await ServedModels.make(options, deployment, {
      differences,
      ports: { 8000: port },
      programs: { vllm: path.dirname(vllm.python) },
    });
    await made.start('vllm', 540);
    return made;
  }

  /** The pod of a deployment of Triton. */
  public static async triton(options: ServedOptions, deployment: string): Promise<ServedModels> {
    const ports: TritonPorts = { http: await freePort(), grpc: await freePort(), metrics: await freePort() };
    const { spec } = podOf(options.objects, deployment);
    const args = (spec.containers as { args: string[] }[])[0].args;
    const { folder, leftOut } = tritonProgram(options.tools.triton, path.join(options.folder, 'programs'), args);
    const differences: Difference[] = [
      ...tritonOnCpu(ports),
      ...leftOut.map((pod) => ({ pod, here: '(left out)', reason: 'its version does not know it' })),
    ];
    const made = await ServedModels.make(options, deployment, {
      differences: differences.filter(({ here }) => here !== '(left out)'),
      said: [
        ...differences,
        { pod: 'model_metrics', here: '(left out)', reason: 'its version does not know the field' },
      ],
      ports: { 8000: ports.http, 8001: ports.grpc, 8002: ports.metrics },
      programs: { triton: folder, 'assemble-repository': '/usr/bin' },
    });
    const [assembled] = await made.runner.initialize();
    if (assembled.status !== 0) throw new Error(`the repository is not assembled:\n${assembled.output}`);
    leaveOutMetrics(made.runner);
    await made.start('triton', 120);
    return made;
  }

  private static async make(
    { objects, folder }: ServedOptions,
    deployment: string,
    {
      said,
      ...how
    }: {
      readonly differences: readonly Difference[];
      readonly said?: readonly Difference[];
      readonly ports: { readonly [port: number]: number };
      readonly programs: { readonly [container: string]: string };
    },
  ): Promise<ServedModels> {
    const pod = podOf(objects, deployment);
    const find = ({ kind, metadata }: Pick<KubeObject, 'kind' | 'metadata'>) =>
      Promise.resolve(objects.find((object) => object.kind === kind && object.metadata.name === metadata.name));
    const runner = await PodRunner.make({ kube: { find } as never, pod, folder, ...how });
    return new ServedModels(runner, pod, how.ports, said ?? how.differences);
  }

  private process?: PodProcess;
  private container?: string;

  private constructor(
    private readonly runner: PodRunner,
    private readonly pod: KubeObject,
    private readonly ports: { readonly [port: number]: number },
    /** What is not as the pod says. */
    public readonly differences: readonly Difference[],
  ) {}

  /** Port here of the first port of its container, where it is asked. */
  public get port(): number {
    return this.ports[8000];
  }

  /** What Prometheus would find of it. */
  public standsFor(job: string, containerPort: number): StandsFor {
    return { job, port: this.ports[containerPort], discovered: discoveredPod(this.pod, containerPort) };
  }

  /** That its server has ended, with what it said last; undefined while it runs. */
  public get ending(): string | undefined {
    const { process, container, pod } = this;
    if (process?.status === undefined) return undefined;
    const said = process.output.trimEnd().split('\n').slice(-20).join('\n');
    return `the server ${container} of pod ${pod.metadata.name} ended with ${statusName(process.status)}; it said last:\n${said}`;
  }

  public async stop(): Promise<void> {
    await this.runner.stop();
  }

  private async start(container: string, seconds: number): Promise<void> {
    try {
      this.container = container;
      const running = (this.process = await this.runner.start(container));
      // A probe is a process of its own, and takes from the start of a server what it asks for.
      const started = async () => {
        if (running.status !== undefined || (await this.runner.probe(container, 'readinessProbe')).ok) return true;
        await new Promise((resolve) => setTimeout(resolve, 2000));
        return false;
      };
      await until(started, seconds, `the readiness probe of ${container}`);
      if (running.status !== undefined) throw new Error(`${container} ended with ${running.status}`);
    } catch (error) {
      const said = this.process?.output.slice(-4000);
      await this.stop();
      throw new Error(`${String(error)}\n${said}`, { cause: error });
    }
  }
}

/** As a shell tells of a program that a signal ended. */
function statusName(status: number): string {
  const [signal] = Object.entries(constants.signals).find(([, number]) => status === 128 + number) ?? [];
  return signal ? `${status} (${signal})` : String(status);
}

/** The pod that a deployment or a daemon set makes, without an API server. */
export function podOf(objects: readonly KubeObject[], deployment: string): KubeObject {
  const makers = ['Deployment', 'DaemonSet'];
  const found = objects.find(({ kind, metadata }) => makers.includes(kind) && metadata.name === deployment);
  if (!found) throw new Error(`there is no deployment ${deployment}`);
  const { metadata, spec } = found.spec.template;
  const own = { namespace: found.metadata.namespace, name: `${deployment}-0`, uid: `${deployment}-0` };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, ...own }, spec } as KubeObject;
}
