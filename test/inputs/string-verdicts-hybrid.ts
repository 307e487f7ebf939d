/** Of pools outside AWS, as `string-verdicts.ts` has them. */
export const HYBRID_VERDICTS: { readonly [name: string]: readonly string[] } = {
  'RolesAnywhereOptions.certificateAuthority': [
    'refused INVALID_FORMAT credentials.certificates.certificateAuthority | reference | reference',
  ],
  'RolesAnywhereOptions.trustAnchorArn': [
    'refused INVALID_FORMAT credentials.certificates.trustAnchorArn | reference | reference',
  ],
  'RolesAnywhereOptions.organizationalUnit': [
    'refused INVALID_FORMAT credentials.certificates.organizationalUnit | reference | reference',
  ],
  'SsmActivationOptions.expiresAt': ['refused INVALID_FORMAT credentials.activation.expiresAt | reference | reference'],
  'HybridGpuNodePool.new(id)': ['text'],
  'HybridSite.ring': [
    'refused CONFLICTING_PROPERTIES sites[0].ring | refused VALUE_NOT_CONCRETE sites[0].ring | refused VALUE_NOT_CONCRETE sites[0].ring',
  ],
  'HybridTopologyProps.rings': [
    'refused EMPTY_LIST rings[0] | refused VALUE_NOT_CONCRETE rings | refused VALUE_NOT_CONCRETE rings',
  ],
  'HybridGateway.url': [
    'refused INVALID_FORMAT gateway.url | refused VALUE_NOT_CONCRETE gateway.url | refused VALUE_NOT_CONCRETE gateway.url',
  ],
  'HybridGateway.models': [
    'refused CLOUD_LACKS_MODEL routing.models.chat.cloudModel | refused VALUE_NOT_CONCRETE gateway.models | refused VALUE_NOT_CONCRETE gateway.models',
  ],
  'HybridGateway.siteKeys': [
    'refused CONFLICTING_PROPERTIES gateway.siteKeys, INVALID_NAME gateway.siteKeys | refused CONFLICTING_PROPERTIES gateway.siteKeys, VALUE_NOT_CONCRETE gateway.siteKeys | refused CONFLICTING_PROPERTIES gateway.siteKeys, VALUE_NOT_CONCRETE gateway.siteKeys',
  ],
  'EdgeSyncOptions.channel': [
    'refused INVALID_NAME sync.channel | refused VALUE_NOT_CONCRETE sync.channel | refused VALUE_NOT_CONCRETE sync.channel',
  ],
  'EdgeSyncOptions.storageClassName': ['refused INVALID_NAME sync.storageClassName | reference | reference'],
  'EdgeTopology.new(id)': ['text'],
  'EdgeTopologyProps.site': [
    'refused INVALID_NAME site | refused VALUE_NOT_CONCRETE site | refused VALUE_NOT_CONCRETE site',
  ],
  'HybridGpuNodePoolProps.site': [
    'refused INVALID_NAME site | refused VALUE_NOT_CONCRETE site | refused VALUE_NOT_CONCRETE site',
  ],
  'HybridGpuNodePoolProps.labels': [
    "refused INVALID_FORMAT labels['k'] | refused VALUE_NOT_CONCRETE labels | refused VALUE_NOT_CONCRETE labels",
    'refused INVALID_FORMAT labels[\'x${file("/etc/os-release")}%{if}\'] | refused VALUE_NOT_CONCRETE labels | refused VALUE_NOT_CONCRETE labels',
  ],
  'HybridGpuNodePoolProps.poolName': [
    "refused INVALID_NAME poolName, INVALID_FORMAT nodeSelector['gpu-inference-constructs/pool'] | refused VALUE_NOT_CONCRETE poolName, VALUE_NOT_CONCRETE nodeSelector | refused VALUE_NOT_CONCRETE poolName, VALUE_NOT_CONCRETE nodeSelector",
  ],
  'HybridGpuNodePoolProps.tags': [
    'text | reference | reference',
    'text | refused VALUE_NOT_CONCRETE tags | refused VALUE_NOT_CONCRETE tags',
  ],
  'RemoteNetworks.nodeCidrs': [
    'refused INVALID_FORMAT remoteNetworks.nodeCidrs[0] | refused VALUE_NOT_CONCRETE remoteNetworks.nodeCidrs[0] | refused VALUE_NOT_CONCRETE remoteNetworks.nodeCidrs[0]',
  ],
  'RemoteNetworks.podCidrs': [
    'refused INVALID_FORMAT remoteNetworks.podCidrs[0] | refused VALUE_NOT_CONCRETE remoteNetworks.podCidrs[0] | refused VALUE_NOT_CONCRETE remoteNetworks.podCidrs[0]',
  ],
};
