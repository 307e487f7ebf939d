import { KubeClient, KubeObject } from './kube-client';
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

/** Lets a node offer devices; what it offers already is left alone. */
export async function offer(
  client: KubeClient,
  node: KubeObject,
  resources: { [name: string]: string },
): Promise<void> {
  if (Object.entries(resources).every(([name, count]) => node.status.allocatable[name] === count)) return;
  await client.merge(node, { status: { capacity: resources, allocatable: resources } }, 'status');
}
