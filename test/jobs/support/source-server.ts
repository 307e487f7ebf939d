import { execFileSync } from 'child_process';
import { readFileSync } from 'fs';
import { IncomingMessage, Server, ServerResponse, createServer } from 'http';
import { createServer as createSecureServer } from 'https';
import { AddressInfo } from 'net';
import * as path from 'path';

/** What a source answers for a path, and how it misbehaves. */
export interface Answer {
  readonly content?: string | Buffer;
  /** @default 200, or 206 for a range */
  readonly status?: number;
  readonly headers?: { readonly [name: string]: string };
  /** ETag as it is sent, quotes included. @default - none */
  readonly etag?: string;
  /** Bytes after which each connection is cut. */
  readonly cutAfter?: number;
  /** Bytes after which nothing more is sent, and the connection stays open. */
  readonly stallAfter?: number;
  /** Answers a range with the whole file. */
  readonly ignoresRanges?: boolean;
  /** Answers a range whatever its `If-Range` says. */
  readonly ignoresConditions?: boolean;
  /** Most bytes of an answer to a range. */
  readonly mostOfRange?: number;
  /** Does not say how long the answer is: it ends with the connection. */
  readonly saysNoLength?: boolean;
  /** What each byte range says of itself. @default - the truth */
  readonly contentRange?: string;
}

/** A request that arrived. */
export interface Asked {
  readonly url: string;
  readonly method: string;
  readonly from: number;
  readonly authorization?: string;
}

/** A web server on loopback whose answers may change between requests. */
export class SourceServer {
  public static async start(): Promise<SourceServer> {
    const source = new SourceServer();
    await source.listen(createServer((request, response) => source.answer(request, response)));
    return source;
  }

  /** With a certificate of its own, which `CURL_CA_BUNDLE` has to name: `certificate`. */
  public static async startSecure(folder: string): Promise<SourceServer> {
    const source = new SourceServer();
    const [key, certificate] = ['key.pem', 'certificate.pem'].map((name) => path.join(folder, name));
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
    const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key];
    execFileSync('openssl', ['req', '-x509', ...made, '-out', certificate, ...subject], { stdio: 'ignore' });
    source.certificate = certificate;
    const options = { key: readFileSync(key), cert: readFileSync(certificate) };
    await source.listen(createSecureServer(options, (request, response) => source.answer(request, response)));
    return source;
  }

  public readonly asked: Asked[] = [];
  public certificate = '';
  /** Called before each answer, for sources that change in between. */
  public before: (asked: Asked) => void = () => undefined;
  readonly #answers = new Map<string, Answer>();
  #server!: Server;

  private constructor() {}

  public get base(): string {
    const { port } = this.#server.address() as AddressInfo;
    return this.certificate ? `https://localhost:${port}` : `http://127.0.0.1:${port}`;
  }

  public set(url: string, answer: Answer): void {
    this.#answers.set(url, answer);
  }

  /** Where each request for a path began. */
  public starts(url: string): number[] {
    return this.asked.filter((asked) => asked.url === url && asked.method === 'GET').map(({ from }) => from);
  }

  public stop(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  private listen(server: Server): Promise<void> {
    this.#server = server;
    return new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const url = request.url ?? '';
    const range = /bytes=(\d+)-/.exec(request.headers.range ?? '');
    const asked = {
      url,
      method: request.method ?? '',
      from: Number(range?.[1] ?? 0),
      authorization: request.headers.authorization,
    };
    this.before(asked);
    this.asked.push(asked);
    const found = this.#answers.get(url);
    if (!found) return void response.writeHead(404).end('<html>not found</html>');
    const { etag, cutAfter, stallAfter } = found;
    const content = Buffer.from(found.content ?? '');
    const headers = { ...(etag ? { etag } : {}), ...found.headers };
    if (found.status && (found.status < 200 || found.status > 299))
      return void response.writeHead(found.status, headers).end('<html></html>');
    const condition = request.headers['if-range'];
    const proven = condition === undefined || condition === etag || found.ignoresConditions;
    const ranged = range && !found.ignoresRanges && proven;
    if (ranged && asked.from >= content.length) {
      return void response.writeHead(416, { ...headers, 'content-range': `bytes */${content.length}` }).end();
    }
    const end = ranged ? Math.min(content.length, asked.from + (found.mostOfRange ?? Infinity)) : content.length;
    const body = ranged ? content.subarray(asked.from, end) : content;
    const truth = `bytes ${asked.from}-${end - 1}/${content.length}`;
    if (found.saysNoLength) {
      response.useChunkedEncodingByDefault = false;
      response.shouldKeepAlive = false;
    }
    response.writeHead(ranged ? 206 : (found.status ?? 200), {
      ...headers,
      ...(found.saysNoLength ? {} : { 'content-length': body.length }),
      ...(ranged ? { 'content-range': found.contentRange ?? truth } : {}),
    });
    if (asked.method === 'HEAD') return void response.end();
    const most = cutAfter ?? stallAfter;
    if (most === undefined || body.length <= most) return void response.end(body);
    response.write(body.subarray(0, most), () => {
      if (cutAfter !== undefined) setImmediate(() => response.destroy());
    });
  }
}
