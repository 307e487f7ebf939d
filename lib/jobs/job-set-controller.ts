import { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { ClusterLedger, ClusterSingleton } from '../core/cluster-ledger';
import { throwIfOfOtherKinds, throwIfRefused } from '../core/errors';
import { IKubernetesCluster } from '../core/kubernetes-cluster';
import { kubernetesNameFault } from '../core/naming';
import { alreadyInstalled, chartVersionFaults, makeControllerRelease } from '../kubernetes/controller-release';
import { ImageRegistry } from '../kubernetes/image-registry';
import { Fault, fault } from '../units/fault';
import { wholeNumberFault } from '../units/number-faults';
import { nameClass } from '../units/own-class';
import { allOf } from '../units/unreadable';

/** Where the Kubernetes project publishes the chart (its README, 0.12.0). */
const CHART_REPOSITORY = 'oci://registry.k8s.io/jobset/charts';
/** The release whose controller the tests run. */
const CHART_VERSION = '0.12.0';
const OLDEST = { version: [0, 8], has: 'whose chart is published with it' } as const;
/** The chart's own default is a registry of builds of the day. */
const IMAGE = 'registry.k8s.io/jobset/jobset';

/**
 * Properties of `JobSetController`.
 */
export interface JobSetControllerProps {
  /** The cluster. */
  readonly cluster: IKubernetesCluster;
  /** Version of the chart and of the controller, 0.8 or later. @default '0.12.0' */
  readonly chartVersion?: string;
  /** Pods of the controller, of which one works. While none runs, nothing that failed is started again. @default 2 */
  readonly replicas?: number;
  /**
   * Namespace. Created unless the program or the cluster has it: see `ExistingNamespaces`.
   * @default 'jobset-system'
   */
  readonly namespace?: string;
  /** Where images are pulled from, and charts. @default ImageRegistry.UPSTREAM */
  readonly imageRegistry?: ImageRegistry;
}

/**
 * The controller of JobSets, by which training on several nodes starts, fails and is started again as a whole.
 *
 * Create it before the jobs that need it, once for each cluster; leave it out where the cluster has it already. Throws a `ValidationError` for a second
 * one, for one that comes after such a job, and for a version of its chart that is too old.
 *
 * @see https://jobset.sigs.k8s.io
 */
export class JobSetController extends Construct {
  /** Namespace of the controller. */
  public readonly namespace: string;
  /** Dependency of what the controller runs. */
  public readonly ready: ITerraformDependable[];

  /**
   * @param scope parent, in the workload stack
   * @param id id within the parent
   * @param props its properties
   */
  public constructor(scope: Construct, id: string, props: JobSetControllerProps) {
    throwIfOfOtherKinds(scope, 'JobSetControllerProps', props, id, (given) => new JobSetController(scope, id, given));
    super(scope, id);
    const {
      cluster,
      chartVersion = CHART_VERSION,
      replicas = 2,
      imageRegistry: registry = ImageRegistry.UPSTREAM,
    } = props;
    this.namespace = props.namespace ?? 'jobset-system';
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
      controller: { replicas },
      image: {
        repository: registry.resolve(IMAGE),
        tag: `v${chartVersion}`,
        pullPolicy: 'IfNotPresent',
        pullSecrets: registry.pullSecrets.map((name) => ({ name })),
      },
    };
    const release = makeControllerRelease(this, {
      ...{ cluster, namespace: this.namespace, registry, values },
      ...{ chart: 'jobset', repository: CHART_REPOSITORY, version: chartVersion },
      // Its webhook must answer before a set is made.
      waits: true,
    });
    this.ready = [release];
    ClusterLedger.of(cluster).addSingleton(ClusterSingleton.JOB_SETS, this, this.ready);
  }
}

nameClass('JobSetController', JobSetController);

function secondFaults(cluster: IKubernetesCluster): Fault[] {
  const reason = alreadyInstalled(cluster, ClusterSingleton.JOB_SETS, 'a controller of JobSets');
  return reason === undefined ? [] : [fault('JOB_SETS_EXIST', 'cluster', reason)];
}

/** A set that is made before its kind is known is refused by the API server. */
function lateFaults(cluster: IKubernetesCluster): Fault[] {
  const [first] = ClusterLedger.of(cluster).jobSets;
  if (first === undefined) return [];
  const reason =
    `'${first.node.path}' trains on several nodes and was made before the controller that runs it, so that it does not wait for it; make the ` +
    'JobSetController first';
  return [fault('CONTROLLER_AFTER_JOB_SETS', 'cluster', reason)];
}
