import { NamespaceV1 } from '@cdktf/provider-kubernetes/lib/namespace-v1';
import { ServiceV1 } from '@cdktf/provider-kubernetes/lib/service-v1';
import { App, LocalBackend, TerraformStack } from 'cdktf';
import {
  CustomResources,
  ExistingGpuNodePool,
  GpuInstanceType,
  KubernetesAccess,
  KubernetesCluster,
  RdmaFabric,
  TaintEffect,
} from '../../lib';

/** Two groups of two nodes, which fill the pool. */
export const GROUPS = { namespace: 'inference', name: 'large', service: 'large-leaders', replicas: 2, size: 2 };
export const INSTANCE_TYPE = 'p5.48xlarge';
/** Labels and taint of the nodes of the pool. */
export const SELECTOR = { 'example.com/rack': 'groups' };
export const TAINT = { key: 'example.com/team', value: 'groups', effect: TaintEffect.NO_SCHEDULE };

/** What is changed of the groups. */
export interface GroupsChange {
  /** Image of their containers. */
  readonly image: string;
  /** The groups from this one on get it. */
  readonly partition: number;
}

/** Groups of nodes, and the Service of their leaders. */
export const groups =
  ({ image, partition }: GroupsChange) =>
  (app: App): TerraformStack => {
    const { namespace, name, service, replicas, size } = GROUPS;
    const stack = new TerraformStack(app, 'leader-worker-set');
    new LocalBackend(stack, { path: `../../../terraform.${stack.node.id}.tfstate` });
    const configPath = '~/.kube/config';
    const cluster = KubernetesCluster.fromKubeconfig(stack, 'Site', { configPath, context: 'hall-6' });
    const provider = KubernetesAccess.of(stack, cluster).kubernetesProvider;
    new ExistingGpuNodePool(stack, 'Pool', {
      cluster,
      hardware: GpuInstanceType.P5_48XLARGE,
      nodes: replicas * size,
      fabric: RdmaFabric.none(),
      nodeSelector: SELECTOR,
      taints: [TAINT],
    });
    const space = new NamespaceV1(stack, 'Namespace', { provider, metadata: { name: namespace } });
    const template = podTemplate(image);
    const resource = {
      apiVersion: 'leaderworkerset.x-k8s.io/v1',
      kind: 'LeaderWorkerSet',
      metadata: { name },
      spec: {
        replicas,
        startupPolicy: 'LeaderCreated',
        rolloutStrategy: {
          type: 'RollingUpdate',
          rollingUpdateConfiguration: { partition, maxUnavailable: 1, maxSurge: 0 },
        },
        leaderWorkerTemplate: {
          size,
          restartPolicy: 'RecreateGroupAfterStart',
          leaderTemplate: template,
          workerTemplate: template,
        },
      },
    };
    const release = { cluster, releaseName: name, namespace, resources: [resource], dependsOn: [space] };
    new CustomResources(stack, 'Groups', release);
    new ServiceV1(stack, 'Service', {
      provider,
      metadata: { name: service, namespace },
      spec: {
        selector: {
          'leaderworkerset.sigs.k8s.io/name': name,
          'leaderworkerset.sigs.k8s.io/worker-index': '0',
        },
        port: [{ name: 'http', port: 8000, targetPort: '8000' }],
      },
      dependsOn: [space],
    });
    return stack;
  };

function podTemplate(image: string) {
  const limits = { 'nvidia.com/gpu': '8' };
  const { key, value } = TAINT;
  return {
    metadata: { labels: { 'app.kubernetes.io/name': 'large' } },
    spec: {
      nodeSelector: SELECTOR,
      tolerations: [{ key, operator: 'Equal', value, effect: 'NoSchedule' }],
      containers: [{ name: 'server', image, ports: [{ name: 'http', containerPort: 8000 }], resources: { limits } }],
    },
  };
}
