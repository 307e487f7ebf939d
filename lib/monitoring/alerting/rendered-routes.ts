import { AlertReceiver } from './alert-receiver';
import { AlertRoute } from './alert-route';

/** Special in regular expressions of Go. */
const SPECIAL = /[\\.+*?()|[\]{}^$]/g;

/**
 * The routes to a receiver: everything if it has none of its own, else the first of its own that is for an alert.
 *
 * @param receiver the receiver
 * @param routes routes of all receivers
 * @param nobody name of the receiver of what none of its routes is for
 *
 * @internal
 */
export function routesTo(receiver: AlertReceiver, routes: readonly AlertRoute[], nobody: string): object {
  const its = routes.filter((route) => route.receiver === receiver);
  if (its.length === 0) return { receiver: receiver.name, continue: true };
  return { receiver: nobody, continue: true, routes: its.map(rendered) };
}

/**
 * The times in which routes are mute, each once.
 *
 * @internal
 */
export function muteTimes(routes: readonly AlertRoute[]): object[] {
  const times = routes.flatMap((route) => route.muteTimes ?? []);
  return [...new Map(times.map((time) => [String(time), time._render()])).values()];
}

function rendered(route: AlertRoute): object {
  const { receiver, severities, alerts, namespaces, models, labels = {}, groupBy, repeatInterval } = route;
  const lists = { severity: severities, alertname: alerts, namespace: namespaces, model: models };
  const matchers = [
    ...Object.entries(lists).flatMap(([label, values]) => (values ? [matcher(label, values)] : [])),
    ...Object.entries(labels).map(([label, value]) => matcher(label, [value])),
  ];
  return {
    receiver: receiver.name,
    ...(matchers.length > 0 && { matchers }),
    ...(groupBy && { group_by: groupBy }),
    ...(repeatInterval && { repeat_interval: `${repeatInterval.toSeconds()}s` }),
    ...(route.muteTimes?.length && { mute_time_intervals: route.muteTimes.map((time) => String(time)) }),
  };
}

/** A matcher of Alertmanager, whose regular expressions are of the whole value. */
function matcher(label: string, values: readonly string[]): string {
  if (values.length === 1) return `${label}=${quoted(values[0])}`;
  return `${label}=~${quoted(values.map((value) => value.replace(SPECIAL, '\\$&')).join('|'))}`;
}

/** Alertmanager unescapes `\"`, `\\` and `\n`, and nothing else. */
function quoted(value: string): string {
  return `"${value.replace(/[\\"]/g, '\\$&').replace(/\n/g, '\\n')}"`;
}
