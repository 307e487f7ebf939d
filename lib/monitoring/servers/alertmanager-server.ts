import { Construct } from 'constructs';
import { DataSize } from '../../units/data-size';
import { secretFolder } from '../alerting/alert-secrets';
import { allReceivers } from '../alerting/alertmanager-config';
import { snsEnvironment } from '../alerting/sns-publisher';
import { MonitoringOptions } from '../monitoring-options';
import { MonitoringStorage } from '../prometheus/monitoring-storage';
import { ConfigFile, MonitoringServer, MonitoringServerPlace } from './monitoring-server';

/** The release that kube-prometheus-stack 88.3 pairs with Prometheus 3.13.2. */
const ALERTMANAGER_IMAGE = 'quay.io/prometheus/alertmanager:v0.33.1';

/** @internal */
export const ALERTMANAGER_PORT = 9093;

/**
 * The Alertmanager of a monitoring stack.
 *
 * @param config its configuration, `alertmanager.yml`
 *
 * @internal
 */
export function alertmanagerServer(
  scope: Construct,
  place: MonitoringServerPlace,
  options: MonitoringOptions,
  config: readonly ConfigFile[],
): MonitoringServer {
  const secrets = allReceivers(options).flatMap((receiver) => receiver.secrets);
  const folders = new Map(secrets.map((secret) => [secret.name, secretFolder(secret)]));
  return new MonitoringServer(scope, 'Alertmanager', {
    ...place,
    port: ALERTMANAGER_PORT,
    image: options.alertmanagerImage ?? ALERTMANAGER_IMAGE,
    args: [
      '--config.file=/etc/alertmanager/alertmanager.yml',
      '--storage.path=/alertmanager',
      // A single instance has no peer to gossip with.
      '--cluster.listen-address=',
    ],
    config,
    storage: options.storage ?? MonitoringStorage.persistentVolume(),
    size: DataSize.gib(1),
    memory: DataSize.mib(256),
    cpuRequest: '50m',
    cpuLimit: '500m',
    usesApiServer: false,
    startupBudgetSeconds: 120,
    environment: snsEnvironment(allReceivers(options)),
    secrets: [...folders].map(([name, folder]) => ({ name, folder })),
  });
}
