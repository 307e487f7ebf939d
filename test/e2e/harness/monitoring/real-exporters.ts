import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { KubeObject } from '../kube-client';
import { PodProcess } from '../pod-process';
import { Difference, PodRunner } from '../pod-runner';
import { freePort } from '../ports';
import { Stoppable, until } from '../process';
import { Program } from '../tools';
import { StandsFor, discoveredPod } from './local-scrapes';

/** What the pod of an exporter is run from. */
export interface ExporterOptions {
  readonly pod: KubeObject;
  readonly program: Program;
  /** Folder of everything of this pod. */
  readonly folder: string;
}

/** An exporter that runs as its pod says, on the loopback interface. */
export class RealExporter implements Stoppable {
  /**
   * kube-state-metrics, which tells what an API server knows.
   *
   * @param kubeconfig of the account of its pod
   */
  public static async kubeStateMetrics(options: ExporterOptions, kubeconfig: string): Promise<RealExporter> {
    const [port, telemetry] = [await freePort(), await freePort()];
    const added = [`--kubeconfig=${kubeconfig}`, '--host=127.0.0.1', '--telemetry-host=127.0.0.1'];
    const reason = 'several pods have one address';
    return RealExporter.start(options, {
      ports: { 8080: port, 8081: telemetry },
      differences: [
        { pod: '--port=8080', here: `--port=${port}`, reason },
        { pod: '--telemetry-port=8081', here: `--telemetry-port=${telemetry}`, reason },
      ],
      added,
      said: [{ pod: '(nothing)', here: added.join(' '), reason: 'it is no pod: the token is one of the same account' }],
    });
  }

  /** The node exporter, which tells of this machine. */
  public static async nodeExporter(options: ExporterOptions): Promise<RealExporter> {
    const port = await freePort();
    const listens = (at: number) => `--web.listen-address=[127.0.0.1]:${at}`;
    const differences = [
      { pod: listens(9100), here: listens(port), reason: 'a node has one such pod, and this machine may have another' },
    ];
    return RealExporter.start(options, { ports: { 9100: port }, differences, added: [], said: [] });
  }

  private static async start({ pod, program, folder }: ExporterOptions, how: How): Promise<RealExporter> {
    const [{ name }] = pod.spec.containers as { name: string }[];
    const runner = await PodRunner.make({
      ...{ pod, folder, ports: how.ports, differences: how.differences },
      kube: { find: () => Promise.resolve(undefined) },
      programs: { [name]: programWith(program.program, path.join(folder, 'programs'), how.added) },
      entrypoints: { [name]: ['exporter'] },
    });
    const process = await runner.start(name);
    const exporter = new RealExporter(runner, process, pod, how);
    try {
      const ready = async () => process.status !== undefined || (await runner.probe(name, 'readinessProbe')).ok;
      await until(ready, 120, `the readiness probe of ${name}`);
      if (process.status !== undefined) throw new Error(`${name} ended with ${process.status}`);
    } catch (error) {
      await exporter.stop();
      throw new Error(`${String(error)}\n${process.output.slice(-4000)}`, { cause: error });
    }
    return exporter;
  }

  private constructor(
    private readonly runner: PodRunner,
    private readonly process: PodProcess,
    private readonly pod: KubeObject,
    private readonly how: How,
  ) {}

  /** Port here of a port of its container. */
  public port(containerPort: number): number {
    return this.how.ports[containerPort];
  }

  /** What it has written. */
  public get output(): string {
    return this.process.output;
  }

  /** What is not as the pod says. */
  public get differences(): readonly Difference[] {
    return [...this.how.differences, ...this.how.said];
  }

  /** Whether the probes of its container succeed. */
  public async probes(): Promise<{ [probe: string]: boolean }> {
    const [{ name }] = this.pod.spec.containers as { name: string }[];
    const found: { [probe: string]: boolean } = {};
    for (const probe of ['readinessProbe', 'livenessProbe'] as const)
      found[probe] = (await this.runner.probe(name, probe)).ok;
    return found;
  }

  /** What Prometheus would find of it. */
  public standsFor(job: string, containerPort: number): StandsFor {
    return { job, port: this.port(containerPort), discovered: discoveredPod(this.pod, containerPort) };
  }

  public async stop(): Promise<void> {
    await this.runner.stop();
  }
}

interface How {
  readonly ports: { readonly [port: number]: number };
  readonly differences: readonly Difference[];
  /** Arguments beside those of the pod. */
  readonly added: readonly string[];
  /** What differs beside the arguments. */
  readonly said: readonly Difference[];
}

/** A folder with a program `exporter` that is another one with more arguments. */
function programWith(program: string, folder: string, added: readonly string[]): string {
  const quoted = [program, ...added].map((word) => `'${word.replaceAll("'", `'\\''`)}'`);
  const [own, ...more] = quoted;
  const file = path.join(folder, 'exporter');
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, `#!/bin/sh\nexec ${own} "$@" ${more.join(' ')}\n`);
  chmodSync(file, 0o755);
  return folder;
}
