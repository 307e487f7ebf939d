import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { StorageClassV1 } from '@cdktf/provider-kubernetes/lib/storage-class-v1';
import { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { keyArnFaults } from '../../core/aws-arn';
import { ClusterLedger, ClusterSingleton, isInTree } from '../../core/cluster-ledger';
import { returned, throwIfRefused, throwIfOfOtherKinds } from '../../core/errors';
import { synthesizeWhile } from '../../core/omission';
import { policyJson } from '../../core/policy-json';
import { kubernetesMeta } from '../../kubernetes/kubernetes-access';
import { IKubernetesCluster } from '../../core/kubernetes-cluster';
import { kubernetesNameFault } from '../../core/naming';
import { RemovalPolicy } from '../../core/removal-policy';
import { hasToken } from '../../core/tokens';
import { escapeTemplate } from '../../core/template-escape';
import { volumeKeyStatements } from './volume-key';
import { nameClass } from '../../units/own-class';
import { allOf, isUnreadable } from '../../units/unreadable';

/**
 * Properties of `EncryptedStorageClass`.
 */
export interface EncryptedStorageClassProps {
  /** The EKS cluster, with the EBS volume driver on it. */
  readonly cluster: IKubernetesCluster;
  /** Name of the class. @default 'gp3-encrypted' */
  readonly storageClassName?: string;
  /** Whether claims without a class get this one. @default true */
  readonly isDefault?: boolean;
  /**
   * What becomes of a volume when its claim is deleted, whoever deletes it: with `RETAIN` it stays in the account, with all that is on it
   * and at its price, until it is deleted there. To use it again, clear the `claimRef` of its PersistentVolume and create the claim anew.
   * Volumes that exist keep the policy that they were created with.
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;
  /**
   * ARN of the KMS key, of the region and not of an alias; the key's policy must leave the decision to those of
   * the account. On a cluster of this program the driver's role is allowed to use it; elsewhere allow it.
   * @default - the account's own key for EBS
   */
  readonly kmsKeyArn?: string;
}

/**
 * The storage class of encrypted gp3 volumes, the default one of its cluster. Create one per cluster.
 *
 * It belongs in the workload stack. The add-on of the volume driver can create a default class too, but one without encryption.
 * Throws a `ValidationError` for a name that Kubernetes refuses.
 *
 * @see https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/parameters.md
 */
export class EncryptedStorageClass extends Construct {
  /** Name of the class. */
  public readonly storageClassName: string;
  /** What claims of the class must wait for. */
  public readonly ready: ITerraformDependable[];

  /**
   * @param scope parent of the construct
   * @param id id of the construct, unique in its scope
   * @param props its properties
   */
  public constructor(scope: Construct, id: string, props: EncryptedStorageClassProps) {
    throwIfOfOtherKinds(
      scope,
      'EncryptedStorageClassProps',
      props,
      id,
      (given) => new EncryptedStorageClass(scope, id, given),
    );
    super(scope, id);
    this.storageClassName = props.storageClassName ?? 'gp3-encrypted';
    throwIfRefused(
      this,
      allOf(
        () => kubernetesNameFault('storageClassName', this.storageClassName),
        () => keyArnFaults('kmsKeyArn', props.kmsKeyArn, { region: knownRegion(props.cluster) }),
      ),
    );
    const resource = new StorageClassV1(this, 'Resource', {
      ...kubernetesMeta(this, props.cluster),
      metadata: {
        name: this.storageClassName,
        annotations: { 'storageclass.kubernetes.io/is-default-class': String(props.isDefault ?? true) },
      },
      storageProvisioner: 'ebs.csi.aws.com',
      // In the zone of the node that the pod is scheduled on.
      volumeBindingMode: 'WaitForFirstConsumer',
      allowVolumeExpansion: true,
      reclaimPolicy: props.removalPolicy === RemovalPolicy.DESTROY ? 'Delete' : 'Retain',
      parameters: {
        type: 'gp3',
        encrypted: 'true',
        ...(props.kmsKeyArn ? { kmsKeyId: escapeTemplate(props.kmsKeyArn) } : {}),
      },
    });
    this.ready = [resource];
    if (props.kmsKeyArn !== undefined && ClusterLedger.of(props.cluster).isOwn)
      this.#letDriverUse(props.kmsKeyArn, props.cluster);
    ClusterLedger.of(props.cluster).addSingleton(ClusterSingleton.ENCRYPTED_STORAGE_CLASS, this, this.storageClassName);
  }

  /** The policy is beside the role of the driver's add-on, in the stack of the cluster, as long as the class is in the tree. */
  #letDriverUse(keyArn: string, cluster: IKubernetesCluster): void {
    const made = cluster.serviceAccountRole('kube-system', 'ebs-csi-controller-sa');
    const role = returned(this, 'IKubernetesCluster', 'cluster.serviceAccountRole()', made);
    const id = `VolumeKey-${this.node.addr.slice(-8)}`;
    role.node.tryRemoveChild(id);
    const policy = new IamRolePolicy(role as unknown as Construct, id, {
      provider: cluster.provider,
      name: id,
      role: role.roleName,
      policy: policyJson({ Version: '2012-10-17', Statement: volumeKeyStatements(keyArn) }),
    });
    synthesizeWhile(policy, () => isInTree(this));
  }
}

nameClass('EncryptedStorageClass', EncryptedStorageClass);

function knownRegion(cluster: IKubernetesCluster): string | undefined {
  if (isUnreadable(cluster)) return undefined;
  const { region } = cluster.connection;
  return hasToken(region) ? undefined : region;
}

/**
 * The name of the class that this program has created for a cluster.
 *
 * @internal
 */
export function encryptedStorageClassOf(cluster: IKubernetesCluster): string | undefined {
  return ClusterLedger.of(cluster).singleton<string>(ClusterSingleton.ENCRYPTED_STORAGE_CLASS)?.value;
}
