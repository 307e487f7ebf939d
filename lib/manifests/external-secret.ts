import { ApiObject } from '../kubernetes/rendering/attribute-rules';
import { Duration } from '../units/duration';
import { SecretContents } from './secret-contents';

/** A store of the External Secrets Operator. @internal */
export interface StoreReference {
  readonly kind: 'SecretStore' | 'ClusterSecretStore';
  readonly name: string;
}

const API_VERSION = 'external-secrets.io/v1';
const GENERATORS = 'generators.external-secrets.io/v1alpha1';

/**
 * A secret whose values are in a store: one entry of it, with a property for each key.
 *
 * @see https://github.com/external-secrets/external-secrets/blob/v2.9.0/config/crds/bases/external-secrets.io_externalsecrets.yaml
 *
 * @internal
 */
export function externalSecret(
  secret: SecretContents,
  store: StoreReference,
  storeKey: string,
  refresh: Duration,
): ApiObject {
  const { namespace, name, keys, binaryKeys, type, immutable } = secret;
  const entry = (key: string, decoding: object) => ({
    secretKey: key,
    remoteRef: { key: storeKey, property: key, ...decoding },
  });
  return {
    apiVersion: API_VERSION,
    kind: 'ExternalSecret',
    metadata: { name, namespace },
    spec: {
      refreshInterval: `${refresh}`,
      secretStoreRef: { ...store },
      target: {
        name,
        creationPolicy: 'Owner',
        ...(immutable ? { immutable } : {}),
        template: { type, ...metadataOf(secret) },
      },
      data: [
        ...keys.map((key) => entry(key, {})),
        ...binaryKeys.map((key) => entry(key, { decodingStrategy: 'Base64' })),
      ],
    },
  };
}

/** As long as what the chart makes. */
const LENGTH = 48;

/**
 * A secret with a random value, which the operator makes once and keeps: 48 letters and digits, as Helm makes it.
 *
 * @see https://external-secrets.io/latest/api/generator/password
 *
 * @internal
 */
export function generatedSecretObjects(secret: SecretContents): ApiObject[] {
  const { namespace, name, keys, type } = secret;
  const metadata = { name, namespace };
  return [
    {
      apiVersion: GENERATORS,
      kind: 'Password',
      metadata,
      spec: { length: LENGTH, symbols: 0, noUpper: false, allowRepeat: true },
    },
    {
      apiVersion: API_VERSION,
      kind: 'ExternalSecret',
      metadata,
      spec: {
        refreshPolicy: 'CreatedOnce',
        target: {
          name,
          creationPolicy: 'Owner',
          template: {
            type,
            ...metadataOf(secret),
            data: Object.fromEntries(keys.map((key) => [key, '{{ .password }}'])),
          },
        },
        dataFrom: [{ sourceRef: { generatorRef: { apiVersion: GENERATORS, kind: 'Password', name } } }],
      },
    },
  ];
}

function metadataOf({ labels, annotations }: SecretContents): ApiObject {
  if (!labels && !annotations) return {};
  return { metadata: { ...(labels ? { labels } : {}), ...(annotations ? { annotations } : {}) } };
}
