import { Fault, untitled } from '../../../units/fault';
import { TerraformProvider, TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import { hasToken } from '../../../core/tokens';
import { IEksCluster } from '../../cluster/eks-cluster';

/**
 * The fault of a pool that would be made in another region than its cluster, because its stack has another AWS provider. Only where
 * both regions are known, and neither names its provider. An import may say its region: then its stack's does not count.
 *
 * @internal
 */
export function regionFaults(scope: Construct, cluster: IEksCluster, provider?: TerraformProvider): Fault[] {
  const [stack, other] = [TerraformStack.of(scope), TerraformStack.of(cluster)];
  if (provider || cluster.provider || stack === other) return [];
  const { region } = cluster.connection;
  const said = hasToken(region) ? undefined : region;
  const [here, there] = [defaultRegion(stack), said ?? defaultRegion(other)];
  if (here === undefined || there === undefined || here === there) return [];
  const where = said ? `in ${there}` : `made or imported in stack '${other.node.id}' for ${there}`;
  return [
    untitled(
      `stack '${stack.node.id}' is for ${here}, but cluster '${cluster.clusterName}' is ${where}; pass provider, or put the pool into a ` +
        `stack for ${there}`,
    ),
  ];
}

/** Region of the AWS provider without an alias, where it is known. */
function defaultRegion(stack: TerraformStack): string | undefined {
  const regions = stack.node.findAll().flatMap((child) => {
    const isDefault =
      TerraformProvider.isTerraformProvider(child) &&
      child.terraformResourceType === 'aws' &&
      child.alias === undefined;
    return isDefault ? ((child as { readonly region?: string }).region ?? []) : [];
  });
  return regions.length === 1 && !hasToken(regions[0]) ? regions[0] : undefined;
}
