import { ApiObject } from '../kubernetes/rendering/attribute-rules';
import { checkArguments } from '../units/argument-faults';
import { Duration } from '../units/duration';
import { throwIfFaulty } from '../units/errors';
import { Fault, fault } from '../units/fault';
import { givenValue } from '../units/number-faults';
import { allOf } from '../units/unreadable';
import { externalSecret, generatedSecretObjects, StoreReference } from './external-secret';
import { SecretContents } from './secret-contents';
import { writtenNameFaults } from './written-name';

/** How secrets come from a store by the External Secrets Operator. */
export interface ExternalSecretsOptions {
  /** Name of the `ClusterSecretStore` in the clusters of the sites. @default - `store` */
  readonly clusterStore?: string;
  /** Name of the `SecretStore` in each namespace with secrets. @default - `clusterStore`; without both, only secrets that are made up in the cluster */
  readonly store?: string;
  /**
   * What stands before `<site>/<namespace>/<secret>` in the keys of the store, e.g. `fleet`: letters, digits, `.`, `_`, `-` and `/`.
   * @default - nothing
   */
  readonly keyPrefix?: string;
  /** How often the store is asked again; while it cannot be reached, a site keeps what it has. @default Duration.hours(1) */
  readonly refreshInterval?: Duration;
}

/** How secrets lie encrypted beside the files. */
export interface SopsOptions {
  /** Secret with the key of SOPS in the namespace of Flux, at each site: its entry ends in `.agekey` or `.asc`. @default 'sops-age' */
  readonly keySecret?: string;
}

/** What a secret becomes in the files. @internal */
export interface SecretFiles {
  readonly objects: readonly ApiObject[];
  /** Whether a file must be there that only who knows the secret can make. */
  readonly needsEncryptedFile: boolean;
}

/**
 * Where the values of secrets come from at sites that are fed by GitOps: a tree of files has none of them.
 */
export class GitOpsSecrets {
  /**
   * From a store, such as Vault or AWS Secrets Manager, by the External Secrets Operator (external-secrets.io/v1, from 0.16 on). A secret that Terraform
   * would make is an `ExternalSecret`, whose value is in the store under `<keyPrefix>/<site>/<namespace>/<secret>`, a property for each key of the secret:
   * no two sites share one. A secret that Helm would make up is made up by the operator's `Password` generator, once.
   *
   * @param options the store
   * @throws UnscopedValidationError for two stores, names that are none, and an interval below a second
   * @see https://external-secrets.io/latest/api/externalsecret
   */
  public static externalSecrets(options: ExternalSecretsOptions): GitOpsSecrets {
    throwIfFaulty(externalSecretsFaults(options));
    return new GitOpsSecrets(options, undefined);
  }

  /**
   * From files that are encrypted by SOPS beside those of the tree, which names them: `GitOpsTree.secrets` says which, and `write` refuses one that is
   * not encrypted. Flux decrypts them; Argo CD cannot by itself.
   *
   * @param options the key @default - the secret `sops-age`
   * @throws UnscopedValidationError for a name that no secret has
   * @see https://fluxcd.io/flux/guides/mozilla-sops
   */
  public static sops(options: SopsOptions = {}): GitOpsSecrets {
    const { keySecret = 'sops-age' } = options;
    throwIfFaulty(allOf(() => writtenNameFaults('keySecret', keySecret)));
    return new GitOpsSecrets(undefined, keySecret);
  }

  /** The secret with the key of SOPS, for Flux. @internal */
  public readonly _sopsKeySecret?: string;
  readonly #store?: ExternalSecretsOptions;

  private constructor(store: ExternalSecretsOptions | undefined, sopsKeySecret: string | undefined) {
    this.#store = store;
    this._sopsKeySecret = sopsKeySecret;
  }

  /**
   * The files of a secret; undefined where there is no store for its value.
   *
   * @internal
   */
  public _filesOf(site: string, secret: SecretContents): SecretFiles | undefined {
    if (!this.#store) return { objects: [], needsEncryptedFile: true };
    if (secret.isGenerated) return { objects: generatedSecretObjects(secret), needsEncryptedFile: false };
    const store = this.#reference;
    if (!store) return undefined;
    const key = this._storeKey(site, secret) as string;
    const refresh = this.#store.refreshInterval ?? Duration.hours(1);
    return { objects: [externalSecret(secret, store, key, refresh)], needsEncryptedFile: false };
  }

  /** Where the store has the value of a secret; undefined for one that is made up, and without a store. @internal */
  public _storeKey(site: string, { namespace, name, isGenerated }: SecretContents): string | undefined {
    if (!this.#store || isGenerated) return undefined;
    return [...(this.#store.keyPrefix ? [this.#store.keyPrefix] : []), site, namespace, name].join('/');
  }

  get #reference(): StoreReference | undefined {
    const { clusterStore, store } = this.#store as ExternalSecretsOptions;
    if (clusterStore !== undefined) return { kind: 'ClusterSecretStore', name: clusterStore };
    return store === undefined ? undefined : { kind: 'SecretStore', name: store };
  }
}

checkArguments('GitOpsSecrets', GitOpsSecrets);

function externalSecretsFaults(options: ExternalSecretsOptions): Fault[] {
  const { clusterStore, store, keyPrefix, refreshInterval } = options;
  return allOf(
    () => (clusterStore === undefined ? [] : writtenNameFaults('clusterStore', clusterStore)),
    () => (store === undefined ? [] : writtenNameFaults('store', store)),
    () => {
      if (clusterStore === undefined || store === undefined) return [];
      const reason = `store '${store}' and clusterStore '${clusterStore}' cannot both have the secrets; leave one out`;
      return [fault('CONFLICTING_PROPERTIES', 'store', reason)];
    },
    () => {
      if (keyPrefix === undefined || /^[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*$/.test(keyPrefix)) return [];
      const reason = `keyPrefix must be a path such as 'fleet' or 'teams/fleet' (letters, digits, '.', '_' and '-', no '/' at its ends); got ${givenValue(keyPrefix)}`;
      return [fault('INVALID_FORMAT', 'keyPrefix', reason)];
    },
    () => {
      if (refreshInterval === undefined || refreshInterval.toSeconds() >= 1) return [];
      const reason = `refreshInterval must be at least a second; got ${refreshInterval}; leave it out for an hour`;
      return [fault('OUT_OF_RANGE', 'refreshInterval', reason)];
    },
  );
}
