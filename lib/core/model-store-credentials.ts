import { RolesAnywhereCredentials } from './roles-anywhere-credentials';

/**
 * Credentials for a model store: a Kubernetes secret that is created outside this program, so that no part of it is in the state.
 */
export interface ModelStoreCredentials {
  /**
   * Name of the secret. It must exist in the namespace of every workload that reaches the store. With `rolesAnywhere` it is of the type `kubernetes.io/tls`, with
   * the certificate of the site (`tls.crt`) and its key (`tls.key`), as cert-manager or another issuer makes and renews it.
   */
  readonly name: string;
  /**
   * Key whose value is a credentials file of the AWS CLI, with `aws_access_key_id` and `aws_secret_access_key` under `[default]`.
   * @default 'credentials'; with `rolesAnywhere` none
   */
  readonly key?: string;
  /**
   * Changes the certificate in the secret for credentials that last an hour, so that no site holds a key of AWS. For buckets of AWS.
   * @default - the secret holds keys
   */
  readonly rolesAnywhere?: RolesAnywhereCredentials;
}
