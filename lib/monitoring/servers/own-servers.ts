import { Construct } from 'constructs';
import { MetricExporter, MetricFeature } from '../../catalog/metric-kind';
import { IWatchable } from '../../core/watchable';
import { MonitoringOptions } from '../monitoring-options';
import { ALERTMANAGER_IMAGE, ALERTMANAGER_PORT } from './alertmanager-server';
import { OwnServer } from './own-server';
import { PROMETHEUS_IMAGE, PROMETHEUS_PORT } from './prometheus-server';
import { imageVersion } from './server-images';
import { REPLICAS } from './server-replicas';
import { clientConfig, WebSecurity } from './web-security';

/** Where they are. */
interface OwnPlace {
  readonly namespace: string;
  readonly labels: (name: string) => { [label: string]: string };
}

/**
 * The servers of a monitoring stack, as it scrapes them: a rule that fails, and a receiver that refuses what it is told, are in no other series.
 *
 * @internal
 */
export function ownServers(scope: Construct, options: MonitoringOptions, place: OwnPlace): OwnServer[] {
  const { namespace, labels } = place;
  const { highAvailability, managedPrometheusArn, uplink, prometheusImage, alertmanagerImage } = options;
  const watched = { outageAlerts: highAvailability === true };
  const common = { namespace, models: [], usesGpus: false, replicas: highAvailability ? REPLICAS : 1 };
  return [
    new OwnServer(
      scope,
      'PrometheusMetrics',
      {
        ...common,
        jobName: 'prometheus',
        podSelector: labels('prometheus'),
        port: PROMETHEUS_PORT,
        exporters: [MetricExporter.PROMETHEUS],
        features: managedPrometheusArn === undefined && uplink === undefined ? [] : [MetricFeature.REMOTE_WRITE],
        version: imageVersion(prometheusImage ?? PROMETHEUS_IMAGE, '2.42.0'),
      },
      watched,
    ),
    new OwnServer(
      scope,
      'AlertmanagerMetrics',
      {
        ...common,
        jobName: 'alertmanager',
        podSelector: labels('alertmanager'),
        port: ALERTMANAGER_PORT,
        exporters: [MetricExporter.ALERTMANAGER],
        features: [],
        version: imageVersion(alertmanagerImage ?? ALERTMANAGER_IMAGE, '0.25.0'),
      },
      watched,
    ),
  ];
}

/**
 * How Prometheus reaches them where they ask for who is there, by their jobs.
 *
 * @internal
 */
export function ownClients(
  servers: readonly IWatchable[],
  security: WebSecurity | undefined,
): { readonly [jobName: string]: object } {
  if (!security) return {};
  // vmagent is reached by Prometheus alone, without TLS.
  const secured = servers.filter(({ metricsTarget: { exporters } }) => !exporters.includes(MetricExporter.VMAGENT));
  return Object.fromEntries(
    secured.map(({ metricsTarget: { jobName, namespace } }) => [
      jobName,
      { scheme: 'https', ...clientConfig(security, `${jobName}.${namespace}.svc`) },
    ]),
  );
}
