import { Release, ReleaseConfig } from '@cdktf/provider-helm/lib/release';
import { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { ClusterLedger, ClusterSingleton } from '../../core/cluster-ledger';
import { throwIfOfOtherKinds, throwIfRefused } from '../../core/errors';
import { IKubernetesCluster } from '../../core/kubernetes-cluster';
import { kubernetesNameFault } from '../../core/naming';
import { PodSecurityLevel } from '../../core/pod-security-level';
import { escapeTemplate } from '../../core/template-escape';
import { HELM_BOUNDS } from '../../kubernetes/helm-bounds';
import { alreadyInstalled, chartVersionFaults } from '../../kubernetes/controller-release';
import { ImageRegistry } from '../../kubernetes/image-registry';
import { helmMeta } from '../../kubernetes/kubernetes-access';
import { ensureNamespace } from '../../kubernetes/namespaces';
import { Fault, fault } from '../../units/fault';
import { givenValue } from '../../units/number-faults';
import { nameClass } from '../../units/own-class';
import { allOf } from '../../units/unreadable';

/** Where KServe publishes its charts. */
const CHART_REPOSITORY = 'oci://ghcr.io/kserve/charts';
/** The release whose webhooks and controller the tests run. */
const CHART_VERSION = '0.20.0';
const OWN_NAMESPACE = 'kserve';
const OLDEST = { version: [0, 20], has: 'whose services name the container that fetches their weights' } as const;

/** What all of its releases have in common. */
type SharedReleaseConfig = Pick<ReleaseConfig, 'namespace' | 'repository' | keyof typeof HELM_BOUNDS> & {
  readonly version: string;
};

/**
 * Properties of `KServe`.
 */
export interface KServeProps {
  /** The cluster. */
  readonly cluster: IKubernetesCluster;
  /** Version of the charts and of the controller, 0.20 or later. @default '0.20.0' */
  readonly chartVersion?: string;
  /**
   * Namespace. Created unless the program or the cluster has it: see `ExistingNamespaces`.
   * @default 'kserve'
   */
  readonly namespace?: string;
  /**
   * Whether the controller of LLMInferenceServices, its definitions and its templates are installed too, for `KServeLlmInferenceService`. The definitions of the
   * Gateway API and of LeaderWorkerSets are not among them: a service with a router needs the first, one of several nodes the second.
   * @default false
   */
  readonly llmInferenceServices?: boolean;
  /** Where images are pulled from, and charts. @default ImageRegistry.UPSTREAM */
  readonly imageRegistry?: ImageRegistry;
  /** What it waits for, above all a release of cert-manager, which makes the certificates of its webhooks. @default - cert-manager is there already */
  readonly dependsOn?: ITerraformDependable[];
}

/**
 * KServe, which runs what `KServeInferenceService` describes: its definitions and its controller, without Knative, Istio and an Ingress for each
 * service, and without runtimes of its own.
 *
 * It needs cert-manager. Create it before the services, once for each cluster; leave it out where the cluster has it already. Throws a
 * `ValidationError` for a second one, for one that comes after a service, and for a version of its charts that is too old.
 *
 * @see https://kserve.github.io/website/
 */
export class KServe extends Construct {
  /** Namespace of the controller. */
  public readonly namespace: string;
  /** Dependency of what the controller runs. */
  public readonly ready: ITerraformDependable[];

  /**
   * @param scope parent, in the workload stack
   * @param id id within the parent
   * @param props its properties
   */
  public constructor(scope: Construct, id: string, props: KServeProps) {
    throwIfOfOtherKinds(scope, 'KServeProps', props, id, (given) => new KServe(scope, id, given));
    super(scope, id);
    const { cluster, chartVersion = CHART_VERSION, imageRegistry: registry = ImageRegistry.UPSTREAM } = props;
    this.namespace = props.namespace ?? OWN_NAMESPACE;
    throwIfRefused(
      this,
      allOf(
        () => kubernetesNameFault('namespace', this.namespace),
        () =>
          chartVersionFaults(chartVersion, {
            example: CHART_VERSION,
            oldest: OLDEST,
            use: 'the images and the values are those of its charts',
          }),
        () => llmNamespaceFaults(props),
        () => secondFaults(cluster),
        () => lateFaults(cluster),
      ),
    );
    const version = `v${chartVersion}`;
    const namespace = ensureNamespace(this, cluster, this.namespace, PodSecurityLevel.RESTRICTED);
    const shared = {
      namespace: this.namespace,
      repository: registry._chartsOf(CHART_REPOSITORY),
      version,
      ...HELM_BOUNDS,
    };
    const definitions = new Release(this, 'Definitions', {
      ...helmMeta(this, cluster, namespace),
      name: 'kserve-crd',
      chart: 'kserve-crd',
      ...shared,
    });
    const release = new Release(this, 'Resource', {
      ...helmMeta(this, cluster, [...namespace, definitions, ...(props.dependsOn ?? [])]),
      name: 'kserve',
      chart: 'kserve-resources',
      ...shared,
      values: [escapeTemplate(JSON.stringify({ kserve: valuesOf(registry, version) }))],
      // Its webhooks must answer before a service is made.
      wait: true,
    });
    const llm = props.llmInferenceServices ? this.#llm(cluster, registry, shared, release) : [];
    this.ready = [release, ...llm];
    const ledger = ClusterLedger.of(cluster);
    ledger.addSingleton(ClusterSingleton.KSERVE, this, this.ready);
    if (llm.length > 0) ledger.addSingleton(ClusterSingleton.KSERVE_LLM, this);
  }

  /** The controller of LLMInferenceServices, beside that of the others, whose settings it reads, and its templates, which it judges. */
  #llm(cluster: IKubernetesCluster, registry: ImageRegistry, shared: SharedReleaseConfig, before: Release): Release[] {
    const { version } = shared;
    const definitions = new Release(this, 'LlmDefinitions', {
      ...helmMeta(this, cluster, [before]),
      name: 'kserve-llmisvc-crd',
      chart: 'kserve-llmisvc-crd',
      ...shared,
    });
    const controller = new Release(this, 'Llm', {
      ...helmMeta(this, cluster, [definitions]),
      name: 'kserve-llmisvc',
      chart: 'kserve-llmisvc-resources',
      ...shared,
      values: [escapeTemplate(JSON.stringify({ kserve: llmValuesOf(registry, version) }))],
      wait: true,
    });
    const templates = new Release(this, 'LlmTemplates', {
      ...helmMeta(this, cluster, [controller]),
      name: 'kserve-runtime-configs',
      chart: 'kserve-runtime-configs',
      ...shared,
      values: [JSON.stringify({ kserve: { version, llmisvcConfigs: { enabled: true } } })],
    });
    return [controller, templates];
  }
}

