import { KmsKey } from '@cdktf/provider-aws/lib/kms-key';
import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { App, S3Backend, TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import {
  EksGpuCluster,
  EncryptedStorageClass,
  GpuInstanceType,
  GpuNodePool,
  ImageRegistry,
  KubernetesAccess,
  ModelSpec,
  ModelStore,
  MonitoringStack,
  MonitoringStorage,
  NodeAgents,
  PodVolume,
  RemovalPolicy,
  TritonDeployment,
  TritonModel,
} from 'gpu-inference-constructs';

interface CompanyServingProps {
  readonly team: string;
  readonly model: ModelSpec;
}

/** How every team of a company serves a model: with its tags, mirror, boundary, keys, labels, proxy and secrets. */
class CompanyServing extends Construct {
  constructor(scope: Construct, id: string, { team, model }: CompanyServingProps) {
    super(scope, id);
    const tags = { team, 'cost-center': 'ml-42' };
    const imageRegistry = ImageRegistry.mirror('registry.company.example', ['registry-pull']);
    const key = new KmsKey(this, 'Key', { description: 'All that the ML platform keeps', enableKeyRotation: true });
    const cluster = new EksGpuCluster(this, 'Cluster', {
      clusterName: `${team}-serving`,
      availabilityZones: ['eu-central-1a', 'eu-central-1b'],
      admins: ['arn:aws:iam::123456789012:role/platform'],
      encryptionKeyArn: key.arn,
      volumeKeyArn: key.arn,
      logRemovalPolicy: RemovalPolicy.RETAIN,
      deletionProtection: true,
      roleOptions: { permissionsBoundary: 'arn:aws:iam::123456789012:policy/ml-boundary', path: '/ml/' },
      systemNodes: { sessionManager: false },
      tags,
    });
    KubernetesAccess.of(this, cluster);
    const storageClass = new EncryptedStorageClass(this, 'Volumes', { cluster, kmsKeyArn: key.arn });
    const nodePool = new GpuNodePool(this, 'Gpu', {
      cluster,
      instanceType: GpuInstanceType.G6E_XLARGE,
      minNodes: 1,
      maxNodes: 1,
      labels: { 'company.example/team': team },
      tags,
    });
    new NodeAgents(this, 'NodeAgents', { cluster, imageRegistry });
    const chat = new TritonDeployment(this, 'Chat', {
      cluster,
      nodePool,
      imageRegistry,
      modelStore: new ModelStore(this, 'Models', { encryptionKeyArn: key.arn, tags }),
      models: [TritonModel.vllm({ name: 'chat', model, contextLength: 8192 })],
      maxSurge: 0,
      podLabels: { 'company.example/team': team },
      podAnnotations: { 'company.example/owner': `${team}@company.example` },
      environment: { HTTPS_PROXY: 'http://proxy.company.example:3128' },
      secretEnvironment: { TELEMETRY_TOKEN: { name: 'telemetry', key: 'token' } },
      sidecars: [
        {
          name: 'log-shipper',
          image: 'registry.company.example/log-shipper:3.2.1',
          secretEnvironment: { TOKEN: { name: 'telemetry', key: 'token' } },
          volumeMounts: [{ volume: 'shipper', path: '/etc/shipper' }],
        },
      ],
      volumes: [PodVolume.configMap('shipper', 'log-shipper')],
      accessibleFrom: ['gateway'],
    });
    const monitoring = new MonitoringStack(this, 'Monitoring', {
      cluster,
      imageRegistry,
      storage: MonitoringStorage.persistentVolume({ storageClassName: storageClass.storageClassName }),
      alertReceivers: [],
    });
    monitoring.watch(chat);
  }
}

/** A team's program: one line of its own. */
export function companyWrapper(app: App): TerraformStack[] {
  const stack = new TerraformStack(app, 'company-wrapper');
  new S3Backend(stack, { bucket: 'company-terraform', key: 'search.tfstate', region: 'eu-central-1' });
  new AwsProvider(stack, 'Aws', { region: 'eu-central-1' });
  new CompanyServing(stack, 'Serving', { team: 'search', model: ModelSpec.LLAMA_3_1_8B });
  return [stack];
}
