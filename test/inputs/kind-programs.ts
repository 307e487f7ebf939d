import {
  CapacityPlanner,
  DeepSpeedConfig,
  TrainingPlanner,
  ZeroInference,
  CloudTopology,
  CpuArchitecture,
  DataSize,
  EdgeBootstrap,
  EdgeHardware,
  GitOpsEngine,
  GitOpsSecrets,
  GitOpsTree,
  GpuInstanceType,
  GpuType,
  K3sRelease,
  KarpenterGpuNodePool,
  KubernetesAccess,
  ModelSpec,
  MonitoringStack,
  NetworkName,
  Parallelism,
  Precision,
  RdmaAttachment,
  RdmaFabric,
  SpeculativeDecoding,
  TritonModel,
  AlertReceiver,
} from '../../lib';
import { testEksCluster } from '../compute/test-eks-cluster';
import { addPool } from '../compute/test-pool';
import { testCluster } from '../support/test-cluster';
import { Given, Program, StructPrograms } from './string-programs-compute';
import { deploy } from './string-programs-workloads';
import { SHAPE } from './small-model';

const EDGE = EdgeHardware.server({ gpu: GpuType.L4, vcpus: 4, memory: DataSize.gib(16) });
const planned = (more: Given) => () =>
  void CapacityPlanner.plan({ model: ModelSpec.LLAMA_3_2_1B, instanceType: GpuInstanceType.G6E_XLARGE, ...more });
const searched = (more: Given) => () =>
  void CapacityPlanner.search({
    model: ModelSpec.LLAMA_3_2_1B,
    candidates: [{ instanceType: GpuInstanceType.G6E_XLARGE }],
    ...more,
  });
const shaped = (more: Given) => () =>
  void CapacityPlanner.plan({
    model: ModelSpec.dense({ name: 'own', shape: { ...SHAPE, ...more } }),
    instanceType: GpuInstanceType.G6E_XLARGE,
  });
const batched = (dynamicBatching: Given) =>
  deploy({
    models: [
      TritonModel.onnxRuntime({
        name: 'chat',
        maxBatchSize: 8,
        dynamicBatching,
        ...({ inputs: [], outputs: [] } as object),
      } as any),
    ],
  });
const unlisted = (more: Given) => () =>
  void GpuInstanceType.unlisted({
    name: 'p9.48xlarge',
    gpu: GpuType.H100,
    gpuCount: 8,
    vcpus: 192,
    memory: DataSize.gib(2048),
    ...more,
  });

