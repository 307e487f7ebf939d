import { Token } from 'cdktf';
import { IModelStore } from '../../lib/core/model-store';
import { ModelImport, ModelSource } from '../../lib/jobs';
import { TritonDeployment } from '../../lib/serving';
import { ModelStore, S3CompatibleStoreProps } from '../../lib/storage';
import { GpuInstanceType } from '../../lib/catalog';
import { TestPool, TestStore, llama8b, withSite } from '../serving/support/fixtures';
import { faultsThrown, idsOf, reasonsOf, warningsOf } from '../support/faults';
import { testStack } from '../support/synth';

const given = { bucketName: 'models', endpoint: 'https://objects.example', credentials: { name: 'store' } };
const make = (props: object = {}) =>
  ModelStore.s3Compatible(testStack(), 'Models', { ...given, ...props } as S3CompatibleStoreProps);
const idsFor = (props: object) => idsOf(faultsThrown(() => make(props)));

describe('the endpoint of a store', () => {
  test.each([
    'https://objects.example',
    'HTTPS://Objects.Example:9000/',
    'https://10.0.0.1:9000',
    'https://[fd00::1]:9000',
    'https://minio',
    'https://minio.storage.svc:65535',
    Token.asString({ resolve: () => 'https://objects.example' }),
  ])('%s is taken as it is', (endpoint) => {
    expect(make({ endpoint }).endpoint).toBe(endpoint);
  });

  test('its bucket has the ARN that policies of such stores name', () => {
    expect(make().bucketArn).toBe('arn:aws:s3:::models');
  });

  test.each([
    'https://me:secret@objects.example',
    'https://me@objects.example',
    'https://:secret@objects.example/',
    `https://me:secret@${Token.asString({ resolve: () => 'objects.example' })}`,
  ])('%s would put a secret into the state, and is not repeated', (endpoint) => {
    const faults = faultsThrown(() => make({ endpoint }));
    expect(idsOf(faults)).toEqual(['CREDENTIALS_IN_ENDPOINT endpoint']);
    expect(reasonsOf(faults)[0]).not.toMatch(/secret@|me:|me@/);
  });

  test.each([
    ...['https://objects.example?x=1', 'https://objects.example/a', 'https://objects.example#a', 'https://$(rm)'],
    ...["https://a'b", 'https://a"b', 'https://a b', 'https://', 'https://-a', 'https://a..b', 'https://a_b', ''],
    ...['ftp://objects.example', 'https://999.1.1.1', 'https://[1]', 'https://a:', 'https://a:x', 'https://a\n'],
  ])('%p is not one', (endpoint) => {
    expect(idsFor({ endpoint })).toEqual(['INVALID_FORMAT endpoint']);
  });

  test.each([7, {}, ['https://objects.example'], true])('%p is no text', (endpoint) => {
    expect(idsFor({ endpoint: endpoint as never })).toEqual(['WRONG_KIND endpoint']);
  });

  test.each(['0', '65536', '99999'])('there is no port %s', (port) => {
    expect(idsFor({ endpoint: `https://objects.example:${port}` })).toEqual(['OUT_OF_RANGE endpoint']);
  });

  test('by http it is warned of, by https it is not', () => {
    expect(warningsOf(make({ endpoint: 'HTTP://objects.example' })).map(({ id }) => id)).toEqual([
      'ENDPOINT_NOT_ENCRYPTED',
    ]);
    expect(warningsOf(make())).toEqual([]);
  });
});

