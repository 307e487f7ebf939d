import { ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import { Stoppable, leashed, until } from './process';

/** What a process is started as. */
export interface ProcessOptions {
  readonly command: readonly string[];
  /** Its whole environment. */
  readonly env: { readonly [name: string]: string };
  readonly cwd: string;
  /** File that it writes to. */
  readonly log: string;
}

/** Writes its number down and becomes the program, so that a signal reaches the program alone, as it does the first process of a container. */
const NUMBERED = 'printf %s "$$" > "$0"; exec "$@"';

/** A process of a container: in a group of its own, and gone when we are. */
export class PodProcess implements Stoppable {
  public static async start({ command, env, cwd, log }: ProcessOptions): Promise<PodProcess> {
    mkdirSync(path.dirname(log), { recursive: true });
    const numberFile = `${log}.pid`;
    const output = openSync(log, 'w');
    const [shell, args] = leashed(['/bin/sh', '-c', NUMBERED, numberFile, ...command]);
    const child = spawn(shell, args, { cwd, env: { ...env }, stdio: ['pipe', output, output], detached: true });
    closeSync(output);
    const started = new PodProcess(child, log, numberFile);
    const known = () => started.status !== undefined || (existsSync(numberFile) && started.number > 0);
    await until(known, 10, `the start of ${command[0]}`).catch(async (error) => {
      await started.stop();
      throw error;
    });
    return started;
  }

  /** Resolves with its exit status; 128 and more for a signal. */
  public readonly ended: Promise<number>;
  #status?: number;

  private constructor(
    private readonly child: ChildProcess,
    private readonly log: string,
    private readonly numberFile: string,
  ) {
    this.ended = new Promise((resolve) => {
      const end = (status: number) => {
        this.#status = status;
        resolve(status);
      };
      child.once('error', () => end(127));
      child.once('exit', (code, signal) => end(code ?? (signal === 'SIGKILL' ? 137 : 143)));
    });
  }

  /** Its exit status; undefined while it runs. */
  public get status(): number | undefined {
    return this.#status;
  }

  /** What it has written. */
  public get output(): string {
    return existsSync(this.log) ? readFileSync(this.log, 'utf8') : '';
  }

  private get number(): number {
    return Number(readFileSync(this.numberFile, 'utf8'));
  }

  /** Tells the program, and nothing that it has started. */
  public signal(name: NodeJS.Signals): void {
    if (this.status === undefined) process.kill(this.number, name);
  }

  /** Ends it with all that it has started, by force. */
  public async stop(): Promise<void> {
    if (this.child.pid !== undefined) {
      try {
        process.kill(-this.child.pid, 'SIGKILL');
      } catch {
        // The group is gone.
      }
    }
    await this.ended;
  }
}
