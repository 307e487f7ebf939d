import { DataAwsCallerIdentity } from '@cdktf/provider-aws/lib/data-aws-caller-identity';
import { DataAwsPartition } from '@cdktf/provider-aws/lib/data-aws-partition';
import { SecurityGroup } from '@cdktf/provider-aws/lib/security-group';
import { VpcEndpoint } from '@cdktf/provider-aws/lib/vpc-endpoint';
import { VpcSecurityGroupIngressRule } from '@cdktf/provider-aws/lib/vpc-security-group-ingress-rule';
import { ITerraformDependable, Lazy, TerraformProvider } from 'cdktf';
import { Construct } from 'constructs';
import { awsTags } from '../../core/tags';
import { foreignBuckets } from '../../core/written-buckets';
import { endpointPolicy } from './endpoint-policies';
import { interfaceEndpoint } from './partition-names';

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
  readonly partition: DataAwsPartition;
  /** Whether the endpoints refuse to write to other accounts. */
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
  const account = props.endpointPolicies
    ? new DataAwsCallerIdentity(scope, 'EndpointAccount', { provider })
    : undefined;
  const policy = (name: string) => account && endpointPolicy(name, account.accountId);
  const cluster = scope.node.scope ?? scope;
  // What pods write may be granted later.
  const s3Policy = account && {
    produce: () => endpointPolicy('s3', account.accountId, foreignBuckets(cluster)),
  };

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
    serviceName: `com.amazonaws.${props.region}.s3`,
    vpcEndpointType: 'Gateway',
    routeTableIds: props.routeTableIds,
    policy: s3Policy && Lazy.stringValue(s3Policy),
    tags: tags('s3'),
  });
  const interfaces = INTERFACE_SERVICES.map(
    (name) =>
      new VpcEndpoint(scope, `Endpoint-${name}`, {
        provider,
        vpcId,
        serviceName: interfaceEndpoint(name, props.region, props.partition),
        vpcEndpointType: 'Interface',
        subnetIds: props.subnetIds,
        securityGroupIds: [group.id],
        privateDnsEnabled: true,
        policy: policy(name),
        tags: tags(name),
      }),
  );
  return [s3, ...interfaces, fromVpc];
}
