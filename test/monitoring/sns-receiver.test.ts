import { Fn } from 'cdktf';
import { AlertReceiver, MonitoringStack, MonitoringStackProps, SnsReceiverProps } from '../../lib/monitoring';
import { KubernetesCluster } from '../../lib/compute';
import { KubernetesAccess } from '../../lib/kubernetes';
import { faultsThrown, idsOf } from '../support/faults';
import { Block, synthesize } from '../support/synth';
import { testCluster } from '../support/test-cluster';
import { monitor } from './support';

const arn = (name = 'alerts', partition = 'aws', region = 'eu-central-1') =>
  `arn:${partition}:sns:${region}:123456789012:${name}`;
const sns = (name: string, props: Partial<SnsReceiverProps> = {}) =>
  AlertReceiver.sns(name, { topicArn: arn(name), ...props });
const configOf = (receiver: AlertReceiver): Block => {
  const { monitoring } = monitor([{}], { alertReceivers: [receiver] });
  return (JSON.parse(monitoring.alertmanagerConfiguration) as Block).receivers[1].sns_configs[0] as Block;
};
const credentials = { name: 'aws', key: 'credentials' };

/** Program with a cluster that has roles, and those that were asked for. */
function applied(props: Partial<MonitoringStackProps>) {
  let asked: readonly string[] = [];
  const result = synthesize((stack) => {
    const cluster = testCluster(stack);
    new MonitoringStack(stack, 'Monitoring', { cluster, ...props });
    asked = cluster.askedRoles;
  });
  return { result, asked };
}

test.each([
  [arn(), 'eu-central-1'],
  [arn('alerts.fifo'), 'eu-central-1'],
  [arn('a_b-c', 'aws-us-gov', 'us-gov-west-1'), 'us-gov-west-1'],
  [arn('x', 'aws-cn', 'cn-north-1'), 'cn-north-1'],
])('%s is signed for in its region', (topicArn, region) =>
  expect(configOf(sns('a', { topicArn }))).toMatchObject({
    topic_arn: topicArn,
    sigv4: { region },
    send_resolved: true,
  }),
);

test('a topic that only Terraform knows is a reference, with its region', () => {
  const topicArn = Fn.join('', ['${aws_sns_topic.alerts.arn}']);
  const alertReceivers = [sns('a', { topicArn, region: 'eu-west-1' })];
  const { result } = applied({ alertReceivers });
  const text = result.byName('kubernetes_config_map_v1', 'alertmanager-config').data['alertmanager.yml'] as string;
  expect(text).toContain('aws_sns_topic.alerts.arn}');
  expect(text).toContain('"region": "eu-west-1"');
  expect((result.only('aws_iam_role_policy') as { policy: string }).policy).toContain('aws_sns_topic.alerts.arn');
});

test('the role of Alertmanager may publish to its topics, that of the heartbeat among them, and nothing else', () => {
  const { result, asked } = applied({
    alertReceivers: [sns('b'), sns('a'), sns('again', { topicArn: arn('a') })],
    heartbeatReceiver: sns('heartbeat'),
  });
  expect(asked).toEqual(['monitoring/alertmanager']);
  const { policy } = result.only('aws_iam_role_policy') as { policy: string };
  expect(JSON.parse(policy).Statement).toEqual([
    {
      Sid: 'Publish',
      Effect: 'Allow',
      Action: ['sns:Publish'],
      Resource: ['a', 'b', 'heartbeat'].map((name) => arn(name)),
    },
  ]);
  const accounts = result.resources('kubernetes_service_account_v1');
  const annotated = accounts.filter(({ metadata }) => metadata.annotations !== undefined);
  expect(annotated.map(({ metadata }) => metadata.name)).toEqual(['alertmanager']);
});

test('credentials of a secret take the place of the role', () => {
  const { result, asked } = applied({ alertReceivers: [sns('a', { credentials })] });
  expect(asked).toEqual([]);
  expect(result.resources('aws_iam_role_policy')).toEqual([]);
  const [container] = result.byName('kubernetes_stateful_set_v1', 'alertmanager').spec.template.spec.container;
  expect(container.env).toEqual([
    { name: 'AWS_SHARED_CREDENTIALS_FILE', value: '/etc/alertmanager-secrets/aws/credentials' },
  ]);
  expect(container.volume_mount).toContainEqual(
    expect.objectContaining({ mount_path: '/etc/alertmanager-secrets/aws' }),
  );
});

test('a cluster without roles needs credentials', () => {
  const made = (props: Partial<SnsReceiverProps>) =>
    synthesize((stack) => {
      const cluster = KubernetesCluster.fromKubeconfig(stack, 'Rack', { configPath: 'x' });
      KubernetesAccess.of(stack, cluster);
      new MonitoringStack(stack, 'Monitoring', { cluster, alertReceivers: [sns('a', props)], clusterMetrics: false });
    });
  expect(idsOf(faultsThrown(() => made({})))).toEqual(['POD_IAM_UNAVAILABLE']);
  expect(made({ credentials })).toBeDefined();
});

test.each<[Partial<SnsReceiverProps>, string[]]>([
  [{ topicArn: 'alerts' }, ['INVALID_FORMAT topicArn']],
  [{ topicArn: 'arn:aws:sqs:eu-central-1:123456789012:alerts' }, ['INVALID_FORMAT topicArn']],
  [{ topicArn: `${arn()}:11111111-2222-3333-4444-555555555555` }, ['INVALID_FORMAT topicArn']],
  [{ topicArn: arn('alerts.FIFO') }, ['INVALID_FORMAT topicArn']],
  [{ topicArn: arn('a'.repeat(257)) }, ['INVALID_FORMAT topicArn']],
  [{ topicArn: '' }, ['INVALID_FORMAT topicArn']],
  [{ topicArn: '${var.topic}' }, ['INVALID_FORMAT topicArn']],
  [{ topicArn: Fn.join('', ['${var.topic}']) }, ['MISSING_PROPERTY region']],
  [{ region: 'eu-west-1' }, ['CONFLICTING_PROPERTIES region']],
  [{ region: 'Frankfurt' }, ['INVALID_FORMAT region']],
  [{ credentials: { name: 'aws', key: '..' } }, ['INVALID_NAME credentials.key']],
])('%j is refused', (props, ids) => {
  const faults = faultsThrown(() => monitor([{}], { alertReceivers: [sns('a', props)] }));
  expect(idsOf(faults)).toEqual(ids.map((id) => id.replace(' ', ' alertReceivers[0].')));
});

test('receivers that would sign by different credentials are refused', () => {
  const refused = (...receivers: AlertReceiver[]) =>
    idsOf(
      faultsThrown(() =>
        monitor([{}], { alertReceivers: receivers.slice(0, -1), heartbeatReceiver: receivers.at(-1) }),
      ),
    );
  const id = 'CONFLICTING_PROPERTIES heartbeatReceiver.credentials';
  expect(refused(sns('a'), sns('b', { credentials }))).toEqual([id]);
  expect(refused(sns('a', { credentials }), sns('b', { credentials: { ...credentials, key: 'other' } }))).toEqual([id]);
});
