import { IncomingHttpHeaders, IncomingMessage, ServerResponse, createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { AddressInfo } from 'node:net';
import { TLSSocket } from 'node:tls';
import { Certificate } from './certificates';
import { Stoppable } from './process';

/** A request as a played server has got it. */
export interface Asked {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Name in the certificate that the caller has shown, where one was asked for and is valid. */
  readonly peer?: string;
}

/** What a played server answers; one that never resolves hangs. */
export interface Answered {
  readonly status?: number;
  readonly headers?: { readonly [name: string]: string };
  /** Parts of the body: text, or what is to be JSON. */
  readonly body: readonly (string | object)[];
}

/** How it speaks TLS. */
export interface PlayedTls {
  readonly certificate: Certificate;
  /** Authority of certificates that callers must show. @default - they show none */
  readonly callers?: string;
}

/** Plays a server with OpenAI's API as a test says; it remembers all that it was asked, and can be away for a while. */
export class PlayedServer implements Stoppable {
  public static async start(
    play: (asked: Asked) => Answered | Promise<Answered>,
    tls?: PlayedTls,
  ): Promise<PlayedServer> {
    const server = new PlayedServer(play, tls);
    await server.listen(0);
    return server;
  }

  public readonly asked: Asked[] = [];
  private server = this.make();
  private lastPort = 0;

  private constructor(
    /** What it does from now on. */
    public play: (asked: Asked) => Answered | Promise<Answered>,
    private readonly tls: PlayedTls | undefined,
  ) {
    this.server = this.make();
  }

  public get port(): number {
    return this.lastPort;
  }

  public async stop(): Promise<void> {
    if (!this.server.listening) return;
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** Is there again, at the same port. */
  public async comeBack(): Promise<void> {
    this.server = this.make();
    await this.listen(this.lastPort);
  }

  private async listen(port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, '127.0.0.1', resolve);
    });
    this.lastPort = (this.server.address() as AddressInfo).port;
  }

  private make() {
    const listener = (request: IncomingMessage, response: ServerResponse) => void this.answer(request, response);
    if (this.tls === undefined) return createServer({ keepAliveTimeout: 60_000 }, listener);
    const { certificate, callers } = this.tls;
    return createTlsServer(
      {
        cert: certificate['tls.crt'],
        key: certificate['tls.key'],
        keepAliveTimeout: 60_000,
        ...(callers === undefined ? {} : { ca: callers, requestCert: true, rejectUnauthorized: true }),
      },
      listener,
    );
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { url = '', headers } = request;
    if (url.includes('health')) return void response.end();
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const peer = this.tls?.callers ? (request.socket as TLSSocket).getPeerCertificate().subject?.CN : undefined;
    const asked = { path: url, headers, body: Buffer.concat(chunks).toString(), peer: [peer].flat()[0] };
    this.asked.push(asked);
    const { status = 200, headers: more = {}, body } = await this.play(asked);
    response.writeHead(status, { 'content-type': 'application/json', ...more });
    for (const part of body) response.write(typeof part === 'string' ? part : JSON.stringify(part));
    response.end();
  }
}
