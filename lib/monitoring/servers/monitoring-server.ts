import { ConfigMapV1 } from '@cdktf/provider-kubernetes/lib/config-map-v1';
import { PersistentVolumeClaimV1 } from '@cdktf/provider-kubernetes/lib/persistent-volume-claim-v1';
import { ServiceAccountV1 } from '@cdktf/provider-kubernetes/lib/service-account-v1';
import { ServiceV1 } from '@cdktf/provider-kubernetes/lib/service-v1';
import { StatefulSetV1 } from '@cdktf/provider-kubernetes/lib/stateful-set-v1';
import { Lazy } from 'cdktf';
import { Construct } from 'constructs';
import { kubernetesMeta } from '../../kubernetes/kubernetes-access';
import { configChecksum, lateChecksumAnnotation } from '../../kubernetes/config-checksum';
import { PodContainer, podTemplate } from '../../kubernetes/pod-template';
import { canonicalBytes } from '../../kubernetes/quantity';
import { PodSecurityLevel } from '../../core/pod-security-level';
import { synthesizeWhile } from '../../core/omission';
import { RemovalPolicy } from '../../core/removal-policy';
import { escapeTemplate } from '../../core/template-escape';
import { DataSize } from '../../units/data-size';
import { secretVolumeName } from '../alerting/alert-secrets';
import { MonitoringStorage } from '../prometheus/monitoring-storage';
import { VOLUME_ANNOTATION } from './monitoring-pods';
import { MonitoringServerPlace } from './server-place';
import { apart, claimName, makeReplicaObjects, peersName, ServerReplicas } from './server-replicas';

/** User `nobody`, whom both images run as. */
const NOBODY_ID = '65534';

/**
 * A configuration file whose text is evaluated when the stack is synthesized.
 *
 * @internal
 */
export interface ConfigFile {
  readonly name: string;
  readonly text: () => string;
}

/**
 * Configuration files beyond those of the first ConfigMap, each in a ConfigMap of its own, which the API server lets have 1 MiB. How many there are
 * is known when the stack is synthesized.
 *
 * @internal
 */
export interface MoreConfig {
  /** The most that there may be. */
  readonly most: number;
  /** Those that there are. */
  readonly files: () => readonly { readonly name: string; readonly text: string }[];
}

/** @internal */
export interface MonitoringServerProps extends MonitoringServerPlace {
  readonly image: string;
  readonly port: number;
  readonly args: readonly string[];
  readonly config: readonly ConfigFile[];
  /** @default - all configuration is in one ConfigMap */
  readonly moreConfig?: MoreConfig;
  readonly storage: MonitoringStorage;
  readonly size: DataSize;
  readonly memory: DataSize;
  readonly cpuRequest: string;
  readonly cpuLimit: string;
  /** Command that says whether it is ready, where only who has credentials may ask it. @default - whoever asks is told */
  readonly readyCommand?: readonly string[];
  /** Whether its pods talk to the API server. */
  readonly usesApiServer: boolean;
  /** Maximum start-up time in seconds, including replay of the write-ahead log. */
  readonly startupBudgetSeconds: number;
  /** Environment of its container; must not hold secrets. @default - none */
  readonly environment?: { readonly [name: string]: string };
  /** Fields of its pod that its container has in its environment, by the name of the variable. @default - none */
  readonly podFields?: { readonly [name: string]: string };
  /** @default - one pod */
  readonly replicas?: ServerReplicas;
  readonly secrets?: readonly { readonly name: string; readonly folder: string }[];
}

/**
 * One server of the monitoring stack: configuration, storage, service account, one pod and its service.
 *
 * @internal
 */
export class MonitoringServer extends Construct {
  public constructor(
    scope: Construct,
    id: string,
    private readonly props: MonitoringServerProps,
  ) {
    super(scope, id);
    this.makeConfigMap();
    this.makeServiceAccount();
    const claims = props.storage.persistent ? this.makeClaims() : [];
    this.makeService();
    if (props.replicas) makeReplicaObjects(this, props, props.replicas, props.port);
    this.makeStatefulSet(props.replicas ? claims : []);
  }

  /** Whether it reads files beside its arguments. */
  private get isConfigured(): boolean {
    return this.props.config.length > 0;
  }

  private get meta() {
    return kubernetesMeta(this, this.props.cluster, this.props.waitFor);
  }

  private metadata(suffix = '') {
    const { name, namespace, labels } = this.props;
    return { name: `${name}${suffix}`, namespace, labels: { ...labels } };
  }

