import { NetworkPolicyV1 } from '@cdktf/provider-kubernetes/lib/network-policy-v1';
import { Construct } from 'constructs';
import { MetricExporter } from '../../catalog/metric-kind';
import { SecretReference } from '../../core/secret-reference';
import { kubernetesMeta } from '../../kubernetes/kubernetes-access';
import { DataSize } from '../../units/data-size';
import { MonitoringOptions } from '../monitoring-options';
import { MonitoringStorage } from '../prometheus/monitoring-storage';
import { MonitoringServer } from '../servers/monitoring-server';
import { OwnServer } from '../servers/own-server';
import { MonitoringServerPlace } from '../servers/server-place';
import { imageVersion } from '../servers/server-images';
import { MonitoringUplink } from './monitoring-uplink';
import { uplinkPlan } from './uplink-faults';

/** @see https://docs.victoriametrics.com/victoriametrics/vmagent/ */
const VMAGENT_IMAGE = 'docker.io/victoriametrics/vmagent:v1.150.0';
const VMAGENT_PORT = 8429;
const NAME = 'uplink';
const SECRETS = '/etc/uplink-secrets';
const CERTIFICATE = '/etc/uplink-certificate';
/** A hub that is back is written to again within this time. */
const RETRY_SECONDS = 30;
/** What of the disk the queue may take: its files are deleted whole, after the next one has begun. */
const QUEUE_FILE = DataSize.mib(512);

/** @internal */
export interface UplinkServerProps {
  readonly place: MonitoringServerPlace;
  readonly options: MonitoringOptions;
  readonly uplink: MonitoringUplink;
  /** Labels of the pods of Prometheus, which alone may write to it. */
  readonly writers: { [label: string]: string };
}

/**
 * vmagent, by which the Prometheus of a monitoring stack writes to a hub: it keeps on its disk what it cannot send.
 *
 * @internal
 */
export class UplinkServer extends Construct {
  /** How it is scraped. */
  public readonly metrics: OwnServer;

  public constructor(
    scope: Construct,
    id: string,
    private readonly props: UplinkServerProps,
  ) {
    super(scope, id);
    const { place, options, uplink } = props;
    const { storage = MonitoringStorage.persistentVolume(), scrapeIntervalSeconds } = options;
    const size = uplink.buffer ?? (uplinkPlan(uplink, scrapeIntervalSeconds).bufferDisk as DataSize);
    const image = uplink.image ?? VMAGENT_IMAGE;
    new MonitoringServer(this, 'Server', {
      ...place,
      port: VMAGENT_PORT,
      image,
      args: this.args(size),
      config: [],
      secrets: this.secrets(),
      storage,
      size,
      memory: DataSize.mib(512),
      cpuRequest: '50m',
      cpuLimit: '1',
      usesApiServer: false,
      startupBudgetSeconds: 300,
    });
    this.makeNetworkPolicy();
    this.metrics = new OwnServer(this, 'Metrics', {
      jobName: NAME,
      namespace: place.namespace,
      podSelector: { ...place.labels },
      port: VMAGENT_PORT,
      exporters: [MetricExporter.VMAGENT],
      models: [],
      features: [],
      version: imageVersion(image, '1.150.0'),
      usesGpus: false,
      replicas: 1,
    });
  }

  private args(size: DataSize): string[] {
    const { url, username, password, certificateAuthority, clientCertificateSecret, maxBytesPerSecond } =
      this.props.uplink;
    const given = (flag: string, value: string | undefined) =>
      value === undefined ? [] : [`-remoteWrite.${flag}=${value}`];
    const file = (secret: SecretReference | undefined) => secret && `${SECRETS}/${secret.name}/${secret.key}`;
    return [
      `-httpListenAddr=:${VMAGENT_PORT}`,
      '-enableTCP6',
      '-loggerFormat=json',
      `-remoteWrite.url=${url}`,
      // Whatever else it knows, a hub may not.
      '-remoteWrite.forcePromProto',
      `-remoteWrite.tmpDataPath=/${NAME}`,
      `-remoteWrite.maxDiskUsagePerURL=${size.bytes - QUEUE_FILE.bytes}`,
      // One that is written to by another URL for a while gets what it was to get.
      '-remoteWrite.keepDanglingQueues',
      `-remoteWrite.retryMaxInterval=${RETRY_SECONDS}s`,
      ...given('basicAuth.username', username),
      ...given('basicAuth.passwordFile', file(password)),
      ...given('tlsCAFile', file(certificateAuthority)),
      ...given('tlsCertFile', clientCertificateSecret && `${CERTIFICATE}/tls.crt`),
      ...given('tlsKeyFile', clientCertificateSecret && `${CERTIFICATE}/tls.key`),
      ...given('rateLimit', maxBytesPerSecond?.toString()),
    ];
  }

  private secrets(): { readonly name: string; readonly folder: string }[] {
    const { password, certificateAuthority, clientCertificateSecret } = this.props.uplink;
    const names = new Set([password, certificateAuthority].flatMap((secret) => secret?.name ?? []));
    return [
      ...[...names].map((name) => ({ name, folder: `${SECRETS}/${name}` })),
      ...(clientCertificateSecret === undefined ? [] : [{ name: clientCertificateSecret, folder: CERTIFICATE }]),
    ];
  }

  private makeNetworkPolicy(): void {
    const { place, writers } = this.props;
    new NetworkPolicyV1(this, 'NetworkPolicy', {
      ...kubernetesMeta(this, place.cluster, place.waitFor),
      metadata: { name: NAME, namespace: place.namespace, labels: { ...place.labels } },
      spec: {
        podSelector: { matchLabels: { ...place.labels } },
        policyTypes: ['Ingress'],
        ingress: [
          {
            from: [{ podSelector: { matchLabels: writers } }],
            ports: [{ port: String(VMAGENT_PORT), protocol: 'TCP' }],
          },
        ],
      },
    });
  }
}

/**
 * Where Prometheus writes to, of its own cluster.
 *
 * @internal
 */
export function uplinkRemoteWrite(namespace: string): object {
  return { url: `http://${NAME}.${namespace}.svc:${VMAGENT_PORT}/api/v1/write` };
}
