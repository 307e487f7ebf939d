import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { App, DataTerraformRemoteStateS3, S3Backend, TerraformStack } from 'cdktf';
import {
  EksGpuCluster,
  EncryptedStorageClass,
  GpuInstanceType,
  GpuNodePool,
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

const REGION = 'eu-central-1';
/** Where the states of the company are. */
const STATES = { bucket: 'company-terraform', region: REGION };

/** A language model on an EKS cluster that another program keeps, known by the outputs of its state. */
export class ExistingEks {
  public readonly stack: TerraformStack;
  public readonly deployment: VllmDeployment;

  constructor(app: App) {
    this.stack = new TerraformStack(app, 'existing-eks');
    const { stack } = this;
    new S3Backend(stack, { ...STATES, key: 'existing-eks.tfstate' });
    new AwsProvider(stack, 'Aws', { region: REGION });

    // The names of the outputs are those of terraform-aws-modules; write your own.
    const platform = new DataTerraformRemoteStateS3(stack, 'Platform', { ...STATES, key: 'platform.tfstate' });
    const cluster = EksGpuCluster.fromAttributes(stack, 'Cluster', {
      // Names derive from it, so that it stands here and not in a state.
      clusterName: 'platform',
      region: REGION,
      vpcId: platform.getString('vpc_id'),
      endpoint: platform.getString('cluster_endpoint'),
      certificateAuthorityData: platform.getString('cluster_certificate_authority_data'),
      subnetIds: platform.getList('private_subnets'),
      // The one that EKS made for the cluster: through it nodes reach the control plane and each other.
      securityGroupIds: [platform.getString('cluster_primary_security_group_id')],
      // The add-on eks-pod-identity-agent runs there; without it pass oidcProviderArn.
      podIdentity: true,
    });
    KubernetesAccess.of(stack, cluster);

    const nodePool = new GpuNodePool(stack, 'Gpu', {
      cluster,
      instanceType: GpuInstanceType.G6E_XLARGE,
      minNodes: 1,
      maxNodes: 1,
    });
    // Where the device plugin of NVIDIA is on the cluster already, leave this out: Warnings.accept(stack, 'NO_NODE_AGENTS', 'why').
    new NodeAgents(stack, 'NodeAgents', { cluster });

    const modelStore = new ModelStore(stack, 'ModelStore');
    const model = ModelSpec.QWEN_3_8B;
    new ModelImport(stack, 'Weights', {
      cluster,
      modelStore,
      model: model.name,
      source: ModelSource.huggingFace({
        repository: 'Qwen/Qwen3-8B',
        revision: 'b968826d9c46dd6066d109eabc6255188de91218',
      }),
    });
    this.deployment = new VllmDeployment(stack, 'Chat', {
      cluster,
      nodePool,
      modelStore,
      models: [{ model }],
      // Those who ask are in this namespace; one server on one node: a rollout stops it until the new one serves.
      accessibleFrom: ['chat'],
      maxSurge: 0,
    });

    // A class of its own beside those of the cluster, whose default stays; it needs the add-on aws-ebs-csi-driver.
    const { storageClassName } = new EncryptedStorageClass(stack, 'StorageClass', { cluster, isDefault: false });
    const monitoring = new MonitoringStack(stack, 'Monitoring', {
      cluster,
      storage: MonitoringStorage.persistentVolume({ storageClassName }),
      // Prometheus shows alerts; an AlertReceiver sends them to Slack, PagerDuty, e-mail, Amazon SNS or a webhook.
      alertReceivers: [],
    });
    monitoring.watch(this.deployment);
  }
}
