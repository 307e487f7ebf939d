import { modelStoreEgress, sourceEgress } from '../../lib/kubernetes/network-access';
import { endpointFaults } from '../../lib/core/model-store-reach';
import { IModelStore } from '../../lib/core/model-store';
import { ModelStore } from '../../lib/storage/model-store';
import { faultsThrown, idsOf } from '../support/faults';
import { synthesize } from '../support/synth';

const store = (endpoint: string | undefined, endpointNamespace?: string) =>
  ({ endpoint, endpointNamespace, credentials: { name: 'store' } }) as unknown as IModelStore;

/** Where pods of `inference` may connect to beside cluster DNS, as `peer:port`. */
const reach = (given: IModelStore) =>
  modelStoreEgress(given, 'inference')
    .slice(1)
    .flatMap(({ to, ports }) => {
      const numbers = ports.length === 0 ? ['*'] : ports.map((each) => (each as { port: string }).port);
      return to.flatMap((peer) => numbers.map((port) => `${peerOf(peer)}:${port}`));
    });
function peerOf(peer: any): string {
  if (peer.ipBlock) return peer.ipBlock.cidr;
  return peer.namespaceSelector.matchLabels?.['kubernetes.io/metadata.name'] ?? 'any namespace';
}
const anywhere = (port: string) => [`0.0.0.0/0:${port}`, `::/0:${port}`];
const STS = anywhere('443');

test.each<[string, string[]]>([
  ['http://minio.storage.svc:9000', ['storage:*']],
  ['https://minio.storage.svc', ['storage:*']],
  ['http://minio.storage.svc.cluster.local:9000', ['storage:*']],
  ['http://minio.storage.svc.cluster.local.:9000', ['storage:*']],
  ['http://minio-0.minio-hl.storage.svc.cluster.local:9000', ['storage:*']],
  ['http://minio.storage.svc.k8s.example:9000', ['storage:*', ...anywhere('9000')]],
  ['http://minio:9000', ['inference:*', ...anywhere('9000')]],
  ['http://minio', ['inference:*', ...anywhere('80')]],
  ['http://MinIO.:9000', ['inference:*', ...anywhere('9000')]],
  ['http://minio.storage:9000', ['storage:*', ...anywhere('9000')]],
  ['https://objects.hall-1.example:9000', anywhere('9000')],
  ['https://objects.hall-1.example', anywhere('443')],
  ['http://10.100.7.9:9000', ['10.100.7.9/32:9000']],
  ['https://203.0.113.7', ['203.0.113.7/32:443']],
  ['https://[fd00::7]:9000', ['fd00::7/128:9000']],
  ['${TfToken[TOKEN.1]}', ['0.0.0.0/0:*', '::/0:*', 'any namespace:*']],
])('a store at %s is reached', (endpoint, expected) => {
  expect(reach(store(endpoint)).filter((each) => !STS.includes(each) || expected.includes(each))).toEqual(expected);
});

test.each<[string, string[]]>([
  ['http://10.100.7.9:9000', ['storage:*', '10.100.7.9/32:9000']],
  ['https://models.internal.example', ['storage:*', ...anywhere('443')]],
])('a store at %s whose namespace is said', (endpoint, expected) =>
  expect(reach(store(endpoint, 'storage'))).toEqual(expected),
);

test('S3 itself is reached by https only', () => expect(reach(store(undefined))).toEqual(anywhere('443')));

test('a download from within the cluster reaches the pods behind the Service', () => {
  const rules = sourceEgress(
    [
      { url: 'http://nexus.tools.svc:8081/model.bin' },
      { url: 'http://files/model.bin' },
      { url: 'https://huggingface.co/x' },
    ],
    'inference',
  );
  const peers = rules.flatMap(({ to }) => to.map(peerOf));
  expect(peers).toEqual(expect.arrayContaining(['inference', 'tools']));
  expect(peers).not.toContain('co');
});

test.each([
  'http://localhost:9000',
  'http://127.0.0.1:9000',
  'http://0.0.0.0:9000',
  'http://169.254.169.254',
  'http://[::1]:9000',
  'http://[fe80::1]',
  'https://239.0.0.1',
])('no pod reaches a store at %s', (endpoint) =>
  expect(endpointFaults(endpoint).map(({ id }) => id)).toEqual(['ENDPOINT_NOT_REACHABLE']),
);

describe('a private address', () => {
  const warned = (props: object) =>
    synthesize((stack) => {
      ModelStore.s3Compatible(stack, 'Models', {
        bucketName: 'models',
        endpoint: 'https://10.100.7.9:9000',
        credentials: { name: 'store' },
        ...props,
      });
    }).annotations();

  test('may be that of a Service', () => {
    expect(warned({})).toEqual([expect.stringMatching(/:ENDPOINT_MAY_BE_A_SERVICE\].*endpointNamespace/)]);
    expect(warned({ endpoint: 'https://[fd00::7]' })).toHaveLength(1);
  });

  test('is not warned of where the namespace is said, or the address is public', () => {
    expect(warned({ endpointNamespace: 'storage' })).toEqual([]);
    expect(warned({ endpoint: 'https://203.0.113.7' })).toEqual([]);
  });

  test('with a namespace that none can be is refused', () => {
    expect(idsOf(faultsThrown(() => warned({ endpointNamespace: 'No Namespace' })))).toEqual([
      'INVALID_NAME endpointNamespace',
    ]);
  });
});
