/** The rows for `string-programs-workloads.ts`. */
export const WORKLOAD_VERDICTS: { readonly [name: string]: readonly string[] } = {
  'Kueue.new(id)': ['text'],
  'KueueProps.chartVersion': [
    'refused INVALID_FORMAT chartVersion | refused VALUE_NOT_CONCRETE chartVersion | refused VALUE_NOT_CONCRETE chartVersion',
  ],
  'KueueProps.namespace': [
    'refused INVALID_NAME namespace | refused VALUE_NOT_CONCRETE namespace | refused VALUE_NOT_CONCRETE namespace',
  ],
  'GpuQueue.new(id)': ['text'],
  'GpuQueue.fromAttributes(id)': ['unused'],
  'GpuQueueProps.name': [
    'refused INVALID_NAME name | refused VALUE_NOT_CONCRETE name | refused VALUE_NOT_CONCRETE name',
  ],
  'GpuQueueAttributes.clusterQueueName': [
    'refused INVALID_NAME clusterQueueName | refused VALUE_NOT_CONCRETE clusterQueueName | refused VALUE_NOT_CONCRETE clusterQueueName',
  ],
  'LeaderWorkerSetController.new(id)': ['text'],
  'LeaderWorkerSetControllerProps.chartVersion': [
    'refused INVALID_FORMAT chartVersion | refused VALUE_NOT_CONCRETE chartVersion | refused VALUE_NOT_CONCRETE chartVersion',
  ],
  'LeaderWorkerSetControllerProps.namespace': [
    'refused INVALID_NAME namespace | refused VALUE_NOT_CONCRETE namespace | refused VALUE_NOT_CONCRETE namespace',
  ],
  'GpuNodeTypeProps.name': ['refused INVALID_NAME name'],
  'GpuTypeProps.name': ['refused INVALID_NAME name'],
  'GpuType.of(name)': ['refused UNKNOWN_VALUE'],
  'InferenceEngine.of(name)': ['refused UNKNOWN_VALUE'],
  'InferenceEngine.vllm(version)': ['refused INVALID_FORMAT version'],
  'DenseModelProps.name': ['unused'],
  'DenseModelProps.publishedFrom': ['unused'],
  'MixtureOfExpertsProps.name': ['unused'],
  'MixtureOfExpertsProps.publishedFrom': ['unused'],
  'ModelSpec.of(name)': ['refused UNKNOWN_VALUE'],
  'ModelSpec.fromHuggingFaceConfig(name)': ['unused'],
  'Precision.of(name)': ['refused UNKNOWN_VALUE'],
  'KubernetesLabelsOptions.labels': [
    "refused INVALID_FORMAT labels['k'] | reference | reference",
    `refused INVALID_FORMAT labels['x\${file("/etc/os-release")}%{if}'] | refused VALUE_NOT_CONCRETE labels | refused VALUE_NOT_CONCRETE labels`,
  ],
  'KubernetesLabelsOptions.annotations': [
    'text | reference | reference',
    `refused INVALID_FORMAT annotations['x\${file("/etc/os-release")}%{if}'] | refused VALUE_NOT_CONCRETE annotations | refused VALUE_NOT_CONCRETE annotations`,
  ],
  'EfaInstaller.of(version)': ['refused UNKNOWN_VALUE'],
  'TritonRelease.of(release)': ['refused UNKNOWN_VALUE'],
  'ToolCallParser.of(name)': ['refused UNKNOWN_VALUE'],
  'FrontEndToolCallParser.of(name)': ['refused UNKNOWN_VALUE'],
  'FrontEndToolCallParser.custom(name)': ['text | reference | reference'],
  'OpenAiFrontEndOptions.chatTemplate': ['refused INVALID_NAME openAi.chatTemplate'],
  'ReasoningParser.of(name)': ['refused UNKNOWN_VALUE'],
  'VllmRelease.of(version)': ['refused UNKNOWN_VALUE'],
  'ModelStoreCredentials.name': ['refused INVALID_NAME credentials.name | reference | reference'],
  'ModelStoreCredentials.key': ['refused INVALID_NAME credentials.key | reference | reference'],
  'FabricAttachment.resourceNames': [
    'refused INVALID_FORMAT fabric.attachment.resourceNames[0] | reference | reference',
  ],
  'FabricAttachment.networks': [
    'refused INVALID_FORMAT fabric.attachment.networks[0], INVALID_FORMAT fabric.networks[0] | refused at synthesis | refused at synthesis',
  ],
  'FabricAttachment.deviceIds': ['text | reference | reference'],
  'FabricAttachment.interfaceNames': ['text | reference | reference'],
  'FabricAttachment.physicalFunctions': ['unused'],
  'FabricPod.environment': [
    'text | refused VALUE_NOT_CONCRETE environment | refused VALUE_NOT_CONCRETE environment',
    'text | refused VALUE_NOT_CONCRETE environment | refused VALUE_NOT_CONCRETE environment',
  ],
  'FabricBinding.resources': [
    "refused INVALID_FORMAT fabric.bind().resources['k'] | reference | reference",
    `refused INVALID_FORMAT fabric.bind().resources['x\${file("/etc/os-release")}%{if}'] | refused INVALID_FORMAT fabric.bind().resources[a token (a value Terraform only knows later)] | refused INVALID_FORMAT fabric.bind().resources['x<token>\${y}']`,
  ],
  'FabricBinding.annotations': ['text | reference | reference', 'text | reference | reference'],
  'FabricBinding.capabilities': ['refused INVALID_FORMAT fabric.bind().capabilities[0] | reference | reference'],
  'FabricBinding.environment': ['text | reference | reference', 'text | reference | reference'],
  'MetricsTarget.jobName': [
    'refused INVALID_NAME workload.metricsTarget.jobName | refused VALUE_NOT_CONCRETE metricsTarget.jobName | refused VALUE_NOT_CONCRETE metricsTarget.jobName',
  ],
  'MetricsTarget.namespace': [
    'refused INVALID_NAME metricsTarget.namespace | refused VALUE_NOT_CONCRETE metricsTarget.namespace | refused VALUE_NOT_CONCRETE metricsTarget.namespace',
  ],
  'MetricsTarget.podSelector': [
    "refused INVALID_FORMAT workload.metricsTarget.podSelector['k'] | refused VALUE_NOT_CONCRETE metricsTarget.podSelector | refused VALUE_NOT_CONCRETE metricsTarget.podSelector",
    `refused INVALID_FORMAT workload.metricsTarget.podSelector['x\${file("/etc/os-release")}%{if}'] | refused VALUE_NOT_CONCRETE metricsTarget.podSelector | refused VALUE_NOT_CONCRETE metricsTarget.podSelector`,
  ],
  'MetricsTarget.path': [
    'refused INVALID_FORMAT workload.metricsTarget.path | refused VALUE_NOT_CONCRETE metricsTarget.path | refused VALUE_NOT_CONCRETE metricsTarget.path',
  ],
  'MetricsTarget.models': [
    'refused INVALID_NAME workload.metricsTarget.models[0] | refused VALUE_NOT_CONCRETE metricsTarget.models | refused VALUE_NOT_CONCRETE metricsTarget.models',
  ],
  'MetricsTarget.scaledToZeroServices': [
    'unused | refused VALUE_NOT_CONCRETE metricsTarget.scaledToZeroServices | refused VALUE_NOT_CONCRETE metricsTarget.scaledToZeroServices',
  ],
  'MetricsTarget.version': [
    'refused INVALID_FORMAT workload.metricsTarget.version | refused VALUE_NOT_CONCRETE metricsTarget.version | refused VALUE_NOT_CONCRETE metricsTarget.version',
  ],
  'ExistingNamespaces.declare(names)': [
    'refused INVALID_NAME names[0] | refused VALUE_NOT_CONCRETE names | refused VALUE_NOT_CONCRETE names',
  ],
  'CustomResourcesProps.releaseName': [
    'refused INVALID_NAME releaseName | refused VALUE_NOT_CONCRETE releaseName | refused VALUE_NOT_CONCRETE releaseName',
  ],
  'CustomResourcesProps.namespace': [
    'refused INVALID_NAME namespace | refused VALUE_NOT_CONCRETE namespace | refused VALUE_NOT_CONCRETE namespace',
  ],
  'CustomResourcesProps.resources': [
    'text | reference | reference',
    'text | refused VALUE_NOT_CONCRETE resources[0] | refused VALUE_NOT_CONCRETE resources[0]',
    'text | reference | reference',
  ],
  'CustomResources.new(id)': ['text'],
  'ModelStoreAccessLogs.bucketName': ['text | reference | reference'],
  'ModelStoreAccessLogs.prefix': ['text | reference | reference'],
  'ModelStoreProps.bucketName': ['refused INVALID_NAME bucketName | reference | reference'],
  'ModelStoreProps.writers': ['refused INVALID_FORMAT writers[0] | reference | reference'],
  'ModelStoreProps.encryptionKeyArn': ['refused INVALID_FORMAT encryptionKeyArn | reference | reference'],
  'ModelStoreProps.readers': ['refused INVALID_FORMAT readers[0] | reference | reference'],
  'ModelStoreProps.region': ['refused INVALID_FORMAT region | reference | reference'],
  'ModelStoreProps.tags': [
    'text | reference | reference',
    'text | refused VALUE_NOT_CONCRETE tags | refused VALUE_NOT_CONCRETE tags',
  ],
  'ModelStoreAttributes.accountId': ['refused INVALID_FORMAT accountId | unused | unused'],
  'ModelStoreAttributes.kmsKeyArn': ['refused INVALID_FORMAT kmsKeyArn | reference | reference'],
  'ModelStoreAttributes.region': ['refused INVALID_FORMAT region | reference | reference'],
  'ModelStoreAttributes.partition': ['refused UNKNOWN_VALUE partition | reference | reference'],
  'S3CompatibleStoreProps.bucketName': ['refused INVALID_NAME bucketName | reference | reference'],
  'S3CompatibleStoreProps.endpointNamespace': ['refused INVALID_NAME endpointNamespace | reference | reference'],
  'S3CompatibleStoreProps.endpoint': ['refused INVALID_FORMAT endpoint | reference | reference'],
  'S3CompatibleStoreProps.region': ['refused INVALID_FORMAT region | reference | reference'],
  'ConnectXOptions.fabricName': ['unused'],
  'ConnectXOptions.devices': ['text | reference | reference'],
  'NcclAcceptanceTestProps.environment': [
    'text | refused VALUE_NOT_CONCRETE environment | refused VALUE_NOT_CONCRETE environment',
    'text | refused VALUE_NOT_CONCRETE environment | refused VALUE_NOT_CONCRETE environment',
  ],
  'NcclAcceptanceTestProps.image': ['text | reference | reference'],
  'NcclAcceptanceTestProps.namespace': [
    'refused INVALID_NAME namespace | refused VALUE_NOT_CONCRETE namespace | refused VALUE_NOT_CONCRETE namespace',
  ],
  'NcclAcceptanceTestProps.name': [
    'refused INVALID_NAME name | refused VALUE_NOT_CONCRETE name | refused VALUE_NOT_CONCRETE name',
  ],
  'NcclAcceptanceTest.new(id)': ['text'],
  'NetworkName.of(name)': [
    'refused INVALID_NAME name | refused VALUE_NOT_CONCRETE name | refused VALUE_NOT_CONCRETE name',
  ],
  'NetworkName.of(namespace)': [
    'refused INVALID_NAME namespace | refused VALUE_NOT_CONCRETE namespace | refused VALUE_NOT_CONCRETE namespace',
  ],
  'NvidiaNetworkOperatorProps.namespace': [
    'refused INVALID_NAME namespace | refused VALUE_NOT_CONCRETE namespace | refused VALUE_NOT_CONCRETE namespace',
  ],
  'NvidiaNetworkOperatorProps.chartVersion': ['refused OUT_OF_RANGE chartVersion'],
  'Warnings.accept(id)': ['refused UNKNOWN_VALUE id'],
  'Warnings.accept(reason)': ['unused'],
  'NvidiaNetworkOperatorProps.chartRepository': ['text | reference | reference'],
  'NvidiaNetworkOperatorProps.kubectlImage': ['text | reference | reference'],
  'NvidiaNetworkOperator.new(id)': ['text'],
  'NicDriver.container(version)': ['text | reference | reference'],
  'NvIpamPoolProps.subnet': [
    'refused INVALID_FORMAT subnet | refused VALUE_NOT_CONCRETE subnet | refused VALUE_NOT_CONCRETE subnet',
  ],
  'NvIpamPoolProps.gateway': [
    'refused OUT_OF_RANGE gateway | refused VALUE_NOT_CONCRETE gateway | refused VALUE_NOT_CONCRETE gateway',
  ],
  'NvIpamPoolProps.poolName': [
    'refused INVALID_NAME poolName | refused VALUE_NOT_CONCRETE poolName | refused VALUE_NOT_CONCRETE poolName',
  ],
  'NvIpamPool.new(id)': ['text'],
  'AdapterSelection.deviceIds': ['text | reference | reference'],
  'AdapterSelection.interfaceNames': ['text | reference | reference'],
  'SharedDevicesOptions.resourceName': ['refused INVALID_NAME attachment.resourceName'],
  'HostDevicesOptions.resourceName': ['refused INVALID_NAME attachment.resourceName'],
  'VirtualFunctionRail.resourceName': ['refused INVALID_NAME attachment.resourceName'],
  'VirtualFunctionRail.physicalFunctions': ['text | reference | reference'],
  'SecondaryNetworkProps.ipam': [
    'text | reference | reference',
    'text | reference | reference',
    'text | reference | reference',
  ],
  'MacvlanNetworkProps.master': ['refused INVALID_NAME master'],
  'IpoibNetworkProps.master': ['refused INVALID_NAME master'],
  'DeviceNetworkProps.resourceName': [
    'refused INVALID_NAME resourceName | refused VALUE_NOT_CONCRETE resourceName | refused VALUE_NOT_CONCRETE resourceName',
  ],
  'SecondaryNetworkResource.apiVersion': [
    'text | refused MISSING_PROPERTY resources[0].apiVersion | refused MISSING_PROPERTY resources[0].apiVersion',
  ],
  'SecondaryNetworkResource.kind': [
    'text | refused MISSING_PROPERTY resources[0].kind | refused MISSING_PROPERTY resources[0].kind',
  ],
  'SecondaryNetworkResource.spec': [
    'text | reference | reference',
    'text | refused VALUE_NOT_CONCRETE resources[0] | refused VALUE_NOT_CONCRETE resources[0]',
    'text | reference | reference',
  ],
  'MacvlanNetwork.new(id)': ['text'],
  'IpoibNetwork.new(id)': ['text'],
  'HostDeviceNetwork.new(id)': ['text'],
  'SriovNetwork.new(id)': ['text'],
  'SriovIbNetwork.new(id)': ['text'],
  'TensorSpec.name': [
    'text | refused VALUE_NOT_CONCRETE models[0].inputs | refused VALUE_NOT_CONCRETE models[0].inputs',
  ],
  'TensorModelProps.name': [
    'refused INVALID_NAME models[0].name | refused VALUE_NOT_CONCRETE models[0].name | refused VALUE_NOT_CONCRETE models[0].name',
  ],
  'TensorModelProps.version': [
    'refused INVALID_NAME models[0].version | refused VALUE_NOT_CONCRETE models[0].version | refused VALUE_NOT_CONCRETE models[0].version',
  ],
  'TensorModelProps.otherVersions': [
    'refused INVALID_NAME models[0].version, VERSIONS_NOT_NUMBERED models[0].otherVersions | refused VALUE_NOT_CONCRETE models[0].otherVersions | refused VALUE_NOT_CONCRETE models[0].otherVersions',
  ],
  'OnnxRuntimeModelProps.fileName': [
    'refused INVALID_NAME models[0].fileName | refused VALUE_NOT_CONCRETE models[0].fileName | refused VALUE_NOT_CONCRETE models[0].fileName',
  ],
  'TritonDeployment.new(id)': ['text'],
  'ServingOptions.namespace': [
    'refused INVALID_NAME namespace | refused VALUE_NOT_CONCRETE namespace | refused VALUE_NOT_CONCRETE namespace',
  ],
  'TritonDeploymentProps.name': [
    'refused INVALID_NAME name | refused VALUE_NOT_CONCRETE name | refused VALUE_NOT_CONCRETE name',
  ],
  'ServingOptions.environment': [
    'text | reference | reference',
    `refused INVALID_NAME environment['x\${file("/etc/os-release")}%{if}'] | reference | reference`,
  ],
  'ServingOptions.extraArguments': ['refused INVALID_FORMAT extraArguments[0] | reference | reference'],
  'ServingOptions.priorityClassName': ['refused INVALID_NAME priorityClassName | reference | reference'],
  'VllmModelProps.name': [
    'refused INVALID_NAME models[0].name | refused VALUE_NOT_CONCRETE models[0].name | refused VALUE_NOT_CONCRETE models[0].name',
  ],
  'VllmOptions.quantization': [
    'refused QUANTIZATION_NOT_IN_VLLM models[0].quantization, QUANTIZATION_DIFFERS_FROM_PRECISION models[0].quantization | refused VALUE_NOT_CONCRETE models[0].quantization | refused VALUE_NOT_CONCRETE models[0].quantization',
  ],
  'VllmOptions.engineArguments': [
    'refused ENGINE_ARGUMENT_NOT_IN_VLLM models[0].engineArguments.k | refused VALUE_NOT_CONCRETE models[0].engineArguments | refused VALUE_NOT_CONCRETE models[0].engineArguments',
    'refused ENGINE_ARGUMENT_NOT_IN_VLLM models[0].engineArguments.x${file("/etc/os-release")}%{if} | refused VALUE_NOT_CONCRETE models[0].engineArguments | refused VALUE_NOT_CONCRETE models[0].engineArguments',
    'refused ENGINE_ARGUMENT_NOT_IN_VLLM models[0].engineArguments.k | refused VALUE_NOT_CONCRETE models[0].engineArguments | refused VALUE_NOT_CONCRETE models[0].engineArguments',
  ],
  'KServe.new(id)': ['text'],
  'KServeProps.chartVersion': [
    'refused INVALID_FORMAT chartVersion | refused VALUE_NOT_CONCRETE chartVersion | refused VALUE_NOT_CONCRETE chartVersion',
  ],
  'KServeProps.namespace': [
    'refused INVALID_NAME namespace | refused VALUE_NOT_CONCRETE namespace | refused VALUE_NOT_CONCRETE namespace',
  ],
  'KServeInferenceService.new(id)': ['text'],
  'KServeInferenceServiceProps.name': [
    'refused INVALID_NAME name | refused VALUE_NOT_CONCRETE name | refused VALUE_NOT_CONCRETE name',
  ],
  'KServeInferenceServiceProps.modelPath': [
    'refused INVALID_FORMAT modelPath | refused VALUE_NOT_CONCRETE modelPath | refused VALUE_NOT_CONCRETE modelPath',
  ],
  'KServeLlmInferenceService.new(id)': ['text'],
  'KServeLlmInferenceServiceProps.name': [
    'refused INVALID_NAME name | refused VALUE_NOT_CONCRETE name | refused VALUE_NOT_CONCRETE name',
  ],
  'KServeLlmInferenceServiceProps.modelPath': [
    'refused INVALID_FORMAT modelPath | refused VALUE_NOT_CONCRETE modelPath | refused VALUE_NOT_CONCRETE modelPath',
  ],
  'KServeGateway.name': ['refused INVALID_NAME router.gateway.name | reference | reference'],
  'KServeGateway.namespace': ['refused INVALID_NAME router.gateway.namespace | reference | reference'],
  'KServeGateway.listener': ['refused INVALID_NAME router.gateway.listener | reference | reference'],
  'KServeRouter.httpRoutes(names)': [
    'refused INVALID_NAME router.routes[0] | refused VALUE_NOT_CONCRETE router.routes | refused VALUE_NOT_CONCRETE router.routes',
  ],
  'KServeVllmOptions.vllmImage': ['refused INVALID_FORMAT vllmImage | reference | reference'],
  'KServeTritonOptions.tritonImage': ['refused INVALID_FORMAT tritonImage | reference | reference'],
  'VllmDeployment.new(id)': ['text'],
  'VllmDeploymentProps.nameSuffix': [
    'text | refused VALUE_NOT_CONCRETE nameSuffix | refused VALUE_NOT_CONCRETE nameSuffix',
  ],
  'VllmDeploymentProps.name': [
    'refused INVALID_NAME name | refused VALUE_NOT_CONCRETE name | refused VALUE_NOT_CONCRETE name',
  ],
  'VllmServingOptions.vllmImage': ['refused INVALID_FORMAT vllmImage | reference | reference'],
  'OpenAiOptions.servedModelNames': [
    'refused INVALID_NAME models[0].servedModelNames[0] | refused VALUE_NOT_CONCRETE models[0].servedModelNames | refused VALUE_NOT_CONCRETE models[0].servedModelNames',
  ],
  'LoraAdapter.name': [
    'refused INVALID_NAME models[0].loraAdapters[0].name | refused VALUE_NOT_CONCRETE models[0].loraAdapters | refused VALUE_NOT_CONCRETE models[0].loraAdapters',
  ],
  'LoraAdapter.version': [
    'refused INVALID_NAME models[0].loraAdapters[0].version | refused VALUE_NOT_CONCRETE models[0].loraAdapters | refused VALUE_NOT_CONCRETE models[0].loraAdapters',
  ],
  'ModelImportProps.model': [
    'refused INVALID_NAME model | refused VALUE_NOT_CONCRETE model | refused VALUE_NOT_CONCRETE model',
  ],
  'ModelImportProps.version': [
    'refused INVALID_NAME version | refused VALUE_NOT_CONCRETE version | refused VALUE_NOT_CONCRETE version',
  ],
  'ModelImportProps.namespace': [
    'refused INVALID_NAME namespace | refused VALUE_NOT_CONCRETE namespace | refused VALUE_NOT_CONCRETE namespace',
  ],
  'ModelImportProps.name': [
    'refused INVALID_NAME name | refused VALUE_NOT_CONCRETE name | refused VALUE_NOT_CONCRETE name',
  ],
  'ModelImportProps.nodeSelector': [
    "refused INVALID_FORMAT nodeSelector['k'] | reference | reference",
    'refused INVALID_FORMAT nodeSelector[\'x${file("/etc/os-release")}%{if}\'] | reference | reference',
  ],
  'ModelImport.new(id)': ['text'],
  'ModelFile.url': [
    'refused INVALID_FORMAT source.files[0].url | refused VALUE_NOT_CONCRETE files | refused VALUE_NOT_CONCRETE files',
  ],
  'ModelFile.path': [
    'refused INVALID_FORMAT source.files[0].path | refused VALUE_NOT_CONCRETE files | refused VALUE_NOT_CONCRETE files',
  ],
  'ModelFile.sha256': [
    'refused INVALID_FORMAT source.files[0].sha256 | refused VALUE_NOT_CONCRETE files | refused VALUE_NOT_CONCRETE files',
  ],
  'ModelSource.volumeClaim(claimName)': ['refused INVALID_NAME source.claimName'],
  'ModelSource.volumeClaim(folder)': [
    'refused INVALID_FORMAT source.folder | refused VALUE_NOT_CONCRETE source | refused VALUE_NOT_CONCRETE source',
  ],
  'SlackReceiverProps.channel': ['text | reference | reference'],
  'WebhookReceiverProps.url': ['refused INVALID_FORMAT alertReceivers[0].url | reference | reference'],
  'AlertReceiver.slack(name)': ['text | reference | reference'],
  'AlertReceiver.pagerDuty(name)': ['text | reference | reference'],
  'AlertReceiver.webhook(name)': ['text | reference | reference'],
  'GrafanaOidcProps.clientId': [
    'refused INVALID_FORMAT grafana.auth.clientId | refused VALUE_NOT_CONCRETE grafana.auth.clientId | refused VALUE_NOT_CONCRETE grafana.auth.clientId',
  ],
  'GrafanaOidcProps.authorizationUrl': [
    'refused INVALID_FORMAT grafana.auth.authorizationUrl | refused VALUE_NOT_CONCRETE grafana.auth.authorizationUrl | refused VALUE_NOT_CONCRETE grafana.auth.authorizationUrl',
  ],
  'GrafanaOidcProps.tokenUrl': [
    'refused INVALID_FORMAT grafana.auth.tokenUrl | refused VALUE_NOT_CONCRETE grafana.auth.tokenUrl | refused VALUE_NOT_CONCRETE grafana.auth.tokenUrl',
  ],
  'GrafanaOidcProps.userInfoUrl': [
    'refused INVALID_FORMAT grafana.auth.userInfoUrl | refused VALUE_NOT_CONCRETE grafana.auth.userInfoUrl | refused VALUE_NOT_CONCRETE grafana.auth.userInfoUrl',
  ],
  'GrafanaOidcProps.scopes': [
    'refused INVALID_FORMAT grafana.auth.scopes[0] | refused VALUE_NOT_CONCRETE grafana.auth.scopes[0] | refused VALUE_NOT_CONCRETE grafana.auth.scopes[0]',
  ],
  'GrafanaOidcProps.adminGroup': [
    'refused INVALID_FORMAT grafana.auth.adminGroup | refused VALUE_NOT_CONCRETE grafana.auth.adminGroup | refused VALUE_NOT_CONCRETE grafana.auth.adminGroup',
  ],
  'GrafanaOidcProps.displayName': [
    'refused INVALID_FORMAT grafana.auth.displayName | refused VALUE_NOT_CONCRETE grafana.auth.displayName | refused VALUE_NOT_CONCRETE grafana.auth.displayName',
  ],
  'GrafanaDashboard.fromJson(text)': ['refused DASHBOARD_INVALID text'],
  'GrafanaDashboard.fromFile(path)': ['refused DASHBOARD_INVALID path'],
  'GrafanaOptions.url': [
    'refused INVALID_FORMAT grafana.url | refused VALUE_NOT_CONCRETE grafana.url | refused VALUE_NOT_CONCRETE grafana.url',
  ],
  'GrafanaOptions.accessibleFrom': [
    'refused INVALID_NAME grafana.accessibleFrom[0] | refused VALUE_NOT_CONCRETE grafana.accessibleFrom[0] | refused VALUE_NOT_CONCRETE grafana.accessibleFrom[0]',
  ],
  'GrafanaOptions.siteLabel': [
    'refused INVALID_NAME grafana.siteLabel | refused VALUE_NOT_CONCRETE grafana.siteLabel | refused VALUE_NOT_CONCRETE grafana.siteLabel',
  ],
  'GrafanaOptions.image': ['text | reference | reference'],
  'MonitoringOptions.namespace': [
    'refused INVALID_NAME namespace | refused VALUE_NOT_CONCRETE namespace | refused VALUE_NOT_CONCRETE namespace',
  ],
  'MonitoringOptions.accessibleFrom': [
    'refused INVALID_NAME accessibleFrom[0] | refused VALUE_NOT_CONCRETE accessibleFrom[0] | refused VALUE_NOT_CONCRETE accessibleFrom[0]',
  ],
  'MonitoringOptions.managedPrometheusArn': [
    'refused INVALID_FORMAT managedPrometheusArn | refused VALUE_NOT_CONCRETE managedPrometheusArn | refused VALUE_NOT_CONCRETE managedPrometheusArn',
  ],
  'MonitoringOptions.runbookUrl': [
    'refused INVALID_FORMAT runbookUrl | refused VALUE_NOT_CONCRETE runbookUrl | refused VALUE_NOT_CONCRETE runbookUrl',
  ],
  'MonitoringOptions.grafanaUrl': [
    'refused INVALID_FORMAT grafanaUrl | refused VALUE_NOT_CONCRETE grafanaUrl | refused VALUE_NOT_CONCRETE grafanaUrl',
  ],
  'MonitoringOptions.priorityClassName': ['text | reference | reference'],
  'MonitoringOptions.nodeSelector': [
    "refused INVALID_FORMAT nodeSelector['k'] | reference | reference",
    'refused INVALID_FORMAT nodeSelector[\'x${file("/etc/os-release")}%{if}\'] | reference | reference',
  ],
  'MonitoringOptions.podLabels': [
    "refused INVALID_FORMAT podLabels['k'] | reference | reference",
    'refused INVALID_FORMAT podLabels[\'x${file("/etc/os-release")}%{if}\'] | reference | reference',
  ],
  'MonitoringOptions.podAnnotations': [
    'text | reference | reference',
    'refused INVALID_FORMAT podAnnotations[\'x${file("/etc/os-release")}%{if}\'] | reference | reference',
  ],
  'MonitoringOptions.prometheusImage': ['text | reference | reference'],
  'MonitoringOptions.alertmanagerImage': ['text | reference | reference'],
  'ObjectiveOptions.models': ['refused UNKNOWN_VALUE objectives[0].models'],
  'MonitoringStack.new(id)': ['text'],
  'PersistentStorageProps.storageClassName': ['text | reference | reference'],
  'WatchOptions.metricPrefixes': [
    'refused INVALID_NAME metricPrefixes.triton-vllm, UNKNOWN_VALUE metricPrefixes',
    'refused UNKNOWN_VALUE metricPrefixes',
  ],
  'KubernetesManifestsOptions.values': ['unused', 'unused', 'unused'],
};
