import { Fault, fault } from '../units/fault';
import { wholeNumberFault } from '../units/number-faults';
import { allOf } from '../units/unreadable';
import { duplicateFaults } from '../units/duplicate-faults';
import { knownListFaults } from '../core/text-list';
import { hasToken } from '../core/tokens';
import { keyFaults, labelSyntaxFaults } from './label-syntax';
import { objectNameFaults } from './object-name';

/**
 * Pods that others are to be near, or away from.
 *
 * @see https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#inter-pod-affinity-and-anti-affinity
 */
export interface PodAffinityTerm {
  /** Label of nodes: those with the same value of it are one place, e.g. `kubernetes.io/hostname` or `topology.kubernetes.io/zone`. */
  readonly topologyKey: string;
  /** Labels of the other pods, all of them. @default - those of the deployment's own pods */
  readonly matchLabels?: { [key: string]: string };
  /** Namespaces of the other pods. @default - that of the deployment */
  readonly namespaces?: string[];
  /** How much it counts where it is only preferred, from 1 to 100. @default - it is required: pods for which no node meets it wait */
  readonly weight?: number;
}

/** What becomes of a pod that would be spread worse than it may. */
export enum WhenUnsatisfiable {
  /** It waits. */
  DO_NOT_SCHEDULE = 'DoNotSchedule',
  /** It goes where it makes the spread least uneven. */
  SCHEDULE_ANYWAY = 'ScheduleAnyway',
}

/**
 * How the pods of a deployment are spread. Each revision is spread by itself.
 *
 * @see https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/
 */
export interface TopologySpreadConstraint {
  /** Label of nodes: those with the same value of it are one domain, e.g. `topology.kubernetes.io/zone`. */
  readonly topologyKey: string;
  /** Pods that a domain may have more than the one with the fewest, at least 1. @default 1 */
  readonly maxSkew?: number;
  /** What becomes of a pod that would be spread worse. @default WhenUnsatisfiable.SCHEDULE_ANYWAY */
  readonly whenUnsatisfiable?: WhenUnsatisfiable;
  /** Domains that there must be, at least 1: with fewer, each takes at most `maxSkew` pods. For `DO_NOT_SCHEDULE` alone. @default 1 */
  readonly minDomains?: number;
}

/**
 * The faults of terms of a pod affinity or anti-affinity.
 *
 * @internal
 */
export function affinityTermFaults(property: string, terms: readonly PodAffinityTerm[] = []): Fault[] {
  return terms.flatMap(({ topologyKey, matchLabels, namespaces = [], weight }, i) => {
    const at = `${property}[${i}]`;
    return allOf(
      () => keyFaults(`${at}.topologyKey`, 'label', topologyKey),
      () => labelSyntaxFaults(`${at}.matchLabels`, matchLabels),
      () => emptyFaults(`${at}.matchLabels`, matchLabels),
      () => knownListFaults(`${at}.namespaces`, namespaces, 'the terms are checked'),
      () =>
        hasToken(namespaces) ? [] : namespaces.flatMap((each, k) => objectNameFaults(`${at}.namespaces[${k}]`, each)),
      () => wholeNumberFault(`${at}.weight`, weight, 1, 100),
    );
  });
}

function emptyFaults(at: string, labels: { [key: string]: string } | undefined): Fault[] {
  if (labels === undefined || Object.keys(labels).length > 0) return [];
  return [
    fault(
      'EMPTY_LIST',
      at,
      `${at} must have at least one label, because without any it means every pod; leave it out for the deployment's own pods`,
    ),
  ];
}

/**
 * The faults of constraints of a spread.
 *
 * @internal
 */
