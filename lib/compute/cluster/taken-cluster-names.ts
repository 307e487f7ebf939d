import { TerraformProvider, TerraformStack } from 'cdktf';
import { IConstruct } from 'constructs';
import { Fault, fault } from '../../units/fault';
import { enter, entered } from '../../core/cluster-ledger';

/** What the ledger of a stack calls the names of the clusters that it makes. */
const CLUSTER_NAME = 'cluster name';

/**
 * The fault of a name that another cluster of the stack has. A name is unique in an account and region, of which a stack has one for each
 * provider.
 *
 * @internal
 */
export function clusterNameTakenFaults(scope: IConstruct, clusterName: string, provider?: TerraformProvider): Fault[] {
  const stack = TerraformStack.of(scope);
  return entered(stack, CLUSTER_NAME, keyOf(clusterName, provider)).map(({ owner }) =>
    fault(
      'DUPLICATE',
      'clusterName',
      `stack '${stack.node.id}' already makes a cluster named '${clusterName}', at '${owner.node.path}'; use that one, or give this one ` +
        'another clusterName',
    ),
  );
}

/**
 * Takes a name for a cluster.
 *
 * @internal
 */
export function takeClusterName(cluster: IConstruct, clusterName: string, provider?: TerraformProvider): void {
  enter(TerraformStack.of(cluster), CLUSTER_NAME, keyOf(clusterName, provider), cluster);
}

function keyOf(clusterName: string, provider?: TerraformProvider): string {
  return `${provider?.fqn ?? ''} ${clusterName}`;
}
