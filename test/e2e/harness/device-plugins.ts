import { KubeClient, KubeError, KubeObject } from './kube-client';
import { gpusOf } from './node-shape';
import { Poller } from './poller';

/** The agents that make a kubelet offer devices, by their image, and what they offer on a node. */
const PLUGINS: readonly { image: RegExp; resource: string; count: (node: KubeObject) => number }[] = [
  {
    image: /\/k8s-device-plugin[:@]/,
    resource: 'nvidia.com/gpu',
    count: ({ metadata }) =>
      Number(metadata.annotations['e2e/gpus'] ?? gpusOf(metadata.labels['node.kubernetes.io/instance-type'])),
  },
  {
    image: /\/aws-efa-k8s-device-plugin[:@]/,
    resource: 'vpc.amazonaws.com/efa',
    count: ({ metadata }) => Number(metadata.annotations['e2e/efa']),
  },
];

/**
 * Plays the kubelet's part of the device plugins: a node offers GPUs and EFA interfaces once the agent that announces them runs on
 * it, and no sooner.
 */
export function playDevicePlugins(client: KubeClient): Poller {
  return new Poller(async () => {
    const pods = await client.list('v1', 'Pod');
    for (const node of await client.list('v1', 'Node')) {
      const images = pods
        .filter(({ spec, status }) => spec.nodeName === node.metadata.name && status?.phase === 'Running')
        .flatMap(({ spec }) => (spec.containers as { image: string }[]).map(({ image }) => image));
      const offered = PLUGINS.filter(({ image }) => images.some((candidate) => image.test(candidate)));
      await offer(
        client,
        node,
        Object.fromEntries(offered.map(({ resource, count }) => [resource, String(count(node))])),
      );
    }
  });
}

/**
 * Plays NVIDIA's network operator: the nodes that a NicNodePolicy selects offer the devices of its configuration, as many handles of
 * each as that says.
 */
export function playNetworkOperator(client: KubeClient): Poller {
  return new Poller(async () => {
    const nodes = await client.list('v1', 'Node');
    for (const { spec } of await policies(client)) {
      const { configList } = JSON.parse(spec.rdmaSharedDevicePlugin?.config ?? '{"configList":[]}') as {
        configList: { resourceName: string; rdmaHcaMax: number }[];
      };
      const devices = configList.map(({ resourceName, rdmaHcaMax }) => [`rdma/${resourceName}`, String(rdmaHcaMax)]);
      const selector = Object.entries(spec.nodeSelector as { [label: string]: string });
      for (const node of nodes.filter(({ metadata }) =>
        selector.every(([key, value]) => metadata.labels[key] === value),
      )) {
        await offer(client, node, Object.fromEntries(devices));
      }
    }
  });
}

/** None while nobody has defined them. */
async function policies(client: KubeClient): Promise<KubeObject[]> {
  return client.list('mellanox.com/v1alpha1', 'NicNodePolicy').catch((error: unknown) => {
    if (error instanceof KubeError && error.status === 404) return [];
    throw error;
  });
}

async function offer(client: KubeClient, node: KubeObject, resources: { [name: string]: string }): Promise<void> {
  if (Object.entries(resources).every(([name, count]) => node.status.allocatable[name] === count)) return;
  await client.merge(node, { status: { capacity: resources, allocatable: resources } }, 'status');
}
