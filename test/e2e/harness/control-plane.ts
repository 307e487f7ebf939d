import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import * as https from 'node:https';
import * as path from 'node:path';
import { KubeAccess, KubeClient } from './kube-client';
import { freePort } from './ports';
import { writeNodeStage } from './kwok-stages';
import { HELD } from './pods';
import { Server, Stoppable, isolatedEnvironment, stopAll } from './process';

/** How long a node is there without a word of its kubelet. */
const LEASE_SECONDS = 40;

/** How a control plane is started. */
export interface ControlPlaneOptions {
  /** Paths of etcd, kube-apiserver, kube-controller-manager, kube-scheduler and kwok. */
  readonly programs: { readonly [name: string]: string };
  /** Folder for data, keys and logs. What is there already is taken up again. */
  readonly folder: string;
  /** Port of the API server. @default - a free one */
  readonly port?: number;
  /** Further arguments of kube-controller-manager. @default - none */
  readonly managerArguments?: readonly string[];
  /** Further arguments of kube-apiserver. @default - none */
  readonly apiServerArguments?: readonly string[];
  /** How long a node is there without a word of its kubelet, for nodes that will be lost: see `lost-nodes.ts`. @default - 40, and none is lost */
  readonly leaseSeconds?: number;
}

/**
 * A real Kubernetes control plane on the loopback interface, with kwok in the place of the kubelets: objects are admitted, pods
 * scheduled and controllers run as on a cluster, but no container ever starts.
 */
export class ControlPlane implements Stoppable {
  public static async start(options: ControlPlaneOptions): Promise<ControlPlane> {
    const servers: Server[] = [];
    try {
      return await startServers(
        options,
        servers,
        (access, kubeconfig, serving) => new ControlPlane(access, kubeconfig, serving, servers),
      );
    } catch (error) {
      await stopAll(servers);
      throw error;
    }
  }

  /** As an administrator. */
  public readonly client: KubeClient;

  private constructor(
    public readonly access: KubeAccess,
    /** Path of a kubeconfig of an administrator. */
    public readonly kubeconfig: string,
    /** A certificate of this machine, which whoever trusts the API server trusts, and its key. */
    public readonly serving: ServingFiles,
    private readonly servers: readonly Server[],
  ) {
    this.client = new KubeClient(access);
  }

  public async stop(): Promise<void> {
    this.client.close();
    await stopAll(this.servers);
  }
}

async function startServers(
  {
    programs,
    folder,
    port,
    managerArguments = [],
    apiServerArguments: further = [],
    leaseSeconds,
  }: ControlPlaneOptions,
  servers: Server[],
  done: (access: KubeAccess, kubeconfig: string, serving: ServingFiles) => ControlPlane,
): Promise<ControlPlane> {
  mkdirSync(folder, { recursive: true });
  const env = isolatedEnvironment(path.join(folder, 'home'));
  const start = async (name: string, args: string[], ready: () => Promise<boolean>) => {
    servers.push(await Server.start({ name, command: [programs[name], ...args], folder, env, ready }));
  };
  const [etcdPort, etcdPeerPort, managerPort, schedulerPort, kwokPort] = await freePorts(5);
  const etcd = `http://127.0.0.1:${etcdPort}`;
  const etcdArguments = [
    `--data-dir=${path.join(folder, 'etcd')}`,
    `--listen-client-urls=${etcd}`,
    `--advertise-client-urls=${etcd}`,
    `--listen-peer-urls=http://127.0.0.1:${etcdPeerPort}`,
    // A test's data need not survive a power cut, and flushing each write to disk costs more than everything else here.
    '--unsafe-no-fsync',
  ];
  await start('etcd', etcdArguments, async () => (await fetch(`${etcd}/health`)).ok);

  const apiPort = port ?? (await freePort());
  const endpoint = `https://127.0.0.1:${apiPort}`;
  const credentials = makeCredentials(folder);
  const access = (): KubeAccess => ({
    endpoint,
    certificateAuthority: readFileSync(credentials.certificate, 'utf8'),
    token: credentials.token,
  });
  const serving = () => existsSync(credentials.certificate);
  const ofApiServer = [...apiServerArguments(etcd, apiPort, folder, credentials), ...further];
  await start('kube-apiserver', ofApiServer, async () => {
    return serving() && (await withClient(access(), (client) => client.get('/readyz'))) === 'ok';
  });

  const kubeconfig = writeKubeconfig(path.join(folder, 'kubeconfig'), access());
  const common = [
    `--kubeconfig=${kubeconfig}`,
    '--leader-elect=false',
    '--bind-address=127.0.0.1',
    '--profiling=false',
  ];
  const serves = (at: number) => async () => healthy(`https://127.0.0.1:${at}/healthz`);
  await Promise.all([
    start(
      'kube-controller-manager',
      [
        ...common,
        `--secure-port=${managerPort}`,
        `--service-account-private-key-file=${credentials.serviceAccountKey}`,
        `--root-ca-file=${credentials.certificate}`,
        `--cert-dir=${path.join(folder, 'controller-manager')}`,
        `--authentication-kubeconfig=${kubeconfig}`,
        `--authorization-kubeconfig=${kubeconfig}`,
        ...managerArguments,
      ],
      serves(managerPort),
    ),
    start(
      'kube-scheduler',
      [
        ...common,
        `--secure-port=${schedulerPort}`,
        `--cert-dir=${path.join(folder, 'scheduler')}`,
        `--authentication-kubeconfig=${kubeconfig}`,
        `--authorization-kubeconfig=${kubeconfig}`,
      ],
      serves(schedulerPort),
    ),
    start(
      'kwok',
      [
        `--kubeconfig=${kubeconfig}`,
        '--manage-all-nodes=false',
        '--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake',
        `--disregard-status-with-annotation-selector=${HELD}=true`,
        // Without leases the controller manager takes every node for dead and evicts its pods.
        `--node-lease-duration-seconds=${leaseSeconds ?? LEASE_SECONDS}`,
        ...(leaseSeconds === undefined ? [] : [`--config=${writeNodeStage(path.join(folder, 'node-stage.json'))}`]),
        `--server-address=127.0.0.1:${kwokPort}`,
      ],
      async () => (await fetch(`http://127.0.0.1:${kwokPort}/healthz`)).ok,
    ),
  ]);
  return done(access(), kubeconfig, { certificate: credentials.certificate, key: credentials.key });
}

