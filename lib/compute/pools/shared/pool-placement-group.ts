import { PlacementGroup } from '@cdktf/provider-aws/lib/placement-group';
import { TerraformProvider } from 'cdktf';
import { Construct } from 'constructs';

/**
 * Cluster placement group of a pool's own.
 *
 * Its name is unique in an account and region, so it has the names of cluster and pool with a dot between them, which neither may
 * have: of pools 'c' of 'a-b' and 'b-c' of 'a' each has a group. EC2 takes 255 characters; both together have at most 164.
 *
 * Another name makes another group, and one that has instances cannot be deleted: the new one is made first, the nodes move, and
 * then the old one goes.
 *
 * @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreatePlacementGroup.html
 *
 * @internal
 */
export function poolPlacementGroup(
  scope: Construct,
  props: {
    readonly clusterName: string;
    readonly poolName: string;
    readonly tags: { [key: string]: string };
    readonly provider?: TerraformProvider;
  },
): PlacementGroup {
  const { clusterName, poolName, tags, provider } = props;
  return new PlacementGroup(scope, 'PlacementGroup', {
    provider,
    name: `${clusterName}.${poolName}`,
    strategy: 'cluster',
    tags,
    lifecycle: { createBeforeDestroy: true },
  });
}
