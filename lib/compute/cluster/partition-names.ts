import { DataAwsPartition } from '@cdktf/provider-aws/lib/data-aws-partition';
import { Fn, TerraformLocal, TerraformProvider, Token } from 'cdktf';
import { Construct } from 'constructs';
import { partitionOf, regionAt } from '../../core/aws-provider';

const CHINA = 'aws-cn';

/**
 * What EC2 is called in a policy of trust. In China EKS takes no role for nodes that trusts EC2 by the name that it has elsewhere; the names of
 * other services are the same everywhere.
 *
 * @param scope where the policy is
 * @param partition its partition, asked where the region is known only to Terraform
 * @param provider its provider @default - the default one of its stack
 *
 * @see https://github.com/terraform-aws-modules/terraform-aws-eks/issues/3389
 * @see https://github.com/awslabs/cdk-eks-blueprints/issues/558
 *
 * @internal
 */
export function ec2Principal(scope: Construct, partition: DataAwsPartition, provider?: TerraformProvider): string {
  const [inChina, elsewhere] = ['ec2.amazonaws.com.cn', 'ec2.amazonaws.com'];
  const known = partitionOf(regionAt(scope, provider));
  if (known !== undefined) return known === CHINA ? inChina : elsewhere;
  // Quotes of an expression would end the text of a policy for those who read it as JSON.
  return new TerraformLocal(scope, 'Ec2Principal', inPartition(partition, inChina, elsewhere)).asString;
}

/** Services whose endpoints begin with the partition's own domain, wherever that is. Those of other services do so in China only. */
const BY_DOMAIN = ['ecr.api', 'ecr.dkr'];

/**
 * The name of the interface endpoint of a service. Gateways are called `com.amazonaws.<region>.<service>` everywhere.
 *
 * @see https://github.com/aws/aws-cdk/pull/25333
 * @see https://github.com/aws/aws-cdk/blob/main/packages/aws-cdk-lib/aws-ec2/lib/vpc-endpoint.ts
 *
 * @internal
 */
export function interfaceEndpoint(service: string, region: string, partition: DataAwsPartition): string {
  const domain = BY_DOMAIN.includes(service)
    ? partition.reverseDnsPrefix
    : inPartition(partition, 'cn.com.amazonaws', 'com.amazonaws');
  return `${domain}.${region}.${service}`;
}

function inPartition(partition: DataAwsPartition, inChina: string, elsewhere: string): string {
  return Token.asString(Fn.lookup({ [CHINA]: inChina }, partition.partition, elsewhere));
}
