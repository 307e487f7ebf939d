// Written by test/inputs/kinds.test.ts from the declarations of the public API: `WRITE_KINDS=1 npx jest test/inputs/kinds`.

/** The properties of each public struct with their types. @internal */
export const STRUCTS = {
  AdapterSelection: 'deviceIds?: string[]; interfaceNames?: string[]',
  AlertRoute:
    'receiver: AlertReceiver; severities?: AlertSeverity[]; alerts?: string[]; namespaces?: string[]; models?: string[]; labels?: string{}; groupBy?: string[]; repeatInterval?: Duration; muteTimes?: MuteTime[]',
  Alternative:
    'change: string; instanceType: GpuNodeType; nodes: number; precision: Precision; kvCachePrecision: Precision; contextLength: number; concurrency: number; parallelism: Parallelism; gpuMemoryUtilization: number; maxSequences: number; maxBatchedTokens: number; mediaInput?: MediaInput; speculativeDecoding?: SpeculativeDecoding; pricePerHour?: number',
  ArgoCdOptions:
    'repository: string; revision?: string; directory?: string; placement?: ArgoCdPlacement; namespace?: string; project?: string',
  ArmCpuImageOptions:
    'repository?: string; tag?: string; digest?: string; baseDigest?: string; packages?: string[]; labels?: string{}; user?: number; gpus?: GpuType[]; driverMajor?: number; torch?: string; transformers?: string; onnxRuntime?: string',
  AttentionLayer:
    'heads?: number; keyValueHeads?: number; headSize?: number; valueHeadSize?: number; window?: number; chunked?: boolean; sharesValues?: boolean; sharesCache?: boolean; unusedProjections?: boolean; outputGate?: boolean; latent?: LatentAttention; index?: SparseIndex; compression?: number; matrixParameters?: number',
  AvailableResource: 'name: string; count: number; gpu?: number',
  CalibrationOptions: 'text: StoredText; samples?: number; length?: number',
  CapacityBlock:
    'reservationId: string; availabilityZone: string; start: string; end: string; instances?: number; active?: boolean; drainMinutes?: number; alarmTopicArn?: string',
  CapacityCandidate: 'instanceType: GpuNodeType; pricePerHour?: number',
  CapacityRequest:
    'model: ModelSpec; contextLength?: number; concurrency?: number; inputTokens?: number; outputTokens?: number; kvCachePrecision?: Precision; engine?: InferenceEngine; gpuMemoryUtilization?: number; maxBatchedTokens?: number; maxSequences?: number; attentionWindow?: number; mediaInput?: MediaInput; speculativeDecoding?: SpeculativeDecoding; lora?: LoraCapacity; cudaGraphs?: boolean; warmCompileCache?: boolean; fusedKernels?: boolean; microBatches?: number; checkpointSize?: DataSize; cpuOffload?: DataSize; network?: NodeNetwork; instanceType: GpuNodeType; precision?: Precision; parallelism?: Parallelism; replicas?: number; maxNodes?: number; pricePerHour?: number; utilization?: number; powerBudget?: PowerBudget',
  CapacityReservation:
    'reservationId: string; availabilityZone?: string; instances?: number; placementGroupName?: string',
  CapacitySearchRequest:
    'model: ModelSpec; contextLength?: number; concurrency?: number; inputTokens?: number; outputTokens?: number; kvCachePrecision?: Precision; engine?: InferenceEngine; gpuMemoryUtilization?: number; maxBatchedTokens?: number; maxSequences?: number; attentionWindow?: number; mediaInput?: MediaInput; speculativeDecoding?: SpeculativeDecoding; lora?: LoraCapacity; cudaGraphs?: boolean; warmCompileCache?: boolean; fusedKernels?: boolean; microBatches?: number; checkpointSize?: DataSize; cpuOffload?: DataSize; network?: NodeNetwork; targets?: CapacityTargets; candidates?: CapacityCandidate[]; region?: string; precisions?: Precision[]; parallelism?: Parallelism; maxNodes?: number; dataParallelAttention?: boolean; replicas?: number; maxReplicas?: number; utilization?: number; powerBudget?: PowerBudget; limit?: number',
  CapacityTargets:
    'maxTimePerOutputTokenMs?: number; maxTimeToFirstTokenMs?: number; minOutputTokensPerSecond?: number',
  ClaimCacheOptions: 'claimName: string; size: DataSize',
  CloudBreaker: 'failures?: number; openFor?: Duration',
  CloudCallOptions:
    'maxRequests?: number; maxWaiting?: number; retries?: number; retryBudgetPercent?: number; tryTimeout?: Duration; breaker?: CloudBreaker',
  CloudTopologyProps:
    'clusterName: string; kubernetesVersion?: string; release?: EksRelease; vpc?: ExistingVpc; availabilityZones?: string[]; vpcCidr?: string; natGateways?: NatGateways; apiAccess?: ApiAccess; remoteNetworks?: RemoteNetworks; admins?: string[]; systemNodes?: SystemNodes; nodeMonitoring?: boolean; deletionProtection?: boolean; encryptionKeyArn?: string; volumeKeyArn?: string; logRemovalPolicy?: RemovalPolicy; roleOptions?: RoleOptions; clusterRoleArn?: string; endpointPolicies?: boolean; tags?: string{}; provider?: TerraformProvider; models: ServedModel[]; nodePools?: TopologyNodePool[]; karpenterPools?: TopologyKarpenterPool[]; cluster?: IEksCluster; modelStore?: IModelStore; server?: InferenceServer; serving?: TritonServingOptions; servingByModel?: TritonServingOptions{}; vllmServing?: VllmServingOptions; vllmServingByModel?: VllmServingOptions{}; nodeAgents?: boolean; clusterAutoscaler?: boolean; karpenter?: boolean; leaderWorkerSetController?: boolean; keda?: boolean; storageClass?: boolean; monitoring?: boolean; existingMonitoring?: IMonitoring; monitoringOptions?: MonitoringOptions; workloads?: Construct; kubernetesAccess?: KubernetesAccessOptions; plans?: CapacityPlan{}; plan?: CapacityPlan; imageRegistry?: ImageRegistry',
  CloudUpstream:
    'maxRequests?: number; maxWaiting?: number; retries?: number; retryBudgetPercent?: number; tryTimeout?: Duration; breaker?: CloudBreaker; url: string; models: string[]; authority?: CertificateAuthority; apiKey?: SecretReference; clientCertificate?: string',
  ClusterAutoscalerProps: 'cluster: IEksCluster; imageRegistry?: ImageRegistry; chartVersion?: string; image?: string',
  ClusterConnection:
    'host?: string; certificateAuthorityData?: string; eksClusterName?: string; region?: string; configPath?: string; configContext?: string',
  ConnectXOptions:
    'adaptersPerNode: number; gbpsPerAdapter: number; attachment?: RdmaAttachment; fabricName?: string; devices?: string[]',
  CustomResourcesProps:
    'cluster: IKubernetesCluster; releaseName: string; namespace: string; resources: any{}[]; dependsOn?: ITerraformDependable[]',
  DecoderShape:
    'layers: number; hiddenSize: number; attentionHeads: number; keyValueHeads?: number; headSize?: number; intermediateSize: number; vocabularySize: number; maxContextLength: number; tiedEmbeddings?: boolean; gatedFeedForward?: boolean; attentionBias?: boolean; attentionOutputBias?: boolean; feedForwardBias?: boolean; queryKeyNorm?: boolean; normsPerLayer?: number; normBias?: boolean; normWeights?: boolean; attentionSinks?: boolean; needsBfloat16?: boolean; positionEmbeddings?: number; predictionLayers?: number; predictionTables?: boolean; predictionExperts?: boolean; latentAttention?: LatentAttention; experts?: ExpertLayers; slidingWindow?: SlidingWindow; layerKinds?: LayerKind[]; layerOrder?: number[]; otherParameters?: number; lookupParameters?: number; modelType?: string; encoders?: EncoderShape[]',
  DeepSpeedConfigProps:
    'zeroStage?: number; precision?: Precision; offloadOptimizer?: boolean; offloadParameters?: boolean; activationCheckpointing?: boolean; pipelineStages?: number; microBatchSize?: number; gradientAccumulation?: number; trainBatchSize?: number; learningRate?: number; weightDecay?: number; warmUpSteps?: number; gradientClipping?: number; compiledOptimizer?: boolean; wallClockBreakdown?: boolean; stepsPerPrint?: number; moreSettings?: any{}',
  DenseModelProps:
    'name: string; parameters?: number; shape?: DecoderShape; maxContextLength?: number; publishedPrecision?: Precision; publishedBits?: WeightBits; publishedFrom?: string',
  DeviceNetworkProps:
    'operator: NvidiaNetworkOperator; network?: NetworkName; ipPool?: NvIpamPool; ipam?: any{}; resourceName?: string',
  DirectSequenceOptions: 'maxQueueDelay?: Duration; minimumSlotUtilization?: number',
  DraftModelProps:
    'tokens: number; acceptanceRate?: number; model: ModelSpec; precision?: Precision; name?: string; version?: string; size?: DataSize; path?: string',
  DynamicBatching:
    'preferredBatchSizes?: number[]; maxQueueDelay?: Duration; preserveOrdering?: boolean; priorityLevels?: number; defaultPriorityLevel?: number; queue?: QueuePolicy; priorityQueues?: QueuePolicy{}',
  Eagle3Props:
    'tokens: number; acceptanceRate?: number; model?: ModelSpec; draftVocabularySize?: number; precision?: Precision; name?: string; version?: string; size?: DataSize; path?: string',
  Ec2GpuNodePoolOptions:
    'instanceType: GpuInstanceType; minNodes: number; maxNodes: number; capacity?: Capacity; fabric?: IRdmaFabric; efaLayout?: EfaLayout; placement?: Placement; availabilityZone?: string; subnetIds?: string[]; labels?: string{}; taints?: NodeTaint[]; poolName?: string; diskSize?: DataSize; image?: NodeImage; nodeRoleArn?: string; tags?: string{}; provider?: TerraformProvider',
  EdgeBootstrapProps:
    'hardware: EdgeHardware; nodeName: string; k3s?: K3sRelease; power?: PowerSetting; nodeLabels?: string{}; files?: EdgeBundleFile[]; servingImage?: ServingImage',
  EdgeBundleFile: 'name: string; sha256: string; address?: string',
  EdgeCapacityRequest:
    'model: ModelSpec; contextLength?: number; concurrency?: number; inputTokens?: number; outputTokens?: number; kvCachePrecision?: Precision; engine?: InferenceEngine; gpuMemoryUtilization?: number; maxBatchedTokens?: number; maxSequences?: number; attentionWindow?: number; mediaInput?: MediaInput; speculativeDecoding?: SpeculativeDecoding; lora?: LoraCapacity; cudaGraphs?: boolean; warmCompileCache?: boolean; fusedKernels?: boolean; microBatches?: number; checkpointSize?: DataSize; cpuOffload?: DataSize; network?: NodeNetwork; hardware: EdgeHardware; powerBudget?: PowerBudget; targets?: CapacityTargets; precisions?: Precision[]',
  EdgeCpuProps:
    'vcpus: number; memory: DataSize; architecture?: CpuArchitecture; localStorage?: DataSize; name?: string',
  EdgeFirstOptions:
    'models: EdgeModel{}; fallback: EdgeFallback; mustStayLocal?: MustStayLocal; atMost?: EdgeRequestSize; confidence?: EdgeConfidence; maxSiteRequests?: number; siteTimeout?: Duration; retryAfter?: Duration',
  EdgeFirstProps:
    'models: EdgeModel{}; fallback: EdgeFallback; mustStayLocal?: MustStayLocal; atMost?: EdgeRequestSize; confidence?: EdgeConfidence; maxSiteRequests?: number; siteTimeout?: Duration; retryAfter?: Duration; cloud: CloudUpstream',
  EdgeJetsonProps: 'board: GpuType; jetPack?: JetPackRelease; localStorage?: DataSize; name?: string',
  EdgeModel: 'cloudModel: string; fallbackModel?: string',
  EdgeNeeds:
    'rdma?: boolean; gpuDirect?: boolean; mig?: boolean; cudaVersion?: string; imageArchitectures?: CpuArchitecture[]',
  EdgeRequestSize: 'promptTokens?: number; answerTokens?: number; totalTokens?: number',
  EdgeServer:
    'kind: EdgeServerKind; image?: string; architecture: CpuArchitecture; runtimeClass?: string; minimumDriver?: number; reasons: string[]',
  EdgeServerOptions:
    'kind?: EdgeServerKind; tensors?: boolean; vllmRelease?: VllmRelease; tritonRelease?: TritonRelease',
  EdgeServerProps:
    'gpu: GpuType; gpuCount?: number; vcpus: number; memory: DataSize; localStorage?: DataSize; networkBandwidthGbps?: number; rdma?: boolean; architecture?: CpuArchitecture; name?: string',
  EdgeSyncOptions:
    'keys: ReleaseKey[]; channel?: string; windows?: MaintenanceWindow[]; maxMegabitsPerSecond?: number; storageClassName?: string',
  EdgeTopologyProps:
    'site: string; cluster?: IKubernetesCluster; hardware: EdgeHardware; nodes?: number; fabric?: IRdmaFabric; driverMajor?: number; nodePool?: IGpuNodePool; models: ServedModel[]; powerBudget?: PowerBudget; maxUplinkOutage?: Duration; modelStore: IModelStore; sync?: EdgeSyncOptions; server?: InferenceServer; serving?: TritonServingOptions; servingByModel?: TritonServingOptions{}; vllmServing?: VllmServingOptions; vllmServingByModel?: VllmServingOptions{}; nodeAgents?: boolean; monitoring?: boolean; monitoringOptions?: MonitoringOptions; kubernetesAccess?: KubernetesAccessOptions; imageRegistry?: ImageRegistry',
  EfaInstallerProps: 'version: string; sha256: string',
  EgressTarget: 'cidr: string; port: number',
  EksClusterAttributes:
    'clusterName: string; subnetIds: string[]; securityGroupIds: string[]; availabilityZones?: string[]; subnetCidrs?: string[]; nodeMonitoring?: boolean; remoteNetworks?: RemoteNetworks; vpcId?: string; endpoint?: string; certificateAuthorityData?: string; region?: string; podIdentity?: boolean; oidcProviderArn?: string; kubernetesVersion?: string; volumeKeyArn?: string; clusterRoleArn?: string; roleOptions?: RoleOptions; tags?: string{}; provider?: TerraformProvider',
  EksGpuClusterProps:
    'clusterName: string; kubernetesVersion?: string; release?: EksRelease; vpc?: ExistingVpc; availabilityZones?: string[]; vpcCidr?: string; natGateways?: NatGateways; apiAccess?: ApiAccess; remoteNetworks?: RemoteNetworks; admins?: string[]; systemNodes?: SystemNodes; nodeMonitoring?: boolean; deletionProtection?: boolean; encryptionKeyArn?: string; volumeKeyArn?: string; logRemovalPolicy?: RemovalPolicy; roleOptions?: RoleOptions; clusterRoleArn?: string; endpointPolicies?: boolean; tags?: string{}; provider?: TerraformProvider',
  EksReleaseVersions:
    'kubernetesVersion: string; nodeImageVersion: string; vpcCni: string; kubeProxy: string; podIdentityAgent: string; coreDns: string; ebsCsiDriver: string; nodeMonitoringAgent?: string; nvidiaDriverMajor?: number',
  EmailReceiverProps:
    'smarthost: string; from: string; to: string[]; username?: string; password?: SecretReference; requireTls?: boolean; certificateAuthority?: SecretReference',
  EncoderShape:
    'name: string; parameters?: number; tokensPerItem?: number; tokensPerFrame?: number; maxVideoTokens?: number; promptTokensPerVideoToken?: number; positionsPerToken?: number; hiddenSize?: number; intermediateSize?: number; learnedPositions?: boolean; gatedFeedForward?: boolean; inputSize?: number; outputSize?: number; shared?: boolean',
  EncryptedStorageClassProps:
    'cluster: IKubernetesCluster; storageClassName?: string; isDefault?: boolean; removalPolicy?: RemovalPolicy; kmsKeyArn?: string',
  EndpointPicker: 'serviceName: string; port?: number; failOpen?: boolean',
  EnsembleModelProps:
    'responseCache?: boolean; metricTags?: string{}; parameters?: string{}; name: string; inputs: TensorSpec[]; outputs: TensorSpec[]; maxBatchSize: number; steps: EnsembleStep[]; maxInflightRequests?: number; latencyBucketsMs?: number[]',
  EnsembleStep: 'model: string; modelVersion?: number; inputMap: string{}; outputMap: string{}',
  EnvoyAiGatewayControllerProps:
    'cluster: IKubernetesCluster; chartVersion?: string; envoyGatewayVersion?: string; rateLimitRedis?: string; inferencePools?: boolean; replicas?: number; gatewayClassName?: string; namespace?: string; aiGatewayNamespace?: string; imageRegistry?: ImageRegistry',
  EnvoyAiInferenceGatewayProps:
    'authentication?: GatewayAuthentication; tls?: GatewayTls; exposure?: GatewayExposure; limits?: GatewayLimits; modelLimits?: GatewayLimits{}; idleTimeout?: Duration; exitTimeout?: Duration; retries?: number; maxRequestSize?: DataSize; replicas?: number; namespace?: string; name?: string; accessibleFrom?: string[]; metricsFrom?: string[]; networkPolicy?: boolean; memory?: DataSize; envoyImage?: string; nodeSelector?: string{}; priorityClassName?: string; imageRegistry?: ImageRegistry; cluster: IKubernetesCluster; backends: GatewayBackend[]; edgeRouting?: EdgeRouting; installed?: InstalledAiGateway',
  ExistingExporterProps:
    'namespace: string; exporter: MetricExporter; version: string; podSelector?: string{}; port?: number; jobName?: string; features?: MetricFeature[]',
  ExistingGpuNodePoolProps:
    'cluster: IKubernetesCluster; hardware: GpuNodeType; nodes: number; fabric?: IRdmaFabric; gpuSharing?: GpuSharing; nodeSelector?: string{}; nodeNames?: string[]; labels?: string{}; taints?: NodeTaint[]; driverInImage?: boolean; driverMajor?: number; poolName?: string; maxPods?: number; ephemeralStorage?: DataSize; unreachableTolerationSeconds?: number',
  ExistingVpc:
    'vpcId: string; privateSubnetIds: string[]; availabilityZones?: string[]; privateSubnetCidrs?: string[]; controlPlaneSubnetIds?: string[]',
  ExpectedSite: 'name: string; silentAfter: Duration; maxOutage?: Duration',
  ExpertLayers:
    'routed: number; perToken: number; intermediateSize: number; shared?: number; sharedIntermediateSize?: number; firstDenseLayers?: number; layerStep?: number; bias?: boolean; routerBias?: boolean; float32RouterParameters?: number; sharedGate?: boolean; latentSize?: number',
  ExportOnnxOptions: 'opset?: number; triton?: TritonRelease',
  ExternalSecretsOptions: 'clusterStore?: string; store?: string; keyPrefix?: string; refreshInterval?: Duration',
  FabricAttachment:
    'kind: FabricAttachmentKind; resourceNames: string[]; networks: string[]; podsPerAdapter: number; deviceIds?: string[]; interfaceNames?: string[]; physicalFunctions?: string[][]',
  FabricBinding:
    'resources: string{}; annotations: string{}; capabilities: string[]; environment: string{}; sharedMemory: DataSize; podSecurityLevel: PodSecurityLevel',
  FabricPod:
    'hardware: GpuNodeType; gpus: number; rdmaRequired?: boolean; sharedMemory?: DataSize; environment?: string{}',
  Fault: 'id: string; property?: string; reason: string',
  FleetSite:
    'site: string; kind?: string; ring?: string; nodes?: number; powerBudget?: PowerBudget; maxUplinkOutage?: Duration; windows?: MaintenanceWindow[]; maxMegabitsPerSecond?: number; revoked: boolean; labels: string{}',
  FluxOptions:
    'repository: string; revision?: string; directory?: string; namespace?: string; repositorySecret?: string; interval?: Duration; timeout?: Duration',
  GatewayBackendOptions:
    'models?: string[]; weight?: number; apiKey?: SecretReference; canary?: GatewayCanary; endpointPicker?: EndpointPicker',
  GatewayCanary: 'server: IOpenAiServer; percent: number; apiKey?: SecretReference',
  GatewayCertificate: 'dnsNames: string[]; issuer: string; clusterIssuer?: boolean',
  GatewayLimits: 'requestsPerMinute?: number; tokensPerMinute?: number',
  GatewayLoadBalancer: 'controller?: LoadBalancerController; annotations?: string{}; sourceRanges?: string[]',
  GatewayServiceProps:
    'name: string; namespace: string; port: number; models: string[]; podSelector?: string{}; apiKey?: SecretReference; basePath?: string; healthPath?: string; weight?: number; longestAnswer?: Duration; scalesToZero?: boolean; endpointPicker?: EndpointPicker',
  GitOpsRepositoryOptions: 'repository: string; revision?: string; directory?: string',
  GitOpsSecret:
    'site: string; namespace: string; name: string; keys: string[]; storeKey?: string; encryptedFile?: string',
  GitOpsSite: 'name: string; stack: TerraformStack; cluster?: IKubernetesCluster; values?: any{}',
  GitOpsTreeProps: 'sites: GitOpsSite[]; engine?: GitOpsEngine; secrets?: GitOpsSecrets',
  GpuNodePoolOptions:
    'instanceType: GpuInstanceType; minNodes: number; maxNodes: number; capacity?: Capacity; fabric?: IRdmaFabric; efaLayout?: EfaLayout; placement?: Placement; availabilityZone?: string; subnetIds?: string[]; labels?: string{}; taints?: NodeTaint[]; poolName?: string; diskSize?: DataSize; image?: NodeImage; nodeRoleArn?: string; tags?: string{}; provider?: TerraformProvider; initialNodes?: number; autoscaling?: Autoscaling; gpuSharing?: GpuSharing; nodeRepair?: NodeRepair',
  GpuNodePoolProps:
    'instanceType: GpuInstanceType; minNodes: number; maxNodes: number; capacity?: Capacity; fabric?: IRdmaFabric; efaLayout?: EfaLayout; placement?: Placement; availabilityZone?: string; subnetIds?: string[]; labels?: string{}; taints?: NodeTaint[]; poolName?: string; diskSize?: DataSize; image?: NodeImage; nodeRoleArn?: string; tags?: string{}; provider?: TerraformProvider; initialNodes?: number; autoscaling?: Autoscaling; gpuSharing?: GpuSharing; nodeRepair?: NodeRepair; cluster: IEksCluster',
  GpuNodeTypeProps:
    'name: string; gpu: GpuType; gpuCount: number; gpuMemory?: DataSize; vcpus: number; memory: DataSize; localStorage?: DataSize; networkBandwidthGbps?: number; interconnect?: GpuInterconnect; nvlinkDomainSize?: number; rdma?: boolean; gpuDirect?: boolean; architecture?: CpuArchitecture',
  GpuOperatorOptions: 'driver?: boolean; hostNicDriver?: boolean; values?: any{}',
  GpuQueueAttributes: 'cluster: IKubernetesCluster; clusterQueueName: string',
  GpuQueueProps: 'cluster: IKubernetesCluster; nodePools: IGpuNodePool[]; name?: string',
  GpuTypeProps:
    'name?: string; memory: DataSize; bandwidth: number; tflops?: number; computeCapability?: number; fp32Tflops?: number; fp8Tflops?: number; int8Tops?: number; fp4Tflops?: number; nvlinkGBps?: number; pcieGBps?: number; tdpWatts?: number; sharedMemory?: boolean; vendor?: GpuVendor',
  GrafanaOidcProps:
    'clientId: string; clientSecret: SecretReference; authorizationUrl: string; tokenUrl: string; userInfoUrl: string; scopes?: string[]; adminGroup?: string; displayName?: string',
  GrafanaOptions:
    'auth?: GrafanaAuth; url?: string; accessibleFrom?: string[]; dashboards?: GrafanaDashboard[]; siteLabel?: string; memory?: DataSize; image?: string',
  HardwareConfiguration:
    'responseCache?: boolean; metricTags?: string{}; parameters?: string{}; sequenceBatching?: SequenceBatching; warmUp?: WarmUpSample[]; rateLimit?: RateLimit; priority?: ExecutionPriority; pinnedInputs?: boolean; pinnedOutputs?: boolean; eagerBatching?: boolean; maxBatchSize?: number; dynamicBatching?: DynamicBatching; instances?: ModelInstances; latencyBucketsMs?: number[]',
  HostDevicesOptions: 'resourceName?: string; adapters?: AdapterSelection; network: NetworkName',
  HpaAutoscalingOptions:
    'minReplicas?: number; maxReplicas: number; requestsPerServer?: number; scaleDownWindow?: Duration; scaleUpWindow?: Duration',
  HuggingFaceSource:
    'allow?: string[]; ignore?: string[]; repository: string; revision: string; token?: SecretReference; acceptedLicense?: string; endpoint?: string',
  HybridGateway:
    'url: string; authority?: CertificateAuthority; models?: string[]; siteKeys?: string; callers?: SecretReference{}; options?: InferenceGatewayOptions',
  HybridGpuNodePoolProps:
    'cluster: IEksCluster; hardware: GpuNodeType; nodes: number; site: string; maxUplinkOutage: Duration; credentials: HybridCredentials; fabric?: IRdmaFabric; gpuSharing?: GpuSharing; labels?: string{}; taints?: NodeTaint[]; poolName?: string; maxPods?: number; ephemeralStorage?: DataSize; driverMajor?: number; tags?: string{}; provider?: TerraformProvider',
  HybridRouting:
    'models: EdgeModel{}; fallback: EdgeFallback; mustStayLocal?: MustStayLocal; atMost?: EdgeRequestSize; confidence?: EdgeConfidence; maxSiteRequests?: number; siteTimeout?: Duration; retryAfter?: Duration; cloudCalls?: CloudCallOptions',
  HybridSite:
    'site: string; cluster?: IKubernetesCluster; hardware: EdgeHardware; nodes?: number; fabric?: IRdmaFabric; driverMajor?: number; nodePool?: IGpuNodePool; models: ServedModel[]; powerBudget?: PowerBudget; maxUplinkOutage?: Duration; modelStore: IModelStore; sync?: EdgeSyncOptions; server?: InferenceServer; serving?: TritonServingOptions; servingByModel?: TritonServingOptions{}; vllmServing?: VllmServingOptions; vllmServingByModel?: VllmServingOptions{}; nodeAgents?: boolean; monitoring?: boolean; monitoringOptions?: MonitoringOptions; kubernetesAccess?: KubernetesAccessOptions; imageRegistry?: ImageRegistry; scope: Construct; routing?: HybridRouting; gateway?: InferenceGatewayOptions; cloudKey?: SecretReference; ring?: string; revoked?: boolean',
  HybridTopologyProps:
    'cloud?: CloudTopologyProps; gateway: HybridGateway; hub?: UplinkOptions; routing?: HybridRouting; rings?: string[]; sites: HybridSite[]',
  ImagePrePullerProps:
    'cluster: IKubernetesCluster; images: string[]; nodePools?: IGpuNodePool[]; command?: string[]; pauseImage?: string; imageRegistry?: ImageRegistry; name?: string; namespace?: string',
  IndicatorQuery: 'expr: string; metrics: Metric[]; models: string[]; meaning: string',
  InferenceGatewayOptions:
    'authentication?: GatewayAuthentication; tls?: GatewayTls; exposure?: GatewayExposure; limits?: GatewayLimits; modelLimits?: GatewayLimits{}; idleTimeout?: Duration; exitTimeout?: Duration; retries?: number; maxRequestSize?: DataSize; replicas?: number; namespace?: string; name?: string; accessibleFrom?: string[]; metricsFrom?: string[]; networkPolicy?: boolean; memory?: DataSize; envoyImage?: string; nodeSelector?: string{}; priorityClassName?: string; imageRegistry?: ImageRegistry',
  InferenceGatewayProps:
    'authentication?: GatewayAuthentication; tls?: GatewayTls; exposure?: GatewayExposure; limits?: GatewayLimits; modelLimits?: GatewayLimits{}; idleTimeout?: Duration; exitTimeout?: Duration; retries?: number; maxRequestSize?: DataSize; replicas?: number; namespace?: string; name?: string; accessibleFrom?: string[]; metricsFrom?: string[]; networkPolicy?: boolean; memory?: DataSize; envoyImage?: string; nodeSelector?: string{}; priorityClassName?: string; imageRegistry?: ImageRegistry; cluster: IKubernetesCluster; backends: GatewayBackend[]; edgeRouting?: EdgeRouting',
  InstalledAiGateway: 'gatewayClassName: string; namespace?: string; rateLimits?: boolean; inferencePools?: boolean',
  InstanceSettings:
    'responseCache?: boolean; metricTags?: string{}; parameters?: string{}; sequenceBatching?: SequenceBatching; warmUp?: WarmUpSample[]; rateLimit?: RateLimit; priority?: ExecutionPriority; pinnedInputs?: boolean; pinnedOutputs?: boolean; eagerBatching?: boolean',
  IpoibNetworkProps:
    'operator: NvidiaNetworkOperator; network?: NetworkName; ipPool?: NvIpamPool; ipam?: any{}; master: string',
  JobSetControllerProps:
    'cluster: IKubernetesCluster; chartVersion?: string; replicas?: number; namespace?: string; imageRegistry?: ImageRegistry',
  JwtOptions:
    'issuer: string; audiences: string[]; keysUrl: string; keysAuthority?: CertificateAuthority; clientClaim?: string',
  K3sReleaseProps: 'version: string; architecture: CpuArchitecture; binarySha256: string; imagesSha256: string',
  KServeGateway: 'name: string; namespace?: string; listener?: string',
  KServeInferenceServiceProps:
    'model: ModelSpec; version?: string; precision?: Precision; checkpointSize?: DataSize; contextLength?: number; concurrency?: number; inputTokens?: number; outputTokens?: number; maxSequences?: number; maxBatchedTokens?: number; gpuMemoryUtilization?: number; kvCachePrecision?: Precision; kvOffload?: DataSize; chunkedPrefill?: boolean; attentionBackend?: AttentionBackend; prefixCaching?: boolean; speculativeDecoding?: SpeculativeDecoding; cudaGraphs?: boolean; attentionWindow?: number; mediaInput?: MediaInput; cpuOffload?: DataSize; quantization?: string; trustRemoteCode?: boolean; engineArguments?: any{}; loraAdapters?: LoraAdapter[]; maxLoraRank?: number; servedModelNames?: string[]; toolCallParser?: ToolCallParser; reasoningParser?: ReasoningParser; podLabels?: string{}; podAnnotations?: string{}; secretEnvironment?: SecretReference{}; sidecars?: Sidecar[]; initContainers?: Sidecar[]; volumes?: PodVolume[]; volumeMounts?: PodVolumeMount[]; runtimeClassName?: string; nodeSelector?: string{}; tolerations?: NodeTaint[]; podAffinity?: PodAffinityTerm[]; podAntiAffinity?: PodAffinityTerm[]; topologySpreadConstraints?: TopologySpreadConstraint[]; serviceAccountName?: string; rolePolicyStatements?: PolicyStatement[]; roleManagedPolicyArns?: string[]; serviceAccountAnnotations?: string{}; serviceType?: ServiceType; serviceAnnotations?: string{}; autoscaling?: ServerAutoscaling; maxReplicas?: number; updateStrategy?: UpdateStrategy; maxSurge?: number; maxUnavailable?: number; maxDisruptions?: number; namespace?: string; awsCliImage?: string; modelCache?: ModelCache; resources?: ServerResources; startupBudget?: Duration; stallTimeout?: Duration; exitTimeout?: Duration; environment?: string{}; extraArguments?: string[]; priorityClassName?: string; accessibleFrom?: string[]; metricsFrom?: string[]; egressTo?: EgressTarget[]; networkPolicy?: boolean; dependsOn?: ITerraformDependable[]; cluster: IKubernetesCluster; nodePool: IGpuNodePool; modelStore: IModelStore; modelPath: string; runtime?: KServeRuntime; parallelism?: Parallelism; targets?: CapacityTargets; plan?: CapacityPlan; replicas?: number; name?: string; imageRegistry?: ImageRegistry',
  KServeLlmInferenceServiceProps:
    'model: ModelSpec; version?: string; precision?: Precision; checkpointSize?: DataSize; contextLength?: number; concurrency?: number; inputTokens?: number; outputTokens?: number; maxSequences?: number; maxBatchedTokens?: number; gpuMemoryUtilization?: number; kvCachePrecision?: Precision; kvOffload?: DataSize; chunkedPrefill?: boolean; attentionBackend?: AttentionBackend; prefixCaching?: boolean; speculativeDecoding?: SpeculativeDecoding; cudaGraphs?: boolean; attentionWindow?: number; mediaInput?: MediaInput; cpuOffload?: DataSize; quantization?: string; trustRemoteCode?: boolean; engineArguments?: any{}; loraAdapters?: LoraAdapter[]; maxLoraRank?: number; servedModelNames?: string[]; toolCallParser?: ToolCallParser; reasoningParser?: ReasoningParser; podLabels?: string{}; podAnnotations?: string{}; secretEnvironment?: SecretReference{}; sidecars?: Sidecar[]; initContainers?: Sidecar[]; volumes?: PodVolume[]; volumeMounts?: PodVolumeMount[]; runtimeClassName?: string; nodeSelector?: string{}; tolerations?: NodeTaint[]; podAffinity?: PodAffinityTerm[]; podAntiAffinity?: PodAffinityTerm[]; topologySpreadConstraints?: TopologySpreadConstraint[]; serviceAccountName?: string; rolePolicyStatements?: PolicyStatement[]; roleManagedPolicyArns?: string[]; serviceAccountAnnotations?: string{}; serviceType?: ServiceType; serviceAnnotations?: string{}; autoscaling?: ServerAutoscaling; maxReplicas?: number; updateStrategy?: UpdateStrategy; maxSurge?: number; maxUnavailable?: number; maxDisruptions?: number; namespace?: string; awsCliImage?: string; modelCache?: ModelCache; resources?: ServerResources; startupBudget?: Duration; stallTimeout?: Duration; exitTimeout?: Duration; environment?: string{}; extraArguments?: string[]; priorityClassName?: string; accessibleFrom?: string[]; metricsFrom?: string[]; egressTo?: EgressTarget[]; networkPolicy?: boolean; dependsOn?: ITerraformDependable[]; vllmRelease?: VllmRelease; vllmImage?: string; servingImage?: ServingImage; apiKey?: SecretReference; maxQueuedRequests?: number; cluster: IKubernetesCluster; nodePool: IGpuNodePool; modelStore: IModelStore; modelPath: string; parallelism?: Parallelism; targets?: CapacityTargets; plan?: CapacityPlan; replicas?: number; name?: string; router?: KServeRouter; imageRegistry?: ImageRegistry',
  KServeProps:
    'cluster: IKubernetesCluster; chartVersion?: string; namespace?: string; llmInferenceServices?: boolean; imageRegistry?: ImageRegistry; dependsOn?: ITerraformDependable[]',
  KServeRouterOptions: 'scheduler?: KServeScheduler',
  KServeSchedulerOptions: 'replicas?: number',
  KServeTritonOptions:
    'tritonRelease?: TritonRelease; tritonImage?: string; servingImage?: ServingImage; engineMetrics?: boolean',
  KServeVllmOptions:
    'vllmRelease?: VllmRelease; vllmImage?: string; servingImage?: ServingImage; apiKey?: SecretReference; maxQueuedRequests?: number',
  KarpenterGpuNodePoolOptions:
    'instanceType: GpuInstanceType; minNodes: number; maxNodes: number; capacity?: Capacity; fabric?: IRdmaFabric; efaLayout?: EfaLayout; placement?: Placement; availabilityZone?: string; subnetIds?: string[]; labels?: string{}; taints?: NodeTaint[]; poolName?: string; diskSize?: DataSize; image?: NodeImage; nodeRoleArn?: string; tags?: string{}; provider?: TerraformProvider; otherInstanceTypes?: GpuInstanceType[]',
  KarpenterGpuNodePoolProps:
    'instanceType: GpuInstanceType; minNodes: number; maxNodes: number; capacity?: Capacity; fabric?: IRdmaFabric; efaLayout?: EfaLayout; placement?: Placement; availabilityZone?: string; subnetIds?: string[]; labels?: string{}; taints?: NodeTaint[]; poolName?: string; diskSize?: DataSize; image?: NodeImage; nodeRoleArn?: string; tags?: string{}; provider?: TerraformProvider; otherInstanceTypes?: GpuInstanceType[]; cluster: IEksCluster; workloads?: Construct; namespace?: string; nodeAccessEntry?: boolean; dependsOn?: ITerraformDependable[]',
  KarpenterProps: 'cluster: IEksCluster; imageRegistry?: ImageRegistry; chartVersion?: string; image?: string',
  KedaAutoscalingOptions:
    'minReplicas?: number; maxReplicas: number; requestsPerServer?: number; scaleDownWindow?: Duration; scaleUpWindow?: Duration; wakeQuery?: string; prometheusUrl?: string',
  KedaProps:
    'cluster: IKubernetesCluster; chartVersion?: string; replicas?: number; namespace?: string; imageRegistry?: ImageRegistry',
  KubeconfigAttributes: 'configPath: string; context?: string; clusterName?: string',
  KubernetesAccessOptions: 'roleArn?: string; profile?: string; proxyUrl?: string',
  KubernetesLabelsOptions: 'labels?: string{}; annotations?: string{}',
  KubernetesManifestsOptions: 'values?: any{}; cluster?: IKubernetesCluster; skipHelmReleases?: boolean',
  KubernetesProviders: 'kubernetes: TerraformProvider; helm?: TerraformProvider',
  KueueProps:
    'cluster: IKubernetesCluster; chartVersion?: string; replicas?: number; namespace?: string; imageRegistry?: ImageRegistry',
  LanguageModelOptions:
    'model: ModelSpec; version?: string; precision?: Precision; checkpointSize?: DataSize; contextLength?: number; concurrency?: number; inputTokens?: number; outputTokens?: number',
  LatentAttention:
    'keyValueRank: number; queryRank?: number; nopeHeadSize: number; ropeHeadSize: number; valueHeadSize: number',
  LayerKind:
    'count: number; attention?: AttentionLayer; state?: StateLayer; intermediateSize?: number; experts?: boolean; norms?: number; otherParameters?: number; float32Parameters?: number',
  LeaderWorkerSetControllerProps:
    'cluster: IKubernetesCluster; chartVersion?: string; replicas?: number; namespace?: string; imageRegistry?: ImageRegistry',
  LoraAdapter: 'name: string; version?: string; rank: number; size?: DataSize',
  LoraCapacity: 'maxAdapters: number; maxRank: number',
  LoraOptions: 'loraAdapters?: LoraAdapter[]; maxLoraRank?: number',
  MacvlanNetworkProps:
    'operator: NvidiaNetworkOperator; network?: NetworkName; ipPool?: NvIpamPool; ipam?: any{}; master: string; mode?: MacvlanMode; mtu?: number',
  MaintenanceWindow: 'start: string; duration: Duration; days?: Weekday[]; timeZone?: string',
  MemoryPerGpu:
    'weights: DataSize; kvCache: DataSize; activations: DataSize; runtime: DataSize; total: DataSize; available: DataSize',
  MetricLabelChange: 'label: string; since?: string; until?: string; replacedBy?: string',
  MetricsTarget:
    'jobName: string; namespace: string; podSelector: string{}; port: number; path?: string; exporters: MetricExporter[]; models: string[]; features: MetricFeature[]; version: string; usesGpus?: boolean; isolated?: boolean; secured?: boolean; declaredPort?: number; replicas?: number; startupSeconds?: number; scaledModels?: ScaledModel[]; scalesToZero?: boolean; unseenServers?: boolean; scaledToZeroServices?: string[]; engines?: MetricExporter{}; pricePerHour?: number{}; plannedLatencyMs?: number{}; targetLatencyMs?: number{}; latencyBoundsMs?: number[]; latencyLimitsMs?: number{}; plans?: PlannedServing{}',
  MixtureOfExpertsProps:
    'name: string; shape: DecoderShape; experts?: ExpertLayers; publishedPrecision?: Precision; publishedBits?: WeightBits; publishedFrom?: string',
  ModelFile: 'url: string; path?: string; sha256?: string',
  ModelFiles: 'allow?: string[]; ignore?: string[]',
  ModelImportProps:
    'cluster: IKubernetesCluster; modelStore: IModelStore; model: string; version?: string; source: ModelSource; namespace?: string; name?: string; largestFile?: DataSize; retries?: number; timeout?: Duration; waitTimeout?: Duration; awsCliImage?: string; nodeSelector?: string{}; podLabels?: string{}; podAnnotations?: string{}; environment?: string{}; imageRegistry?: ImageRegistry; networkPolicy?: boolean',
  ModelPipelineProps:
    'cluster: IKubernetesCluster; modelStore: IModelStore; modelName: string; modelVersion?: string; model: ModelSpec; precision?: Precision; steps: ModelStep[]; gate: QualityGate; image?: string; pipelineImage?: PipelineImage; outputName?: string; outputVersion?: string; nodePool?: IGpuNodePool; nodeSelector?: string{}; nodeMemory?: DataSize; cpus?: number; disk?: DataSize; workClaim?: string; compressedTensorsVersion?: string; trustRemoteCode?: boolean; retries?: number; timeout?: Duration; waitTimeout?: Duration; namespace?: string; name?: string; priorityClassName?: string; awsCliImage?: string; imageRegistry?: ImageRegistry; networkPolicy?: boolean',
  ModelReleaseProps:
    'cluster: IKubernetesCluster; modelStore: IModelStore; model: string; version: string; number: number; signingKeys: SecretReference[]; channel?: string; variant?: string; sites?: string[]; namespace?: string; name?: string; retries?: number; awsCliImage?: string; pythonImage?: string; nodeSelector?: string{}; imageRegistry?: ImageRegistry; networkPolicy?: boolean',
  ModelRolloutProps:
    'cluster: IKubernetesCluster; modelStore: IModelStore; model: string; version: string; number: number; signingKeys: SecretReference[]; rings: RolloutRing[]; hub: RolloutHub; channel?: string; variant?: string; soak?: Duration; minimumUpdated?: number; ringTimeout?: Duration; alerts?: string[]; customAlerts?: string[]; onFailure?: RolloutFailureAction; pollInterval?: Duration; namespace?: string; name?: string; retries?: number; awsCliImage?: string; pythonImage?: string; nodeSelector?: string{}; imageRegistry?: ImageRegistry; networkPolicy?: boolean',
  ModelSettings: 'responseCache?: boolean; metricTags?: string{}; parameters?: string{}',
  ModelStoreAccessLogs: 'bucketName: string; prefix?: string',
  ModelStoreAttributes:
    'kmsKeyArn?: string; accountId?: string; region?: string; partition?: string; credentials?: ModelStoreCredentials',
  ModelStoreCredentials: 'name: string; key?: string; rolesAnywhere?: RolesAnywhereCredentials',
  ModelStoreProps:
    'bucketName?: string; encryptionKeyArn?: string; region?: string; credentials?: ModelStoreCredentials; noncurrentVersionDays?: number; incompleteUploadDays?: number; accessLogs?: ModelStoreAccessLogs; readers?: string[]; writers?: string[]; removalPolicy?: RemovalPolicy; tags?: string{}; provider?: TerraformProvider',
  ModelSyncProps:
    'cluster: IKubernetesCluster; modelStore: IModelStore; model: string; site: string; keys: ReleaseKey[]; modelSize: DataSize; channel?: string; variant?: string; cacheSize?: DataSize; claimName?: string; storageClassName?: string; windows?: MaintenanceWindow[]; maxMegabitsPerSecond?: number; servers?: string[]; probe?: SyncProbe; checkTimeout?: Duration; pollInterval?: Duration; maxUplinkOutage?: Duration; namespace?: string; name?: string; awsCliImage?: string; pythonImage?: string; nodeSelector?: string{}; podLabels?: string{}; podAnnotations?: string{}; imageRegistry?: ImageRegistry; networkPolicy?: boolean',
  MonitoringOptions:
    'namespace?: string; storage?: MonitoringStorage; highAvailability?: boolean; webSecurity?: WebSecurity; retentionDays?: number; scrapeIntervalSeconds?: number; clusterMetrics?: boolean; kubeStateMetrics?: boolean; nodeExporter?: boolean; latencyThresholdMs?: number; latencyThresholdsMs?: number{}; objectives?: ServiceLevelObjective[]; alertReceivers?: AlertReceiver[]; alertRoutes?: AlertRoute[]; heartbeatReceiver?: AlertReceiver; runbookUrl?: string; accessibleFrom?: string[]; priorityClassName?: string; nodeSelector?: string{}; tolerations?: NodeTaint[]; podLabels?: string{}; podAnnotations?: string{}; managedPrometheusArn?: string; uplink?: MonitoringUplink; prometheusMemory?: DataSize; prometheusImage?: string; alertmanagerImage?: string; grafana?: GrafanaOptions; grafanaUrl?: string; expectedSites?: ExpectedSite[]; imageRegistry?: ImageRegistry',
  MonitoringRule:
    'record?: string; alert?: string; expr: string; for?: string; labels?: string{}; annotations?: string{}',
  MonitoringStackProps:
    'namespace?: string; storage?: MonitoringStorage; highAvailability?: boolean; webSecurity?: WebSecurity; retentionDays?: number; scrapeIntervalSeconds?: number; clusterMetrics?: boolean; kubeStateMetrics?: boolean; nodeExporter?: boolean; latencyThresholdMs?: number; latencyThresholdsMs?: number{}; objectives?: ServiceLevelObjective[]; alertReceivers?: AlertReceiver[]; alertRoutes?: AlertRoute[]; heartbeatReceiver?: AlertReceiver; runbookUrl?: string; accessibleFrom?: string[]; priorityClassName?: string; nodeSelector?: string{}; tolerations?: NodeTaint[]; podLabels?: string{}; podAnnotations?: string{}; managedPrometheusArn?: string; uplink?: MonitoringUplink; prometheusMemory?: DataSize; prometheusImage?: string; alertmanagerImage?: string; grafana?: GrafanaOptions; grafanaUrl?: string; expectedSites?: ExpectedSite[]; imageRegistry?: ImageRegistry; cluster: IKubernetesCluster',
  MonitoringUplink:
    'url: string; password?: SecretReference; clientCertificateSecret?: string; certificateAuthority?: SecretReference; activeSeries?: number; buffer?: DataSize; maxBytesPerSecond?: number; image?: string; maxOutage: Duration; username?: string',
  MustStayLocal: 'models?: string[]; callers?: string[]; headers?: string[]{}',
  NcclAcceptanceTestProps:
    'nodePool: IGpuNodePool; nodes?: number; minimumBusBandwidth?: number; waitForCompletion?: boolean; deadlineSeconds?: number; environment?: string{}; image?: string; imageRegistry?: ImageRegistry; namespace?: string; name?: string',
  NetworkCard: 'index: number; maxInterfaces: number; efa: boolean',
  NodeAgentsProps:
    'cluster: IKubernetesCluster; imageRegistry?: ImageRegistry; namespace?: string; efa?: boolean; nvidiaPluginImage?: string; region?: string; efaPluginImage?: string; gpuOperator?: GpuOperator; gpuFeatureDiscovery?: boolean; nodeFeatureDiscovery?: boolean; podLabels?: string{}; podAnnotations?: string{}; tolerations?: NodeTaint[]; dcgmExporter?: boolean; dcgmExporterImage?: string',
  NodeCacheOptions: 'size: DataSize; path?: string; namespace?: string',
  NodeImageRelease: 'releaseVersion?: string; driverMajor?: number',
  NodeSubnet: 'subnetId: string; usableAddresses?: number',
  NodeTaint: 'key: string; value?: string; effect: TaintEffect',
  NvIpamPoolProps:
    'operator: NvidiaNetworkOperator; subnet: string; perNodeBlockSize: number; gateway?: string; nodePools?: IGpuNodePool[]; poolName?: string',
  NvidiaNetworkOperatorProps:
    'cluster: IKubernetesCluster; nodePools?: IGpuNodePool[]; driver?: NicDriver; secondaryNetworks?: boolean; nodeFeatureDiscovery?: boolean; existingNetworks?: NetworkName[]; namespace?: string; chartVersion?: string; chartRepository?: string; kubectlImage?: string; imageRegistry?: ImageRegistry',
  ObjectiveOptions: 'periodDays?: number; models?: string[]',
  OldestSequenceOptions:
    'maxCandidateSequences?: number; preferredBatchSizes?: number[]; maxQueueDelay?: Duration; preserveOrdering?: boolean',
  OnnxRuntimeModelProps:
    'responseCache?: boolean; metricTags?: string{}; parameters?: string{}; sequenceBatching?: SequenceBatching; warmUp?: WarmUpSample[]; rateLimit?: RateLimit; priority?: ExecutionPriority; pinnedInputs?: boolean; pinnedOutputs?: boolean; eagerBatching?: boolean; name: string; version?: string; otherVersions?: string[]; inputs: TensorSpec[]; outputs: TensorSpec[]; maxBatchSize: number; dynamicBatching?: DynamicBatching; instances?: ModelInstances; configurations?: HardwareConfiguration{}; latencyBucketsMs?: number[]; versionPolicy?: VersionPolicy; graphOptimization?: GraphOptimization; intraOpThreads?: number; fileName?: string; opset?: number; irVersion?: number; modelSize?: DataSize',
  OpenAiFrontEndOptions:
    'apiKey?: SecretReference; tensorApi?: TensorApiAccess; toolCallParser?: FrontEndToolCallParser; maxToolCallSize?: DataSize; chatTemplate?: string; defaultMaxTokens?: number; maxRequestSize?: DataSize',
  OpenAiOptions:
    'loraAdapters?: LoraAdapter[]; maxLoraRank?: number; servedModelNames?: string[]; toolCallParser?: ToolCallParser; reasoningParser?: ReasoningParser',
  OpenAiTarget:
    'models: string[]; serviceName: string; namespace: string; podSelector: string{}; port: number; paths: string[]; healthPath: string; apiKeySecret?: SecretReference; aiGatewayKeySecret?: SecretReference; answersPickers?: boolean; isolated?: boolean; answerSeconds?: number; contextLength?: number; servers?: number; scalesToZero?: boolean',
  OutageEvent: 'after: Duration; effect: OutageEffect; what: string',
  OutageFigure: 'name: string; value: string; reason: string; source: string',
  OutagePlanProps:
    'credentials?: NodeCredentials; sender?: MetricsSender; activeSeries?: number; scrapeInterval?: Duration; catchUpSpeed?: number',
  OutageSettings:
    'tolerationSeconds?: number; credentialLifetime?: Duration; walTruncateFrequency?: Duration; bufferDisk?: DataSize; sampleAgeLimit?: Duration; hubOutOfOrderWindow?: Duration; hubRetention?: Duration; localRetention?: Duration; localDisk?: DataSize; silentAfter?: Duration; imageMinimumGcAge?: Duration',
  PagerDutyReceiverProps: 'routingKey: SecretReference',
  ParallelismProps: 'tensor: number; pipeline?: number; data?: number; expert?: number',
  PersistentStorageProps: 'size?: DataSize; storageClassName?: string; removalPolicy?: RemovalPolicy',
  PipelineOutput: 'name: string; version: string; model: ModelSpec; precision: Precision; checkpointSize?: DataSize',
  PlanFigure:
    'name: string; value: string; formula: string; inputs: string; evidence: EvidenceClass; errorBand: string',
  PlannedServing:
    'concurrency: number; kvCapacityTokens: number; timePerTokenMs?: number; outputTokensPerSecond: number; gpuMemory: DataSize',
  PodAdditions:
    'podLabels?: string{}; podAnnotations?: string{}; secretEnvironment?: SecretReference{}; sidecars?: Sidecar[]; initContainers?: Sidecar[]; volumes?: PodVolume[]; volumeMounts?: PodVolumeMount[]; runtimeClassName?: string; nodeSelector?: string{}; tolerations?: NodeTaint[]; podAffinity?: PodAffinityTerm[]; podAntiAffinity?: PodAffinityTerm[]; topologySpreadConstraints?: TopologySpreadConstraint[]; serviceAccountName?: string; rolePolicyStatements?: PolicyStatement[]; roleManagedPolicyArns?: string[]; serviceAccountAnnotations?: string{}; serviceType?: ServiceType; serviceAnnotations?: string{}',
  PodAffinityTerm: 'topologyKey: string; matchLabels?: string{}; namespaces?: string[]; weight?: number',
  PodVolumeMount: 'volume: string; path: string; readOnly?: boolean',
  PolicyCondition: 'operator: string; key: string; values: string[]',
  PolicyStatement: 'actions: string[]; resources: string[]; sid?: string; conditions?: PolicyCondition[]',
  PowerSetting: 'wattsPerGpu: number; modeId?: number; modeName?: string; gpuClockMhz?: number',
  PrometheusAdapterProps:
    'cluster: IKubernetesCluster; monitoring: IMonitoring; namespace?: string; chartVersion?: string; replicas?: number; imageRegistry?: ImageRegistry',
  PrometheusOperatorMonitoringProps:
    'cluster: IKubernetesCluster; namespace?: string; labels?: string{}; prometheusUrl?: string; prometheusPodLabels?: string{}; scrapeIntervalSeconds?: number; latencyThresholdMs?: number; latencyThresholdsMs?: number{}; runbookUrl?: string; dashboards?: boolean; dashboardLabels?: string{}; grafanaUrl?: string; dependsOn?: ITerraformDependable[]',
  PyTorchImageOptions:
    'repository?: string; tag?: string; digest?: string; baseDigest?: string; packages?: string[]; labels?: string{}; user?: number; gpus?: GpuType[]; driverMajor?: number; preset?: ImagePreset; cuda?: string; ubuntu?: string; torch?: string; transformers?: string; onnxRuntime?: string; efa?: EfaInstaller',
  PyTorchModelProps:
    'responseCache?: boolean; metricTags?: string{}; parameters?: string{}; sequenceBatching?: SequenceBatching; warmUp?: WarmUpSample[]; rateLimit?: RateLimit; priority?: ExecutionPriority; pinnedInputs?: boolean; pinnedOutputs?: boolean; eagerBatching?: boolean; name: string; version?: string; otherVersions?: string[]; inputs: TensorSpec[]; outputs: TensorSpec[]; maxBatchSize: number; dynamicBatching?: DynamicBatching; instances?: ModelInstances; configurations?: HardwareConfiguration{}; latencyBucketsMs?: number[]; versionPolicy?: VersionPolicy; modelSize: DataSize; fileName?: string; optimizedExecution?: boolean; inferenceMode?: boolean; cudnn?: boolean; weightSharing?: boolean; cacheCleaning?: boolean; interOpThreads?: number; intraOpThreads?: number',
  PythonEnvironment: 'fileName?: string; packedSize?: DataSize; unpackedSize: DataSize',
  PythonModelProps:
    'responseCache?: boolean; metricTags?: string{}; parameters?: string{}; sequenceBatching?: SequenceBatching; warmUp?: WarmUpSample[]; rateLimit?: RateLimit; priority?: ExecutionPriority; pinnedInputs?: boolean; pinnedOutputs?: boolean; eagerBatching?: boolean; name: string; version?: string; otherVersions?: string[]; inputs: TensorSpec[]; outputs: TensorSpec[]; maxBatchSize: number; dynamicBatching?: DynamicBatching; instances?: ModelInstances; configurations?: HardwareConfiguration{}; latencyBucketsMs?: number[]; versionPolicy?: VersionPolicy; code: PythonCode; environment?: PythonEnvironment; decoupled?: boolean; gpuTensors?: boolean; instanceMemory?: DataSize; instanceSharedMemory?: DataSize',
  QualityGateProps:
    'text: StoredText; accuracyLossPercent?: number; belowFloor?: boolean; tasks?: string[]; taskData?: StoredFiles; sizePercent?: number; throughputPercent?: number; parametersPercent?: number; longContext?: number; attentionWindow?: number',
  QueuePolicy:
    'maxQueueSize?: number; timeout?: Duration; timeoutAction?: TimeoutAction; allowTimeoutOverride?: boolean',
  RateLimit: 'resources?: RateLimitResource[]; priority?: number',
  RateLimitResource: 'name: string; count: number; global?: boolean',
  ReleaseAdvisory:
    'id: string; component: AdvisoryComponent; since?: string; fixed: string; effect: string; source: string',
  ReleaseKey: 'publicKey: string; revoked?: boolean',
  RemoteNetworks: 'nodeCidrs: string[]; podCidrs?: string[]',
  RoceOptions:
    'adaptersPerNode: number; gbpsPerAdapter: number; attachment?: RdmaAttachment; fabricName?: string; devices?: string[]; gidIndex?: number; trafficClass?: number',
  RoleOptions: 'permissionsBoundary?: string; path?: string',
  RolesAnywhereCredentials: 'identity: SiteIdentity; image: string',
  RolesAnywhereOptions: 'certificateAuthority?: string; trustAnchorArn?: string; organizationalUnit?: string',
  RolloutHub:
    'url: string; siteLabel?: string; username?: string; password?: SecretReference; token?: SecretReference; certificateAuthority?: SecretReference',
  RolloutRing: 'name: string; sites: string[]; soak?: Duration',
  S3CompatibleStoreProps:
    'bucketName: string; endpoint: string; endpointNamespace?: string; credentials: ModelStoreCredentials; region?: string',
  ScaledModel: 'model: string; service: string; exporter: MetricExporter',
  SecondaryNetworkProps: 'operator: NvidiaNetworkOperator; network?: NetworkName; ipPool?: NvIpamPool; ipam?: any{}',
  SecondaryNetworkResource:
    'apiVersion: string; kind: string; namespaced?: boolean; spec?: any{}; faults?: Fault[]; addressOptional?: boolean',
  SecretReference: 'name: string; key: string',
  SequenceBatching:
    'strategy?: SequenceStrategy; maxIdle?: Duration; controls?: SequenceControl[]; states?: SequenceState[]; iterative?: boolean',
  SequenceState:
    'inputName: string; outputName: string; dataType: TensorDataType; dims: number[]; initial?: SequenceInitialState; sameBuffer?: boolean; growable?: boolean',
  ServedModel:
    'model: ModelSpec; version?: string; precision?: Precision; checkpointSize?: DataSize; contextLength?: number; concurrency?: number; inputTokens?: number; outputTokens?: number; maxSequences?: number; maxBatchedTokens?: number; gpuMemoryUtilization?: number; kvCachePrecision?: Precision; kvOffload?: DataSize; chunkedPrefill?: boolean; attentionBackend?: AttentionBackend; prefixCaching?: boolean; speculativeDecoding?: SpeculativeDecoding; cudaGraphs?: boolean; attentionWindow?: number; mediaInput?: MediaInput; cpuOffload?: DataSize; quantization?: string; trustRemoteCode?: boolean; engineArguments?: any{}; loraAdapters?: LoraAdapter[]; maxLoraRank?: number; servedModelNames?: string[]; toolCallParser?: ToolCallParser; reasoningParser?: ReasoningParser; name?: string; targets?: CapacityTargets; parallelism?: Parallelism; rolloutPartition?: number; replicas?: number; nodePool?: string',
  ServerResources: 'cpu?: number; memory?: DataSize; sharedMemory?: DataSize; ephemeralStorage?: DataSize',
  ServingImageOptions:
    'repository?: string; tag?: string; digest?: string; baseDigest?: string; packages?: string[]; labels?: string{}; user?: number; gpus?: GpuType[]; driverMajor?: number',
  ServingLoad:
    'model: ModelSpec; contextLength?: number; concurrency?: number; inputTokens?: number; outputTokens?: number; kvCachePrecision?: Precision; engine?: InferenceEngine; gpuMemoryUtilization?: number; maxBatchedTokens?: number; maxSequences?: number; attentionWindow?: number; mediaInput?: MediaInput; speculativeDecoding?: SpeculativeDecoding; lora?: LoraCapacity; cudaGraphs?: boolean; warmCompileCache?: boolean; fusedKernels?: boolean; microBatches?: number; checkpointSize?: DataSize; cpuOffload?: DataSize; network?: NodeNetwork',
  ServingOptions:
    'podLabels?: string{}; podAnnotations?: string{}; secretEnvironment?: SecretReference{}; sidecars?: Sidecar[]; initContainers?: Sidecar[]; volumes?: PodVolume[]; volumeMounts?: PodVolumeMount[]; runtimeClassName?: string; nodeSelector?: string{}; tolerations?: NodeTaint[]; podAffinity?: PodAffinityTerm[]; podAntiAffinity?: PodAffinityTerm[]; topologySpreadConstraints?: TopologySpreadConstraint[]; serviceAccountName?: string; rolePolicyStatements?: PolicyStatement[]; roleManagedPolicyArns?: string[]; serviceAccountAnnotations?: string{}; serviceType?: ServiceType; serviceAnnotations?: string{}; autoscaling?: ServerAutoscaling; maxReplicas?: number; updateStrategy?: UpdateStrategy; maxSurge?: number; maxUnavailable?: number; maxDisruptions?: number; namespace?: string; awsCliImage?: string; modelCache?: ModelCache; resources?: ServerResources; startupBudget?: Duration; stallTimeout?: Duration; exitTimeout?: Duration; environment?: string{}; extraArguments?: string[]; priorityClassName?: string; accessibleFrom?: string[]; metricsFrom?: string[]; egressTo?: EgressTarget[]; networkPolicy?: boolean; dependsOn?: ITerraformDependable[]',
  SharedDevicesOptions:
    'resourceName?: string; maxPods?: number; adapters?: AdapterSelection; networks?: NetworkName[]',
  Sidecar:
    'name: string; image: string; command?: string[]; args?: string[]; environment?: string{}; secretEnvironment?: SecretReference{}; ports?: number{}; cpu?: number; memory?: DataSize; volumeMounts?: PodVolumeMount[]',
  SiteFleetOptions: 'kinds?: string[]; rings?: string[]; labels?: string[]',
  SiteIdentitiesProps:
    'sites: string[]; modelStore: IModelStore; models?: string[]; modelsBySite?: string[]{}; certificateAuthority?: string; trustAnchorArn?: string; organizationalUnit?: string; commonNames?: string{}; revoked?: string[]; roleOptions?: RoleOptions; provider?: TerraformProvider; tags?: string{}',
  SiteIdentity: 'site: string; trustAnchorArn: string; profileArn: string; roleArn: string',
  SkipLayersOptions: 'layers?: number[]; count?: number; text?: StoredText',
  SlackReceiverProps: 'webhookUrl: SecretReference; channel?: string',
  SlidingWindow: 'tokens: number; layers: number; chunked?: boolean',
  SnsReceiverProps: 'topicArn: string; region?: string; credentials?: SecretReference',
  SopsOptions: 'keySecret?: string',
  SparseIndex:
    'heads: number; headSize: number; topTokens: number; parameters?: number; shared?: boolean; keyBits?: number; tokensPerKey?: number',
  SpeculativeDecodingProps: 'tokens: number; acceptanceRate?: number',
  SsmActivationOptions: 'expiresAt: string',
  StackAnnotation: 'level: AnnotationLevel; id?: string; message: string; constructPath: string',
  StateLayer:
    'heads: number; headSize: number; stateSize: number; groups?: number; convolutionChannels?: number; convolutionWidth?: number; stateBits?: number; matrixParameters: number',
  StoredFiles: 'name: string; version?: string',
  StoredText: 'name: string; version?: string; file: string',
  StreamedWeightsOptions: 'concurrency?: number; memoryLimit?: DataSize',
  SyncProbe: 'url: string; contains?: string',
  SystemNodes:
    'instanceType?: string; minNodes?: number; maxNodes?: number; diskSize?: DataSize; sessionManager?: boolean; nodeRoleArn?: string',
  TensorModelProps:
    'responseCache?: boolean; metricTags?: string{}; parameters?: string{}; sequenceBatching?: SequenceBatching; warmUp?: WarmUpSample[]; rateLimit?: RateLimit; priority?: ExecutionPriority; pinnedInputs?: boolean; pinnedOutputs?: boolean; eagerBatching?: boolean; name: string; version?: string; otherVersions?: string[]; inputs: TensorSpec[]; outputs: TensorSpec[]; maxBatchSize: number; dynamicBatching?: DynamicBatching; instances?: ModelInstances; configurations?: HardwareConfiguration{}; latencyBucketsMs?: number[]; versionPolicy?: VersionPolicy',
  TensorRtLlmEngineProps:
    'name: string; version?: string; maxBatchSize: number; engineSize: DataSize; cacheMemoryFraction?: number; hostCache?: DataSize; prefixCaching?: boolean; chunkedPrefill?: boolean; maxBeamWidth?: number; decoupled?: boolean; dynamicBatching?: DynamicBatching; latencyBucketsMs?: number[]; versionPolicy?: VersionPolicy',
  TensorRtLlmModelProps:
    'model: ModelSpec; version?: string; precision?: Precision; checkpointSize?: DataSize; contextLength?: number; concurrency?: number; inputTokens?: number; outputTokens?: number; name: string; plan?: CapacityPlan; parallelism?: Parallelism; maxSequences?: number; maxBatchedTokens?: number; cacheMemoryFraction?: number; kvCachePrecision?: Precision; prefixCaching?: boolean; cudaGraphs?: boolean; chunkedPrefill?: boolean; trustRemoteCode?: boolean; codePath?: string; engineArguments?: any{}; latencyBucketsMs?: number[]; versionPolicy?: VersionPolicy',
  TensorSpec:
    'name: string; dataType: TensorDataType; dims: number[]; reshape?: number[]; optional?: boolean; format?: TensorFormat; raggedBatch?: boolean',
  TopologyKarpenterPool:
    'instanceType: GpuInstanceType; minNodes: number; maxNodes: number; capacity?: Capacity; fabric?: IRdmaFabric; efaLayout?: EfaLayout; placement?: Placement; availabilityZone?: string; subnetIds?: string[]; labels?: string{}; taints?: NodeTaint[]; poolName?: string; diskSize?: DataSize; image?: NodeImage; nodeRoleArn?: string; tags?: string{}; provider?: TerraformProvider; otherInstanceTypes?: GpuInstanceType[]; name: string',
  TopologyNodePool:
    'instanceType: GpuInstanceType; minNodes: number; maxNodes: number; capacity?: Capacity; fabric?: IRdmaFabric; efaLayout?: EfaLayout; placement?: Placement; availabilityZone?: string; subnetIds?: string[]; labels?: string{}; taints?: NodeTaint[]; poolName?: string; diskSize?: DataSize; image?: NodeImage; nodeRoleArn?: string; tags?: string{}; provider?: TerraformProvider; initialNodes?: number; autoscaling?: Autoscaling; gpuSharing?: GpuSharing; nodeRepair?: NodeRepair; name: string',
  TopologySpreadConstraint:
    'topologyKey: string; maxSkew?: number; whenUnsatisfiable?: WhenUnsatisfiable; minDomains?: number',
  TrainingAlternative:
    'change: string; deepSpeed: DeepSpeedConfig; nodes: number; hardware: GpuNodeType; memory: DataSize',
  TrainingJobProps:
    'cluster: IKubernetesCluster; nodePool: IGpuNodePool; modelStore: IModelStore; modelName: string; modelVersion?: string; model: ModelSpec; dataName: string; dataVersion?: string; dataSize?: DataSize; deepSpeed?: DeepSpeedConfig; sequenceLength: number; steps: number; saveSteps?: number; nodes?: number; gpusPerNode?: number; image?: string; trainingImage?: ServingImage; queue?: IGpuQueue; checkpointClaim: string; program?: string[]; maxRestarts?: number; timeout?: Duration; sharedMemory?: DataSize; environment?: string{}; priorityClassName?: string; namespace?: string; name?: string; imageRegistry?: ImageRegistry; networkPolicy?: boolean',
  TrainingMemory:
    'parameters: DataSize; gradients: DataSize; optimizer: DataSize; buffers: DataSize; activations: DataSize; runtime: DataSize; total: DataSize; available: DataSize',
  TrainingRequest:
    'model: ModelSpec; hardware: GpuNodeType; nodes?: number; gpusPerNode?: number; sequenceLength: number; deepSpeed?: DeepSpeedConfig',
  TritonDeploymentProps:
    'podLabels?: string{}; podAnnotations?: string{}; secretEnvironment?: SecretReference{}; sidecars?: Sidecar[]; initContainers?: Sidecar[]; volumes?: PodVolume[]; volumeMounts?: PodVolumeMount[]; runtimeClassName?: string; nodeSelector?: string{}; tolerations?: NodeTaint[]; podAffinity?: PodAffinityTerm[]; podAntiAffinity?: PodAffinityTerm[]; topologySpreadConstraints?: TopologySpreadConstraint[]; serviceAccountName?: string; rolePolicyStatements?: PolicyStatement[]; roleManagedPolicyArns?: string[]; serviceAccountAnnotations?: string{}; serviceType?: ServiceType; serviceAnnotations?: string{}; autoscaling?: ServerAutoscaling; maxReplicas?: number; updateStrategy?: UpdateStrategy; maxSurge?: number; maxUnavailable?: number; maxDisruptions?: number; namespace?: string; awsCliImage?: string; modelCache?: ModelCache; resources?: ServerResources; startupBudget?: Duration; stallTimeout?: Duration; exitTimeout?: Duration; environment?: string{}; extraArguments?: string[]; priorityClassName?: string; accessibleFrom?: string[]; metricsFrom?: string[]; egressTo?: EgressTarget[]; networkPolicy?: boolean; dependsOn?: ITerraformDependable[]; responseCache?: ResponseCache; rateLimitResources?: AvailableResource[]; modelConfiguration?: string; modelLoadThreads?: number; modelLoadRetries?: number; tritonRelease?: TritonRelease; tritonImage?: string; servingImage?: ServingImage; openAi?: OpenAiFrontEndOptions; cluster: IKubernetesCluster; nodePool: IGpuNodePool; modelStore: IModelStore; models: TritonModel[]; replicas?: number; name?: string; imageRegistry?: ImageRegistry',
  TritonImageOptions:
    'repository?: string; tag?: string; digest?: string; baseDigest?: string; packages?: string[]; labels?: string{}; user?: number; gpus?: GpuType[]; driverMajor?: number; release?: TritonRelease; variant?: TritonVariant; plugins?: VllmPlugin[]',
  TritonReleaseProps:
    'release: string; vllmVersion: string; onnxRuntimeVersion: string; cudaVersion: string; cudaDriver: string; tensorRtLlmVersion?: string; minimumComputeCapability?: number',
  TritonRepositoryOptions: 'modelName: string; config: string; version?: number',
  TritonServerSettings:
    'responseCache?: ResponseCache; rateLimitResources?: AvailableResource[]; modelConfiguration?: string; modelLoadThreads?: number; modelLoadRetries?: number',
  TritonServingOptions:
    'podLabels?: string{}; podAnnotations?: string{}; secretEnvironment?: SecretReference{}; sidecars?: Sidecar[]; initContainers?: Sidecar[]; volumes?: PodVolume[]; volumeMounts?: PodVolumeMount[]; runtimeClassName?: string; nodeSelector?: string{}; tolerations?: NodeTaint[]; podAffinity?: PodAffinityTerm[]; podAntiAffinity?: PodAffinityTerm[]; topologySpreadConstraints?: TopologySpreadConstraint[]; serviceAccountName?: string; rolePolicyStatements?: PolicyStatement[]; roleManagedPolicyArns?: string[]; serviceAccountAnnotations?: string{}; serviceType?: ServiceType; serviceAnnotations?: string{}; autoscaling?: ServerAutoscaling; maxReplicas?: number; updateStrategy?: UpdateStrategy; maxSurge?: number; maxUnavailable?: number; maxDisruptions?: number; namespace?: string; awsCliImage?: string; modelCache?: ModelCache; resources?: ServerResources; startupBudget?: Duration; stallTimeout?: Duration; exitTimeout?: Duration; environment?: string{}; extraArguments?: string[]; priorityClassName?: string; accessibleFrom?: string[]; metricsFrom?: string[]; egressTo?: EgressTarget[]; networkPolicy?: boolean; dependsOn?: ITerraformDependable[]; responseCache?: ResponseCache; rateLimitResources?: AvailableResource[]; modelConfiguration?: string; modelLoadThreads?: number; modelLoadRetries?: number; tritonRelease?: TritonRelease; tritonImage?: string; servingImage?: ServingImage; openAi?: OpenAiFrontEndOptions',
  UnlistedInstanceTypeProps:
    'name: string; gpu: GpuType; gpuCount: number; gpuMemory?: DataSize; vcpus: number; memory: DataSize; localStorage?: DataSize; networkBandwidthGbps?: number; interconnect?: GpuInterconnect; nvlinkDomainSize?: number; rdma?: boolean; gpuDirect?: boolean; architecture?: CpuArchitecture; networkCards?: NetworkCard[]; ipv4PerInterface?: number; rdmaRead?: boolean; rdmaWrite?: boolean',
  UplinkOptions:
    'url: string; password?: SecretReference; clientCertificateSecret?: string; certificateAuthority?: SecretReference; activeSeries?: number; buffer?: DataSize; maxBytesPerSecond?: number; image?: string',
  VirtualFunctionRail: 'resourceName: string; network: NetworkName; physicalFunctions: string[]',
  VirtualFunctionsOptions: 'rails: VirtualFunctionRail[]; virtualFunctionsPerAdapter?: number',
  VllmDeploymentProps:
    'podLabels?: string{}; podAnnotations?: string{}; secretEnvironment?: SecretReference{}; sidecars?: Sidecar[]; initContainers?: Sidecar[]; volumes?: PodVolume[]; volumeMounts?: PodVolumeMount[]; runtimeClassName?: string; nodeSelector?: string{}; tolerations?: NodeTaint[]; podAffinity?: PodAffinityTerm[]; podAntiAffinity?: PodAffinityTerm[]; topologySpreadConstraints?: TopologySpreadConstraint[]; serviceAccountName?: string; rolePolicyStatements?: PolicyStatement[]; roleManagedPolicyArns?: string[]; serviceAccountAnnotations?: string{}; serviceType?: ServiceType; serviceAnnotations?: string{}; autoscaling?: ServerAutoscaling; maxReplicas?: number; updateStrategy?: UpdateStrategy; maxSurge?: number; maxUnavailable?: number; maxDisruptions?: number; namespace?: string; awsCliImage?: string; modelCache?: ModelCache; resources?: ServerResources; startupBudget?: Duration; stallTimeout?: Duration; exitTimeout?: Duration; environment?: string{}; extraArguments?: string[]; priorityClassName?: string; accessibleFrom?: string[]; metricsFrom?: string[]; egressTo?: EgressTarget[]; networkPolicy?: boolean; dependsOn?: ITerraformDependable[]; vllmRelease?: VllmRelease; vllmImage?: string; servingImage?: ServingImage; apiKey?: SecretReference; maxQueuedRequests?: number; queue?: IGpuQueue; cluster: IKubernetesCluster; nodePool: IGpuNodePool; modelStore: IModelStore; models: ServedModel[]; replicas?: number; plans?: CapacityPlan{}; name?: string; nameSuffix?: string; weightLoading?: WeightLoading; imageRegistry?: ImageRegistry',
  VllmImageOptions:
    'repository?: string; tag?: string; digest?: string; baseDigest?: string; packages?: string[]; labels?: string{}; user?: number; gpus?: GpuType[]; driverMajor?: number; release?: VllmRelease; plugins?: VllmPlugin[]; efa?: EfaInstaller',
  VllmModelProps:
    'model: ModelSpec; version?: string; precision?: Precision; checkpointSize?: DataSize; contextLength?: number; concurrency?: number; inputTokens?: number; outputTokens?: number; maxSequences?: number; maxBatchedTokens?: number; gpuMemoryUtilization?: number; kvCachePrecision?: Precision; kvOffload?: DataSize; chunkedPrefill?: boolean; attentionBackend?: AttentionBackend; prefixCaching?: boolean; speculativeDecoding?: SpeculativeDecoding; cudaGraphs?: boolean; attentionWindow?: number; mediaInput?: MediaInput; cpuOffload?: DataSize; quantization?: string; trustRemoteCode?: boolean; engineArguments?: any{}; loraAdapters?: LoraAdapter[]; maxLoraRank?: number; name: string; plan?: CapacityPlan; parallelism?: Parallelism; engineMetrics?: boolean; latencyBucketsMs?: number[]; versionPolicy?: VersionPolicy',
  VllmOptions:
    'maxSequences?: number; maxBatchedTokens?: number; gpuMemoryUtilization?: number; kvCachePrecision?: Precision; kvOffload?: DataSize; chunkedPrefill?: boolean; attentionBackend?: AttentionBackend; prefixCaching?: boolean; speculativeDecoding?: SpeculativeDecoding; cudaGraphs?: boolean; attentionWindow?: number; mediaInput?: MediaInput; cpuOffload?: DataSize; quantization?: string; trustRemoteCode?: boolean; engineArguments?: any{}',
  VllmPluginProps:
    'packageName: string; version: string; quantizationMethods?: string[]; loadFormats?: string[]; configFormats?: string[]; requirements?: string[]',
  VllmReleaseProps:
    'vllmVersion: string; cudaVersion: string; torchVersion?: string; minimumComputeCapability?: number',
  VllmServingOptions:
    'podLabels?: string{}; podAnnotations?: string{}; secretEnvironment?: SecretReference{}; sidecars?: Sidecar[]; initContainers?: Sidecar[]; volumes?: PodVolume[]; volumeMounts?: PodVolumeMount[]; runtimeClassName?: string; nodeSelector?: string{}; tolerations?: NodeTaint[]; podAffinity?: PodAffinityTerm[]; podAntiAffinity?: PodAffinityTerm[]; topologySpreadConstraints?: TopologySpreadConstraint[]; serviceAccountName?: string; rolePolicyStatements?: PolicyStatement[]; roleManagedPolicyArns?: string[]; serviceAccountAnnotations?: string{}; serviceType?: ServiceType; serviceAnnotations?: string{}; autoscaling?: ServerAutoscaling; maxReplicas?: number; updateStrategy?: UpdateStrategy; maxSurge?: number; maxUnavailable?: number; maxDisruptions?: number; namespace?: string; awsCliImage?: string; modelCache?: ModelCache; resources?: ServerResources; startupBudget?: Duration; stallTimeout?: Duration; exitTimeout?: Duration; environment?: string{}; extraArguments?: string[]; priorityClassName?: string; accessibleFrom?: string[]; metricsFrom?: string[]; egressTo?: EgressTarget[]; networkPolicy?: boolean; dependsOn?: ITerraformDependable[]; vllmRelease?: VllmRelease; vllmImage?: string; servingImage?: ServingImage; apiKey?: SecretReference; maxQueuedRequests?: number; queue?: IGpuQueue',
  W8A8Options: 'method?: W8A8Method; calibration?: CalibrationOptions',
  WarmUpSample: 'name: string; batchSize?: number; count?: number; inputs: WarmUpTensor{}',
  WatchOptions:
    'latencyThresholdMs?: number; latencyThresholdsMs?: number{}; metricPrefixes?: string{}; objectives?: ServiceLevelObjective[]; pricePerHour?: number{}; latencyAlert?: boolean; outageAlerts?: boolean',
  WebSecurity: 'tlsSecret: string; webConfig: SecretReference; password: SecretReference; username?: string',
  WebhookReceiverProps: 'url?: string; urlSecret?: SecretReference; bearerToken?: SecretReference',
  WeeklyTime: 'timeZone: string; days?: Weekday[]; from?: string; until?: string',
  WeightBits:
    'attention?: number; states?: number; feedForward?: number; sharedExperts?: number; experts?: number; outputHead?: number; predictionLayers?: number',
  ZeroInferenceProps:
    'model: ModelSpec; hardware: GpuNodeType; gpus?: number; precision?: Precision; batchSize?: number; contextLength: number',
} as const;

