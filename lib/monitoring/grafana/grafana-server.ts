import { ConfigMapV1 } from '@cdktf/provider-kubernetes/lib/config-map-v1';
import { DeploymentV1 } from '@cdktf/provider-kubernetes/lib/deployment-v1';
import { NetworkPolicyV1 } from '@cdktf/provider-kubernetes/lib/network-policy-v1';
import { ServiceAccountV1 } from '@cdktf/provider-kubernetes/lib/service-account-v1';
import { ServiceV1 } from '@cdktf/provider-kubernetes/lib/service-v1';
import { ITerraformDependable, Lazy } from 'cdktf';
import { Construct } from 'constructs';
import { PodSecurityLevel } from '../../core/pod-security-level';
import { SecretReference } from '../../core/secret-reference';
import { escapeTemplate } from '../../core/template-escape';
import { configChecksum, lateChecksumAnnotation } from '../../kubernetes/config-checksum';
import { generatedSecret } from '../../kubernetes/generated-secret';
import { kubernetesMeta } from '../../kubernetes/kubernetes-access';
import { PodContainer, podTemplate } from '../../kubernetes/pod-template';
import { canonicalBytes } from '../../kubernetes/quantity';
import { DataSize } from '../../units/data-size';
import { secretVolumeName } from '../alerting/alert-secrets';
import { MonitoringServerPlace } from '../servers/server-place';
import { dashboardFiles } from './dashboard-files';
import { DashboardJson } from './dashboards/dashboard-json';
import { GRAFANA_KEY_SECRET, GrafanaAuth } from './grafana-auth';
import { WebSecurity } from '../servers/web-security';
import { dashboardProvider, dataSourceEnvironment, dataSources, grafanaIni, secretFolder } from './grafana-config';
import { GrafanaOptions } from './grafana-options';

/** https://github.com/grafana/grafana/releases; the image is that of `@grafana/data` 13.2.3. */
const GRAFANA_IMAGE = 'docker.io/grafana/grafana:13.2.3';

/** @internal */
export const GRAFANA_PORT = 3000;

/** URL by which browsers reach it. @internal */
export function grafanaUrl(name: string, namespace: string, { url }: GrafanaOptions): string {
  return url ?? `http://${name}.${namespace}.svc:${GRAFANA_PORT}`;
}

/** User of the image. */
const GRAFANA_ID = '472';

const CONFIG = '/etc/grafana';
const DASHBOARDS = '/etc/grafana-dashboards';
const DATA = '/var/lib/grafana';

/** @internal */
export interface GrafanaServerProps {
  readonly place: MonitoringServerPlace;
  readonly options: GrafanaOptions;
  readonly prometheusUrl: string;
  readonly alertmanagerUrl: string;
  /** Of both. @default - they ask for nothing */
  readonly webSecurity?: WebSecurity;
  readonly scrapeIntervalSeconds: number;
  /** Dashboards of what is watched, known when the stack is synthesized. */
  readonly dashboards: () => readonly DashboardJson[];
}

/**
 * The Grafana of a monitoring stack: one pod, which reads everything from ConfigMaps at start and keeps nothing.
 *
 * @internal
 */
export class GrafanaServer extends Construct {
  /** URL by which browsers reach it. */
  public readonly url: string;

  readonly #secrets: SecretReference[];
  readonly #config: { readonly [file: string]: string };
  readonly #waitFor: ITerraformDependable[];
  readonly #ownMaps: { readonly [file: string]: string }[];

