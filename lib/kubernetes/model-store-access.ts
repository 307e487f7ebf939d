import { IServiceAccountRole } from '../core/aws-role';
import { IModelStore } from '../core/model-store';

/** The AWS CLI's image. Pod Identity needs 2.15 or later. `scripts/store-cli.mjs` runs the scripts with the same version. */
export const AWS_CLI_IMAGE = 'public.ecr.aws/aws-cli/aws-cli:2.38.5';

const CREDENTIALS_MOUNT = '/var/run/secrets/model-store';

/**
 * The environment that the AWS CLI reads to reach a store.
 *
 * @internal
 */
export function storeEnvironment({ region, credentials, endpoint }: IModelStore): { name: string; value: string }[] {
  return [
    ...(region ? [{ name: 'AWS_DEFAULT_REGION', value: region }] : []),
    ...(endpoint
      ? [
          { name: 'AWS_ENDPOINT_URL_S3', value: endpoint },
          // Other stores may refuse the CRC64NVME that newer clients send with every object (aws/aws-cli#9214); SHA256SUMS guards the content.
          { name: 'AWS_REQUEST_CHECKSUM_CALCULATION', value: 'when_required' },
          { name: 'AWS_RESPONSE_CHECKSUM_VALIDATION', value: 'when_required' },
        ]
      : []),
    ...(credentials ? [{ name: 'AWS_SHARED_CREDENTIALS_FILE', value: `${CREDENTIALS_MOUNT}/credentials` }] : []),
  ];
}

/**
 * Volumes of a pod for the credentials of a store; none if a role provides them.
 *
 * @internal
 */
export function credentialVolumes({ credentials }: IModelStore) {
  if (!credentials) return [];
  const items = [{ key: credentials.key ?? 'credentials', path: 'credentials' }];
  return [{ name: 'model-store-credentials', secret: { secretName: credentials.name, defaultMode: '0440', items } }];
}

/**
 * Mounts of a container for the credentials of a store.
 *
 * @internal
 */
export function credentialMounts({ credentials }: IModelStore) {
  return credentials ? [{ name: 'model-store-credentials', mountPath: CREDENTIALS_MOUNT, readOnly: true }] : [];
}

/** @internal */
export function roleAnnotations(role?: IServiceAccountRole): { [key: string]: string } | undefined {
  return role && Object.keys(role.serviceAccountAnnotations).length > 0 ? role.serviceAccountAnnotations : undefined;
}
