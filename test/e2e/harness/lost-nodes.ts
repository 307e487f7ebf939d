import { KubeClient, KubeError, KubeObject } from './kube-client';
import { HELD } from './pods';

/** For how long kwok says that a node is there. */
const LEASE_SECONDS = 10;
/** Long enough for a busy machine: where kwok is late with all leases, all nodes would be given up at once. */
const GRACE_SECONDS = 30;

/** Options of the control plane by which a node is given up within half a minute, several of them at once. */
export const HASTY = {
  managerArguments: [
    '--node-monitor-period=500ms',
    `--node-monitor-grace-period=${GRACE_SECONDS}s`,
    // Nodes that are lost together are looked at one every ten seconds by default.
    '--node-eviction-rate=20',
    // Where most nodes of a small zone are lost, but not all, pods are left where they are: few nodes are many here.
    '--unhealthy-zone-threshold=0.95',
  ],
  leaseSeconds: LEASE_SECONDS,
  apiServerArguments: ['--default-not-ready-toleration-seconds=2', '--default-unreachable-toleration-seconds=2'],
};

/** Longer than any test: kwok leaves a node alone as long as the lease of somebody else lasts. */
const LONG_SECONDS = 86_400;

/** Nodes whose machines are gone: nobody says that they are there, and nobody ends their pods. */
export async function lose(client: KubeClient, nodes: readonly string[]): Promise<void> {
  const take = async (node: string) => {
    // Else kwok would say that the node is ready, as soon as it is not.
    await annotate(client, node, 'true');
    await hold(client, node, new Date(), LONG_SECONDS);
  };
  await Promise.all(nodes.map(take));
}

/** The machines of lost nodes run again: what was to end there ends. */
export async function bringBack(client: KubeClient, nodes: readonly string[]): Promise<void> {
  const give = async (node: string) => {
    await hold(client, node, new Date(Date.now() - 60_000), 1);
    await annotate(client, node, null);
  };
  await Promise.all(nodes.map(give));
}

function annotate(client: KubeClient, name: string, held: string | null): Promise<KubeObject> {
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name } };
  return client.merge(node, { metadata: { annotations: { [HELD]: held } } });
}

function hold(client: KubeClient, name: string, renewed: Date, leaseDurationSeconds: number): Promise<KubeObject> {
  const renewTime = renewed.toISOString().replace('Z', '000Z');
  const lease = {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name, namespace: 'kube-node-lease' },
  };
  return client.merge(lease, { spec: { holderIdentity: 'nobody', renewTime, leaseDurationSeconds } });
}

/** Takes a node out, as the cloud does with one whose machine is gone. */
export const forget = (client: KubeClient, name: string): Promise<void> =>
  client.remove({ apiVersion: 'v1', kind: 'Node', metadata: { name } });

/** Lets no further pod onto nodes, or lets them again. */
export async function cordon(client: KubeClient, nodes: readonly string[], unschedulable = true): Promise<void> {
  for (const name of nodes)
    await client.merge({ apiVersion: 'v1', kind: 'Node', metadata: { name } }, { spec: { unschedulable } });
}

/**
 * Asks for the end of a pod, as a drain does.
 *
 * @returns whether a disruption budget lets it go
 */
export async function evict(client: KubeClient, { metadata: { name, namespace } }: KubeObject): Promise<boolean> {
  try {
    await client.post(`/api/v1/namespaces/${namespace}/pods/${name}/eviction`, {
      apiVersion: 'policy/v1',
      kind: 'Eviction',
      metadata: { name, namespace },
    });
    return true;
  } catch (error) {
    if (error instanceof KubeError && error.status === 404) return true;
    if (error instanceof KubeError && error.status === 429) return false;
    throw error;
  }
}
