import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { TerraformStack } from 'cdktf';
import { EksGpuCluster } from '../../lib/compute/cluster/eks-gpu-cluster';
import { IModelStore } from '../../lib/core/model-store';
import { validationFaults } from '../../lib/core/validation';
import { ModelImport } from '../../lib/jobs/model-import';
import { ModelSource } from '../../lib/jobs/model-source';
import { KubernetesAccess } from '../../lib/kubernetes/kubernetes-access';
import { ModelStore } from '../../lib/storage/model-store';
import { ModelStoreProps } from '../../lib/storage/model-store-props';
import { ModelStoreAttributes } from '../../lib/storage/model-store-attributes';
import { faultsThrown, idsOf } from '../support/faults';
import { isAllowed } from '../support/iam-policy';
import { testApp, testStack } from '../support/synth';

const STORE = '111111111111';
const IMPORTER = '222222222222';

interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Resource?: string;
  readonly NotResource?: readonly string[];
}

/** A cluster of one account that imports a model into a store, and the store of another one. */
function imports(storeIn: string, makeStore: (stack: TerraformStack, provider: AwsProvider) => IModelStore) {
  const stack = new TerraformStack(testApp(), 'two-accounts');
  const provider = new AwsProvider(stack, 'Aws', { region: 'us-west-2', allowedAccountIds: [IMPORTER] });
  const other = new AwsProvider(stack, 'Store', { region: 'us-west-2', alias: 'store', allowedAccountIds: [storeIn] });
  const cluster = new EksGpuCluster(stack, 'Cluster', { clusterName: 'chat', provider });
  KubernetesAccess.of(stack, cluster);
  const modelStore = makeStore(stack, other);
  new ModelImport(stack, 'Import', {
    cluster,
    modelStore,
    model: 'chat',
    source: ModelSource.urls([{ url: 'https://example.test/model.onnx' }]),
  });
  const { resource } = JSON.parse(JSON.stringify(stack.toTerraform()));
  const [endpoint] = Object.values<any>(resource.aws_vpc_endpoint).filter((it) => /\.s3$/.test(it.service_name));
  const policyOf = (type: string) =>
    Object.entries<any>(resource[type] ?? {}).find(([id]) => id.startsWith('Models'))?.[1].policy as string;
  return {
    modelStore,
    endpoint: JSON.parse(endpoint.policy).Statement as Statement[],
    bucket: policyOf('aws_s3_bucket_policy'),
    key: policyOf('aws_kms_key'),
  };
}
const made = (props: ModelStoreProps) => (stack: TerraformStack, provider: AwsProvider) =>
  new ModelStore(stack, 'Models', { bucketName: 'models', provider, ...props });
const existing = (attributes?: ModelStoreAttributes) => (stack: TerraformStack) =>
  ModelStore.fromBucketName(stack, 'Models', 'models', attributes);
const refusal = (statements: readonly Statement[]) => {
  const found = statements.find(({ Effect }) => Effect === 'Deny');
  if (!found) throw new Error('the endpoint refuses nothing');
  return found;
};

describe('a model imported into a store of another account', () => {
  test.each<[string, ModelStoreProps]>([
    ['without writers', {}],
    ['with readers only', { readers: [IMPORTER] }],
    ['with other writers', { writers: ['333333333333'] }],
  ])('is refused %s', (_, props) => {
    expect(idsOf(validationFaults(imports(STORE, made(props)).modelStore))).toEqual(['STORE_OF_OTHER_ACCOUNT writers']);
  });

  test.each([[IMPORTER], [`arn:aws:iam::${IMPORTER}:role/importer`]])('is written by %s', (writer) => {
    expect(validationFaults(imports(STORE, made({ writers: [writer] })).modelStore)).toEqual([]);
  });

  test('writers may be read from, too', () => {
    const { modelStore } = imports(STORE, (stack, provider) => {
      const store = made({ writers: [IMPORTER] })(stack, provider);
      const cluster = EksGpuCluster.fromAttributes(stack, 'Reader', {
        clusterName: 'reader',
        subnetIds: ['subnet-1'],
        securityGroupIds: ['sg-1'],
        podIdentity: true,
        provider: new AwsProvider(stack, 'Reads', {
          alias: 'reads',
          region: 'us-west-2',
          allowedAccountIds: [IMPORTER],
        }),
      });
      store.grantRead(cluster.serviceAccountRole('inference', 'chat'));
      return store;
    });
    expect(validationFaults(modelStore)).toEqual([]);
  });
});

