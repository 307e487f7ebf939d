/**
 * Custom kinds without a namespace, as `<kind>.<group>`: those that this library creates, and custom resource definitions. Helm asks the
 * API server; plain objects must be correct without it.
 *
 * @see https://github.com/Mellanox/network-operator/tree/v26.4.1/deployment/network-operator/crds
 * @see https://github.com/kserve/kserve/tree/v0.20.0/config/crd/full
 * @see https://github.com/aws/karpenter-provider-aws/tree/main/pkg/apis/crds
 * @see https://github.com/kubernetes-sigs/gateway-api/blob/v1.5.1/apis/v1/gatewayclass_types.go
 * @see https://github.com/kubernetes-sigs/kueue/tree/v0.17.0/charts/kueue/templates/crd
 */
const CLUSTER_SCOPED = new Set([
  'ClusterQueue.kueue.x-k8s.io',
  'ClusterServingRuntime.serving.kserve.io',
  'ClusterStorageContainer.serving.kserve.io',
  'CustomResourceDefinition.apiextensions.k8s.io',
  'EC2NodeClass.karpenter.k8s.aws',
  'GatewayClass.gateway.networking.k8s.io',
  'HostDeviceNetwork.mellanox.com',
  'IPoIBNetwork.mellanox.com',
  'MacvlanNetwork.mellanox.com',
  'NicClusterPolicy.mellanox.com',
  'NicNodePolicy.mellanox.com',
  'NodeOverlay.karpenter.sh',
  'NodePool.karpenter.sh',
  'ResourceFlavor.kueue.x-k8s.io',
]);

/**
 * Whether a kind is known to have no namespace.
 *
 * @param apiVersion e.g. `mellanox.com/v1alpha1`
 * @param kind e.g. `NicNodePolicy`
 *
 * @internal
 */
export function isClusterScoped(apiVersion: string, kind: string): boolean {
  return CLUSTER_SCOPED.has(`${kind}.${apiVersion.split('/')[0]}`);
}
