import { App, LocalBackend, TerraformStack } from 'cdktf';
import {
  DataSize,
  ExistingGpuNodePool,
  GpuNodeType,
  GpuType,
  KubernetesAccess,
  KubernetesCluster,
  ModelInstances,
  ModelStore,
  MonitoringStack,
  NodeAgents,
  TritonDeployment,
} from 'gpu-inference-constructs';
import { fraudModels } from './models';

/** One ensemble on a server with an L4, on an existing cluster. */
export class TritonOnnxEnsemble {
  public readonly stack: TerraformStack;
  public readonly deployment: TritonDeployment;

  constructor(app: App) {
    this.stack = new TerraformStack(app, 'triton-onnx-ensemble');
    new LocalBackend(this.stack, { path: `../../../terraform.${this.stack.node.id}.tfstate` });

    const cluster = KubernetesCluster.fromKubeconfig(this.stack, 'Site', {
      configPath: '~/.kube/config',
      context: 'hall-1',
    });
    KubernetesAccess.of(this.stack, cluster);
    const servers = new ExistingGpuNodePool(this.stack, 'Servers', {
      cluster,
      hardware: GpuNodeType.custom({
        name: 'one-l4',
        gpu: GpuType.L4,
        gpuCount: 1,
        vcpus: 32,
        memory: DataSize.gib(128),
        localStorage: DataSize.gb(960),
        networkBandwidthGbps: 25,
      }),
      nodes: 1,
      driverMajor: 580,
      nodeSelector: { 'example.com/server': 'one-l4' },
    });
    new NodeAgents(this.stack, 'Agents', { cluster });

    const modelStore = ModelStore.s3Compatible(this.stack, 'Models', {
      bucketName: 'models',
      endpoint: 'https://objects.example.com',
      credentials: { name: 'model-store' },
    });
    this.deployment = new TritonDeployment(this.stack, 'Fraud', {
      cluster,
      nodePool: servers,
      modelStore,
      models: fraudModels(ModelInstances.onGpus()),
      accessibleFrom: ['payments'],
      // One server on one node: a rollout stops it until the new one serves.
      maxSurge: 0,
    });
    const monitoring = new MonitoringStack(this.stack, 'Monitoring', { cluster, alertReceivers: [] });
    monitoring.watch(this.deployment);
  }
}
