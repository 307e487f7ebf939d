import { ITerraformDependable } from 'cdktf';
import { IConstruct } from 'constructs';

/**
 * An IAM role that grants can be attached to.
 */
export interface IAwsRole extends IConstruct {
  /** Name of the role. */
  readonly roleName: string;
  /** ARN of the role. */
  readonly roleArn: string;
}

/**
 * The IAM role that the pods of one Kubernetes service account act with.
 */
export interface IServiceAccountRole extends IAwsRole {
  /**
   * Annotations that the service account must carry: `eks.amazonaws.com/role-arn` for IAM roles for service accounts (IRSA),
   * none where the EKS Pod Identity agent hands out the credentials.
   */
  readonly serviceAccountAnnotations: { [key: string]: string };
  /** What must exist before a pod of the service account starts, or it starts without credentials. */
  readonly ready: ITerraformDependable[];
}
