import { MetricsTarget } from '../../core/watchable';
import { isOfCluster } from '../indicators/selectors';
import { AlertReceiver } from './alert-receiver';
import { AlertRoute } from './alert-route';

/** Special in regular expressions of Go. */
const SPECIAL = /[\\.+*?()|[\]{}^$]/g;

/** A label that no alert has: an empty `group_by` would be that of the parent, and names that begin with `__` are Prometheus's own. */
const NO_LABEL = '__all_in_one__';

/**
 * The routes to a receiver: everything if it has none of its own, else the first of its own that is for an alert.
 *
 * @param receiver the receiver
 * @param routes routes of all receivers
 * @param nobody name of the receiver of what none of its routes is for
 * @param targets what is watched: a route for a model is for the jobs that serve it, too
 *
 * @internal
 */
export function routesTo(
  receiver: AlertReceiver,
  routes: readonly AlertRoute[],
  nobody: string,
  targets: readonly MetricsTarget[],
): object {
  const its = routes.filter((route) => route.receiver === receiver);
  if (its.length === 0) return { receiver: receiver.name, continue: true };
  return { receiver: nobody, continue: true, routes: its.flatMap((route) => rendered(route, jobsOf(route, targets))) };
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

/** The jobs that serve a model of a route, in alphabetical order. */
function jobsOf({ models = [] }: AlertRoute, targets: readonly MetricsTarget[]): string[] {
  const serving = targets.filter(
    (target) => !isOfCluster(target) && target.models.some((name) => models.includes(name)),
  );
  return serving.map(({ jobName }) => jobName).sort();
}

/** An alert of a whole job has no model where the job serves several: it is about each of them. */
function rendered(route: AlertRoute, jobs: readonly string[]): object[] {
  const ofModels = rendering(route, route.models ? [matcher('model', route.models)] : []);
  return jobs.length > 0 ? [ofModels, rendering(route, [matcher('model', ['']), matcher('job', jobs)])] : [ofModels];
}

function rendering(route: AlertRoute, ofModels: readonly string[]): object {
  const { receiver, severities, alerts, namespaces, labels = {}, groupBy, repeatInterval } = route;
  const lists = { severity: severities, alertname: alerts, namespace: namespaces };
  const matchers = [
    ...Object.entries(lists).flatMap(([label, values]) => (values ? [matcher(label, values)] : [])),
    ...ofModels,
    ...Object.entries(labels).map(([label, value]) => matcher(label, [value])),
  ];
  return {
    receiver: receiver.name,
    ...(matchers.length > 0 && { matchers }),
    ...(groupBy && { group_by: groupBy.length > 0 ? groupBy : [NO_LABEL] }),
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
