import { App, LocalBackend, TerraformStack } from 'cdktf';
import {
  DataSize,
  ExistingGpuNodePool,
  GpuInterconnect,
  GpuNodeType,
  GpuType,
  KubernetesAccess,
  KubernetesCluster,
  RdmaFabric,
  TaintEffect,
} from '../../lib';

/** Labels and taint of its node. */
export const SELECTOR = { 'example.com/rack': 'models' };
export const TAINT = { key: 'example.com/team', value: 'models', effect: TaintEffect.NO_SCHEDULE };

/** A stack with a cluster that is there, by a context of its kubeconfig, and one node of eight H100. */
export function modelsRack(app: App, name: string, context: string) {
  const stack = new TerraformStack(app, name);
  new LocalBackend(stack, { path: `../../../terraform.${stack.node.id}.tfstate` });
  const cluster = KubernetesCluster.fromKubeconfig(stack, 'Site', { configPath: '~/.kube/config', context });
  KubernetesAccess.of(stack, cluster);
  const nodePool = new ExistingGpuNodePool(stack, 'Pool', {
    cluster,
    hardware: GpuNodeType.custom({
      name: 'dgx-h100',
      gpu: GpuType.H100,
      gpuCount: 8,
      vcpus: 224,
      memory: DataSize.gib(2048),
      interconnect: GpuInterconnect.NVSWITCH,
      networkBandwidthGbps: 3200,
    }),
    nodes: 1,
    fabric: RdmaFabric.none(),
    nodeSelector: SELECTOR,
    taints: [TAINT],
  });
  return { stack, cluster, nodePool };
}
