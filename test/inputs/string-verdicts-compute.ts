/** The rows for `string-programs-compute.ts`. */
export const COMPUTE_VERDICTS: { readonly [name: string]: readonly string[] } = {
  'EksReleaseVersions.kubernetesVersion': [
    'refused INVALID_FORMAT kubernetesVersion, CONFLICTING_PROPERTIES nodeImageVersion',
  ],
  'EksReleaseVersions.nodeImageVersion': [
    'refused INVALID_FORMAT nodeImageVersion, CONFLICTING_PROPERTIES nodeImageVersion',
  ],
  'EksReleaseVersions.vpcCni': ['refused INVALID_FORMAT vpcCni'],
  'EksReleaseVersions.kubeProxy': ['refused INVALID_FORMAT kubeProxy'],
  'EksReleaseVersions.podIdentityAgent': ['refused INVALID_FORMAT podIdentityAgent'],
  'EksReleaseVersions.coreDns': ['refused INVALID_FORMAT coreDns'],
  'EksReleaseVersions.ebsCsiDriver': ['refused INVALID_FORMAT ebsCsiDriver'],
  'EksReleaseVersions.nodeMonitoringAgent': ['refused INVALID_FORMAT nodeMonitoringAgent'],
  'K3sRelease.of(version)': ['refused UNKNOWN_VALUE'],
  'JetPackRelease.of(version)': ['refused UNKNOWN_VALUE'],
  'EksRelease.of(kubernetesVersion)': ['refused UNKNOWN_VALUE'],
  'GpuInstanceType.of(name)': ['refused UNKNOWN_VALUE | refused VALUE_NOT_CONCRETE | refused VALUE_NOT_CONCRETE'],
  'GpuInstanceType.offeredIn(region)': ['unused'],
  'NodeTaint.key': [
    'refused INVALID_FORMAT taints[0].key | refused VALUE_NOT_CONCRETE taints | refused VALUE_NOT_CONCRETE taints',
  ],
  'NodeTaint.value': [
    'refused INVALID_FORMAT taints[0].value | refused VALUE_NOT_CONCRETE taints | refused VALUE_NOT_CONCRETE taints',
  ],
  'ClusterConnection.host': ['refused INVALID_FORMAT cluster.connection.host | reference | reference'],
  'ClusterConnection.certificateAuthorityData': [
    'refused INVALID_FORMAT connection.certificateAuthorityData | reference | refused INVALID_FORMAT connection.certificateAuthorityData',
  ],
  'ClusterConnection.eksClusterName': ['text | reference | reference'],
  'ClusterConnection.region': ['text | reference | reference'],
  'ClusterConnection.configPath': ['text | reference | reference'],
  'ClusterConnection.configContext': ['text | reference | reference'],
  'ImageRegistry.mirror(host)': ['refused INVALID_FORMAT host | reference | reference'],
  'ImageRegistry.withPullSecrets(pullSecrets)': ['refused INVALID_NAME pullSecrets[0] | reference | reference'],
  'ImageRegistry.mirror(pullSecrets)': ['refused INVALID_NAME pullSecrets[0] | reference | reference'],
  'ImageRegistry.mirror(chartRepository)': ['refused INVALID_FORMAT chartRepository | reference | reference'],
  'ImageRegistry.resolve(image)': [
    'refused INVALID_FORMAT images[0] | refused VALUE_NOT_CONCRETE images[0] | refused VALUE_NOT_CONCRETE images[0]',
  ],
  'KubernetesAccessOptions.roleArn': ['refused INVALID_FORMAT options.roleArn | reference | reference'],
  'KubernetesAccessOptions.profile': ['text | reference | reference'],
  'KubernetesAccessOptions.proxyUrl': ['text | reference | reference'],
  'ModelStore.fromBucketName(id)': ['text'],
  'ModelStore.fromBucketName(bucketName)': ['refused INVALID_NAME bucketName | reference | reference'],
  'ModelStore.new(id)': ['text'],
  'ModelStore.uriFor(model)': ['refused INVALID_NAME model | unused | unused'],
  'ModelStore.uriFor(version)': ['refused INVALID_NAME version | unused | unused'],
  'ApiAccess.privateFrom(cidrs)': [
    'refused INVALID_FORMAT apiAccess | refused VALUE_NOT_CONCRETE apiAccess | refused VALUE_NOT_CONCRETE apiAccess',
  ],
  'ApiAccess.publicFrom(cidrs)': [
    'refused INVALID_FORMAT apiAccess | refused VALUE_NOT_CONCRETE apiAccess | refused VALUE_NOT_CONCRETE apiAccess',
  ],
  'CapacityReservation.reservationId': ['refused INVALID_FORMAT reservationId | reference | reference'],
  'CapacityReservation.availabilityZone': ['refused INVALID_FORMAT availabilityZone | reference | reference'],
  'CapacityReservation.placementGroupName': ['text | reference | reference'],
  'CapacityBlock.reservationId': ['refused INVALID_FORMAT reservationId | reference | reference'],
  'CapacityBlock.availabilityZone': ['refused INVALID_FORMAT availabilityZone | reference | reference'],
  'CapacityBlock.start': [
    'refused INVALID_FORMAT start | refused VALUE_NOT_CONCRETE start | refused VALUE_NOT_CONCRETE start',
  ],
  'CapacityBlock.end': ['refused INVALID_FORMAT end | refused VALUE_NOT_CONCRETE end | refused VALUE_NOT_CONCRETE end'],
  'CapacityBlock.alarmTopicArn': ['refused INVALID_FORMAT alarmTopicArn | reference | reference'],
  'ClusterAutoscalerProps.chartVersion': [
    'refused INVALID_FORMAT chartVersion | refused VALUE_NOT_CONCRETE chartVersion | refused VALUE_NOT_CONCRETE chartVersion',
  ],
  'ClusterAutoscalerProps.image': ['refused INVALID_FORMAT image | reference | reference'],
  'ClusterAutoscaler.new(id)': ['text'],
  'KarpenterProps.chartVersion': [
    'refused INVALID_FORMAT chartVersion | refused VALUE_NOT_CONCRETE chartVersion | refused VALUE_NOT_CONCRETE chartVersion',
  ],
  'KarpenterProps.image': [
    'refused INVALID_FORMAT image | refused VALUE_NOT_CONCRETE image | refused VALUE_NOT_CONCRETE image',
  ],
  'Karpenter.new(id)': ['text'],
  'ExistingVpc.vpcId': ['text | reference | reference'],
  'ExistingVpc.controlPlaneSubnetIds': ['refused TOO_FEW_ZONES vpc.controlPlaneSubnetIds | reference | reference'],
  'ExistingVpc.privateSubnetIds': ['refused TOO_FEW_ZONES vpc.privateSubnetIds | reference | reference'],
  'ExistingVpc.availabilityZones': ['unused'],
  'ExistingVpc.privateSubnetCidrs': ['refused INVALID_FORMAT vpc.privateSubnetCidrs | unused | unused'],
  'EksGpuCluster.fromAttributes(id)': ['text'],
  'EksGpuCluster.new(id)': ['text'],
  'EksGpuCluster.serviceAccountRole(namespace)': [
    'refused INVALID_NAME namespace | refused VALUE_NOT_CONCRETE namespace | refused VALUE_NOT_CONCRETE namespace',
  ],
  'EksGpuCluster.serviceAccountRole(serviceAccountName)': [
    'refused INVALID_NAME serviceAccountName | refused VALUE_NOT_CONCRETE serviceAccountName | refused VALUE_NOT_CONCRETE serviceAccountName',
  ],
  'EksGpuCluster.grantAdmin(id)': ['text'],
  'EksGpuCluster.grantAdmin(principalArn)': ['refused INVALID_FORMAT principalArn | reference | reference'],
  'EksGpuClusterProps.clusterName': [
    'refused INVALID_NAME clusterName | refused VALUE_NOT_CONCRETE clusterName | refused VALUE_NOT_CONCRETE clusterName',
  ],
  'EksGpuClusterProps.kubernetesVersion': [
    'refused UNKNOWN_VALUE kubernetesVersion | refused VALUE_NOT_CONCRETE kubernetesVersion | refused VALUE_NOT_CONCRETE kubernetesVersion',
  ],
  'EksGpuClusterProps.availabilityZones': [
    'refused TOO_FEW_ZONES availabilityZones, INVALID_FORMAT availabilityZones | refused VALUE_NOT_CONCRETE availabilityZones | refused VALUE_NOT_CONCRETE availabilityZones',
  ],
  'EksGpuClusterProps.vpcCidr': [
    'refused INVALID_FORMAT vpcCidr | refused VALUE_NOT_CONCRETE vpcCidr | refused VALUE_NOT_CONCRETE vpcCidr',
  ],
  'EksGpuClusterProps.admins': [
    'refused INVALID_FORMAT admins[0] | refused VALUE_NOT_CONCRETE admins[0] | refused VALUE_NOT_CONCRETE admins[0]',
  ],
  'EksGpuClusterProps.encryptionKeyArn': ['refused INVALID_FORMAT encryptionKeyArn | reference | reference'],
  'EksGpuClusterProps.volumeKeyArn': ['refused INVALID_FORMAT volumeKeyArn | reference | reference'],
  'EksGpuClusterProps.clusterRoleArn': ['refused INVALID_FORMAT clusterRoleArn | reference | reference'],
  'RoleOptions.permissionsBoundary': ['refused INVALID_FORMAT roleOptions.permissionsBoundary | reference | reference'],
  'RoleOptions.path': ['refused INVALID_FORMAT roleOptions.path | reference | reference'],
  'EksGpuClusterProps.tags': [
    'text | reference | reference',
    'text | refused VALUE_NOT_CONCRETE tags | refused VALUE_NOT_CONCRETE tags',
  ],
  'EksClusterAttributes.clusterName': [
    'refused INVALID_NAME clusterName | refused VALUE_NOT_CONCRETE clusterName | refused VALUE_NOT_CONCRETE clusterName',
  ],
  'EksClusterAttributes.subnetIds': ['text | reference | reference'],
  'EksClusterAttributes.securityGroupIds': ['text | reference | reference'],
  'EksClusterAttributes.availabilityZones': ['unused'],
  'EksClusterAttributes.subnetCidrs': ['refused INVALID_FORMAT subnetCidrs | unused | unused'],
  'EksClusterAttributes.vpcId': ['text | reference | reference'],
  'EksClusterAttributes.endpoint': ['text | reference | reference'],
  'EksClusterAttributes.certificateAuthorityData': [
    'refused INVALID_FORMAT connection.certificateAuthorityData | reference | refused INVALID_FORMAT connection.certificateAuthorityData',
  ],
  'EksClusterAttributes.region': ['refused CLUSTER_IN_OTHER_REGION provider | reference | reference'],
  'EksClusterAttributes.clusterRoleArn': ['refused INVALID_FORMAT clusterRoleArn | unused | unused'],
  'EksClusterAttributes.oidcProviderArn': ['refused INVALID_FORMAT oidcProviderArn | reference | reference'],
  'EksClusterAttributes.kubernetesVersion': ['text | reference | reference'],
  'EksClusterAttributes.volumeKeyArn': ['refused INVALID_FORMAT volumeKeyArn | reference | reference'],
  'EksClusterAttributes.tags': [
    'text | reference | reference',
    'text | refused VALUE_NOT_CONCRETE tags | refused VALUE_NOT_CONCRETE tags',
  ],
  'EncryptedStorageClassProps.storageClassName': [
    'refused INVALID_NAME storageClassName | refused VALUE_NOT_CONCRETE storageClassName | refused VALUE_NOT_CONCRETE storageClassName',
  ],
  'EncryptedStorageClassProps.kmsKeyArn': ['refused INVALID_FORMAT kmsKeyArn | reference | reference'],
  'EncryptedStorageClass.new(id)': ['text'],
  'ExistingGpuNodePoolProps.nodeSelector': [
    "refused INVALID_FORMAT nodeSelector['k'] | refused VALUE_NOT_CONCRETE nodeSelector | refused VALUE_NOT_CONCRETE nodeSelector",
    'refused INVALID_FORMAT nodeSelector[\'x${file("/etc/os-release")}%{if}\'] | refused VALUE_NOT_CONCRETE nodeSelector | refused VALUE_NOT_CONCRETE nodeSelector',
  ],
  'ExistingGpuNodePoolProps.nodeNames': [
    'refused INVALID_NAME nodeNames[0] | refused VALUE_NOT_CONCRETE nodeNames | refused VALUE_NOT_CONCRETE nodeNames',
  ],
  'ExistingGpuNodePoolProps.labels': [
    "refused INVALID_FORMAT labels['k'] | refused VALUE_NOT_CONCRETE labels | refused VALUE_NOT_CONCRETE labels",
    'refused INVALID_FORMAT labels[\'x${file("/etc/os-release")}%{if}\'] | refused VALUE_NOT_CONCRETE labels | refused VALUE_NOT_CONCRETE labels',
  ],
  'ExistingGpuNodePoolProps.poolName': [
    "refused INVALID_NAME poolName, INVALID_FORMAT nodeSelector['gpu-inference-constructs/pool'] | refused VALUE_NOT_CONCRETE poolName, VALUE_NOT_CONCRETE nodeSelector | refused VALUE_NOT_CONCRETE poolName, VALUE_NOT_CONCRETE nodeSelector",
  ],
  'GpuNodePool.new(id)': ['text'],
  'Ec2GpuNodePoolOptions.availabilityZone': [
    'refused ZONE_NOT_KNOWN availabilityZone | refused VALUE_NOT_CONCRETE availabilityZone | refused VALUE_NOT_CONCRETE availabilityZone',
  ],
  'Ec2GpuNodePoolOptions.subnetIds': ['text | reference | reference'],
  'Ec2GpuNodePoolOptions.labels': [
    "refused INVALID_FORMAT labels['k'] | refused VALUE_NOT_CONCRETE labels | refused VALUE_NOT_CONCRETE labels",
    'refused INVALID_FORMAT labels[\'x${file("/etc/os-release")}%{if}\'] | refused VALUE_NOT_CONCRETE labels | refused VALUE_NOT_CONCRETE labels',
  ],
  'Ec2GpuNodePoolOptions.poolName': [
    'refused INVALID_NAME poolName | refused VALUE_NOT_CONCRETE poolName | refused VALUE_NOT_CONCRETE poolName',
  ],
  'Ec2GpuNodePoolOptions.tags': [
    'text | reference | reference',
    'text | refused VALUE_NOT_CONCRETE tags | refused VALUE_NOT_CONCRETE tags',
  ],
  'GpuOperatorOptions.values': [
    'text | reference | reference',
    'text | reference | reference',
    'text | reference | reference',
  ],
  'GpuOperator.version(chartVersion)': ['refused INVALID_FORMAT chartVersion'],
  'GpuSharing.mig(profile)': ['refused UNKNOWN_MIG_PROFILE gpuSharing'],
  'ImagePrePullerProps.images': [
    'refused INVALID_FORMAT images[0] | refused VALUE_NOT_CONCRETE images[0] | refused VALUE_NOT_CONCRETE images[0]',
  ],
  'ImagePrePullerProps.command': ['text | reference | reference'],
  'ImagePrePullerProps.pauseImage': ['text | reference | reference'],
  'ImagePrePullerProps.name': [
    'refused INVALID_NAME name | refused VALUE_NOT_CONCRETE name | refused VALUE_NOT_CONCRETE name',
  ],
  'ImagePrePullerProps.namespace': [
    'refused INVALID_NAME namespace | refused VALUE_NOT_CONCRETE namespace | refused VALUE_NOT_CONCRETE namespace',
  ],
  'ImagePrePuller.new(id)': ['text'],
  'KarpenterGpuNodePool.new(id)': ['text'],
  'KarpenterGpuNodePoolProps.namespace': [
    'refused INVALID_NAME namespace | refused VALUE_NOT_CONCRETE namespace | refused VALUE_NOT_CONCRETE namespace',
  ],
  'KubeconfigAttributes.configPath': ['text | reference | reference'],
  'KubeconfigAttributes.context': ['text | refused VALUE_NOT_CONCRETE context | refused VALUE_NOT_CONCRETE context'],
  'KubeconfigAttributes.clusterName': [
    'text | refused VALUE_NOT_CONCRETE clusterName | refused VALUE_NOT_CONCRETE clusterName',
  ],
  'KubernetesCluster.fromKubeconfig(id)': ['text'],
  'KubernetesCluster.serviceAccountRole(namespace)': ['refused POD_IAM_UNAVAILABLE'],
  'KubernetesCluster.serviceAccountRole(serviceAccountName)': ['refused POD_IAM_UNAVAILABLE'],
  'NodeAgents.new(id)': ['text'],
  'NodeAgentsProps.namespace': [
    'refused INVALID_NAME namespace | refused VALUE_NOT_CONCRETE namespace | refused VALUE_NOT_CONCRETE namespace',
  ],
  'NodeAgentsProps.podLabels': [
    "refused INVALID_FORMAT podLabels['k'] | reference | reference",
    `refused INVALID_FORMAT podLabels['x\${file("/etc/os-release")}%{if}'] | reference | reference`,
  ],
  'NodeAgentsProps.podAnnotations': [
    'text | reference | reference',
    `refused INVALID_FORMAT podAnnotations['x\${file("/etc/os-release")}%{if}'] | reference | reference`,
  ],
  'NodeAgentsProps.nvidiaPluginImage': ['text | reference | reference'],
  'NodeAgentsProps.region': ['unused'],
  'NodeAgentsProps.dcgmExporterImage': ['text | reference | reference'],
  'NodeAgentsProps.efaPluginImage': ['text | reference | reference'],
  'NodeImageRelease.releaseVersion': ['refused INVALID_FORMAT releaseVersion'],
  'Placement.existing(groupName)': ['text | reference | reference'],
  'SystemNodes.nodeRoleArn': ['refused INVALID_FORMAT systemNodes.nodeRoleArn | reference | reference'],
  'Ec2GpuNodePoolOptions.nodeRoleArn': ['refused INVALID_FORMAT nodeRoleArn | reference | reference'],
  'SystemNodes.instanceType': ['refused INVALID_FORMAT systemNodes.instanceType | reference | reference'],
  'ServedModel.name': [
    'refused INVALID_NAME models[0].name | refused VALUE_NOT_CONCRETE models[0].name | refused VALUE_NOT_CONCRETE models[0].name',
  ],
  'ServedModel.nodePool': ['refused UNKNOWN_VALUE models[0].nodePool'],
  'LanguageModelOptions.version': [
    'refused INVALID_NAME models[0].version | refused VALUE_NOT_CONCRETE models[0].version | refused VALUE_NOT_CONCRETE models[0].version',
  ],
  'CloudTopology.new(id)': ['text'],
  'TopologyKarpenterPool.name': [
    'refused INVALID_NAME karpenterPools[0].poolName | refused VALUE_NOT_CONCRETE karpenterPools[0].name | refused VALUE_NOT_CONCRETE karpenterPools[0].name',
  ],
  'TopologyNodePool.name': [
    'refused INVALID_NAME nodePools[0].poolName | refused VALUE_NOT_CONCRETE nodePools[0].name | refused VALUE_NOT_CONCRETE nodePools[0].name',
  ],
};
