import { Fault, fault } from '../units/fault';
import { allOf } from '../units/unreadable';
import { awsArn, foreignRoleArnFaults } from './aws-arn';
import { imageFaults } from './container-image';
import { rolesAnywhereArnFaults } from './roles-anywhere';
import { SiteIdentity } from './site-identity';
import { hasToken } from './tokens';

/**
 * How pods outside AWS change the certificate of their site for credentials of its role, for an hour each time, when they need them: by AWS's own helper, which
 * the AWS CLI runs (`credential_process`). A renewed certificate counts from the next time on.
 *
 * @see https://docs.aws.amazon.com/rolesanywhere/latest/userguide/credential-helper.html
 */
export interface RolesAnywhereCredentials {
  /** Whom the site is to AWS: `of(site)` of `SiteIdentities`, or the same as texts. None of it is secret. */
  readonly identity: SiteIdentity;
  /**
   * Image of the AWS CLI in which `aws_signing_helper` is on the path: AWS's own of the CLI has no helper, and that of the helper has no CLI and no shell.
   * docs/site-identity.md has its Dockerfile. Workloads take it in place of their `awsCliImage` unless that is given.
   */
  readonly image: string;
}

/**
 * The faults of how a certificate is changed for credentials.
 *
 * @internal
 */
export function rolesAnywhereFaults(property: string, given: RolesAnywhereCredentials): Fault[] {
  const { trustAnchorArn, profileArn, roleArn } = given.identity;
  const at = (name: string) => `${property}.identity.${name}`;
  return allOf(
    () => rolesAnywhereArnFaults(at('trustAnchorArn'), 'trust-anchor', trustAnchorArn),
    () => rolesAnywhereArnFaults(at('profileArn'), 'profile', profileArn),
    () => foreignRoleArnFaults(at('roleArn'), roleArn),
    () => placeFaults(at('profileArn'), given.identity),
    () => imageFaults(`${property}.image`, given.image),
  );
}

/** The helper refuses an anchor and a profile of two regions, and Roles Anywhere a profile and a role of two accounts. */
function placeFaults(property: string, { trustAnchorArn, profileArn, roleArn }: SiteIdentity): Fault[] {
  const [anchor, profile, role] = [trustAnchorArn, profileArn, roleArn].map((arn) =>
    hasToken(arn) ? undefined : awsArn(arn),
  );
  if (profile === undefined) return [];
  const regions =
    anchor === undefined || anchor.region === profile.region
      ? []
      : [
          fault(
            'ARN_OF_OTHER_REGION',
            property,
            `${property} is of region ${profile.region}, but trustAnchorArn of ${anchor.region}; give those of one region`,
          ),
        ];
  const others = [anchor, role].flatMap((each) =>
    each === undefined || each.account === profile.account ? [] : [each.account],
  );
  if (others.length === 0) return regions;
  const reason = `${property} is of account ${profile.account}, but the anchor or the role of ${others[0]}; give those of one account`;
  return [...regions, fault('ARN_OF_OTHER_ACCOUNT', property, reason)];
}
