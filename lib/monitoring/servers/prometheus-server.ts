import { Construct } from 'constructs';
import { DataSize } from '../../units/data-size';
import { REPLICA_VARIABLE } from '../prometheus/replica-label';
import { MonitoringOptions } from '../monitoring-options';
import { MonitoringStorage } from '../prometheus/monitoring-storage';
import { ConfigFile, MonitoringServer, MoreConfig } from './monitoring-server';
import { MonitoringServerPlace } from './server-place';
import { REPLICAS } from './server-replicas';
import { CLIENT_FILE, probeFiles, webArguments, webSecrets } from './web-security';

/** Long-term support until July 2027: https://prometheus.io/docs/introduction/release-cycle/ @internal */
export const PROMETHEUS_IMAGE = 'quay.io/prometheus/prometheus:v3.13.2';

/** @internal */
export const PROMETHEUS_PORT = 9090;

/** @see https://prometheus.io/docs/prometheus/latest/command-line/promtool/#promtool-check-ready */
const READY = [
  'promtool',
  'check',
  'ready',
  `--http.config.file=/etc/prometheus/${CLIENT_FILE}`,
  `--url=https://localhost:${PROMETHEUS_PORT}`,
];

/**
 * The Prometheus of a monitoring stack.
 *
 * @param config its configuration, `prometheus.yml` and the files that it names
 * @param moreConfig files with rules that have no room beside them
 *
 * @internal
 */
export function prometheusServer(
  scope: Construct,
  place: MonitoringServerPlace,
  options: MonitoringOptions,
  config: readonly ConfigFile[],
  moreConfig: MoreConfig,
): MonitoringServer {
  const { webSecurity } = options;
  const storage = options.storage ?? MonitoringStorage.persistentVolume();
  // The write-ahead log and the block being written come on top of what retention counts.
  const retentionSize = `${Math.floor(storage.size.mib * 0.8)}MB`;
  return new MonitoringServer(scope, 'Prometheus', {
    ...place,
    port: PROMETHEUS_PORT,
    image: options.prometheusImage ?? PROMETHEUS_IMAGE,
    args: [
      // Since Prometheus 3 it needs no flag.
      ...(options.highAvailability ? ['--enable-feature=expand-external-labels'] : []),
      '--config.file=/etc/prometheus/prometheus.yml',
      '--storage.tsdb.path=/prometheus',
      ...webArguments(webSecurity),
      `--storage.tsdb.retention.time=${options.retentionDays ?? 15}d`,
      `--storage.tsdb.retention.size=${retentionSize}`,
      ...(options.expectedSites?.length ? ['--web.enable-remote-write-receiver'] : []),
    ],
    config: [...config, ...probeFiles(webSecurity, `${place.name}.${place.namespace}.svc`)],
    secrets: webSecrets(webSecurity),
    ...(webSecurity && { readyCommand: READY }),
    moreConfig,
    storage,
    size: storage.size,
    memory: options.prometheusMemory ?? DataSize.gib(2),
    cpuRequest: '250m',
    cpuLimit: '2',
    usesApiServer: true,
    startupBudgetSeconds: 900,
    ...(options.highAvailability && {
      replicas: { count: REPLICAS },
      podFields: { [REPLICA_VARIABLE]: 'metadata.name' },
    }),
  });
}
