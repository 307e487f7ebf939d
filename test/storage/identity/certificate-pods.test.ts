import { TerraformStack } from 'cdktf';
import { GpuInstanceType, ModelSpec } from '../../../lib/catalog';
import { ModelImport, ModelPipeline, ModelSource, TrainingJob } from '../../../lib/jobs';
import { modelStoreEgress } from '../../../lib/kubernetes/network-access';
import { WeightLoading } from '../../../lib/serving';
import { ModelStore } from '../../../lib/storage';
import { PIPED } from '../../jobs/pipeline/support/pipelines';
import { deployVllm } from '../../serving/support/vllm-fixtures';
import { Site, TestStore, withSite } from '../../serving/support/fixtures';
import { faultsThrown, idsOf } from '../../support/faults';
import { Block, synthesize, Synthesized, testStack } from '../../support/synth';
import { edgeSite, RELEASE_KEY } from '../../topology/edge/edge-site';
import { release } from '../sync/support';
import { ANCHOR, CREDENTIALS, HELPER_IMAGE, IDENTITY, identities } from './support';

const MOUNT = '/var/run/secrets/model-store';
const CONFIG =
  `[default]\ncredential_process = aws_signing_helper credential-process --certificate ${MOUNT}/tls.crt --private-key ${MOUNT}/tls.key ` +
  `--trust-anchor-arn ${IDENTITY.trustAnchorArn} --profile-arn ${IDENTITY.profileArn} --role-arn ${IDENTITY.roleArn}\n`;

const storeAt = (stack: TerraformStack) =>
  ModelStore.fromBucketName(stack, 'Models', 'models', { region: 'us-west-2', credentials: CREDENTIALS });

const at = (build: (site: Site) => void): Synthesized =>
  withSite((site) => {
    site.store.credentials = CREDENTIALS;
    build(site);
  });

/** The templates of all pods, in the words of Terraform, of the provider's resources and of custom ones. */
function podsOf(json: Synthesized): { spec: Block; annotations: Block }[] {
  return ['kubernetes_deployment_v1', 'kubernetes_job_v1']
    .flatMap((type) => json.resources(type))
    .map(({ spec }) => spec.template as Block)
    .map(({ spec, metadata }) => ({ spec, annotations: (metadata.annotations ?? {}) as Block }))
    .filter(({ spec }) => JSON.stringify(spec).includes('site-certificate'));
}

const readers: { readonly [what: string]: () => Synthesized } = {
  'a model cache on a node': () => synthesize((stack) => void edgeSite(stack, { modelStore: storeAt(stack) })),
  'a sync': () =>
    synthesize((stack) => {
      const sync = { keys: [RELEASE_KEY], storageClassName: 'local-path' };
      edgeSite(stack, { modelStore: storeAt(stack), sync });
    }),
  'a server that copies': () => deployVllm({ reach: { credentials: CREDENTIALS } }).json,
  'an import': () =>
    at(({ scope, cluster, store }) => {
      const source = ModelSource.urls([{ url: 'https://example.com/model.onnx' }]);
      new ModelImport(scope, 'Import', { cluster, modelStore: store, model: 'chat', source });
    }),
  'a release': () =>
    synthesize((stack) => {
      const store = new TestStore(stack, 'Store');
      store.credentials = CREDENTIALS;
      release(stack, { modelStore: store });
    }),
  'a pipeline': () =>
    at(({ scope, cluster, store, pool }) => {
      const nodePool = pool(GpuInstanceType.G6E_XLARGE, 2);
      new ModelPipeline(scope, 'Quantize', { ...PIPED, cluster, nodePool, modelStore: store });
    }),
  'a training': () =>
    at(({ scope, cluster, store, pool }) => {
      new TrainingJob(scope, 'Tune', {
        ...{ cluster, modelStore: store, nodePool: pool(GpuInstanceType.P5_48XLARGE, 4), modelName: 'llama' },
        ...{ model: ModelSpec.LLAMA_3_1_8B, dataName: 'talks', sequenceLength: 4096, steps: 500 },
        ...{ image: 'registry.example.com/training:1', checkpointClaim: 'checkpoints' },
      });
    }),
};

