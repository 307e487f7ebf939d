import { secretFaults, secretNameFaults } from '../../../core/secret-reference';
import { concreteFault } from '../../../core/tokens';
import { plainUrlFaults } from '../../../core/url-faults';
import { Fault, fault } from '../../../units/fault';
import { givenValue, wholeAmountFault, wholeNumberFault } from '../../../units/number-faults';
import { allOf } from '../../../units/unreadable';
import { authorityFaults } from '../authentication-faults';
import { nameFaults } from '../backend-faults';
import { InferenceGatewayProps } from '../inference-gateway-props';
import { replicasOf } from '../resolve-gateway';
import { CloudUpstream } from './cloud-upstream';

const AT = 'edgeRouting.props.cloud';
const WHY = "Envoy's configuration is made from it";
const MOST_REQUESTS = 1_000_000;
const MOST_RETRIES = 10;
const MOST_FAILURES = 1000;
const LONGEST_SECONDS = 86_400;

/**
 * What is wrong with the cloud of a site.
 *
 * @param cloud the cloud
 * @param props the gateway of the site
 * @param name its name
 * @param namespace its namespace
 *
 * @internal
 */
export function cloudFaults(
  cloud: CloudUpstream,
  props: InferenceGatewayProps,
  name: string,
  namespace: string,
): Fault[] {
  const least = replicasOf(props);
  const shared = (property: 'maxRequests' | 'maxWaiting') =>
    allOf(
      () => concreteFault(`${AT}.${property}`, cloud[property], 'the pods of the gateway share it'),
      () => sharedFaults(`${AT}.${property}`, cloud[property], least),
    );
  return allOf(
    () => urlFaults(cloud.url, props, name, namespace),
    () => cloud.models.flatMap((model, i) => nameFaults(`${AT}.models[${i}]`, model)),
    () => authorityFaults(`${AT}.authority`, cloud.authority),
    () => credentialFaults(cloud, props),
    () => shared('maxRequests'),
    () => shared('maxWaiting'),
    () => wholeNumberFault(`${AT}.retries`, cloud.retries, 0, MOST_RETRIES),
    () => wholeNumberFault(`${AT}.retryBudgetPercent`, cloud.retryBudgetPercent, 1, 100),
    () => secondsFaults(`${AT}.tryTimeout`, cloud.tryTimeout),
    () => wholeNumberFault(`${AT}.breaker.failures`, cloud.breaker?.failures, 1, MOST_FAILURES),
    () => secondsFaults(`${AT}.breaker.openFor`, cloud.breaker?.openFor),
  );
}

/** Of a number that the pods of a gateway share. @internal */
export function sharedFaults(property: string, value: number | undefined, least: number): Fault[] {
  const faults = wholeNumberFault(property, value, 1, MOST_REQUESTS);
  if (faults.length > 0 || value === undefined || value >= least) return faults;
  const reason = `${property} must be at least ${least}, one for each pod of the gateway, which share it; got ${value}; raise it, or lower replicas`;
  return [fault('OUT_OF_RANGE', property, reason)];
}

/** @internal */
export function secondsFaults(
  property: string,
  given: { toSeconds(): number } | undefined,
  most = LONGEST_SECONDS,
): Fault[] {
  if (given === undefined) return [];
  return wholeAmountFault(property, given.toSeconds(), 'seconds', `${given}`, 1, most);
}

function urlFaults(url: string, props: InferenceGatewayProps, name: string, namespace: string): Fault[] {
  const at = `${AT}.url`;
  const unknown = allOf(
    () => concreteFault(at, url, WHY),
    () => plainUrlFaults(at, url, 'the key of the site is apiKey'),
  );
  if (unknown.length > 0) return unknown;
  const { protocol, hostname, search, hash } = new URL(url);
  if (protocol !== 'https:' || search !== '' || hash !== '') {
    const reason =
      `${at} must begin with https:// and be the base URL alone, without a question mark or a number sign: what leaves the site is encrypted; got ${givenValue(url)}; ` +
      "for example 'https://models.example.com/v1'";
    return [fault('INVALID_FORMAT', at, reason)];
  }
  const own = ownNames(props, name, namespace).find((each) => each === hostname.replace(/\.$/, ''));
  if (own === undefined) return [];
  const reason =
    `${at} is this gateway itself, by its name '${own}': a request that its site does not answer would come back to it; give the URL of the gateway ` +
    `of the cloud; got ${givenValue(url)}`;
  return [fault('CLOUD_IS_ITSELF', at, reason)];
}

/** What leads to the gateway within its cluster, and the names of its certificate. */
function ownNames({ tls }: InferenceGatewayProps, name: string, namespace: string): string[] {
  const within = [`${name}.${namespace}`, `${name}.${namespace}.svc`, `${name}.${namespace}.svc.cluster.local`];
  return [name, ...within, ...(tls?.requested?.dnsNames ?? []), 'localhost', '127.0.0.1'];
}

function credentialFaults(
  { apiKey, clientCertificate }: CloudUpstream,
  { authentication }: InferenceGatewayProps,
): Fault[] {
  if (apiKey === undefined && clientCertificate === undefined) {
    const reason = `${AT} has neither apiKey nor clientCertificate, by which the cloud would know this site; give one of them, as the name of a secret`;
    return [fault('NO_CLOUD_CREDENTIAL', AT, reason)];
  }
  return allOf(
    () => secretFaults(`${AT}.apiKey`, apiKey),
    () => concreteFault(`${AT}.apiKey`, apiKey, 'a volume is made from it'),
    () => (clientCertificate === undefined ? [] : secretNameFaults(`${AT}.clientCertificate`, clientCertificate)),
    () => concreteFault(`${AT}.clientCertificate`, clientCertificate, 'a volume is made from it'),
    () => {
      const caller = Object.entries(authentication?.keys ?? {}).find(
        ([, { name, key }]) => name === apiKey?.name && key === apiKey.key,
      );
      if (caller === undefined) return [];
      const reason =
        `${AT}.apiKey is the key of caller '${caller[0]}' of this gateway, and keys of callers never leave the site; give the site a key of its own in ` +
        'the cloud';
      return [fault('CLOUD_KEY_OF_CALLER', `${AT}.apiKey`, reason)];
    },
  );
}