/** Files that a server proves its name with. */
export interface ServingFiles {
  /** Certificate of 127.0.0.1 that the API server makes for itself, with its authority. */
  readonly certificate: string;
  readonly key: string;
}

interface Credentials extends ServingFiles {
  readonly token: string;
  readonly tokenFile: string;
  readonly serviceAccountKey: string;
}

function makeCredentials(folder: string): Credentials {
  const tokenFile = path.join(folder, 'tokens.csv');
  const serviceAccountKey = path.join(folder, 'service-account.key');
  if (!existsSync(serviceAccountKey)) {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    writeFileSync(serviceAccountKey, privateKey.export({ type: 'pkcs1', format: 'pem' }), { mode: 0o600 });
    writeFileSync(tokenFile, `${randomBytes(24).toString('hex')},admin,admin,system:masters\n`, { mode: 0o600 });
  }
  const [token] = readFileSync(tokenFile, 'utf8').split(',');
  const [certificate, key] = ['crt', 'key'].map((kind) => path.join(folder, 'apiserver', `apiserver.${kind}`));
  return { token, tokenFile, serviceAccountKey, certificate, key };
}

function apiServerArguments(etcd: string, port: number, folder: string, credentials: Credentials): string[] {
  return [
    `--etcd-servers=${etcd}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    `--secure-port=${port}`,
    `--cert-dir=${path.join(folder, 'apiserver')}`,
    // It would write a Service endpoint on the loopback interface, which the API refuses.
    '--endpoint-reconciler-type=none',
    `--token-auth-file=${credentials.tokenFile}`,
    '--authorization-mode=RBAC',
    '--service-cluster-ip-range=10.100.0.0/16',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${credentials.serviceAccountKey}`,
    `--service-account-signing-key-file=${credentials.serviceAccountKey}`,
    // As on EKS: node agents are privileged where their namespace allows it.
    '--allow-privileged=true',
    '--profiling=false',
  ];
}

/** Writes a kubeconfig with one context and returns its path. Anybody who reads the file is an administrator. */
export function writeKubeconfig(
  file: string,
  { endpoint, certificateAuthority, token }: KubeAccess,
  context = 'e2e',
): string {
  const data = Buffer.from(certificateAuthority).toString('base64');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'e2e', cluster: { server: endpoint, 'certificate-authority-data': data } }],
    users: [{ name: 'admin', user: { token } }],
    contexts: [{ name: context, context: { cluster: 'e2e', user: 'admin' } }],
    'current-context': context,
  };
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(config, null, 2), { mode: 0o600 });
  return file;
}

async function withClient<T>(access: KubeAccess, body: (client: KubeClient) => Promise<T>): Promise<T> {
  const client = new KubeClient(access);
  try {
    return await body(client);
  } finally {
    client.close();
  }
}

/** Whether a server with a certificate of its own making says it is healthy. */
export function healthy(url: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const request = https.get(url, { rejectUnauthorized: false }, (answer) => {
      answer.resume();
      answer.once('end', () => resolve(answer.statusCode === 200));
    });
    request.once('error', reject);
  });
}

/** Free ports, all different. */
async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) ports.add(await freePort());
  return [...ports];
}
