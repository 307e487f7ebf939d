import { Duration } from '../../../lib/units';
import { ModelRollout, RolloutFailureAction } from '../../../lib/storage';
import { TestStore } from '../../serving/support/fixtures';
import { faultsThrown, idsOf } from '../../support/faults';
import { testStack } from '../../support/synth';
import { testCluster } from '../../support/test-cluster';
import { release, rolledOut, rollout } from './support';

interface Container {
  readonly name: string;
  readonly env: readonly { readonly name: string; readonly value?: string }[];
  readonly volume_mount: readonly { readonly name: string }[];
}

const ring = (name: string, ...sites: string[]) => ({ name, sites });
const job = (props: object = {}) => rolledOut(props).only('kubernetes_job_v1').spec;
const settings = (props: object = {}) =>
  JSON.parse(rolledOut(props).only('kubernetes_config_map_v1').data['settings.json']);

describe('a rollout', () => {
  const hub = { url: 'https://hub.example.test', token: { name: 'hub', key: 'token' } };

  test('signs before it begins, and what reaches the network then has no key', () => {
    const { init_container: before, container: after } = job({ hub }).template.spec;
    const mounts = (each: Container, prefix: string) => each.volume_mount.some(({ name }) => name.startsWith(prefix));
    expect(
      [...before, ...after].map((each: Container) => [each.name, mounts(each, 'key-'), mounts(each, 'hub-')]),
    ).toEqual([
      ['read', false, false],
      ['sign', true, false],
      ['rollout', false, true],
      ['store', false, false],
    ]);
  });

  test('is asked and decided by a container without credentials of the store', () => {
    const [{ env }, store] = job({ hub }).template.spec.container as Container[];
    expect(env.map(({ name }) => name).sort()).toEqual(['PYTHONDONTWRITEBYTECODE', 'WORK_DIR']);
    expect(store.env.map(({ name }) => name)).toContain('AWS_DEFAULT_REGION');
  });

  test('has a channel for each ring, by which sites follow it, and names no site in what is signed', () => {
    expect(ModelRollout.channelOf('canary')).toBe('stable-canary');
    expect(ModelRollout.channelOf('canary', 'beta')).toBe('beta-canary');
    const [, sign] = job({ channel: 'beta' }).template.spec.init_container as Container[];
    const env = Object.fromEntries(sign.env.map(({ name, value }) => [name, value]));
    expect(env).toMatchObject({ CHANNEL: 'beta', RINGS: 'canary rest', NUMBER: '7', VERSION: '3' });
    expect(JSON.stringify(sign.env)).not.toContain('berlin');
  });

  test('asks for what is set, and for what is not by default', () => {
    expect(settings()).toMatchObject({
      ...{ model: 'chat', version: '3', number: 7, minimumUpdated: 0.9, timeoutSeconds: 691_200, takeBack: 'none' },
      rings: [
        { name: 'canary', sites: ['berlin'], soakSeconds: 3600 },
        { name: 'rest', sites: ['oslo', 'rome'], soakSeconds: 3600 },
      ],
      hub: {
        siteLabel: 'cluster',
        alerts: expect.arrayContaining(['HighLatency', 'ModelSyncRefused']),
        passwordFile: null,
      },
    });
    const given = settings({
      rings: [{ ...ring('canary', 'berlin'), soak: Duration.minutes(20) }],
      hub: { ...hub, siteLabel: 'site' },
      alerts: ['GpuLost'],
      customAlerts: ['FraudMissed'],
      onFailure: RolloutFailureAction.TAKE_BACK_ALL,
      minimumUpdated: 0.5,
    });
    expect(given).toMatchObject({
      ...{ minimumUpdated: 0.5, takeBack: 'all', rings: [{ soakSeconds: 1200 }] },
      hub: { siteLabel: 'site', alerts: ['FraudMissed', 'GpuLost'], tokenFile: '/etc/rollout-hub/token/token' },
    });
  });

  test('reads its version, writes releases, and nothing else', () => {
    const stack = testStack();
    const modelStore = new TestStore(stack, 'Weights');
    rollout(stack, { modelStore });
    expect(modelStore.grants).toEqual([
      expect.stringMatching(/^read \S+ chat\/3$/),
      expect.stringMatching(/^write \S+ chat\/_releases$/),
    ]);
  });

  test('reaches names, the store and the hub', () => {
    const { egress, ingress } = rolledOut().only('kubernetes_network_policy_v1').spec;
    expect(ingress).toEqual([]);
    const namespaces = JSON.stringify(egress).match(/"kubernetes.io\/metadata.name":"[a-z-]+"/g);
    expect(namespaces).toEqual(expect.arrayContaining(['"kubernetes.io/metadata.name":"monitoring"']));
    expect(namespaces).toHaveLength(2);
  });

  test('is one Job, which another pod does not end differently', () => {
    const { pod_failure_policy: policy, completions, parallelism, template } = job();
    expect({ completions, parallelism }).toEqual({ completions: 1, parallelism: 1 });
    expect(template.spec.restart_policy).toBe('Never');
    expect(policy.rule.map(({ action }: { action: string }) => action)).toEqual(['FailJob', 'FailJob', 'Ignore']);
  });
});

