import { Fault, fault } from '../units/fault';
import { givenValue } from '../units/number-faults';
import { reservedKind, unroutableKind } from '../units/reserved-ranges';
import { keyArnFaults } from './aws-arn';
import { IModelStore } from './model-store';
import { ModelStoreCredentials } from './model-store-credentials';
import { kubernetesNameFault } from './naming';
import { rolesAnywhereFaults } from './roles-anywhere-credentials';
import { secretKeyFaults, secretNameFaults } from './secret-reference';
import { hasToken } from './tokens';
import { secretInUrl, withoutSecrets } from '../units/url-secrets';
import { addWarning } from './validation';
import { allOf } from '../units/unreadable';

/** A host label, as the AWS CLI takes them in endpoints and regions (botocore: `is_valid_endpoint_url`, `validate_region_name`). */
const LABEL = '(?!-)[A-Za-z0-9-]{1,63}(?<!-)';
const REGION = new RegExp(`^${LABEL}$`);
const HOST = new RegExp(`^${LABEL}(\\.${LABEL})*\\.?$`);
const ENDPOINT = /^https?:\/\/(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::(\d+))?\/?$/i;
const LAST_PORT = 65535;
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
  return allOf(
    () => (endpoint === undefined || endpoint === null ? [] : endpointFaults(endpoint)),
    () => endpointNamespaceFaults(store.endpointNamespace),
    () => regionFaults(region),
    () => credentialFaults(credentials),
    () => keyArnFaults('kmsKeyArn', kmsKeyArn ?? undefined, place),
  );
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
  if (secretInUrl(endpoint) !== undefined) {
    const reason =
      'endpoint must not contain a user name, a password or another secret, which would be in the state of Terraform; put them in the secret that ' +
      'credentials names';
    return [fault('CREDENTIALS_IN_ENDPOINT', 'endpoint', reason)];
  }
  if (hasToken(endpoint)) return [];
  const [, host, port] = (typeof endpoint === 'string' && ENDPOINT.exec(endpoint)) || [];
  if (host === undefined || !isHost(host))
    return [
      fault(
        'INVALID_FORMAT',
        'endpoint',
        `endpoint must be ${form}; got ${givenValue(typeof endpoint === 'string' ? withoutSecrets(endpoint) : endpoint)}`,
      ),
    ];
  const own = ownAddress(host);
  if (own !== undefined) {
    const reason = `endpoint must be reached from pods, but '${host}' is ${own}; give the host or the address of the store, e.g. 'http://minio.storage.svc:9000'`;
    return [fault('ENDPOINT_NOT_REACHABLE', 'endpoint', reason)];
  }
  if (port === undefined || (Number(port) >= 1 && Number(port) <= LAST_PORT)) return [];
  return [fault('OUT_OF_RANGE', 'endpoint', `the port of endpoint must be from 1 to ${LAST_PORT}; got ${port}`)];
}

/** What an address or name that never leaves the pod or its network is. */
function ownAddress(host: string): string | undefined {
  if (/^localhost\.?$/i.test(host)) return 'the pod itself';
  const kind = unroutableKind(`${host}/32`);
  if (kind !== undefined) return kind;
  if (!host.startsWith('[')) return undefined;
  const { hostname } = new URL(`https://${host}`);
  if (/^\[::1?\]$/.test(hostname)) return 'the pod itself';
  return /^\[f(e[89ab]|f)/.test(hostname) ? 'link-local or multicast' : undefined;
}

/**
 * The fault of the namespace whose pods serve a store; none for a token.
 *
 * @internal
 */
export function endpointNamespaceFaults(namespace: string | undefined): Fault[] {
  if (namespace === undefined || namespace === null || hasToken(namespace)) return [];
  return kubernetesNameFault('endpointNamespace', namespace);
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
    "credentials must be given, because the store does not know IAM roles, e.g. { name: 'store-credentials' }";
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
    const reason = `credentials must be an object with the secret's name, e.g. { name: 'store-credentials' }; got ${
      typeof credentials === 'string' ? 'a text' : givenValue(credentials)
    }`;
    return [fault('INVALID_FORMAT', 'credentials', reason)];
  }
  const { name, key, rolesAnywhere } = credentials;
  return allOf(
    () => (name === undefined || name === null ? [missingNameFault()] : secretNameFaults('credentials.name', name)),
    () => (key === undefined || key === null ? [] : secretKeyFaults('credentials.key', key)),
    () => {
      if (key === undefined || key === null || !rolesAnywhere) return [];
      const reason =
        'credentials.key is that of a file with keys of AWS, but with rolesAnywhere the secret has tls.crt and tls.key; remove one of the two';
      return [fault('CONFLICTING_PROPERTIES', 'credentials.key', reason)];
    },
    () => (rolesAnywhere ? rolesAnywhereFaults('credentials.rolesAnywhere', rolesAnywhere) : []),
  );
}

function missingNameFault(): Fault {
  const reason = 'credentials.name must be given: the name of a secret in the namespace of the pods';
  return fault('MISSING_PROPERTY', 'credentials.name', reason);
}

/**
 * Warns on a store, once, of its endpoint: that weights and credentials cross the network in plain text, and that an address may be that of a
 * Service, which network policies do not see.
 *
 * @internal
 */
export function warnOfEndpoint(store: IModelStore): void {
  for (const warning of endpointWarnings(store)) {
    if (store.node.metadata.some(({ data }) => String(data).includes(`:${warning.id}]`))) continue;
    addWarning(store, warning);
  }
}

function endpointWarnings({ endpoint, endpointNamespace }: IModelStore): Fault[] {
  if (typeof endpoint !== 'string') return [];
  const plain = fault(
    'ENDPOINT_NOT_ENCRYPTED',
    'endpoint',
    `the store is reached by http, so that everyone on the way can read the weights and change them; got endpoint ${givenEndpoint(endpoint)}; ` +
      'use https',
  );
  const service = fault(
    'ENDPOINT_MAY_BE_A_SERVICE',
    'endpoint',
    `endpoint '${endpoint}' is a private address; if it is that of a Service of the cluster, network policies cut pods off from it, since they are ` +
      "applied to the pods behind it: write its host as '<service>.<namespace>.svc', or pass endpointNamespace; if it is outside of the cluster, say so by " +
      "Warnings.accept(stack, 'ENDPOINT_MAY_BE_A_SERVICE', '<reason>') before the store",
  );
  return allOf(
    () => (/^http:/i.test(endpoint) ? [plain] : []),
    () => (endpointNamespace === undefined && isPrivateAddress(endpoint) ? [service] : []),
  );
}

function isPrivateAddress(endpoint: string): boolean {
  if (hasToken(endpoint) || !URL.canParse(endpoint)) return false;
  const { hostname } = new URL(endpoint);
  return reservedKind(`${hostname}/32`) !== undefined || /^\[f[cd]/.test(hostname);
}

function givenEndpoint(endpoint: string): string {
  return hasToken(endpoint) ? 'http://...' : `'${endpoint}'`;
}
