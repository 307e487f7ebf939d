import { DataAwsCallerIdentity } from '@cdktf/provider-aws/lib/data-aws-caller-identity';
import { DataAwsPartition } from '@cdktf/provider-aws/lib/data-aws-partition';
import { DataAwsRegion } from '@cdktf/provider-aws/lib/data-aws-region';
import { TerraformProvider } from 'cdktf';
import { Construct } from 'constructs';

/**
 * The account and the ARN of a cluster, from its name and from where its provider acts: known before the cluster exists, so that a policy
 * that names it does not wait for it.
 *
 * @internal
 */
export class ClusterArn extends Construct {
  /** The one of the given scope, which is made on the first call. */
  public static of(scope: Construct, clusterName: string, provider?: TerraformProvider): ClusterArn {
    const known = scope.node.tryFindChild('Arn') as ClusterArn | undefined;
    return known ?? new ClusterArn(scope, 'Arn', clusterName, provider);
  }

  public readonly accountId: string;
  public readonly arn: string;

  private constructor(scope: Construct, id: string, clusterName: string, provider?: TerraformProvider) {
    super(scope, id);
    const { partition } = new DataAwsPartition(this, 'Partition', { provider });
    const region = new DataAwsRegion(this, 'Region', { provider }).id;
    this.accountId = new DataAwsCallerIdentity(this, 'Account', { provider }).accountId;
    this.arn = `arn:${partition}:eks:${region}:${this.accountId}:cluster/${clusterName}`;
  }
}
