import { ChildProcess, spawn } from 'child_process';
import { mkdirSync, mkdtempSync } from 'fs';
import { createServer } from 'net';
import * as path from 'path';

/** What `scripts/triton-server/environment.mjs` made. */
interface Environment {
  readonly python: string;
  readonly backends: string;
  readonly caches: string;
  readonly variables: { readonly [name: string]: string };
  readonly work: string;
}

/** The environment that `npm run test:triton` passes. */
export function tritonEnvironment(): Environment {
  const given = process.env.TRITON_SERVER;
  if (given === undefined) throw new Error('start these tests by npm run test:triton');
  return JSON.parse(given);
}

/** A new folder of this run, which the next one removes. */
export function workFolder(name: string): string {
  const { work } = tritonEnvironment();
  mkdirSync(work, { recursive: true });
  return mkdtempSync(path.join(work, `${name}-`));
}

/** Ports of this machine that nobody listens on. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<ReturnType<typeof createServer>>((resolve) => {
          const server = createServer();
          server.listen(0, '127.0.0.1', () => resolve(server));
        }),
    ),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** What a model of a repository is in the index of a server. */
export interface IndexEntry {
  readonly name: string;
  readonly version?: string;
  readonly state?: string;
  readonly reason?: string;
}

/** How to start a server. */
export interface TritonStart {
  /** Arguments, `tritonserver` not among them; those of ports, addresses and folders of backends are added. */
  readonly args: readonly string[];
  /** A command that the arguments follow. @default - `tritonserver` */
  readonly command?: readonly string[];
  readonly environment?: { readonly [name: string]: string };
}

/** A real Triton on loopback. */
export class RealTriton {
  /** Starts one and waits until it listens or has ended, not until its models are ready. */
  public static async start(start: TritonStart): Promise<RealTriton> {
    const [http, grpc, metrics] = await freePorts(3);
    const { backends, caches, variables } = tritonEnvironment();
    const [program, ...rest] = start.command ?? ['tritonserver'];
    const args = [
      ...rest,
      ...start.args.filter((each) => !/^--((http|grpc|metrics)-port|allow-gpu-metrics)=/.test(each)),
      ...[`--http-port=${http}`, `--grpc-port=${grpc}`, `--metrics-port=${metrics}`, '--allow-gpu-metrics=false'],
      ...['--http-address=127.0.0.1', '--grpc-address=127.0.0.1', '--metrics-address=127.0.0.1'],
      ...[`--backend-directory=${backends}`, `--cache-directory=${caches}`],
    ];
    const child = spawn(program, args, {
      env: { ...process.env, ...variables, ...start.environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const server = new RealTriton(child, { http, grpc, metrics });
    await server.#listens();
    return server;
  }

  /** All that it wrote. */
  public log = '';
  /** How it ended. @default - it runs */
  public exit?: number | string;

  private constructor(
    private readonly child: ChildProcess,
    public readonly ports: { readonly http: number; readonly grpc: number; readonly metrics: number },
  ) {
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (this.log += chunk));
    child.on('error', (error) => (this.exit = error.message));
    child.on('exit', (code, signal) => (this.exit = code ?? signal ?? 'unknown'));
  }

  async #listens(): Promise<void> {
    for (let tries = 0; tries < 600 && this.exit === undefined; tries += 1) {
      if ((await this.status('/v2/health/live')) === 200) return;
      await pause(100);
    }
    if (this.exit === undefined) {
      await this.stop();
      throw new Error(`Triton does not listen:\n${this.log}`);
    }
  }

  /** Status of a GET; 0 where nobody answers. */
  public async status(of: string): Promise<number> {
    return (await this.ask(of)).status;
  }

  /** Asks by HTTP: a GET, or a POST of JSON. */
  public async ask(of: string, body?: unknown): Promise<{ status: number; text: string }> {
    try {
      const response = await fetch(`http://127.0.0.1:${this.ports.http}${of}`, {
        method: body === undefined ? 'GET' : 'POST',
        body: body === undefined ? undefined : JSON.stringify(body),
      });
      return { status: response.status, text: await response.text() };
    } catch {
      return { status: 0, text: '' };
    }
  }

  /** The models of its repository with their states and the reasons of those that did not load. */
  public async index(): Promise<IndexEntry[]> {
    const { status, text } = await this.ask('/v2/repository/index', {});
    if (status !== 200) throw new Error(`no index: ${status} ${text}`);
    return JSON.parse(text);
  }

  /** Loads a model under `--model-control-mode=explicit`; the reason for which it does not, or undefined. */
  public async load(model: string): Promise<string | undefined> {
    const { status, text } = await this.ask(`/v2/repository/models/${model}/load`, {});
    return status === 200 ? undefined : (JSON.parse(text) as { error: string }).error;
  }

  /** Infers by JSON: tensors as flat data. */
  public infer(model: string, inputs: readonly JsonTensor[], version?: number) {
    return this.ask(`/v2/models/${model}${version === undefined ? '' : `/versions/${version}`}/infer`, { inputs });
  }

  /** The value of a metric for a model; all its versions together. */
  public async metric(name: string, model: string): Promise<number> {
    const text = await (await fetch(`http://127.0.0.1:${this.ports.metrics}/metrics`)).text();
    const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`) && line.includes(`model="${model}"`));
    return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  }

  /** Ends it, and waits for that. */
  public async stop(): Promise<void> {
    if (this.exit !== undefined) return;
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGTERM');
    const killer = setTimeout(() => this.child.kill('SIGKILL'), 20_000);
    await ended;
    clearTimeout(killer);
  }
}

/** A tensor of the JSON form of the protocol. */
export interface JsonTensor {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
  readonly data: readonly unknown[];
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
