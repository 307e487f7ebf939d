import { Construct } from 'constructs';
import { DataSize } from '../../units/data-size';
import { secretFolder } from '../alerting/alert-secrets';
import { allReceivers } from '../alerting/alertmanager-config';
import { snsEnvironment } from '../alerting/sns-publisher';
import { MonitoringOptions } from '../monitoring-options';
import { MonitoringStorage } from '../prometheus/monitoring-storage';
import { ConfigFile, MonitoringServer } from './monitoring-server';
import { MonitoringServerPlace } from './server-place';
import { peerHosts, REPLICAS } from './server-replicas';
import { CLIENT_FILE, probeFiles, webArguments, webSecrets } from './web-security';

/** The release that kube-prometheus-stack 88.3 pairs with Prometheus 3.13.2. @internal */
export const ALERTMANAGER_IMAGE = 'quay.io/prometheus/alertmanager:v0.33.1';

/** @internal */
export const ALERTMANAGER_PORT = 9093;

/** @see https://github.com/prometheus/alertmanager#amtool */
const READY = [
  'amtool',
  `--http.config.file=/etc/alertmanager/${CLIENT_FILE}`,
  `--alertmanager.url=https://localhost:${ALERTMANAGER_PORT}`,
  'cluster',
  'show',
];

/** Of the gossip by which Alertmanagers tell each other what they have sent. */
const PEER_PORT = 9094;

/**
 * Host and port of every Alertmanager: Prometheus sends each alert to all of them, never to one of them by a Service.
 *
 * @see https://prometheus.io/docs/alerting/latest/high_availability/
 *
 * @internal
 */
export function alertmanagerTargets(namespace: string, highAvailability = false): string[] {
  const hosts = highAvailability ? peerHosts('alertmanager', namespace, REPLICAS) : [`alertmanager.${namespace}.svc`];
  return hosts.map((host) => `${host}:${ALERTMANAGER_PORT}`);
}

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
      ...webArguments(options.webSecurity),
      ...clusterArguments(place, options),
    ],
    config: [...config, ...probeFiles(options.webSecurity, `${place.name}.${place.namespace}.svc`)],
    ...(options.webSecurity && { readyCommand: READY }),
    storage: options.storage ?? MonitoringStorage.persistentVolume(),
    size: DataSize.gib(1),
    memory: DataSize.mib(256),
    cpuRequest: '50m',
    cpuLimit: '500m',
    usesApiServer: false,
    startupBudgetSeconds: 120,
    ...(options.highAvailability && {
      replicas: { count: REPLICAS, peerPort: PEER_PORT },
      podFields: { POD_IP: 'status.podIP' },
    }),
    environment: snsEnvironment(allReceivers(options)),
    secrets: [...[...folders].map(([name, folder]) => ({ name, folder })), ...webSecrets(options.webSecurity)],
  });
}

function clusterArguments(
  { name, namespace }: MonitoringServerPlace,
  { highAvailability }: MonitoringOptions,
): string[] {
  // A single instance has no peer to gossip with.
  if (!highAvailability) return ['--cluster.listen-address='];
  return [
    `--cluster.listen-address=:${PEER_PORT}`,
    // Its own search finds addresses of private networks alone.
    `--cluster.advertise-address=[$(POD_IP)]:${PEER_PORT}`,
    ...peerHosts(name, namespace, REPLICAS).map((host) => `--cluster.peer=${host}:${PEER_PORT}`),
  ];
}
