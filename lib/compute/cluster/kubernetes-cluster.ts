import { fault } from '../../units/fault';
import { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { IServiceAccountRole } from '../../core/aws-role';
import { ClusterChecks } from '../../scheduling/cluster-checks';
import { ClusterNodePools } from '../../scheduling/cluster-node-pools';
import { throwIfRefused, throwIfOfOtherKinds, ValidationError, throwOfCall } from '../../core/errors';
import { IGpuNodePool } from '../../core/gpu-node-pool';
import { ClusterConnection, IKubernetesCluster } from '../../core/kubernetes-cluster';
import { concreteFault } from '../../core/tokens';
import { checkArguments } from '../../units/argument-faults';
import { allOf } from '../../units/unreadable';

/**
 * What is known of a cluster reached by a kubeconfig.
 */
export interface KubeconfigAttributes {
  /** Path of the kubeconfig, as the folder that Terraform runs in sees it. */
  readonly configPath: string;
  /** Context within the kubeconfig. @default - its current context */
  readonly context?: string;
  /** Name of the cluster, known at synthesis and unique in the stack. @default - the context, else the construct's id */
  readonly clusterName?: string;
}

/**
 * An existing Kubernetes cluster, wherever it runs.
 */
export class KubernetesCluster extends Construct implements IKubernetesCluster {
  /**
   * A cluster reached by a kubeconfig. Throws a `ValidationError` for an empty path and for a name that is a token.
   *
   * @param scope parent of the construct
   * @param id id of the construct, unique in its scope
   * @param attributes where the kubeconfig is
   */
  public static fromKubeconfig(scope: Construct, id: string, attributes: KubeconfigAttributes): KubernetesCluster {
    return new KubernetesCluster(scope, id, attributes);
  }

  /** Name of the cluster, known at synthesis. */
  public readonly clusterName: string;
  /** How a Kubernetes client reaches it. */
  public readonly connection: ClusterConnection;
  /** What Kubernetes objects must wait for: nothing, because the cluster exists. */
  public readonly ready: ITerraformDependable[] = [];

  private constructor(scope: Construct, id: string, attributes: KubeconfigAttributes) {
    throwIfOfOtherKinds(
      scope,
      'KubeconfigAttributes',
      attributes,
      id,
      (given) => new KubernetesCluster(scope, id, given),
    );
    super(scope, id);
    const clusterName = attributes.clusterName ?? attributes.context ?? id;
    throwIfRefused(
      this,
      allOf(
        () =>
          attributes.configPath === ''
            ? [
                fault(
                  'MISSING_PROPERTY',
                  'configPath',
                  "configPath must be the path of a kubeconfig, e.g. '~/.kube/config'; got ''",
                ),
              ]
            : [],
        () =>
          concreteFault(
            attributes.clusterName === undefined ? 'context, where clusterName is not given,' : 'clusterName',
            clusterName,
            'provider aliases are derived from it',
            attributes.clusterName === undefined ? 'context' : 'clusterName',
          ),
        () =>
          clusterName === '' ? [fault('INVALID_NAME', 'clusterName', "clusterName must not be empty; got ''")] : [],
      ),
    );
    this.clusterName = clusterName;
    this.connection = { configPath: attributes.configPath, configContext: attributes.context };
    ClusterChecks.of(this);
  }

  /** The GPU pools known on it, in the order of their names. Returns a copy. */
  public get nodePools(): IGpuNodePool[] {
    return ClusterNodePools.of(this);
  }

  /** How the cluster is reached, and where the pods of this program go, as human-readable text. */
  public explain(): string {
    const { configPath, configContext } = this.connection;
    return [
      `Cluster ${this.clusterName}, by the kubeconfig ${configPath}${configContext ? `, context ${configContext}` : ''}.`,
      '',
      ClusterChecks.of(this).explain(),
    ].join('\n');
  }

  /**
   * Always throws a `ValidationError`: a kubeconfig does not tell how pods would get the credentials of an IAM role.
   *
   * @param namespace namespace of the service account
   * @param serviceAccountName name of the service account
   */
  public serviceAccountRole(namespace: string, serviceAccountName: string): IServiceAccountRole {
    throw new ValidationError(this, [
      fault(
        'POD_IAM_UNAVAILABLE',
        undefined,
        `service account '${namespace}/${serviceAccountName}' cannot act with an IAM role, because only the kubeconfig of cluster ` +
          `'${this.clusterName}' is known; import an EKS cluster by EksGpuCluster.fromAttributes, and elsewhere give credentials in a secret, to a store or to a receiver of alerts`,
      ),
    ]);
  }
}

checkArguments('KubernetesCluster', KubernetesCluster, throwOfCall);
