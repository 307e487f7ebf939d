// Written by test/inputs/kinds.test.ts from the declarations of the public API: `WRITE_KINDS=1 npx jest test/inputs/kinds`.

/** The methods of each public class and interface that take arguments, with the types of these. @internal */
export const ARGUMENTS = {
  AlertReceiver: {
    'static slack': 'name: string; props: SlackReceiverProps',
    'static pagerDuty': 'name: string; props: PagerDutyReceiverProps',
    'static webhook': 'name: string; props: WebhookReceiverProps',
    'static email': 'name: string; props: EmailReceiverProps',
    'static sns': 'name: string; props: SnsReceiverProps',
  },
  ApiAccess: {
    'static privateFrom': 'cidrs: string[]',
    'static publicFrom': 'cidrs: string[]',
  },
  Capacity: {
    'static reservation': 'reservation: CapacityReservation',
    'static capacityBlock': 'block: CapacityBlock',
  },
  CapacityPlan: {
    'static fromJson': 'json: unknown',
    sameChoice: 'other: CapacityPlan',
    vllmServeArguments: 'node?: number; leaderAddress?: string',
  },
  CapacityPlanner: {
    'static plan': 'request: CapacityRequest',
    'static search': 'request: CapacitySearchRequest',
    'static forEdge': 'request: EdgeCapacityRequest',
    'static compareNetworks': 'request: CapacityRequest',
    'static cheapest': 'request: CapacitySearchRequest',
  },
  CertificateAuthority: {
    'static configMap': 'name: string; key?: string',
    'static secret': 'secret: SecretReference',
  },
  ClusterChecks: {
    'static of': 'cluster: IKubernetesCluster',
  },
  ClusterNodePools: {
    'static of': 'cluster: IKubernetesCluster',
    'static add': 'pool: IGpuNodePool',
  },
  ControlValues: {
    'static int32': 'no?: number; yes?: number',
    'static fp32': 'no?: number; yes?: number',
  },
  DataSize: {
    'static fromBytes': 'amount: number',
    'static fromKibibytes': 'amount: number',
    'static fromMebibytes': 'amount: number',
    'static fromGibibytes': 'amount: number',
    'static fromGigabytes': 'amount: number',
    plus: 'other: DataSize',
    times: 'factor: number',
    exceeds: 'other: DataSize',
  },
  DeepSpeedConfig: {
    'static of': 'props?: DeepSpeedConfigProps',
  },
  Duration: {
    'static microseconds': 'amount: number',
    'static milliseconds': 'amount: number',
    'static seconds': 'amount: number',
    'static minutes': 'amount: number',
    'static hours': 'amount: number',
  },
  EdgeConfidence: {
    'static header': 'name: string; atLeast: number',
    'static member': 'path: string[]; atLeast: number',
    'static logprobs': 'atLeast: number',
  },
  EdgeHardware: {
    'static server': 'props: EdgeServerProps',
    'static wsl2': 'props: EdgeServerProps',
    'static jetson': 'props: EdgeJetsonProps',
    'static cpu': 'props: EdgeCpuProps',
    modelServer: 'options?: EdgeServerOptions',
    requireFeatures: 'needs: EdgeNeeds',
  },
  EdgeRouting: {
    'static edgeFirst': 'props: EdgeFirstProps',
  },
  EfaInstaller: {
    'static of': 'version: string',
    'static custom': 'props: EfaInstallerProps',
  },
  EksGpuCluster: {
    'static fromAttributes': 'scope: Construct; id: string; attributes: EksClusterAttributes',
    serviceAccountRole: 'namespace: string; serviceAccountName: string',
    grantAdmin: 'id: string; principalArn: string',
  },
  EksRelease: {
    'static of': 'kubernetesVersion: string',
    'static custom': 'versions: EksReleaseVersions',
  },
  ExistingNamespaces: {
    'static declare': 'cluster: IKubernetesCluster; names: string[]',
  },
  FrontEndToolCallParser: {
    'static of': 'name: string',
    'static custom': 'name: string',
  },
  GatewayAuthentication: {
    'static apiKeys': 'keys: SecretReference{}',
    'static jwt': 'options: JwtOptions',
    'static oidc': 'issuer: OidcIssuer; audiences: string[]; clientClaim?: string',
  },
  GatewayBackend: {
    'static of': 'server: IOpenAiServer; options?: GatewayBackendOptions',
    'static ofService': 'service: GatewayServiceProps',
  },
  GatewayExposure: {
    'static public': 'loadBalancer?: GatewayLoadBalancer',
  },
  GatewayTls: {
    'static secret': 'secretName: string',
    'static certificate': 'certificate: GatewayCertificate',
  },
  GitOpsEngine: {
    'static argoCd': 'options: ArgoCdOptions',
    'static flux': 'options: FluxOptions',
  },
  GitOpsSecrets: {
    'static externalSecrets': 'options: ExternalSecretsOptions',
    'static sops': 'options?: SopsOptions',
  },
  GitOpsTree: {
    write: 'directory: string',
  },
  GpuInstanceType: {
    'static of': 'name: string',
    'static unlisted': 'props: UnlistedInstanceTypeProps',
    offeredIn: 'region: string',
    podsByAddresses: 'withEfa: boolean',
  },
  GpuNodeType: {
    'static custom': 'props: GpuNodeTypeProps',
    podsByAddresses: 'withEfa: boolean',
  },
  GpuOperator: {
    'static version': 'chartVersion?: string; options?: GpuOperatorOptions',
  },
  GpuQueue: {
    'static fromAttributes': 'scope: Construct; id: string; attributes: GpuQueueAttributes',
  },
  GpuSharing: {
    'static timeSlicing': 'replicas: number',
    'static mig': 'profile: string',
    gpusPerNode: 'hardware: GpuNodeType',
    memoryPerShare: 'hardware: GpuNodeType',
  },
  GpuType: {
    'static of': 'name: string',
    'static custom': 'props: GpuTypeProps',
    supports: 'precision: Precision',
    denseTflops: 'precision: Precision',
  },
  GrafanaAuth: {
    'static password': 'secret: SecretReference',
    'static oidc': 'props: GrafanaOidcProps',
  },
  GrafanaDashboard: {
    'static fromJson': 'text: string',
    'static fromFile': 'path: string',
  },
  HybridCredentials: {
    'static rolesAnywhere': 'options: RolesAnywhereOptions',
    'static ssmActivation': 'options: SsmActivationOptions',
  },
  IKubernetesCluster: {
    serviceAccountRole: 'namespace: string; serviceAccountName: string',
  },
  IModelStore: {
    grantRead: 'role: IAwsRole; prefix?: string',
    grantReadWrite: 'role: IAwsRole; prefix?: string',
    uriFor: 'model: string; version?: string',
  },
  IMonitoring: {
    watch: 'workload: IWatchable; options?: WatchOptions',
  },
  IRdmaFabric: {
    podResources: 'interfaces: number',
    bind: 'pod: FabricPod',
    nodeResources: 'hardware: GpuNodeType',
    bandwidthGbps: 'hardware: GpuNodeType',
    hardwareFaults: 'hardware: GpuNodeType',
  },
  ImageRegistry: {
    'static withPullSecrets': 'pullSecrets: string[]',
    'static mirror': 'host: string; pullSecrets?: string[]; chartRepository?: string',
    resolve: 'image: string',
  },
  Indicator: {
    query: 'target: MetricsTarget',
    isAvailable: 'target: MetricsTarget',
  },
  InferenceEngine: {
    'static vllm': 'version: string',
    'static of': 'name: string',
  },
  JetPackRelease: {
    'static of': 'version: string',
  },
  K3sRelease: {
    'static of': 'version: string',
    'static custom': 'props: K3sReleaseProps',
  },
  KServeRouter: {
    'static managed': 'options?: KServeRouterOptions',
    'static gateway': 'gateway: KServeGateway; options?: KServeRouterOptions',
    'static httpRoutes': 'names: string[]; options?: KServeRouterOptions',
  },
  KServeRuntime: {
    'static vllm': 'options?: KServeVllmOptions',
    'static triton': 'options?: KServeTritonOptions',
  },
  KServeScheduler: {
    'static endpointPicker': 'options?: KServeSchedulerOptions',
  },
  KubernetesAccess: {
    'static of': 'scope: Construct; cluster: IKubernetesCluster; options?: KubernetesAccessOptions',
    'static fromProviders': 'scope: Construct; cluster: IKubernetesCluster; providers: KubernetesProviders',
    'static find': 'scope: Construct; cluster: IKubernetesCluster',
  },
  KubernetesCluster: {
    'static fromKubeconfig': 'scope: Construct; id: string; attributes: KubeconfigAttributes',
    serviceAccountRole: 'namespace: string; serviceAccountName: string',
  },
  KubernetesLabels: {
    'static add': 'scope: IConstruct; options: KubernetesLabelsOptions',
  },
  KubernetesManifests: {
    'static of': 'stack: TerraformStack; options?: KubernetesManifestsOptions',
  },
  LoadBalancerController: {
    'static ofClass': 'loadBalancerClass: string',
  },
  Metric: {
    'static of': 'exporter: MetricExporter; name: string',
    'static find': 'seriesName: string; exporters: MetricExporter[]',
    labelsAt: 'version: string',
    commonLabelsAt: 'version: string',
    missing: 'exporters: MetricExporter[]; version: string; features: MetricFeature[]',
  },
  MetricContract: {
    'static faults': 'rules: MonitoringRule[]; targets: MetricsTarget[]; scrapeIntervalSeconds?: number',
  },
  ModelCache: {
    'static onNode': 'options: NodeCacheOptions',
    'static claim': 'options: ClaimCacheOptions',
    'static synced': 'options: ClaimCacheOptions',
  },
  ModelInstances: {
    'static onGpus': 'gpuCount?: number; instancesPerGpu?: number',
    'static onSharedGpu': 'memory: DataSize; instances?: number',
    'static onCpu': 'count?: number',
  },
  ModelRollout: {
    'static channelOf': 'ring: string; channel?: string',
  },
  ModelSource: {
    'static urls': 'files: ModelFile[]; authorization?: SecretReference',
    'static volumeClaim': 'claimName: string; folder?: string; files?: ModelFiles',
    'static huggingFace': 'source: HuggingFaceSource',
  },
  ModelSpec: {
    'static of': 'name: string',
    'static dense': 'props: DenseModelProps',
    'static mixtureOfExperts': 'props: MixtureOfExpertsProps',
    'static fromHuggingFaceConfig': 'name: string; config: unknown; quantization?: unknown',
    withSharedParameters: 'fraction: number',
    withSkippedLayers: 'fraction: number',
    weightSize: 'precision: Precision',
    checkpointSize: 'precision: Precision',
    keyValueBytesPerToken: 'precision: Precision',
    stateBytesPerSequence: 'precision: Precision',
  },
  ModelStep: {
    'static w8a8': 'options?: W8A8Options',
    'static weightOnly': 'bits: number; group?: WeightGroup',
    'static fp8PerTensor': 'calibration: CalibrationOptions',
    'static awq': 'calibration: CalibrationOptions; group?: WeightGroup',
    'static gptq': 'calibration: CalibrationOptions; bits?: number; group?: WeightGroup',
    'static gptqModel': 'calibration: CalibrationOptions; bits?: number; group?: WeightGroup',
    'static modeloptFp8': 'calibration: CalibrationOptions',
    'static modeloptNvfp4': 'calibration: CalibrationOptions',
    'static shareAttentionHeads': 'saved?: number; text?: StoredText',
    'static skipLayers': 'options: SkipLayersOptions',
    'static mergeLora': 'adapter: StoredFiles',
    'static exportOnnx': 'options?: ExportOnnxOptions',
    'static optimizeOnnx': 'level?: OnnxOptimization',
    'static tritonRepository': 'options: TritonRepositoryOptions',
  },
  ModelStore: {
    'static fromBucketName': 'scope: Construct; id: string; bucketName: string; attributes?: ModelStoreAttributes',
    'static s3Compatible': 'scope: Construct; id: string; props: S3CompatibleStoreProps',
    grantRead: 'role: IAwsRole; prefix?: string',
    grantReadWrite: 'role: IAwsRole; prefix?: string',
    uriFor: 'model: string; version?: string',
  },
  MonitoringStack: {
    watch: 'workload: IWatchable; options?: WatchOptions',
  },
  MonitoringStorage: {
    'static persistentVolume': 'props?: PersistentStorageProps',
    'static emptyDir': 'sizeLimit?: DataSize',
  },
  MuteTime: {
    'static weekly': 'time: WeeklyTime',
  },
  NetworkName: {
    'static of': 'name: string; namespace?: string',
  },
  NicDriver: {
    'static container': 'version?: string',
  },
  NodeImage: {
    'static al2023': 'release: NodeImageRelease',
    'static bottlerocket': 'release: NodeImageRelease',
    amiType: 'architecture: CpuArchitecture',
  },
  NodeRepair: {
    'static auto': 'maxParallel?: number',
  },
  OidcIssuer: {
    'static of': 'issuer: string; keysUrl: string',
    'static keycloak': 'realmUrl: string',
    'static entraId': 'tenantId: string',
    'static cognito': 'region: string; userPoolId: string',
    'static eks': 'issuer: string',
  },
  OutagePlan: {
    check: 'settings: OutageSettings',
  },
  Parallelism: {
    'static of': 'props: ParallelismProps',
    withReplicas: 'replicas: number',
    dividesHeads: 'attentionHeads: number',
  },
  PipelineImage: {
    'static cuda': 'environment: PipelineEnvironment; options?: ServingImageOptions',
    'static cpu': 'environment: PipelineEnvironment; options?: ServingImageOptions',
    writeTo: 'folder: string',
  },
  Placement: {
    'static existing': 'groupName: string',
  },
  PodVolume: {
    'static secret': 'name: string; secretName: string',
    'static configMap': 'name: string; configMapName: string',
    'static claim': 'name: string; claimName: string',
    'static emptyFolder': 'name: string; sizeLimit: DataSize',
  },
  PowerBudget: {
    'static ofGpus': 'watts: number',
    'static ofNode': 'watts: number; otherWatts: number',
  },
  Precision: {
    'static of': 'name: string',
  },
  PrometheusOperatorMonitoring: {
    watch: 'workload: IWatchable; options?: WatchOptions',
  },
  PythonCode: {
    'static fromStore': 'size: DataSize',
    'static inline': 'files: string{}',
  },
  QualityGate: {
    'static of': 'props: QualityGateProps',
  },
  RdmaAttachment: {
    'static sharedDevices': 'options?: SharedDevicesOptions',
    'static hostDevices': 'options: HostDevicesOptions',
    'static virtualFunctions': 'options: VirtualFunctionsOptions',
  },
  RdmaFabric: {
    'static infiniband': 'options: ConnectXOptions',
    'static roce': 'options: RoceOptions',
    podResources: 'interfaces: number',
    bind: 'pod: FabricPod',
    nodeResources: 'hardware: GpuNodeType',
    bandwidthGbps: 'hardware: GpuNodeType',
    hardwareFaults: 'hardware: GpuNodeType',
  },
  ReasoningParser: {
    'static of': 'name: string',
  },
  ResponseCache: {
    'static local': 'size: DataSize',
    'static custom': 'name: string; settings: string{}',
  },
  SequenceControl: {
    'static start': 'tensor: string; values?: ControlValues',
    'static ready': 'tensor: string; values?: ControlValues',
    'static end': 'tensor: string; values?: ControlValues',
    'static correlationId': 'tensor: string; dataType: TensorDataType',
  },
  SequenceInitialState: {
    'static zeros': 'dims?: number[]',
    'static fromStore': 'path: string; dims?: number[]',
  },
  SequenceStrategy: {
    'static direct': 'options?: DirectSequenceOptions',
    'static oldest': 'options?: OldestSequenceOptions',
  },
  ServerAutoscaling: {
    'static hpa': 'options: HpaAutoscalingOptions',
    'static keda': 'options: KedaAutoscalingOptions',
  },
  ServiceLevelObjective: {
    'static availability': 'percent: number; options?: ObjectiveOptions',
    'static latency': 'percent: number; thresholdMs: number; options?: ObjectiveOptions',
  },
  ServingImage: {
    'static pyTorch': 'options?: PyTorchImageOptions',
    'static vllm': 'options?: VllmImageOptions',
    'static triton': 'options?: TritonImageOptions',
    'static armCpu': 'options?: ArmCpuImageOptions',
  },
  SiteFleet: {
    'static fromCsv': 'text: string; options?: SiteFleetOptions',
    'static fromJson': 'text: string; options?: SiteFleetOptions',
    inRing: 'ring: string',
  },
  SiteIdentities: {
    of: 'site: string',
    roleOf: 'site: string',
  },
  SpeculativeDecoding: {
    'static mtp': 'props: SpeculativeDecodingProps',
    'static draftModel': 'props: DraftModelProps',
    'static eagle3': 'props: Eagle3Props',
    'static nGram': 'props: SpeculativeDecodingProps',
  },
  SynthesizedStack: {
    'static of': 'stack: TerraformStack',
    'static faultsOf': 'stack: TerraformStack',
    resources: 'type: string',
    dataSources: 'type: string',
    only: 'type: string',
    onlyData: 'type: string',
    byName: 'type: string; name: string',
    where: 'type: string; attributes: any{}',
  },
  ToolCallParser: {
    'static of': 'name: string',
  },
  TrainingPlanner: {
    'static plan': 'request: TrainingRequest',
  },
  TritonModel: {
    'static vllm': 'props: VllmModelProps',
    'static onnxRuntime': 'props: OnnxRuntimeModelProps',
    'static pyTorch': 'props: PyTorchModelProps',
    'static python': 'props: PythonModelProps',
    'static ensemble': 'props: EnsembleModelProps',
    'static tensorRtLlm': 'props: TensorRtLlmModelProps',
    'static tensorRtLlmEngine': 'props: TensorRtLlmEngineProps',
  },
  TritonRelease: {
    'static of': 'release: string',
    'static custom': 'props: TritonReleaseProps',
    advisoriesOf: 'variant: TritonVariant',
    image: 'variant: TritonVariant',
  },
  UplinkOutage: {
    'static upTo': 'longest: Duration',
    plan: 'props?: OutagePlanProps',
  },
  VersionPolicy: {
    'static latest': 'count?: number',
    'static specific': 'versions: number[]',
  },
  VllmPlugin: {
    'static custom': 'props: VllmPluginProps',
  },
  VllmRelease: {
    'static of': 'version: string',
    'static custom': 'props: VllmReleaseProps',
  },
  WarmUpTensor: {
    'static zeros': 'dims?: number[]',
    'static random': 'dims?: number[]',
    'static fromStore': 'path: string; dims?: number[]',
  },
  Warnings: {
    'static accept': 'scope: IConstruct; id: string; reason: string',
  },
  WeightLoading: {
    'static streamed': 'options?: StreamedWeightsOptions',
  },
  ZeroInference: {
    'static of': 'props: ZeroInferenceProps',
  },
} as const;
