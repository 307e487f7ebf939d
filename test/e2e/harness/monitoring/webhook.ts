import { IncomingMessage, ServerResponse, createServer } from 'node:http';
import { AddressInfo } from 'node:net';
import { Stoppable } from '../process';

/** An alert of a notification. */
export interface NotifiedAlert {
  readonly status: 'firing' | 'resolved';
  readonly labels: { readonly [label: string]: string };
  readonly annotations: { readonly [name: string]: string };
}

/** A notification as Alertmanager sends it. */
export interface Notification {
  readonly status: 'firing' | 'resolved';
  readonly alerts: readonly NotifiedAlert[];
  /** How its sender authorized itself. */
  readonly authorization?: string;
}

/** Takes notifications on the loopback interface, and keeps them. */
export class Webhook implements Stoppable {
  public static async start(): Promise<Webhook> {
    const webhook = new Webhook();
    await new Promise<void>((resolve) => webhook.server.listen(0, '127.0.0.1', resolve));
    return webhook;
  }

  public readonly notified: Notification[] = [];
  private readonly server = createServer((request, response) => void this.take(request, response));

  private constructor() {}

  public get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`;
  }

  public async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { status, alerts } = JSON.parse(Buffer.concat(chunks).toString()) as Notification;
    this.notified.push({ status, alerts, authorization: request.headers.authorization });
    response.end();
  }
}
