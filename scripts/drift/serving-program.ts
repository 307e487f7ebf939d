import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { App, LocalBackend, TerraformStack } from 'cdktf';
import {
  AlertReceiver,
  CloudTopology,
  DataSize,
  EksGpuClusterProps,
  GpuInstanceType,
  GpuNodePool,
  GpuNodePoolOptions,
  ModelSpec,
  MonitoringStack,
  MonitoringStorage,
  ServedModel,
  TritonDeployment,
  TritonModel,
  TritonRelease,
} from '../../lib';

export const REGION = 'us-west-2';

/** What of the program changes. */
export interface Serving {
  readonly cluster: Partial<EksGpuClusterProps>;
  readonly models: readonly ServedModel[];
  /** The pool of the deployment by hand. */
  readonly pool: Partial<GpuNodePoolOptions>;
  /** Id of the construct of that pool. */
  readonly poolId: string;
  readonly namespace: string;
  readonly tritonRelease: TritonRelease;
  readonly replicas: number;
  readonly contextLength: number;
  readonly monitoring: boolean;
  readonly storage: MonitoringStorage;
  readonly receivers: readonly AlertReceiver[];
}

export const LLAMA: ServedModel = { name: 'llama', model: ModelSpec.LLAMA_3_1_8B };
export const TINY: ServedModel = { name: 'tiny', model: ModelSpec.TINY_LLAMA_1_1B };

export const BASE: Serving = {
  cluster: { availabilityZones: ['us-west-2a', 'us-west-2b'], kubernetesVersion: '1.35' },
  models: [LLAMA, TINY],
  pool: {},
  poolId: 'own',
  namespace: 'inference',
  tritonRelease: TritonRelease.V26_02,
  replicas: 1,
  contextLength: 4096,
  monitoring: true,
  storage: MonitoringStorage.persistentVolume({ size: DataSize.gib(40), storageClassName: 'gp3-encrypted' }),
  receivers: [AlertReceiver.webhook('pager', { url: 'http://pager.example.test/alerts' })],
};

/** A topology with two models, a pool and a deployment by hand beside it, and monitoring of all. */
export class ServingProgram {
  public readonly infrastructure: TerraformStack;
  public readonly workloads: TerraformStack;

  public constructor(app: App, serving: Serving = BASE) {
    this.infrastructure = new TerraformStack(app, 'serving-infrastructure');
    this.workloads = new TerraformStack(app, 'serving-workloads');
    for (const stack of [this.infrastructure, this.workloads]) {
      new LocalBackend(stack, { path: `../../../terraform.${stack.node.id}.tfstate` });
    }
    new AwsProvider(this.infrastructure, 'Aws', { region: REGION });
    const { infrastructure, workloads } = this;
    const topology = new CloudTopology(infrastructure, 'Serving', {
      clusterName: 'serving',
      ...serving.cluster,
      models: [...serving.models],
      monitoring: false,
      workloads,
    });
    const { cluster, modelStore } = topology;
    const nodePool = new GpuNodePool(infrastructure, serving.poolId, {
      cluster,
      poolName: 'own',
      instanceType: GpuInstanceType.G6E_XLARGE,
      minNodes: 2,
      maxNodes: 2,
      ...serving.pool,
    });
    const deployment = new TritonDeployment(workloads, 'Own', {
      cluster,
      nodePool,
      modelStore,
      namespace: serving.namespace,
      tritonRelease: serving.tritonRelease,
      models: [TritonModel.vllm({ name: 'own', model: ModelSpec.LLAMA_3_1_8B, contextLength: serving.contextLength })],
      replicas: serving.replicas,
    });
    if (!serving.monitoring) return;
    const monitoring = new MonitoringStack(workloads, 'Monitoring', {
      cluster,
      storage: serving.storage,
      alertReceivers: [...serving.receivers],
    });
    for (const watched of [...Object.values(topology.deployments), deployment]) monitoring.watch(watched);
  }
}
