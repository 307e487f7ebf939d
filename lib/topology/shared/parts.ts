import { Construct } from 'constructs';
import { faultsOf } from '../../core/errors';
import { IKubernetesCluster } from '../../core/kubernetes-cluster';
import { concreteFault } from '../../core/tokens';
import { KubernetesAccess, hasDefaultProvider } from '../../kubernetes/kubernetes-access';
import { ServedModel } from '../../serving/model/served-model';
import { duplicateFaults } from '../../units/duplicate-faults';
import { Fault, fault, faultsUnder } from '../../units/fault';

/**
 * A part of a topology; where it refuses its input, nothing, and its faults among the others, so that one error has all of them.
 *
 * @param faults faults so far
 * @param make makes the part
 * @param path property path of the part @default - as the part says it
 * @param who what messages call the part @default - as the part says it
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
 * Makes a provider for a cluster where the stack of the workloads has none: else it is the user's choice.
 *
 * @internal
 */
export function ensureProvider(workloads: Construct, cluster: IKubernetesCluster): void {
  if (KubernetesAccess.find(workloads, cluster) || hasDefaultProvider('kubernetes', workloads)) return;
  KubernetesAccess.of(workloads, cluster);
}

/**
 * Names that children are named after, which must be known before anything is made.
 *
 * @internal
 */
export function childNameFaults(models: readonly ServedModel[], pools: readonly { readonly name: string }[]): Fault[] {
  const why = 'ids and names derive from it';
  return [
    ...models.flatMap(({ name }, i) => concreteFault(`name of models[${i}]`, name, why, `models[${i}].name`)),
    ...pools.flatMap(({ name }, i) => concreteFault(`name of nodePools[${i}]`, name, why, `nodePools[${i}].name`)),
  ];
}

/**
 * A construct of the topology's id where its workloads are to go.
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
