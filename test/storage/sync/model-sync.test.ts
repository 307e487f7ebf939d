import { createHash, createPublicKey } from 'crypto';
import { ModelStore, ModelSyncProps } from '../../../lib/storage';
import { ModelCache, VllmDeployment } from '../../../lib/serving';
import { GpuInstanceType } from '../../../lib/catalog';
import { ModelSpec } from '../../../lib/planning';
import { DataSize, Duration, Weekday } from '../../../lib/units';
import { TestPool, TestStore } from '../../serving/support/fixtures';
import { faultsThrown, idsOf, warningsOf } from '../../support/faults';
import { synthesize, testStack } from '../../support/synth';
import { testCluster } from '../../support/test-cluster';
import { KEY, NEXT_KEY, sync, synced } from './support';

const idOf = (pem: string) =>
  createHash('sha256')
    .update(createPublicKey(pem).export({ type: 'spki', format: 'der' }))
    .digest('hex');
const settings = (props: object = {}) =>
  JSON.parse(synced(props).byName('kubernetes_config_map_v1', 'chat').data['settings.json']);
const pod = (props: object = {}) => synced(props).only('kubernetes_deployment_v1').spec.template;
const container = (props: object, name: string) =>
  pod(props).spec.container.find((each: { name: string }) => each.name === name);

