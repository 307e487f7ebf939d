import { TerraformProvider, TerraformStack } from 'cdktf';
import { IConstruct } from 'constructs';
import { isAttached } from '../../core/attached';

/** Clusters that are made in each stack, by provider and name. */
const made = new WeakMap<TerraformStack, Map<string, IConstruct>>();

/**
 * Takes a name for a cluster. It is unique in an account and region, of which a stack has one for each provider.
 *
 * @returns the fault of a name that another cluster of the stack has
 *
 * @internal
 */
export function takeClusterName(cluster: IConstruct, clusterName: string, provider?: TerraformProvider): string[] {
  const stack = TerraformStack.of(cluster);
  const known = made.get(stack) ?? new Map<string, IConstruct>();
  made.set(stack, known);
  const key = `${provider?.fqn ?? ''} ${clusterName}`;
  const other = known.get(key);
  if (other && isAttached(other)) {
    return [
      `stack '${stack.node.id}' makes a cluster named '${clusterName}' already, at '${other.node.path}'; pass that one on, or another clusterName`,
    ];
  }
  known.set(key, cluster);
  return [];
}
