import { readFileSync, readdirSync } from 'node:fs';
import * as path from 'node:path';
import { ControlPlane, healthy } from './control-plane';
import { objectsOf, registerWebhooks, writeConfiguration } from './controller-files';
import { define, withoutProse } from './definitions';
import { KubeObject } from './kube-client';
import { freePort } from './ports';
import { Server, Stoppable, isolatedEnvironment, until } from './process';
import { Tools } from './tools';

/** Where the webhook of the controller that it sets up last answers. */
const LAST_WEBHOOK = '/validate-disaggregatedset-x-k8s-io-v1-disaggregatedset';

/**
 * Runs the real controller of LeaderWorkerSets beside a control plane, with the definitions and the webhooks of its chart. It listens
 * on the loopback interface only, where the API server finds its webhooks by their URL.
 *
 * @param controlPlane where its objects are
 * @param tools what `setup.mjs` built
 * @param folder folder of the run, for its configuration and log
 */
export async function startLeaderWorkerSets(
  controlPlane: ControlPlane,
  { leaderWorkerSet, missing }: Tools,
  folder: string,
): Promise<Stoppable> {
  if (!leaderWorkerSet) throw new Error(`there is no controller of LeaderWorkerSets: ${missing.join('; ')}`);
  const { program, chart } = leaderWorkerSet;
  const own = path.join(folder, 'leader-worker-set');
  const webhooks = `https://127.0.0.1:${await freePort()}`;
  const definitions = readdirSync(path.join(chart, 'crds')).flatMap((file) => read(path.join(chart, 'crds', file)));
  await define(controlPlane.client, definitions.map(withoutProse));
  const server = await Server.start({
    name: 'leader-worker-set-manager',
    command: [
      program,
      `--kubeconfig=${controlPlane.kubeconfig}`,
      `--config=${await writeConfiguration(own, new URL(webhooks).port, controlPlane, { apiVersion: 'config.lws.x-k8s.io/v1alpha1' })}`,
    ],
    folder: own,
    env: isolatedEnvironment(path.join(own, 'home')),
    ready: () => healthy(`${webhooks}${LAST_WEBHOOK}`),
  });
  try {
    await register(controlPlane, path.join(chart, 'templates', 'webhook', 'webhook.yaml'), webhooks);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return server;
}

/** Registers the webhooks of the chart and waits until the API server asks them. */
async function register(controlPlane: ControlPlane, template: string, url: string): Promise<void> {
  const { client } = controlPlane;
  await registerWebhooks(controlPlane, read(template), url);
  await until(async () => (await defaulted(client)) && (await refused(client)), 30, 'webhooks of LeaderWorkerSets');
}

/** Whether the webhook that fills in what is left out is asked. */
async function defaulted(client: ControlPlane['client']): Promise<boolean> {
  return (await client.apply(probe(1), 'e2e', true)).spec.networkConfig !== undefined;
}

/** Whether the webhook that refuses is asked: by the definition alone, a size may be negative. */
async function refused(client: ControlPlane['client']): Promise<boolean> {
  return client.apply(probe(-1), 'e2e', true).then(
    () => false,
    (error: Error) => error.message.includes('size must be equal or greater than 1'),
  );
}

function probe(size: number): KubeObject {
  const spec = { containers: [{ name: 'probe', image: 'probe' }] };
  return {
    apiVersion: 'leaderworkerset.x-k8s.io/v1',
    kind: 'LeaderWorkerSet',
    metadata: { name: 'probe', namespace: 'default' },
    spec: { leaderWorkerTemplate: { size, workerTemplate: { spec } } },
  };
}

/** The objects of a file of a chart, as they are with the values that it has by default. */
function read(file: string): KubeObject[] {
  const text = readFileSync(file, 'utf8')
    // What stands behind a value is off, and the only value that is used is the namespace.
    .replace(/\{\{- if [\s\S]*?\{\{- end \}\}/g, '')
    .replaceAll('{{ .Release.Namespace }}', 'lws-system');
  return objectsOf(text);
}
