import * as path from 'node:path';
import { freePort } from './ports';
import { Server, Stoppable, isolatedEnvironment } from './process';

/** The AWS emulator on the loopback interface. */
export class Emulator implements Stoppable {
  /**
   * @param python interpreter that has the emulator
   * @param folder folder for its log and its data
   * @param options `port`: a fixed port; `keep`: whether its state outlives it, in the folder
   */
  public static async start(
    python: string,
    folder: string,
    options: { readonly port?: number; readonly keep?: boolean } = {},
  ): Promise<Emulator> {
    const port = options.port ?? (await freePort());
    const endpoint = `http://127.0.0.1:${port}`;
    const server = await Server.start({
      name: 'aws-emulator',
      command: [python, '-m', 'hypercorn', 'ministack.app:app', '--bind', `127.0.0.1:${port}`, '--keep-alive', '75'],
      folder,
      env: isolatedEnvironment(path.join(folder, 'home'), {
        GATEWAY_PORT: String(port),
        IOT_MTLS_ENABLED: '0',
        SFTP_ENABLED: '0',
        LOG_LEVEL: 'INFO',
        PERSIST_STATE: options.keep ? '1' : '0',
        STATE_DIR: path.join(folder, 'aws-state'),
        S3_PERSIST: options.keep ? '1' : '0',
        S3_DATA_DIR: path.join(folder, 'aws-s3'),
        TMPDIR: folder,
        PYTHONDONTWRITEBYTECODE: '1',
      }),
      ready: async () => (await fetch(`${endpoint}/_ministack/health`)).ok,
    });
    return new Emulator(port, server);
  }

  private constructor(
    public readonly port: number,
    private readonly server: Server,
  ) {}

  public async stop(): Promise<void> {
    await this.server.stop();
  }
}
