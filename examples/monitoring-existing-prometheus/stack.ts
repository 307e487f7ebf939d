import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { App, LocalBackend, TerraformStack } from 'cdktf';
import {
  DataSize,
  EksGpuCluster,
  ExistingGpuNodePool,
  ExistingNamespaces,
  GpuInstanceType,
  KubernetesAccess,
  ModelSpec,
  ModelStore,
  PrometheusOperatorMonitoring,
  VllmDeployment,
  Warnings,
} from 'gpu-inference-constructs';

const REGION = 'eu-central-1';

/** A language model on a cluster that has GPU nodes and kube-prometheus-stack: both are used, and neither is changed. */
export class MonitoringExistingPrometheus {
  public readonly stack: TerraformStack;
  public readonly deployment: VllmDeployment;
  public readonly monitoring: PrometheusOperatorMonitoring;

  constructor(app: App) {
    this.stack = new TerraformStack(app, 'monitoring-existing-prometheus');
    const { stack } = this;
    new LocalBackend(stack, { path: `../../../terraform.${stack.node.id}.tfstate` });
    new AwsProvider(stack, 'Aws', { region: REGION });

    // Its API server is looked up by its name.
    const cluster = EksGpuCluster.fromAttributes(stack, 'Cluster', {
      clusterName: 'platform',
      region: REGION,
      subnetIds: ['subnet-0a11ce00000000001', 'subnet-0a11ce00000000002'],
      securityGroupIds: ['sg-0a11ce00000000001'],
      podIdentity: true,
    });
    KubernetesAccess.of(stack, cluster);
    // That of the chart: it is used, and never made or destroyed.
    ExistingNamespaces.declare(cluster, ['monitoring']);

    const nodePool = new ExistingGpuNodePool(stack, 'Gpu', {
      cluster,
      hardware: GpuInstanceType.G6E_XLARGE,
      nodes: 2,
      nodeSelector: { 'eks.amazonaws.com/nodegroup': 'gpu' },
      driverInImage: true,
      ephemeralStorage: DataSize.gib(80),
    });
    Warnings.accept(stack, 'NO_NODE_AGENTS', 'the platform team runs the device plugin of NVIDIA');

    this.deployment = new VllmDeployment(stack, 'Chat', {
      cluster,
      nodePool,
      modelStore: ModelStore.fromBucketName(stack, 'ModelStore', 'company-models'),
      models: [{ model: ModelSpec.QWEN_3_8B }],
      replicas: 2,
      accessibleFrom: ['chat'],
      maxSurge: 0,
    });

    this.monitoring = new PrometheusOperatorMonitoring(stack, 'Monitoring', {
      cluster,
      // helm list --all-namespaces: the name and the namespace of the release of kube-prometheus-stack.
      namespace: 'monitoring',
      labels: { release: 'kube-prometheus-stack' },
    });
    this.monitoring.watch(this.deployment);
  }
}