/** Of structs without text, which the tables of text leave out. */
const OTHER: StructPrograms = {
  CapacityRequest: planned,
  DeepSpeedConfigProps: (given) => () => void DeepSpeedConfig.of(given),
  ZeroInferenceProps: (given) => () =>
    void ZeroInference.of({
      model: ModelSpec.LLAMA_3_2_1B,
      hardware: GpuInstanceType.G6E_XLARGE,
      contextLength: 1024,
      ...given,
    }),
  TrainingRequest: (given) => () =>
    void TrainingPlanner.plan({
      model: ModelSpec.LLAMA_3_2_1B,
      hardware: GpuInstanceType.G6E_XLARGE,
      sequenceLength: 1024,
      ...given,
    }),
  ServingLoad: planned,
  CapacitySearchRequest: searched,
  CapacityCandidate: (given) => searched({ candidates: [{ instanceType: GpuInstanceType.G6E_XLARGE, ...given }] }),
  CapacityTargets: (given) => searched({ targets: { maxTimePerOutputTokenMs: 100, ...given } }),
  EdgeServerProps: (given) => () =>
    void EdgeHardware.server({ gpu: GpuType.T4, vcpus: 4, memory: DataSize.gib(16), ...given }),
  EdgeJetsonProps: (given) => () => void EdgeHardware.jetson({ board: GpuType.JETSON_AGX_ORIN_64GB, ...given }),
  EdgeCpuProps: (given) => () => void EdgeHardware.cpu({ vcpus: 4, memory: DataSize.gib(16), ...given }),
  EdgeNeeds: (given) => () => EDGE.requireFeatures(given),
  EdgeServerOptions: (given) => () => void EDGE.modelServer(given),
  EdgeCapacityRequest: (given) => () =>
    void CapacityPlanner.forEdge({
      ...{ model: ModelSpec.LLAMA_3_2_1B, contextLength: 1024, hardware: EDGE },
      ...given,
    }),
  EdgeBootstrapProps: (given) => () => void new EdgeBootstrap({ hardware: EDGE, nodeName: 'n', ...given }),
  EdgeBundleFile: (given) => () =>
    void new EdgeBootstrap({
      ...{ hardware: EDGE, nodeName: 'n' },
      files: [{ name: 'a.tar', sha256: '0'.repeat(64), address: 'https://example.com/a.tar', ...given }],
    }),
  GitOpsTreeProps: (given) => (stack) => void new GitOpsTree({ sites: [{ name: 'a', stack }], ...given }),
  GitOpsSite: (given) => (stack) => void new GitOpsTree({ sites: [{ name: 'a', stack, ...given }] }),
  ArgoCdOptions: (given) => () => void GitOpsEngine.argoCd({ repository: 'https://example.com/a.git', ...given }),
  FluxOptions: (given) => () => void GitOpsEngine.flux({ repository: 'https://example.com/a.git', ...given }),
  GitOpsRepositoryOptions: (given) => () =>
    void GitOpsEngine.flux({ repository: 'https://example.com/a.git', ...given }),
  ExternalSecretsOptions: (given) => () => void GitOpsSecrets.externalSecrets({ ...given }),
  SopsOptions: (given) => () => void GitOpsSecrets.sops({ ...given }),
  K3sReleaseProps: (given) => () =>
    void K3sRelease.custom({
      ...{ version: 'v1.36.4+k3s1', architecture: CpuArchitecture.ARM64 },
      ...{ binarySha256: '0'.repeat(64), imagesSha256: '0'.repeat(64), ...given },
    }),
  CloudTopologyProps: (given) => (stack) =>
    void new CloudTopology(stack, 'Cloud', {
      clusterName: 'test',
      models: [{ model: ModelSpec.LLAMA_3_2_1B }],
      ...given,
    }),
  DecoderShape: shaped,
  AttentionLayer: (given) => shaped({ layerKinds: [{ count: 2, attention: given }] }),
  KarpenterGpuNodePoolOptions: (given) => (stack) =>
    void new KarpenterGpuNodePool(stack, 'Chat', {
      cluster: testEksCluster(stack),
      instanceType: GpuInstanceType.G5_XLARGE,
      minNodes: 0,
      maxNodes: 2,
      ...given,
    }),
  EncoderShape: (given) => shaped({ encoders: [{ name: 'vision_config', ...given }] }),
  LayerKind: (given) => shaped({ layerKinds: [{ count: 2, attention: {}, ...given }] }),
  WeightBits: (given) => () =>
    void CapacityPlanner.plan({
      model: ModelSpec.dense({
        name: 'own',
        shape: SHAPE,
        publishedBits: given as object,
        publishedPrecision: Precision.INT4,
      }),
      instanceType: GpuInstanceType.G6E_XLARGE,
    }),
  SparseIndex: (given) =>
    shaped({ layerKinds: [{ count: 2, attention: { index: { heads: 4, headSize: 64, topTokens: 64, ...given } } }] }),
  StateLayer: (given) =>
    shaped({
      layerKinds: [{ count: 2, state: { heads: 4, headSize: 64, stateSize: 16, matrixParameters: 65536, ...given } }],
    }),
  ExpertLayers: (given) => shaped({ experts: { routed: 4, perToken: 2, intermediateSize: 128, ...given } }),
  LatentAttention: (given) =>
    shaped({
      latentAttention: { keyValueRank: 64, nopeHeadSize: 64, ropeHeadSize: 32, valueHeadSize: 64, ...given },
    }),
  LoraCapacity: (given) => planned({ lora: { maxAdapters: 1, maxRank: 16, ...given } }),
  SpeculativeDecodingProps: (given) => () =>
    planned({ speculativeDecoding: SpeculativeDecoding.nGram({ tokens: 2, ...given }) })(),
  DraftModelProps: (given) => () =>
    planned({
      model: ModelSpec.LLAMA_3_1_8B,
      speculativeDecoding: SpeculativeDecoding.draftModel({ model: ModelSpec.LLAMA_3_2_1B, tokens: 2, ...given }),
    })(),
  Eagle3Props: (given) => () => planned({ speculativeDecoding: SpeculativeDecoding.eagle3({ tokens: 2, ...given }) })(),
  SlidingWindow: (given) => shaped({ slidingWindow: { tokens: 1024, layers: 1, ...given } }),
  DynamicBatching: batched,
  QueuePolicy: (given) => batched({ queue: given }),
  GpuNodePoolOptions: (given) => (stack) => void addPool(stack, given),
  GpuNodePoolProps: (given) => (stack) => void addPool(stack, given),
  KubernetesProviders: (given) => (stack) =>
    void KubernetesAccess.fromProviders(stack, testCluster(stack), given as { kubernetes: any }),
  MonitoringStackProps: (given) => (stack) =>
    void new MonitoringStack(stack, 'Monitoring', { cluster: testCluster(stack), ...given }),
  NetworkCard: (given) => unlisted({ networkCards: [{ index: 0, maxInterfaces: 15, efa: false, ...given }] }),
  UnlistedInstanceTypeProps: unlisted,
  PagerDutyReceiverProps: (given) => () =>
    void AlertReceiver.pagerDuty('duty', { routingKey: { name: 'a', key: 'b' }, ...given }),
  ParallelismProps: (given) => () => void Parallelism.of({ tensor: 2, ...given }),
  RoceOptions: (given) => () => void RdmaFabric.roce({ adaptersPerNode: 8, gbpsPerAdapter: 400, ...given }),
  ServerResources: (given) => deploy({ resources: given }),
  VirtualFunctionsOptions: (given) => () =>
    void RdmaAttachment.virtualFunctions({
      rails: [{ resourceName: 'rail0', network: NetworkName.of('fast'), physicalFunctions: ['ibs0f0'] }],
      ...given,
    }),
};

/** The program that uses a struct with some properties set; undefined if the table has none. */
export function programWith(struct: string): ((given: Given) => Program) | undefined {
  return OTHER[struct];
}
