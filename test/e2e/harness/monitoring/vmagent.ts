import * as path from 'node:path';
import { Server, Stoppable, isolatedEnvironment } from '../process';
import { Program } from '../tools';

/** How a vmagent is started. */
export interface VmagentOptions {
  readonly program: Program;
  /** Folder of its log and its queue, which it finds again when it is started again. */
  readonly folder: string;
  readonly port: number;
  /** Arguments of its container. */
  readonly args: readonly string[];
  /** Where it writes to in place of the hub. */
  readonly url: string;
}

/** A real vmagent on the loopback interface. */
export class Vmagent implements Stoppable {
  public static async start({ program, folder, port, args, url }: VmagentOptions): Promise<Vmagent> {
    const here: { readonly [flag: string]: string } = {
      '-httpListenAddr': `127.0.0.1:${port}`,
      '-remoteWrite.url': url,
      '-remoteWrite.tmpDataPath': path.join(folder, 'queue'),
      // The hub here is back within seconds.
      '-remoteWrite.retryMaxInterval': '2s',
    };
    const changed = args.map((arg) => {
      const [flag] = arg.split('=');
      return flag in here ? `${flag}=${here[flag]}` : arg;
    });
    const address = `http://127.0.0.1:${port}`;
    const server = await Server.start({
      name: 'vmagent',
      command: [program.program, ...changed],
      folder,
      env: isolatedEnvironment(path.join(folder, 'home')),
      ready: async () => {
        const answer = await fetch(`${address}/-/ready`);
        await answer.text();
        return answer.ok;
      },
    });
    return new Vmagent(server, address);
  }

  private constructor(
    private readonly server: Stoppable,
    private readonly address: string,
  ) {}

  public stop(): Promise<void> {
    return this.server.stop();
  }

  /** Value of its only series of a metric. */
  public async metric(name: string): Promise<number> {
    const text = await (await fetch(`${this.address}/metrics`)).text();
    const values = text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
    if (values.length !== 1) throw new Error(`${name} has ${values.length} series`);
    return Number(values[0].split(' ').pop());
  }
}
