import { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { ClusterLedger, ClusterSingleton } from '../../core/cluster-ledger';
import { throwIfOfOtherKinds, throwIfRefused } from '../../core/errors';
import { IKubernetesCluster } from '../../core/kubernetes-cluster';
import { kubernetesNameFault } from '../../core/naming';
import { alreadyInstalled, chartVersionFaults, makeControllerRelease } from '../../kubernetes/controller-release';
import { ImageRegistry } from '../../kubernetes/image-registry';
import { Fault, fault } from '../../units/fault';
import { wholeNumberFault } from '../../units/number-faults';
import { nameClass } from '../../units/own-class';
import { allOf } from '../../units/unreadable';

/** Where the Kubernetes project publishes the chart. */
const CHART_REPOSITORY = 'oci://registry.k8s.io/kueue/charts';
/** The release whose controller the tests run. */
const CHART_VERSION = '0.17.0';
/** The first that serves `kueue.x-k8s.io/v1beta2`. */
const OLDEST = { version: [0, 15], has: 'which serves v1beta2 of its kinds' } as const;
const IMAGE = 'registry.k8s.io/kueue/kueue';

/**
 * Properties of `Kueue`.
 */
export interface KueueProps {
  /** The cluster. */
  readonly cluster: IKubernetesCluster;
  /** Version of the chart and of the controller, 0.15 or later. @default '0.17.0' */
  readonly chartVersion?: string;
  /** Pods of the controller, of which one works. While none runs, no pod that waits in a queue starts. @default 2 */
  readonly replicas?: number;
  /** Namespace. Created unless the program or the cluster has it: see `ExistingNamespaces`. @default 'kueue-system' */
  readonly namespace?: string;
  /** Where images are pulled from, and charts. @default ImageRegistry.UPSTREAM */
  readonly imageRegistry?: ImageRegistry;
}

/**
 * Kueue, which starts all pods of a group or none of them: what a `GpuQueue` needs.
 *
 * Create it before the queues, once for each cluster; leave it out where the cluster has it already, with LeaderWorkerSets among its
 * `integrations.frameworks`. Throws a `ValidationError` for a second one, for one that comes after a queue, and for a version of its chart that
 * is too old.
 *
 * @see https://kueue.sigs.k8s.io
 */
export class Kueue extends Construct {
  /** Namespace of the controller. */
  public readonly namespace: string;
  /** Dependency of what waits in its queues. */
  public readonly ready: ITerraformDependable[];

  /**
   * @param scope parent, in the workload stack
   * @param id id within the parent
   * @param props its properties
   */
  public constructor(scope: Construct, id: string, props: KueueProps) {
    throwIfOfOtherKinds(scope, 'KueueProps', props, id, (given) => new Kueue(scope, id, given));
    super(scope, id);
    const { cluster, chartVersion = CHART_VERSION, replicas = 2 } = props;
    const { imageRegistry: registry = ImageRegistry.UPSTREAM } = props;
    this.namespace = props.namespace ?? 'kueue-system';
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
    const image = { repository: registry.resolve(IMAGE), tag: `v${chartVersion}`, pullPolicy: 'IfNotPresent' };
    const values = {
      controllerManager: {
        replicas,
        manager: { image },
        imagePullSecrets: registry.pullSecrets.map((name) => ({ name })),
      },
    };
    const release = makeControllerRelease(this, {
      ...{ cluster, namespace: this.namespace, registry, values },
      ...{ chart: 'kueue', repository: CHART_REPOSITORY, version: chartVersion },
      // Its webhook must answer before a queue is made.
      waits: true,
    });
    this.ready = [release];
    ClusterLedger.of(cluster).addSingleton(ClusterSingleton.KUEUE, this, this.ready);
  }
}

nameClass('Kueue', Kueue);

function secondFaults(cluster: IKubernetesCluster): Fault[] {
  const reason = alreadyInstalled(cluster, ClusterSingleton.KUEUE, 'Kueue');
  return reason === undefined ? [] : [fault('KUEUE_EXISTS', 'cluster', reason)];
}

/** A queue that is made before its kind is known is refused by the API server. */
function lateFaults(cluster: IKubernetesCluster): Fault[] {
  const [first] = ClusterLedger.of(cluster).queues;
  if (first === undefined) return [];
  const reason = `the queue '${first.owner.node.path}' was made before Kueue, so that it does not wait for it; make Kueue first`;
  return [fault('CONTROLLER_AFTER_QUEUES', 'cluster', reason)];
}
