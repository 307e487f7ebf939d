/** The rows for `string-programs-pods.ts`. */
export const POD_VERDICTS: { readonly [name: string]: readonly string[] } = {
  'VllmReleaseProps.vllmVersion': ['refused INVALID_FORMAT vllmVersion'],
  'VllmReleaseProps.cudaVersion': ['refused INVALID_FORMAT cudaVersion'],
  'VllmReleaseProps.torchVersion': ['refused INVALID_FORMAT torchVersion'],
  'TritonReleaseProps.release': ['refused INVALID_FORMAT release'],
  'TritonReleaseProps.vllmVersion': ['refused INVALID_FORMAT vllmVersion'],
  'TritonReleaseProps.onnxRuntimeVersion': ['refused INVALID_FORMAT onnxRuntimeVersion'],
  'TritonReleaseProps.cudaVersion': ['refused INVALID_FORMAT cudaVersion'],
  'TritonReleaseProps.cudaDriver': ['refused INVALID_FORMAT cudaDriver'],
  'NodeCacheOptions.path': [
    'refused INVALID_FORMAT modelCache.path | refused VALUE_NOT_CONCRETE modelCache.path | refused VALUE_NOT_CONCRETE modelCache.path',
  ],
  'NodeCacheOptions.namespace': [
    'refused INVALID_NAME modelCache.namespace | refused VALUE_NOT_CONCRETE modelCache.namespace | refused VALUE_NOT_CONCRETE modelCache.namespace',
  ],
  'ClaimCacheOptions.claimName': ['refused INVALID_NAME modelCache.claimName | reference | reference'],
  'SecretReference.name': ["refused INVALID_NAME secretEnvironment['HF_TOKEN'].name | reference | reference"],
  'SecretReference.key': ["refused INVALID_NAME secretEnvironment['HF_TOKEN'].key | reference | reference"],
  'EgressTarget.cidr': ['refused INVALID_FORMAT egressTo[0].cidr | reference | reference'],
  'PodVolume.secret(name)': [
    'refused INVALID_NAME volumes[0].name | refused VALUE_NOT_CONCRETE volumes[0].name | refused VALUE_NOT_CONCRETE volumes[0].name',
  ],
  'PodVolume.secret(secretName)': ['refused INVALID_NAME volumes[0].source | reference | reference'],
  'PodVolume.configMap(name)': [
    'refused INVALID_NAME volumes[0].name | refused VALUE_NOT_CONCRETE volumes[0].name | refused VALUE_NOT_CONCRETE volumes[0].name',
  ],
  'PodVolume.configMap(configMapName)': ['refused INVALID_NAME volumes[0].source | reference | reference'],
  'PodVolume.claim(name)': [
    'refused INVALID_NAME volumes[0].name | refused VALUE_NOT_CONCRETE volumes[0].name | refused VALUE_NOT_CONCRETE volumes[0].name',
  ],
  'PodVolume.claim(claimName)': ['refused INVALID_NAME volumes[0].source | reference | reference'],
  'PodVolume.emptyFolder(name)': [
    'refused INVALID_NAME volumes[0].name | refused VALUE_NOT_CONCRETE volumes[0].name | refused VALUE_NOT_CONCRETE volumes[0].name',
  ],
  'PodAffinityTerm.topologyKey': ['refused INVALID_FORMAT podAffinity[0].topologyKey | reference | reference'],
  'PodAffinityTerm.matchLabels': [
    `refused INVALID_FORMAT podAffinity[0].matchLabels['k'] | reference | reference`,
    `refused INVALID_FORMAT podAffinity[0].matchLabels['x\${file("/etc/os-release")}%{if}'] | reference | reference`,
  ],
  'PodAffinityTerm.namespaces': ['refused INVALID_NAME podAffinity[0].namespaces[0] | reference | reference'],
  'TopologySpreadConstraint.topologyKey': [
    'refused INVALID_FORMAT topologySpreadConstraints[0].topologyKey | reference | reference',
  ],
  'PolicyStatement.sid': ['refused INVALID_FORMAT rolePolicyStatements[0].sid | reference | reference'],
  'PolicyStatement.actions': ['refused INVALID_FORMAT rolePolicyStatements[0].actions[0] | reference | reference'],
  'PolicyStatement.resources': ['refused INVALID_FORMAT rolePolicyStatements[0].resources[0] | reference | reference'],
  'PolicyCondition.operator': [
    'refused INVALID_FORMAT rolePolicyStatements[0].conditions[0].operator | reference | reference',
  ],
  'PolicyCondition.key': ['refused INVALID_FORMAT rolePolicyStatements[0].conditions[0].key | reference | reference'],
  'PolicyCondition.values': ['text | reference | reference'],
  'PodAdditions.serviceAccountName': ['refused INVALID_NAME serviceAccountName | reference | reference'],
  'PodAdditions.roleManagedPolicyArns': ['refused INVALID_FORMAT roleManagedPolicyArns[0] | reference | reference'],
  'PodVolumeMount.volume': ['refused UNKNOWN_VALUE volumeMounts[0].volume'],
  'PodVolumeMount.path': ['refused INVALID_FORMAT volumeMounts[0].path | reference | reference'],
  'Sidecar.name': [
    'refused INVALID_NAME sidecars[0].name | refused VALUE_NOT_CONCRETE sidecars[0].name | refused VALUE_NOT_CONCRETE sidecars[0].name',
  ],
  'Sidecar.image': ['refused INVALID_FORMAT sidecars[0].image | reference | reference'],
  'Sidecar.command': ['text | reference | reference'],
  'Sidecar.args': ['text | reference | reference'],
  'Sidecar.environment': [
    'text | reference | reference',
    `refused INVALID_NAME sidecars[0].environment['x\${file("/etc/os-release")}%{if}'] | reference | reference`,
  ],
  'PodAdditions.podLabels': [
    `refused INVALID_FORMAT podLabels['k'] | reference | reference`,
    `refused INVALID_FORMAT podLabels['x\${file("/etc/os-release")}%{if}'] | reference | reference`,
  ],
  'PodAdditions.podAnnotations': [
    'text | reference | reference',
    `refused INVALID_FORMAT podAnnotations['x\${file("/etc/os-release")}%{if}'] | reference | reference`,
  ],
  'PodAdditions.runtimeClassName': ['refused INVALID_NAME runtimeClassName | reference | reference'],
  'PodAdditions.nodeSelector': [
    `refused INVALID_FORMAT nodeSelector['k'] | reference | reference`,
    `refused INVALID_FORMAT nodeSelector['x\${file("/etc/os-release")}%{if}'] | reference | reference`,
  ],
  'PodAdditions.serviceAccountAnnotations': [
    'text | reference | reference',
    `refused INVALID_FORMAT serviceAccountAnnotations['x\${file("/etc/os-release")}%{if}'] | reference | reference`,
  ],
  'PodAdditions.serviceAnnotations': [
    'text | reference | reference',
    `refused INVALID_FORMAT serviceAnnotations['x\${file("/etc/os-release")}%{if}'] | reference | reference`,
  ],
  'TritonServingOptions.tritonImage': ['refused INVALID_FORMAT tritonImage | reference | reference'],
  'ServingOptions.awsCliImage': ['refused INVALID_FORMAT awsCliImage | reference | reference'],
  'ServingOptions.accessibleFrom': [
    'refused INVALID_FORMAT accessibleFrom[0] | refused VALUE_NOT_CONCRETE accessibleFrom[0] | refused VALUE_NOT_CONCRETE accessibleFrom[0]',
  ],
  'ServingOptions.metricsFrom': [
    'refused INVALID_FORMAT metricsFrom[0] | refused VALUE_NOT_CONCRETE metricsFrom[0] | refused VALUE_NOT_CONCRETE metricsFrom[0]',
  ],
  'ModelImportProps.podLabels': [
    "refused INVALID_FORMAT podLabels['k'] | reference | reference",
    `refused INVALID_FORMAT podLabels['x\${file("/etc/os-release")}%{if}'] | reference | reference`,
  ],
  'ModelImportProps.podAnnotations': [
    'text | reference | reference',
    `refused INVALID_FORMAT podAnnotations['x\${file("/etc/os-release")}%{if}'] | reference | reference`,
  ],
  'ModelImportProps.environment': [
    'text | reference | reference',
    `refused INVALID_NAME environment['x\${file("/etc/os-release")}%{if}'] | reference | reference`,
  ],
  'ModelImportProps.awsCliImage': ['refused INVALID_FORMAT awsCliImage | reference | reference'],
  'ModelStore.grantRead(prefix)': ['refused INVALID_NAME prefix | reference | reference'],
  'ModelStore.grantReadWrite(prefix)': ['refused INVALID_NAME prefix | reference | reference'],
  'ModelFiles.allow': [
    'refused INVALID_FORMAT source.allow[0] | refused VALUE_NOT_CONCRETE allow | refused VALUE_NOT_CONCRETE allow',
  ],
  'ModelFiles.ignore': [
    'refused INVALID_FORMAT source.ignore[0] | refused VALUE_NOT_CONCRETE ignore | refused VALUE_NOT_CONCRETE ignore',
  ],
  'HuggingFaceSource.repository': [
    'refused INVALID_FORMAT source.repository | refused VALUE_NOT_CONCRETE source | refused VALUE_NOT_CONCRETE source',
  ],
  'HuggingFaceSource.revision': [
    'refused INVALID_FORMAT source.revision | refused VALUE_NOT_CONCRETE source | refused VALUE_NOT_CONCRETE source',
  ],
  'HuggingFaceSource.acceptedLicense': [
    'refused INVALID_FORMAT source.acceptedLicense | refused VALUE_NOT_CONCRETE source | refused VALUE_NOT_CONCRETE source',
  ],
  'HuggingFaceSource.endpoint': [
    'refused INVALID_FORMAT source.endpoint | refused VALUE_NOT_CONCRETE endpoint | refused VALUE_NOT_CONCRETE endpoint',
  ],
};
