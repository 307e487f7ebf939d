import { KubeClient, KubeObject } from './kube-client';
import { until } from './process';

/** Waits until every pod of a namespace is scheduled and runs, and there are as many as expected. */
export async function running(client: KubeClient, namespace: string, count: number): Promise<KubeObject[]> {
  const list = async () =>
    (await client.list('v1', 'Pod', namespace)).filter(({ metadata }) => !metadata.deletionTimestamp);
  const ready = (pods: KubeObject[]) => pods.length === count && pods.every(({ status }) => status.phase === 'Running');
  try {
    await until(async () => ready(await list()), 90);
  } catch {
    const seen = (await list()).map((pod) => `${pod.metadata.name}: ${pod.status.phase} ${whyPending(pod) ?? ''}`);
    throw new Error(`expected ${count} running pods in ${namespace}, found:\n${seen.join('\n')}`);
  }
  return list();
}

/** What a `MonitoringStack` runs in its namespace unless told otherwise, by the beginnings of their names. */
const MONITORING = ['alertmanager-', 'kube-state-metrics-', 'prometheus-'];

/**
 * Waits until all that a `MonitoringStack` makes by default runs: its servers, and a node exporter on every node.
 *
 * @param client an administrator
 * @param further beginnings of the names of what else it was asked for
 * @returns the pods of its servers
 */
export async function monitoringRuns(client: KubeClient, further: readonly string[] = []): Promise<KubeObject[]> {
  const expected = [...MONITORING, ...further].sort();
  const servers = await running(client, 'monitoring', expected.length);
  const names = servers.map(({ metadata }) => metadata.name).sort();
  expect(names).toEqual(expected.map((begins) => expect.stringMatching(`^${begins}`) as unknown));
  const nodes = (await client.list('v1', 'Node')).map(({ metadata }) => metadata.name).sort();
  const exporters = await running(client, 'monitoring-nodes', nodes.length);
  expect(exporters.map(({ spec }) => spec.nodeName as string).sort()).toEqual(nodes);
  return servers;
}

/** Annotation of a pod that kwok leaves alone. */
export const HELD = 'e2e/held';

/**
 * Deletes a pod as a kubelet does, that is still there while its containers end; kwok alone lets it go at once.
 *
 * @param client an administrator
 * @param pod what is deleted
 * @param meanwhile what must come to hold while it ends
 */
export async function endSlowly(client: KubeClient, pod: KubeObject, meanwhile: () => Promise<boolean>): Promise<void> {
  await client.merge(pod, { metadata: { annotations: { [HELD]: 'true' } } });
  await client.remove(pod);
  try {
    await until(meanwhile, 30, `what follows from the end of ${pod.metadata.name}`);
  } finally {
    await client.merge(pod, { metadata: { annotations: { [HELD]: null } } });
  }
}

/** Plays the kubelet of a pod whose containers have ended and were started again. */
export async function restartContainers(client: KubeClient, pod: KubeObject): Promise<void> {
  const containerStatuses = (pod.status.containerStatuses as { restartCount: number }[]).map((status) => {
    return { ...status, restartCount: status.restartCount + 1 };
  });
  await client.merge(pod, { status: { containerStatuses } }, 'status');
}

/** Waits until the scheduler has said why a pod cannot be placed, and returns what it said. */
export async function pending(client: KubeClient, pod: KubeObject): Promise<string> {
  let reason: string | undefined;
  await until(
    async () => {
      const found = await client.find(pod);
      if (found?.spec.nodeName) throw new Error(`${pod.metadata.name} was placed on ${found.spec.nodeName as string}`);
      reason = found && whyPending(found);
      return reason !== undefined;
    },
    60,
    `a verdict of the scheduler on ${pod.metadata.name}`,
  );
  return reason as string;
}

/** The pools that pods were placed on, or `system`. */
export async function poolsOf(client: KubeClient, pods: readonly KubeObject[]): Promise<string[]> {
  const nodes = new Map((await client.list('v1', 'Node')).map((node) => [node.metadata.name, node]));
  return pods.map(({ spec }) => {
    const labels = nodes.get(spec.nodeName as string)?.metadata.labels as { readonly [key: string]: string };
    return labels['gpu-inference-constructs/pool'] ?? (labels['gpu-inference-constructs/system'] && 'system');
  });
}

/** One more pod like those of a Deployment, owned by nobody. */
export async function podLike(client: KubeClient, deployment: KubeObject, name: string): Promise<KubeObject> {
  const { metadata, spec } = deployment.spec.template as KubeObject;
  return client.create({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: deployment.metadata.namespace, annotations: metadata.annotations },
    spec,
  });
}

function whyPending({ status }: KubeObject): string | undefined {
  const conditions = (status.conditions ?? []) as { type: string; status: string; message?: string }[];
  return conditions.find(({ type, status: value }) => type === 'PodScheduled' && value === 'False')?.message;
}
