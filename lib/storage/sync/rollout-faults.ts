import { ALERT_NAMES } from '../../catalog/alert-names';
import { entered } from '../../core/cluster-ledger';
import { concreteFault, hasToken } from '../../core/tokens';
import { Duration } from '../../units/duration';
import { duplicateFaults } from '../../units/duplicate-faults';
import { Fault, fault } from '../../units/fault';
import { givenValue, shareFault, wholeAmountFault } from '../../units/number-faults';
import { allOf } from '../../units/unreadable';
import { ModelRolloutProps } from './model-rollout-props';
import { ChosenNames, releaseFaults } from './release-faults';
import { hubFaults } from './rollout-hub';
import { RolloutRing } from './rollout-ring';
import { wordFaults, wordListFaults } from './sync-place';

/** Kind of entry of rollouts in the ledger of a store. @internal */
export const ROLLOUT_ENTRY = 'model rollout';
/** Alerts wait for up to 15 minutes before they fire, so that after less nothing is known. */
const LEAST_SOAK = Duration.minutes(15);
const MOST = Duration.hours(90 * 24);
const MOST_POLL = Duration.minutes(5);

/**
 * Alerts about the servers of a model and about its sync. Not among them is `ModelSyncLate`: it fires of a site that was cut off, which is no fault of what is
 * released; what does not come ends by `ringTimeout`.
 *
 * @internal
 */
export const DEFAULT_ALERTS: readonly string[] = [
  ...['ContainerOutOfMemory', 'HighLatency', 'ModelNotLoaded', 'ModelSyncRefused', 'NoServerAnswers', 'NoTokens'],
  ...['RequestsFail', 'RequestsRejected', 'ServerRestarts'],
];

/** What is not given. @internal */
export const ROLLOUT_DEFAULTS = {
  soak: Duration.hours(1),
  minimumUpdated: 0.9,
  ringTimeout: Duration.hours(8 * 24),
  pollInterval: Duration.seconds(30),
};

/** @internal */
export function rolloutFaults(props: ModelRolloutProps, names: ChosenNames): Fault[] {
  const { rings, hub, alerts, customAlerts, minimumUpdated } = props;
  return allOf(
    () => releaseFaults({ ...props, sites: undefined }, names),
    () => ringFaults(rings),
    () => hubFaults(hub),
    () => timeFaults(props),
    () => concreteFault('minimumUpdated', minimumUpdated, 'it is compared with the sites of a ring'),
    () => shareFault('minimumUpdated', minimumUpdated),
    () => alertFaults(alerts),
    () => customFaults(customAlerts),
  );
}

/**
 * The fault of a second rollout of the same channels: each would end the other's.
 *
 * @internal
 */
export function secondRolloutFaults({ modelStore, model }: ModelRolloutProps, channel: string): Fault[] {
  const other = entered<string>(modelStore, ROLLOUT_ENTRY, `${model}/${channel}`)[0]?.value;
  if (other === undefined) return [];
  const reason = `channel '${channel}' of '${model}' has the rollout '${other}' already; change the version and the number of that one, or give this one another channel`;
  return [fault('DUPLICATE', 'channel', reason)];
}

function ringFaults(rings: readonly RolloutRing[]): Fault[] {
  if (rings.length === 0) {
    return [
      fault('EMPTY_LIST', 'rings', 'rings must have at least one ring, or no site would get the release; got []'),
    ];
  }
  const wrong = allOf(
    ...rings.map(
      ({ name, sites }, index) =>
        () =>
          oneRingFaults(`rings[${index}]`, name, sites),
    ),
  );
  if (wrong.length > 0) return wrong;
  return allOf(
    () =>
      duplicateFaults(
        'rings',
        rings.map(({ name }) => name),
      ),
    () => twoRingsFaults(rings),
  );
}

function oneRingFaults(at: string, name: string, sites: readonly string[]): Fault[] {
  return allOf(
    () => concreteFault(`${at}.name`, name, 'names of channels are made of it'),
    () => wordFaults(`${at}.name`, name),
    () => wordListFaults(`${at}.sites`, sites),
    () => {
      if (hasToken(sites) || sites.length > 0) return [];
      const reason = `${at}.sites must name at least one site, or the ring '${name}' could never pass; add its sites, or leave the ring out`;
      return [fault('EMPTY_LIST', `${at}.sites`, reason)];
    },
  );
}

