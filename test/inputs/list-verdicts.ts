/**
 * What becomes of every list of the public API when only Terraform knows it, in the words of `verdicts.ts`, the same for everything that
 * cdktf's functions return. A list is refused where its length or its elements are needed at synthesis.
 */
export const LIST_VERDICTS: { readonly [name: string]: string } = {
  'MetricsTarget.models': 'refused VALUE_NOT_CONCRETE metricsTarget.models',
  'ExistingNamespaces.declare(names)': 'refused VALUE_NOT_CONCRETE names',
  'ImageRegistry.withPullSecrets(pullSecrets)': 'refused VALUE_NOT_CONCRETE pullSecrets',
  'ImageRegistry.mirror(pullSecrets)': 'refused VALUE_NOT_CONCRETE pullSecrets',
  'ApiAccess.privateFrom(cidrs)': 'refused VALUE_NOT_CONCRETE apiAccess',
  'ApiAccess.publicFrom(cidrs)': 'refused VALUE_NOT_CONCRETE apiAccess',
  'ExistingVpc.controlPlaneSubnetIds': 'reference',
  'ExistingVpc.privateSubnetIds': 'reference',
  'ExistingVpc.availabilityZones': 'unused',
  'ExistingVpc.privateSubnetCidrs': 'unused',
  'EksGpuClusterProps.availabilityZones': 'refused VALUE_NOT_CONCRETE availabilityZones',
  'EksGpuClusterProps.admins': 'refused VALUE_NOT_CONCRETE admins',
  'ModelFiles.allow': 'refused VALUE_NOT_CONCRETE allow',
  'ModelFiles.ignore': 'refused VALUE_NOT_CONCRETE ignore',
  'ModelStoreProps.writers': 'reference',
  'ModelStoreProps.readers': 'reference',
  'EksClusterAttributes.subnetIds': 'reference',
  'EksClusterAttributes.securityGroupIds': 'reference',
  'EksClusterAttributes.availabilityZones': 'unused',
  'EksClusterAttributes.subnetCidrs': 'unused',
  'ExistingGpuNodePoolProps.nodeNames': 'refused VALUE_NOT_CONCRETE nodeNames',
  'Ec2GpuNodePoolOptions.subnetIds': 'reference',
  'ImagePrePullerProps.images': 'refused VALUE_NOT_CONCRETE images',
  'ImagePrePullerProps.command': 'reference',
  'ConnectXOptions.devices': 'refused VALUE_NOT_CONCRETE devices',
  'AdapterSelection.deviceIds': 'refused VALUE_NOT_CONCRETE adapters.deviceIds',
  'AdapterSelection.interfaceNames': 'refused VALUE_NOT_CONCRETE adapters.interfaceNames',
  'VirtualFunctionRail.physicalFunctions': 'reference',
  'TensorModelProps.otherVersions': 'refused VALUE_NOT_CONCRETE models[0].otherVersions',
  'ServingOptions.accessibleFrom': 'refused VALUE_NOT_CONCRETE accessibleFrom',
  'ServingOptions.metricsFrom': 'refused VALUE_NOT_CONCRETE metricsFrom',
  'OpenAiOptions.servedModelNames': 'refused VALUE_NOT_CONCRETE models[0].servedModelNames',
  'Sidecar.command': 'reference',
  'Sidecar.args': 'reference',
  'ServingOptions.extraArguments': 'refused VALUE_NOT_CONCRETE extraArguments',
  'MonitoringOptions.accessibleFrom': 'refused VALUE_NOT_CONCRETE accessibleFrom',
};

/** What a fabric of a user's own class says of itself: a class says it at synthesis. */
export const OF_A_FABRIC = /^Fabric(Attachment|Binding)\./;
