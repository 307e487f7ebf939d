import { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group';
import { DataAwsCallerIdentity } from '@cdktf/provider-aws/lib/data-aws-caller-identity';
import { DataAwsPartition } from '@cdktf/provider-aws/lib/data-aws-partition';
import { DataAwsRegion } from '@cdktf/provider-aws/lib/data-aws-region';
import { KmsAlias } from '@cdktf/provider-aws/lib/kms-alias';
import { KmsKey } from '@cdktf/provider-aws/lib/kms-key';
import { TerraformProvider } from 'cdktf';
import { Construct } from 'constructs';
import { policyJson } from '../../core/policy-json';
import { awsTags } from '../../core/tags';
import { escapeTemplate } from '../../core/template-escape';

/** Properties of `ClusterKey`. */
interface ClusterKeyProps {
  readonly clusterName: string;
  /** Names of the log groups that the key encrypts. */
  readonly logGroupNames: string[];
  readonly tags: { [key: string]: string };
  readonly provider?: TerraformProvider;
}

/**
 * The KMS key of a cluster: for the secrets in its API server and for its logs.
 *
 * @internal
 */
export class ClusterKey extends Construct {
  public readonly keyArn: string;

  public constructor(scope: Construct, id: string, props: ClusterKeyProps) {
    super(scope, id);
    const { provider, clusterName } = props;
    const { partition, dnsSuffix } = new DataAwsPartition(this, 'Partition', { provider });
    const { accountId } = new DataAwsCallerIdentity(this, 'Account', { provider });
    // The id is the region's name in every version of the provider; `name` is deprecated since version 6.
    const region = new DataAwsRegion(this, 'Region', { provider }).id;
    const logGroups = props.logGroupNames.map(
      (name) => `arn:${partition}:logs:${region}:${accountId}:log-group:${name}`,
    );
    const key = new KmsKey(this, 'Resource', {
      provider,
      description: `Secrets and logs of EKS cluster ${clusterName}`,
      enableKeyRotation: true,
      deletionWindowInDays: 30,
      policy: policyJson({
        Version: '2012-10-17',
        Statement: [
          {
            Sid: 'AccountPolicies',
            Effect: 'Allow',
            Principal: { AWS: `arn:${partition}:iam::${accountId}:root` },
            Action: 'kms:*',
            Resource: '*',
          },
          // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
          {
            Sid: 'Logs',
            Effect: 'Allow',
            Principal: { Service: `logs.${region}.${dnsSuffix}` },
            Action: ['kms:Encrypt*', 'kms:Decrypt*', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:Describe*'],
            Resource: '*',
            Condition: { ArnEquals: { 'kms:EncryptionContext:aws:logs:arn': logGroups } },
          },
        ],
      }),
      tags: awsTags({}, props.tags),
    });
    new KmsAlias(this, 'Alias', { provider, name: `alias/eks/${clusterName}`, targetKeyId: key.keyId });
    this.keyArn = key.arn;
  }
}

/**
 * The log group of a cluster's control plane. EKS would create it by itself, but unencrypted and without expiry.
 *
 * @internal
 */
export function controlPlaneLogs(
  scope: Construct,
  props: {
    name: string;
    keyArn: string;
    keepsLogs: boolean;
    tags: { [key: string]: string };
    provider?: TerraformProvider;
  },
): CloudwatchLogGroup {
  return new CloudwatchLogGroup(scope, 'ControlPlaneLogs', {
    provider: props.provider,
    name: props.name,
    retentionInDays: 365,
    kmsKeyId: escapeTemplate(props.keyArn),
    skipDestroy: props.keepsLogs,
    tags: awsTags({}, props.tags),
  });
}
