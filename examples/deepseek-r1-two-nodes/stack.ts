import { App, LocalBackend, TerraformOutput, TerraformStack } from 'cdktf';
import {
  AlertReceiver,
  DataSize,
  ExistingGpuNodePool,
  GpuInterconnect,
  GpuNodeType,
  GpuType,
  KubernetesAccess,
  KubernetesCluster,
  LeaderWorkerSetController,
  ModelSpec,
  ModelStore,
  MonitoringStack,
  NodeAgents,
  NvidiaNetworkOperator,
  Parallelism,
  Precision,
  RdmaFabric,
  ReasoningParser,
  VllmDeployment,
} from 'gpu-inference-constructs';

/**
 * DeepSeek-R1 in the FP8 that it was published in, on two nodes of 8 x H200 with InfiniBand, on an existing cluster: 16 ranks that each
 * compute attention for requests of their own, with a cache of their own, and share the experts.
 */
export class DeepSeekR1TwoNodes {
  public readonly stack: TerraformStack;
  public readonly cluster: KubernetesCluster;
  public readonly deployment: VllmDeployment;

  constructor(app: App) {
    this.stack = new TerraformStack(app, 'deepseek-r1-two-nodes');
    new LocalBackend(this.stack, { path: `../../../terraform.${this.stack.node.id}.tfstate` });

    this.cluster = KubernetesCluster.fromKubeconfig(this.stack, 'Site', {
      configPath: '~/.kube/config',
      context: 'hall-2',
    });
    const cluster = this.cluster;
    KubernetesAccess.of(this.stack, cluster);

    const nodePool = new ExistingGpuNodePool(this.stack, 'Rack', {
      cluster,
      hardware: GpuNodeType.custom({
        name: 'hgx-h200',
        gpu: GpuType.H200,
        gpuCount: 8,
        vcpus: 192,
        memory: DataSize.gib(2048),
        localStorage: DataSize.gb(30720),
        interconnect: GpuInterconnect.NVSWITCH,
        networkBandwidthGbps: 3200,
      }),
      nodes: 2,
      fabric: RdmaFabric.infiniband({ adaptersPerNode: 8, gbpsPerAdapter: 400 }),
      nodeSelector: { 'example.com/rack': 'h200-1' },
    });

    new NodeAgents(this.stack, 'Agents', { cluster });
    new NvidiaNetworkOperator(this.stack, 'NetworkOperator', { cluster });
    new LeaderWorkerSetController(this.stack, 'Groups', { cluster });

    const modelStore = ModelStore.s3Compatible(this.stack, 'Models', {
      bucketName: 'models',
      endpoint: 'https://objects.hall-2.example',
      credentials: { name: 'model-store' },
    });
    this.deployment = new VllmDeployment(this.stack, 'DeepSeek', {
      cluster,
      nodePool,
      modelStore,
      // Pods that lock memory for InfiniBand are not admitted at 'restricted': a namespace of their own.
      namespace: 'deepseek',
      models: [
        {
          name: 'deepseek-r1',
          model: ModelSpec.DEEPSEEK_R1,
          precision: Precision.FP8,
          contextLength: 65_536,
          concurrency: 64,
          parallelism: Parallelism.of({ tensor: 1, data: 16, expert: 16 }),
          reasoningParser: ReasoningParser.DEEPSEEK_R1,
        },
      ],
      replicas: 1,
      maxSurge: 0,
      accessibleFrom: ['chat'],
    });
    const alerts = AlertReceiver.webhook('site', { url: 'https://alerts.example.com/hall-2' });
    new MonitoringStack(this.stack, 'Monitoring', { cluster, alertReceivers: [alerts] }).watch(this.deployment);
    new TerraformOutput(this.stack, 'base_url', {
      value: this.deployment.endpoint,
      description: 'Base URL for clients of OpenAI',
    });
  }
}
