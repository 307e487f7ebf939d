import { App, LocalBackend, TerraformStack } from 'cdktf';
import {
  AlertReceiver,
  DataSize,
  ExistingGpuNodePool,
  GpuInterconnect,
  GpuNodeType,
  GpuType,
  KServe,
  KServeInferenceService,
  KServeRuntime,
  KubernetesAccess,
  KubernetesCluster,
  ModelSpec,
  ModelStore,
  MonitoringStack,
  NodeAgents,
  Parallelism,
  Precision,
} from 'gpu-inference-constructs';

/** LLaMA-65B in FP16 on four GPUs of a node, as an InferenceService of KServe, on a cluster that is there. No AWS account is involved. */
export class KServe65b {
  public readonly stack: TerraformStack;
  public readonly service: KServeInferenceService;

  constructor(app: App) {
    this.stack = new TerraformStack(app, 'kserve-65b');
    new LocalBackend(this.stack, { path: `../../../terraform.${this.stack.node.id}.tfstate` });

    const cluster = KubernetesCluster.fromKubeconfig(this.stack, 'Site', {
      configPath: '~/.kube/config',
      context: 'hall-2',
    });
    KubernetesAccess.of(this.stack, cluster);

    const nodePool = new ExistingGpuNodePool(this.stack, 'Nodes', {
      cluster,
      hardware: GpuNodeType.custom({
        name: 'hgx-a100-4',
        gpu: GpuType.A100_80GB,
        gpuCount: 4,
        vcpus: 96,
        memory: DataSize.gib(1024),
        localStorage: DataSize.gb(7680),
        interconnect: GpuInterconnect.NVSWITCH,
        networkBandwidthGbps: 100,
      }),
      nodes: 2,
      nodeSelector: { 'example.com/rack': 'a100-1' },
    });
    new NodeAgents(this.stack, 'Agents', { cluster });

    // cert-manager, from which KServe has the certificates of its webhooks, is there already.
    new KServe(this.stack, 'KServe', { cluster });

    // An object store in the same hall. Its secret was created in the cluster; no part of it is in the state.
    const modelStore = ModelStore.s3Compatible(this.stack, 'Models', {
      bucketName: 'models',
      endpoint: 'https://objects.hall-2.example',
      credentials: { name: 'model-store' },
    });
    this.service = new KServeInferenceService(this.stack, 'Chat', {
      cluster,
      nodePool,
      modelStore,
      modelPath: 'deepseek/65b',
      model: ModelSpec.LLAMA_65B,
      precision: Precision.FP16,
      parallelism: Parallelism.of({ tensor: 4 }),
      contextLength: 2048,
      concurrency: 8,
      runtime: KServeRuntime.triton(),
      replicas: 2,
      accessibleFrom: ['chat'],
    });
    const alerts = AlertReceiver.webhook('site', { url: 'https://alerts.example.com/hall-2' });
    new MonitoringStack(this.stack, 'Monitoring', { cluster, alertReceivers: [alerts] }).watch(this.service);
  }
}
