import { TerraformProvider, TerraformStack } from 'cdktf';
import { IConstruct } from 'constructs';
import { Fault, fault } from '../../units/fault';
import { enter, entered } from '../../core/cluster-ledger';

/** Kind of entry in a stack's ledger: names of the clusters that it makes. */
const CLUSTER_NAME = 'cluster name';

/**
 * The fault of a name that another cluster of the stack has. A name is unique within an account and region, and each provider of a stack
 * has one of these.
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
 * Claims a name for a cluster.
 *
 * @internal
 */
export function claimClusterName(cluster: IConstruct, clusterName: string, provider?: TerraformProvider): void {
  enter(TerraformStack.of(cluster), CLUSTER_NAME, keyOf(clusterName, provider), cluster);
}

function keyOf(clusterName: string, provider?: TerraformProvider): string {
  return `${provider?.fqn ?? ''} ${clusterName}`;
}
