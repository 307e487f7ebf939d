import { copyFileSync, linkSync, mkdirSync, readdirSync } from 'node:fs';
import * as path from 'node:path';
import { ControlPlane, healthy } from './control-plane';
import { objectsIn, registerWebhooks, writeConfiguration } from './controller-files';
import { define, withoutProse } from './definitions';
import { KubeObject } from './kube-client';
import { freePort } from './ports';
import { Server, Stoppable, isolatedEnvironment, until } from './process';
import { Tools } from './tools';

/** The kinds that are queued here, as Kueue names them, and those of its own: only their webhooks are registered. */
const FRAMEWORKS = ['pod', 'batch/job', 'leaderworkerset.x-k8s.io/leaderworkerset'];
const WEBHOOKS = /-(v1-pod|v1-job|leaderworkerset|clusterqueue|resourceflavor|workload)$/;

/**
 * Runs the real Kueue beside a control plane, with its definitions and webhooks. It listens on the loopback interface only, where the API
 * server finds its webhooks by their URL.
 *
 * @param controlPlane where its objects are
 * @param tools what `setup.mjs` built
 * @param folder folder of the run, for its configuration and log
 */
export async function startKueue(
  controlPlane: ControlPlane,
  { kueue, missing }: Tools,
  folder: string,
): Promise<Stoppable> {
  if (!kueue) throw new Error(`there is no Kueue: ${missing.join('; ')}`);
  const { program, configuration } = kueue;
  const own = path.join(folder, 'kueue');
  const webhooks = `https://127.0.0.1:${await freePort()}`;
  const bases = path.join(configuration, 'crd', 'bases');
  const definitions = readdirSync(bases).flatMap((file) => objectsIn(path.join(bases, file)));
  await define(controlPlane.client, definitions.map(newest).map(withoutProse));
  const settings = {
    apiVersion: 'config.kueue.x-k8s.io/v1beta2',
    integrations: { frameworks: FRAMEWORKS },
  };
  await writeConfiguration(own, new URL(webhooks).port, controlPlane, settings, '/');
  const server = await Server.start({
    name: 'kueue-manager',
    command: [
      ...intoRoot(own, program, controlPlane),
      '--kubeconfig=/kubeconfig',
      '--config=/configuration.json',
      '--feature-gates=VisibilityOnDemand=false',
    ],
    folder: own,
    env: isolatedEnvironment(path.join(own, 'home')),
    ready: () => healthy(`${webhooks}/mutate-kueue-x-k8s-io-v1beta2-clusterqueue`),
  });
  try {
    const manifests = objectsIn(path.join(configuration, 'webhook', 'manifests.yaml'));
    await registerWebhooks(controlPlane, manifests, webhooks, (webhook) => WEBHOOKS.test(webhook));
    await until(() => refused(controlPlane.client), 30, 'webhooks of Kueue');
  } catch (error) {
    await server.stop();
    throw error;
  }
  return server;
}

/**
 * The beginning of a command that sees a folder as the root of all files: Kueue reads the certificate of its metrics from a path that no option changes.
 *
 * @param root the folder, with its configuration
 */
function intoRoot(root: string, program: string, { kubeconfig, serving }: ControlPlane): string[] {
  const certificates = path.join(root, 'etc', 'kueue', 'metrics', 'certs');
  mkdirSync(certificates, { recursive: true });
  copyFileSync(serving.certificate, path.join(certificates, 'tls.crt'));
  copyFileSync(serving.key, path.join(certificates, 'tls.key'));
  copyFileSync(kubeconfig, path.join(root, 'kubeconfig'));
  linkSync(program, path.join(root, 'kueue-manager'));
  const asRoot = process.getuid?.() === 0 ? [] : ['unshare', '--map-root-user'];
  return [...asRoot, 'chroot', root, '/kueue-manager'];
}

/** A definition of the version alone that is stored: there is no Service for the webhook that converts others. */
function newest({ spec, ...definition }: KubeObject): KubeObject {
  const { conversion: _, versions, ...rest } = spec;
  return {
    ...definition,
    spec: { ...rest, versions: (versions as any[]).filter(({ storage }) => storage) },
  } as KubeObject;
}

/** Whether the webhook that refuses is asked: by the definition alone, a borrowing limit needs no cohort. */
async function refused(client: ControlPlane['client']): Promise<boolean> {
  const resources = [{ name: 'cpu', nominalQuota: '1', borrowingLimit: '1' }];
  const probe: KubeObject = {
    apiVersion: 'kueue.x-k8s.io/v1beta2',
    kind: 'ClusterQueue',
    metadata: { name: 'probe' },
    spec: { resourceGroups: [{ coveredResources: ['cpu'], flavors: [{ name: 'probe', resources }] }] },
  };
  return client.apply(probe, 'e2e', true).then(
    () => false,
    () => true,
  );
}
