import { IGpuNodePool } from '../core/gpu-node-pool';
import { quantityValue } from '../kubernetes/quantity';
import { fault } from '../units/fault';
import { nodeAllocatable } from './node-allocatable';
import { Amounts, PlacedDemand, PodPlacement, PoolLoad } from './placement';
import { PodDemand } from './pod-demand';
import { PoolAnswer, indexByLabel, needsGpuNode, poolsFor } from './pool-search';
import { selectorFaults } from './pool-selector-faults';

/**
 * What a cluster does to pods before they are scheduled, and how large its pools are.
 *
 * @internal
 */
export interface PlacementOptions {
  /** Whether pods tolerate the taints `<resource>:NoSchedule` of what they request. @default false */
  readonly toleratesRequested?: boolean;
  /** Nodes that a pool is taken to have. @default - its largest number */
  readonly nodesOf?: (pool: IGpuNodePool) => number;
}

/**
 * Leads every pod to the pools that its selector and tolerations allow. Linear in pools and pods: pools are found by their labels,
 * and demands that are alike share the answer.
 *
 * @param pools the pools of the cluster
 * @param asked what pods ask for, with the path of the construct that runs them
 * @param options what the cluster does to pods, and how large its pools are
 *
 * @internal
 */
export function placementOf(
  pools: readonly IGpuNodePool[],
  asked: readonly { readonly path: string; readonly demand: PodDemand }[],
  options: PlacementOptions = {},
): PodPlacement {
  const nodesOf = options.nodesOf ?? (({ maxNodes }: IGpuNodePool) => maxNodes);
  const loads = pools.map((pool): PoolLoad => ({
    pool,
    nodes: nodesOf(pool),
    free: nodeAllocatable(pool),
    agents: [],
    demands: [],
  }));
  const index = indexByLabel(loads);
  const answers = new Map<string, PoolAnswer>();
  const faults = selectorFaults(loads, index);
  const demands: PlacedDemand[] = [];
  for (const { path, demand: given } of asked) {
    const demand = admitted(given, options);
    const requests = amountsOf(demand.requests);
    const invalid = [...requests].filter(([, value]) => Number.isNaN(value));
    if (invalid.length > 0) {
      for (const [resource] of invalid)
        faults.push(
          fault(
            'INVALID_QUANTITY',
            undefined,
            `${path}: pods of '${demand.name}' request ${resource}='${demand.requests[resource]}', which is not a Kubernetes quantity; ` +
              'write e.g. 500m or 2Gi',
          ),
        );
      continue;
    }
    const { nodeSelector, nodeTerms, tolerations, onEveryNode, elsewhere } = demand;
    const key = JSON.stringify([nodeSelector, nodeTerms, tolerations, onEveryNode, elsewhere, needsGpuNode(demand)]);
    const answer = answers.get(key) ?? poolsFor(demand, loads, index);
    answers.set(key, answer);
    if (answer.why) faults.push({ ...answer.why, reason: `${path}: pods of '${demand.name}' ${answer.why.reason}` });
    const placed: PlacedDemand = { path, demand, requests, pools: answer.pools };
    for (const load of answer.pools) (demand.onEveryNode ? load.agents : load.demands).push(placed);
    demands.push(placed);
  }
  loads.forEach(takeAgents);
  return { pools: loads, demands, faults };
}

/**
 * What runs on every node whatever this program makes: network, proxy, credentials and volume agents. The requests of EKS's own
 * add-ons, rounded up.
 */
const SYSTEM: Amounts = new Map([
  ['pods', 4],
  ['cpu', 0.25],
  ['memory', 200 * 2 ** 20],
]);

/** What one node of a pool has left for pods when everything that runs on every node is there. */
function takeAgents({ free, agents }: PoolLoad): void {
  const take = (amounts: Amounts) =>
    amounts.forEach((amount, resource) => free.set(resource, (free.get(resource) ?? 0) - amount));
  take(SYSTEM);
  agents.forEach(({ requests }) => take(requests));
}

/**
 * A pod as the API server's plugin ExtendedResourceToleration leaves it. The pods of a DaemonSet are made for the nodes that its
 * template tolerates, before they are admitted.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#extendedresourcetoleration
 */
function admitted(demand: PodDemand, { toleratesRequested = false }: PlacementOptions): PodDemand {
  const extended = Object.keys(demand.requests).filter((resource) => resource.includes('/'));
  if (!toleratesRequested || demand.onEveryNode || extended.length === 0) return demand;
  const added = extended.map((key) => ({ key, operator: 'Exists', effect: 'NoSchedule' }));
  return { ...demand, tolerations: [...(demand.tolerations ?? []), ...added] };
}

function amountsOf(requests: { [resource: string]: string }): Amounts {
  const amounts = Object.entries(requests).map(([resource, quantity]): [string, number] => [
    resource,
    quantityValue(quantity),
  ]);
  return new Map([...amounts.filter(([, value]) => value !== 0), ['pods', 1]]);
}
