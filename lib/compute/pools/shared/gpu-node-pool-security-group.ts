import { SecurityGroup } from '@cdktf/provider-aws/lib/security-group';
import { VpcSecurityGroupEgressRule } from '@cdktf/provider-aws/lib/vpc-security-group-egress-rule';
import { VpcSecurityGroupIngressRule } from '@cdktf/provider-aws/lib/vpc-security-group-ingress-rule';
import { ITerraformDependable, TerraformProvider } from 'cdktf';
import { Construct } from 'constructs';
import { escapeTemplate } from '../../../core/template-escape';

/** A security group for EFA, and what must exist before a node uses it. */
interface EfaSecurityGroup {
  readonly id: string;
  readonly ready: ITerraformDependable[];
}

/**
 * The security group that EFA needs: all traffic from itself and, as a separate rule, to itself. Egress to 0.0.0.0/0 is not enough,
 * because EFA traffic has no IP address.
 *
 * The rules are separate resources, so that the group can be deleted although it refers to itself.
 *
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/efa-start.html#efa-start-security
 *
 * @internal
 */
export function efaSecurityGroup(
  scope: Construct,
  props: {
    readonly name: string;
    readonly vpcId: string;
    readonly tags: { [key: string]: string };
    readonly provider?: TerraformProvider;
  },
): EfaSecurityGroup {
  const { provider, tags } = props;
  const group = new SecurityGroup(scope, 'EfaSecurityGroup', {
    provider,
    namePrefix: `${props.name.slice(0, 60)}-efa-`,
    description: `EFA between the nodes of GPU pool ${props.name}`,
    vpcId: escapeTemplate(props.vpcId),
    tags,
    lifecycle: { createBeforeDestroy: true },
  });
  const rule = { provider, securityGroupId: group.id, referencedSecurityGroupId: group.id, ipProtocol: '-1', tags };
  return {
    id: group.id,
    ready: [
      new VpcSecurityGroupIngressRule(scope, 'EfaFromSelf', { ...rule, description: 'EFA from the nodes of the pool' }),
      new VpcSecurityGroupEgressRule(scope, 'EfaToSelf', { ...rule, description: 'EFA to the nodes of the pool' }),
    ],
  };
}
