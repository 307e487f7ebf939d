import { DataAwsCallerIdentity } from '@cdktf/provider-aws/lib/data-aws-caller-identity';
import { SecurityGroup } from '@cdktf/provider-aws/lib/security-group';
import { VpcEndpoint } from '@cdktf/provider-aws/lib/vpc-endpoint';
import { VpcSecurityGroupIngressRule } from '@cdktf/provider-aws/lib/vpc-security-group-ingress-rule';
import { ITerraformDependable, TerraformProvider } from 'cdktf';
import { Construct } from 'constructs';
import { policyJson } from '../../core/policy-json';
import { awsTags } from '../../core/tags';

/**
 * Services that nodes reach without NAT: the registries, whose images are the larger part of the traffic, and the two that pods
 * get their credentials from, which then do not fail with a NAT gateway.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/private-clusters.html
 */
const INTERFACE_SERVICES = ['ecr.api', 'ecr.dkr', 'eks-auth', 'sts'];

/** Properties of `clusterEndpoints`. */
interface ClusterEndpointsProps {
  readonly clusterName: string;
  readonly vpcId: string;
  readonly cidr: string;
  readonly subnetIds: string[];
  readonly routeTableIds: string[];
  /** Name of the region. */
  readonly region: string;
  /** Whether the endpoint of S3 refuses to write to other accounts. */
  readonly endpointPolicies: boolean;
  readonly tags: { [key: string]: string };
  readonly provider?: TerraformProvider;
}

/**
 * Endpoints for S3 (gateway: model weights and image layers, free of charge) and the services above.
 *
 * @internal
 */
export function clusterEndpoints(scope: Construct, props: ClusterEndpointsProps): ITerraformDependable[] {
  const { provider, vpcId, clusterName } = props;
  const tags = (name: string) => awsTags({ Name: `${clusterName}-${name}` }, props.tags);
  const service = (name: string) => `com.amazonaws.${props.region}.${name}`;

  const group = new SecurityGroup(scope, 'EndpointSecurityGroup', {
    provider,
    vpcId,
    name: `${clusterName}-endpoints`,
    description: `Interface endpoints of cluster ${clusterName}`,
    tags: tags('endpoints'),
  });
  const fromVpc = new VpcSecurityGroupIngressRule(scope, 'EndpointIngress', {
    provider,
    securityGroupId: group.id,
    description: 'HTTPS from the VPC',
    cidrIpv4: props.cidr,
    ipProtocol: 'tcp',
    fromPort: 443,
    toPort: 443,
    tags: tags('endpoints'),
  });
  const s3 = new VpcEndpoint(scope, 'Endpoint-s3', {
    provider,
    vpcId,
    serviceName: service('s3'),
    vpcEndpointType: 'Gateway',
    routeTableIds: props.routeTableIds,
    policy: props.endpointPolicies ? s3EndpointPolicy(scope, provider) : undefined,
    tags: tags('s3'),
  });
  const interfaces = INTERFACE_SERVICES.map(
    (name) =>
      new VpcEndpoint(scope, `Endpoint-${name}`, {
        provider,
        vpcId,
        serviceName: service(name),
        vpcEndpointType: 'Interface',
        subnetIds: props.subnetIds,
        securityGroupIds: [group.id],
        privateDnsEnabled: true,
        tags: tags(name),
      }),
  );
  return [s3, ...interfaces, fromVpc];
}

/**
 * Everything may be read, since layers of images and public packages are in buckets of many accounts, and only buckets of the cluster's own
 * account may be written: whoever takes over a pod cannot copy weights to a bucket elsewhere by this way.
 *
 * @see https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-s3.html
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-resourceaccount
 */
function s3EndpointPolicy(scope: Construct, provider?: TerraformProvider): string {
  const { accountId } = new DataAwsCallerIdentity(scope, 'EndpointAccount', { provider });
  const everyone = { Principal: '*', Resource: '*' };
  return policyJson({
    Version: '2012-10-17',
    Statement: [
      { Sid: 'Use', Effect: 'Allow', ...everyone, Action: 's3:*' },
      {
        Sid: 'WriteToOwnAccountOnly',
        Effect: 'Deny',
        ...everyone,
        Action: ['s3:Put*', 's3:Create*', 's3:Delete*', 's3:Replicate*', 's3:Restore*', 's3:AbortMultipartUpload'],
        Condition: { StringNotEquals: { 'aws:ResourceAccount': accountId } },
      },
    ],
  });
}