/** Of each public class and interface how to get an object of it. @internal */
export const CLASSES = {
  AlertReceiver:
    'AlertReceiver.slack(...), AlertReceiver.pagerDuty(...), AlertReceiver.webhook(...), AlertReceiver.email(...) or AlertReceiver.sns(...)',
  ApiAccess: 'ApiAccess.private(), ApiAccess.privateFrom(...) or ApiAccess.publicFrom(...)',
  ArgoCdPlacement: 'ArgoCdPlacement.AT_SITE or ArgoCdPlacement.HUB',
  Autoscaling: 'Autoscaling.none() or Autoscaling.clusterAutoscaler()',
  Capacity: 'Capacity.onDemand(), Capacity.spot(), Capacity.reservation(...) or Capacity.capacityBlock(...)',
  CapacityPlan: 'CapacityPlan.fromJson(...)',
  CapacityPlanner: 'new CapacityPlanner(...)',
  CertificateAuthority: 'CertificateAuthority.configMap(...) or CertificateAuthority.secret(...)',
  CloudTopology: 'new CloudTopology(...)',
  ClusterAutoscaler: 'new ClusterAutoscaler(...)',
  ClusterChecks: 'ClusterChecks.of(...)',
  ClusterNodePools: 'new ClusterNodePools(...)',
  ControlValues: 'ControlValues.int32(...), ControlValues.fp32(...) or ControlValues.bool()',
  CustomResources: 'new CustomResources(...)',
  DataSize:
    'DataSize.ZERO, DataSize.fromBytes(...), DataSize.fromKibibytes(...), DataSize.fromMebibytes(...), DataSize.fromGibibytes(...) or DataSize.fromGigabytes(...)',
  DeepSpeedConfig: 'DeepSpeedConfig.of(...)',
  Duration:
    'Duration.ZERO, Duration.microseconds(...), Duration.milliseconds(...), Duration.seconds(...), Duration.minutes(...) or Duration.hours(...)',
  EdgeBootstrap: 'new EdgeBootstrap(...)',
  EdgeConfidence: 'EdgeConfidence.header(...), EdgeConfidence.member(...) or EdgeConfidence.logprobs(...)',
  EdgeFallback: 'EdgeFallback.SITE_ANSWERS or EdgeFallback.REFUSE',
  EdgeHardware: 'EdgeHardware.server(...), EdgeHardware.wsl2(...), EdgeHardware.jetson(...) or EdgeHardware.cpu(...)',
  EdgeRouting: 'EdgeRouting.edgeFirst(...)',
  EdgeTopology: 'new EdgeTopology(...)',
  EfaInstaller: 'EfaInstaller.V1_49_0, EfaInstaller.of(...) or EfaInstaller.custom(...)',
  EfaLayout: 'EfaLayout.EFA_ONLY, EfaLayout.COMBINED or EfaLayout.BANDWIDTH_OPTIMIZED',
  EksGpuCluster: 'new EksGpuCluster(...)',
  EksRelease: 'EksRelease.V1_34, EksRelease.of(...) or EksRelease.custom(...)',
  EncryptedStorageClass: 'new EncryptedStorageClass(...)',
  EnvoyAiGatewayController: 'new EnvoyAiGatewayController(...)',
  EnvoyAiInferenceGateway: 'new EnvoyAiInferenceGateway(...)',
  ExistingExporter: 'new ExistingExporter(...)',
  ExistingGpuNodePool: 'new ExistingGpuNodePool(...)',
  ExistingNamespaces: 'new ExistingNamespaces(...)',
  FrontEndToolCallParser:
    'FrontEndToolCallParser.LLAMA3, FrontEndToolCallParser.of(...) or FrontEndToolCallParser.custom(...)',
  GatewayAuthentication:
    'GatewayAuthentication.apiKeys(...), GatewayAuthentication.jwt(...) or GatewayAuthentication.oidc(...)',
  GatewayBackend: 'GatewayBackend.of(...) or GatewayBackend.ofService(...)',
  GatewayExposure: 'GatewayExposure.INTERNAL or GatewayExposure.public(...)',
  GatewayTls: 'GatewayTls.secret(...) or GatewayTls.certificate(...)',
  GitOpsEngine: 'GitOpsEngine.argoCd(...) or GitOpsEngine.flux(...)',
  GitOpsSecrets: 'GitOpsSecrets.externalSecrets(...) or GitOpsSecrets.sops(...)',
  GitOpsTree: 'new GitOpsTree(...)',
  GpuInstanceType: 'GpuInstanceType.P3_2XLARGE, GpuInstanceType.of(...) or GpuInstanceType.unlisted(...)',
  GpuNodePool: 'new GpuNodePool(...)',
  GpuNodeType: 'GpuNodeType.custom(...)',
  GpuOperator: 'GpuOperator.version(...)',
  GpuQueue: 'new GpuQueue(...)',
  GpuSharing: 'GpuSharing.none(), GpuSharing.timeSlicing(...) or GpuSharing.mig(...)',
  GpuType: 'GpuType.V100_16GB, GpuType.of(...) or GpuType.custom(...)',
  GrafanaAuth: 'GrafanaAuth.generatedPassword(), GrafanaAuth.password(...) or GrafanaAuth.oidc(...)',
  GrafanaDashboard: 'GrafanaDashboard.fromJson(...) or GrafanaDashboard.fromFile(...)',
  HostDeviceNetwork: 'new HostDeviceNetwork(...)',
  HybridCredentials: 'HybridCredentials.rolesAnywhere(...) or HybridCredentials.ssmActivation(...)',
  HybridGpuNodePool: 'new HybridGpuNodePool(...)',
  HybridTopology: 'new HybridTopology(...)',
  IAwsRole: 'an object with node, roleName and roleArn',
  IEksCluster: 'new EksGpuCluster(...) or EksGpuCluster.fromAttributes(...)',
  IGpuNodePool: 'new GpuNodePool(...), new KarpenterGpuNodePool(...) or new ExistingGpuNodePool(...)',
  IGpuQueue: 'new GpuQueue(...) or GpuQueue.fromAttributes(...)',
  IKubernetesCluster: 'new EksGpuCluster(...) or KubernetesCluster.fromKubeconfig(...)',
  IModelStore: 'new ModelStore(...), ModelStore.fromBucketName(...) or ModelStore.s3Compatible(...)',
  IMonitoring: 'new MonitoringStack(...) or new PrometheusOperatorMonitoring(...)',
  IOpenAiServer: 'new TritonDeployment(...) or new VllmDeployment(...)',
  IRdmaFabric: 'RdmaFabric.efa(), RdmaFabric.none(), RdmaFabric.infiniband(...) or RdmaFabric.roce(...)',
  IServiceAccountRole: 'cluster.serviceAccountRole(...)',
  IWatchable:
    'new ModelRollout(...), new ModelSync(...), new KServeInferenceService(...), new KServeLlmInferenceService(...), new EnvoyAiInferenceGateway(...), new InferenceGateway(...), new TritonDeployment(...), new VllmDeployment(...), new ModelPipeline(...) or new ExistingExporter(...)',
  ImagePrePuller: 'new ImagePrePuller(...)',
  ImagePreset: 'ImagePreset.CURRENT or ImagePreset.CUDA_11_8',
  ImageRegistry: 'ImageRegistry.UPSTREAM, ImageRegistry.withPullSecrets(...) or ImageRegistry.mirror(...)',
  Indicator: 'Indicator.QPS',
  InferenceEngine: 'InferenceEngine.VLLM, InferenceEngine.vllm(...) or InferenceEngine.of(...)',
  InferenceGateway: 'new InferenceGateway(...)',
  IpoibNetwork: 'new IpoibNetwork(...)',
  JetPackRelease: 'JetPackRelease.V6_2 or JetPackRelease.of(...)',
  JobSetController: 'new JobSetController(...)',
  K3sRelease: 'K3sRelease.V1_36_4, K3sRelease.of(...) or K3sRelease.custom(...)',
  KServe: 'new KServe(...)',
  KServeInferenceService: 'new KServeInferenceService(...)',
  KServeLlmInferenceService: 'new KServeLlmInferenceService(...)',
  KServeRouter: 'KServeRouter.managed(...), KServeRouter.gateway(...) or KServeRouter.httpRoutes(...)',
  KServeRuntime: 'KServeRuntime.vllm(...) or KServeRuntime.triton(...)',
  KServeScheduler: 'KServeScheduler.endpointPicker(...)',
  Karpenter: 'new Karpenter(...)',
  KarpenterGpuNodePool: 'new KarpenterGpuNodePool(...)',
  Keda: 'new Keda(...)',
  KubernetesAccess: 'KubernetesAccess.of(...) or KubernetesAccess.fromProviders(...)',
  KubernetesCluster: 'KubernetesCluster.fromKubeconfig(...)',
  KubernetesLabels: 'new KubernetesLabels(...)',
  KubernetesManifests: 'KubernetesManifests.of(...)',
  Kueue: 'new Kueue(...)',
  LeaderWorkerSetController: 'new LeaderWorkerSetController(...)',
  LoadBalancerController: 'LoadBalancerController.AWS or LoadBalancerController.ofClass(...)',
  MacvlanNetwork: 'new MacvlanNetwork(...)',
  Metric: 'Metric.of(...)',
  MetricContract: 'new MetricContract(...)',
  MetricsSender: 'MetricsSender.PROMETHEUS_SERVER, MetricsSender.PROMETHEUS_AGENT or MetricsSender.VMAGENT',
  ModelCache: 'ModelCache.onNode(...), ModelCache.claim(...) or ModelCache.synced(...)',
  ModelImport: 'new ModelImport(...)',
  ModelInstances: 'ModelInstances.onGpus(...), ModelInstances.onSharedGpu(...) or ModelInstances.onCpu(...)',
  ModelPipeline: 'new ModelPipeline(...)',
  ModelRelease: 'new ModelRelease(...)',
  ModelRollout: 'new ModelRollout(...)',
  ModelSource: 'ModelSource.urls(...), ModelSource.volumeClaim(...) or ModelSource.huggingFace(...)',
  ModelSpec:
    'ModelSpec.LLAMA_65B, ModelSpec.of(...), ModelSpec.dense(...), ModelSpec.mixtureOfExperts(...) or ModelSpec.fromHuggingFaceConfig(...)',
  ModelStep:
    'ModelStep.int8Dynamic(), ModelStep.w8a8(...), ModelStep.weightOnly(...), ModelStep.fp8(), ModelStep.fp8PerTensor(...), ModelStep.fp8PerBlock(), ModelStep.awq(...), ModelStep.gptq(...), ModelStep.gptqModel(...), ModelStep.modeloptFp8(...), ModelStep.modeloptNvfp4(...), ModelStep.shareAttentionHeads(...), ModelStep.skipLayers(...), ModelStep.mergeLora(...), ModelStep.exportOnnx(...), ModelStep.optimizeOnnx(...), ModelStep.packageTokenizer() or ModelStep.tritonRepository(...)',
  ModelStore: 'new ModelStore(...)',
  ModelSync: 'new ModelSync(...)',
  MonitoringStack: 'new MonitoringStack(...)',
  MonitoringStorage: 'MonitoringStorage.persistentVolume(...) or MonitoringStorage.emptyDir(...)',
  MuteTime: 'MuteTime.weekly(...)',
  NcclAcceptanceTest: 'new NcclAcceptanceTest(...)',
  NetworkComparison: 'new NetworkComparison(...)',
  NetworkName: 'NetworkName.of(...)',
  NicDriver: 'NicDriver.host() or NicDriver.container(...)',
  NodeAgents: 'new NodeAgents(...)',
  NodeCredentials: 'NodeCredentials.ROLES_ANYWHERE or NodeCredentials.SSM',
  NodeImage: 'NodeImage.AL2023_NVIDIA, NodeImage.al2023(...) or NodeImage.bottlerocket(...)',
  NodeRepair: 'NodeRepair.disabled() or NodeRepair.auto(...)',
  NvIpamPool: 'new NvIpamPool(...)',
  NvidiaNetworkOperator: 'new NvidiaNetworkOperator(...)',
  OidcIssuer:
    'OidcIssuer.of(...), OidcIssuer.keycloak(...), OidcIssuer.entraId(...), OidcIssuer.cognito(...) or OidcIssuer.eks(...)',
  OutagePlan: 'new OutagePlan(...)',
  Parallelism: 'Parallelism.NONE or Parallelism.of(...)',
  PipelineEnvironment: 'PipelineEnvironment.CORE, PipelineEnvironment.COMPRESSOR or PipelineEnvironment.GPTQMODEL',
  PipelineImage: 'PipelineImage.cuda(...) or PipelineImage.cpu(...)',
  Placement: 'Placement.none(), Placement.clusterGroup() or Placement.existing(...)',
  PodVolume: 'PodVolume.secret(...), PodVolume.configMap(...), PodVolume.claim(...) or PodVolume.emptyFolder(...)',
  PowerBudget: 'PowerBudget.ofGpus(...) or PowerBudget.ofNode(...)',
  Precision: 'Precision.FP32 or Precision.of(...)',
  PrometheusAdapter: 'new PrometheusAdapter(...)',
  PrometheusOperatorMonitoring: 'new PrometheusOperatorMonitoring(...)',
  PythonCode: 'PythonCode.fromStore(...) or PythonCode.inline(...)',
  QualityGate: 'QualityGate.of(...)',
  RdmaAttachment:
    'RdmaAttachment.sharedDevices(...), RdmaAttachment.hostDevices(...) or RdmaAttachment.virtualFunctions(...)',
  RdmaFabric: 'RdmaFabric.efa(), RdmaFabric.none(), RdmaFabric.infiniband(...) or RdmaFabric.roce(...)',
  ReasoningParser: 'ReasoningParser.DEEPSEEK_R1 or ReasoningParser.of(...)',
  ResponseCache: 'ResponseCache.local(...) or ResponseCache.custom(...)',
  SecondaryNetwork: 'new SecondaryNetwork(...)',
  SequenceControl:
    'SequenceControl.start(...), SequenceControl.ready(...), SequenceControl.end(...) or SequenceControl.correlationId(...)',
  SequenceInitialState: 'SequenceInitialState.zeros(...) or SequenceInitialState.fromStore(...)',
  SequenceStrategy: 'SequenceStrategy.direct(...) or SequenceStrategy.oldest(...)',
  ServerAutoscaling: 'ServerAutoscaling.hpa(...) or ServerAutoscaling.keda(...)',
  ServiceLevelObjective: 'ServiceLevelObjective.availability(...) or ServiceLevelObjective.latency(...)',
  ServingImage:
    'ServingImage.pyTorch(...), ServingImage.vllm(...), ServingImage.triton(...) or ServingImage.armCpu(...)',
  SiteFleet: 'SiteFleet.fromCsv(...) or SiteFleet.fromJson(...)',
  SiteIdentities: 'new SiteIdentities(...)',
  SpeculativeDecoding:
    'SpeculativeDecoding.mtp(...), SpeculativeDecoding.draftModel(...), SpeculativeDecoding.eagle3(...) or SpeculativeDecoding.nGram(...)',
  SriovIbNetwork: 'new SriovIbNetwork(...)',
  SriovNetwork: 'new SriovNetwork(...)',
  SynthesizedStack: 'SynthesizedStack.of(...)',
  ToolCallParser: 'ToolCallParser.LLAMA3_JSON or ToolCallParser.of(...)',
  TrainingJob: 'new TrainingJob(...)',
  TrainingPlan: 'new TrainingPlan(...)',
  TrainingPlanner: 'new TrainingPlanner(...)',
  TritonDeployment: 'new TritonDeployment(...)',
  TritonModel:
    'TritonModel.vllm(...), TritonModel.onnxRuntime(...), TritonModel.pyTorch(...), TritonModel.python(...), TritonModel.ensemble(...), TritonModel.tensorRtLlm(...) or TritonModel.tensorRtLlmEngine(...)',
  TritonRelease: 'TritonRelease.V24_12, TritonRelease.of(...) or TritonRelease.custom(...)',
  UplinkOutage: 'UplinkOutage.upTo(...)',
  VersionPolicy: 'VersionPolicy.latest(...), VersionPolicy.all() or VersionPolicy.specific(...)',
  VllmDeployment: 'new VllmDeployment(...)',
  VllmPlugin: 'VllmPlugin.GGUF or VllmPlugin.custom(...)',
  VllmRelease: 'VllmRelease.V0_19_1, VllmRelease.of(...) or VllmRelease.custom(...)',
  WarmUpTensor: 'WarmUpTensor.zeros(...), WarmUpTensor.random(...) or WarmUpTensor.fromStore(...)',
  Warnings: 'new Warnings(...)',
  WeightLoading: 'WeightLoading.COPIED or WeightLoading.streamed(...)',
  ZeroInference: 'ZeroInference.of(...)',
} as const;

