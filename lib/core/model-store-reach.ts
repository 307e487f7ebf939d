import { Fault, fault } from '../units/fault';
import { givenValue } from '../units/number-faults';
import { keyArnFaults } from './aws-arn';
import { IModelStore } from './model-store';
import { ModelStoreCredentials } from './model-store-credentials';
import { kubernetesNameFault } from './naming';
import { hasToken } from './tokens';
import { addWarning } from './validation';

/** A host label, as the AWS CLI takes them in endpoints and regions (botocore: `is_valid_endpoint_url`, `validate_region_name`). */
const LABEL = '(?!-)[A-Za-z0-9-]{1,63}(?<!-)';
const REGION = new RegExp(`^${LABEL}$`);
const HOST = new RegExp(`^${LABEL}(\\.${LABEL})*\\.?$`);
const ENDPOINT = /^https?:\/\/(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::(\d+))?\/?$/i;
const LAST_PORT = 65535;
/** Key of a secret: Kubernetes' `IsConfigMapKey`. */
const SECRET_KEY = /^(?!\.\.)(?!\.$)[-._a-zA-Z0-9]{1,253}$/;

/**
 * The faults of how pods reach a store, however it came about: the library's own or one that a user has written.
 *
 * @param store the store
 * @param podRegion region of the pods, in which a bucket is whose region is not said @default - not known
 *
 * @internal
 */
export function modelStoreFaults(store: IModelStore, podRegion?: string): Fault[] {
  const { endpoint, region, credentials, kmsKeyArn } = store;
  const place = { region: [region ?? podRegion].find((each) => !hasToken(each)) };
  return [
    ...(endpoint === undefined || endpoint === null ? [] : endpointFaults(endpoint)),
    ...regionFaults(region),
    ...credentialFaults(credentials),
    ...keyArnFaults('kmsKeyArn', kmsKeyArn ?? undefined, place),
  ];
}

/**
 * The fault of the URL of a store; none for a token.
 *
 * @internal
 */
export function endpointFaults(endpoint: string | undefined): Fault[] {
  const form = "an http or https URL of host and port only, e.g. 'https://s3.example.com:9000'";
  if (endpoint === undefined || endpoint === null)
    return [fault('MISSING_PROPERTY', 'endpoint', `endpoint must be given: ${form}`)];
  // A name and a password can stand before a host that is a token, too; they are not repeated here, because messages end up in logs.
  if (typeof endpoint === 'string' && /^[^/]*\/\/[^/?#]*@/.test(endpoint)) {
    const reason =
      'endpoint must not contain a user name or password, which would be in the state of Terraform; put them in the secret that ' +
      'credentials names';
    return [fault('CREDENTIALS_IN_ENDPOINT', 'endpoint', reason)];
  }
  if (hasToken(endpoint)) return [];
  const [, host, port] = (typeof endpoint === 'string' && ENDPOINT.exec(endpoint)) || [];
  if (host === undefined || !isHost(host))
    return [fault('INVALID_FORMAT', 'endpoint', `endpoint must be ${form}; got ${givenValue(endpoint)}`)];
  if (port === undefined || (Number(port) >= 1 && Number(port) <= LAST_PORT)) return [];
  return [fault('OUT_OF_RANGE', 'endpoint', `the port of endpoint must be from 1 to ${LAST_PORT}; got ${port}`)];
}

/** Addresses are left to the parser of URLs, which fails for one that is not, and fills up a short one. */
function isHost(host: string): boolean {
  if (!host.startsWith('[') && !/^[\d.]+$/.test(host)) return HOST.test(host);
  try {
    const { hostname } = new URL(`https://${host}`);
    return host.startsWith('[') || hostname === host;
  } catch {
    return false;
  }
}

/**
 * The fault of the region that requests are signed for; none for a token, or where it is not given.
 *
 * @internal
 */
export function regionFaults(region: string | undefined): Fault[] {
  if (region === undefined || region === null || hasToken(region)) return [];
  if (typeof region === 'string' && REGION.test(region)) return [];
  const reason = `region must consist of letters, digits and hyphens, e.g. 'eu-central-1'; got ${givenValue(region)}`;
  return [fault('INVALID_FORMAT', 'region', reason)];
}

/**
 * The fault of credentials that a store cannot do without and that are not given.
 *
 * @internal
 */
export function requiredCredentialFaults(credentials: ModelStoreCredentials | undefined): Fault[] {
  if (credentials !== undefined && credentials !== null) return credentialFaults(credentials);
  const reason =
    "credentials must be given, because the store does not know IAM roles, e.g. { secretName: 'store-credentials' }";
  return [fault('MISSING_PROPERTY', 'credentials', reason)];
}

/**
 * The faults of the secret that pods take their credentials from; none where it is not given.
 *
 * @internal
 */
export function credentialFaults(credentials: ModelStoreCredentials | undefined): Fault[] {
  if (credentials === undefined || credentials === null) return [];
  if (typeof credentials !== 'object' || Array.isArray(credentials)) {
    const reason = `credentials must be an object with the secret's name, e.g. { secretName: 'store-credentials' }; got ${
      typeof credentials === 'string' ? 'a text' : givenValue(credentials)
    }`;
    return [fault('INVALID_FORMAT', 'credentials', reason)];
  }
  return [...secretNameFaults(credentials.secretName), ...secretKeyFaults(credentials.key)];
}

function secretNameFaults(name: string | undefined): Fault[] {
  if (name === undefined || name === null) {
    const reason = 'credentials.secretName must be given: the name of a secret in the namespace of the pods';
    return [fault('MISSING_PROPERTY', 'credentials.secretName', reason)];
  }
  return hasToken(name) ? [] : kubernetesNameFault('credentials.secretName', name);
}

function secretKeyFaults(key: string | undefined): Fault[] {
  if (key === undefined || key === null || hasToken(key)) return [];
  if (typeof key === 'string' && SECRET_KEY.test(key)) return [];
  const reason =
    "credentials.key must be a key of a Kubernetes secret (1 to 253 letters, digits, '-', '_' and '.', not beginning with '..'); " +
    `got ${givenValue(key)}; for example 'credentials'`;
  return [fault('INVALID_NAME', 'credentials.key', reason)];
}

/**
 * Warns on a store, once, that its weights and credentials cross the network in plain text.
 *
 * @internal
 */
export function warnOfPlainEndpoint(store: IModelStore): void {
  const { endpoint, node } = store;
  if (typeof endpoint !== 'string' || !/^http:/i.test(endpoint)) return;
  if (node.metadata.some(({ data }) => String(data).includes(':ENDPOINT_NOT_ENCRYPTED]'))) return;
  const reason =
    `the store is reached by http, so that everyone on the way can read the weights and change them; got endpoint ${givenEndpoint(endpoint)}; ` +
    'use https';
  addWarning(store, { id: 'ENDPOINT_NOT_ENCRYPTED', reason });
}

function givenEndpoint(endpoint: string): string {
  return hasToken(endpoint) ? 'http://...' : `'${endpoint}'`;
}