nameClass('KServe', KServe);

/**
 * Values of the chart.
 *
 * @see https://github.com/kserve/kserve (charts/kserve-resources/values.yaml of v0.20.0)
 */
function valuesOf(registry: ImageRegistry, version: string) {
  const image = (name: string) => ({ image: registry.resolve(`docker.io/kserve/${name}`), tag: version });
  return {
    version,
    agent: image('agent'),
    router: image('router'),
    storage: {
      ...image('storage-initializer'),
      // For services of others: 1 GiB, the default, is too little for large models (kserve/kserve#5162).
      resources: { requests: { cpu: '100m', memory: '1Gi' }, limits: { cpu: '2', memory: '4Gi' } },
    },
    controller: {
      imagePullSecrets: registry.pullSecrets.map((name) => ({ name })),
      ...image('kserve-controller'),
      imagePullPolicy: 'IfNotPresent',
      rbacProxyImage: registry.resolve('quay.io/brancz/kube-rbac-proxy:v0.18.0'),
      // By default, services are of Knative, and each has an Ingress for Istio.
      deploymentMode: 'Standard',
      gateway: { disableIngressCreation: true, disableIstioVirtualHost: true },
      resources: { requests: { cpu: '100m', memory: '300Mi' }, limits: { cpu: '1', memory: '1Gi' } },
    },
  };
}

/**
 * The same of that of the other controller, which has the settings of the first.
 *
 * @see https://github.com/kserve/kserve (charts/kserve-llmisvc-resources/values.yaml of v0.20.0)
 */
function llmValuesOf(registry: ImageRegistry, version: string) {
  return {
    version,
    createSharedResources: false,
    llmisvc: {
      controller: {
        image: registry.resolve('docker.io/kserve/llmisvc-controller'),
        tag: version,
        imagePullPolicy: 'IfNotPresent',
        imagePullSecrets: registry.pullSecrets.map((name) => ({ name })),
        resources: { requests: { cpu: '100m', memory: '300Mi' }, limits: { cpu: '1', memory: '1Gi' } },
      },
    },
  };
}

/** The chart of the templates names the namespace itself. */
function llmNamespaceFaults({ namespace, llmInferenceServices }: KServeProps): Fault[] {
  if (!llmInferenceServices || namespace === undefined || namespace === OWN_NAMESPACE) return [];
  const reason =
    `namespace must be '${OWN_NAMESPACE}' with llmInferenceServices, because the chart of its templates puts them there and its controller looks for them in its ` +
    `own namespace; got ${givenValue(namespace)}; leave namespace out`;
  return [fault('CONFLICTING_PROPERTIES', 'namespace', reason)];
}

function secondFaults(cluster: IKubernetesCluster): Fault[] {
  const reason = alreadyInstalled(cluster, ClusterSingleton.KSERVE, 'KServe');
  return reason === undefined ? [] : [fault('KSERVE_EXISTS', 'cluster', reason)];
}

/** A service that is made before its kind is known is refused by the API server. */
function lateFaults(cluster: IKubernetesCluster): Fault[] {
  const [first] = ClusterLedger.of(cluster).usersOf(ClusterSingleton.KSERVE);
  if (first === undefined) return [];
  const reason = `'${first.node.path}' is served by KServe and was made before it, so that it does not wait for it; make KServe first`;
  return [fault('KSERVE_AFTER_SERVICES', 'cluster', reason)];
}
