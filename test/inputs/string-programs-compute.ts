import { TerraformStack, Token } from 'cdktf';
import {
  ApiAccess,
  Capacity,
  CloudTopology,
  ClusterAutoscaler,
  EksGpuCluster,
  EksRelease,
  JetPackRelease,
  K3sRelease,
  EncryptedStorageClass,
  GpuInstanceType,
  GpuNodePool,
  GpuOperator,
  GpuSharing,
  IEksCluster,
  ImagePrePuller,
  ImageRegistry,
  Karpenter,
  KarpenterGpuNodePool,
  KubernetesAccess,
  KubernetesCluster,
  ModelSpec,
  ModelStore,
  NodeAgents,
  NodeImage,
  Placement,
  RdmaFabric,
  TaintEffect,
} from '../../lib';
import { testEksCluster } from '../compute/test-eks-cluster';
import { addPool } from '../compute/test-pool';
import { rack } from '../network/support';
import { testCluster } from '../support/test-cluster';

/** What is set on a struct besides its required properties; the tests set one property to every kind of text. */
export type Given = { readonly [property: string]: any };
/** Fills a stack. */
export type Program = (stack: TerraformStack) => void;
/** The smallest valid program that uses a struct, with some properties set. */
export type StructPrograms = { readonly [struct: string]: (given: Given) => Program };
/** The smallest valid program that passes an argument. */
export type ArgumentPrograms = { readonly [argument: string]: (value: any) => Program };

const cluster = (given: Given): Program => {
  return (stack) => void new EksGpuCluster(stack, 'Cluster', { clusterName: 'test', ...given });
};
const imported = (stack: TerraformStack, given: Given = {}) =>
  EksGpuCluster.fromAttributes(stack, 'Cluster', {
    clusterName: 'test',
    subnetIds: ['subnet-a'],
    securityGroupIds: ['sg-1'],
    endpoint: 'https://api.example',
    certificateAuthorityData: 'Q0E=',
    kubernetesVersion: '1.35',
    vpcId: 'vpc-1',
    podIdentity: given.oidcProviderArn === undefined,
    ...given,
  });
/** A list with a second element, where it is one. */
const paired = (name: string, list: unknown, second: string): Given =>
  Array.isArray(list) && !Token.isUnresolved(list) ? { [name]: [...list, second] } : {};
/** A pool that uses what a cluster says of its network. */
function efaPool(stack: TerraformStack, made: IEksCluster): void {
  const hardware = { instanceType: GpuInstanceType.P5_48XLARGE, fabric: RdmaFabric.efa() };
  new GpuNodePool(stack, 'Efa', { cluster: made, minNodes: 1, maxNodes: 2, ...hardware });
}
const topology = (given: Given): Program => {
  return (stack) =>
    void new CloudTopology(stack, 'Cloud', {
      clusterName: 'test',
      models: [{ model: ModelSpec.LLAMA_3_2_1B }],
      ...given,
    });
};
const block = {
  reservationId: 'cr-02168da1478b509e0',
  availabilityZone: 'us-west-2a',
  start: '2027-01-01T11:30:00Z',
  end: '2027-01-08T11:30:00Z',
};
const release = {
  kubernetesVersion: '1.35',
  nodeImageVersion: '1.35.6-20260714',
  vpcCni: 'v1.22.4-eksbuild.3',
  coreDns: 'v1.14.3-eksbuild.4',
  kubeProxy: 'v1.35.6-eksbuild.5',
  podIdentityAgent: 'v1.3.10-eksbuild.3',
  ebsCsiDriver: 'v1.62.0-eksbuild.1',
};
const plainPool = { instanceType: GpuInstanceType.G5_XLARGE, minNodes: 1, maxNodes: 2 };

