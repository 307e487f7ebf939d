import { AlertReceiver, MonitoringStack, MuteTime } from '../../lib/monitoring';
import { Duration } from '../../lib/units';
import { testCluster } from '../support/test-cluster';
import { ArgumentPrograms, Given, Program, StructPrograms } from './string-programs-compute';

/** A receiver with one route, which has these properties. */
const routing = (given: Given): Program => {
  return (stack) => {
    const receiver = AlertReceiver.webhook('hook', { url: 'https://hook.example' });
    const alertRoutes = [{ receiver, ...given }];
    new MonitoringStack(stack, 'Monitoring', { cluster: testCluster(stack), alertReceivers: [receiver], alertRoutes });
  };
};

const TOPIC = 'arn:aws:sns:eu-central-1:123456789012:alerts';
const MAIL = { smarthost: 'smtp.example:587', from: 'a@mail.example', to: ['b@mail.example'] };

/** A monitoring stack with one receiver. */
const receiving = (receiver: () => AlertReceiver): Program => {
  return (stack) =>
    void new MonitoringStack(stack, 'Monitoring', { cluster: testCluster(stack), alertReceivers: [receiver()] });
};

/** Programs of the names of receivers. */
export const ALERTING_ARGUMENTS: ArgumentPrograms = {
  'AlertReceiver.email(name)': (name) => receiving(() => AlertReceiver.email(name, MAIL)),
  'AlertReceiver.sns(name)': (name) => receiving(() => AlertReceiver.sns(name, { topicArn: TOPIC })),
};

const uplink =
  (given: Given): Program =>
  (stack) => {
    const password = { name: 'hub', key: 'password' };
    const options = {
      url: 'https://hub.example/api/v1/write',
      maxOutage: Duration.hours(1),
      username: 'hall-1',
      password,
      ...given,
    };
    new MonitoringStack(stack, 'Monitoring', { cluster: testCluster(stack), uplink: options });
  };

/** Programs that use the structs of routes of alerts. */
export const ALERTING_STRUCTS: StructPrograms = {
  AlertRoute: routing,
  ExpectedSite: (given) => (stack) =>
    void new MonitoringStack(stack, 'Monitoring', {
      cluster: testCluster(stack),
      expectedSites: [{ name: 'hall-1', silentAfter: Duration.hours(1), ...given }],
    }),
  EmailReceiverProps: (given) =>
    receiving(() =>
      AlertReceiver.email('mail', { ...MAIL, username: 'a', password: { name: 's', key: 'k' }, ...given }),
    ),
  MonitoringUplink: uplink,
  UplinkOptions: uplink,
  WebSecurity: (given) => (stack) => {
    const secret = { name: 'web', key: 'web.yml' };
    const webSecurity = { tlsSecret: 'tls', webConfig: secret, password: secret, ...given };
    new MonitoringStack(stack, 'Monitoring', { cluster: testCluster(stack), webSecurity });
  },
  SnsReceiverProps: (given) =>
    receiving(() => AlertReceiver.sns('topic', { topicArn: TOPIC, region: 'eu-central-1', ...given })),
  WeeklyTime: (given) => routing({ muteTimes: [MuteTime.weekly({ timeZone: 'UTC', ...given })] }),
};
