import { App, TerraformStack } from 'cdktf';
import { Cloud65b } from '../../examples/cloud-65b/stack';
import { OpenAiVllm } from '../../examples/openai-vllm/stack';
import { OnpremInfiniband } from '../../examples/onprem-infiniband/stack';
import { Quickstart } from '../../examples/quickstart/stack';
import { RdmaTrainingReadyPool } from '../../examples/rdma-training-ready-pool/stack';
import { TritonOnnxEnsemble } from '../../examples/triton-onnx-ensemble/stack';
import {
  ApiAccess,
  ClusterAutoscaler,
  Duration,
  EksGpuCluster,
  EncryptedStorageClass,
  GpuInstanceType,
  Karpenter,
  KarpenterGpuNodePool,
  KubernetesAccess,
  ModelImport,
  ModelPipeline,
  ModelSource,
  ModelSpec,
  ModelStep,
  ModelStore,
  MonitoringStack,
  QualityGate,
} from '../../lib';
import { ACTIVATION, REMOTE, hybridPool } from '../compute/pools/hybrid-programs';
import { identities } from '../storage/identity/support';
import { testApp, testStack } from '../support/synth';

const BLOCK = {
  reservationId: 'cr-02168da1478b509e0',
  availabilityZone: 'us-west-2b',
  start: '2027-01-11T11:30:00Z',
  end: '2027-01-25T11:30:00Z',
  instances: 4,
};
const OIDC = 'arn:aws:iam::111122223333:oidc-provider/oidc.test/id/ABC';

const VOLUME_KEY = 'arn:aws:kms:us-west-2:111122223333:key/99999999-2222-3333-4444-555555555555';

/** What gives rights and is in no example. */
function remaining(app: App): void {
  const stack = testStack(app, 'remaining');
  const cluster = new EksGpuCluster(stack, 'Cluster', {
    clusterName: 'remaining',
    availabilityZones: ['us-west-2a', 'us-west-2b'],
    apiAccess: ApiAccess.privateFrom(['10.20.0.0/16']),
    volumeKeyArn: VOLUME_KEY,
    remoteNetworks: REMOTE,
  });
  KubernetesAccess.of(stack, cluster);
  new EncryptedStorageClass(stack, 'Volumes', { cluster, kmsKeyArn: VOLUME_KEY });
  new ClusterAutoscaler(stack, 'Autoscaler', { cluster });
  new Karpenter(stack, 'Karpenter', { cluster });
  new KarpenterGpuNodePool(stack, 'Spot', {
    cluster,
    instanceType: GpuInstanceType.G6E_XLARGE,
    minNodes: 0,
    maxNodes: 2,
  });
  hybridPool(stack, { cluster }, {}, 'Plant');
  hybridPool(stack, { cluster, site: 'shop-2', maxUplinkOutage: Duration.hours(1), credentials: ACTIVATION });
  const modelStore = new ModelStore(stack, 'Models', { readers: ['444455556666'], writers: ['777788889999'] });
  identities(stack, { modelStore, models: ['chat'], organizationalUnit: 'sites', revoked: ['oslo'] });
  new ModelImport(stack, 'Import', {
    cluster,
    modelStore,
    model: 'chat',
    source: ModelSource.urls([{ url: 'https://example.test/model.onnx' }]),
  });
  new ModelPipeline(stack, 'Quantize', {
    ...{ cluster, modelStore, modelName: 'base', outputVersion: '1-edge', model: ModelSpec.LLAMA_3_2_1B },
    steps: [ModelStep.weightOnly(4)],
    gate: QualityGate.of({ text: { name: 'talks', file: 'talks.txt' } }),
    image: 'example.test/model-pipeline:1',
    nodeSelector: { disk: 'large' },
  });
  new MonitoringStack(stack, 'Monitoring', {
    cluster,
    alertReceivers: [],
    clusterMetrics: false,
    managedPrometheusArn: 'arn:aws:aps:us-west-2:111122223333:workspace/ws-0a11ce00-0000-4000-8000-000000000001',
  });
  EksGpuCluster.fromAttributes(stack, 'Imported', {
    clusterName: 'imported',
    subnetIds: ['subnet-1'],
    securityGroupIds: ['sg-1'],
    oidcProviderArn: OIDC,
  }).serviceAccountRole('inference', 'triton');
}

/** What fills an app. */
export type Program = (app: App) => unknown;

/** The examples, and a program with what they lack. */
export const PROGRAMS: { readonly [name: string]: Program } = {
  quickstart: (app) => new Quickstart(app),
  'cloud-65b': (app) => new Cloud65b(app),
  'rdma-training-ready-pool': (app) =>
    new RdmaTrainingReadyPool(app, { block: BLOCK, image: 'example.test/trainer:1' }),
  'onprem-infiniband': (app) => new OnpremInfiniband(app),
  'openai-vllm': (app) => new OpenAiVllm(app),
  'triton-onnx-ensemble': (app) => new TritonOnnxEnsemble(app),
  remaining,
};

/** The stacks of a program. */
export function stacksOf(describeProgram: Program): TerraformStack[] {
  const app = testApp();
  describeProgram(app);
  return app.node.children.filter(TerraformStack.isStack);
}

/** Every stack of the examples, and one with what they lack. */
export function stacks(): TerraformStack[] {
  return Object.values(PROGRAMS).flatMap(stacksOf);
}
