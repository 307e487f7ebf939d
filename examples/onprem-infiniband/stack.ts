import { App, LocalBackend, TerraformStack } from 'cdktf';
import {
  AlertReceiver,
  DataSize,
  ExistingGpuNodePool,
  GpuNodeType,
  GpuInterconnect,
  GpuType,
  KubernetesAccess,
  KubernetesCluster,
  ModelSpec,
  ModelStore,
  MonitoringStack,
  NcclAcceptanceTest,
  NvidiaNetworkOperator,
  NodeAgents,
  Parallelism,
  RdmaFabric,
  TritonDeployment,
  TritonModel,
} from 'gpu-inference-constructs';

/** Parameters of the site; everything else is fixed below. */
export interface OnpremInfinibandProps {
  /** Nodes of the rack. @default 4 */
  readonly nodes?: number;
}

/** A rack of 8 x H100 nodes with eight InfiniBand adapters each, on an existing cluster. No AWS account is involved. */
export class OnpremInfiniband {
  public readonly stack: TerraformStack;
  public readonly cluster: KubernetesCluster;
  public readonly rack: ExistingGpuNodePool;

  constructor(app: App, props: OnpremInfinibandProps = {}) {
    this.stack = new TerraformStack(app, 'onprem-infiniband');
    new LocalBackend(this.stack, { path: `../../../terraform.${this.stack.node.id}.tfstate` });

    this.cluster = KubernetesCluster.fromKubeconfig(this.stack, 'Site', {
      configPath: '~/.kube/config',
      context: 'hall-1',
    });
    const cluster = this.cluster;
    KubernetesAccess.of(this.stack, cluster);

    this.rack = new ExistingGpuNodePool(this.stack, 'Rack', {
      cluster,
      hardware: GpuNodeType.custom({
        name: 'dgx-h100',
        gpu: GpuType.H100,
        gpuCount: 8,
        vcpus: 224,
        memory: DataSize.gib(2048),
        localStorage: DataSize.gb(30720),
        interconnect: GpuInterconnect.NVSWITCH,
        networkBandwidthGbps: 3200,
      }),
      nodes: props.nodes ?? 4,
      fabric: RdmaFabric.infiniband({ adaptersPerNode: 8, gbpsPerAdapter: 400 }),
      nodeSelector: { 'example.com/rack': 'h100-1' },
    });

    // Device plugins for GPUs, and for the adapters that the fabric requests.
    new NodeAgents(this.stack, 'Agents', { cluster });
    new NvidiaNetworkOperator(this.stack, 'NetworkOperator', { cluster });
    // Two nodes prove that NCCL uses the fabric, and at its rate.
    new NcclAcceptanceTest(this.stack, 'Acceptance', { nodePool: this.rack });

    // An object store in the same hall. Its secret was created in the cluster; no part of it is in the state.
    const modelStore = ModelStore.s3Compatible(this.stack, 'Models', {
      bucketName: 'models',
      endpoint: 'https://objects.hall-1.example',
      credentials: { name: 'model-store' },
    });
    const chat = new TritonDeployment(this.stack, 'Chat', {
      cluster,
      nodePool: this.rack,
      modelStore,
      models: [
        TritonModel.vllm({
          name: 'llama',
          model: ModelSpec.LLAMA_3_1_70B,
          parallelism: Parallelism.of({ tensor: 8 }),
        }),
      ],
      replicas: 2,
    });
    const alerts = AlertReceiver.webhook('site', { url: 'https://alerts.example.com/hall-1' });
    new MonitoringStack(this.stack, 'Monitoring', { cluster, alertReceivers: [alerts] }).watch(chat);
  }
}
