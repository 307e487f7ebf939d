import { policyJson } from '../../core/policy-json';

/** By service: what an endpoint refuses, and of whom. */
interface Refusal {
  readonly Sid: string;
  readonly Action: readonly string[];
  /** Key of the condition that must be the cluster's own account. */
  readonly account: 'aws:ResourceAccount' | 'aws:PrincipalAccount';
}

/**
 * S3 and the registries: everything may be read, since layers of images and public packages are in buckets and repositories of many accounts, and
 * only those of the cluster's own account may be written, so that whoever takes over a pod cannot copy weights elsewhere by this way.
 *
 * STS: credentials of another account, brought along, get no others. Requests without a signature, those of `AssumeRoleWithWebIdentity` and the
 * tags of its sessions, name no account, so they are not asked for one.
 *
 * EKS's `eks-auth` has one action, which only the cluster's own tokens open, and no published policy.
 *
 * @see https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-s3.html
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sts_vpc_endpoint_policies.html
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-resourceaccount
 */
const REFUSALS: { readonly [service: string]: Refusal } = {
  s3: writes('s3:Put*', 's3:Create*', 's3:Delete*', 's3:Replicate*', 's3:Restore*', 's3:AbortMultipartUpload'),
  ecr: writes('ecr:InitiateLayerUpload', 'ecr:UploadLayerPart', 'ecr:CompleteLayerUpload', 'ecr:PutImage'),
  sts: {
    Sid: 'OwnPrincipalsOnly',
    Action: ['sts:AssumeRole', 'sts:GetFederationToken', 'sts:GetSessionToken'],
    account: 'aws:PrincipalAccount',
  },
};

function writes(...Action: string[]): Refusal {
  return { Sid: 'WriteToOwnAccountOnly', Action, account: 'aws:ResourceAccount' };
}

/**
 * The policy of the endpoint of a service; undefined where it has none, so that AWS's own holds, which allows everything.
 *
 * @param endpoint name of the endpoint's service within the region, e.g. `ecr.api`
 * @param accountId account of the cluster
 * @param buckets ARNs of buckets of other accounts that pods are to write
 *
 * @internal
 */
export function endpointPolicy(
  endpoint: string,
  accountId: string,
  buckets: readonly string[] = [],
): string | undefined {
  const [service] = endpoint.split('.');
  const refusal = REFUSALS[service];
  if (!refusal) return undefined;
  const { Sid, Action, account } = refusal;
  const isExempt = service === 's3' && buckets.length > 0;
  const refused = isExempt ? { NotResource: buckets.flatMap((arn) => [arn, `${arn}/*`]) } : { Resource: '*' };
  return policyJson({
    Version: '2012-10-17',
    Statement: [
      { Sid: 'Use', Effect: 'Allow', Principal: '*', Resource: '*', Action: `${service}:*` },
      {
        Sid,
        Effect: 'Deny',
        Principal: '*',
        ...refused,
        Action,
        Condition: { StringNotEquals: { [account]: accountId } },
      },
    ],
  });
}