test.each<[object, string]>([
  [{ bucketName: undefined }, 'MISSING_PROPERTY bucketName'],
  [{ bucketName: null }, 'WRONG_KIND bucketName'],
  [{ bucketName: 7 }, 'WRONG_KIND bucketName'],
  [{ endpoint: undefined }, 'MISSING_PROPERTY endpoint'],
  [{ credentials: undefined }, 'MISSING_PROPERTY credentials'],
  [{ credentials: null }, 'WRONG_KIND credentials'],
  [{ credentials: {} }, 'MISSING_PROPERTY credentials.name'],
  [{ credentials: 'store' }, 'WRONG_KIND credentials'],
  [{ credentials: [] }, 'WRONG_KIND credentials'],
  [{ credentials: { name: '' } }, 'INVALID_NAME credentials.name'],
  [{ credentials: { name: 7 } }, 'WRONG_KIND credentials.name'],
  ...['', 'a/b', '..', '..a', '.', 'a b'].map((key): [object, string] => [
    { credentials: { name: 'store', key } },
    'INVALID_NAME credentials.key',
  ]),
  ...['eu bad', '', '-eu', 'eu_1'].map((region): [object, string] => [{ region }, 'INVALID_FORMAT region']),
  [{ region: 7 }, 'WRONG_KIND region'],
  [{ credentials: { name: 'store', key: 7 } }, 'WRONG_KIND credentials.key'],
])('a store with %j has one fault', (props, id) => {
  expect(idsFor(props)).toEqual([id]);
});

test('everything that is wrong comes at once', () => {
  const wrong = {
    bucketName: 'my_models',
    endpoint: 'x',
    region: 'eu bad',
    credentials: { name: 'No', key: '..' },
  };
  expect(idsFor(wrong)).toEqual([
    'INVALID_NAME bucketName',
    'INVALID_FORMAT endpoint',
    'INVALID_FORMAT region',
    'INVALID_NAME credentials.name',
    'INVALID_NAME credentials.key',
  ]);
});

test('stores of AWS have the same regions and credentials', () => {
  const wrong = { region: 'eu bad', credentials: { name: 'store', key: '' } };
  const ids = ['INVALID_FORMAT region', 'INVALID_NAME credentials.key'];
  expect(idsOf(faultsThrown(() => new ModelStore(testStack(), 'Models', wrong)))).toEqual(ids);
  expect(idsOf(faultsThrown(() => ModelStore.fromBucketName(testStack(), 'Models', 'models', wrong)))).toEqual(ids);
});

describe.each<[string, (site: Parameters<Parameters<typeof withSite>[0]>[0], store: IModelStore) => unknown]>([
  [
    'a server',
    ({ scope, cluster }, modelStore) =>
      new TritonDeployment(scope, 'Chat', {
        cluster,
        modelStore,
        nodePool: new TestPool(cluster, 'gpu', cluster, GpuInstanceType.G5_XLARGE),
        models: [llama8b],
      }),
  ],
  [
    'an import',
    ({ scope, cluster }, modelStore) =>
      new ModelImport(scope, 'Import', {
        cluster,
        modelStore,
        model: 'chat',
        source: ModelSource.volumeClaim('weights'),
      }),
  ],
])('%s with a store of its own kind', (_, use) => {
  const withStore = (own: Partial<IModelStore>, then: (store: TestStore) => void = () => undefined) =>
    withSite((site) => {
      Object.assign(site.store, own);
      use(site, site.store);
      then(site.store);
    });

  test('checks how the store is reached', () => {
    const own = { endpoint: 'https://me:x@s3', region: 'eu bad', credentials: { name: 'No' } };
    expect(idsOf(faultsThrown(() => withStore(own)))).toEqual([
      'CREDENTIALS_IN_ENDPOINT modelStore.endpoint',
      'INVALID_FORMAT modelStore.region',
      'INVALID_NAME modelStore.credentials.name',
    ]);
  });

  test('warns of http once, however many use the store', () => {
    expect.assertions(1);
    withStore({ endpoint: 'http://s3' }, (store) => {
      expect(warningsOf(store).map(({ id }) => id)).toEqual(['ENDPOINT_NOT_ENCRYPTED']);
    });
  });
});

test('two users of a store and the store itself warn of http once', () => {
  expect.assertions(1);
  withSite(({ scope, cluster }) => {
    const modelStore = ModelStore.s3Compatible(scope, 'Own', { ...given, endpoint: 'http://s3' });
    for (const model of ['a', 'b'])
      new ModelImport(scope, `Import-${model}`, {
        cluster,
        modelStore,
        model,
        source: ModelSource.volumeClaim('weights'),
      });
    expect(warningsOf(modelStore)).toHaveLength(1);
  });
});
