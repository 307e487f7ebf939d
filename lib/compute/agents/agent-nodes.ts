import { DaemonSetV1 } from '@cdktf/provider-kubernetes/lib/daemon-set-v1';
import { Lazy, Token } from 'cdktf';
import { IGpuNodePool } from '../../core/gpu-node-pool';

/** A requirement on the labels of a node, as node affinity has it. @internal */
export interface LabelRequirement {
  readonly key: string;
  readonly operator: string;
  readonly values?: string[];
}

/**
 * The nodes that an agent runs on.
 *
 * @internal
 */
export interface AgentNodes {
  /** Label by which pools mark such nodes; its value is `true`. */
  readonly mark: string;
  /** Labels that the nodes have beside it. @default - none */
  readonly labels?: { [key: string]: string };
  /** The pools whose nodes it runs on. */
  readonly pools: () => readonly IGpuNodePool[];
  /** What else their labels must meet. @default - nothing */
  readonly requirements?: () => readonly LabelRequirement[];
}

/**
 * Runs a DaemonSet on the nodes of pools: those that have the mark and, since nobody marks the nodes of a group that exists already, those that
 * the selector of an unmarked pool finds. Evaluated when the stack is synthesized. The provider's class does not accept a lazy value there,
 * so the resolved attributes are set.
 *
 * @internal
 */
export function runOnNodes(daemonSet: DaemonSetV1, nodes: AgentNodes): void {
  const { mark, labels = {}, requirements = () => [] } = nodes;
  const selector = () => {
    const all = { ...(unmarked(nodes).length > 0 ? {} : { [mark]: 'true' }), ...labels };
    return Object.keys(all).length > 0 ? all : undefined;
  };
  const affinity = () => {
    const required = requirements();
    const others = unmarked(nodes);
    if (others.length === 0 && required.length === 0) return undefined;
    const marked = others.length > 0 ? [{ key: mark, operator: 'In', values: ['true'] }] : [];
    const terms = [marked, ...others.map(selectorRequirements)].map((each) => [...each, ...required]);
    const term = { node_selector_term: terms.map((each) => ({ match_expressions: each })) };
    return { node_affinity: { required_during_scheduling_ignored_during_execution: term } };
  };
  // Tokens as strings, because an override is merged into the attributes and an object would lose its class.
  const late = (produce: () => unknown) => Token.asString(Lazy.anyValue({ produce }));
  daemonSet.addOverride('spec.template.spec.node_selector', late(selector));
  daemonSet.addOverride('spec.template.spec.affinity', late(affinity));
}

function unmarked({ pools, mark }: AgentNodes): IGpuNodePool[] {
  return pools().filter((pool) => !isMarked(pool, mark));
}

/**
 * Whether the nodes of a pool have the label by which agents find them.
 *
 * @internal
 */
export function isMarked({ nodeLabels }: IGpuNodePool, mark: string): boolean {
  return nodeLabels[mark] === 'true';
}

/**
 * The selector of a pool as requirements of a node affinity.
 *
 * @internal
 */
export function selectorRequirements({ nodeSelector }: IGpuNodePool): LabelRequirement[] {
  return Object.entries(nodeSelector).map(([key, value]) => ({ key, operator: 'In', values: [value] }));
}
