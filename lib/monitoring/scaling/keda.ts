import { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { ClusterLedger, ClusterSingleton } from '../../core/cluster-ledger';
import { throwIfOfOtherKinds, throwIfRefused } from '../../core/errors';
import { InstalledScaler } from '../../core/installed-scaler';
import { IKubernetesCluster } from '../../core/kubernetes-cluster';
import { kubernetesNameFault } from '../../core/naming';
import { chartVersionFaults, makeControllerRelease } from '../../kubernetes/controller-release';
import { ImageRegistry } from '../../kubernetes/image-registry';
import { Fault, fault } from '../../units/fault';
import { wholeNumberFault } from '../../units/number-faults';
import { nameClass } from '../../units/own-class';
import { allOf } from '../../units/unreadable';
import { secondScalerFaults } from './scaler-faults';

/** Where KEDA publishes its chart. */
const CHART_REPOSITORY = 'https://kedacore.github.io/charts';
/** The release whose definitions the tests take. */
const CHART_VERSION = '2.21.0';
/** The images of the chart, by the names of its values. */
const IMAGES = {
  keda: 'kedacore/keda',
  metricsApiServer: 'kedacore/keda-metrics-apiserver',
  webhooks: 'kedacore/keda-admission-webhooks',
};
const REGISTRY = 'ghcr.io';

/**
 * Properties of `Keda`.
 */
export interface KedaProps {
  /** The cluster. */
  readonly cluster: IKubernetesCluster;
  /** Version of the chart and of KEDA. @default '2.21.0' */
  readonly chartVersion?: string;
  /** Pods of the operator, of which one works. While none runs, no model without servers is woken. @default 2 */
  readonly replicas?: number;
  /**
   * Namespace, which must be in `accessibleFrom` of the `MonitoringStack` that it asks. Created unless the program or the cluster has it: see
   * `ExistingNamespaces`.
   * @default 'keda'
   */
  readonly namespace?: string;
  /** Where images are pulled from, and charts. @default ImageRegistry.UPSTREAM */
  readonly imageRegistry?: ImageRegistry;
}

/**
 * KEDA, which scales deployments with `ServerAutoscaling.keda`.
 *
 * Create it before those deployments, once for each cluster; leave it out where the cluster has it already. Throws a `ValidationError` for a second
 * one, and for one that comes after such a deployment.
 *
 * @see https://keda.sh
 */
export class Keda extends Construct {
  /** Namespace of KEDA. */
  public readonly namespace: string;
  /** Dependency of its objects. */
  public readonly ready: ITerraformDependable[];

  /**
   * @param scope parent, in the workload stack
   * @param id id within the parent
   * @param props its properties
   */
  public constructor(scope: Construct, id: string, props: KedaProps) {
    throwIfOfOtherKinds(scope, 'KedaProps', props, id, (given) => new Keda(scope, id, given));
    super(scope, id);
    const { cluster, chartVersion = CHART_VERSION, replicas = 2 } = props;
    const registry = props.imageRegistry ?? ImageRegistry.UPSTREAM;
    this.namespace = props.namespace ?? 'keda';
    throwIfRefused(
      this,
      allOf(
        () => kubernetesNameFault('namespace', this.namespace),
        () => wholeNumberFault('replicas', replicas, 1),
        () => chartVersionFaults(chartVersion, { example: CHART_VERSION, use: 'the values are those of its chart' }),
        () => secondScalerFaults(ClusterSingleton.KEDA, cluster),
        () => lateFaults(cluster),
      ),
    );
    const values = {
      image: Object.fromEntries(Object.entries(IMAGES).map(([name, image]) => [name, imageOf(registry, image)])),
      imagePullSecrets: registry.pullSecrets.map((name) => ({ name })),
      operator: { replicaCount: replicas },
      metricsServer: { replicaCount: replicas },
      webhooks: { replicaCount: replicas },
      podDisruptionBudget: Object.fromEntries(
        ['operator', 'metricServer', 'webhooks'].map((name) => [name, { maxUnavailable: 1 }]),
      ),
    };
    const release = makeControllerRelease(this, {
      ...{ cluster, namespace: this.namespace, registry, values },
      ...{ chart: 'keda', repository: CHART_REPOSITORY, version: chartVersion },
      // Its webhook must answer before an object is made.
      waits: true,
    });
    this.ready = [release];
    const entry: InstalledScaler = { namespace: this.namespace, ready: this.ready };
    ClusterLedger.of(cluster).addSingleton(ClusterSingleton.KEDA, this, entry);
  }
}

nameClass('Keda', Keda);

/**
 * Namespace of the `Keda` of a cluster in this program; undefined where there is none.
 *
 * @internal
 */
export function kedaNamespace(cluster: IKubernetesCluster): string | undefined {
  return ClusterLedger.of(cluster).singleton<InstalledScaler>(ClusterSingleton.KEDA)?.value.namespace;
}

/** The chart takes the host of the registry by itself. */
function imageOf(registry: ImageRegistry, image: string): { readonly registry: string; readonly repository: string } {
  const [host, ...path] = registry.resolve(`${REGISTRY}/${image}`).split('/');
  return { registry: host, repository: path.join('/') };
}

/** An object that is made before its kind is known is refused by the API server. */
function lateFaults(cluster: IKubernetesCluster): Fault[] {
  const [first] = ClusterLedger.of(cluster).scaled(ClusterSingleton.KEDA);
  if (first === undefined) return [];
  const reason = `'${first.node.path}' is scaled by KEDA and was made before it, so that its objects do not wait for it; make the Keda first`;
  return [fault('KEDA_AFTER_SCALED', 'cluster', reason)];
}
