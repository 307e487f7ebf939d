import { ConfigMapV1 } from '@cdktf/provider-kubernetes/lib/config-map-v1';
import { PersistentVolumeClaimV1 } from '@cdktf/provider-kubernetes/lib/persistent-volume-claim-v1';
import { ServiceAccountV1 } from '@cdktf/provider-kubernetes/lib/service-account-v1';
import { ServiceV1 } from '@cdktf/provider-kubernetes/lib/service-v1';
import { StatefulSetV1 } from '@cdktf/provider-kubernetes/lib/stateful-set-v1';
import { ITerraformDependable, Lazy } from 'cdktf';
import { Construct } from 'constructs';
import { ImageRegistry } from '../../kubernetes/image-registry';
import { kubernetesMeta } from '../../kubernetes/kubernetes-access';
import { IKubernetesCluster } from '../../core/kubernetes-cluster';
import { configChecksum, lateChecksumAnnotation } from '../../kubernetes/config-checksum';
import { PodContainer, podTemplate } from '../../kubernetes/pod-template';
import { canonicalBytes } from '../../kubernetes/quantity';
import { PodSecurityLevel } from '../../core/pod-security-level';
import { synthesizeWhile } from '../../core/omission';
import { RemovalPolicy } from '../../core/removal-policy';
import { escapeTemplate } from '../../core/template-escape';
import { DataSize } from '../../units/data-size';
import { secretVolumeName } from '../alerting/alert-receiver';
import { MonitoringStorage } from '../prometheus/monitoring-storage';
import { MonitoringPods, VOLUME_ANNOTATION } from './monitoring-pods';

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

/**
 * Where a server is, and as what.
 *
 * @internal
 */
export interface MonitoringServerPlace {
  readonly cluster: IKubernetesCluster;
  readonly waitFor: ITerraformDependable[];
  readonly namespace: string;
  /** Name of every object, of the container and of the volume's mount path. */
  readonly name: string;
  readonly labels: { readonly [label: string]: string };
  readonly imageRegistry: ImageRegistry;
  /** Annotations of its service account. @default - none */
  readonly accountAnnotations?: { readonly [key: string]: string };
  /** What the user says of its pods. */
  readonly pods: MonitoringPods;
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
  /** Whether its pods talk to the API server. */
  readonly usesApiServer: boolean;
  /** Maximum start-up time in seconds, including replay of the write-ahead log. */
  readonly startupBudgetSeconds: number;
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
    if (props.storage.persistent) this.makeClaim();
    this.makeService();
    this.makeStatefulSet();
  }

  private get meta() {
    return kubernetesMeta(this, this.props.cluster, this.props.waitFor);
  }

  private metadata(suffix = '') {
    const { name, namespace, labels } = this.props;
    return { name: `${name}${suffix}`, namespace, labels: { ...labels } };
  }

  private makeConfigMap(): void {
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

  private makeClaim(): void {
    const { storage, size } = this.props;
    new PersistentVolumeClaimV1(this, 'Data', {
      ...this.meta,
      metadata: this.metadata('-data'),
      // A storage class that binds on first use would wait for the pod, which waits for the claim.
      waitUntilBound: false,
      lifecycle: { preventDestroy: storage.removalPolicy === RemovalPolicy.RETAIN },
      spec: {
        accessModes: ['ReadWriteOnce'],
        storageClassName: storage.storageClassName && escapeTemplate(storage.storageClassName),
        resources: { requests: { storage: canonicalBytes(size) } },
      },
    });
  }

  private makeService(): void {
    const { labels, port } = this.props;
    new ServiceV1(this, 'Service', {
      ...this.meta,
      metadata: this.metadata(),
      spec: {
        type: 'ClusterIP',
        selector: { ...labels },
        port: [{ name: 'http', port, targetPort: 'http', protocol: 'TCP' }],
      },
    });
  }

  private makeStatefulSet(): void {
    const { name, labels } = this.props;
    new StatefulSetV1(this, 'Resource', {
      ...this.meta,
      metadata: this.metadata(),
      // The pod waits for its volume and its image; Kubernetes reports that better than a hanging apply.
      waitForRollout: false,
      spec: {
        serviceName: name,
        // One: a second Prometheus on the same volume would corrupt it.
        replicas: '1',
        selector: { matchLabels: { ...labels } },
        template: this.template(),
      },
    });
  }

  private template() {
    const { name, labels, storage, size, secrets = [], imageRegistry, usesApiServer, pods } = this.props;
    return podTemplate({
      labels: { ...pods.podLabels, ...labels },
      // A changed configuration replaces the pod, which reads it at start.
      annotations: {
        ...pods.podAnnotations,
        ...lateChecksumAnnotation(Lazy.stringValue({ produce: () => this.configChecksum() })),
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
        volume: [
          this.configVolume(),
          storage.persistent
            ? { name: 'data', persistentVolumeClaim: { claimName: `${name}-data` } }
            : { name: 'data', emptyDir: { sizeLimit: canonicalBytes(size) } },
          ...secrets.map(({ name: secretName }) => ({ name: secretVolumeName(secretName), secret: { secretName } })),
        ],
      },
    });
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
    const probe = (path: string) => ({ httpGet: { path, port: 'http' }, periodSeconds: 10, timeoutSeconds: 5 });
    return {
      name,
      image,
      args: [...args],
      port: [{ name: 'http', containerPort: port, protocol: 'TCP' }],
      resources: {
        requests: { cpu: cpuRequest, memory: canonicalBytes(memory) },
        limits: { cpu: cpuLimit, memory: canonicalBytes(memory) },
      },
      startupProbe: { ...probe('/-/ready'), failureThreshold: Math.ceil(this.props.startupBudgetSeconds / 10) },
      readinessProbe: { ...probe('/-/ready'), failureThreshold: 3 },
      livenessProbe: { ...probe('/-/healthy'), failureThreshold: 6 },
      volumeMount: [
        { name: 'config', mountPath: `/etc/${name}`, readOnly: true },
        { name: 'data', mountPath: `/${name}` },
        ...secrets.map((secret) => ({ name: secretVolumeName(secret.name), mountPath: secret.folder, readOnly: true })),
      ],
    };
  }
}

/** End of the name of a further ConfigMap. */
function moreSuffix(part: number): string {
  return `-config-${part + 2}`;
}
