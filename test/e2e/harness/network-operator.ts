import { offer } from './device-plugins';
import { KubeClient, KubeError, KubeObject } from './kube-client';
import { Poller } from './poller';

type Devices = { [resource: string]: string };

/**
 * Plays the device plugins of NVIDIA's network operator: the nodes that a policy selects offer what its configuration says of the
 * adapters they have. Shared adapters come in as many handles as the configuration says, adapters for one pod as many as there are,
 * virtual functions as many as each physical function is split into.
 */
export function playNetworkOperator(client: KubeClient): Poller {
  return new Poller(async () => {
    const nodes = await client.list('v1', 'Node');
    const policies = [
      ...(await listed(client, 'mellanox.com/v1alpha1', 'NicNodePolicy')),
      ...(await listed(client, 'sriovnetwork.openshift.io/v1', 'SriovNetworkNodePolicy')),
    ];
    for (const { kind, spec } of policies) {
      const selector = Object.entries(spec.nodeSelector as { [label: string]: string });
      const selected = nodes.filter(({ metadata }) => selector.every(([key, value]) => metadata.labels[key] === value));
      for (const node of selected) {
        const adapters = Number(node.metadata.annotations['e2e/adapters']);
        await offer(client, node, kind === 'NicNodePolicy' ? devices(spec, adapters) : virtualFunctions(spec));
      }
    }
  });
}

function devices(spec: any, adapters: number): Devices {
  const shared = JSON.parse(spec.rdmaSharedDevicePlugin?.config ?? '{"configList":[]}').configList as any[];
  const whole = JSON.parse(spec.sriovDevicePlugin?.config ?? '{"resourceList":[]}').resourceList as any[];
  return {
    ...Object.fromEntries(shared.map(({ resourceName, rdmaHcaMax }) => [`rdma/${resourceName}`, String(rdmaHcaMax)])),
    ...Object.fromEntries(
      whole.map(({ resourcePrefix, resourceName }) => [`${resourcePrefix}/${resourceName}`, String(adapters)]),
    ),
  };
}

function virtualFunctions({ resourceName, numVfs, nicSelector }: any): Devices {
  // The prefix is a value of the operator's chart; that of NVIDIA's is this.
  return { [`nvidia.com/${resourceName}`]: String(numVfs * nicSelector.pfNames.length) };
}

/** None while nobody has defined the kind. */
async function listed(client: KubeClient, apiVersion: string, kind: string): Promise<KubeObject[]> {
  return client.list(apiVersion, kind).catch((error: unknown) => {
    if (error instanceof KubeError && error.status === 404) return [];
    throw error;
  });
}
