/** The rows for `string-programs-gateway.ts`. */
export const GATEWAY_VERDICTS: { readonly [name: string]: readonly string[] } = {
  'OpenAiTarget.models': [
    'text | refused VALUE_NOT_CONCRETE backends[0].server.openAiTargets[0] | refused VALUE_NOT_CONCRETE backends[0].server.openAiTargets[0]',
  ],
  'OpenAiTarget.serviceName': [
    'refused INVALID_NAME backends[0].server.openAiTargets[0].serviceName | refused VALUE_NOT_CONCRETE backends[0].server.openAiTargets[0] | refused VALUE_NOT_CONCRETE backends[0].server.openAiTargets[0]',
  ],
  'OpenAiTarget.namespace': [
    'refused INVALID_NAME backends[0].server.openAiTargets[0].namespace | refused VALUE_NOT_CONCRETE backends[0].server.openAiTargets[0] | refused VALUE_NOT_CONCRETE backends[0].server.openAiTargets[0]',
  ],
  'OpenAiTarget.podSelector': [
    'text | refused VALUE_NOT_CONCRETE backends[0].server.openAiTargets[0] | refused VALUE_NOT_CONCRETE backends[0].server.openAiTargets[0]',
    'text | refused VALUE_NOT_CONCRETE backends[0].server.openAiTargets[0] | refused VALUE_NOT_CONCRETE backends[0].server.openAiTargets[0]',
  ],
  'OpenAiTarget.paths': [
    'refused INVALID_FORMAT backends[0].server.openAiTargets[0].paths[0] | refused VALUE_NOT_CONCRETE backends[0].server.openAiTargets[0] | refused VALUE_NOT_CONCRETE backends[0].server.openAiTargets[0]',
  ],
  'OpenAiTarget.healthPath': [
    'refused INVALID_FORMAT backends[0].server.openAiTargets[0].healthPath | refused VALUE_NOT_CONCRETE backends[0].server.openAiTargets[0] | refused VALUE_NOT_CONCRETE backends[0].server.openAiTargets[0]',
  ],
  'JwtOptions.issuer': [
    'text | refused VALUE_NOT_CONCRETE authentication.jwtOptions.issuer | refused VALUE_NOT_CONCRETE authentication.jwtOptions.issuer',
  ],
  'JwtOptions.audiences': [
    'text | refused VALUE_NOT_CONCRETE authentication.jwtOptions.audiences | refused VALUE_NOT_CONCRETE authentication.jwtOptions.audiences',
  ],
  'JwtOptions.keysUrl': [
    'refused INVALID_FORMAT authentication.jwtOptions.keysUrl | refused VALUE_NOT_CONCRETE authentication.jwtOptions.keysUrl | refused VALUE_NOT_CONCRETE authentication.jwtOptions.keysUrl',
  ],
  'JwtOptions.clientClaim': [
    'text | refused VALUE_NOT_CONCRETE authentication.jwtOptions.clientClaim | refused VALUE_NOT_CONCRETE authentication.jwtOptions.clientClaim',
  ],
  'GatewayBackendOptions.models': ['refused UNKNOWN_VALUE backends[0].options.models[0]'],
  'GatewayServiceProps.name': [
    'refused INVALID_NAME backends[0].service.name | refused VALUE_NOT_CONCRETE backends[0].service.name | refused VALUE_NOT_CONCRETE backends[0].service.name',
  ],
  'GatewayServiceProps.namespace': [
    'refused INVALID_NAME backends[0].service.namespace | refused VALUE_NOT_CONCRETE backends[0].service.namespace | refused VALUE_NOT_CONCRETE backends[0].service.namespace',
  ],
  'GatewayServiceProps.models': [
    'text | refused VALUE_NOT_CONCRETE backends[0].service.models | refused VALUE_NOT_CONCRETE backends[0].service.models',
  ],
  'GatewayServiceProps.podSelector': [
    'text | refused VALUE_NOT_CONCRETE backends[0].service.podSelector | refused VALUE_NOT_CONCRETE backends[0].service.podSelector',
    'text | refused VALUE_NOT_CONCRETE backends[0].service.podSelector | refused VALUE_NOT_CONCRETE backends[0].service.podSelector',
  ],
  'GatewayServiceProps.basePath': ['refused INVALID_FORMAT backends[0].service.basePath'],
  'GatewayServiceProps.healthPath': ['refused INVALID_FORMAT backends[0].service.healthPath'],
  'GatewayLoadBalancer.annotations': [
    'text | reference | reference',
    `refused INVALID_FORMAT exposure.loadBalancer.annotations['x\${file("/etc/os-release")}%{if}'] | reference | reference`,
  ],
  'GatewayLoadBalancer.sourceRanges': [
    'refused INVALID_FORMAT exposure.loadBalancer.sourceRanges[0] | refused VALUE_NOT_CONCRETE exposure.loadBalancer.sourceRanges[0] | refused VALUE_NOT_CONCRETE exposure.loadBalancer.sourceRanges[0]',
  ],
  'GatewayCertificate.dnsNames': [
    'refused INVALID_NAME tls.requested.dnsNames[0] | refused VALUE_NOT_CONCRETE tls.requested.dnsNames | refused VALUE_NOT_CONCRETE tls.requested.dnsNames',
  ],
  'GatewayCertificate.issuer': ['refused INVALID_NAME tls.requested.issuer | reference | reference'],
  'CertificateAuthority.configMap(name)': [
    'refused INVALID_NAME authentication.jwtOptions.keysAuthority.reference.name | refused VALUE_NOT_CONCRETE authentication.jwtOptions.keysAuthority.reference | refused VALUE_NOT_CONCRETE authentication.jwtOptions.keysAuthority.reference',
  ],
  'CertificateAuthority.configMap(key)': [
    'refused INVALID_NAME authentication.jwtOptions.keysAuthority.reference.key | refused VALUE_NOT_CONCRETE authentication.jwtOptions.keysAuthority.reference | refused VALUE_NOT_CONCRETE authentication.jwtOptions.keysAuthority.reference',
  ],
  'LoadBalancerController.ofClass(loadBalancerClass)': [
    'refused INVALID_FORMAT exposure.loadBalancer.controller.loadBalancerClass | refused VALUE_NOT_CONCRETE exposure.loadBalancer.controller.loadBalancerClass | refused VALUE_NOT_CONCRETE exposure.loadBalancer.controller.loadBalancerClass',
  ],
  'GatewayTls.secret(secretName)': ['refused INVALID_NAME tls.secretName | reference | reference'],
  'InferenceGateway.new(id)': ['text'],
  'InferenceGatewayOptions.namespace': [
    'refused INVALID_NAME namespace | refused VALUE_NOT_CONCRETE namespace | refused VALUE_NOT_CONCRETE namespace',
  ],
  'InferenceGatewayOptions.name': [
    'refused INVALID_NAME name | refused VALUE_NOT_CONCRETE name | refused VALUE_NOT_CONCRETE name',
  ],
  'InferenceGatewayOptions.accessibleFrom': [
    'refused INVALID_FORMAT accessibleFrom[0] | refused VALUE_NOT_CONCRETE accessibleFrom[0] | refused VALUE_NOT_CONCRETE accessibleFrom[0]',
  ],
  'InferenceGatewayOptions.metricsFrom': [
    'refused INVALID_FORMAT metricsFrom[0] | refused VALUE_NOT_CONCRETE metricsFrom[0] | refused VALUE_NOT_CONCRETE metricsFrom[0]',
  ],
  'InferenceGatewayOptions.envoyImage': ['refused INVALID_FORMAT envoyImage | reference | reference'],
  'InferenceGatewayOptions.nodeSelector': ['text | reference | reference', 'text | reference | reference'],
  'InferenceGatewayOptions.priorityClassName': ['text | reference | reference'],
  'EnvoyAiGatewayControllerProps.chartVersion': [
    'refused INVALID_FORMAT chartVersion | refused VALUE_NOT_CONCRETE chartVersion | refused VALUE_NOT_CONCRETE chartVersion',
  ],
  'EnvoyAiGatewayControllerProps.envoyGatewayVersion': [
    'refused INVALID_FORMAT envoyGatewayVersion | refused VALUE_NOT_CONCRETE envoyGatewayVersion | refused VALUE_NOT_CONCRETE envoyGatewayVersion',
  ],
  'EnvoyAiGatewayControllerProps.rateLimitRedis': [
    'refused INVALID_FORMAT rateLimitRedis | refused VALUE_NOT_CONCRETE rateLimitRedis | refused VALUE_NOT_CONCRETE rateLimitRedis',
  ],
  'EnvoyAiGatewayControllerProps.gatewayClassName': [
    'refused INVALID_NAME gatewayClassName | refused VALUE_NOT_CONCRETE gatewayClassName | refused VALUE_NOT_CONCRETE gatewayClassName',
  ],
  'EnvoyAiGatewayControllerProps.namespace': [
    'refused INVALID_NAME namespace | refused VALUE_NOT_CONCRETE namespace | refused VALUE_NOT_CONCRETE namespace',
  ],
  'EnvoyAiGatewayControllerProps.aiGatewayNamespace': [
    'refused INVALID_NAME aiGatewayNamespace | refused VALUE_NOT_CONCRETE aiGatewayNamespace | refused VALUE_NOT_CONCRETE aiGatewayNamespace',
  ],
  'InstalledAiGateway.gatewayClassName': ['refused INVALID_NAME installed.gatewayClassName | reference | reference'],
  'InstalledAiGateway.namespace': [
    'refused INVALID_NAME installed.namespace | refused VALUE_NOT_CONCRETE installed.namespace | refused VALUE_NOT_CONCRETE installed.namespace',
  ],
  'EndpointPicker.serviceName': [
    'refused INVALID_NAME backends[0].service.endpointPicker.serviceName | refused VALUE_NOT_CONCRETE backends[0].service.endpointPicker.serviceName | refused VALUE_NOT_CONCRETE backends[0].service.endpointPicker.serviceName',
  ],
  'GatewayAuthentication.oidc(audiences)': [
    'text | refused VALUE_NOT_CONCRETE authentication.jwtOptions.audiences | refused VALUE_NOT_CONCRETE authentication.jwtOptions.audiences',
  ],
  'GatewayAuthentication.oidc(clientClaim)': [
    'text | refused VALUE_NOT_CONCRETE authentication.jwtOptions.clientClaim | refused VALUE_NOT_CONCRETE authentication.jwtOptions.clientClaim',
  ],
  'OidcIssuer.of(issuer)': [
    'text | refused VALUE_NOT_CONCRETE authentication.jwtOptions.issuer | refused VALUE_NOT_CONCRETE authentication.jwtOptions.issuer',
  ],
  'OidcIssuer.of(keysUrl)': [
    'refused INVALID_FORMAT authentication.jwtOptions.keysUrl | refused VALUE_NOT_CONCRETE authentication.jwtOptions.keysUrl | refused VALUE_NOT_CONCRETE authentication.jwtOptions.keysUrl',
  ],
  'OidcIssuer.keycloak(realmUrl)': [
    'refused INVALID_FORMAT authentication.jwtOptions.keysUrl | refused VALUE_NOT_CONCRETE authentication.jwtOptions.keysUrl, VALUE_NOT_CONCRETE authentication.jwtOptions.issuer | refused VALUE_NOT_CONCRETE authentication.jwtOptions.keysUrl, VALUE_NOT_CONCRETE authentication.jwtOptions.issuer',
  ],
  'OidcIssuer.entraId(tenantId)': [
    'refused ISSUER_OF_NO_TOKEN authentication.jwtOptions.issuer | refused VALUE_NOT_CONCRETE authentication.jwtOptions.keysUrl, VALUE_NOT_CONCRETE authentication.jwtOptions.issuer | refused VALUE_NOT_CONCRETE authentication.jwtOptions.keysUrl, VALUE_NOT_CONCRETE authentication.jwtOptions.issuer',
  ],
  'OidcIssuer.cognito(region)': [
    'refused ISSUER_OF_NO_TOKEN authentication.jwtOptions.issuer | refused VALUE_NOT_CONCRETE authentication.jwtOptions.keysUrl, VALUE_NOT_CONCRETE authentication.jwtOptions.issuer | refused VALUE_NOT_CONCRETE authentication.jwtOptions.keysUrl, VALUE_NOT_CONCRETE authentication.jwtOptions.issuer',
  ],
  'OidcIssuer.cognito(userPoolId)': [
    'refused ISSUER_OF_NO_TOKEN authentication.jwtOptions.issuer | refused VALUE_NOT_CONCRETE authentication.jwtOptions.keysUrl, VALUE_NOT_CONCRETE authentication.jwtOptions.issuer | refused VALUE_NOT_CONCRETE authentication.jwtOptions.keysUrl, VALUE_NOT_CONCRETE authentication.jwtOptions.issuer',
  ],
  'OidcIssuer.eks(issuer)': [
    'refused INVALID_FORMAT authentication.jwtOptions.keysUrl | refused VALUE_NOT_CONCRETE authentication.jwtOptions.keysUrl, VALUE_NOT_CONCRETE authentication.jwtOptions.issuer | refused VALUE_NOT_CONCRETE authentication.jwtOptions.keysUrl, VALUE_NOT_CONCRETE authentication.jwtOptions.issuer',
  ],
  'EnvoyAiGatewayController.new(id)': ['text'],
  'EnvoyAiInferenceGateway.new(id)': ['text'],
  'CloudUpstream.url': [
    'refused INVALID_FORMAT edgeRouting.props.cloud.url | refused VALUE_NOT_CONCRETE edgeRouting.props.cloud.url | refused VALUE_NOT_CONCRETE edgeRouting.props.cloud.url',
  ],
  'CloudUpstream.models': [
    'refused CLOUD_LACKS_MODEL edgeRouting.props.models.chat.cloudModel | refused VALUE_NOT_CONCRETE edgeRouting.props.cloud.models | refused VALUE_NOT_CONCRETE edgeRouting.props.cloud.models',
  ],
  'CloudUpstream.clientCertificate': [
    'refused INVALID_NAME edgeRouting.props.cloud.clientCertificate | refused VALUE_NOT_CONCRETE edgeRouting.props.cloud.clientCertificate | refused VALUE_NOT_CONCRETE edgeRouting.props.cloud.clientCertificate',
  ],
  'EdgeConfidence.header(name)': ['refused INVALID_NAME edgeRouting.props.confidence'],
  'EdgeConfidence.member(path)': [
    'text | refused VALUE_NOT_CONCRETE edgeRouting.props.confidence | refused VALUE_NOT_CONCRETE edgeRouting.props.confidence',
  ],
  'EdgeModel.cloudModel': [
    'refused CLOUD_LACKS_MODEL edgeRouting.props.models.report.cloudModel | refused VALUE_NOT_CONCRETE edgeRouting.props.models | refused VALUE_NOT_CONCRETE edgeRouting.props.models',
  ],
  'EdgeModel.fallbackModel': [
    'refused UNKNOWN_VALUE edgeRouting.props.models.report.fallbackModel | refused VALUE_NOT_CONCRETE edgeRouting.props.models | refused VALUE_NOT_CONCRETE edgeRouting.props.models',
  ],
  'MustStayLocal.models': ['refused UNKNOWN_VALUE edgeRouting.props.mustStayLocal.models[0]'],
  'MustStayLocal.callers': ['refused UNKNOWN_VALUE edgeRouting.props.mustStayLocal.callers[0]'],
};