/** A site follows one channel. */
function twoRingsFaults(rings: readonly RolloutRing[]): Fault[] {
  const first = new Map<string, number>();
  return rings.flatMap(({ name, sites }, index) =>
    sites.flatMap((site, at) => {
      const other = first.get(site) ?? index;
      first.set(site, other);
      if (other === index) return [];
      const reason = `rings[${index}].sites[${at}] '${site}' is in ring '${rings[other].name}' and in ring '${name}', but a site follows one channel; leave it in one of them`;
      return [fault('DUPLICATE', `rings[${index}].sites[${at}]`, reason)];
    }),
  );
}

function timeFaults({ rings, soak, ringTimeout, pollInterval }: ModelRolloutProps): Fault[] {
  const soaks = [
    { at: 'soak', soak: soak ?? ROLLOUT_DEFAULTS.soak },
    ...rings.map((ring, index) => ({ at: `rings[${index}].soak`, soak: ring.soak })),
  ];
  const given = { ringTimeout, pollInterval };
  const unknown = [
    ...soaks.flatMap((each) => concreteFault(each.at, each.soak?.toSeconds(), 'times are compared at synthesis')),
    ...Object.entries(given).flatMap(([at, time]) =>
      concreteFault(at, time?.toSeconds(), 'times are compared at synthesis'),
    ),
  ];
  if (unknown.length > 0) return unknown;
  const wrong = soaks.flatMap((each) => (each.soak ? soakFaults(each.at, each.soak) : []));
  const longest = Math.max(...soaks.map((each) => each.soak?.toSeconds() ?? 0));
  return [
    ...wrong,
    ...(ringTimeout && wrong.length === 0 ? seconds('ringTimeout', ringTimeout, longest + 1, MOST.toSeconds()) : []),
    ...(pollInterval ? seconds('pollInterval', pollInterval, 1, MOST_POLL.toSeconds()) : []),
    ...(ringTimeout === undefined && wrong.length === 0 && longest >= ROLLOUT_DEFAULTS.ringTimeout.toSeconds()
      ? [
          fault(
            'OUT_OF_RANGE',
            'ringTimeout',
            `ringTimeout must be longer than the longest soak, ${longest} seconds; it is ${ROLLOUT_DEFAULTS.ringTimeout} unless it is given; give it`,
          ),
        ]
      : []),
  ];
}

function soakFaults(at: string, soak: Duration): Fault[] {
  const value = soak.toSeconds();
  if (Number.isInteger(value) && value >= LEAST_SOAK.toSeconds() && value <= MOST.toSeconds()) return [];
  const reason = `${at} must be whole seconds from ${LEAST_SOAK} to ${MOST}, because alerts wait for up to ${LEAST_SOAK} before they fire; got ${soak}`;
  return [fault('OUT_OF_RANGE', at, reason)];
}

function seconds(at: string, time: Duration, least: number, most: number): Fault[] {
  return wholeAmountFault(at, time.toSeconds(), 'seconds', String(time), least, most);
}

function alertFaults(alerts: readonly string[] | undefined): Fault[] {
  if (alerts === undefined) return [];
  const unknown = concreteFault('alerts', alerts, 'they are compared with those of this library');
  if (unknown.length > 0) return unknown;
  const wrong = alerts.filter((name) => !ALERT_NAMES.includes(name));
  if (wrong.length === 0) return duplicateFaults('alerts', [...alerts]);
  const reason =
    `alerts must be names of alerts of this library, such as ${DEFAULT_ALERTS.slice(0, 3).join(', ')} (docs/alerts lists them all); got ` +
    `${wrong.map((name) => givenValue(name)).join(', ')}; correct them, or give alerts of your own rules as customAlerts`;
  return [fault('UNKNOWN_VALUE', 'alerts', reason)];
}

function customFaults(alerts: readonly string[] | undefined): Fault[] {
  if (alerts === undefined) return [];
  const unknown = concreteFault('customAlerts', alerts, 'a query is made of them');
  if (unknown.length > 0) return unknown;
  return allOf(
    () =>
      alerts.flatMap((name, index) => {
        if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return [];
        const reason = `customAlerts[${index}] must be letters, digits and '_', because a query is made of it; got ${givenValue(name)}`;
        return [fault('INVALID_NAME', `customAlerts[${index}]`, reason)];
      }),
    () => duplicateFaults('customAlerts', [...alerts]),
  );
}
