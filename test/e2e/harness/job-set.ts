import * as path from 'node:path';
import { ControlPlane, healthy } from './control-plane';
import { objectsIn, registerWebhooks, writeConfiguration } from './controller-files';
import { define, withoutProse } from './definitions';
import { KubeObject } from './kube-client';
import { freePort } from './ports';
import { Server, Stoppable, isolatedEnvironment, until } from './process';
import { Tools } from './tools';

const API = { apiVersion: 'config.jobset.x-k8s.io/v1alpha1' };
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
  const definitions = objectsIn(path.join(config, 'crd', 'bases', 'jobset.x-k8s.io_jobsets.yaml'));
  await define(controlPlane.client, definitions.map(withoutProse));
  const server = await Server.start({
    name: 'job-set-manager',
    command: [program, `--config=${await writeConfiguration(own, new URL(webhooks).port, controlPlane, API)}`],
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

/** Registers the webhooks by URL, and waits until the API server asks them. */
async function register(controlPlane: ControlPlane, file: string, url: string): Promise<void> {
  await registerWebhooks(controlPlane, objectsIn(file), url, (webhook) => SETS.test(webhook));
  await until(() => refused(controlPlane.client), 30, 'webhooks of JobSets');
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
