import { kubernetesNameFault } from '../core/naming';
import { ModelStoreCredentials } from '../core/model-store-credentials';
import { hasToken } from '../core/tokens';
import { Fault, fault } from '../units/fault';

/** @internal */
export function endpointFaults(endpoint: string): Fault[] {
  if (hasToken(endpoint) || /^https?:\/\/[^\s/]+\/?$/.test(endpoint)) return [];
  return [
    fault(
      'INVALID_FORMAT',
      'endpoint',
      `endpoint must be an http or https URL without a path, e.g. 'https://s3.example.com:9000'; got '${endpoint}'`,
    ),
  ];
}

/** @internal */
export function credentialFaults(credentials: ModelStoreCredentials | undefined): Fault[] {
  if (!credentials || hasToken(credentials.secretName)) return [];
  return kubernetesNameFault('credentials.secretName', credentials.secretName);
}
