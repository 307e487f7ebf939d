import { TerraformStack, TerraformVariable } from 'cdktf';
import { AlertReceiver } from '../../lib/monitoring';
import { faultsThrown, idsOf } from '../support/faults';
import { Block } from '../support/synth';
import { monitor } from './support';

const hook = (url: string) => AlertReceiver.webhook('hook', { url });
const variable = (stack: TerraformStack, sensitive: boolean): string =>
  new TerraformVariable(stack, 'Url', { type: 'string', sensitive }).stringValue;
const refused = (receiver: AlertReceiver) => faultsThrown(() => monitor([{}], { alertReceivers: [receiver] }));
const alertmanager = (receiver: AlertReceiver) => {
  const { result } = monitor([{}], { alertReceivers: [receiver] });
  return result.byName('kubernetes_stateful_set_v1', 'alertmanager').spec.template.spec as Block;
};

describe('the secret of a receiver', () => {
  test.each([
    ['slack.webhook', /^secret-slack-webhook-[0-9a-f]{8}$/],
    ['alerting', /^secret-alerting$/],
    ['a'.repeat(253), /^secret-a+-[0-9a-f]{8}$/],
    [`${'a'.repeat(60)}.b`, /^secret-a+-[0-9a-f]{8}$/],
  ])('%s is mounted by a volume whose name is an RFC 1123 label', (name, expected) => {
    const { volume, container } = alertmanager(AlertReceiver.slack('team', { webhookUrl: { name, key: 'url' } }));
    const { name: volumeName } = volume.find(({ secret }: Block) => secret?.secret_name === name);
    expect(volumeName).toMatch(expected);
    expect(volumeName.length).toBeLessThanOrEqual(63);
    expect(container[0].volume_mount).toContainEqual({
      name: volumeName,
      mount_path: `/etc/alertmanager-secrets/${name}`,
      read_only: true,
    });
  });

  test('has a volume of its own, however alike its name is', () => {
    const receivers = ['a.b', 'a-b'].map((name) => AlertReceiver.slack(name, { webhookUrl: { name, key: 'url' } }));
    const { result } = monitor([{}], { alertReceivers: receivers });
    const { volume } = result.byName('kubernetes_stateful_set_v1', 'alertmanager').spec.template.spec;
    const names = volume.map(({ name }: Block) => name);
    expect(new Set(names).size).toBe(4);
  });

  test.each([
    ['My Secret', 'url', 'INVALID_NAME alertReceivers[0].webhookUrl.name'],
    ['', 'url', 'INVALID_NAME alertReceivers[0].webhookUrl.name'],
    ['a..b', 'url', 'INVALID_NAME alertReceivers[0].webhookUrl.name'],
    ['${var.x}', 'url', 'INVALID_NAME alertReceivers[0].webhookUrl.name'],
    ['a'.repeat(254), 'url', 'INVALID_NAME alertReceivers[0].webhookUrl.name'],
    ['alerting', '../url', 'INVALID_NAME alertReceivers[0].webhookUrl.key'],
    ['alerting', '', 'INVALID_NAME alertReceivers[0].webhookUrl.key'],
    ['alerting', 'a/b', 'INVALID_NAME alertReceivers[0].webhookUrl.key'],
    ['alerting', '..', 'INVALID_NAME alertReceivers[0].webhookUrl.key'],
    ['alerting', 'my key', 'INVALID_NAME alertReceivers[0].webhookUrl.key'],
  ])("'%s', '%s' is refused", (name, key, id) => {
    expect(idsOf(refused(AlertReceiver.slack('team', { webhookUrl: { name, key } })))).toEqual([id]);
  });
});

test.each([
  ['#inference', []],
  ['#{{ .CommonLabels.team }}', []],
  ['#a}}', []],
  ['#{{ .Nope', ['INVALID_FORMAT alertReceivers[0].channel']],
  ['{{ .A }} {{ .B', ['INVALID_FORMAT alertReceivers[0].channel']],
  ['#{{ }}', ['INVALID_FORMAT alertReceivers[0].channel']],
])('the channel %s has the faults %j', (channel, ids) => {
  const made = () =>
    monitor([{}], { alertReceivers: [AlertReceiver.slack('team', { webhookUrl: { name: 'a', key: 'b' }, channel })] });
  if (ids.length > 0) expect(idsOf(faultsThrown(made))).toEqual(ids);
  else expect(made()).toBeDefined();
});

