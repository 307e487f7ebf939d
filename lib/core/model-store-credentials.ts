/**
 * Credentials for a model store: a Kubernetes secret that is created outside this program, so that no part of it is in the state.
 */
export interface ModelStoreCredentials {
  /** Name of the secret. It must exist in the namespace of every workload that reaches the store. */
  readonly name: string;
  /**
   * Key whose value is a credentials file of the AWS CLI, with `aws_access_key_id` and `aws_secret_access_key` under `[default]`.
   * @default 'credentials'
   */
  readonly key?: string;
}
