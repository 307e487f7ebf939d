import { AddressInfo, Server, Socket, connect, createServer } from 'node:net';
import { Stoppable } from './process';

/** A way to a server on the loopback interface that can be cut: whoever is on it is thrown off, and nobody gets through until it is mended. */
export class Link implements Stoppable {
  /** @param port port of the server */
  public static async to(port: number): Promise<Link> {
    const link = new Link(port);
    await new Promise<void>((resolve) => link.server.listen(0, '127.0.0.1', resolve));
    return link;
  }

  private readonly server: Server = createServer((socket) => this.pass(socket));
  private readonly sockets = new Set<Socket>();
  private isCut = false;

  private constructor(private readonly target: number) {}

  public get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  public cut(): void {
    this.isCut = true;
    for (const socket of this.sockets) socket.destroy();
  }

  public mend(): void {
    this.isCut = false;
  }

  public async stop(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private pass(here: Socket): void {
    if (this.isCut) return void here.destroy();
    const there = connect(this.target, '127.0.0.1');
    const both = [here, there];
    for (const [one, other] of [both, [there, here]]) {
      this.sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        this.sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  }
}