describe('the URL of a webhook', () => {
  test.each([
    'https://alerts.example.com/hook',
    'http://alerts.monitoring.svc:8080/',
    'http://localhost:5001',
    'http://alerts',
    'https://alerts.example.com/hook?team=inference&format=json',
    '${var.url}',
  ])('%s is accepted', (url) => {
    if (url.startsWith('$')) expect(idsOf(refused(hook(url)))).toEqual(['INVALID_FORMAT alertReceivers[0].url']);
    else expect(alertmanager(hook(url))).toBeDefined();
  });

  test.each([
    ['not a url', 'INVALID_FORMAT'],
    ['', 'INVALID_FORMAT'],
    ['alerts.example.com/hook', 'INVALID_FORMAT'],
    ['ftp://alerts.example.com', 'INVALID_FORMAT'],
    ['javascript:alert(1)', 'INVALID_FORMAT'],
    ['https://', 'INVALID_FORMAT'],
    ['https://user:hf_x@alerts.example.com', 'SECRET_IN_URL'],
    ['https://hf_x@alerts.example.com', 'SECRET_IN_URL'],
    ['https://alerts.example.com/?token=x', 'SECRET_IN_URL'],
    ['https://alerts.example.com/?access_token=x', 'SECRET_IN_URL'],
    ['https://alerts.example.com/?X-Amz-Signature=x', 'SECRET_IN_URL'],
    ['https://alerts.example.com/?api-key=x', 'SECRET_IN_URL'],
    ['https://x.azurewebsites.net/api/hook?code=x', 'SECRET_IN_URL'],
    ['https://x.logic.azure.com/workflows?sig=x', 'SECRET_IN_URL'],
    ['https://hooks.slack.com/services/T000/B000/XXX', 'SECRET_IN_URL'],
  ])('%s is refused', (url, id) => {
    const faults = refused(hook(url));
    expect(idsOf(faults)).toEqual([`${id} alertReceivers[0].url`]);
    if (id === 'SECRET_IN_URL') expect(faults[0].reason).not.toMatch(/hf_x|XXX|=x/);
  });

  test.each<[string, (stack: TerraformStack) => string, string[]]>([
    ['a variable that is sensitive', (stack) => variable(stack, true), ['LITERAL_SECRET alertReceivers[0].url']],
    [
      'a part of one',
      (stack) => `https://h.example.com/${variable(stack, true)}`,
      ['LITERAL_SECRET alertReceivers[0].url'],
    ],
    ['another variable', (stack) => variable(stack, false), []],
  ])('is refused, or not, as %s', (_, url, ids) => {
    let given = '';
    const made = () =>
      monitor(
        [{}],
        {
          get alertReceivers() {
            return [hook(given)];
          },
        },
        (stack) => void (given = url(stack)),
      );
    if (ids.length === 0) return expect(made()).toBeDefined();
    const faults = faultsThrown(made);
    expect(idsOf(faults)).toEqual(ids);
    expect(faults[0].reason).toContain('pass urlSecret');
  });

  test('may be in a secret, and must be in one place', () => {
    const urlSecret = { name: 'alerting', key: 'hook' };
    const { result } = monitor([{}], { alertReceivers: [AlertReceiver.webhook('hook', { urlSecret })] });
    expect(result.byName('kubernetes_config_map_v1', 'alertmanager-config').data['alertmanager.yml']).toContain(
      '"url_file": "/etc/alertmanager-secrets/alerting/hook"',
    );
    expect(idsOf(refused(AlertReceiver.webhook('hook', {})))).toEqual(['MISSING_PROPERTY alertReceivers[0].url']);
    expect(idsOf(refused(AlertReceiver.webhook('hook', { url: 'https://a.example.com', urlSecret })))).toEqual([
      'CONFLICTING_PROPERTIES alertReceivers[0].url',
    ]);
  });
});

test.each([
  ['null', 'RESERVED heartbeatReceiver.name'],
  ['hook', 'DUPLICATE alertReceivers and heartbeatReceiver'],
])('a receiver of the heartbeat named %s is refused', (name, id) => {
  const heartbeatReceiver = AlertReceiver.webhook(name, { url: 'https://heartbeat.example.com' });
  const made = () => monitor([{}], { alertReceivers: [hook('https://a.example.com')], heartbeatReceiver });
  expect(idsOf(faultsThrown(made))).toEqual([id]);
});

test.each([
  ['slack', AlertReceiver.slack('team', { webhookUrl: { name: 'alerting', key: 'url' } })],
  ['pagerduty', AlertReceiver.pagerDuty('team', { routingKey: { name: 'alerting', key: 'key' } })],
  ['webhook', hook('https://alerts.example.com')],
  ['email', AlertReceiver.email('team', { smarthost: 'smtp:25', from: 'a@example.com', to: ['b@example.com'] })],
  ['sns', AlertReceiver.sns('team', { topicArn: 'arn:aws:sns:eu-central-1:123456789012:alerts' })],
])('%s is told when an alert is over', (kind, receiver) => {
  const { result } = monitor([{}], { alertReceivers: [receiver] });
  const text = result.byName('kubernetes_config_map_v1', 'alertmanager-config').data['alertmanager.yml'] as string;
  const { receivers } = JSON.parse(text) as { receivers: Block[] };
  expect(receivers.flatMap((each) => each[`${kind}_configs`] ?? [])).toEqual([
    expect.objectContaining({ send_resolved: true }),
  ]);
});

test('the pods have the priority class that they are given', () => {
  const { result } = monitor([{}], { priorityClassName: 'monitoring' });
  for (const name of ['prometheus', 'alertmanager'])
    expect(result.byName('kubernetes_stateful_set_v1', name).spec.template.spec.priority_class_name).toBe('monitoring');
});

test('images are taken by digest', () => {
  const digest = `sha256:${'0'.repeat(64)}`;
  const { result } = monitor([{}], {
    prometheusImage: `quay.io/prometheus/prometheus@${digest}`,
    alertmanagerImage: `quay.io/prometheus/alertmanager:v0.33.1@${digest}`,
  });
  const image = (name: string) =>
    result.byName('kubernetes_stateful_set_v1', name).spec.template.spec.container[0].image;
  expect(image('prometheus')).toBe(`quay.io/prometheus/prometheus@${digest}`);
  expect(image('alertmanager')).toBe(`quay.io/prometheus/alertmanager:v0.33.1@${digest}`);
});
