import { DataAwsPartition } from '@cdktf/provider-aws/lib/data-aws-partition';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicyAttachment } from '@cdktf/provider-aws/lib/iam-role-policy-attachment';
import { Fn, ITerraformDependable, TerraformProvider, Token } from 'cdktf';
import { Construct } from 'constructs';
import { kubernetesName } from '../../core/naming';
import { RoleOptions } from '../../core/role-options';
import { policyJson } from '../../core/policy-json';
import { escapeTemplate } from '../../core/template-escape';
import { ec2Principal } from './partition-names';

/** Properties of `ClusterRole`. */
interface ClusterRoleProps {
  /** Beginning of the role's name. */
  readonly name: string;
  readonly description: string;
  /** Service that assumes the role. */
  readonly service: 'ec2' | 'eks';
  /** Names of AWS's own policies. */
  readonly managedPolicies: string[];
  /** What all roles of the cluster have. @default - no boundary, path '/' */
  readonly options?: RoleOptions;
  readonly tags: { [key: string]: string };
  readonly provider?: TerraformProvider;
}

/**
 * The attributes of a role for the options that all roles of a cluster have.
 *
 * @internal
 */
export function roleAttributes({ permissionsBoundary, path }: RoleOptions = {}) {
  return {
    permissionsBoundary: permissionsBoundary && escapeTemplate(permissionsBoundary),
    path: path && escapeTemplate(path),
  };
}

/**
 * A role that a service takes on for a cluster, made by the library or not.
 */
export interface UsedRole {
  readonly roleArn: string;
  readonly roleName: string;
  /** What must exist before the role is used, and until it is no longer used. */
  readonly ready: ITerraformDependable[];
}

/**
 * The role that was given, whose policies are its owner's, or else a new one.
 *
 * @internal
 */
export function usedRole(scope: Construct, id: string, given: string | undefined, props: ClusterRoleProps): UsedRole {
  if (given === undefined) return new ClusterRole(scope, id, props);
  const roleArn = escapeTemplate(given);
  return { roleArn, roleName: roleNameOf(roleArn), ready: [] };
}

/** What follows the last slash: a path may stand before it. */
function roleNameOf(roleArn: string): string {
  return Token.isUnresolved(roleArn)
    ? Token.asString(Fn.element(Fn.reverse(Fn.split('/', roleArn)), 0))
    : roleArn.slice(roleArn.lastIndexOf('/') + 1);
}

/**
 * A role that a service takes on for a cluster: the control plane's, or that of its system nodes.
 */
export class ClusterRole extends Construct implements UsedRole {
  public readonly roleArn: string;
  public readonly roleName: string;
  /** What must exist before the role is used, and until it is no longer used. */
  public readonly ready: ITerraformDependable[];

  public constructor(scope: Construct, id: string, props: ClusterRoleProps) {
    super(scope, id);
    const { provider, tags } = props;
    const partitions = new DataAwsPartition(this, 'Partition', { provider });
    const principal = props.service === 'ec2' ? ec2Principal(this, partitions, provider) : 'eks.amazonaws.com';
    const role = new IamRole(this, 'Resource', {
      provider,
      // IAM takes at most 38 characters as a prefix. Roles are global: a cluster of the same name may exist in two regions.
      namePrefix: `${kubernetesName(props.name, 37)}-`,
      description: props.description,
      ...roleAttributes(props.options),
      assumeRolePolicy: policyJson({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: principal } }],
      }),
      tags,
    });
    this.roleArn = role.arn;
    this.roleName = role.name;
    this.ready = props.managedPolicies.map(
      (policy) =>
        new IamRolePolicyAttachment(this, policy, {
          provider,
          role: role.name,
          policyArn: `arn:${partitions.partition}:iam::aws:policy/${policy}`,
        }),
    );
  }
}
