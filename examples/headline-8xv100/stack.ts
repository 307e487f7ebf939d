import { App, LocalBackend, TerraformStack } from 'cdktf';
import {
  AlertReceiver,
  DataSize,
  ExistingGpuNodePool,
  GpuInterconnect,
  GpuNodeType,
  GpuType,
  KubernetesAccess,
  KubernetesCluster,
  ModelSpec,
  ModelStore,
  MonitoringStack,
  NodeAgents,
  Parallelism,
  Precision,
  TritonDeployment,
  TritonModel,
  TritonRelease,
  Warnings,
} from 'gpu-inference-constructs';

/** One server with eight V100, on an existing cluster, that answers with 1,200 tokens/s. */
export class Headline8xV100 {
  public readonly stack: TerraformStack;
  public readonly deployment: TritonDeployment;

  constructor(app: App) {
    this.stack = new TerraformStack(app, 'headline-8xv100');
    new LocalBackend(this.stack, { path: `../../../terraform.${this.stack.node.id}.tfstate` });
    Warnings.accept(
      this.stack,
      'VULNERABLE_RELEASE',
      'no later image has code for V100; only pods of the namespace reach it, and only this program writes its bucket',
    );

    const cluster = KubernetesCluster.fromKubeconfig(this.stack, 'Site', {
      configPath: '~/.kube/config',
      context: 'hall-2',
    });
    KubernetesAccess.of(this.stack, cluster);
    const server = new ExistingGpuNodePool(this.stack, 'Server', {
      cluster,
      hardware: GpuNodeType.custom({
        name: 'dgx-1-v100',
        gpu: GpuType.V100_32GB,
        gpuCount: 8,
        interconnect: GpuInterconnect.NVLINK_MESH,
        vcpus: 80,
        memory: DataSize.gib(512),
        localStorage: DataSize.gb(7680),
        networkBandwidthGbps: 100,
      }),
      nodes: 1,
      // The last branch that supports V100; the image needs 560.
      driverMajor: 580,
      nodeSelector: { 'example.com/server': 'dgx-1' },
    });
    new NodeAgents(this.stack, 'Agents', { cluster });

    const modelStore = ModelStore.s3Compatible(this.stack, 'Models', {
      bucketName: 'models',
      endpoint: 'https://objects.example.com',
      credentials: { name: 'model-store' },
    });
    this.deployment = new TritonDeployment(this.stack, 'Headline', {
      cluster,
      nodePool: server,
      modelStore,
      // CUDA 12.6, vLLM 0.5.5: the last image for V100.
      tritonRelease: TritonRelease.V24_12,
      models: [
        TritonModel.vllm({
          name: 'llama-2-13b',
          model: ModelSpec.LLAMA_2_13B,
          precision: Precision.FP16,
          // Four GPUs have NVLink to each other, eight do not.
          parallelism: Parallelism.of({ tensor: 4 }),
          contextLength: 2048,
          concurrency: 32,
        }),
      ],
      replicas: 2,
      // The other one serves while one is replaced.
      maxSurge: 0,
    });
    const alerts = AlertReceiver.webhook('site', { url: 'https://alerts.example.com' });
    new MonitoringStack(this.stack, 'Monitoring', { cluster, alertReceivers: [alerts] }).watch(this.deployment);
  }
}
