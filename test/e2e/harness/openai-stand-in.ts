import { IncomingMessage, ServerResponse, createServer } from 'node:http';
import { AddressInfo } from 'node:net';
import { Stoppable } from './process';

/** Tokens that each of its answers says it took. */
const TOKENS = 10;

/** Plays a server with OpenAI's API: it answers at once, or as it is told if it is asked for a stream, and remembers what it was asked. */
export class OpenAiStandIn implements Stoppable {
  public static async start(name: string): Promise<OpenAiStandIn> {
    const standIn = new OpenAiStandIn(name);
    await new Promise<void>((resolve) => standIn.server.listen(0, '127.0.0.1', resolve));
    return standIn;
  }

  /** Path and key of each request. */
  public readonly asked: { readonly path: string; readonly authorization?: string }[] = [];
  /** The streams that were asked for. Whoever plays with them writes their events, and ends them. */
  public readonly streams: ServerResponse[] = [];

  private readonly server = createServer((request, response) => void this.answer(request, response));

  private constructor(private readonly name: string) {}

  public get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  public async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { url = '' } = request;
    if (url.includes('health')) return void response.end();
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    this.asked.push({ path: url, authorization: request.headers.authorization });
    const { model, stream } = JSON.parse(Buffer.concat(chunks).toString());
    if (stream) {
      response.setHeader('content-type', 'text/event-stream');
      response.flushHeaders();
      this.streams.push(response);
      return;
    }
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ id: this.name, model, usage: { prompt_tokens: 4, total_tokens: TOKENS } }));
  }
}