  private makeConfigMap(): void {
    if (!this.isConfigured) return;
    const data = this.props.config.map(({ name, text }) => [
      name,
      Lazy.stringValue({ produce: () => escapeTemplate(text()) }),
    ]);
    new ConfigMapV1(this, 'Config', {
      ...this.meta,
      metadata: this.metadata('-config'),
      data: Object.fromEntries(data),
    });
    const { most = 0, files = () => [] } = this.props.moreConfig ?? {};
    for (let part = 0; part < most; part++) {
      const data = Lazy.anyValue({
        produce: () => Object.fromEntries([files()[part]].map(({ name, text }) => [name, escapeTemplate(text)])),
      });
      const more = new ConfigMapV1(this, `Config${part + 2}`, {
        ...this.meta,
        metadata: this.metadata(moreSuffix(part)),
      });
      more.addOverride('data', data);
      synthesizeWhile(more, () => part < files().length);
    }
  }

  private makeServiceAccount(): void {
    new ServiceAccountV1(this, 'ServiceAccount', {
      ...this.meta,
      metadata: { ...this.metadata(), annotations: this.props.accountAnnotations },
      automountServiceAccountToken: false,
    });
  }

  /** One for each pod. They are made here, not by the StatefulSet, so that they grow, and are protected, as one of a single pod is. */
  private makeClaims(): PersistentVolumeClaimV1[] {
    const { name, replicas } = this.props;
    if (!replicas) return [this.makeClaim('Data', `${name}-data`)];
    const of = (replica: number) =>
      this.makeClaim(replica === 0 ? 'Data' : `Data${replica + 1}`, claimName(name, replica));
    return Array.from({ length: replicas.count }, (_, replica) => of(replica));
  }

  private makeClaim(id: string, name: string): PersistentVolumeClaimV1 {
    const { storage } = this.props;
    return new PersistentVolumeClaimV1(this, id, {
      ...this.meta,
      metadata: { ...this.metadata(), name },
      // A storage class that binds on first use would wait for the pod, which waits for the claim.
      waitUntilBound: false,
      lifecycle: { preventDestroy: storage.removalPolicy === RemovalPolicy.RETAIN },
      spec: this.claimSpec(),
    });
  }

  private claimSpec() {
    const { storage, size } = this.props;
    return {
      accessModes: ['ReadWriteOnce'],
      storageClassName: storage.storageClassName && escapeTemplate(storage.storageClassName),
      resources: { requests: { storage: canonicalBytes(size) } },
    };
  }

  private makeService(): void {
    const { labels, port, replicas } = this.props;
    new ServiceV1(this, 'Service', {
      ...this.meta,
      metadata: this.metadata(),
      spec: {
        type: 'ClusterIP',
        selector: { ...labels },
        // Two pods differ by the moments of their scrapes: who asks one goes on asking it.
        ...(replicas && { sessionAffinity: 'ClientIP' }),
        port: [{ name: 'http', port, targetPort: 'http', protocol: 'TCP' }],
      },
    });
  }

  private makeStatefulSet(claims: readonly PersistentVolumeClaimV1[]): void {
    const { name, labels, replicas } = this.props;
    const meta = this.meta;
    new StatefulSetV1(this, 'Resource', {
      ...meta,
      // It would make the claims by itself otherwise.
      ...(claims.length > 0 && { dependsOn: [...(meta.dependsOn ?? []), ...claims] }),
      metadata: this.metadata(),
      // The pod waits for its volume and its image; Kubernetes reports that better than a hanging apply.
      waitForRollout: false,
      spec: {
        serviceName: replicas?.peerPort === undefined ? name : peersName(name),
        // One: a second Prometheus on the same volume would corrupt it. More have a volume each.
        replicas: String(replicas?.count ?? 1),
        // One that does not start keeps no other from it; a change still goes from one to the next.
        ...(replicas && { podManagementPolicy: 'Parallel' }),
        ...(claims.length > 0 && { volumeClaimTemplate: [{ metadata: { name: 'data' }, spec: this.claimSpec() }] }),
        selector: { matchLabels: { ...labels } },
        template: this.template(),
      },
    });
  }

