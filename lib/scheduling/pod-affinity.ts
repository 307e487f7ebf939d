import { Attributes } from '../core/resolved-value';
import { singleBlock as one } from '../kubernetes/object-attributes';

/** Label by which each node is a domain of its own. */
const HOSTNAME = 'kubernetes.io/hostname';

/**
 * A required term of a pod affinity or anti-affinity, as far as it names pods by whole labels that are known at synthesis.
 *
 * @internal
 */
export interface PodTerm {
  /** Label of nodes whose value makes a domain. */
  readonly topologyKey: string;
  /** Labels that the pods it means have; without any it means all of them. */
  readonly labels: { readonly [key: string]: string };
  /** Namespaces of the pods that it means. */
  readonly namespaces: readonly string[];
}

/**
 * What pods ask of other pods near them.
 *
 * @internal
 */
export interface PodRelations {
  /** Labels of the pods themselves. @default - none are known */
  readonly labels?: { readonly [key: string]: string };
  /** Whether they have labels that only Terraform knows. @default false */
  readonly hasLaterLabels?: boolean;
  /** Terms that there must be pods of in the same domain. @default - none */
  readonly near?: readonly PodTerm[];
  /** Terms that there must be no pods of in the same domain. @default - none */
  readonly away?: readonly PodTerm[];
}

/**
 * The relations that the template of a pod declares. Terms by expressions, or by namespaces that are selected, are left out: they may mean any pod.
 *
 * @param template the template, resolved
 * @param namespace namespace of its pods
 *
 * @internal
 */
export function podRelations({ metadata, spec }: Attributes, namespace: string): PodRelations {
  const { labels = {} } = one(metadata);
  const isLater = hasExpression(labels);
  const affinity = one(one(spec).affinity);
  const terms = (kind: string): PodTerm[] =>
    many(one(affinity[kind]).required_during_scheduling_ignored_during_execution).flatMap((term) =>
      termOf(term, namespace),
    );
  return {
    labels: isLater ? {} : (labels as { [key: string]: string }),
    hasLaterLabels: isLater,
    near: terms('pod_affinity'),
    away: terms('pod_anti_affinity'),
  };
}

function termOf(term: Attributes, namespace: string): PodTerm[] {
  const { topology_key: topologyKey, label_selector: selector, namespaces, namespace_selector: selected } = term;
  const { match_labels: labels = {}, match_expressions: expressions } = one(selector);
  const isKnown = many(selector).length > 0 && many(expressions).length === 0 && many(selected).length === 0;
  if (!isKnown || hasExpression([topologyKey, labels, namespaces])) return [];
  const named = (namespaces ?? []) as string[];
  return [
    {
      topologyKey: String(topologyKey),
      labels: labels as { [key: string]: string },
      namespaces: named.length > 0 ? named : [namespace],
    },
  ];
}

/**
 * Whether a term means pods, as far as it is known.
 *
 * @param name of the pods, with their namespace, e.g. `inference/chat`
 *
 * @internal
 */
export function means(term: PodTerm, name: string, { labels = {} }: PodRelations): boolean {
  return isIn(term, name) && Object.entries(term.labels).every(([key, value]) => String(labels[key]) === value);
}

/**
 * Whether a term may mean pods, because some of their labels are known only to Terraform.
 *
 * @internal
 */
export function mayMean(term: PodTerm, name: string, pods: PodRelations): boolean {
  return means(term, name, pods) || (pods.hasLaterLabels === true && isIn(term, name));
}

function isIn({ namespaces }: PodTerm, name: string): boolean {
  const [namespace] = name.split('/');
  return namespaces.includes(namespace) || hasExpression(namespace);
}

/**
 * Whether a term is about one node.
 *
 * @internal
 */
export function isOfNode({ topologyKey }: PodTerm): boolean {
  return topologyKey === HOSTNAME;
}

function hasExpression(value: unknown): boolean {
  return JSON.stringify(value ?? null).includes('${');
}

function many(value: unknown): Attributes[] {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  return list.filter((each): each is Attributes => typeof each === 'object' && each !== null);
}
