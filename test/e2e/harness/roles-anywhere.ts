import { X509Certificate, createHash, randomBytes, verify } from 'node:crypto';
import * as http from 'node:http';
import { AddressInfo } from 'node:net';
import { isAllowed } from '../../support/iam-policy';
import { AwsClient } from './aws-client';
import { Value } from './exchange';
import { Stoppable } from './process';
import { RecordingProxy } from './proxy';

const SERVICE = 'service:rolesanywhere.amazonaws.com';

/** A request that AWS refuses, with the reason that the test sees. */
class Refused extends Error {}

interface Session {
  readonly token: string;
  readonly role: string;
}

/**
 * Plays Roles Anywhere and the door of S3 before the emulator, which has neither certificates nor policies. What it goes by is what Terraform sent: anchors,
 * profiles, the trust and the policies of roles. Signatures with certificates are verified; of those with keys only the key and its token are looked at.
 *
 * @see https://docs.aws.amazon.com/rolesanywhere/latest/userguide/authentication-sign-process.html
 */
export class RolesAnywhere implements Stoppable {
  public static async start(proxy: RecordingProxy, region: string, keyArn: string): Promise<RolesAnywhere> {
    const played = new RolesAnywhere(proxy, region, keyArn);
    await new Promise<void>((resolve) => played.server.listen(0, '127.0.0.1', resolve));
    return played;
  }

  /** What was answered, oldest first: `session <common name>`, `read <role> <object>`, or why it was refused. */
  public readonly said: string[] = [];
  private readonly sessions = new Map<string, Session>();
  private readonly server: http.Server;
  private readonly aws: AwsClient;

  private constructor(
    private readonly proxy: RecordingProxy,
    region: string,
    private readonly keyArn: string,
  ) {
    this.aws = new AwsClient(proxy.endpoint, region);
    this.server = http.createServer((request, response) => void this.serve(request, response));
  }

  public get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  public async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private async serve(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = Buffer.concat(parts);
    const url = new URL(request.url ?? '/', this.endpoint);
    const isSession = url.pathname === '/sessions';
    try {
      if (isSession) {
        const answer = JSON.stringify(await this.session(request, url, body));
        response.writeHead(201, { 'content-type': 'application/json' }).end(answer);
      } else this.read(request, url, response);
    } catch (error) {
      const reason = error instanceof Refused ? error.message : `the test failed: ${String(error)}`;
      this.said.push(`refused: ${reason}`);
      if (isSession) {
        const headers = { 'content-type': 'application/json', 'x-amzn-errortype': 'AccessDeniedException' };
        response.writeHead(403, headers).end(JSON.stringify({ message: reason }));
      } else {
        const text = `<Error><Code>AccessDenied</Code><Message>${reason}</Message></Error>`;
        response.writeHead(403, { 'content-type': 'application/xml' }).end(request.method === 'HEAD' ? '' : text);
      }
    }
  }

