import { Construct } from 'constructs';
import { placeAt } from '../../core/aws-provider';
import { IAwsRole } from '../../core/aws-role';
import { throwIfOfOtherKinds, throwIfRefused, throwOfCall, ValidationError } from '../../core/errors';
import { trustAnchor } from '../../core/roles-anywhere';
import { SiteIdentity } from '../../core/site-identity';
import { awsTags } from '../../core/tags';
import { checkArguments } from '../../units/argument-faults';
import { fault } from '../../units/fault';
import { SiteIdentitiesProps } from './site-identities-props';
import { siteIdentitiesFaults } from './site-identity-faults';
import { SiteRole } from './site-role';

/**
 * Whom sites outside AWS are to the cloud: each has a role and a profile of IAM Roles Anywhere of its own, for its own certificate, and may read its models and
 * nothing else. No key is made, and nothing is shared: a site is revoked, added or taken away without a change to what another one has.
 *
 * It is made in the cloud's stack. A site needs `of(site)`, none of which is secret, and its certificate, which its own issuer renews.
 *
 * @see docs/site-identity.md
 * @see https://docs.aws.amazon.com/rolesanywhere/latest/userguide/trust-model.html
 */
export class SiteIdentities extends Construct {
  /** ARN of the anchor of the authority that issues the certificates of the sites. */
  public readonly trustAnchorArn: string;
  /** Names of the sites that are not revoked, in their order: those that a hub expects and a gateway knows. */
  public readonly activeSites: string[];
  readonly #roles: Map<string, SiteRole>;

  /**
   * @param scope parent
   * @param id id within the parent
   * @param props the sites
   */
  public constructor(scope: Construct, id: string, props: SiteIdentitiesProps) {
    throwIfOfOtherKinds(scope, 'SiteIdentitiesProps', props, id, (given) => new SiteIdentities(scope, id, given));
    super(scope, id);
    const { provider, modelStore, sites, revoked = [] } = props;
    throwIfRefused(this, siteIdentitiesFaults(props, placeAt(this, provider)));
    const tags = awsTags({}, props.tags);
    this.activeSites = sites.filter((site) => !revoked.includes(site));
    this.trustAnchorArn = trustAnchor(this, 'TrustAnchor', {
      ...{ provider, tags, name: id },
      ...{ certificateAuthority: props.certificateAuthority, trustAnchorArn: props.trustAnchorArn },
    });
    this.#roles = new Map(
      sites.map((site) => [
        site,
        new SiteRole(this, site, {
          ...{ site, provider, tags, trustAnchorArn: this.trustAnchorArn, options: props.roleOptions },
          commonName: props.commonNames?.[site] ?? site,
          organizationalUnit: props.organizationalUnit,
          isRevoked: revoked.includes(site),
        }),
      ]),
    );
    for (const [site, role] of this.#roles) {
      const models = props.modelsBySite?.[site] ?? props.models;
      if (models === undefined) modelStore.grantRead(role);
      else for (const model of models) modelStore.grantRead(role, model);
    }
  }

  /**
   * What a site needs to know to change its certificate for credentials. Throws a `ValidationError` for a site that is not in `sites`.
   *
   * @param site name of the site
   */
  public of(site: string): SiteIdentity {
    const { roleArn, profileArn } = this.#roleOf(site);
    return { site, trustAnchorArn: this.trustAnchorArn, profileArn, roleArn };
  }

  /**
   * The role of a site, for what it may do beside reading its models. Throws a `ValidationError` for a site that is not in `sites`.
   *
   * @param site name of the site
   */
  public roleOf(site: string): IAwsRole {
    return this.#roleOf(site);
  }

  #roleOf(site: string): SiteRole {
    const role = this.#roles.get(site);
    if (role !== undefined) return role;
    const known = [...this.#roles.keys()].map((each) => `'${each}'`).join(', ');
    throw new ValidationError(this, [fault('UNKNOWN_VALUE', 'site', `site must be one of ${known}; got '${site}'`)]);
  }
}

checkArguments('SiteIdentities', SiteIdentities, throwOfCall);