/** The properties of each public interface that classes of users implement, with their types, and its methods with what they return. @internal */
export const INTERFACES = {
  IAwsRole: 'node: Node; roleName: string; roleArn: string',
  IEksCluster:
    'node: Node; clusterName: string; connection: ClusterConnection; nodeMonitoring?: boolean; provider?: TerraformProvider; ready: ITerraformDependable[]; vpcId: string; subnetIds: string[]; availabilityZones?: string[]; subnetCidrs?: string[]; clusterSecurityGroupId: string; securityGroupIds: string[]; kubernetesVersion?: string; release?: EksRelease; remoteNetworks?: RemoteNetworks; nodeReady: ITerraformDependable[]; volumeKeyArn?: string; clusterRoleArn?: string; roleOptions?: RoleOptions; tags: string{}; serviceAccountRole(): IServiceAccountRole; explain(): string',
  IGpuNodePool:
    'node: Node; poolName: string; cluster: IKubernetesCluster; hardware: GpuNodeType; minNodes: number; maxNodes: number; isAutoscaled?: boolean; driverInImage?: boolean; driverMajor?: number; nodeLabels: string{}; platformLabels?: string{}; nodeSelector: string{}; taints: NodeTaint[]; efaInterfacesPerNode: number; fabric?: IRdmaFabric; subnets?: NodeSubnet[]; availabilityZones?: string[]; allocatable?: string{}; gpuSharingKind?: GpuSharingKind; gpuResourceName?: string; gpuShareMemory?: DataSize; efaSecurityGroupId?: string; unreachableTolerationSeconds?: number; capacityEnd?: string; ready: ITerraformDependable[]',
  IGpuQueue:
    'node: Node; clusterQueueName: string; cluster: IKubernetesCluster; nodePools?: IGpuNodePool[]; ready: ITerraformDependable[]',
  IKubernetesCluster:
    'node: Node; clusterName: string; connection: ClusterConnection; nodeMonitoring?: boolean; provider?: TerraformProvider; ready: ITerraformDependable[]; serviceAccountRole(): IServiceAccountRole',
  IModelStore:
    'node: Node; bucketName: string; bucketArn: string; kmsKeyArn?: string; region?: string; endpoint?: string; endpointNamespace?: string; credentials?: ModelStoreCredentials; startsEmpty?: boolean; grantRead(): void; grantReadWrite(): void; uriFor(): string',
  IMonitoring: 'node: Node; namespace: string; prometheusUrl: string; watch(): void',
  IOpenAiServer: 'node: Node; cluster: IKubernetesCluster; openAiTargets: OpenAiTarget[]',
  IRdmaFabric:
    'kind: RdmaFabricKind; fabricName: string; resourceName?: string; attachment?: FabricAttachment; adaptersPerNode?: number; capabilities: string[]; networks: string[]; podResources(): string{}; bind(): FabricBinding; nodeResources(): string{}; bandwidthGbps(): number; hardwareFaults(): Fault[]',
  IServiceAccountRole:
    'node: Node; roleName: string; roleArn: string; serviceAccountAnnotations: string{}; ready: ITerraformDependable[]',
  IWatchable: 'node: Node; metricsTarget: MetricsTarget',
} as const;

