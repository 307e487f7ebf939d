import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { TerraformResource } from 'cdktf';
import { Construct } from 'constructs';
import { IAwsRole } from '../core/aws-role';
import { IModelStore } from '../core/model-store';
import { policyJson } from '../core/policy-json';

const ID = 'Manifest';

/**
 * Lets a role write the manifest of a model's version where there is none, and neither replace nor delete it. The role outlives its Job, and
 * whoever may make a pod in the namespace can act with it; what they change in a complete version then does not match its manifest, so that no
 * server takes it.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
 *
 * @param role the role of the import
 * @param store the store
 * @param folder folder of the version
 *
 * @internal
 */
export function guardManifest(role: IAwsRole, store: IModelStore, folder: string): void {
  const made = role.node.findAll().find((child) => TerraformResource.isTerraformResource(child));
  const refused = { Effect: 'Deny', Resource: [`${store.bucketArn}/${folder}/SHA256SUMS`] };
  role.node.tryRemoveChild(ID);
  new IamRolePolicy(role as unknown as Construct, ID, {
    provider: (made as TerraformResource | undefined)?.provider,
    name: ID,
    role: role.roleName,
    policy: policyJson({
      Version: '2012-10-17',
      Statement: [
        // Neither does an upload in parts begin, which names no condition before its end: a manifest is small.
        { Sid: 'WriteOnce', ...refused, Action: ['s3:PutObject'], Condition: { Null: { 's3:if-none-match': 'true' } } },
        { Sid: 'Keep', ...refused, Action: ['s3:DeleteObject'] },
      ],
    }),
  });
}
