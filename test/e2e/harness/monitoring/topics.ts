import { createHash, createHmac } from 'node:crypto';
import { IncomingMessage, ServerResponse, createServer } from 'node:http';
import { AddressInfo } from 'node:net';
import { Stoppable } from '../process';

/** A message as it was published. */
export interface Published {
  readonly topicArn: string;
  readonly subject: string;
  readonly message: string;
  /** Of a FIFO topic. */
  readonly deduplicationId?: string;
}

/**
 * `Publish` of Amazon SNS on the loopback interface, for one access key, whose signature it checks (Signature Version 4), with the rules of its
 * parameters: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
 */
export class Topics implements Stoppable {
  public static async start(key: { readonly id: string; readonly secret: string }): Promise<Topics> {
    const made = new Topics(key);
    await new Promise<void>((resolve) => made.server.listen(0, '127.0.0.1', resolve));
    return made;
  }

  public readonly published: Published[] = [];
  /** Why requests were refused. */
  public readonly refused: string[] = [];
  private readonly server = createServer((request, response) => void this.#take(request, response));

  private constructor(private readonly key: { readonly id: string; readonly secret: string }) {}

  public get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  public async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const form = new URLSearchParams(body);
    const [topicArn, subject] = [form.get('TopicArn') ?? '', form.get('Subject') ?? ''];
    const wrong = this.#signed(request, body, topicArn.split(':')[3]) ?? faultOf(form);
    response.setHeader('Content-Type', 'text/xml');
    if (wrong !== undefined) {
      this.refused.push(wrong);
      response.statusCode = 400;
      return void response.end(
        `<ErrorResponse><Error><Type>Sender</Type><Code>${wrong}</Code></Error></ErrorResponse>`,
      );
    }
    const deduplicationId = form.get('MessageDeduplicationId') ?? undefined;
    this.published.push({ topicArn, subject, message: form.get('Message') ?? '', deduplicationId });
    response.end('<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>');
  }

  /** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html */
  #signed(request: IncomingMessage, body: string, region: string): string | undefined {
    const header = /Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=(\w+)/.exec(
      request.headers.authorization ?? '',
    );
    if (!header) return 'MissingAuthenticationToken';
    const [, credential, names, signature] = header;
    const [id, date, its, service, end] = credential.split('/');
    if (id !== this.key.id || its !== region || service !== 'sns') return 'SignatureDoesNotMatch';
    const sha = (text: string) => createHash('sha256').update(text).digest('hex');
    const mac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
    const headers = names.split(';').map((name) => `${name}:${String(request.headers[name]).trim()}\n`);
    const canonical = [request.method, request.url, '', headers.join(''), names, sha(body)].join('\n');
    const scope = [date, its, service, end].join('/');
    const text = ['AWS4-HMAC-SHA256', request.headers['x-amz-date'], scope, sha(canonical)].join('\n');
    const key = [date, its, service, end].reduce<string | Buffer>(mac, `AWS4${this.key.secret}`);
    return mac(key, text).toString('hex') === signature ? undefined : 'SignatureDoesNotMatch';
  }
}

function faultOf(form: URLSearchParams): string | undefined {
  const subject = form.get('Subject');
  if (form.get('Action') !== 'Publish') return 'InvalidAction';
  if (!form.get('Message')) return 'InvalidParameter: empty message';
  if (subject !== null && !/^[!-~][ -~]{0,98}$/.test(subject)) return 'InvalidParameter: subject';
  if (form.get('TopicArn')?.endsWith('.fifo') && !form.get('MessageGroupId')) return 'InvalidParameter: no group';
  return undefined;
}
