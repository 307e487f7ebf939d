import { MANAGED_BY } from '../../kubernetes/managed-by';

/**
 * The Secret in which the token is that may read metrics, and its key.
 *
 * @internal
 */
export const readerToken = (name: string) => ({ name: `${name}-metrics`, key: 'token' });

/**
 * An account that may read `/metrics` of controllers and nothing else, with a token for Prometheus: a `PodMonitor` takes credentials from a Secret of its
 * own namespace alone, not from the file of the account of Prometheus. Kubernetes writes the token into the Secret, so that no state has it.
 *
 * @see https://kubernetes.io/docs/concepts/configuration/secret/#serviceaccount-token-secrets
 *
 * @internal
 */
export function metricsReader(name: string, namespace: string): readonly object[] {
  const { name: account } = readerToken(name);
  const role = `${namespace}-${account}`;
  const labels = { ...MANAGED_BY };
  const rbac = 'rbac.authorization.k8s.io';
  return [
    {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: account, labels },
      automountServiceAccountToken: false,
    },
    {
      apiVersion: 'v1',
      kind: 'Secret',
      type: 'kubernetes.io/service-account-token',
      metadata: { name: account, labels, annotations: { 'kubernetes.io/service-account.name': account } },
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRole',
      metadata: { name: role, labels },
      rules: [{ nonResourceURLs: ['/metrics'], verbs: ['get'] }],
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name: role, labels },
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: role },
      subjects: [{ kind: 'ServiceAccount', name: account, namespace }],
    },
  ];
}