describe('what lets writers in', () => {
  const { bucket, key, endpoint } = imports(STORE, made({ writers: [IMPORTER] }));
  const [bucketArn] = JSON.parse(bucket).Statement[0].Resource as string[];
  const [, { Principal }] = JSON.parse(key).Statement;
  const context = { 'aws:SecureTransport': 'true', 's3:TlsVersion': '1.3' };
  const may = (policy: string, principal: string, action: string, resource: string) =>
    isAllowed([policy], { principal: `aws:${principal}`, action, resource, context });

  test.each([
    ...[
      's3:GetObject',
      's3:PutObject',
      's3:DeleteObject',
      's3:AbortMultipartUpload',
      's3:ListMultipartUploadParts',
    ].map((action) => [action, `${bucketArn}/chat/1/model.onnx`]),
    ...['s3:GetBucketLocation', 's3:ListBucket', 's3:ListBucketMultipartUploads'].map((action) => [action, bucketArn]),
  ])('the bucket: %s', (action, resource) => {
    expect(may(bucket, Principal.AWS[0], action, resource)).toBe(true);
    expect(may(bucket, 'arn:aws:iam::333333333333:root', action, resource)).toBe(false);
  });

  test.each(['kms:Decrypt', 'kms:GenerateDataKey', 'kms:DescribeKey'])('the key: %s', (action) => {
    expect(may(key, Principal.AWS[0], action, '*')).toBe(true);
    expect(may(key, 'arn:aws:iam::333333333333:root', action, '*')).toBe(false);
  });

  test.each(['s3:DeleteObjectVersion', 's3:PutBucketPolicy', 's3:PutObjectAcl'])('not %s', (action) => {
    expect(may(bucket, Principal.AWS[0], action, `${bucketArn}/chat/1/model.onnx`)).toBe(false);
  });

  test("the endpoint of the cluster's VPC, for this bucket alone", () => {
    expect(refusal(endpoint)).toMatchObject({ NotResource: [bucketArn, `${bucketArn}/*`] });
    expect(refusal(endpoint).Resource).toBeUndefined();
  });
});

describe('the endpoint refuses writes to every other account', () => {
  test.each<[string, string, Parameters<typeof imports>[1]]>([
    ['where the store is of its own', IMPORTER, made({})],
    ['where an existing store is not said to be elsewhere', IMPORTER, existing()],
    ['where an existing store is said to be here', IMPORTER, existing({ accountId: IMPORTER })],
  ])('%s', (_, account, store) => {
    expect(refusal(imports(account, store).endpoint)).toMatchObject({ Resource: '*' });
  });

  test('but to an existing store that is said to be elsewhere', () => {
    const { endpoint } = imports(IMPORTER, existing({ accountId: STORE }));
    expect(refusal(endpoint)).toMatchObject({ NotResource: ['arn:aws:s3:::models', 'arn:aws:s3:::models/*'] });
  });
});

test.each<[string, () => unknown, string[]]>([
  ['no account', () => new ModelStore(testStack(), 'Models', { writers: ['me'] }), ['INVALID_FORMAT writers[0]']],
  ['the same twice', () => new ModelStore(testStack(), 'Models', { writers: [STORE, STORE] }), ['DUPLICATE writers']],
  [
    'no account of a bucket',
    () => ModelStore.fromBucketName(testStack(), 'Models', 'models', { accountId: '1' }),
    ['INVALID_FORMAT accountId'],
  ],
])('writers are not %s', (_, program, ids) => expect(idsOf(faultsThrown(program))).toEqual(ids));
