import { knownListFaults } from '../../core/text-list';
import { concreteFault } from '../../core/tokens';
import { RolloutRing } from '../../storage/sync/rollout-ring';
import { repeatedIndexes } from '../../units/duplicate-faults';
import { Fault, fault } from '../../units/fault';
import { allOf } from '../../units/unreadable';
import { HybridTopologyProps } from './hybrid-topology-props';

/** Namespace of a `ModelRollout` that does not say otherwise. */
const ROLLOUTS = 'inference';

/**
 * Rings with their sites, as `ModelRollout` takes them; without sites that are revoked, and without rings that have no other.
 *
 * @internal
 */
export function ringsOf({ sites, rings }: HybridTopologyProps): RolloutRing[] {
  const active = sites.filter(({ revoked }) => !revoked);
  const names = rings ?? [...new Set(active.flatMap(({ ring }) => ring ?? []))];
  return names
    .map((name) => ({ name, sites: active.filter(({ ring }) => ring === name).map(({ site }) => site) }))
    .filter((each) => each.sites.length > 0);
}

/**
 * Who reaches the Prometheus of the cloud: rollouts ask it, where sites are in rings.
 *
 * @internal
 */
export function readersOf(given: readonly string[] = [], { sites }: HybridTopologyProps): string[] {
  const asks = sites.some(({ ring }) => ring !== undefined);
  return asks && !given.includes(ROLLOUTS) ? [...given, ROLLOUTS] : [...given];
}

/**
 * What is wrong with the rings of sites.
 *
 * @internal
 */
export function ringFaults({ sites, rings, hub }: HybridTopologyProps): Fault[] {
  const why = 'channels are named after it';
  const noList = rings === undefined ? [] : knownListFaults('rings', rings, why);
  const unknown = allOf(
    () => (noList.length > 0 ? noList : concreteFault('rings', rings, why)),
    () => sites.flatMap(({ ring }, i) => concreteFault(`sites[${i}].ring`, ring, why)),
  );
  if (unknown.length > 0) return unknown;
  return allOf(
    () =>
      sites.flatMap(({ ring, sync }, i) => {
        if (ring === undefined || sync !== undefined) return [];
        const reason = `sites[${i}].ring is '${ring}', but its models do not come by a channel; give sync, or leave ring out`;
        return [fault('CONFLICTING_PROPERTIES', `sites[${i}].ring`, reason)];
      }),
    () => {
      if (hub !== undefined || sites.every(({ ring }) => ring === undefined)) return [];
      const reason =
        'sites are in rings, but write to no hub, which is asked how they do before the next ring gets a release; give hub';
      return [fault('MISSING_PROPERTY', 'hub', reason)];
    },
    () => (rings === undefined ? [] : namedFaults(rings, sites)),
  );
}

function namedFaults(rings: readonly string[], sites: HybridTopologyProps['sites']): Fault[] {
  if (rings.length === 0)
    return [fault('EMPTY_LIST', 'rings', 'rings is empty; name the rings of the sites, or leave it out')];
  return allOf(
    () =>
      repeatedIndexes(rings).map((i) =>
        fault('DUPLICATE', `rings[${i}]`, `rings has '${rings[i]}' twice; remove one of the two`),
      ),
    () =>
      rings.flatMap((name, i) => {
        if (sites.some(({ ring }) => ring === name)) return [];
        const reason = `rings[${i}] '${name}' has no site; remove it, or put a site into it`;
        return [fault('EMPTY_LIST', `rings[${i}]`, reason)];
      }),
    () =>
      sites.flatMap(({ ring }, i) => {
        if (ring === undefined || rings.includes(ring)) return [];
        const all = rings.map((each) => `'${each}'`).join(', ');
        const reason = `sites[${i}].ring must be one of ${all}; got '${ring}'`;
        return [fault('UNKNOWN_VALUE', `sites[${i}].ring`, reason)];
      }),
  );
}
