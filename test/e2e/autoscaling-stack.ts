import { App, LocalBackend, TerraformStack } from 'cdktf';
import {
  DataSize,
  Duration,
  ExistingGpuNodePool,
  GpuInstanceType,
  KubernetesAccess,
  KubernetesCluster,
  ModelSpec,
  ModelStore,
  MonitoringStack,
  MonitoringStorage,
  PrometheusAdapter,
  ServerAutoscaling,
  VllmDeployment,
} from '../../lib';

export const NAMESPACE = 'inference';
/** The model that a HorizontalPodAutoscaler scales, by its Service; its requests per server. */
export const TALK = { name: 'talk', target: 10, most: 3 };
/** The model that KEDA scales. */
export const ASLEEP = 'asleep';
export const INSTANCE_TYPE = 'g5.xlarge';
export const NODES = 4;
export const SELECTOR = { 'example.com/rack': 'talk' };
/** Seconds for which fewer servers must have been enough. */
export const WINDOW = 65;

/** Servers that are scaled, and the monitoring that tells how. */
export const scaled =
  (image: string, withAdapter = false) =>
  (app: App): TerraformStack => {
    const stack = new TerraformStack(app, 'autoscaling');
    new LocalBackend(stack, { path: `../../../terraform.${stack.node.id}.tfstate` });
    const cluster = KubernetesCluster.fromKubeconfig(stack, 'Site', {
      configPath: '~/.kube/config',
      context: 'hall-8',
    });
    KubernetesAccess.of(stack, cluster);
    const nodePool = new ExistingGpuNodePool(stack, 'Pool', {
      cluster,
      hardware: GpuInstanceType.G5_XLARGE,
      nodes: NODES,
      ephemeralStorage: DataSize.gib(200),
      nodeSelector: SELECTOR,
    });
    const modelStore = ModelStore.s3Compatible(stack, 'Models', {
      bucketName: 'models',
      endpoint: 'https://objects.example.com',
      credentials: { name: 'model-store' },
    });
    const storage = MonitoringStorage.emptyDir();
    const monitoring = new MonitoringStack(stack, 'Monitoring', { cluster, storage, clusterMetrics: false });
    const serve = (name: string, autoscaling: ServerAutoscaling) =>
      monitoring.watch(
        new VllmDeployment(stack, name, {
          cluster,
          nodePool,
          modelStore,
          vllmImage: image,
          startupBudget: Duration.seconds(WINDOW),
          models: [{ name, model: ModelSpec.QWEN_2_5_0_5B }],
          autoscaling,
        }),
      );
    const windows = { scaleUpWindow: Duration.ZERO, scaleDownWindow: Duration.seconds(WINDOW) };
    serve(TALK.name, ServerAutoscaling.hpa({ maxReplicas: TALK.most, requestsPerServer: TALK.target, ...windows }));
    serve(
      ASLEEP,
      ServerAutoscaling.keda({
        minReplicas: 0,
        maxReplicas: 1,
        wakeQuery: 'sum(rate(gateway_requests[1m]))',
        ...windows,
      }),
    );
    if (withAdapter) new PrometheusAdapter(stack, 'Adapter', { cluster, monitoring });
    return stack;
  };
