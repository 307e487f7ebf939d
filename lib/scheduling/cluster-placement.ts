import { IGpuNodePool } from '../core/gpu-node-pool';
import { quantityValue } from '../kubernetes/quantity';
import { fault } from '../units/fault';
import { givenValue } from '../units/number-faults';
import { nodeAllocatable } from './node-allocatable';
import { Amounts, PlacedDemand, PlacedPool, PodPlacement, PoolLoad } from './placement';
import { PodDemand } from './pod-demand';
import { OtherNodes, PoolAnswer, indexByLabel, needsGpuNode, poolsFor } from './pool-search';
import { selectorFaults } from './pool-selector-faults';

/**
 * How a cluster changes pods before they are scheduled, and the sizes of its pools.
 *
 * @internal
 */
export interface PlacementOptions {
  /** Whether pods tolerate the taints `<resource>:NoSchedule` of what they request. @default false */
  readonly toleratesRequested?: boolean;
  /** Assumed number of nodes of a pool. @default - its maximum */
  readonly nodesOf?: (pool: PlacedPool) => number;
  /** The nodes beside those of the pools. */
  readonly others: OtherNodes;
}

/**
 * Assigns every pod to the pools that its selector and tolerations allow. Linear in pools and pods: pools are indexed by their labels, and
 * equal demands share the answer.
 *
 * @param pools the pools of the cluster
 * @param asked the demands of pods, with the path of the construct that runs them
 * @param options how the cluster changes pods, and the sizes of its pools
 *
 * @internal
 */
export function placementOf(
  pools: readonly IGpuNodePool[],
  asked: readonly { readonly path: string; readonly demand: PodDemand }[],
  options: PlacementOptions,
): PodPlacement {
  const nodesOf = options.nodesOf ?? (({ maxNodes }: PlacedPool) => maxNodes);
  const { others } = options;
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
            `${path}: pods of '${demand.name}' request ${resource}=${givenValue(demand.requests[resource])}, which is not a Kubernetes quantity; ` +
              'write e.g. 500m or 2Gi',
          ),
        );
      continue;
    }
    const { nodeSelector, nodeTerms, tolerations, onEveryNode, elsewhere } = demand;
    const key = JSON.stringify([nodeSelector, nodeTerms, tolerations, onEveryNode, elsewhere, needsGpuNode(demand)]);
    const answer = answers.get(key) ?? poolsFor(demand, loads, index, others);
    answers.set(key, answer);
    if (answer.why) faults.push({ ...answer.why, reason: `${path}: pods of '${demand.name}' ${answer.why.reason}` });
    const placed: PlacedDemand = { path, demand, requests, pools: answer.pools };
    for (const load of answer.pools) (demand.onEveryNode ? load.agents : load.demands).push(placed);
    demands.push(placed);
  }
  const all = [...loads, ...(others.system ? [others.system] : [])];
  all.forEach(subtractAgents);
  return { pools: all, demands, faults };
}

/**
 * Requests of system agents on every node: network, proxy, credentials and volumes. The requests of EKS's own add-ons, rounded up.
 */
const SYSTEM_AGENT_REQUESTS: Amounts = new Map([
  ['pods', 4],
  ['cpu', 0.25],
  ['memory', 200 * 2 ** 20],
]);

/** Subtracts the requests of everything that runs on every node from the resources of a node. */
function subtractAgents({ free, agents }: PoolLoad): void {
  const take = (amounts: Amounts) =>
    amounts.forEach((amount, resource) => {
      // Disk that is not known may be enough.
      if (resource === 'ephemeral-storage' && !free.has(resource)) return;
      free.set(resource, (free.get(resource) ?? 0) - amount);
    });
  take(SYSTEM_AGENT_REQUESTS);
  agents.forEach(({ requests }) => take(requests));
}

/**
 * A pod after the API server's plugin ExtendedResourceToleration. The pods of a DaemonSet are created for the nodes that its template
 * tolerates, before they are admitted.
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
