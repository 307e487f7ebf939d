import { ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import * as path from 'node:path';

/** Something that runs until it is stopped. */
export interface Stoppable {
  stop(): Promise<void>;
}

const live = new Set<ChildProcess>();
let guarded = false;

/** Whatever ends this process ends its servers: no server outlives a failed, interrupted or crashed run. */
function guard(): void {
  if (guarded) return;
  guarded = true;
  const killAll = () => live.forEach((child) => child.kill('SIGKILL'));
  process.on('exit', killAll);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      killAll();
      process.kill(process.pid, signal);
    });
  }
}

/** How a server is started. */
export interface ServerOptions {
  readonly name: string;
  readonly command: string[];
  /** Folder of its log, `<name>.log`, and its working directory. */
  readonly folder: string;
  /** Its whole environment. */
  readonly env: { [name: string]: string | undefined };
  /** Resolves to true when it is ready. */
  readonly ready: () => Promise<boolean>;
  readonly timeoutSeconds?: number;
}

/** A server of this run: a child process with a log, ready when `start` resolves. */
export class Server implements Stoppable {
  public static async start(options: ServerOptions): Promise<Server> {
    guard();
    mkdirSync(options.folder, { recursive: true });
    const log = path.join(options.folder, `${options.name}.log`);
    const output = openSync(log, 'w');
    const [program, ...args] = options.command;
    const stdio: ['ignore', number, number] = ['ignore', output, output];
    const child = spawn(program, args, { cwd: options.folder, env: options.env as NodeJS.ProcessEnv, stdio });
    closeSync(output);
    live.add(child);
    const ended = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, signal) => resolve(`it exited with ${signal ?? code}`));
    });
    void ended.then(() => live.delete(child));
    const server = new Server(options.name, child, ended);

    let reason: string | undefined;
    void ended.then((text) => (reason = text));
    const isReady = () => options.ready().catch(() => false);
    const seconds = options.timeoutSeconds ?? 60;
    await until(async () => reason !== undefined || (await isReady()), seconds).catch(() => {
      reason = `it was not ready after ${seconds} s`;
    });
    if (reason !== undefined) {
      await server.stop();
      const tail = existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n').slice(-15).join('\n') : '';
      throw new Error(`${options.name} did not start: ${reason}\n${tail}`);
    }
    return server;
  }

  private constructor(
    public readonly name: string,
    private readonly child: ChildProcess,
    private readonly ended: Promise<string>,
  ) {}

  /** Ends it, by force when it does not end by itself. */
  public async stop(): Promise<void> {
    if (!live.has(this.child)) return;
    this.child.kill('SIGTERM');
    const forced = setTimeout(() => this.child.kill('SIGKILL'), 10_000);
    await this.ended;
    clearTimeout(forced);
  }
}

/** Stops everything, last started first; one that fails to stop does not keep the others running. */
export async function stopAll(things: readonly (Stoppable | undefined)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const thing of [...things].reverse()) {
    await thing?.stop().catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw failures[0];
}

/** Waits for a condition, asked four times a second. */
export async function until(
  condition: () => Promise<boolean> | boolean,
  seconds: number,
  what = 'a condition',
): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`${what} did not hold within ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

/** A port of the loopback interface that nobody uses. */
export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** The environment without anybody's AWS, Kubernetes or Terraform settings, and with a home of its own. */
export function isolatedEnvironment(
  home: string,
  extra: { [name: string]: string } = {},
): { [name: string]: string | undefined } {
  const foreign = /^(AWS_|TF_|KUBE|HELM_|CDKTF_|npm_|(https?|all|no)_proxy$)/i;
  const kept = Object.entries(process.env).filter(([name]) => !foreign.test(name));
  mkdirSync(home, { recursive: true });
  return { ...Object.fromEntries(kept), HOME: home, CHECKPOINT_DISABLE: '1', ...extra };
}