export function spreadFaults(property: string, constraints: readonly TopologySpreadConstraint[] = []): Fault[] {
  return allOf(
    () =>
      duplicateFaults(
        property,
        constraints.map(
          ({ topologyKey, whenUnsatisfiable }) =>
            `${topologyKey} ${whenUnsatisfiable ?? WhenUnsatisfiable.SCHEDULE_ANYWAY}`,
        ),
      ),
    () =>
      constraints.flatMap(({ topologyKey, maxSkew, minDomains, whenUnsatisfiable }, i) => {
        const at = `${property}[${i}]`;
        return allOf(
          () => keyFaults(`${at}.topologyKey`, 'label', topologyKey),
          () => wholeNumberFault(`${at}.maxSkew`, maxSkew, 1),
          () => wholeNumberFault(`${at}.minDomains`, minDomains, 1),
          () => {
            if (minDomains === undefined || whenUnsatisfiable === WhenUnsatisfiable.DO_NOT_SCHEDULE) return [];
            const reason = `${at}.minDomains is for WhenUnsatisfiable.DO_NOT_SCHEDULE alone; give that, or remove it`;
            return [fault('CONFLICTING_PROPERTIES', `${at}.minDomains`, reason)];
          },
        );
      }),
  );
}

/**
 * An affinity as the Kubernetes provider takes it; nothing where there is none.
 *
 * @param own labels and namespace of the pods
 *
 * @internal
 */
export function podAffinity(
  near: readonly PodAffinityTerm[] = [],
  away: readonly PodAffinityTerm[] = [],
  own: { readonly [key: string]: string },
) {
  if (near.length + away.length === 0) return undefined;
  return {
    ...(near.length > 0 ? { podAffinity: affinityTerms(near, own) } : {}),
    ...(away.length > 0 ? { podAntiAffinity: affinityTerms(away, own) } : {}),
  };
}

function affinityTerms(terms: readonly PodAffinityTerm[], own: { readonly [key: string]: string }) {
  const termOf = ({ topologyKey, matchLabels, namespaces }: PodAffinityTerm) => ({
    topologyKey,
    labelSelector: [{ matchLabels: { ...(matchLabels ?? own) } }],
    ...(namespaces === undefined ? {} : { namespaces }),
  });
  const required = terms.filter(({ weight }) => weight === undefined).map(termOf);
  const preferred = terms.flatMap((term) =>
    term.weight === undefined ? [] : [{ weight: term.weight, podAffinityTerm: termOf(term) }],
  );
  return {
    ...(required.length > 0 ? { requiredDuringSchedulingIgnoredDuringExecution: required } : {}),
    ...(preferred.length > 0 ? { preferredDuringSchedulingIgnoredDuringExecution: preferred } : {}),
  };
}

/**
 * Constraints of a spread as the Kubernetes provider takes them.
 *
 * @param own labels of the pods
 *
 * @internal
 */
export function topologySpread(
  constraints: readonly TopologySpreadConstraint[] | undefined,
  own: { [key: string]: string },
) {
  const labelSelector = [{ matchLabels: own }];
  if (constraints === undefined) {
    return ['kubernetes.io/hostname', 'topology.kubernetes.io/zone'].map((topologyKey) => ({
      ...{ maxSkew: 1, topologyKey, whenUnsatisfiable: WhenUnsatisfiable.SCHEDULE_ANYWAY, labelSelector },
    }));
  }
  return constraints.map(
    ({ topologyKey, maxSkew = 1, whenUnsatisfiable = WhenUnsatisfiable.SCHEDULE_ANYWAY, minDomains }) => ({
      ...{ maxSkew, topologyKey, whenUnsatisfiable, labelSelector },
      // The pods of the revision that is replaced do not count.
      matchLabelKeys: ['pod-template-hash'],
      ...(minDomains === undefined ? {} : { minDomains }),
    }),
  );
}

/**
 * Whether a required term of pods means pods themselves.
 *
 * @param own their labels
 * @param namespace their namespace
 *
 * @internal
 */
export function meansItself(
  term: PodAffinityTerm,
  own: { readonly [key: string]: string },
  namespace: string,
): boolean {
  const { matchLabels = {}, namespaces, weight } = term;
  if (weight !== undefined || hasToken(matchLabels) || hasToken(namespaces)) return false;
  const isThere = namespaces === undefined || namespaces.length === 0 || namespaces.includes(namespace);
  return isThere && Object.entries(matchLabels).every(([key, value]) => own[key] === value);
}