/** The values of each public enumeration. @internal */
export const ENUMS = {
  AdvisoryComponent: 'Triton vLLM',
  AlertSeverity: 'critical warning',
  AnnotationLevel: 'info warn error',
  AttentionBackend: 'FLASH_ATTN FLASHINFER TRITON_ATTN FLEX_ATTENTION',
  AutoscalingKind: 'none cluster-autoscaler',
  CapacityKind: 'on-demand spot reservation capacity-block',
  CpuArchitecture: 'x86_64 arm64',
  EdgePlatform: 'linux jetson wsl2 cpu',
  EdgeServerKind: 'vllm triton onnx-runtime',
  EvidenceClass: 'exact measured kernels extrapolated assumed',
  ExecutionPriority: 'PRIORITY_MAX PRIORITY_MIN',
  FabricAttachmentKind: 'shared-devices host-devices virtual-functions',
  GpuInterconnect: 'NVSWITCH NVLINK_MESH PCIE_PEER PCIE',
  GpuSharingKind: 'none time-slicing mig',
  GpuVendor: 'NVIDIA AMD',
  GraphOptimization: 'ALL EXTENDED BASIC DISABLED',
  InferenceServer: 'TRITON VLLM',
  MacvlanMode: 'bridge private vepa passthru',
  MediaInput: 'ALL IMAGES NONE',
  MemoryShare: 'WHOLE STATIC FREE',
  MetricExporter:
    'triton triton-vllm triton-tensorrtllm vllm envoy dcgm-exporter node-exporter efa-node-exporter kube-state-metrics kubelet kubelet-cadvisor kubelet-resource leaderworkerset prometheus alertmanager vmagent model-sync model-rollout model-pipeline',
  MetricFeature:
    'histogram_latencies summary_latencies response_cache REPORT_CUSTOM_METRICS dcgm_counter pool_labels kv_cache_metrics enable_mfu_metrics show_hidden_metrics_for_version enable_lora speculative_config kv_transfer_config tool_call_parser watermark_config custom_histogram_buckets VLLM_COMPUTE_NANS_IN_LOGITS gateway_tls gateway_jwt remote_write gateway_cloud',
  MetricType: 'counter gauge histogram summary',
  MetricUnit:
    'requests inferences executions tokens sequences seconds milliseconds microseconds nanoseconds unix-seconds bytes mebibytes bytes-per-second megabytes-per-second watts joules millijoules degrees-celsius megahertz hertz ratio percent servers lookups floating-point-operations operations events rows packets connections inodes processes cores lanes pods containers nodes items state code information mixed',
  NatGateways: 'one-per-zone one',
  NodeImageFamily: 'al2023 bottlerocket',
  NodeNetwork: 'RDMA TCP',
  ObjectiveKind: 'availability latency',
  OnnxOptimization: 'basic extended all',
  OutageEffect: 'works falls back tells waits loses',
  PlacementKind: 'none cluster-group existing',
  PodSecurityLevel: 'privileged baseline restricted',
  PodVolumeKind: 'SECRET CONFIG_MAP CLAIM EMPTY',
  RdmaFabricKind: 'none efa infiniband roce',
  RemovalPolicy: 'retain destroy',
  RolloutFailureAction: 'stop take-back-ring take-back-all',
  SequenceControlKind: 'CONTROL_SEQUENCE_START CONTROL_SEQUENCE_READY CONTROL_SEQUENCE_END CONTROL_SEQUENCE_CORRID',
  ServerScaler: 'hpa keda',
  ServiceType: 'ClusterIP NodePort LoadBalancer',
  SpeculativeMethod: 'mtp draft_model eagle3 ngram',
  TaintEffect: 'NoSchedule PreferNoSchedule NoExecute',
  TensorApiAccess: 'callers pod',
  TensorDataType:
    'TYPE_BOOL TYPE_UINT8 TYPE_UINT16 TYPE_UINT32 TYPE_UINT64 TYPE_INT8 TYPE_INT16 TYPE_INT32 TYPE_INT64 TYPE_FP16 TYPE_FP32 TYPE_FP64 TYPE_BF16 TYPE_STRING',
  TensorFormat: 'FORMAT_NHWC FORMAT_NCHW',
  TimeoutAction: 'REJECT DELAY',
  TritonVariant: 'py3 vllm-python-py3 trtllm-python-py3',
  UpdateStrategy: 'RollingUpdate Recreate',
  VersionPolicyKind: 'LATEST ALL SPECIFIC',
  W8A8Method: 'rtn gptq smoothquant',
  WarmUpDataKind: 'ZEROS RANDOM FILE',
  Weekday: 'monday tuesday wednesday thursday friday saturday sunday',
  WeightGroup: '32 64 128 row',
  WhenUnsatisfiable: 'DoNotSchedule ScheduleAnyway',
} as const;
