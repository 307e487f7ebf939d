import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import * as http from 'node:http';
import { AddressInfo } from 'node:net';
import { Judge } from '../judge/judge';
import { Refusal } from '../judge/refusal';
import { ClusterGroups } from './cluster-groups';
import { Exchange, Value, describeRequest } from './exchange';
import { Gap, Memory } from './gap';
import { GAPS } from './gaps';
import { declare, note } from './ledger';
import { Stoppable } from './process';
import { refusalAnswer } from './refusal-answer';

/** Where the API server of a created EKS cluster really is. */
export interface ClusterEndpoint {
  readonly endpoint: string;
  /** Certificate authority, PEM. */
  readonly certificateAuthority: string;
}

/** How a proxy is started. */
export interface ProxyOptions {
  /** Port of the emulator on the loopback interface. */
  readonly emulatorPort: number;
  /** Own port. @default - a free one */
  readonly port?: number;
  /** The API server that every EKS cluster is said to have. @default - what the emulator says */
  readonly cluster?: ClusterEndpoint;
  /** File that keeps what was remembered, for a state that outlives the run. @default - none */
  readonly memoryFile?: string;
  /** File to which each exchange is added, one JSON object a line. @default - none */
  readonly recordFile?: string;
  /** @default GAPS */
  readonly gaps?: readonly Gap[];
}

/**
 * Stands between the AWS provider and the emulator: records every request, refuses what AWS would refuse, and writes back what the
 * emulator does not keep.
 */
export class RecordingProxy implements Stoppable {
  public static async start(options: ProxyOptions): Promise<RecordingProxy> {
    const proxy = new RecordingProxy(options);
    await new Promise<void>((resolve, reject) => {
      proxy.server.once('error', reject);
      proxy.server.listen(options.port ?? 0, '127.0.0.1', resolve);
    });
    return proxy;
  }

  /** Whether what the emulator does not keep is written back; switched off to see that a plan notices. */
  public restoring = true;

  /** Every request so far, oldest first. */
  public readonly exchanges: Exchange[] = [];

  /** Requests that AWS would have refused, with why, oldest first. */
  public readonly refused: { readonly action: string; readonly refusals: readonly Refusal[] }[] = [];

  private readonly judge = new Judge();
  private readonly clusterGroups: ClusterGroups;
  private readonly server: http.Server;
  private readonly gaps: readonly Gap[];
  private readonly memories: ReadonlyMap<string, Memory>;

