import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { AddressInfo } from 'node:net';
import * as path from 'node:path';
import { Stoppable } from '../process';
import { PROJECT } from '../tools';

const FIXTURES = path.join(PROJECT, 'test', 'monitoring', 'fixtures');

/** Says on the loopback interface what an exporter once said, at whatever path it is asked. */
export class Replay implements Stoppable {
  /** @param recordings files of `test/monitoring/fixtures`, one after the other */
  public static async start(...recordings: readonly string[]): Promise<Replay> {
    const replay = new Replay(recordings.map((file) => readFileSync(path.join(FIXTURES, file), 'utf8')).join(''));
    await new Promise<void>((resolve) => replay.server.listen(0, '127.0.0.1', resolve));
    return replay;
  }

  private readonly server = createServer((_, response) => {
    response.setHeader('content-type', 'text/plain; version=0.0.4; charset=utf-8');
    response.end(this.text);
  });

  private constructor(private text: string) {}

  public get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Says nothing from now on, and answers: as an exporter whose device is gone. */
  public silence(): void {
    this.text = '';
  }

  public async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