describe('the sync of a site', () => {
  test('has one pod of two containers: keys are in one, credentials in the other', () => {
    const result = synthesize((stack) => {
      const modelStore = ModelStore.s3Compatible(stack, 'Store', {
        bucketName: 'models',
        endpoint: 'https://objects.example',
        credentials: { name: 'store' },
      });
      sync(stack, { modelStore });
    });
    const { spec } = result.only('kubernetes_deployment_v1').spec.template;
    const mounts = Object.fromEntries(
      spec.container.map((each: { name: string; volume_mount: { name: string }[] }) => [
        each.name,
        each.volume_mount.map(({ name }) => name),
      ]),
    );
    expect(mounts.keep).toContain('keys');
    expect(mounts.keep).not.toContain('model-store-credentials');
    expect(mounts.fetch).toContain('model-store-credentials');
    expect(mounts.fetch).not.toContain('keys');
    expect(spec.automount_service_account_token).toBe(false);
  });

  test('its settings say what it keeps, when and how fast', () => {
    const windows = [
      { start: '22:30', duration: Duration.hours(6), timeZone: 'Europe/Berlin', days: [Weekday.SUNDAY] },
    ];
    expect(settings({ windows, maxMegabitsPerSecond: 20, variant: 'int4', servers: ['chat'] })).toEqual({
      ...{ name: 'chat', namespace: 'inference', model: 'chat', channel: 'stable', variant: 'int4', site: 'berlin' },
      ...{ cacheMib: 3 * 8 * 1024, rate: 2_500_000, revoked: [], servers: ['chat'], probe: null },
      windows: [{ days: [6], start: '22:30', minutes: 360, timeZone: 'Europe/Berlin' }],
      ...{ checkSeconds: 900, pollSeconds: 300, retrySeconds: 3600, port: 9480 },
      // A day of outage, the week without its six hours, and an hour for a change of clocks.
      lateAfterSeconds: (24 + 7 * 24 - 6 + 1) * 3600,
    });
    expect(settings()).toMatchObject({ rate: 0, windows: [], variant: null, lateAfterSeconds: 24 * 3600 });
  });

  test('revoked keys stay there, and their ids are said', () => {
    const keys = [{ publicKey: KEY, revoked: true }, { publicKey: NEXT_KEY }];
    expect(settings({ keys }).revoked).toEqual([idOf(KEY)]);
    const map = synced({ keys }).byName('kubernetes_config_map_v1', 'chat-keys');
    expect(Object.values(map.data).sort()).toEqual([`${KEY}\n`, `${NEXT_KEY}\n`].sort());
  });

  test('it makes a claim for three versions, or takes one', () => {
    const made = synced().only('kubernetes_persistent_volume_claim_v1').spec;
    expect(made.access_modes).toEqual(['ReadWriteOnce']);
    expect(parseInt(made.resources.requests.storage, 10)).toBeGreaterThan(3 * 8 * 1024);
    const own = synced({ claimName: 'weights' });
    expect(own.types).not.toContain('kubernetes_persistent_volume_claim_v1');
    const volumes = own.only('kubernetes_deployment_v1').spec.template.spec.volume;
    expect(volumes).toContainEqual({ name: 'cache', persistent_volume_claim: { claim_name: 'weights' } });
  });

  test('it may restart its servers, by name, and has no token where there are none', () => {
    const result = synced({ servers: ['chat-b', 'chat-a'] });
    expect(result.only('kubernetes_role_v1').rule).toEqual([
      {
        api_groups: ['apps'],
        resource_names: ['chat-a', 'chat-b'],
        resources: ['deployments'],
        verbs: ['get', 'patch'],
      },
    ]);
    expect(pod({ servers: ['chat'] }).spec.automount_service_account_token).toBe(true);
    expect(synced().types).not.toContain('kubernetes_role_v1');
  });

  test('it reaches the store, and the API server and the probe where it has them; nobody reaches it but who scrapes', () => {
    const ports = (props: object) =>
      (synced(props).only('kubernetes_network_policy_v1').spec.egress as { ports: { port: string }[] }[]).flatMap(
        (rule) => rule.ports.map(({ port }) => port),
      );
    expect(ports({})).not.toContain('6443');
    expect(ports({ servers: ['chat'] })).toContain('6443');
    expect(ports({ probe: { url: 'http://health.example:8000/health' } })).toContain('8000');
    expect(synced().only('kubernetes_network_policy_v1').spec.ingress).toEqual([]);
    expect(synced({ networkPolicy: false }).types).not.toContain('kubernetes_network_policy_v1');
  });

  test('it is granted the folder of its model alone', () => {
    const stack = testStack();
    const modelStore = new TestStore(stack, 'Weights');
    sync(stack, { modelStore });
    expect(modelStore.grants).toEqual([expect.stringMatching(/^read \S+ chat$/)]);
  });

  test('a server takes what it keeps, and asks no store', () => {
    const result = synthesize((stack) => {
      const cluster = testCluster(stack);
      const kept = sync(stack, { cluster, servers: ['chat'] }, 'Sync');
      new VllmDeployment(stack, 'Server', {
        cluster,
        nodePool: new TestPool(stack, 'gpu', cluster, GpuInstanceType.G6E_XLARGE),
        modelStore: new TestStore(stack, 'Store'),
        models: [{ model: ModelSpec.LLAMA_3_2_1B, name: 'chat', version: kept.channel }],
        modelCache: ModelCache.synced({ claimName: kept.claimName, size: kept.cacheSize }),
      });
    });
    const { spec } = result.byName('kubernetes_deployment_v1', 'chat').spec.template;
    const env = spec.init_container[0].env as { name: string; value?: string }[];
    expect(env).toContainEqual({ name: 'CACHE_SYNCED', value: '1' });
    expect(env.find(({ name }) => name === 'CACHE_PLAN')?.value).toContain('s3://models/chat/stable ');
    expect(spec.volume).toContainEqual({ name: 'model-cache', persistent_volume_claim: { claim_name: 'sync' } });
  });

  test('both containers are of the images that are named', () => {
    expect(container({}, 'fetch').image).toMatch(/^public\.ecr\.aws\/aws-cli\/aws-cli:/);
    expect(container({}, 'keep').image).toMatch(/^docker\.io\/library\/python:3\.\d+\.\d+-slim-/);
    expect(container({ pythonImage: 'registry.example/python:1' }, 'keep').image).toBe('registry.example/python:1');
  });
});

const ids = (props: object) => idsOf(faultsThrown(() => sync(testStack(), props as Partial<ModelSyncProps>)));
const window = { start: '02:00', duration: Duration.hours(2) };