  public constructor(
    scope: Construct,
    id: string,
    private readonly props: GrafanaServerProps,
  ) {
    super(scope, id);
    const { place, options } = props;
    const auth = options.auth ?? GrafanaAuth.generatedPassword();
    this.url = grafanaUrl(place.name, place.namespace, options);
    const secretKey = this.#generated('SecretKey', GRAFANA_KEY_SECRET, 'secret-key');
    const made =
      auth.usesIssuer || auth._passwordSecret
        ? []
        : [this.#generated('Admin', `${place.name}-admin`, 'admin-password')];
    const password = auth._passwordSecret ?? made[0]?.secret;
    this.#secrets = [secretKey.secret, password, auth._issuer?.clientSecret].flatMap((secret) => secret ?? []);
    this.#waitFor = [...place.waitFor, ...[secretKey, ...made].map(({ release }) => release)];
    this.#config = {
      'grafana.ini': grafanaIni({
        url: this.url,
        auth,
        password,
        secretKey: secretKey.secret,
      }),
      'datasources.yaml': dataSources(
        props.prometheusUrl,
        props.alertmanagerUrl,
        props.scrapeIntervalSeconds,
        props.webSecurity,
      ),
      'dashboards.yaml': dashboardProvider(DASHBOARDS),
    };
    this.#ownMaps = dashboardFiles((options.dashboards ?? []).map((one) => one._dashboard));
    this.#makeConfigMaps();
    this.#makeAccess();
    this.#makeDeployment();
  }

