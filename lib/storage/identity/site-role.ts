import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { RolesanywhereProfile } from '@cdktf/provider-aws/lib/rolesanywhere-profile';
import { TerraformProvider } from 'cdktf';
import { Construct } from 'constructs';
import { IAwsRole } from '../../core/aws-role';
import { kubernetesName } from '../../core/naming';
import { policyJson } from '../../core/policy-json';
import { RoleOptions } from '../../core/role-options';
import { rolesAnywhereTrust, subjectTag } from '../../core/roles-anywhere';
import { escapeTemplate } from '../../core/template-escape';

/** How long credentials last, in seconds: pods change their certificate again whenever they need some. */
const SESSION_SECONDS = 3600;
/** Longest that the role lets them, which must not be less than its profiles give. */
const LONGEST_SECONDS = 2 * SESSION_SECONDS;

/** Properties of `SiteRole`. */
interface SiteRoleProps {
  readonly site: string;
  readonly trustAnchorArn: string;
  readonly commonName: string;
  readonly organizationalUnit?: string;
  readonly isRevoked: boolean;
  readonly options?: RoleOptions;
  readonly tags: { [key: string]: string };
  readonly provider?: TerraformProvider;
}

/**
 * The role of one site and its profile, which no other site has. All that is made for a site is in here.
 *
 * @internal
 */
export class SiteRole extends Construct implements IAwsRole {
  public readonly roleName: string;
  public readonly roleArn: string;
  public readonly profileArn: string;

  public constructor(scope: Construct, id: string, props: SiteRoleProps) {
    super(scope, id);
    const { site, provider, tags, isRevoked, organizationalUnit } = props;
    const { permissionsBoundary, path } = props.options ?? {};
    const role = new IamRole(this, 'Resource', {
      provider,
      // IAM takes at most 38 characters as a prefix.
      namePrefix: `${kubernetesName(`site-${site}`, 37)}-`,
      description: `Site ${site}, outside AWS`,
      permissionsBoundary: permissionsBoundary && escapeTemplate(permissionsBoundary),
      path: path && escapeTemplate(path),
      maxSessionDuration: LONGEST_SECONDS,
      assumeRolePolicy: policyJson({
        Version: '2012-10-17',
        Statement: [
          rolesAnywhereTrust(props.trustAnchorArn, ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'], {
            [subjectTag('CN')]: props.commonName,
            ...(organizationalUnit === undefined ? {} : { [subjectTag('OU')]: organizationalUnit }),
          }),
        ],
      }),
      tags,
    });
    this.roleName = role.name;
    this.roleArn = role.arn;
    if (isRevoked) {
      // The profile gives no more sessions; those that it gave before end here, without knowing when that was.
      new IamRolePolicy(this, 'Revoked', {
        provider,
        role: role.name,
        name: 'revoked',
        policy: policyJson({
          Version: '2012-10-17',
          Statement: [{ Sid: 'Revoked', Effect: 'Deny', Action: '*', Resource: '*' }],
        }),
      });
    }
    this.profileArn = new RolesanywhereProfile(this, 'Profile', {
      provider,
      name: kubernetesName(`site-${site}`, 255),
      enabled: !isRevoked,
      durationSeconds: SESSION_SECONDS,
      roleArns: [role.arn],
      tags,
    }).arn;
  }
}
