import { knownListFaults } from '../../core/text-list';
import { concreteFault } from '../../core/tokens';
import { duplicateFaults } from '../../units/duplicate-faults';
import { Duration } from '../../units/duration';
import { Fault, fault } from '../../units/fault';
import { givenValue } from '../../units/number-faults';
import { nearNames } from '../../units/near-names';
import { allOf } from '../../units/unreadable';
import { AlertSeverity } from '../rules/alert-severity';
import { WATCHDOG } from '../rules/rule-groups';
import { AlertReceiver } from './alert-receiver';
import { AlertRoute } from './alert-route';
import { isAlwaysMute } from './mute-time';

const WHY = 'the configuration of Alertmanager is made from it';
/** @see https://prometheus.io/docs/concepts/data_model/: label names */
const LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const ALWAYS_MUTE =
  'each receiver of alertReceivers has routes, and those for all critical alerts are mute in every minute of the week, so that nobody is told of them; ' +
  'give muteTimes days and hours in which alerts are not to wake anybody, or add a receiver without a route';
/** Of the group_interval of all routes, and of `--data.retention` of Alertmanager by default. */
const [LEAST, MOST] = [Duration.minutes(5), Duration.hours(120)];

/**
 * What is wrong with routes, beside their receivers themselves.
 *
 * @internal
 */
export function alertRouteFaults(
  routes: readonly AlertRoute[] = [],
  receivers: readonly AlertReceiver[] = [],
): Fault[] {
  return routes.flatMap((route, index) => {
    const at = `alertRoutes[${index}]`;
    const { severities, alerts, namespaces, models, groupBy, muteTimes = [] } = route;
    return allOf(
      () => unreachedFaults(at, route, routes.slice(0, index)),
      () => receiverFaults(`${at}.receiver`, route.receiver, receivers),
      ...Object.entries({ severities, alerts, namespaces, models }).map(
        ([property, list]) =>
          () =>
            matchedFaults(`${at}.${property}`, list),
      ),
      () => labelFaults(`${at}.labels`, route.labels),
      () => groupFaults(`${at}.groupBy`, groupBy),
      () => repeatFaults(`${at}.repeatInterval`, route.repeatInterval),
      () => muteTimes.flatMap((time, i) => time._faults(`${at}.muteTimes[${i}]`)),
      () =>
        duplicateFaults(
          `${at}.muteTimes`,
          muteTimes.map((time) => String(time)),
        ),
    );
  });
}

/**
 * The faults of routes for alerts that nothing raises: their receiver would wait for them in vain. Where nothing is watched, a warning says so.
 *
 * @param routes the routes
 * @param raised names of the alerts that the rules raise
 *
 * @internal
 */
export function unraisedAlertFaults(routes: readonly AlertRoute[] = [], raised: readonly string[]): Fault[] {
  // It goes to the receiver of the heartbeat alone.
  const known = raised.filter((name) => name !== WATCHDOG);
  if (known.length === 0) return [];
  return routes.flatMap(({ alerts = [] }, route) =>
    alerts.flatMap((name, i) => {
      if (known.includes(name)) return [];
      const at = `alertRoutes[${route}].alerts[${i}]`;
      const why = name === WATCHDOG ? ', which goes to heartbeatReceiver alone' : '';
      const reason =
        `${at} must be an alert that what is watched raises; got ${givenValue(name)}${why}; nearest: ${nearNames(name, known).join(', ')}; ` +
        `raised here: ${known.join(', ')}; the alerts of another Prometheus are named by labels: { alertname: '...' }`;
      return [fault('ALERT_NEVER_RAISED', at, reason)];
    }),
  );
}

/**
 * The faults of routes for models that nothing serves: their receiver would wait for them in vain. Where nothing that serves models is watched, a
 * warning says so.
 *
 * @param routes the routes
 * @param served names of the models that what is watched serves
 *
 * @internal
 */
export function unservedModelFaults(routes: readonly AlertRoute[] = [], served: readonly string[]): Fault[] {
  const known = [...new Set(served)].sort();
  if (known.length === 0) return [];
  return routes.flatMap(({ models = [] }, route) =>
    models.flatMap((name, i) => {
      if (known.includes(name)) return [];
      const at = `alertRoutes[${route}].models[${i}]`;
      const reason =
        `${at} must be a model that what is watched serves; got ${givenValue(name)}; nearest: ${nearNames(name, known).join(', ')}; ` +
        `served here: ${known.join(', ')}; the models of another Prometheus are named by labels: { model: '...' }`;
      return [fault('UNKNOWN_VALUE', at, reason)];
    }),
  );
}

function asksForNothing({ severities, alerts, namespaces, models, labels = {} }: AlertRoute): boolean {
  return (
    [severities, alerts, namespaces, models].every((list) => list === undefined) && Object.keys(labels).length === 0
  );
}

