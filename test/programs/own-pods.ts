import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { App, S3Backend, TerraformStack } from 'cdktf';
import {
  DataSize,
  EksGpuCluster,
  ExistingGpuNodePool,
  ExistingNamespaces,
  GpuInstanceType,
  KubernetesAccess,
  KubernetesLabels,
  ModelImport,
  ModelSource,
  ModelSpec,
  ModelStore,
  PodVolume,
  ServingImage,
  VllmDeployment,
} from 'gpu-inference-constructs';

/**
 * A server whose pods have what a company asks of all: labels, its own image, certificates of its own authority, a log shipper, a check before the
 * start, variables from secrets, an identity of another cloud, and rules of its own for rollouts and drains.
 */
export function ownPods(app: App): TerraformStack[] {
  const stack = new TerraformStack(app, 'own-pods');
  new S3Backend(stack, { bucket: 'company-terraform', key: 'own-pods.tfstate', region: 'us-east-1' });
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
  ExistingNamespaces.declare(cluster, ['search']);
  KubernetesLabels.add(stack, { labels: { 'company.example/cost-center': '4711' } });
  const nodePool = new ExistingGpuNodePool(stack, 'Pool', {
    cluster,
    hardware: GpuInstanceType.G6E_2XLARGE,
    nodes: 4,
    nodeSelector: { 'eks.amazonaws.com/nodegroup': 'gpu-l40s' },
    driverInImage: true,
    ephemeralStorage: DataSize.gib(150),
  });
  const modelStore = ModelStore.fromBucketName(stack, 'Models', 'production-models');
  const model = ModelSpec.LLAMA_3_1_8B;
  const company = {
    namespace: 'search',
    podLabels: { 'company.example/team': 'search' },
    podAnnotations: { 'company.example/owner': 'search@company.example' },
  };
  new ModelImport(stack, 'Weights', {
    cluster,
    modelStore,
    model: model.name,
    source: ModelSource.huggingFace({
      repository: 'meta-llama/Llama-3.1-8B-Instruct',
      revision: '0e9e39f249a16976918f6564b8830bc894c89659',
      token: { name: 'hub', key: 'token' },
      acceptedLicense: 'llama3.1',
    }),
    environment: { HTTPS_PROXY: 'http://proxy.company.example:3128' },
    networkPolicy: false,
    ...company,
  });
  new VllmDeployment(stack, 'Chat', {
    cluster,
    nodePool,
    modelStore,
    models: [{ model }],
    replicas: 3,
    servingImage: ServingImage.vllm({
      repository: 'registry.company.example/search/vllm',
      digest: 'sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef',
      packages: ['company-tracing==1.4.2'],
    }),
    environment: { SSL_CERT_FILE: '/etc/company/ca.pem' },
    secretEnvironment: { OTEL_EXPORTER_OTLP_HEADERS: { name: 'tracing', key: 'headers' } },
    volumes: [PodVolume.configMap('authority', 'company-ca'), PodVolume.emptyFolder('logs', DataSize.gib(1))],
    volumeMounts: [
      { volume: 'authority', path: '/etc/company' },
      { volume: 'logs', path: '/var/log/vllm', readOnly: false },
    ],
    initContainers: [{ name: 'check', image: 'registry.company.example/search/check:1.0', args: ['--gpus'] }],
    sidecars: [
      {
        name: 'logs',
        image: 'registry.company.example/platform/logs:7.2',
        volumeMounts: [{ volume: 'logs', path: '/logs' }],
      },
    ],
    serviceAccountAnnotations: { 'vault.company.example/role': 'search' },
    serviceAnnotations: { 'company.example/expose': 'internal' },
    accessibleFrom: ['gateway'],
    maxSurge: 1,
    maxDisruptions: 2,
    ...company,
  });
  return [stack];
}
