import { KubeClient, KubeObject } from '../../test/e2e/harness/kube-client';
import { RACK } from './fleet';
import { PlacedPod } from './places';

const GROUP = 'leaderworkerset.sigs.k8s.io';

/** The pods of a namespace, with what runs them and where they are, as the API server says. */
export async function clusterPods(client: KubeClient, namespace: string): Promise<PlacedPod[]> {
  const nodes = await client.list('v1', 'Node');
  const pools = new Map(nodes.map(({ metadata }) => [metadata.name, metadata.labels[RACK] as string]));
  const sets = await client.list('apps/v1', 'ReplicaSet', namespace);
  const deployments = new Map(sets.map((set) => [set.metadata.name, ownerOf(set, 'Deployment')]));
  return (await client.list('v1', 'Pod', namespace)).map((pod) => {
    const labels = pod.metadata.labels as { [key: string]: string };
    const name = labels[`${GROUP}/name`] ?? deployments.get(ownerOf(pod, 'ReplicaSet') ?? '') ?? pod.metadata.name;
    const node = pod.spec.nodeName as string | undefined;
    return {
      workload: `${namespace}/${name}`,
      group: labels[`${GROUP}/group-index`],
      node,
      pool: node && pools.get(node),
    };
  });
}

function ownerOf({ metadata }: KubeObject, kind: string): string | undefined {
  const owners = (metadata.ownerReferences ?? []) as { kind: string; name: string }[];
  return owners.find((owner) => owner.kind === kind)?.name;
}
