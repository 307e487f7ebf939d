import { hasToken } from '../../core/tokens';
import { Fault, fault } from '../../units/fault';
import { givenValue } from '../../units/number-faults';

/** An issuer of Microsoft Entra ID, of any of its clouds, whose tokens name a tenant. */
const ENTRA = /^https:\/\/login\.(?:microsoftonline\.(?:com|us)|partner\.microsoftonline\.cn)\/([^/]*)(?:\/|$)/i;
const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** An issuer of Cognito: the region, and the id of a user pool, which begins with the region it is in. */
const COGNITO = /^https:\/\/cognito-idp\.(.*?)\.amazonaws\.com(?:\.cn)?\/(.*)$/is;

/**
 * Issuers of known providers that no token names, so that nobody would be let in.
 *
 * @see https://learn.microsoft.com/en-us/entra/identity-platform/access-token-claims-reference: `iss`
 * @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UserPoolType.html: `Id`
 *
 * @internal
 */
export function issuerFaults(property: string, issuer: string): Fault[] {
  if (hasToken(issuer) || typeof issuer !== 'string') return [];
  const [, tenant] = ENTRA.exec(issuer) ?? [];
  if (tenant !== undefined && !GUID.test(tenant)) {
    const reason =
      `${property} names the tenant ${givenValue(tenant)}, which no token of Microsoft Entra ID does, so that nobody would be let in: each names the id ` +
      "of the caller's tenant; give that id, e.g. 'aaaabbbb-0000-cccc-1111-dddd2222eeee', in lower case";
    return [fault('ISSUER_OF_NO_TOKEN', property, reason)];
  }
  const [, region, pool] = COGNITO.exec(issuer) ?? [];
  if (region === undefined || (pool.startsWith(`${region}_`) && /_[0-9a-zA-Z]+$/.test(pool))) return [];
  const reason =
    `${property} is the user pool ${givenValue(pool)} in region ${givenValue(region)}, where no such pool is, so that nobody would be let in: its id ` +
    "begins with the region that it is in, as 'eu-central-1_EXAMPLE' does; give the region and the id of one pool";
  return [fault('ISSUER_OF_NO_TOKEN', property, reason)];
}