  private template() {
    const { name, labels, secrets = [], imageRegistry, usesApiServer, pods, storage, replicas } = this.props;
    return podTemplate({
      labels: { ...pods.podLabels, ...labels },
      // A changed configuration replaces the pod, which reads it at start.
      annotations: {
        ...pods.podAnnotations,
        ...(this.isConfigured && lateChecksumAnnotation(Lazy.stringValue({ produce: () => this.configChecksum() }))),
        // A claim that is replaced is deleted only once no pod uses it: the pod makes way with it.
        ...(storage.persistent ? { [VOLUME_ANNOTATION]: this.volumeText() } : {}),
      },
      registry: imageRegistry,
      securityLevel: PodSecurityLevel.RESTRICTED,
      userId: NOBODY_ID,
      serviceAccount: { name, usesApiServer },
      taints: pods.tolerations,
      containers: [this.container()],
      spec: {
        // Time for Prometheus to close its write-ahead log and for Alertmanager to write its silences.
        terminationGracePeriodSeconds: 120,
        priorityClassName: pods.priorityClassName,
        nodeSelector: pods.nodeSelector,
        ...(replicas && { affinity: apart(labels) }),
        volume: [
          ...(this.isConfigured ? [this.configVolume()] : []),
          ...this.dataVolume(),
          ...[...new Set(secrets.map((secret) => secret.name))].map((secretName) => ({
            name: secretVolumeName(secretName),
            secret: { secretName },
          })),
        ],
      },
    });
  }

  /** None where the StatefulSet has a template of it. */
  private dataVolume() {
    const { name, storage, size, replicas } = this.props;
    if (!storage.persistent) return [{ name: 'data', emptyDir: { sizeLimit: canonicalBytes(size) } }];
    return replicas ? [] : [{ name: 'data', persistentVolumeClaim: { claimName: `${name}-data` } }];
  }

  private configVolume() {
    const { name, moreConfig } = this.props;
    if (!moreConfig) return { name: 'config', configMap: { name: `${name}-config` } };
    const ofMap = (suffix: string) => ({ config_map: [{ name: `${name}${suffix}` }] });
    const sources = Lazy.anyValue({
      produce: () => [ofMap('-config'), ...moreConfig.files().map((_, part) => ofMap(moreSuffix(part)))],
    });
    return { name: 'config', projected: [{ sources }] };
  }

  /** As it is: the template of the pod escapes it. */
  private volumeText(): string {
    const { storage, size } = this.props;
    return [canonicalBytes(size), storage.storageClassName ?? 'default class'].join(' of ');
  }

  private configChecksum(): string {
    const files = [
      ...this.props.config.map(({ name, text }) => ({ name, text: text() })),
      ...(this.props.moreConfig?.files() ?? []),
    ];
    return configChecksum(Object.fromEntries(files.map(({ name, text }) => [name, text])));
  }

  private container(): PodContainer {
    const { name, image, args, port, secrets = [], memory, cpuRequest, cpuLimit } = this.props;
    const { environment = {}, podFields = {}, replicas } = this.props;
    const env = [
      ...Object.entries(podFields).map(([variable, fieldPath]) => ({
        name: variable,
        valueFrom: { fieldRef: { fieldPath } },
      })),
      ...Object.entries(environment).map(([variable, value]) => ({ name: variable, value })),
    ];
    const peerPort = replicas?.peerPort;
    const peers =
      peerPort === undefined
        ? []
        : ['TCP', 'UDP'].map((protocol) => ({
            name: `cluster-${protocol.toLowerCase()}`,
            containerPort: peerPort,
            protocol,
          }));
    const { ready, alive } = this.probes();
    return {
      name,
      image,
      args: [...args],
      ...(env.length > 0 && { env }),
      port: [{ name: 'http', containerPort: port, protocol: 'TCP' }, ...peers],
      resources: {
        requests: { cpu: cpuRequest, memory: canonicalBytes(memory) },
        limits: { cpu: cpuLimit, memory: canonicalBytes(memory) },
      },
      startupProbe: { ...ready, failureThreshold: Math.ceil(this.props.startupBudgetSeconds / 10) },
      readinessProbe: { ...ready, failureThreshold: 3 },
      livenessProbe: { ...alive, failureThreshold: 6 },
      volumeMount: [
        ...(this.isConfigured ? [{ name: 'config', mountPath: `/etc/${name}`, readOnly: true }] : []),
        { name: 'data', mountPath: `/${name}` },
        ...secrets.map((secret) => ({ name: secretVolumeName(secret.name), mountPath: secret.folder, readOnly: true })),
      ],
    };
  }

  private probes() {
    const { readyCommand } = this.props;
    const times = { periodSeconds: 10, timeoutSeconds: 5 };
    const asked = (path: string) => ({ httpGet: { path, port: 'http' }, ...times });
    if (!readyCommand) return { ready: asked('/-/ready'), alive: asked('/-/healthy') };
    // The kubelet has no credentials.
    return {
      ready: { exec: { command: [...readyCommand] }, ...times, timeoutSeconds: 10 },
      alive: { tcpSocket: [{ port: 'http' }], ...times },
    };
  }
}

/** End of the name of a further ConfigMap. */
function moreSuffix(part: number): string {
  return `-config-${part + 2}`;
}