  /** A secret that is made in the cluster. */
  #generated(id: string, name: string, key: string): { secret: SecretReference; release: ITerraformDependable } {
    const { cluster, namespace, labels, waitFor } = this.props.place;
    const secret = { name, key };
    return { secret, release: generatedSecret(this, id, { cluster, waitFor, namespace, secret, labels }) };
  }

  get #meta() {
    return kubernetesMeta(this, this.props.place.cluster, this.props.place.waitFor);
  }

  #metadata(suffix = '') {
    const { name, namespace, labels } = this.props.place;
    return { name: `${name}${suffix}`, namespace, labels: { ...labels } };
  }

  #watched(): { readonly [file: string]: string } {
    // A few hundred kilobytes at most, whatever is watched.
    return Object.assign({}, ...dashboardFiles(this.props.dashboards())) as { [file: string]: string };
  }

  #makeConfigMaps(): void {
    const escapedValues = (files: { readonly [file: string]: string }) =>
      Object.fromEntries(Object.entries(files).map(([file, text]) => [file, escapeTemplate(text)]));
    new ConfigMapV1(this, 'Config', {
      ...this.#meta,
      metadata: this.#metadata('-config'),
      data: escapedValues(this.#config),
    });
    new ConfigMapV1(this, 'Dashboards', {
      ...this.#meta,
      metadata: this.#metadata('-dashboards'),
      data: Lazy.anyValue({ produce: () => escapedValues(this.#watched()) }) as unknown as { [file: string]: string },
    });
    this.#ownMaps.forEach((files, index) => {
      // Named after its first dashboard: one that is added behind leaves it as it is.
      const [first] = Object.keys(files);
      new ConfigMapV1(this, `Dashboards-${first.replace(/\.json$/, '')}`, {
        ...this.#meta,
        metadata: this.#metadata(`-own-dashboards-${index + 1}`),
        data: escapedValues(files),
      });
    });
  }

  #makeAccess(): void {
    const { namespace, labels } = this.props.place;
    new ServiceAccountV1(this, 'ServiceAccount', {
      ...this.#meta,
      metadata: this.#metadata(),
      automountServiceAccountToken: false,
    });
    new ServiceV1(this, 'Service', {
      ...this.#meta,
      metadata: this.#metadata(),
      spec: {
        type: 'ClusterIP',
        selector: { ...labels },
        port: [{ name: 'http', port: GRAFANA_PORT, targetPort: 'http', protocol: 'TCP' }],
      },
    });
    new NetworkPolicyV1(this, 'NetworkPolicy', {
      ...this.#meta,
      metadata: this.#metadata(),
      spec: {
        podSelector: { matchLabels: { ...labels } },
        policyTypes: ['Ingress'],
        ingress: [
          {
            from: [namespace, ...(this.props.options.accessibleFrom ?? [])].map((name) => ({
              namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } },
            })),
            ports: [{ port: String(GRAFANA_PORT), protocol: 'TCP' }],
          },
        ],
      },
    });
  }

  #makeDeployment(): void {
    const { name, labels, cluster, imageRegistry, pods } = this.props.place;
    new DeploymentV1(this, 'Resource', {
      ...kubernetesMeta(this, cluster, this.#waitFor),
      metadata: this.#metadata(),
      // The pod waits for its image; Kubernetes reports that better than a hanging apply.
      waitForRollout: false,
      spec: {
        // One: each would have users and sessions of its own.
        replicas: '1',
        // What the old pod knows of sessions is lost either way, and two would not know each other's.
        strategy: { type: 'Recreate' },
        selector: { matchLabels: { ...labels } },
        template: podTemplate({
          labels: { ...pods.podLabels, ...labels },
          annotations: {
            ...pods.podAnnotations,
            ...lateChecksumAnnotation(Lazy.stringValue({ produce: () => this.#checksum() })),
          },
          registry: imageRegistry,
          securityLevel: PodSecurityLevel.RESTRICTED,
          userId: GRAFANA_ID,
          serviceAccount: { name, usesApiServer: false },
          taints: pods.tolerations,
          containers: [this.#container()],
          spec: {
            terminationGracePeriodSeconds: 30,
            priorityClassName: pods.priorityClassName,
            nodeSelector: pods.nodeSelector,
            volume: this.#volumes(),
          },
        }),
      },
    });
  }

  #checksum(): string {
    return configChecksum({ ...this.#config, ...this.#watched(), ...Object.assign({}, ...this.#ownMaps) });
  }

  #volumes() {
    const { name } = this.props.place;
    const at = (key: string, path: string) => ({ key, path });
    const maps = [`${name}-dashboards`, ...this.#ownMaps.map((_, index) => `${name}-own-dashboards-${index + 1}`)];
    return [
      {
        name: 'config',
        configMap: {
          name: `${name}-config`,
          items: [
            at('grafana.ini', 'grafana.ini'),
            at('datasources.yaml', 'provisioning/datasources/datasources.yaml'),
            at('dashboards.yaml', 'provisioning/dashboards/dashboards.yaml'),
          ],
        },
      },
      { name: 'dashboards', projected: [{ sources: maps.map((map) => ({ configMap: [{ name: map }] })) }] },
      { name: 'data', emptyDir: { sizeLimit: canonicalBytes(DataSize.gib(1)) } },
      { name: 'tmp', emptyDir: { sizeLimit: canonicalBytes(DataSize.mib(64)) } },
      ...this.#secrets.map(({ name: secretName }) => ({ name: secretVolumeName(secretName), secret: { secretName } })),
    ];
  }

  #container(): PodContainer {
    const { options } = this.props;
    const memory = canonicalBytes(options.memory ?? DataSize.mib(512));
    const probe = { httpGet: { path: '/api/health', port: 'http' }, periodSeconds: 10, timeoutSeconds: 5 };
    return {
      name: this.props.place.name,
      image: options.image ?? GRAFANA_IMAGE,
      env: dataSourceEnvironment(this.props.webSecurity),
      port: [{ name: 'http', containerPort: GRAFANA_PORT, protocol: 'TCP' }],
      resources: { requests: { cpu: '50m', memory }, limits: { cpu: '1', memory } },
      // Grafana migrates its new database first.
      startupProbe: { ...probe, failureThreshold: 30 },
      readinessProbe: { ...probe, failureThreshold: 3 },
      livenessProbe: { ...probe, failureThreshold: 6 },
      volumeMount: [
        { name: 'config', mountPath: CONFIG, readOnly: true },
        { name: 'dashboards', mountPath: DASHBOARDS, readOnly: true },
        { name: 'data', mountPath: DATA },
        { name: 'tmp', mountPath: '/tmp' },
        ...this.#secrets.map((secret) => ({
          name: secretVolumeName(secret.name),
          mountPath: secretFolder(secret),
          readOnly: true,
        })),
      ],
    };
  }
}
