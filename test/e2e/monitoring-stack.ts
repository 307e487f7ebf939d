import { NamespaceV1 } from '@cdktf/provider-kubernetes/lib/namespace-v1';
import { App, LocalBackend, TerraformStack } from 'cdktf';
import { ExistingNamespaces, KubernetesAccess, KubernetesCluster, MonitoringStack, MonitoringStorage } from '../../lib';

/** Two of one cluster, which would both scrape its nodes and its objects. */
const OWN = { alertReceivers: [], clusterMetrics: false };

/**
 * Monitoring in a namespace of the program, and in one that was there before.
 *
 * @param storage of the first of them @default - there is only the namespace
 */
export const monitoringIn = (storage?: MonitoringStorage) => (app: App) => {
  const stack = new TerraformStack(app, 'monitoring');
  new LocalBackend(stack, { path: `../../../terraform.${stack.node.id}.tfstate` });
  const cluster = KubernetesCluster.fromKubeconfig(stack, 'Site', { configPath: '~/.kube/config', context: 'hall-3' });
  const provider = KubernetesAccess.of(stack, cluster).kubernetesProvider;
  if (storage) new MonitoringStack(stack, 'Monitoring', { ...OWN, cluster, namespace: 'team-a', storage });
  new NamespaceV1(stack, 'TeamA', { provider, metadata: { name: 'team-a' } });
  ExistingNamespaces.declare(cluster, ['shared']);
  if (storage)
    new MonitoringStack(stack, 'Shared', {
      ...OWN,
      cluster,
      namespace: 'shared',
      storage: MonitoringStorage.emptyDir(),
    });
  return stack;
};
