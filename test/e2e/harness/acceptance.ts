import { KubeClient, KubeObject } from './kube-client';
import { podLike } from './pods';
import { until } from './process';

const NAMESPACE = 'fabric-acceptance';

/** The Job of an acceptance test and its two pods, once these have ended: kwok ends the pods of a Job when it has started them. */
export async function acceptance(client: KubeClient, name: string): Promise<{ job: KubeObject; pods: KubeObject[] }> {
  const pods = async () =>
    (await client.list('v1', 'Pod', NAMESPACE)).filter(
      ({ metadata }) => metadata.labels?.['app.kubernetes.io/instance'] === name,
    );
  const ended = async () => (await pods()).filter(({ status }) => status.phase === 'Succeeded').length === 2;
  await until(ended, 90, `the end of ${name}`);
  const job = await client.find({ apiVersion: 'batch/v1', kind: 'Job', metadata: { name, namespace: NAMESPACE } });
  return { job: job as KubeObject, pods: await pods() };
}

/** Where two pods of a Job go that live at the same time, as real ones do. They must be on two nodes. */
export async function nodesOfTwo(client: KubeClient, job: KubeObject): Promise<string[]> {
  const pods: KubeObject[] = [];
  for (const index of [0, 1]) pods.push(await podLike(client, job, `${job.metadata.name}-like-${index}`));
  const nodeOf = async (pod: KubeObject) => (await client.find(pod))?.spec.nodeName as string | undefined;
  const nodes = () => Promise.all(pods.map(nodeOf));
  await until(async () => (await nodes()).every(Boolean), 60, `nodes for two pods of ${job.metadata.name}`);
  const found = (await nodes()) as string[];
  for (const pod of pods) await client.remove(pod);
  if (new Set(found).size < 2) throw new Error(`two pods of ${job.metadata.name} share node ${found[0]}`);
  return found.sort();
}