/** A receiver is told by the first of its routes that is for an alert. */
function unreachedFaults(at: string, { receiver }: AlertRoute, before: readonly AlertRoute[]): Fault[] {
  const first = before.findIndex((route) => route.receiver === receiver && asksForNothing(route));
  if (first < 0) return [];
  const reason =
    `${at} is for no alert: alertRoutes[${first}] of the same receiver '${receiver.name}' is for all, and a receiver is told by the first of its ` +
    `routes that is for an alert; put alertRoutes[${first}] after it, or leave one of them out`;
  return [fault('ROUTE_NEVER_REACHED', at, reason)];
}

/**
 * The warning of critical alerts that no receiver gets whatever they are about.
 *
 * @internal
 */
export function unroutedWarnings(
  routes: readonly AlertRoute[] = [],
  receivers: readonly AlertReceiver[] = [],
): Fault[] {
  const hasRoute = (receiver: AlertReceiver) => routes.some((route) => route.receiver === receiver);
  const isForAll = (route: AlertRoute) =>
    (route.severities ?? [AlertSeverity.CRITICAL]).includes(AlertSeverity.CRITICAL) &&
    asksForNothing({ ...route, severities: undefined });
  const forAll = routes.filter(isForAll);
  const isToldAtTimes = forAll.some(({ muteTimes = [] }) => !isAlwaysMute(muteTimes));
  if (receivers.length === 0 || !receivers.every(hasRoute) || isToldAtTimes) return [];
  if (forAll.length > 0) return [fault('ALERTS_ROUTED_NOWHERE', 'alertRoutes', ALWAYS_MUTE)];
  const reason =
    'each receiver of alertReceivers has routes, and no route is for all critical alerts, so that nobody is told of one that none of them matches; ' +
    'add a receiver without a route, or a route with severities: [AlertSeverity.CRITICAL] and nothing else that it asks for';
  return [fault('ALERTS_ROUTED_NOWHERE', 'alertRoutes', reason)];
}

function receiverFaults(property: string, receiver: AlertReceiver, receivers: readonly AlertReceiver[]): Fault[] {
  if (receivers.includes(receiver)) return [];
  const known = receivers.map(({ name }) => `'${name}'`).join(', ') || 'none';
  const reason = `${property} must be one of alertReceivers (${known}); got the receiver '${receiver.name}'; add it to alertReceivers`;
  return [fault('UNKNOWN_VALUE', property, reason)];
}

function matchedFaults(property: string, list: readonly string[] | undefined): Fault[] {
  const unknown = textFaults(property, list);
  if (unknown.length > 0 || list === undefined) return unknown;
  if (list.length > 0)
    return [...list.flatMap((each, i) => emptyFaults(`${property}[${i}]`, each)), ...duplicateFaults(property, list)];
  const reason = `${property} must name at least one, or be left out for all; got []: the route would be for no alert`;
  return [fault('EMPTY_LIST', property, reason)];
}

function textFaults(property: string, list: readonly string[] | undefined): Fault[] {
  const unknown = knownListFaults(property, list, WHY);
  if (unknown.length > 0 || list === undefined) return unknown;
  return list.flatMap((each, i) => concreteFault(`${property}[${i}]`, each, WHY));
}

function emptyFaults(property: string, text: string): Fault[] {
  if (text !== '') return [];
  return [fault('INVALID_NAME', property, `${property} must not be empty; got '': leave out what may be anything`)];
}

function labelFaults(property: string, labels: AlertRoute['labels'] = {}): Fault[] {
  const unknown = concreteFault(property, labels, WHY);
  if (unknown.length > 0) return unknown;
  return Object.entries(labels).flatMap(([name, value]) => [
    ...labelNameFaults(`${property}['${name}']`, name),
    ...emptyFaults(`${property}['${name}']`, value),
  ]);
}

function labelNameFaults(property: string, name: string): Fault[] {
  if (LABEL.test(name)) return [];
  const reason = `${property} must be the name of a label (letters, digits and '_', not beginning with a digit); got ${givenValue(name)}`;
  return [fault('INVALID_NAME', property, reason)];
}

function groupFaults(property: string, groupBy: readonly string[] | undefined): Fault[] {
  const unknown = textFaults(property, groupBy);
  if (unknown.length > 0 || groupBy === undefined) return unknown;
  return [
    ...groupBy.flatMap((each, i) => labelNameFaults(`${property}[${i}]`, each)),
    ...duplicateFaults(property, groupBy),
  ];
}

function repeatFaults(property: string, interval: Duration | undefined): Fault[] {
  const seconds = interval?.toSeconds();
  if (seconds === undefined) return [];
  if (Number.isInteger(seconds) && seconds >= LEAST.toSeconds() && seconds <= MOST.toSeconds()) return [];
  const reason = `${property} must be whole seconds from 5 minutes to 120 hours; got ${interval}`;
  return [fault('OUT_OF_RANGE', property, reason)];
}
