import { DataAwsEksCluster } from '@cdktf/provider-aws/lib/data-aws-eks-cluster';
import { DataAwsSubnets } from '@cdktf/provider-aws/lib/data-aws-subnets';
import { DataAwsVpc } from '@cdktf/provider-aws/lib/data-aws-vpc';
import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { App, Fn, S3Backend, TerraformOutput, TerraformStack } from 'cdktf';
import {
  EksGpuCluster,
  ExistingNamespaces,
  GpuInstanceType,
  GpuNodePool,
  KubernetesAccess,
  ModelSpec,
  ModelStore,
  MonitoringStack,
  MonitoringStorage,
  NodeAgents,
  TritonDeployment,
  TritonModel,
} from 'gpu-inference-constructs';

/** A GPU pool and a model on the VPC, the cluster, the bucket and the namespaces that a platform team keeps, found by data sources. */
export function existingInfrastructure(app: App): TerraformStack[] {
  const stack = new TerraformStack(app, 'existing-infrastructure');
  new S3Backend(stack, { bucket: 'company-terraform', key: 'ml/serving.tfstate', region: 'eu-central-1' });
  new AwsProvider(stack, 'Aws', { region: 'eu-central-1' });

  const found = new DataAwsEksCluster(stack, 'Platform', { name: 'platform' });
  const vpc = new DataAwsVpc(stack, 'Vpc', { tags: { Name: 'platform' } });
  const subnets = new DataAwsSubnets(stack, 'Private', {
    filter: [{ name: 'vpc-id', values: [vpc.id] }],
    tags: { 'kubernetes.io/role/internal-elb': '1' },
  });
  const cluster = EksGpuCluster.fromAttributes(stack, 'Cluster', {
    clusterName: 'platform',
    vpcId: vpc.id,
    endpoint: found.endpoint,
    certificateAuthorityData: found.certificateAuthority.get(0).data,
    subnetIds: Fn.slice(subnets.ids, 0, 2) as string[],
    securityGroupIds: [found.vpcConfig.get(0).clusterSecurityGroupId],
    podIdentity: true,
    kubernetesVersion: '1.35',
  });
  KubernetesAccess.of(stack, cluster);
  ExistingNamespaces.declare(cluster, ['ml-serving', 'monitoring']);

  const nodePool = new GpuNodePool(stack, 'Gpu', {
    cluster,
    instanceType: GpuInstanceType.G6E_XLARGE,
    minNodes: 1,
    maxNodes: 1,
  });
  new NodeAgents(stack, 'NodeAgents', { cluster });
  const chat = new TritonDeployment(stack, 'Chat', {
    cluster,
    nodePool,
    namespace: 'ml-serving',
    modelStore: ModelStore.fromBucketName(stack, 'Models', 'company-models', { region: 'eu-central-1' }),
    models: [TritonModel.vllm({ name: 'chat', model: ModelSpec.LLAMA_3_1_8B, contextLength: 8192 })],
    maxSurge: 0,
  });
  const monitoring = new MonitoringStack(stack, 'Monitoring', {
    cluster,
    namespace: 'monitoring',
    storage: MonitoringStorage.persistentVolume({ storageClassName: 'gp3' }),
    alertReceivers: [],
  });
  monitoring.watch(chat);
  new TerraformOutput(stack, 'service', { value: `${chat.service.metadata.name}.${chat.service.metadata.namespace}` });
  return [stack];
}
