import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { App, S3Backend, TerraformStack } from 'cdktf';
import {
  ApiAccess,
  CloudTopology,
  GpuInstanceType,
  ModelSpec,
  ModelStore,
  RemovalPolicy,
} from 'gpu-inference-constructs';

const MODELS = '111111111111';
const SERVING = '222222222222';

/** The weights in one account and region, and clusters that serve them in another account, in two regions. */
export function twoAccounts(app: App): TerraformStack[] {
  const weights = new TerraformStack(app, 'weights');
  new S3Backend(weights, { bucket: 'company-terraform', key: 'weights.tfstate', region: 'us-east-1' });
  new AwsProvider(weights, 'Models', {
    region: 'us-east-1',
    assumeRole: [{ roleArn: `arn:aws:iam::${MODELS}:role/deploy` }],
  });
  const modelStore = new ModelStore(weights, 'Store', {
    bucketName: 'company-models',
    region: 'us-east-1',
    readers: [SERVING],
    removalPolicy: RemovalPolicy.RETAIN,
  });

  const regions = ['us-east-1', 'eu-central-1'].flatMap((region) => {
    const [infrastructure, workloads] = ['infrastructure', 'workloads'].map((kind) => {
      const stack = new TerraformStack(app, `serving-${region}-${kind}`);
      new S3Backend(stack, { bucket: 'company-terraform', key: `${stack.node.id}.tfstate`, region: 'us-east-1' });
      return stack;
    });
    new AwsProvider(infrastructure, 'Serving', {
      region,
      assumeRole: [{ roleArn: `arn:aws:iam::${SERVING}:role/deploy` }],
    });
    new CloudTopology(infrastructure, 'Chat', {
      clusterName: 'chat',
      availabilityZones: [`${region}a`, `${region}b`],
      apiAccess: ApiAccess.publicFrom(['203.0.113.0/24']),
      nodePools: [{ name: 'chat', instanceType: GpuInstanceType.G6E_XLARGE, minNodes: 1, maxNodes: 2 }],
      models: [{ model: ModelSpec.LLAMA_3_1_8B, nodePool: 'chat' }],
      modelStore,
      serving: { maxSurge: 0 },
      monitoringOptions: { alertReceivers: [] },
      workloads,
    });
    return [infrastructure, workloads];
  });
  return [weights, ...regions];
}
