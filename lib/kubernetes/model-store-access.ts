import { Fault, untitled } from '../units/fault';
import { IServiceAccountRole } from '../core/aws-role';
import { IModelStore } from '../core/model-store';
import { kubernetesNameFault } from '../core/naming';
import { ModelStoreCredentials } from '../core/model-store-credentials';

/** The AWS CLI's image. Pod Identity needs 2.15 or later. */
export const AWS_CLI_IMAGE = 'public.ecr.aws/aws-cli/aws-cli:2.36.5';

const CREDENTIALS_MOUNT = '/var/run/secrets/model-store';

/** How a container of ours reaches a model store. */
interface StoreAccess {
  readonly modelStore: IModelStore;
  readonly credentials?: ModelStoreCredentials;
  readonly endpoint?: string;
}

/** @internal */
export function storeAccessFaults({ credentials, endpoint }: StoreAccess): Fault[] {
  return [
    ...(credentials ? kubernetesNameFault('modelStoreCredentials.secretName', credentials.secretName) : []),
    ...(endpoint === undefined || /^https?:\/\/[^\s/]+\/?$/.test(endpoint)
      ? []
      : [
          untitled(
            `modelStoreEndpoint must be an http or https URL without a path, e.g. 'https://s3.example.com:9000'; got '${endpoint}'`,
          ),
        ]),
  ];
}

/**
 * The environment that the AWS CLI reads.
 *
 * @internal
 */
export function storeEnvironment({
  modelStore,
  credentials,
  endpoint,
}: StoreAccess): { name: string; value: string }[] {
  return [
    ...(modelStore.region ? [{ name: 'AWS_DEFAULT_REGION', value: modelStore.region }] : []),
    ...(endpoint ? [{ name: 'AWS_ENDPOINT_URL_S3', value: endpoint }] : []),
    ...(credentials ? [{ name: 'AWS_SHARED_CREDENTIALS_FILE', value: `${CREDENTIALS_MOUNT}/credentials` }] : []),
  ];
}

/** @internal */
export function credentialVolumes(credentials?: ModelStoreCredentials) {
  if (!credentials) return [];
  const items = [{ key: credentials.key ?? 'credentials', path: 'credentials' }];
  return [
    { name: 'model-store-credentials', secret: { secretName: credentials.secretName, defaultMode: '0440', items } },
  ];
}

/** @internal */
export function credentialMounts(credentials?: ModelStoreCredentials) {
  return credentials ? [{ name: 'model-store-credentials', mountPath: CREDENTIALS_MOUNT, readOnly: true }] : [];
}

/** @internal */
export function roleAnnotations(role?: IServiceAccountRole): { [key: string]: string } | undefined {
  return role && Object.keys(role.serviceAccountAnnotations).length > 0 ? role.serviceAccountAnnotations : undefined;
}
