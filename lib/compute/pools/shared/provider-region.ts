import { Fault, fault } from '../../../units/fault';
import { TerraformProvider, TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import { hasToken } from '../../../core/tokens';
import { IEksCluster } from '../../cluster/eks-cluster';

/**
 * The fault of a pool that would be created in another region than its cluster, because its stack has another AWS provider. Only if
 * both regions are known and neither has a provider passed to it. The region of an imported cluster takes precedence over its stack's.
 *
 * @internal
 */
export function regionFaults(scope: Construct, cluster: IEksCluster, provider?: TerraformProvider): Fault[] {
  const [stack, other] = [TerraformStack.of(scope), TerraformStack.of(cluster)];
  if (provider || cluster.provider || stack === other) return [];
  const { region } = cluster.connection;
  const imported = hasToken(region) ? undefined : region;
  const [here, there] = [defaultRegion(stack), imported ?? defaultRegion(other)];
  if (here === undefined || there === undefined || here === there) return [];
  const where = imported ? `is in ${there}` : `belongs to stack '${other.node.id}' for ${there}`;
  return [
    fault(
      'POOL_IN_OTHER_REGION',
      'provider',
      `stack '${stack.node.id}' is for ${here}, but cluster '${cluster.clusterName}' ${where}; pass a provider for ${there}, or create the ` +
        `pool in a stack for ${there}`,
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