  private async session(request: http.IncomingMessage, url: URL, body: Buffer): Promise<Value> {
    const certificate = verified(request, url, body);
    const asked = { ...JSON.parse(body.toString('utf8')), ...Object.fromEntries(url.searchParams) } as Value;
    const { trustAnchorArn, profileArn, roleArn } = asked as { [arn: string]: string };
    const anchor = (await this.aws.get('rolesanywhere', `/trustanchor/${idOf(trustAnchorArn)}`))?.trustAnchor;
    const authority = new X509Certificate(anchor.source.sourceData.x509CertificateData as string);
    const isIssued = certificate.checkIssued(authority) && certificate.verify(authority.publicKey);
    if (!anchor.enabled || !isIssued) throw new Refused('untrusted certificate');
    const now = new Date();
    if (now < new Date(certificate.validFrom) || now > new Date(certificate.validTo)) throw new Refused('expired');
    const profile = (await this.aws.get('rolesanywhere', `/profile/${idOf(profileArn)}`))?.profile;
    if (!profile?.enabled) throw new Refused('the profile is disabled');
    if (!profile.roleArns.includes(roleArn)) throw new Refused('the profile does not have the role');
    const subject = Object.fromEntries(certificate.subject.split('\n').map((line) => line.split('=')));
    const role = roleArn.replace(/^.*\//, '');
    const tags = Object.entries(subject).map(([part, value]) => [`aws:PrincipalTag/x509Subject/${part}`, value]);
    const context = { 'aws:SourceArn': trustAnchorArn, ...Object.fromEntries(tags) } as { [key: string]: string };
    for (const action of ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'])
      if (!isAllowed([this.trustOf(role)], { action, resource: '', principal: SERVICE, context }))
        throw new Refused(`${subject.CN} is not trusted by ${role}`);
    const accessKeyId = `ASIA${randomBytes(8).toString('hex').toUpperCase()}`;
    const token = randomBytes(24).toString('base64url');
    this.sessions.set(accessKeyId, { token, role });
    this.said.push(`session ${subject.CN}`);
    const expiration = new Date(Date.now() + 1000 * Math.min(asked.durationSeconds, profile.durationSeconds));
    const credentials = {
      ...{ accessKeyId, sessionToken: token, secretAccessKey: randomBytes(20).toString('hex') },
      expiration: expiration.toISOString().replace(/\.\d+Z$/, 'Z'),
    };
    return { credentialSet: [{ credentials, roleArn }], subjectArn: 'arn:aws:rolesanywhere:::subject/played' };
  }

  private read(request: http.IncomingMessage, url: URL, response: http.ServerResponse): void {
    const [, key = ''] = /Credential=([^/]+)\//.exec(request.headers.authorization ?? '') ?? [];
    const session = this.sessions.get(key);
    if (session === undefined || request.headers['x-amz-security-token'] !== session.token)
      throw new Refused('no session has this key');
    if (request.method !== 'GET' && request.method !== 'HEAD') throw new Refused(`${request.method} is not played`);
    const [bucket, ...folders] = decodeURIComponent(url.pathname).slice(1).split('/');
    const object = folders.join('/');
    const policies = this.policiesOf(session.role);
    const arn = `arn:aws:s3:::${bucket}`;
    const allowed =
      object === ''
        ? isAllowed(policies, {
            action: 's3:ListBucket',
            resource: arn,
            context: { 's3:prefix': url.searchParams.get('prefix') ?? '' },
          })
        : isAllowed(policies, { action: 's3:GetObject', resource: `${arn}/${object}` }) &&
          isAllowed(policies, { action: 'kms:Decrypt', resource: this.keyArn });
    if (!allowed) throw new Refused(`${session.role} may not read ${object || url.search}`);
    this.said.push(`read ${session.role} ${object || url.search}`);
    const { hostname, port } = new URL(this.proxy.endpoint);
    const { method, url: path, headers } = request;
    const upstream = http.request({ hostname, port, method, path, headers, agent: false }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    upstream.once('error', () => response.destroy());
    upstream.end();
  }

  private trustOf(role: string): string {
    const [made] = this.proxy.requests('CreateRole').filter(({ RoleName }) => RoleName === role);
    return made.AssumeRolePolicyDocument as string;
  }

  /** The inline policies that a role has now. */
  private policiesOf(role: string): string[] {
    const documents = new Map<string, string>();
    for (const { action, sent, status } of this.proxy.exchanges) {
      if (status >= 300 || sent?.RoleName !== role) continue;
      if (action === 'PutRolePolicy') documents.set(sent.PolicyName as string, sent.PolicyDocument as string);
      if (action === 'DeleteRolePolicy') documents.delete(sent.PolicyName as string);
    }
    return [...documents.values()];
  }
}

/** The certificate by which a request is signed. */
function verified({ method, headers }: http.IncomingMessage, url: URL, body: Buffer): X509Certificate {
  const found =
    /^(AWS4-X509-(?:ECDSA|RSA)-SHA256) Credential=(\d+)\/(\S+), SignedHeaders=(\S+), Signature=([0-9a-f]+)$/;
  const [, algorithm, serial, scope, names, signature] = found.exec(headers.authorization ?? '') ?? [];
  if (algorithm === undefined) throw new Refused('the request is not signed by a certificate');
  const certificate = new X509Certificate(Buffer.from(String(headers['x-amz-x509']), 'base64'));
  if (BigInt(`0x${certificate.serialNumber}`) !== BigInt(serial)) throw new Refused('another serial number');
  const query = [...url.searchParams].map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`);
  const signed = names.split(';').map((name) => `${name}:${String(headers[name])}`);
  const canonical = [
    ...[method, url.pathname, query.sort().join('&'), ...signed, '', names],
    createHash('sha256').update(body).digest('hex'),
  ].join('\n');
  const hash = createHash('sha256').update(canonical).digest('hex');
  const text = [algorithm, headers['x-amz-date'], scope, hash].join('\n');
  if (!verify('sha256', Buffer.from(text), certificate.publicKey, Buffer.from(signature, 'hex')))
    throw new Refused('the signature is not that of the certificate');
  return certificate;
}

function idOf(arn: string): string {
  return arn.replace(/^.*\//, '');
}