/** Of clusters, their pools, their agents and topologies. */
export const COMPUTE_STRUCTS: StructPrograms = {
  EksGpuClusterProps: cluster,
  RoleOptions: (given) => cluster({ roleOptions: given }),
  SystemNodes: (given) => cluster({ systemNodes: given }),
  ExistingVpc: (given) => (stack) => {
    const { availabilityZones: zones, privateSubnetCidrs: ranges } = given;
    const vpc = {
      vpcId: 'vpc-1',
      privateSubnetIds: ['subnet-a', 'subnet-b'],
      ...given,
      ...paired('availabilityZones', zones, 'us-west-2b'),
      ...paired('privateSubnetCidrs', ranges, '10.0.1.0/24'),
    };
    efaPool(stack, new EksGpuCluster(stack, 'Cluster', { clusterName: 'test', vpc }));
  },
  EksReleaseVersions: (given) => (stack) => cluster({ release: EksRelease.custom({ ...release, ...given }) })(stack),
  EksClusterAttributes: (given) => (stack) => {
    const made = imported(stack, given);
    KubernetesAccess.of(stack, made);
    made.serviceAccountRole('ns', 'sa');
    efaPool(stack, made);
    new ClusterAutoscaler(stack, 'Scaler', { cluster: made });
  },
  Ec2GpuNodePoolOptions: (given) => (stack) => void addPool(stack, given),
  GpuNodePoolOptions: (given) => (stack) => void addPool(stack, given),
  CapacityBlock: (given) => (stack) =>
    void addPool(
      stack,
      {
        instanceType: GpuInstanceType.P5_48XLARGE,
        subnetIds: ['subnet-a'],
        capacity: Capacity.capacityBlock({ ...block, ...given }),
      },
      { availabilityZones: ['us-west-2a', 'us-west-2b'] },
    ),
  CapacityReservation: (given) => (stack) =>
    void addPool(stack, {
      instanceType: GpuInstanceType.P5_48XLARGE,
      subnetIds: ['subnet-a'],
      capacity: Capacity.reservation({ reservationId: 'cr-02168da1478b509e0', ...given }),
    }),
  NodeImageRelease: (given) => (stack) => void addPool(stack, { image: NodeImage.al2023(given) }),
  NodeTaint: (given) => (stack) =>
    void addPool(stack, { taints: [{ key: 'team', value: 'a', effect: TaintEffect.NO_SCHEDULE, ...given }] }),
  TopologyKarpenterPool: (given) =>
    topology({
      karpenterPools: [{ instanceType: GpuInstanceType.G6E_XLARGE, minNodes: 0, maxNodes: 1, name: 'chat', ...given }],
    }),
  TopologyNodePool: (given) => topology({ nodePools: [{ ...plainPool, name: 'chat', ...given }] }),
  ServedModel: (given) =>
    topology({
      models: [{ model: ModelSpec.LLAMA_3_2_1B, name: 'chat', nodePool: 'chat', ...given }],
      nodePools: [{ ...plainPool, name: 'chat' }],
    }),
  LanguageModelOptions: (given) => topology({ models: [{ model: ModelSpec.LLAMA_3_2_1B, ...given }] }),
  KarpenterGpuNodePoolProps: (given) => (stack) =>
    void new KarpenterGpuNodePool(stack, 'Chat', {
      cluster: testEksCluster(stack),
      ...plainPool,
      minNodes: 0,
      ...given,
    }),
  ExistingGpuNodePoolProps: (given) => (stack) => void rack(stack, testCluster(stack), { nodes: 1, ...given }),
  KarpenterProps: (given) => (stack) =>
    void new Karpenter(stack, 'Karpenter', { cluster: testEksCluster(stack), ...given }),
  ClusterAutoscalerProps: (given) => (stack) =>
    void new ClusterAutoscaler(stack, 'Scaler', { cluster: testEksCluster(stack), ...given }),
  EncryptedStorageClassProps: (given) => (stack) =>
    void new EncryptedStorageClass(stack, 'Storage', { cluster: testCluster(stack), ...given }),
  ImagePrePullerProps: (given) => (stack) => {
    const made = testCluster(stack);
    rack(stack, made);
    new ImagePrePuller(stack, 'Pull', { cluster: made, images: ['nvcr.io/a/b:1'], ...given });
  },
  NodeAgentsProps: (given) => (stack) => {
    const made = testCluster(stack);
    rack(stack, made);
    new NodeAgents(stack, 'Agents', {
      cluster: made,
      efa: true,
      efaPluginImage: 'a.example/b:v0.5.6',
      dcgmExporter: true,
      ...given,
    });
  },
  GpuOperatorOptions: (given) => (stack) => {
    const made = testCluster(stack);
    new NodeAgents(stack, 'Agents', { cluster: made, gpuOperator: GpuOperator.version(undefined, given) });
  },
  KubeconfigAttributes: (given) => (stack) => {
    const made = KubernetesCluster.fromKubeconfig(stack, 'Cluster', { configPath: 'kubeconfig', ...given });
    KubernetesAccess.of(stack, made);
  },
  ClusterConnection: (given) => (stack) => {
    const eks = { eksClusterName: 'test', region: 'us-west-2', host: 'https://api.example' };
    const connection = given.configPath || given.configContext ? { configPath: 'kubeconfig', ...given } : eks;
    testCluster(stack, { connection: { certificateAuthorityData: 'Q0E=', ...connection, ...given } });
  },
  KubernetesAccessOptions: (given) => (stack) =>
    void KubernetesAccess.of(stack, imported(stack, { region: 'us-west-2' }), given),
};