test.each<[string, object, string[]]>([
  ['no ring', { rings: [] }, ['EMPTY_LIST rings']],
  ['a ring without sites', { rings: [ring('canary', 'berlin'), ring('rest')] }, ['EMPTY_LIST rings[1].sites']],
  [
    'a site in two rings',
    { rings: [ring('canary', 'berlin'), ring('rest', 'rome', 'berlin')] },
    ['DUPLICATE rings[1].sites[1]'],
  ],
  ['a site twice in one', { rings: [ring('canary', 'berlin', 'berlin')] }, ['DUPLICATE rings[0].sites']],
  ['two rings of one name', { rings: [ring('canary', 'berlin'), ring('canary', 'rome')] }, ['DUPLICATE rings']],
  ['a ring whose name is none', { rings: [ring('can ary', 'berlin')] }, ['INVALID_NAME rings[0].name']],
  ['a site whose name is none', { rings: [ring('canary', 'ber"lin')] }, ['INVALID_NAME rings[0].sites[0]']],
  [
    'a hub by the URL that sites write to',
    { hub: { url: 'https://hub.example.com/api/v1/write' } },
    ['INVALID_FORMAT hub.url'],
  ],
  ['an alert that nobody has', { alerts: ['HighLatncy'] }, ['UNKNOWN_VALUE alerts']],
  ['an alert twice', { alerts: ['HighLatency', 'HighLatency'] }, ['DUPLICATE alerts']],
  ['an own alert that is none', { customAlerts: ['a|b'] }, ['INVALID_NAME customAlerts[0]']],
  ['no soak', { soak: Duration.seconds(0) }, ['OUT_OF_RANGE soak']],
  ['a soak in which no alert can fire', { soak: Duration.minutes(14) }, ['OUT_OF_RANGE soak']],
  [
    'that of a ring',
    { rings: [{ ...ring('canary', 'berlin'), soak: Duration.seconds(1) }] },
    ['OUT_OF_RANGE rings[0].soak'],
  ],
  ['less time than the soak', { ringTimeout: Duration.hours(1) }, ['OUT_OF_RANGE ringTimeout']],
  ['a soak longer than the time', { soak: Duration.hours(240) }, ['OUT_OF_RANGE ringTimeout']],
  ['an hour between questions', { pollInterval: Duration.hours(1) }, ['OUT_OF_RANGE pollInterval']],
  ['no site updated', { minimumUpdated: 0 }, ['OUT_OF_RANGE minimumUpdated']],
  ['more than all', { minimumUpdated: 1.01 }, ['OUT_OF_RANGE minimumUpdated']],
  ['no key', { signingKeys: [] }, ['OUT_OF_RANGE signingKeys']],
  ['no number', { number: 0 }, ['NOT_A_WHOLE_NUMBER number']],
  [
    'a hub with a password in its URL',
    { hub: { url: 'https://me:secret@hub.example.test' } },
    ['SECRET_IN_URL hub.url'],
  ],
  ['a hub that is no URL', { hub: { url: 'hub:9090' } }, ['INVALID_FORMAT hub.url']],
  [
    'a password without TLS',
    { hub: { url: 'http://hub.example.test', username: 'me', password: { name: 'hub', key: 'p' } } },
    ['CONFLICTING_PROPERTIES hub.url'],
  ],
  [
    'a password of nobody',
    { hub: { url: 'https://hub.example.test', password: { name: 'hub', key: 'p' } } },
    ['MISSING_PROPERTY hub.username'],
  ],
  [
    'a user without a password',
    { hub: { url: 'https://hub.example.test', username: 'me' } },
    ['MISSING_PROPERTY hub.password'],
  ],
  [
    'a label that is none',
    { hub: { url: 'https://hub.example.test', siteLabel: 'a-b' } },
    ['INVALID_NAME hub.siteLabel'],
  ],
])('refused: %s', (_, props, expected) => {
  expect(idsOf(faultsThrown(() => rollout(testStack(), props)))).toEqual(expected);
});

test('all faults are told at once', () => {
  const props = { rings: [ring('rest')], minimumUpdated: 2, alerts: ['No'], hub: { url: 'x' }, signingKeys: [] };
  const all = [
    'OUT_OF_RANGE signingKeys',
    'EMPTY_LIST rings[0].sites',
    'INVALID_FORMAT hub.url',
    'OUT_OF_RANGE minimumUpdated',
    'UNKNOWN_VALUE alerts',
  ];
  expect(idsOf(faultsThrown(() => rollout(testStack(), props))).sort()).toEqual(all.sort());
});

test('a channel has one rollout, and a number of it one release', () => {
  const stack = testStack();
  const modelStore = new TestStore(stack, 'Weights');
  const cluster = testCluster(stack);
  rollout(stack, { modelStore, cluster });
  const again = (props: object) => idsOf(faultsThrown(() => rollout(stack, { modelStore, cluster, ...props }, 'Next')));
  expect(again({ number: 8 })).toEqual(['DUPLICATE channel']);
  const clash = () => release(stack, { modelStore, cluster, channel: 'stable-canary' });
  expect(idsOf(faultsThrown(clash))).toEqual(['DUPLICATE number']);
  expect(() => rollout(stack, { modelStore, cluster, channel: 'beta' }, 'Beta')).not.toThrow();
});
