import { ConfigMapV1 } from '@cdktf/provider-kubernetes/lib/config-map-v1';
import { DeploymentV1 } from '@cdktf/provider-kubernetes/lib/deployment-v1';
import { PersistentVolumeClaimV1 } from '@cdktf/provider-kubernetes/lib/persistent-volume-claim-v1';
import { RoleBindingV1 } from '@cdktf/provider-kubernetes/lib/role-binding-v1';
import { RoleV1 } from '@cdktf/provider-kubernetes/lib/role-v1';
import { ServiceAccountV1 } from '@cdktf/provider-kubernetes/lib/service-account-v1';
import { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { MetricExporter } from '../../catalog/metric-kind';
import { IServiceAccountRole } from '../../core/aws-role';
import { enter, entered } from '../../core/cluster-ledger';
import { throwIfOfOtherKinds, throwIfRefused } from '../../core/errors';
import { warnOfEndpoint } from '../../core/model-store-reach';
import { kubernetesName } from '../../core/naming';
import { PodSecurityLevel } from '../../core/pod-security-level';
import { escapeTemplate } from '../../core/template-escape';
import { addWarning } from '../../core/validation';
import { IWatchable, MetricsTarget } from '../../core/watchable';
import { checksumAnnotation } from '../../kubernetes/config-checksum';
import { ImageRegistry } from '../../kubernetes/image-registry';
import { kubernetesMeta } from '../../kubernetes/kubernetes-access';
import { MANAGED_BY } from '../../kubernetes/managed-by';
import { credentialAnnotations, roleAnnotations } from '../../kubernetes/model-store-access';
import { ensureNamespace } from '../../kubernetes/namespaces';
import { hostEgress, isolate, modelStoreEgress, roleEgress } from '../../kubernetes/network-access';
import { podTemplate } from '../../kubernetes/pod-template';
import { DataSize } from '../../units/data-size';
import { Duration } from '../../units/duration';
import { Fault, fault } from '../../units/fault';
import { nameClass } from '../../units/own-class';
import { weekOf, windowSettings } from './maintenance-window';
import { ModelSyncProps } from './model-sync-props';
import { keyIdOf } from './release-key';
import { slowSyncWarnings, syncFaults, VERSIONS_KEPT } from './sync-faults';
import { modelUri, podRole, releaseUri, scripts } from './sync-place';
import { SYNC_PORT, syncContainers, SyncPod, syncVolumes } from './sync-pod';

const SCRIPTS = [
  ...['fetch-model.sh', 'model-cache.sh', 'model_sync.py', 'release_envelope.py'],
  ...['sync_files.py', 'sync_metrics.py', 'sync_servers.py', 'sync_window.py'],
];
const SYNC = 'model sync';
/** How soon weights that are damaged in the store, or have no room, are looked at again. */
const RETRY_SECONDS = 3600;

/**
 * Keeps one model of a site at the newest release of its channel (`ModelRelease`), over a link that is slow, often cut, or free at night only.
 *
 * In its windows and under its cap of bandwidth it downloads what is missing, and goes on at the byte where it stopped, whatever ended. A release is taken only
 * when a key of the site has signed it, when it is of this model, variant, channel and site, when its number is larger than all before, and when every file has
 * its checksum; then all of it becomes visible at once. Servers are restarted and checked; when they fail, the version before comes back.
 *
 * Servers read it by `ModelCache.synced(...)` with the channel as their `version`. They need neither the store nor the link to start.
 *
 * One pod with two containers: one has the credentials of the store and no key, the other has the keys and no credentials.
 *
 * @see docs/model-sync.md
 */
export class ModelSync extends Construct implements IWatchable {
  /** Name of the Kubernetes objects. */
  public readonly name: string;
  /** Namespace of the Kubernetes objects. */
  public readonly namespace: string;
  /** Channel that is followed: the `version` of the models of servers. */
  public readonly channel: string;
  /** Claim that has the weights, for `ModelCache.synced`. */
  public readonly claimName: string;
  /** Most that the weights of all versions take, for `ModelCache.synced`. */
  public readonly cacheSize: DataSize;
  /** How it is scraped. */
  public readonly metricsTarget: MetricsTarget;
  /** The Kubernetes Deployment, for overrides. */
  public readonly deployment: DeploymentV1;
  readonly #props: ModelSyncProps;

  /**
   * Throws a `ValidationError` with every fault of the names, keys, windows, sizes and the probe. Warns of a bandwidth by which a version does not come within a
   * week (`SYNC_SLOWER_THAN_WINDOWS`).
   *
   * @param scope parent of the construct
   * @param id id of the construct, unique in its scope
   * @param props what is kept, from where, and when
   */
  public constructor(scope: Construct, id: string, props: ModelSyncProps) {
    throwIfOfOtherKinds(scope, 'ModelSyncProps', props, id, (given) => new ModelSync(scope, id, given));
    super(scope, id);
    this.#props = props;
    this.name = props.name ?? kubernetesName(id);
    this.namespace = props.namespace ?? 'inference';
    this.channel = props.channel ?? 'stable';
    this.claimName = props.claimName ?? this.name;
    const { name, namespace, channel } = this;
    const faults = syncFaults(props, { name, namespace, channel });
    throwIfRefused(this, faults.length > 0 ? faults : this.#twiceFaults());
    enter(props.cluster, SYNC, this.#place, this, this.node.path);
    this.cacheSize = props.cacheSize ?? DataSize.mib(Math.ceil(props.modelSize.mib) * VERSIONS_KEPT);
    warnOfEndpoint(props.modelStore);
    for (const warning of slowSyncWarnings(props)) addWarning(this, warning);

    const { cluster, modelStore, model } = props;
    const made = ensureNamespace(this, cluster, namespace, PodSecurityLevel.RESTRICTED);
    const role = podRole(this, props, namespace, name);
    if (role) modelStore.grantRead(role, model);
    this.deployment = this.#makeDeployment(made, role);
    this.metricsTarget = {
      jobName: `model-sync-${name}`,
      namespace,
      podSelector: this.#labels,
      port: SYNC_PORT,
      exporters: [MetricExporter.MODEL_SYNC],
      models: [],
      features: [],
      version: '1',
      usesGpus: false,
      isolated: props.networkPolicy ?? true,
      replicas: 1,
    };
    if (props.networkPolicy ?? true) this.#isolate(made);
  }

  /** What is told apart in a claim: one sync writes a channel of a model. */
  get #place(): string {
    return `${this.namespace}/${this.claimName}/${this.#props.model}/${this.channel}`;
  }

  #twiceFaults(): Fault[] {
    const { cluster, model } = this.#props;
    const other = entered<string>(cluster, SYNC, this.#place)[0]?.value;
    if (other === undefined) return [];
    const reason =
      `channel '${this.channel}' of '${model}' is kept in claim '${this.claimName}' of namespace '${this.namespace}' by '${other}' already; give it another ` +
      'channel or another claim';
    return [fault('DUPLICATE', 'channel', reason)];
  }

  get #labels(): { [key: string]: string } {
    return { 'app.kubernetes.io/name': 'model-sync', 'app.kubernetes.io/instance': this.name };
  }

  #metadata(name = this.name, annotations?: { [key: string]: string }) {
    return { name, namespace: this.namespace, labels: { ...this.#labels, ...MANAGED_BY }, annotations };
  }

  /** After so long without a success something is wrong: the outage that is allowed, the longest time without a window, and an hour for a change of clocks. */
  get #lateSeconds(): number {
    const { maxUplinkOutage = Duration.hours(24), windows } = this.#props;
    const { closed } = weekOf(windows);
    return maxUplinkOutage.toSeconds() + (closed > 0 ? (closed + 60) * 60 : 0);
  }

  get #settings(): string {
    const { model, variant, site, windows, keys, servers, probe, maxMegabitsPerSecond: mbit } = this.#props;
    const { checkTimeout = Duration.minutes(15), pollInterval = Duration.minutes(5) } = this.#props;
    return JSON.stringify({
      ...{ name: this.name, namespace: this.namespace, model, channel: this.channel, variant: variant ?? null, site },
      cacheMib: Math.floor(this.cacheSize.mib),
      rate: mbit === undefined ? 0 : Math.max(1, Math.floor(mbit * 125_000)),
      windows: windowSettings(windows),
      revoked: keys.filter(({ revoked }) => revoked).map(keyIdOf),
      servers: servers ?? [],
      probe: probe ?? null,
      checkSeconds: checkTimeout.toSeconds(),
      pollSeconds: pollInterval.toSeconds(),
      retrySeconds: RETRY_SECONDS,
      lateAfterSeconds: this.#lateSeconds,
      port: SYNC_PORT,
    });
  }

  #makeDeployment(made: ITerraformDependable[], role: IServiceAccountRole | undefined): DeploymentV1 {
    const { cluster, modelStore, model, imageRegistry, nodeSelector, keys, servers = [] } = this.#props;
    const meta = (waitFor: ITerraformDependable[] = made) => kubernetesMeta(this, cluster, waitFor);
    const account = new ServiceAccountV1(this, 'ServiceAccount', {
      ...meta(),
      metadata: this.#metadata(this.name, roleAnnotations(role)),
      automountServiceAccountToken: false,
    });
    const data = { ...scripts(...SCRIPTS), 'settings.json': this.#settings };
    const pems = Object.fromEntries(
      keys.map((key) => [`${keyIdOf(key).slice(0, 16)}.pem`, `${key.publicKey.trim()}\n`]),
    );
    const config = new ConfigMapV1(this, 'Config', { ...meta(), metadata: this.#metadata(), data: escaped(data) });
    const keyMap = new ConfigMapV1(this, 'Keys', {
      ...meta(),
      metadata: this.#metadata(`${this.name}-keys`),
      data: escaped(pems),
    });
    const waitFor = [
      ...made,
      account,
      config,
      keyMap,
      ...(role?.ready ?? []),
      ...this.#makeClaim(made),
      ...this.#makeRights(account),
    ];
    const pod: SyncPod = {
      props: this.#props,
      name: this.name,
      claimName: this.claimName,
      cacheMib: Math.floor(this.cacheSize.mib),
      storeUri: modelUri(this, modelStore, model),
      releaseUri: releaseUri(this, modelStore, model, this.channel),
    };
    return new DeploymentV1(this, 'Resource', {
      ...meta(waitFor),
      metadata: this.#metadata(),
      waitForRollout: false,
      spec: {
        replicas: '1',
        // Two pods would write to the same files.
        strategy: { type: 'Recreate' },
        selector: { matchLabels: this.#labels },
        template: podTemplate({
          labels: { ...this.#props.podLabels, ...this.#labels },
          annotations: {
            ...this.#props.podAnnotations,
            ...checksumAnnotation({ ...data, ...pems }),
            ...credentialAnnotations(modelStore),
          },
          registry: imageRegistry ?? ImageRegistry.UPSTREAM,
          securityLevel: PodSecurityLevel.RESTRICTED,
          fsGroupChangePolicy: 'OnRootMismatch',
          serviceAccount: { name: this.name, usesApiServer: servers.length > 0 },
          containers: syncContainers(pod),
          // What it does goes on where it stopped, so that it may be ended at once.
          spec: { terminationGracePeriodSeconds: 10, nodeSelector, volume: syncVolumes(pod) },
        }),
      },
    });
  }

  #makeClaim(made: ITerraformDependable[]): ITerraformDependable[] {
    const { cluster, claimName, storageClassName } = this.#props;
    if (claimName !== undefined) return [];
    // A quarter of a GiB for lists, and for what the file system needs by itself.
    const storage = `${Math.ceil(this.cacheSize.mib * 1.02) + 256}Mi`;
    const claim = new PersistentVolumeClaimV1(this, 'Claim', {
      ...kubernetesMeta(this, cluster, made),
      metadata: this.#metadata(),
      // Many classes bind a claim when a pod is there that mounts it.
      waitUntilBound: false,
      spec: {
        accessModes: ['ReadWriteOnce'],
        storageClassName: storageClassName && escapeTemplate(storageClassName),
        resources: { requests: { storage } },
      },
    });
    return [claim];
  }

  /** To see the Deployments of the servers and to restart them, by their names. */
  #makeRights(account: ITerraformDependable): ITerraformDependable[] {
    const { cluster, servers = [] } = this.#props;
    if (servers.length === 0) return [];
    const role = new RoleV1(this, 'Role', {
      ...kubernetesMeta(this, cluster, [account]),
      metadata: this.#metadata(),
      rule: [
        {
          apiGroups: ['apps'],
          resources: ['deployments'],
          resourceNames: [...servers].sort(),
          verbs: ['get', 'patch'],
        },
      ],
    });
    const binding = new RoleBindingV1(this, 'RoleBinding', {
      ...kubernetesMeta(this, cluster, [role]),
      metadata: this.#metadata(),
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: this.name },
      subject: [{ kind: 'ServiceAccount', name: this.name, namespace: this.namespace, apiGroup: '' }],
    });
    return [binding];
  }

  /** The address of the API server is not known: its port may be that of nodes or of a Service. */
  #isolate(made: ITerraformDependable[]): void {
    const { cluster, modelStore, servers = [], probe } = this.#props;
    isolate(this, 'NetworkPolicy', {
      ...{ cluster, waitFor: made, name: this.name, namespace: this.namespace, pods: this.#labels, ingress: [] },
      egress: [
        ...modelStoreEgress(modelStore, this.namespace),
        ...(servers.length > 0 ? [...roleEgress().slice(1), ...API_SERVER] : []),
        ...(probe ? hostEgress(probe.url, this.namespace) : []),
      ],
    });
  }
}

/** Ports of API servers behind their Service: that of kubeadm, k3s and most others. */
const API_SERVER = [
  {
    to: ['0.0.0.0/0', '::/0'].map((cidr) => ({ ipBlock: { cidr } })),
    ports: [{ port: '6443', protocol: 'TCP' }],
  },
];

function escaped(data: { readonly [file: string]: string }): { [file: string]: string } {
  return Object.fromEntries(Object.entries(data).map(([file, text]) => [file, escapeTemplate(text)]));
}

nameClass('ModelSync', ModelSync);
