import { KubeClient, KubeObject } from './kube-client';
import { NodeDescription } from './nodes';

interface Requirement {
  readonly key: string;
  readonly values: string[];
}

/**
 * The nodes that Karpenter would make of its NodePools and their EC2NodeClasses.
 *
 * @param client an administrator
 * @param counts how many, by the name of the NodePool
 */
export async function karpenterNodes(
  client: KubeClient,
  counts: { readonly [pool: string]: number },
): Promise<NodeDescription[]> {
  const described: NodeDescription[] = [];
  for (const [name, count] of Object.entries(counts)) {
    const pool = await must(client, { apiVersion: 'karpenter.sh/v1', kind: 'NodePool', metadata: { name } });
    const { metadata, spec } = pool.spec.template;
    const { name: className } = spec.nodeClassRef;
    const nodeClass = await must(client, {
      apiVersion: 'karpenter.k8s.aws/v1',
      kind: 'EC2NodeClass',
      metadata: { name: className },
    });
    for (let index = 0; index < count; index++)
      described.push(describe(`${name}-${index}`, metadata.labels, spec, nodeClass));
  }
  return described;
}

function describe(name: string, labels: { [key: string]: string }, spec: any, nodeClass: KubeObject): NodeDescription {
  const requirements = spec.requirements as Requirement[];
  const [instanceType] = requirements.find(({ key }) => key === 'node.kubernetes.io/instance-type')!.values;
  const { networkInterfaces = [], kubelet, blockDeviceMappings, instanceStorePolicy } = nodeClass.spec;
  return {
    name,
    instanceType,
    labels: {
      ...labels,
      'kubernetes.io/arch': 'amd64',
      'kubernetes.io/os': 'linux',
      'kubernetes.io/hostname': name,
      'node.kubernetes.io/instance-type': instanceType,
    },
    taints: spec.taints,
    efa: (networkInterfaces as { interfaceType: string }[]).filter((it) => it.interfaceType === 'efa-only').length,
    maxPods: kubelet?.maxPods,
    rootGib: parseInt(blockDeviceMappings.at(-1).ebs.volumeSize as string),
    localStorage: instanceStorePolicy === 'RAID0',
  };
}

async function must(client: KubeClient, object: KubeObject): Promise<KubeObject> {
  const found = await client.find(object);
  if (!found) throw new Error(`there is no ${object.kind} ${object.metadata.name}`);
  return found;
}
