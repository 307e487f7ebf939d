import { EksNodeGroup } from '@cdktf/provider-aws/lib/eks-node-group';
import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { App, S3Backend, TerraformStack } from 'cdktf';
import {
  DataSize,
  EksGpuCluster,
  ExistingGpuNodePool,
  GpuInstanceType,
  GpuNodePool,
  IGpuNodePool,
  KubernetesAccess,
  ModelSpec,
  ModelStore,
  NodeAgents,
  TritonDeployment,
  TritonModel,
} from 'gpu-inference-constructs';

/**
 * From node groups that were written by hand to pools, without an hour in which nothing serves.
 *
 * First the servers move onto the node group as it is; then a pool is made beside it; then they move to the pool; at last the node group goes.
 */
export function migration(app: App, step: 'existing' | 'beside' | 'moved' | 'done' = 'beside'): TerraformStack[] {
  const stack = new TerraformStack(app, 'migration');
  new S3Backend(stack, { bucket: 'company-terraform', key: 'migration.tfstate', region: 'us-east-1' });
  new AwsProvider(stack, 'Aws', { region: 'us-east-1' });
  const cluster = EksGpuCluster.fromAttributes(stack, 'Cluster', {
    clusterName: 'production',
    vpcId: 'vpc-0a1b2c3d4e5f60718',
    subnetIds: ['subnet-0a1b2c3d4e5f60711', 'subnet-0a1b2c3d4e5f60712'],
    availabilityZones: ['us-east-1a', 'us-east-1b'],
    securityGroupIds: ['sg-0a1b2c3d4e5f60710'],
    endpoint: 'https://0123456789ABCDEF.gr7.us-east-1.eks.amazonaws.com',
    certificateAuthorityData: 'Q0E=',
    podIdentity: true,
    kubernetesVersion: '1.35',
  });
  KubernetesAccess.of(stack, cluster);

  // As it stood in the program before: nothing about it changes.
  const plain =
    step === 'done'
      ? undefined
      : new EksNodeGroup(stack, 'gpu', {
          clusterName: 'production',
          nodeGroupName: 'gpu-l40s',
          nodeRoleArn: 'arn:aws:iam::123456789012:role/gpu-nodes',
          subnetIds: ['subnet-0a1b2c3d4e5f60711'],
          amiType: 'AL2023_x86_64_NVIDIA',
          instanceTypes: ['g6e.xlarge'],
          diskSize: 100,
          scalingConfig: { minSize: 2, maxSize: 2, desiredSize: 2 },
        });
  const existing =
    plain &&
    new ExistingGpuNodePool(stack, 'Plain', {
      cluster,
      hardware: GpuInstanceType.G6E_XLARGE,
      nodes: 2,
      nodeSelector: { 'eks.amazonaws.com/nodegroup': 'gpu-l40s' },
      driverInImage: true,
      ephemeralStorage: DataSize.gib(80),
    });
  const pool =
    step === 'existing'
      ? undefined
      : new GpuNodePool(stack, 'Gpu', {
          cluster,
          instanceType: GpuInstanceType.G6E_XLARGE,
          minNodes: 2,
          maxNodes: 2,
        });
  new NodeAgents(stack, 'NodeAgents', { cluster });
  const isMoved = step === 'moved' || step === 'done';
  new TritonDeployment(stack, 'Chat', {
    cluster,
    nodePool: (isMoved ? pool : existing) as IGpuNodePool,
    modelStore: ModelStore.fromBucketName(stack, 'Models', 'production-models'),
    models: [TritonModel.vllm({ name: 'chat', model: ModelSpec.LLAMA_3_1_8B, contextLength: 8192 })],
    replicas: 2,
  });
  return [stack];
}