const bound = (make: (value: any) => Given): ((value: any) => Program) => {
  return (value) => (stack) => void addPool(stack, make(value));
};

/** The same for arguments of methods and for the ids of constructs. */
export const COMPUTE_ARGUMENTS: ArgumentPrograms = {
  'ApiAccess.publicFrom(cidrs)': (value) => (stack) => cluster({ apiAccess: ApiAccess.publicFrom(value) })(stack),
  'ApiAccess.privateFrom(cidrs)': (value) => (stack) => cluster({ apiAccess: ApiAccess.privateFrom(value) })(stack),
  'EksGpuCluster.new(id)': (id) => (stack) => void new EksGpuCluster(stack, id, { clusterName: 'test' }),
  'EksGpuCluster.fromAttributes(id)': (id) => (stack) => {
    const attributes = { clusterName: 'test', subnetIds: ['subnet-a'], securityGroupIds: ['sg-1'] };
    EksGpuCluster.fromAttributes(stack, id, { ...attributes, podIdentity: true }).serviceAccountRole('ns', 'sa');
  },
  'EksGpuCluster.grantAdmin(id)': (id) => (stack) =>
    new EksGpuCluster(stack, 'C', { clusterName: 'test' }).grantAdmin(id, 'arn:aws:iam::123456789012:role/admin'),
  'EksGpuCluster.grantAdmin(principalArn)': (arn) => (stack) =>
    new EksGpuCluster(stack, 'C', { clusterName: 'test' }).grantAdmin('Admin', arn),
  'EksGpuCluster.serviceAccountRole(namespace)': (value) => (stack) =>
    void new EksGpuCluster(stack, 'C', { clusterName: 'test' }).serviceAccountRole(value, 'sa'),
  'EksGpuCluster.serviceAccountRole(serviceAccountName)': (value) => (stack) =>
    void new EksGpuCluster(stack, 'C', { clusterName: 'test' }).serviceAccountRole('ns', value),
  'K3sRelease.of(version)': (value) => () => void K3sRelease.of(value),
  'JetPackRelease.of(version)': (value) => () => void JetPackRelease.of(value),
  'EksRelease.of(kubernetesVersion)': (value) => (stack) => cluster({ release: EksRelease.of(value) })(stack),
  'EncryptedStorageClass.new(id)': (id) => (stack) =>
    void new EncryptedStorageClass(stack, id, { cluster: testCluster(stack) }),
  'GpuNodePool.new(id)': (id) => (stack) => void addPool(stack, {}, {}, id),
  'KarpenterGpuNodePool.new(id)': (id) => (stack) =>
    void new KarpenterGpuNodePool(stack, id, { cluster: testEksCluster(stack), ...plainPool, minNodes: 0 }),
  'ExistingGpuNodePool.new(id)': (id) => (stack) => void rack(stack, testCluster(stack), { nodes: 1 }, id),
  'Karpenter.new(id)': (id) => (stack) => void new Karpenter(stack, id, { cluster: testEksCluster(stack) }),
  'ClusterAutoscaler.new(id)': (id) => (stack) =>
    void new ClusterAutoscaler(stack, id, { cluster: testEksCluster(stack) }),
  'CloudTopology.new(id)': (id) => (stack) =>
    void new CloudTopology(stack, id, { clusterName: 'test', models: [{ model: ModelSpec.LLAMA_3_2_1B }] }),
  'NodeAgents.new(id)': (id) => (stack) => void new NodeAgents(stack, id, { cluster: testCluster(stack) }),
  'ImagePrePuller.new(id)': (id) => (stack) => {
    const made = testCluster(stack);
    rack(stack, made);
    new ImagePrePuller(stack, id, { cluster: made, images: ['nvcr.io/a/b:1'] });
  },
  'GpuInstanceType.offeredIn(region)': bound((value) => ({ instanceType: GpuInstanceType.G5_XLARGE.offeredIn(value) })),
  'GpuInstanceType.of(name)': bound((value) => ({ instanceType: GpuInstanceType.of(value) })),
  'GpuSharing.mig(profile)': bound((value) => ({
    instanceType: GpuInstanceType.P5_48XLARGE,
    gpuSharing: GpuSharing.mig(value),
  })),
  'Placement.existing(groupName)': bound((value) => ({
    instanceType: GpuInstanceType.P5_48XLARGE,
    subnetIds: ['subnet-a'],
    placement: Placement.existing(value),
  })),
  'GpuOperator.version(chartVersion)': (value) => (stack) =>
    void new NodeAgents(stack, 'Agents', { cluster: testCluster(stack), gpuOperator: GpuOperator.version(value) }),
  'KubernetesCluster.fromKubeconfig(id)': (id) => (stack) => {
    KubernetesAccess.of(stack, KubernetesCluster.fromKubeconfig(stack, id, { configPath: 'kubeconfig' }));
  },
  'KubernetesCluster.serviceAccountRole(namespace)': (value) => (stack) =>
    void KubernetesCluster.fromKubeconfig(stack, 'C', { configPath: 'kubeconfig' }).serviceAccountRole(value, 'sa'),
  'KubernetesCluster.serviceAccountRole(serviceAccountName)': (value) => (stack) =>
    void KubernetesCluster.fromKubeconfig(stack, 'C', { configPath: 'kubeconfig' }).serviceAccountRole('ns', value),
  'ImageRegistry.mirror(host)': (value) => (stack) => {
    const made = testEksCluster(stack);
    rack(stack, made);
    const imageRegistry = ImageRegistry.mirror(value);
    new ImagePrePuller(stack, 'Pull', { cluster: made, images: ['nvcr.io/a/b:1'], imageRegistry });
    new NodeAgents(stack, 'Agents', { cluster: made, gpuOperator: GpuOperator.version(), imageRegistry });
    new ClusterAutoscaler(stack, 'Scaler', { cluster: made, imageRegistry });
  },
  'ImageRegistry.withPullSecrets(pullSecrets)': (value) => (stack) => {
    const made = testEksCluster(stack);
    rack(stack, made);
    const imageRegistry = ImageRegistry.withPullSecrets(value);
    new ImagePrePuller(stack, 'Pull', { cluster: made, images: ['registry.example/a/b:1'], imageRegistry });
    new NodeAgents(stack, 'Agents', { cluster: made, gpuOperator: GpuOperator.version(), imageRegistry });
    new ClusterAutoscaler(stack, 'Scaler', { cluster: made, imageRegistry });
  },
  'ImageRegistry.mirror(pullSecrets)': (value) => (stack) => {
    const made = testEksCluster(stack);
    rack(stack, made);
    const imageRegistry = ImageRegistry.mirror('mirror.example', value);
    new ImagePrePuller(stack, 'Pull', { cluster: made, images: ['nvcr.io/a/b:1'], imageRegistry });
    new NodeAgents(stack, 'Agents', { cluster: made, gpuOperator: GpuOperator.version(), imageRegistry });
    new ClusterAutoscaler(stack, 'Scaler', { cluster: made, imageRegistry });
  },
  'ImageRegistry.mirror(chartRepository)': (value) => (stack) => {
    const imageRegistry = ImageRegistry.mirror('mirror.example', [], value);
    new ClusterAutoscaler(stack, 'Scaler', { cluster: testEksCluster(stack), imageRegistry });
  },
  'ImageRegistry.resolve(image)': (value) => (stack) => {
    const made = testCluster(stack);
    rack(stack, made);
    new ImagePrePuller(stack, 'Pull', {
      cluster: made,
      images: [ImageRegistry.mirror('mirror.example').resolve(value)],
    });
  },
  'ModelStore.new(id)': (id) => (stack) => void new ModelStore(stack, id),
};
