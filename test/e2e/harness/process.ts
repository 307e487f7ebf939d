import { ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import * as path from 'node:path';

/** Something that runs until it is stopped. */
export interface Stoppable {
  stop(): Promise<void>;
}

/**
 * Runs a program that ends when the process that started it does, however that ends: the standard input of this shell is a pipe,
 * and when its other end is gone the program is told to stop.
 */
const LEASH = [
  'exec 3<&0',
  '"$@" 3<&- & program=$!',
  '(cat <&3 >/dev/null; kill "$program" 2>/dev/null) & watcher=$!',
  'wait "$program"; status=$?',
  'kill "$watcher" 2>/dev/null',
  'exit "$status"',
].join('\n');

/** The command line that keeps a program on a leash; its standard input must be a pipe. */
export function leashed(command: readonly string[]): [program: string, args: string[]] {
  return ['/bin/sh', ['-c', LEASH, 'leash', ...command]];
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
    mkdirSync(options.folder, { recursive: true });
    const log = path.join(options.folder, `${options.name}.log`);
    const output = openSync(log, 'w');
    const [shell, args] = leashed(options.command);
    const stdio: ['pipe', number, number] = ['pipe', output, output];
    const env = options.env as NodeJS.ProcessEnv;
    // A group of its own, so that an interrupt from the keyboard leaves it to us to stop it, and so that all of it can be ended.
    const child = spawn(shell, args, { cwd: options.folder, env, stdio, detached: true });
    closeSync(output);
    const ended = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, signal) => resolve(`it exited with ${signal ?? code}`));
    });
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
    this.child.stdin?.destroy();
    const forced = setTimeout(() => this.child.pid && process.kill(-this.child.pid, 'SIGKILL'), 10_000);
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

/** Within the time that jest gives a test. */
const LONGEST_SECONDS = 500;

/**
 * Waits for a condition, asked four times a second.
 *
 * @param seconds how long it may take on a machine with nothing else to do; three times that is waited, for others run beside
 * @param what is waited for, also as it was when there was no more time
 */
export async function until(
  condition: () => Promise<boolean> | boolean,
  seconds: number,
  what: string | (() => string) = 'a condition',
): Promise<void> {
  const limit = Math.max(seconds, Math.min(3 * seconds, LONGEST_SECONDS));
  const end = Date.now() + limit * 1000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`${typeof what === 'string' ? what : what()} did not hold within ${limit} s`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
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