describe.each(Object.keys(readers))('%s changes the certificate of its site for credentials', (what) => {
  const json = readers[what]();
  const pods = podsOf(json);
  const containers = pods.flatMap(({ spec }) => [spec.init_container ?? [], spec.container].flat() as Block[]);
  const reading = containers.filter(({ env = [] }) => (env as Block[]).some(({ name }) => name === 'AWS_CONFIG_FILE'));

  test('which is mounted with its key and the configuration that names them, and nothing else', () => {
    // A sync has one of its own beside the server.
    expect(pods).toHaveLength(what === 'a sync' ? 2 : 1);
    const volumes = pods.flatMap(({ spec }) => spec.volume as Block[]);
    const mounted = volumes.filter(({ name }) => name === 'model-store-credentials');
    const path = 'gpu-inference-constructs/aws-config';
    expect(mounted).toEqual(
      pods.map(() => ({
        name: 'model-store-credentials',
        projected: [
          {
            default_mode: '0440',
            sources: [
              {
                secret: [
                  {
                    name: 'site-certificate',
                    items: ['tls.crt', 'tls.key'].map((key) => ({ key, path: key })),
                  },
                ],
                downward_api: {
                  items: [{ path: 'config', field_ref: { field_path: `metadata.annotations['${path}']` } }],
                },
              },
            ],
          },
        ],
      })),
    );
    for (const { annotations } of pods) expect(annotations[path]).toBe(CONFIG);
  });

  test('by the AWS CLI of an image with the helper, and by no container besides', () => {
    expect(reading.length).toBeGreaterThan(0);
    for (const { image, env, volume_mount: mounts } of reading) {
      expect(image).toBe(HELPER_IMAGE);
      expect(env).toContainEqual({ name: 'AWS_CONFIG_FILE', value: `${MOUNT}/config` });
      expect((env as Block[]).map(({ name }) => name)).not.toContain('AWS_SHARED_CREDENTIALS_FILE');
      expect(mounts).toContainEqual({ name: 'model-store-credentials', mount_path: MOUNT, read_only: true });
    }
    const others = containers.filter((container) => !reading.includes(container));
    expect(JSON.stringify(others.map(({ volume_mount: mounts }) => mounts))).not.toContain('model-store-credentials');
  });

  test('acts with no role of a service account, and reaches AWS by https alone', () => {
    expect(json.resources('aws_iam_role')).toEqual([]);
    const policies = json.resources('kubernetes_network_policy_v1').map(({ spec }) => JSON.stringify(spec.egress));
    expect(policies.some((egress) => egress.includes('"port":"443"') && egress.includes('0.0.0.0/0'))).toBe(true);
    expect(policies.join()).not.toContain('169.254.170.23');
  });
});

test('the image that a workload is given counts before that of the store', () => {
  const own = 'registry.example.com/other:1';
  const { json } = deployVllm({ reach: { credentials: CREDENTIALS }, awsCliImage: own });
  expect(podsOf(json)[0].spec.init_container[0].image).toBe(own);
});

test('what another stack makes reaches the configuration', () => {
  const json = synthesize((stack) => {
    const identity = identities(stack).of('munich');
    const credentials = { name: 'site-certificate', rolesAnywhere: { identity, image: HELPER_IMAGE } };
    const modelStore = ModelStore.fromBucketName(stack, 'Imported', 'models', { credentials });
    edgeSite(stack, { modelStore });
  });
  const [{ annotations }] = podsOf(json);
  expect(annotations['gpu-inference-constructs/aws-config']).toMatch(
    /--trust-anchor-arn \$\{aws_rolesanywhere_trust_anchor\.\w+\.arn\} --profile-arn \$\{aws_rolesanywhere_profile\.\w+\.arn\} --role-arn \$\{aws_iam_role\.\w+\.arn\}\n$/,
  );
});

test('a store at an address of its own leaves Roles Anywhere to be reached', () => {
  const store = new TestStore(testStack(), 'Store');
  Object.assign(store, { endpoint: 'https://bucket.vpce.example:8443', credentials: CREDENTIALS });
  expect(JSON.stringify(modelStoreEgress(store, 'inference'))).toContain('"port":"443"');
  store.credentials = { name: 'keys' };
  expect(JSON.stringify(modelStoreEgress(store, 'inference'))).not.toContain('"port":"443"');
});

describe('refused are', () => {
  const at = 'credentials.rolesAnywhere';
  const other = (part: RegExp, by: string) => ({ profileArn: IDENTITY.profileArn.replace(part, by) });

  test.each<[string, object, string[]]>([
    ['what is no anchor', { trustAnchorArn: 'munich' }, [`INVALID_FORMAT ${at}.identity.trustAnchorArn`]],
    ['an anchor for a profile', { profileArn: ANCHOR }, [`INVALID_FORMAT ${at}.identity.profileArn`]],
    ['what is no role', { roleArn: 'munich' }, [`INVALID_FORMAT ${at}.identity.roleArn`]],
    ['a profile elsewhere', other(/us-west-2/, 'eu-west-1'), [`ARN_OF_OTHER_REGION ${at}.identity.profileArn`]],
    ['a profile of others', other(/\d{12}/, '210987654321'), [`ARN_OF_OTHER_ACCOUNT ${at}.identity.profileArn`]],
  ])('%s', (_, changed, faults) => {
    const credentials = { name: 'x', rolesAnywhere: { identity: { ...IDENTITY, ...changed }, image: HELPER_IMAGE } };
    const refused = faultsThrown(() => ModelStore.fromBucketName(testStack(), 'Models', 'models', { credentials }));
    expect(idsOf(refused)).toEqual(faults);
  });

  test('an image that changes unnoticed, and a key of a file that is not there', () => {
    const credentials = { ...CREDENTIALS, key: 'aws', rolesAnywhere: { identity: IDENTITY, image: 'aws-cli' } };
    const refused = faultsThrown(() => ModelStore.fromBucketName(testStack(), 'Models', 'models', { credentials }));
    expect(idsOf(refused)).toEqual(['CONFLICTING_PROPERTIES credentials.key', `INVALID_FORMAT ${at}.image`]);
  });

  test('a store that knows no roles', () => {
    const props = { bucketName: 'models', endpoint: 'https://objects.example', credentials: CREDENTIALS };
    const refused = faultsThrown(() => ModelStore.s3Compatible(testStack(), 'Models', props));
    expect(idsOf(refused)).toEqual([`CONFLICTING_PROPERTIES ${at}`]);
  });

  test('weights that the server itself would stream', () => {
    const streamed = { weightLoading: WeightLoading.streamed(), reach: { credentials: CREDENTIALS } };
    expect(idsOf(faultsThrown(() => deployVllm(streamed)))).toEqual(['STREAMING_UNSUPPORTED weightLoading']);
  });
});
