import { KubeObject } from './kube-client';

/** What is said of a node of one's own. */
export interface OwnNodeOptions {
  readonly labels?: { readonly [key: string]: string };
  readonly taints?: readonly object[];
  /** GPUs that its device plugin will find. @default 0 */
  readonly gpus?: number;
  /** ConnectX adapters that the plugins of the network operator will find. @default 0 */
  readonly adapters?: number;
}

/**
 * A node before any agent runs: a DGX H100 (2 x 56 cores, 2 TB, 30 TB of NVMe) where it has GPUs, else a small one.
 *
 * @see https://docs.nvidia.com/dgx/dgxh100-user-guide/introduction-to-dgxh100.html
 */
export function ownNode(name: string, { labels, taints, gpus = 0, adapters = 0 }: OwnNodeOptions = {}): KubeObject {
  const large = { cpu: '224', memory: '2003Gi', 'ephemeral-storage': '27000Gi' };
  const small = { cpu: '16', memory: '60Gi', 'ephemeral-storage': '90Gi' };
  const resources = { pods: '110', ...(gpus > 0 ? large : small) };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: { 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64', 'kubernetes.io/hostname': name, ...labels },
      annotations: { 'kwok.x-k8s.io/node': 'fake', 'e2e/gpus': String(gpus), 'e2e/adapters': String(adapters) },
    },
    spec: { taints },
    status: { capacity: resources, allocatable: resources },
  };
}