test.each<[string, object, string[]]>([
  ['no room for three versions', { cacheSize: DataSize.gib(23) }, ['SYNC_EXCEEDS_CACHE cacheSize']],
  [
    'a private key',
    { keys: [{ publicKey: '-----BEGIN PRIVATE KEY-----\nx' }] },
    ['PRIVATE_KEY_GIVEN keys[0].publicKey'],
  ],
  ['no key', { keys: [{ publicKey: 'ssh-ed25519 AAAA' }] }, ['INVALID_FORMAT keys[0].publicKey']],
  ['keys that are all revoked', { keys: [{ publicKey: KEY, revoked: true }] }, ['NO_KEY_IN_FORCE keys']],
  ['an empty list of keys', { keys: [] }, ['NO_KEY_IN_FORCE keys']],
  ['a key twice', { keys: [{ publicKey: KEY }, { publicKey: `${KEY}\n` }] }, ['DUPLICATE keys[1]']],
  ['a time that is none', { windows: [{ ...window, start: '24:00' }] }, ['INVALID_FORMAT windows[0].start']],
  [
    'a zone that is none',
    { windows: [{ ...window, timeZone: 'Europe/berlin' }] },
    ['INVALID_FORMAT windows[0].timeZone'],
  ],
  ['no day', { windows: [{ ...window, days: [] }] }, ['EMPTY_LIST windows[0].days']],
  ['a day twice', { windows: [{ ...window, days: ['monday', 'monday'] }] }, ['DUPLICATE windows[0].days']],
  [
    'more than a week',
    { windows: [{ ...window, duration: Duration.hours(169) }] },
    ['NOT_A_WHOLE_NUMBER windows[0].duration'],
  ],
  [
    'a claim and a class',
    { claimName: 'weights', storageClassName: 'fast' },
    ['CONFLICTING_PROPERTIES storageClassName'],
  ],
  ['a secret in the probe', { probe: { url: 'http://me:secret@chat:8000/' } }, ['SECRET_IN_URL probe.url']],
  ['a probe of another kind', { probe: { url: 'tcp://chat:8000' } }, ['INVALID_FORMAT probe.url']],
  ['no bandwidth', { maxMegabitsPerSecond: 0 }, ['OUT_OF_RANGE maxMegabitsPerSecond']],
  [
    'names of no site',
    { site: 'a b', variant: '', model: 'a/b' },
    ['INVALID_NAME model', 'INVALID_NAME site', 'INVALID_NAME variant'],
  ],
  ['a server twice', { servers: ['chat', 'chat'] }, ['DUPLICATE servers']],
])('refused: %s', (_, props, expected) => {
  expect(ids(props)).toEqual(expected);
});

test('a private key is not repeated', () => {
  const [fault] = faultsThrown(() =>
    sync(testStack(), { keys: [{ publicKey: '-----BEGIN PRIVATE KEY-----\nMC4CAQ' }] }),
  );
  expect(JSON.stringify(fault)).not.toContain('MC4CAQ');
});

test('two syncs of one channel in one claim are refused; of two channels they are not', () => {
  const stack = testStack();
  const cluster = testCluster(stack);
  sync(stack, { cluster, claimName: 'weights' });
  expect(idsOf(faultsThrown(() => sync(stack, { cluster, claimName: 'weights' }, 'Other')))).toEqual([
    'DUPLICATE channel',
  ]);
  expect(() => sync(stack, { cluster, claimName: 'weights', channel: 'beta' }, 'Beta')).not.toThrow();
});

test('a bandwidth by which a version takes more than the windows of a week is warned of, with the one that would do', () => {
  const given = { windows: [{ ...window, days: [Weekday.SUNDAY] }], modelSize: DataSize.gib(8) };
  const warned = (mbit: number) => warningsOf(sync(testStack(), { ...given, maxMegabitsPerSecond: mbit }));
  expect(idsOf(warned(9))).toEqual(['SYNC_SLOWER_THAN_WINDOWS']);
  expect(warned(10)).toEqual([]);
});
