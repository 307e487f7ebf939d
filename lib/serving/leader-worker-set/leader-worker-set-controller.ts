import { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { MetricExporter } from '../../catalog/metric-kind';
import { ClusterExporter } from '../../core/cluster-exporter';
import { ClusterLedger, ClusterSingleton } from '../../core/cluster-ledger';
import { throwIfOfOtherKinds, throwIfRefused } from '../../core/errors';
import { IKubernetesCluster } from '../../core/kubernetes-cluster';
import { kubernetesNameFault } from '../../core/naming';
import { MetricsTarget } from '../../core/watchable';
import { alreadyInstalled, chartVersionFaults, makeControllerRelease } from '../../kubernetes/controller-release';
import { ImageRegistry } from '../../kubernetes/image-registry';
import { Fault, fault } from '../../units/fault';
import { wholeNumberFault } from '../../units/number-faults';
import { nameClass } from '../../units/own-class';
import { allOf } from '../../units/unreadable';

/** Where the Kubernetes project publishes the chart. */
const CHART_REPOSITORY = 'oci://registry.k8s.io/lws/charts';
/** The release whose controller the tests run; `RecreateGroupAfterStart` came with 0.8. */
const CHART_VERSION = '0.9.0';
const OLDEST = { version: [0, 8], has: 'which knows when to restart a group' } as const;
const IMAGE = 'registry.k8s.io/lws/lws';

/**
 * Properties of `LeaderWorkerSetController`.
 */
export interface LeaderWorkerSetControllerProps {
  /** The cluster. */
  readonly cluster: IKubernetesCluster;
  /** Version of the chart and of the controller, 0.8 or later. @default '0.9.0' */
  readonly chartVersion?: string;
  /** Pods of the controller, of which one works. While none runs, no pod of a group is made. @default 2 */
  readonly replicas?: number;
  /**
   * Namespace. Created unless the program or the cluster has it: see `ExistingNamespaces`.
   * @default 'lws-system'
   */
  readonly namespace?: string;
  /** Where images are pulled from, and charts. @default ImageRegistry.UPSTREAM */
  readonly imageRegistry?: ImageRegistry;
}

/**
 * The controller of LeaderWorkerSets, by which servers that need several nodes run as groups of pods that start, fail and are replaced together.
 *
 * Create it before the deployments whose models span nodes, once for each cluster; leave it out where the cluster has it already. Throws a
 * `ValidationError` for a second one, for one that comes after such a deployment, and for a version of its chart that is too old.
 *
 * @see https://lws.sigs.k8s.io
 */
export class LeaderWorkerSetController extends Construct {
  /** Namespace of the controller. */
  public readonly namespace: string;
  /** Dependency of what the controller runs. */
  public readonly ready: ITerraformDependable[];

  /**
   * @param scope parent, in the workload stack
   * @param id id within the parent
   * @param props its properties
   */
  public constructor(scope: Construct, id: string, props: LeaderWorkerSetControllerProps) {
    throwIfOfOtherKinds(
      scope,
      'LeaderWorkerSetControllerProps',
      props,
      id,
      (given) => new LeaderWorkerSetController(scope, id, given),
    );
    super(scope, id);
    const {
      cluster,
      chartVersion = CHART_VERSION,
      replicas = 2,
      imageRegistry: registry = ImageRegistry.UPSTREAM,
    } = props;
    this.namespace = props.namespace ?? 'lws-system';
    throwIfRefused(
      this,
      allOf(
        () => kubernetesNameFault('namespace', this.namespace),
        () => wholeNumberFault('replicas', replicas, 1),
        () => chartVersionFaults(chartVersion, { example: CHART_VERSION, oldest: OLDEST }),
        () => secondFaults(cluster),
        () => lateFaults(cluster),
      ),
    );
    const values = {
      replicaCount: replicas,
      image: { manager: { repository: registry.resolve(IMAGE), tag: `v${chartVersion}`, pullPolicy: 'IfNotPresent' } },
      imagePullSecrets: registry.pullSecrets.map((name) => ({ name })),
      // What the chart leaves out of the level 'restricted'.
      podSecurityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    };
    const release = makeControllerRelease(this, {
      ...{ cluster, namespace: this.namespace, registry, values },
      ...{ chart: 'lws', repository: CHART_REPOSITORY, version: chartVersion },
      // Its webhook must answer before a group is made.
      waits: true,
    });
    this.ready = [release];
    ClusterLedger.of(cluster).addSingleton(ClusterSingleton.LEADER_WORKER_SETS, this, this.ready);
    new ClusterExporter(this, 'Metrics', cluster, () => metricsOf(this.namespace, chartVersion));
  }
}

nameClass('LeaderWorkerSetController', LeaderWorkerSetController);

/** As the chart has them: its pods declare the port of their webhook, and that of their metrics only together with objects of an operator. */
function metricsOf(namespace: string, version: string): MetricsTarget {
  return {
    jobName: 'leader-worker-sets',
    namespace,
    podSelector: { 'control-plane': 'controller-manager', 'app.kubernetes.io/name': 'lws' },
    port: 8443,
    declaredPort: 9443,
    secured: true,
    exporters: [MetricExporter.LEADER_WORKER_SET],
    models: [],
    features: [],
    version,
  };
}

/**
 * Whether this program has the controller of a cluster.
 *
 * @internal
 */
export function hasLeaderWorkerSetController(cluster: IKubernetesCluster): boolean {
  return ClusterLedger.of(cluster).singleton(ClusterSingleton.LEADER_WORKER_SETS) !== undefined;
}

function secondFaults(cluster: IKubernetesCluster): Fault[] {
  const reason = alreadyInstalled(cluster, ClusterSingleton.LEADER_WORKER_SETS, 'a controller of LeaderWorkerSets');
  return reason === undefined ? [] : [fault('LEADER_WORKER_SETS_EXIST', 'cluster', reason)];
}

/** A group that is made before its kind is known is refused by the API server. */
function lateFaults(cluster: IKubernetesCluster): Fault[] {
  const [first] = ClusterLedger.of(cluster).groups;
  if (first === undefined) return [];
  const reason =
    `'${first.node.path}' runs groups of pods and was made before the controller that runs them, so that it does not wait for it; make the ` +
    'LeaderWorkerSetController first';
  return [fault('CONTROLLER_AFTER_GROUPS', 'cluster', reason)];
}