  private constructor(private readonly options: ProxyOptions) {
    this.gaps = options.gaps ?? GAPS;
    declare(
      'gaps',
      this.gaps.map(({ id }) => id),
    );
    const file = options.memoryFile;
    const kept =
      file && existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { [id: string]: [string, Value][] }) : {};
    this.clusterGroups = new ClusterGroups(options.emulatorPort);
    this.memories = new Map(this.gaps.map(({ id }) => [id, new Map(kept[id] ?? [])]));
    this.server = http.createServer((request, response) => {
      this.serve(request, response).catch((error: unknown) => {
        response.writeHead(599, { 'content-type': 'text/plain' });
        response.end(`the recording proxy failed: ${error instanceof Error ? error.stack : String(error)}`);
      });
    });
  }

  /** Address for AWS_ENDPOINT_URL. */
  public get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** The requests of an action that succeeded, e.g. `CreateLaunchTemplate`, or `POST /clusters` by regular expression. */
  public requests(action: string | RegExp): Value[] {
    const matches = (name: string) => (typeof action === 'string' ? name === action : action.test(name));
    return this.exchanges.filter((it) => it.status < 300 && matches(it.action)).map((it) => it.sent as Value);
  }

  /** What was sent of an entry of the list of gaps, oldest first. Asking counts as asserting: say what is expected of it. */
  public sentOf(gap: string): Value[] {
    const memory = this.memories.get(gap);
    if (!memory) throw new Error(`there is no gap '${gap}'; there are: ${this.gaps.map(({ id }) => id).join(', ')}`);
    note('gaps', gap, 'asserted');
    return [...memory.values()];
  }

  /** Requests that nobody answered as AWS would: the emulator has no such operation. */
  public get unanswered(): string[] {
    return [...new Set(this.exchanges.filter(isLacking).map((it) => `${it.service}: ${it.action}`))];
  }

  public async stop(): Promise<void> {
    const { memoryFile } = this.options;
    if (memoryFile) {
      const kept = Object.fromEntries([...this.memories].map(([id, memory]) => [id, [...memory]]));
      writeFileSync(memoryFile, JSON.stringify(kept));
    }
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private async serve(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const body = await read(request);
    const described = describeRequest(request.method ?? 'GET', request.url ?? '/', request.headers, body);
    const refusals = this.judge.refusalsOf(described);
    if (refusals.length > 0) {
      this.refused.push({ action: described.action, refusals });
      const refused = refusalAnswer(described.service, refusals);
      const exchange = { ...described, status: refused.status, answer: refused.body };
      this.record(exchange);
      response.writeHead(refused.status, { ...refused.headers, 'content-length': Buffer.byteLength(refused.body) });
      response.end(refused.body);
      return;
    }
    const upstream = await this.forward(request, this.instead(described) ?? body);
    const isText = /xml|json/.test(upstream.headers['content-type'] ?? '') && described.service !== 's3';
    const exchange: Exchange = {
      ...described,
      status: upstream.status,
      answer: isText ? upstream.body.toString('utf8') : '',
      bytes: upstream.body.length,
    };
    const answered = isLacking(exchange) && this.answerInstead(exchange);
    if (exchange.service === 'eks' && exchange.status < 300) await this.clusterGroups.follow(exchange);
    const changed = isText && exchange.status < 300 && this.rewrite(exchange);
    const answer = answered || changed || exchange.service === 'eks' ? Buffer.from(exchange.answer) : upstream.body;
    const headers = { ...upstream.headers };
    delete headers['transfer-encoding'];
    if (answered) headers['content-type'] = 'application/json';
    if (request.method !== 'HEAD') headers['content-length'] = String(answer.length);
    if (exchange.status < 300) this.judge.learn(exchange);
    this.record(exchange);
    response.writeHead(exchange.status, headers);
    response.end(answer);
  }

  private record(exchange: Exchange): void {
    this.exchanges.push(exchange);
    if (this.options.recordFile) appendFileSync(this.options.recordFile, `${JSON.stringify(exchange)}\n`);
  }

  /** What the emulator is sent where it does not take what AWS takes. */
  private instead(request: Parameters<NonNullable<Gap['instead']>>[0]): Buffer | undefined {
    for (const gap of this.gaps) {
      const sent = gap.instead?.(request);
      if (sent !== undefined) return Buffer.from(JSON.stringify(sent));
    }
    return undefined;
  }

  /** Answers in the place of an emulator that has no such operation. */
  private answerInstead(exchange: Exchange): boolean {
    for (const gap of this.gaps) {
      const answer = gap.answer?.(exchange, this.memories.get(gap.id) as Memory);
      if (answer === undefined) continue;
      note('gaps', gap.id, 'used');
      exchange.status = 200;
      exchange.answer = JSON.stringify(answer);
      return true;
    }
    return false;
  }

  private rewrite(exchange: Exchange): boolean {
    const before = exchange.answer;
    for (const gap of this.gaps) {
      const memory = this.memories.get(gap.id) as Memory;
      gap.remember(exchange, memory);
      if (this.restoring && gap.restore(exchange, memory) > 0) note('gaps', gap.id, 'used');
    }
    if (exchange.service === 'eks') this.placeCluster(exchange);
    return exchange.answer !== before;
  }

  /** The emulator has no API server to point to, and an issuer that is not HTTPS. */
  private placeCluster(exchange: Exchange): void {
    const body = JSON.parse(exchange.answer || '{}');
    if (!body.cluster) return;
    const issuer: string | undefined = body.cluster.identity?.oidc?.issuer;
    if (issuer) {
      const id = issuer.replace(/^.*\//, '');
      body.cluster.identity.oidc.issuer = `https://oidc.eks.${exchange.region}.amazonaws.com/id/${id}`;
    }
    if (this.options.cluster) {
      body.cluster.endpoint = this.options.cluster.endpoint;
      body.cluster.certificateAuthority = {
        data: Buffer.from(this.options.cluster.certificateAuthority).toString('base64'),
      };
    }
    exchange.answer = JSON.stringify(body);
  }

  private forward(request: http.IncomingMessage, body: Buffer) {
    const { method, url: path } = request;
    const headers = { ...request.headers };
    if (headers['content-length']) headers['content-length'] = String(body.length);
    return new Promise<{ status: number; headers: http.IncomingHttpHeaders; body: Buffer }>((resolve, reject) => {
      // A connection of its own: one kept alive may be closed by the emulator just when it is used again.
      const target = { host: '127.0.0.1', port: this.options.emulatorPort, agent: false };
      const upstream = http.request({ ...target, method, path, headers }, (answer) => {
        read(answer).then(
          (data) => resolve({ status: answer.statusCode ?? 500, headers: answer.headers, body: data }),
          reject,
        );
      });
      upstream.once('error', reject);
      upstream.end(body);
    });
  }
}

/** Whether the emulator has no operation for a request. */
function isLacking({ status, answer }: Exchange): boolean {
  return status === 501 || /No route for|UnknownOperation|InvalidAction|Unsupported service/.test(answer);
}

async function read(stream: http.IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
