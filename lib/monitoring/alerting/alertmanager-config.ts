import { Construct } from 'constructs';
import { duplicateFaults } from '../../units/duplicate-faults';
import { isSensitiveValue } from '../../core/sensitive-value';
import { MetricsTarget } from '../../core/watchable';
import { Fault, fault } from '../../units/fault';
import { AlertReceiver } from './alert-receiver';
import { AlertRoute } from './alert-route';
import { alertRouteFaults, unroutedWarnings } from './alert-route-faults';
import { INHIBIT_RULES } from './inhibit-rules';
import { snsCredentialFaults } from './sns-publisher';
import { muteTimes, routesTo } from './rendered-routes';
import { WATCHDOG } from '../rules/rule-groups';
import { allOf } from '../../units/unreadable';

/** Name of the receiver that drops all alerts. */
const DROPPING_RECEIVER = 'null';

/**
 * The receivers of a monitoring stack, and which alerts they get.
 *
 * @internal
 */
export interface Receivers {
  readonly alertReceivers?: readonly AlertReceiver[];
  readonly alertRoutes?: readonly AlertRoute[];
  readonly heartbeatReceiver?: AlertReceiver;
}

/**
 * All receivers, that of the heartbeat last.
 *
 * @internal
 */
export function allReceivers({ alertReceivers = [], heartbeatReceiver }: Receivers): AlertReceiver[] {
  return [...alertReceivers, ...(heartbeatReceiver ? [heartbeatReceiver] : [])];
}

/** @internal */
export function receiverFaults(receivers: Receivers): Fault[] {
  const { alertReceivers = [], heartbeatReceiver } = receivers;
  const paths = [...alertReceivers.map((_, index) => `alertReceivers[${index}]`), 'heartbeatReceiver'];
  return allOf(
    () =>
      duplicateFaults(
        heartbeatReceiver ? 'alertReceivers and heartbeatReceiver' : 'alertReceivers',
        allReceivers(receivers).map(({ name }) => name),
      ),
    () =>
      allReceivers(receivers).flatMap((receiver, index) =>
        allOf(
          () => nameFaults(`${paths[index]}.name`, receiver.name),
          () => receiver._faults(paths[index]),
        ),
      ),
    () => snsCredentialFaults(allReceivers(receivers), paths),
    () => alertRouteFaults(receivers.alertRoutes, alertReceivers),
  );
}

/**
 * The faults of URLs of receivers that only Terraform knows, and that the program declares to be secrets.
 *
 * @param scope a construct of the program
 *
 * @internal
 */
export function sensitiveUrlFaults(scope: Construct, receivers: Receivers): Fault[] {
  const { alertReceivers = [] } = receivers;
  return allReceivers(receivers).flatMap(({ _url: url }, index) => {
    if (typeof url !== 'string' || !isSensitiveValue(scope, url)) return [];
    const at = index < alertReceivers.length ? `alertReceivers[${index}].url` : 'heartbeatReceiver.url';
    const reason =
      `${at} must not hold a secret, because it becomes part of the state and of the cluster; got a value of Terraform that is declared to be one; ` +
      'put it into a Kubernetes secret, and pass urlSecret';
    return [fault('LITERAL_SECRET', at, reason)];
  });
}

function nameFaults(property: string, name: string): Fault[] {
  if (name === '') return [fault('INVALID_NAME', property, `${property} must not be empty; got ''`)];
  if (name !== DROPPING_RECEIVER) return [];
  return [
    fault(
      'RESERVED',
      property,
      `${property} must not be '${DROPPING_RECEIVER}', the name of the receiver that drops alerts; choose another name`,
    ),
  ];
}

/**
 * The warnings of alerts that nobody is told of. An empty list is a decision; none is an omission.
 *
 * @internal
 */
export function receiverWarnings({ alertReceivers, alertRoutes }: Receivers): Fault[] {
  if (alertReceivers !== undefined) return unroutedWarnings(alertRoutes, alertReceivers);
  return [
    fault(
      'NO_ALERT_RECEIVERS',
      'alertReceivers',
      'nobody is told of alerts, a total outage among them: alertReceivers names none; pass for example ' +
        "AlertReceiver.slack('team', { webhookUrl: { name: 'alerting', key: 'slack' } }), or [] if it is enough that Prometheus shows them",
    ),
  ];
}

/**
 * The text of `alertmanager.yml`: every alert goes to every receiver that has no route, to others by their routes, and
 * is dropped if there is no receiver; the one that always fires goes
 * to that of the heartbeat only. What follows from another alert is held back. It uses only features of Alertmanager 0.25.
 *
 * @param receivers who is told
 * @param targets what is watched @default - nothing: a route for a model is for alerts that name it alone
 *
 * @internal
 */
export function alertmanagerConfig(receivers: Receivers, targets: readonly MetricsTarget[] = []): string {
  const { alertReceivers = [], alertRoutes = [], heartbeatReceiver } = receivers;
  const intervals = muteTimes(alertRoutes);
  const config = {
    route: {
      receiver: DROPPING_RECEIVER,
      group_by: ['alertname', 'job', 'model'],
      group_wait: '30s',
      group_interval: '5m',
      repeat_interval: '4h',
      routes: [
        ...(heartbeatReceiver ? [heartbeatRoute(heartbeatReceiver)] : []),
        ...alertReceivers.map((receiver) => routesTo(receiver, alertRoutes, DROPPING_RECEIVER, targets)),
      ],
    },
    inhibit_rules: INHIBIT_RULES,
    ...(intervals.length > 0 && { time_intervals: intervals }),
    receivers: [{ name: DROPPING_RECEIVER }, ...allReceivers(receivers).map((receiver) => receiver._render())],
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}

/** Sent at once and every five minutes, whether anything changed or not. */
function heartbeatRoute({ name }: AlertReceiver) {
  return {
    receiver: name,
    matchers: [`alertname="${WATCHDOG}"`],
    group_wait: '0s',
    group_interval: '1m',
    repeat_interval: '5m',
  };
}
