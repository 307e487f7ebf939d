import { Construct } from 'constructs';
import { faultsOf } from '../../core/errors';
import { IKubernetesCluster } from '../../core/kubernetes-cluster';
import { concreteFault } from '../../core/tokens';
import { KubernetesAccess, KubernetesAccessOptions, hasDefaultProvider } from '../../kubernetes/kubernetes-access';
import { ServedModel } from '../../serving/vllm/served-model';
import { duplicateFaults } from '../../units/duplicate-faults';
import { Fault, fault, faultsUnder } from '../../units/fault';
import { allOf } from '../../units/unreadable';

/**
 * A part of a topology. If it refuses its input, the result is undefined and its faults are added to the others, so that one error reports
 * all faults.
 *
 * @param faults faults so far
 * @param make creates the part
 * @param path property path of the part @default - as the part reports it
 * @param who what messages call the part @default - as the part reports it
 *
 * @internal
 */
export function makePart<T>(faults: Fault[], make: () => T, path = '', who = ''): T | undefined {
  let made: T | undefined;
  const own = faultsOf(() => (made = make()));
  faults.push(...faultsUnder(own, path, who));
  return made;
}

/**
 * Creates a provider for a cluster if the stack of the workloads has none; an existing one is the user's choice. Options beside an
 * existing one that was made with others are a fault.
 *
 * @internal
 */
export function ensureProvider(
  workloads: Construct,
  cluster: IKubernetesCluster,
  options?: KubernetesAccessOptions,
): Fault[] {
  const exists = KubernetesAccess.find(workloads, cluster) !== undefined || hasDefaultProvider('kubernetes', workloads);
  if (exists && options === undefined) return [];
  const faults = faultsOf(() => KubernetesAccess.of(workloads, cluster, options));
  const named = (text: string) => text.replace(/^options\b/, 'kubernetesAccess');
  return faults.map(({ id, property, reason }) => fault(id, property && named(property), named(reason)));
}

/**
 * The faults of names that children are named after, which must be known before anything is created.
 *
 * @internal
 */
export function childNameFaults(
  models: readonly ServedModel[],
  pools: readonly { readonly name: string }[],
  list = 'nodePools',
): Fault[] {
  const why = 'ids and names derive from it';
  return allOf(
    () => models.flatMap(({ name }, i) => concreteFault(`name of models[${i}]`, name, why, `models[${i}].name`)),
    () => pools.flatMap(({ name }, i) => concreteFault(`name of ${list}[${i}]`, name, why, `${list}[${i}].name`)),
  );
}

/**
 * The fault of a construct that has the topology's id in the scope of its workloads.
 *
 * @internal
 */
export function workloadsFaults(topology: Construct, workloads: Construct | undefined): Fault[] {
  const other = workloads?.node.tryFindChild(topology.node.id);
  if (!other || other === topology) return [];
  return [
    fault(
      'WORKLOADS_ID_IN_USE',
      'workloads',
      `workloads already contains a construct '${topology.node.id}', at '${other.node.path}'; give the topology another id, or workloads a ` +
        'scope of its own',
    ),
  ];
}

/** @internal */
export function poolListFaults(pools: readonly { readonly name: string }[] | undefined): Fault[] {
  if (!pools) return [];
  if (pools.length === 0)
    return [
      fault(
        'EMPTY_LIST',
        'nodePools',
        "nodePools is empty; name at least one pool, or leave it out for a pool of each model's own",
      ),
    ];
  return duplicateFaults(
    'nodePools',
    pools.map(({ name }) => name),
  );
}
