import { NamespaceV1 } from '@cdktf/provider-kubernetes/lib/namespace-v1';
import { App, LocalBackend, TerraformStack } from 'cdktf';
import { ExistingNamespaces, KubernetesAccess, KubernetesCluster, MonitoringStack, MonitoringStorage } from '../../lib';

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
  if (storage) new MonitoringStack(stack, 'Monitoring', { cluster, namespace: 'team-a', alertReceivers: [], storage });
  new NamespaceV1(stack, 'TeamA', { provider, metadata: { name: 'team-a' } });
  ExistingNamespaces.declare(cluster, ['shared']);
  if (storage)
    new MonitoringStack(stack, 'Shared', {
      cluster,
      namespace: 'shared',
      alertReceivers: [],
      storage: MonitoringStorage.emptyDir(),
    });
  return stack;
};
