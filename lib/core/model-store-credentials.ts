/**
 * Credentials for the model store on a cluster where pods get no IAM role: a Kubernetes secret that somebody else makes.
 */
export interface ModelStoreCredentials {
  /** Name of the secret, in the namespace of the pods. */
  readonly secretName: string;
  /** Key whose value is a file as the AWS CLI keeps it, with `aws_access_key_id` and `aws_secret_access_key` under `[default]`. @default 'credentials' */
  readonly key?: string;
}
