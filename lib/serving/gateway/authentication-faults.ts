import { isSubdomain } from '../../core/naming';
import { SecretReference, secretFaults, secretKeyFaults } from '../../core/secret-reference';
import { concreteFault, hasToken } from '../../core/tokens';
import { plainUrlFaults } from '../../core/url-faults';
import { isServiceHost } from '../../kubernetes/network-access';
import { Fault, fault } from '../../units/fault';
import { givenValue } from '../../units/number-faults';
import { allOf } from '../../units/unreadable';
import { CertificateAuthority } from './certificate-authority';
import { InferenceGatewayProps } from './inference-gateway-props';
import { issuerFaults } from './issuer-faults';
import { knownTexts, textFaults } from './text-faults';

/** Names of callers: in file names, logs and limits. */
const CLIENT = /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;

/** The faults of how callers show who they are. @internal */
export function authenticationFaults({ authentication, networkPolicy = true }: InferenceGatewayProps): Fault[] {
  const { keys, jwtOptions } = authentication ?? {};
  if (jwtOptions) {
    const { issuer, audiences, keysUrl, keysAuthority, clientClaim } = jwtOptions;
    const at = 'authentication.jwtOptions';
    return allOf(
      () => concreteFault(`${at}.keysUrl`, keysUrl, 'the host that the gateway connects to is taken from it'),
      () => plainUrlFaults(`${at}.keysUrl`, keysUrl, 'public keys need no secret'),
      () => plainHostFaults(`${at}.keysUrl`, keysUrl, keysAuthority),
      () => (networkPolicy ? apiServerFaults(`${at}.keysUrl`, keysUrl) : []),
      () => authorityFaults(`${at}.keysAuthority`, keysAuthority),
      () => textFaults(`${at}.issuer`, issuer),
      () => issuerFaults(`${at}.issuer`, issuer),
      () => audienceFaults(`${at}.audiences`, audiences),
      () => (clientClaim === undefined ? [] : textFaults(`${at}.clientClaim`, clientClaim)),
    );
  }
  if (keys === undefined) return [];
  if (Object.keys(keys).length === 0) {
    const reason =
      'a gateway without callers lets nobody in; name at least one with the secret of its key, ' +
      "e.g. { chat: { name: 'callers', key: 'chat' } }, or leave authentication out";
    return [fault('EMPTY_LIST', 'authentication.keys', reason)];
  }
  return Object.entries(keys).flatMap(([client, secret]) =>
    allOf(
      () => (CLIENT.test(client) ? [] : [clientFault(client)]),
      () => secretFaults(`authentication.keys.${client}`, secret),
      () => concreteFault(`authentication.keys.${client}`, secret, 'volumes are made from it'),
    ),
  );
}

/** An empty one is in no token. */
function audienceFaults(at: string, audiences: string[]): Fault[] {
  const faults = knownTexts(at, audiences, 'who tokens are for: any of the issuer would do');
  return faults.length > 0 ? faults : audiences.flatMap((each, i) => textFaults(`${at}[${i}]`, each));
}

function clientFault(client: string): Fault {
  const reason = `the name of a caller must have 1 to 63 letters, digits, '-', '_' or '.'; got ${givenValue(client)}`;
  return fault('INVALID_NAME', 'authentication.keys', reason);
}

/** Of what is not encrypted. */
function plainHostFaults(property: string, url: string, authority: CertificateAuthority | undefined): Fault[] {
  const host = hostOf(url);
  if (host === undefined || !/^http:/i.test(url)) return [];
  if (!isServiceHost(host)) {
    const reason =
      `${property} must begin with https:// or be that of a Service of the cluster, http://<service>.<namespace>.svc: whoever changes the keys on ` +
      `their way lets himself in; got ${givenValue(url)}`;
    return [fault('INVALID_FORMAT', property, reason)];
  }
  if (authority === undefined) return [];
  const reason = `keysAuthority is of no use to ${givenValue(url)}, which is not encrypted; write https://, or leave keysAuthority out`;
  return [fault('CONFLICTING_PROPERTIES', property, reason)];
}

/** The API server is behind a Service, and no pod of any namespace. */
function apiServerFaults(property: string, url: string): Fault[] {
  const host = hostOf(url);
  if (host === undefined || !/^kubernetes(\.default(\.svc(\.cluster\.local)?)?)?\.?$/.test(host)) return [];
  const reason =
    `${property} is the API server of the cluster, which is no pod that a network policy could name, and gives its keys to nobody without a token; ` +
    `use the address that the cluster publishes them at (on EKS the issuer of its service accounts, with /keys), or set networkPolicy: false; got ${givenValue(url)}`;
  return [fault('KEYS_OF_API_SERVER', property, reason)];
}

/** @internal */
export function authorityFaults(property: string, authority: CertificateAuthority | undefined): Fault[] {
  if (authority === undefined) return [];
  const { reference, isSecret } = authority;
  const at = `${property}.reference`;
  return allOf(
    () => (isSecret || typeof reference !== 'object' ? secretFaults(at, reference) : configMapFaults(at, reference)),
    () => concreteFault(at, reference, 'a volume is made from it'),
  );
}

function configMapFaults(at: string, { name, key }: SecretReference): Fault[] {
  return allOf(
    () =>
      hasToken(name) || isSubdomain(name)
        ? []
        : [fault('INVALID_NAME', `${at}.name`, `${at}.name must be the name of a config map; got ${givenValue(name)}`)],
    () => secretKeyFaults(`${at}.key`, key),
  );
}

function hostOf(url: string): string | undefined {
  return hasToken(url) || typeof url !== 'string' || !URL.canParse(url) ? undefined : new URL(url).hostname;
}
