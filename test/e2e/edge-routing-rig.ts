import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { AUTHORITY, LIMITS, NAMES, SECRETS, STAYS, edgeRouting } from './edge-routing-stack';
import { Certificates } from './harness/certificates';
import { GatewayRunner } from './harness/gateway-runner';
import { KubeObject } from './harness/kube-client';
import { ownNode } from './harness/own-nodes';
import { Answered, Asked, PlayedServer } from './harness/played-server';
import { Stoppable, until } from './harness/process';
import { ServerSite } from './harness/server-site';

export const KEYS = { shop: 'key-of-the-shop', [STAYS.caller]: 'key-of-the-clinic' };
export const CLOUD_KEY = 'key-of-site-7';
export const CLUSTERS = { site: 'inference/chat', cloud: 'cloud' };
/** Requests at once: fewer than the site and the cloud may have. */
export const AT_ONCE = 6;

/** An answer, and who gave it for what. */
export interface Said {
  readonly status: number;
  readonly by: string | null;
  readonly reason: string | null;
  readonly headers: Headers;
  readonly json: any;
}

export interface Request {
  readonly model?: string;
  readonly content?: string;
  readonly more?: object;
  readonly headers?: { readonly [name: string]: string };
  readonly caller?: string;
}

export const said = (answered: Asked): any => JSON.parse(answered.body);
export const textOf = (asked: Asked): string => said(asked).messages[0].content;
export const whole = (name: string, sure = 1): Answered => ({
  headers: { 'x-confidence': String(sure) },
  body: [{ id: name, usage: { prompt_tokens: 4, total_tokens: 10 } }],
});
export const counted = (values: readonly (string | null)[]): { [value: string]: number } => {
  const counts: { [value: string]: number } = {};
  for (const value of values) counts[String(value)] = (counts[String(value)] ?? 0) + 1;
  return counts;
};

export const times = <T>(count: number, of: T): T[] => Array<T>(count).fill(of);
/** Too large for the site. */
export const BIG: Request = { content: 'x'.repeat(4 * LIMITS.prompt) };

/** Asks a gateway. */
export async function askOf(door: GatewayRunner, given: Request = {}): Promise<Said> {
  const { model = NAMES.both, content = 'hello', more = {}, headers = {}, caller = 'shop' } = given;
  const answer = await fetch(`http://127.0.0.1:${door.port}/v1/chat/completions`, {
    method: 'POST',
    headers: { ...headers, authorization: `Bearer ${KEYS[caller]}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model, messages: [{ role: 'user', content }], max_tokens: 50, ...more }),
  });
  const text = await answer.text();
  const of = (name: string) => answer.headers.get(name);
  const json = of('content-type')?.includes('json') ? JSON.parse(text) : text;
  return {
    status: answer.status,
    by: of('x-gateway-served-by'),
    reason: of('x-gateway-reason'),
    headers: answer.headers,
    json,
  };
}

/** All of them, some at once. */
export async function askAllOf(door: GatewayRunner, given: readonly Request[]): Promise<Said[]> {
  const answers: Said[] = [];
  let next = 0;
  const work = async () => {
    while (next < given.length) {
      const index = next++;
      answers[index] = await askOf(door, given[index]);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return answers;
}

/** Whether nothing keeps a gateway from the cloud, as it says itself. */
export async function isClosed(door: GatewayRunner): Promise<boolean> {
  const of = async (metric: string) => (await door.metric(metric))[CLUSTERS.cloud];
  return (
    (await of('envoy_cluster_outlier_detection_ejections_active')) === 0 &&
    (await of('envoy_cluster_membership_healthy')) === 1
  );
}

/** A site with a server and two gateways, and a cloud for each of these: one with a key, and one that asks for a certificate besides. */
export class EdgeRig implements Stoppable {
  public static async start(program: string): Promise<EdgeRig> {
    const site = await ServerSite.start('edge-routing');
    const certificates = new Certificates(path.join(site.folder, 'certificates'));
    const certificate = certificates.make('cloud');
    const authority = readFileSync(certificates.authority, 'utf8');
    const server = await PlayedServer.start(() => whole('site'));
    const cloud = await PlayedServer.start(() => whole('cloud'), { certificate });
    const closed = await PlayedServer.start(() => whole('cloud'), { certificate, callers: authority });
    await site.kube.create(ownNode('cpu-0'));
    await site.apply(edgeRouting, secrets({ ...certificates.make('site') }, authority));
    const run = async (name: string, servedBy: PlayedServer) => {
      const pods = async () =>
        (await site.kube.list('v1', 'Pod', 'inference')).filter(
          ({ metadata, spec }) =>
            metadata.labels?.['app.kubernetes.io/instance'] === name && spec.nodeName !== undefined,
        );
      await until(async () => (await pods()).length > 0, 60, `a pod of ${name}`);
      const [pod] = await pods();
      const served = [
        { host: 'chat.inference.svc', ports: [server.port] },
        { host: 'models.example.com', ports: [servedBy.port] },
      ];
      return GatewayRunner.start(site, name, { pod, program, served });
    };
    const rig = new EdgeRig(site, server, cloud, closed, await run('edge', cloud), await run('strict', closed));
    await rig.begin();
    return rig;
  }

  private constructor(
    private readonly site: ServerSite,
    public readonly server: PlayedServer,
    public readonly cloud: PlayedServer,
    public readonly closed: PlayedServer,
    public readonly edge: GatewayRunner,
    public readonly strict: GatewayRunner,
  ) {}

  /** All is well, and nobody has been asked anything. */
  public async begin(): Promise<void> {
    this.server.play = () => whole('site');
    this.cloud.play = () => whole('cloud');
    this.closed.play = () => whole('cloud');
    for (const door of [this.edge, this.strict]) await until(() => isClosed(door), 120, 'a breaker that is closed');
    for (const each of [this.server, this.cloud, this.closed]) each.asked.length = 0;
  }

  public async stop(): Promise<void> {
    await this.site.stop();
    for (const each of [this.server, this.cloud, this.closed]) await each.stop();
  }
}

function secrets(certificate: { readonly [file: string]: string }, authority: string): KubeObject[] {
  const secret = (name: string, stringData: { readonly [key: string]: string }): KubeObject => {
    return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: 'inference' }, stringData };
  };
  return [
    secret(SECRETS.callers, KEYS),
    secret(SECRETS.cloud.name, { [SECRETS.cloud.key]: CLOUD_KEY }),
    { ...secret(SECRETS.certificate, { ...certificate }), type: 'kubernetes.io/tls' },
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: AUTHORITY, namespace: 'inference' },
      data: { 'ca.crt': authority },
    },
  ];
}
