import { App, LocalBackend, TerraformStack } from 'cdktf';
import { AlertReceiver, KubernetesAccess, KubernetesCluster, MonitoringStack } from '../../lib';

/** Two of each server, by TLS and for users with a password alone. */
export const monitoringPair = (app: App): TerraformStack => {
  const stack = new TerraformStack(app, 'monitoring-pair');
  new LocalBackend(stack, { path: `../../../terraform.${stack.node.id}.tfstate` });
  const cluster = KubernetesCluster.fromKubeconfig(stack, 'Site', { configPath: '~/.kube/config', context: 'hall-12' });
  KubernetesAccess.of(stack, cluster);
  new MonitoringStack(stack, 'Monitoring', {
    cluster,
    highAvailability: true,
    webSecurity: {
      tlsSecret: 'monitoring-tls',
      webConfig: { name: 'monitoring-web', key: 'web.yml' },
      password: { name: 'monitoring-web', key: 'password' },
    },
    alertReceivers: [AlertReceiver.webhook('on-call', { urlSecret: { name: 'on-call', key: 'url' } })],
  });
  return stack;
};
