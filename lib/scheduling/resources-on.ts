import { TerraformResource, TerraformStack } from 'cdktf';
import { ClusterLedger } from '../core/cluster-ledger';
import { IKubernetesCluster } from '../core/kubernetes-cluster';
import { isSynthesized } from '../core/omission';
import { constructsOf, foundOnce } from '../core/reading';
import { KubernetesAccess, hasDefaultProvider, isOnCluster } from '../kubernetes/kubernetes-access';
import { isHelmRelease, isKubernetesResource } from './kubernetes-pods';

/** Resources of a stack that are on some cluster. */
interface StackResources {
  readonly resources: TerraformResource[];
  /** Whether those without a provider of their own have one. */
  readonly hasDefault: boolean;
}

/** Those of a whole tree, and whether it has one cluster alone that is checked. */
interface TreeResources {
  readonly stacks: ReadonlyMap<TerraformStack, StackResources>;
  readonly isAlone: boolean;
}

/** Stands for the resources of a tree. */
const TREE = {};

/**
 * The Kubernetes objects and Helm releases of a program that are on a cluster and will be synthesized. Of a fleet, only stacks with a provider for the
 * cluster are looked through.
 *
 * @internal
 */
export function resourcesOn(cluster: IKubernetesCluster): TerraformResource[] {
  const { stacks, isAlone } = foundOnce(TerraformStack.of(cluster), TREE, () => treeResources(cluster));
  return [...stacks].flatMap(([stack, { resources, hasDefault }]) => {
    const isDefault = isAlone && hasDefault;
    if (!isDefault && KubernetesAccess.find(stack, cluster) === undefined) return [];
    return resources.filter((each) => isOnCluster(each, cluster, () => isDefault) && isSynthesized(each));
  });
}

function treeResources(cluster: IKubernetesCluster): TreeResources {
  const constructs = constructsOf(cluster);
  const byStack = new Map<TerraformStack, TerraformResource[]>();
  for (const each of constructs) {
    if (!isKubernetesResource(each) && !isHelmRelease(each)) continue;
    const stack = TerraformStack.of(each);
    const known = byStack.get(stack);
    if (known) known.push(each);
    else byStack.set(stack, [each]);
  }
  const isAlone = constructs.filter((each) => ClusterLedger.of(each as IKubernetesCluster).isChecked).length === 1;
  const stacks = new Map(
    [...byStack].map(([stack, resources]) => [
      stack,
      { resources, hasDefault: hasDefaultProvider('kubernetes', stack) },
    ]),
  );
  return { stacks, isAlone };
}
