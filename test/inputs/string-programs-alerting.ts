import { AlertReceiver, MonitoringStack, MuteTime } from '../../lib/monitoring';
import { testCluster } from '../support/test-cluster';
import { Given, Program, StructPrograms } from './string-programs-compute';

/** A receiver with one route, which has these properties. */
const routing = (given: Given): Program => {
  return (stack) => {
    const receiver = AlertReceiver.webhook('hook', { url: 'https://hook.example' });
    const alertRoutes = [{ receiver, ...given }];
    new MonitoringStack(stack, 'Monitoring', { cluster: testCluster(stack), alertReceivers: [receiver], alertRoutes });
  };
};

/** Programs that use the structs of routes of alerts. */
export const ALERTING_STRUCTS: StructPrograms = {
  AlertRoute: routing,
  WeeklyTime: (given) => routing({ muteTimes: [MuteTime.weekly({ timeZone: 'UTC', ...given })] }),
};
