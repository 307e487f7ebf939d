import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { IamRolePolicyAttachment } from '@cdktf/provider-aws/lib/iam-role-policy-attachment';
import { TerraformProvider, TerraformResource } from 'cdktf';
import { Construct } from 'constructs';
import { createHash } from 'crypto';
import { IAwsRole } from './aws-role';
import { policyJson } from './policy-json';
import { PolicyStatement } from './policy-statement';
import { escapeTemplate } from './template-escape';
import { resolvedValue } from './resolved-value';

/**
 * What a role may do beside what it was granted.
 *
 * @internal
 */
export interface AddedPolicies {
  readonly statements: readonly PolicyStatement[];
  /** ARNs of policies that exist. */
  readonly managed: readonly string[];
  /** The provider of the role, if it is not one of this library. */
  readonly provider?: TerraformProvider;
}

/**
 * Lets a role do more, by policies beside it; called once for a role.
 *
 * @internal
 */
export function addRolePolicies(role: IAwsRole, { statements, managed, provider: other }: AddedPolicies): void {
  const scope = role as unknown as Construct;
  const provider = providerOf(role) ?? other;
  if (statements.length > 0) {
    const policy = policyJson({ Version: '2012-10-17', Statement: statements.map(statementOf) });
    new IamRolePolicy(scope, 'Added', { provider, name: 'added', role: role.roleName, policy });
  }
  for (const policyArn of managed) {
    // Not by its position: to remove one must touch no other.
    const text = String(resolvedValue(scope, policyArn));
    const id = `Managed-${createHash('sha256').update(text).digest('hex').slice(0, 8)}`;
    new IamRolePolicyAttachment(scope, id, { provider, role: role.roleName, policyArn: escapeTemplate(policyArn) });
  }
}

/** Conditions with one operator are one object of IAM. */
function statementOf({ sid, actions, resources, conditions = [] }: PolicyStatement) {
  const byOperator: { [operator: string]: { [key: string]: string[] } } = {};
  for (const { operator, key, values } of conditions) byOperator[operator] = { ...byOperator[operator], [key]: values };
  return {
    ...(sid === undefined ? {} : { Sid: sid }),
    Effect: 'Allow',
    Action: actions,
    Resource: resources,
    ...(conditions.length === 0 ? {} : { Condition: byOperator }),
  };
}

/**
 * The provider that a role is made by; it may be of another account than what it is granted, and its policies belong to its own account.
 *
 * @internal
 */
export function providerOf(role: IAwsRole): TerraformProvider | undefined {
  const made = role.node
    .findAll()
    .filter((child) => TerraformResource.isTerraformResource(child))
    .find((child) => child.terraformResourceType === IamRole.tfResourceType);
  return made?.provider;
}
