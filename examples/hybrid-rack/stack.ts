import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { App, LocalBackend, TerraformOutput, TerraformStack } from 'cdktf';
import {
  ApiAccess,
  DataSize,
  Duration,
  EksGpuCluster,
  EncryptedStorageClass,
  GpuNodeType,
  GpuType,
  HybridCredentials,
  HybridGpuNodePool,
  KubernetesAccess,
  ModelImport,
  ModelSource,
  ModelSpec,
  ModelStore,
  MonitoringStack,
  MonitoringStorage,
  NodeAgents,
  VllmDeployment,
} from 'gpu-inference-constructs';

/** Parameters of the site; everything else is fixed below. */
export interface HybridRackProps {
  /** Certificate of the authority that issues those of the servers, in PEM. */
  readonly certificateAuthority: string;
}

/** Two servers of a plant that are nodes of a cluster in AWS and serve a model there. */
export class HybridRack {
  public readonly infrastructure: TerraformStack;
  public readonly workloads: TerraformStack;
  public readonly rack: HybridGpuNodePool;
  public readonly deployment: VllmDeployment;

  constructor(app: App, props: HybridRackProps) {
    this.infrastructure = new TerraformStack(app, 'hybrid-rack-infrastructure');
    this.workloads = new TerraformStack(app, 'hybrid-rack-workloads');
    for (const stack of [this.infrastructure, this.workloads]) {
      // Terraform runs in cdktf.out/stacks/<stack>: the same relative path works for the stack and for those that refer to it.
      new LocalBackend(stack, { path: `../../../terraform.${stack.node.id}.tfstate` });
    }
    new AwsProvider(this.infrastructure, 'Aws', { region: 'eu-central-1' });

    const cluster = new EksGpuCluster(this.infrastructure, 'Cluster', {
      clusterName: 'hybrid-rack',
      availabilityZones: ['eu-central-1a', 'eu-central-1b'],
      // The network of those who deploy; the servers and their pods reach the API by remoteNetworks.
      apiAccess: ApiAccess.privateFrom(['10.90.0.0/24']),
      remoteNetworks: { nodeCidrs: ['10.80.0.0/24'], podCidrs: ['10.81.0.0/16'] },
    });
    this.rack = new HybridGpuNodePool(this.infrastructure, 'Rack', {
      cluster,
      hardware: GpuNodeType.custom({
        name: 'server-4xl40s',
        gpu: GpuType.L40S,
        gpuCount: 4,
        vcpus: 64,
        memory: DataSize.gib(512),
        localStorage: DataSize.gb(3840),
      }),
      nodes: 2,
      site: 'plant-1',
      maxUplinkOutage: Duration.hours(8),
      credentials: HybridCredentials.rolesAnywhere({
        certificateAuthority: props.certificateAuthority,
        // The authority may issue certificates of other sites too.
        organizationalUnit: 'plant-1',
      }),
    });
    const modelStore = new ModelStore(this.infrastructure, 'ModelStore');
    new TerraformOutput(this.infrastructure, 'join_rack', {
      value: this.rack.bootstrapScript,
      description: 'Script that makes a server a node, run there as root with the name of the node',
    });

    KubernetesAccess.of(this.workloads, cluster);
    new NodeAgents(this.workloads, 'Agents', { cluster });
    const model = ModelSpec.QWEN_3_8B;
    new ModelImport(this.workloads, 'Weights', {
      cluster,
      modelStore,
      model: model.name,
      source: ModelSource.huggingFace({
        repository: 'Qwen/Qwen3-8B',
        revision: 'b968826d9c46dd6066d109eabc6255188de91218',
      }),
    });
    this.deployment = new VllmDeployment(this.workloads, 'Chat', {
      cluster,
      nodePool: this.rack,
      modelStore,
      models: [{ model }],
      replicas: 2,
      // Those who ask, at the plant too: their requests never leave it.
      accessibleFrom: ['shop-floor'],
    });
    const { storageClassName } = new EncryptedStorageClass(this.workloads, 'StorageClass', { cluster });
    // It is in the cloud: pods of the plant are asked over the link, and missing while it is cut.
    const monitoring = new MonitoringStack(this.workloads, 'Monitoring', {
      cluster,
      storage: MonitoringStorage.persistentVolume({ storageClassName }),
      // Prometheus shows alerts; an AlertReceiver sends them to Slack, PagerDuty, e-mail, Amazon SNS or a webhook.
      alertReceivers: [],
    });
    monitoring.watch(this.deployment);
  }
}
