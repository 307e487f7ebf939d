import { IGpuNodePool } from '../../core/gpu-node-pool';
import { hasToken } from '../../core/tokens';
import { MANAGED_BY } from '../../kubernetes/managed-by';
import { WhenUnsatisfiable, affinityTermFaults, meansItself, spreadFaults } from '../../kubernetes/pod-placement';
import { TABLED_LABELS } from '../../scheduling/node-label-table';
import { mayHaveLabel } from '../../scheduling/node-labels';
import { Fault, fault } from '../../units/fault';
import { editDistance, nearNames } from '../../units/near-names';
import { allOf } from '../../units/unreadable';
import { PodAdditions } from './pod-additions';

/** Letters that differ in a label that was misspelt. */
const MOST_TYPOS = 4;

const HOSTNAME = 'kubernetes.io/hostname';

/** What decides about where the pods of a deployment may be. */
interface Placed extends PodAdditions {
  readonly nodePool: IGpuNodePool;
  readonly namespace?: string;
}

/**
 * The faults of rules by which pods are placed: their syntax, and labels that no node of the pool has.
 *
 * @internal
 */
export function placementRuleFaults(given: Placed): Fault[] {
  const { podAffinity = [], podAntiAffinity = [], topologySpreadConstraints = [], nodePool } = given;
  const own = allOf(
    () => affinityTermFaults('podAffinity', podAffinity),
    () => affinityTermFaults('podAntiAffinity', podAntiAffinity),
    () => spreadFaults('topologySpreadConstraints', topologySpreadConstraints),
  );
  if (own.length > 0) return own;
  return [
    ...Object.entries({ podAffinity, podAntiAffinity, topologySpreadConstraints }).flatMap(([property, rules]) =>
      rules.flatMap(({ topologyKey }, i) => topologyFaults(`${property}[${i}].topologyKey`, topologyKey, nodePool)),
    ),
  ];
}

function topologyFaults(at: string, key: string, pool: IGpuNodePool): Fault[] {
  if (hasToken(key) || mayHaveLabel(pool, key)) return [];
  const own = Object.keys(pool.nodeLabels).sort().join("', '");
  const known = [...TABLED_LABELS, ...Object.keys(pool.nodeLabels)].filter((each) => mayHaveLabel(pool, each));
  const near = nearNames(key, known, 1).filter((each) => editDistance(key, each) <= MOST_TYPOS);
  const reason =
    `${at} must be a label of the nodes of pool '${pool.poolName}', or no pod meets the rule: '${HOSTNAME}', 'topology.kubernetes.io/zone', or one that ` +
    `the pool sets ('${own}'); got '${key}'` +
    (near.length > 0 ? `, nearest: '${near[0]}'` : '');
  return [fault('UNKNOWN_VALUE', at, reason)];
}

/** Labels that tell zones apart; their values are the same for all nodes of one. */
const ZONE_KEYS = [
  'topology.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/zone',
  'topology.k8s.aws/zone-id',
  'topology.ebs.csi.aws.com/zone',
];

/** Labels of the region, in which all zones of a cluster are. */
const REGION_KEYS = ['topology.kubernetes.io/region', 'failure-domain.beta.kubernetes.io/region'];

/** How many values of a label the nodes of a pool have at most; undefined if that is not known. */
function domainsOf(key: string, pool: IGpuNodePool): number | undefined {
  const { maxNodes, nodeLabels, platformLabels = {}, availabilityZones: zones } = pool;
  if (key === HOSTNAME) return maxNodes;
  if (Object.hasOwn(nodeLabels, key) || Object.hasOwn(platformLabels, key)) return 1;
  if (zones === undefined || hasToken(zones) || zones.length === 0) return undefined;
  if (REGION_KEYS.includes(key)) return 1;
  return ZONE_KEYS.includes(key) ? Math.min(zones.length, maxNodes) : undefined;
}

/**
 * How many pods of a deployment rules allow at once.
 *
 * @internal
 */
export interface PlacementLimits {
  /** On one node. @default - no limit */
  readonly podsPerNode?: number;
  /** On the pool. @default - no limit */
  readonly podsPerPool?: number;
  /** The rule that limits most. */
  readonly rule?: string;
}

/**
 * How many pods of a deployment its rules allow on its pool, as far as it is known: a value that the pool sets is the same on all its nodes,
 * and of zones it has no more than it says.
 *
 * @param given what the user says
 * @param labels the labels that select its pods
 * @param fitting how many pods one node has room for
 *
 * @internal
 */
export function placementLimits(
  given: Placed,
  labels: { readonly [key: string]: string },
  fitting: number,
): PlacementLimits {
  const { nodePool, podLabels, namespace = 'inference' } = given;
  const own = { ...podLabels, ...labels, ...MANAGED_BY };
  const limits: PlacementLimits[] = [
    ...(given.podAntiAffinity ?? []).flatMap((term, i): PlacementLimits[] => {
      const domains = domainsOf(term.topologyKey, nodePool);
      if (domains === undefined || !meansItself(term, own, namespace)) return [];
      const rule = `podAntiAffinity[${i}]`;
      return [{ ...(term.topologyKey === HOSTNAME ? { podsPerNode: 1 } : {}), podsPerPool: domains, rule }];
    }),
    ...(given.podAffinity ?? []).flatMap((term, i): PlacementLimits[] =>
      term.topologyKey === HOSTNAME && meansItself(term, own, namespace)
        ? [{ podsPerPool: fitting, rule: `podAffinity[${i}]` }]
        : [],
    ),
    ...(given.topologySpreadConstraints ?? []).flatMap((each, i): PlacementLimits[] => {
      const domains = domainsOf(each.topologyKey, nodePool);
      const { maxSkew = 1, minDomains = 1 } = each;
      const isHard = each.whenUnsatisfiable === WhenUnsatisfiable.DO_NOT_SCHEDULE;
      if (!isHard || domains === undefined || domains >= minDomains) return [];
      return [{ podsPerPool: domains * maxSkew, rule: `topologySpreadConstraints[${i}]` }];
    }),
  ];
  const least = limits.reduce<PlacementLimits | undefined>(
    (a, b) => (a !== undefined && (a.podsPerPool ?? Infinity) <= (b.podsPerPool ?? Infinity) ? a : b),
    undefined,
  );
  return { ...least, ...(limits.some(({ podsPerNode }) => podsPerNode === 1) ? { podsPerNode: 1 } : {}) };
}

/**
 * Servers that a rule keeps from the nodes for ever.
 *
 * @param limits what the rules allow
 * @param most the most servers that there are
 *
 * @internal
 */
export function placementLimitFaults(
  { nodePool, maxSurge = 0 }: { readonly nodePool: IGpuNodePool; readonly maxSurge?: number },
  { podsPerPool, rule }: PlacementLimits,
  most: number,
): Fault[] {
  if (podsPerPool === undefined || rule === undefined || most + maxSurge <= podsPerPool) return [];
  const count = maxSurge > 0 ? `${most}, and ${maxSurge} more in a rollout (maxSurge)` : String(most);
  const zones = nodePool.availabilityZones;
  const zoned = zones === undefined || hasToken(zones) ? '' : ` in ${zones.length} zone(s)`;
  const reason =
    `${rule} lets at most ${podsPerPool} of the servers run on pool '${nodePool.poolName}', which has at most ${nodePool.maxNodes} node(s)${zoned}; got ${count}; ` +
    'make it a preference, lower the number, or raise maxNodes where each node takes one';
  return [fault('PLACEMENT_RULE_EXCEEDS_POOL', rule, reason)];
}
