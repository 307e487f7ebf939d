import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { parseAllDocuments } from 'yaml';
import { ControlPlane, healthy } from './control-plane';
import { define, withoutProse } from './definitions';
import { KubeObject } from './kube-client';
import { freePort } from './ports';
import { Server, Stoppable, isolatedEnvironment, until } from './process';
import { Tools } from './tools';

/** The webhook of sets alone: that of pods is for exclusive placement, which no set of ours has. */
const SETS = /jobset-x-k8s-io-v1alpha2-jobset$/;

/**
 * Runs the real controller of JobSets beside a control plane, with its definition and its webhooks. It listens on the loopback interface only.
 *
 * @param controlPlane where its objects are
 * @param tools what `setup.mjs` built
 * @param folder folder of the run, for its configuration and log
 */
export async function startJobSets(
  controlPlane: ControlPlane,
  { jobSet, missing }: Tools,
  folder: string,
): Promise<Stoppable> {
  if (!jobSet) throw new Error(`there is no controller of JobSets: ${missing.join('; ')}`);
  const { program, source } = jobSet;
  const config = path.join(source, 'config', 'components');
  const own = path.join(folder, 'job-set');
  const webhooks = `https://127.0.0.1:${await freePort()}`;
  const definitions = read(path.join(config, 'crd', 'bases', 'jobset.x-k8s.io_jobsets.yaml'));
  await define(controlPlane.client, definitions.map(withoutProse));
  const server = await Server.start({
    name: 'job-set-manager',
    command: [program, `--config=${await writeConfiguration(own, new URL(webhooks).port, controlPlane)}`],
    folder: own,
    env: { ...isolatedEnvironment(path.join(own, 'home')), KUBECONFIG: controlPlane.kubeconfig },
    ready: () => healthy(`${webhooks}/validate-jobset-x-k8s-io-v1alpha2-jobset`),
  });
  try {
    await register(controlPlane, path.join(config, 'webhook', 'manifests.yaml'), webhooks);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return server;
}

async function writeConfiguration(folder: string, port: string, { serving }: ControlPlane): Promise<string> {
  const certDir = path.join(folder, 'certificate');
  mkdirSync(certDir, { recursive: true });
  copyFileSync(serving.certificate, path.join(certDir, 'tls.crt'));
  copyFileSync(serving.key, path.join(certDir, 'tls.key'));
  const file = path.join(folder, 'configuration.json');
  const configuration = {
    apiVersion: 'config.jobset.x-k8s.io/v1alpha1',
    kind: 'Configuration',
    leaderElection: { leaderElect: false },
    internalCertManagement: { enable: false },
    webhook: { host: '127.0.0.1', port: Number(port), certDir },
    health: { healthProbeBindAddress: `127.0.0.1:${await freePort()}` },
    metrics: { bindAddress: '0' },
  };
  writeFileSync(file, JSON.stringify(configuration, null, 2));
  return file;
}

/** Registers the webhooks by URL, and waits until the API server asks them. */
async function register({ client, access }: ControlPlane, file: string, url: string): Promise<void> {
  const caBundle = Buffer.from(access.certificateAuthority).toString('base64');
  for (const configuration of read(file)) {
    const webhooks = (configuration.webhooks as any[])
      .filter(({ clientConfig }) => SETS.test(clientConfig.service.path as string))
      .map(({ clientConfig, ...webhook }) => {
        return { ...webhook, clientConfig: { url: `${url}${clientConfig.service.path as string}`, caBundle } };
      });
    await client.apply({ ...configuration, webhooks }, 'e2e');
  }
  await until(() => refused(client), 30, 'webhooks of JobSets');
}

/** Whether the webhook that refuses is asked: by the definition alone, a set may be named so. */
async function refused(client: ControlPlane['client']): Promise<boolean> {
  const template = {
    spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'a', image: 'a' }] } } },
  };
  const probe: KubeObject = {
    apiVersion: 'jobset.x-k8s.io/v1alpha2',
    kind: 'JobSet',
    metadata: { name: 'p'.repeat(70), namespace: 'default' },
    spec: { replicatedJobs: [{ name: 'node', replicas: 1, template }] },
  };
  return client.apply(probe, 'e2e', true).then(
    () => false,
    (error: Error) => error.message.includes('admission webhook'),
  );
}

function read(file: string): KubeObject[] {
  return parseAllDocuments(readFileSync(file, 'utf8'))
    .map((document) => document.toJS() as KubeObject | null)
    .filter((each): each is KubeObject => each !== null);
}
