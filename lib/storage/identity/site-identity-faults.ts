import { awsArn } from '../../core/aws-arn';
import { AwsPlace } from '../../core/aws-provider';
import { kubernetesNameFault } from '../../core/naming';
import { roleOptionFaults } from '../../core/role-options';
import { authorityFaults, subjectFaults } from '../../core/roles-anywhere';
import { tagFaults } from '../../core/tags';
import { knownListFaults } from '../../core/text-list';
import { concreteFault, hasToken } from '../../core/tokens';
import { duplicateFaults, repeatedIndexes } from '../../units/duplicate-faults';
import { Fault, fault } from '../../units/fault';
import { givenValue } from '../../units/number-faults';
import { allOf } from '../../units/unreadable';
import { pathFaults } from '../model-uri';
import { SiteIdentitiesProps } from './site-identities-props';

/**
 * All faults of the identities of sites.
 *
 * @param place where their resources are made
 *
 * @internal
 */
export function siteIdentitiesFaults(props: SiteIdentitiesProps, place: AwsPlace): Fault[] {
  return allOf(
    () => siteFaults(props),
    () => authorityFaults(undefined, 'SiteIdentities', props),
    () => anchorPlaceFaults(props, place),
    () => subjectFaults('organizationalUnit', props.organizationalUnit),
    () => commonNameFaults(props),
    () => revokedFaults(props),
    () => modelFaults('models', props.models),
    () => modelsBySiteFaults(props),
    () => roleOptionFaults('roleOptions', props.roleOptions, place),
    () => tagFaults(props.tags),
  );
}

function siteFaults({ sites }: SiteIdentitiesProps): Fault[] {
  const unknown = knownListFaults('sites', sites, 'each has a role of its own');
  if (unknown.length > 0) return unknown;
  if (sites.length === 0) {
    return [
      fault('EMPTY_LIST', 'sites', 'sites must name at least one site; leave SiteIdentities out where there is none'),
    ];
  }
  return allOf(
    () => sites.flatMap((site, index) => kubernetesNameFault(`sites[${index}]`, site)),
    () => duplicateFaults('sites', sites),
  );
}

/** The helper of Roles Anywhere refuses a profile of another region than that of the anchor. */
function anchorPlaceFaults({ trustAnchorArn }: SiteIdentitiesProps, place: AwsPlace): Fault[] {
  const arn = trustAnchorArn === undefined || hasToken(trustAnchorArn) ? undefined : awsArn(trustAnchorArn);
  if (arn === undefined) return [];
  const other = (
    what: string,
    own: string | undefined,
    id: 'ARN_OF_OTHER_REGION' | 'ARN_OF_OTHER_ACCOUNT',
    is: string,
  ) => {
    if (own === undefined || hasToken(own) || own === is) return [];
    const reason = `trustAnchorArn is of ${what} ${is}, but the profiles are made in ${own}, where Roles Anywhere does not find it; give an anchor of ${own}, or pass the provider of ${is}`;
    return [
      id === 'ARN_OF_OTHER_REGION'
        ? fault('ARN_OF_OTHER_REGION', 'trustAnchorArn', reason)
        : fault('ARN_OF_OTHER_ACCOUNT', 'trustAnchorArn', reason),
    ];
  };
  return allOf(
    () => other('region', place.region, 'ARN_OF_OTHER_REGION', arn.region),
    () => other('account', place.account, 'ARN_OF_OTHER_ACCOUNT', arn.account),
  );
}

/** Two sites by one name would be one. A slash stands between the values where a certificate has several common names. */
function commonNameFaults({ sites, commonNames = {} }: SiteIdentitiesProps): Fault[] {
  const unknown = concreteFault('commonNames', commonNames, 'they must differ from each other');
  if (unknown.length > 0 || !isNames(sites)) return unknown;
  const names = sites.map((site) => commonNames[site] ?? site);
  return allOf(
    () => strangerFaults('commonNames', Object.keys(commonNames), sites, (site) => `commonNames['${site}']`),
    () =>
      Object.entries(commonNames).flatMap(([site, name]) => {
        const at = `commonNames['${site}']`;
        if (typeof name !== 'string' || !name.includes('/')) return subjectFaults(at, name);
        const reason = `${at} must not contain '/', which stands between the common names of a certificate with several of them; got ${givenValue(name)}`;
        return [fault('INVALID_FORMAT', at, reason)];
      }),
    () =>
      repeatedIndexes(sites).length > 0
        ? []
        : repeatedIndexes(names).map((index) => {
            const [site, name] = [sites[index], names[index]];
            const other = sites[names.indexOf(name)];
            const at = commonNames[site] === undefined ? `commonNames['${other}']` : `commonNames['${site}']`;
            const reason = `site '${site}' and site '${other}' must not have the same common name, by which each would be the other; got '${name}' for both`;
            return fault('DUPLICATE', at, reason);
          }),
  );
}

function revokedFaults({ sites, revoked }: SiteIdentitiesProps): Fault[] {
  if (revoked === undefined) return [];
  const unknown = [
    ...concreteFault('revoked', revoked, 'each is shut out'),
    ...knownListFaults('revoked', revoked, ''),
  ];
  if (unknown.length > 0 || !isNames(sites)) return unknown.slice(0, 1);
  return allOf(
    () => strangerFaults('revoked', revoked, sites, (_, index) => `revoked[${index}]`),
    () => duplicateFaults('revoked', revoked),
  );
}

function modelsBySiteFaults({ sites, modelsBySite = {} }: SiteIdentitiesProps): Fault[] {
  const unknown = concreteFault('modelsBySite', modelsBySite, 'each site has a policy of its own');
  if (unknown.length > 0) return unknown;
  const at = (site: string) => `modelsBySite['${site}']`;
  return allOf(
    () => (isNames(sites) ? strangerFaults('modelsBySite', Object.keys(modelsBySite), sites, at) : []),
    () => Object.entries(modelsBySite).flatMap(([site, models]) => modelFaults(at(site), models)),
  );
}

function modelFaults(property: string, models: string[] | undefined): Fault[] {
  if (models === undefined) return [];
  const unknown = knownListFaults(property, models, 'each is a folder of the store');
  if (unknown.length > 0) return unknown;
  if (models.length === 0) {
    const reason = `${property} must name at least one model; leave it out to let sites read the whole store, or revoke a site that may read nothing`;
    return [fault('EMPTY_LIST', property, reason)];
  }
  return allOf(
    () => models.flatMap((model, index) => pathFaults(`${property}[${index}]`, model)),
    () => duplicateFaults(property, models),
  );
}

function strangerFaults(
  property: string,
  named: readonly string[],
  sites: readonly string[],
  at: (site: string, index: number) => string,
): Fault[] {
  return named.flatMap((site, index) => {
    if (sites.includes(site)) return [];
    const reason = `${property} must name sites of the list sites: ${sites.map((each) => `'${each}'`).join(', ')}; got '${site}'`;
    return [fault('UNKNOWN_VALUE', at(site, index), reason)];
  });
}

/** Whether what is wrong with the list is reported already. */
function isNames(sites: readonly unknown[]): sites is string[] {
  return (
    Array.isArray(sites) && sites.length > 0 && sites.every((site) => typeof site === 'string') && !hasToken(sites)
  );
}
