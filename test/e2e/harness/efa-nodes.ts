import { KubeObject } from './kube-client';
import { nodeObject } from './nodes';

/** EFA interfaces of a p5.48xlarge. */
const EFA = 32;

/** A p5.48xlarge whose plugins offer its GPUs and its adapters already. */
export function efaNode(name: string, labels: { [key: string]: string }, taints: readonly object[]): KubeObject {
  const made = nodeObject({
    name,
    instanceType: 'p5.48xlarge',
    labels: { 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64', 'kubernetes.io/hostname': name, ...labels },
    taints: taints as { key: string; value: string; effect: string }[],
    hasDevicePlugin: true,
    efa: EFA,
    rootGib: 200,
    localStorage: true,
  });
  for (const offered of [made.status.capacity, made.status.allocatable]) offered['vpc.amazonaws.com/efa'] = String(EFA);
  return made;
}
