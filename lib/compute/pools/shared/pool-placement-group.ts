import { PlacementGroup } from '@cdktf/provider-aws/lib/placement-group';
import { TerraformProvider } from 'cdktf';
import { Construct } from 'constructs';

/**
 * Cluster placement group created for a pool.
 *
 * Its name is unique in an account and region, so it consists of the names of cluster and pool with a dot between them, which neither may
 * contain: pool 'c' of cluster 'a-b' and pool 'b-c' of cluster 'a' have different groups. It ends in a hash of the construct's path: a pool that
 * is moved in the tree is another one to Terraform, and would ask for the name while the old group still has it. EC2 allows 255 characters;
 * all together has at most 173.
 *
 * Another name replaces the group, and a group with instances cannot be deleted: the new one is created first, the nodes move, and then the
 * old one is deleted.
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
    name: `${clusterName}.${poolName}-${scope.node.addr.slice(-8)}`,
    strategy: 'cluster',
    tags,
    lifecycle: { createBeforeDestroy: true },
  });
}
