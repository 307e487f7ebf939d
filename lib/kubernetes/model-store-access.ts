import { IServiceAccountRole } from '../core/aws-role';
import { IModelStore } from '../core/model-store';
import { ModelStoreCredentials } from '../core/model-store-credentials';

/** The AWS CLI's image. Pod Identity needs 2.15 or later. `scripts/store-cli.mjs` runs the scripts with the same version. */
export const AWS_CLI_IMAGE = 'public.ecr.aws/aws-cli/aws-cli:2.38.5';

const CREDENTIALS_MOUNT = '/var/run/secrets/model-store';
/** Annotation whose value is the configuration of the AWS CLI in a pod that has a certificate: a file of a volume, with nothing secret. */
const CONFIG_ANNOTATION = 'gpu-inference-constructs/aws-config';

/**
 * Image of the containers that reach a store by the AWS CLI.
 *
 * @param given image that the user gave the workload
 *
 * @internal
 */
export function storeImage({ credentials }: IModelStore, given?: string): string {
  return given ?? credentials?.rolesAnywhere?.image ?? AWS_CLI_IMAGE;
}

/**
 * Annotations of a pod that has the volumes for the credentials of a store.
 *
 * @see https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-sourcing-external.html
 *
 * @internal
 */
export function credentialAnnotations({ credentials }: IModelStore): { [key: string]: string } {
  if (!credentials?.rolesAnywhere) return {};
  const { trustAnchorArn, profileArn, roleArn } = credentials.rolesAnywhere.identity;
  const words = [
    ...['aws_signing_helper', 'credential-process'],
    ...['--certificate', `${CREDENTIALS_MOUNT}/tls.crt`, '--private-key', `${CREDENTIALS_MOUNT}/tls.key`],
    ...['--trust-anchor-arn', trustAnchorArn, '--profile-arn', profileArn, '--role-arn', roleArn],
  ];
  return { [CONFIG_ANNOTATION]: `[default]\ncredential_process = ${words.join(' ')}\n` };
}

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
    ...(credentials ? [credentialFile(credentials)] : []),
  ];
}

/**
 * Volumes of a pod for the credentials of a store; none if a role provides them.
 *
 * @internal
 */
export function credentialVolumes({ credentials }: IModelStore) {
  if (!credentials) return [];
  if (credentials.rolesAnywhere) return [certificateVolume(credentials)];
  const items = [{ key: credentials.key ?? 'credentials', path: 'credentials' }];
  return [{ name: 'model-store-credentials', secret: { secretName: credentials.name, defaultMode: '0440', items } }];
}

/** The certificate and its key, which the kubelet replaces together when they are renewed, and the configuration that names them. */
function certificateVolume({ name }: ModelStoreCredentials) {
  const items = ['tls.crt', 'tls.key'].map((key) => ({ key, path: key }));
  const fieldRef = { fieldPath: `metadata.annotations['${CONFIG_ANNOTATION}']` };
  const sources = [{ secret: [{ name, items }], downwardApi: { items: [{ path: 'config', fieldRef }] } }];
  return { name: 'model-store-credentials', projected: [{ defaultMode: '0440', sources }] };
}

function credentialFile({ rolesAnywhere }: ModelStoreCredentials): { name: string; value: string } {
  return rolesAnywhere
    ? { name: 'AWS_CONFIG_FILE', value: `${CREDENTIALS_MOUNT}/config` }
    : { name: 'AWS_SHARED_CREDENTIALS_FILE', value: `${CREDENTIALS_MOUNT}/credentials` };
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
