import { EksAccessEntry } from '@cdktf/provider-aws/lib/eks-access-entry';
import { ITerraformDependable, TerraformProvider } from 'cdktf';
import { Construct } from 'constructs';
import { dependOn } from '../../../core/dependencies';
import { synthesizeWhile } from '../../../core/omission';
import { hasToken } from '../../../core/tokens';
import { addValidation } from '../../../core/validation';
import { fault } from '../../../units/fault';
import { UsedRole } from '../../cluster/cluster-role';
import { enterNodeRole, nodesWithRole } from '../../cluster/cluster-roles';
import { IEksCluster } from '../../cluster/eks-cluster';

/** Properties of `nodeAccess`. */
interface NodeAccessProps {
  readonly cluster: IEksCluster;
  /** The role that exists. @default - the pool made one */
  readonly nodeRoleArn?: string;
  /** Whether the entry of that role is made. */
  readonly isMade: boolean;
  readonly role: UsedRole;
  readonly tags: { [key: string]: string };
  readonly provider?: TerraformProvider;
}

/**
 * What lets the nodes of a pool join its cluster. EKS makes it for a managed node group. A role has one entry in a cluster, so that pools which
 * share a role share it; it then belongs to the cluster, and stays when one of the pools goes.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html
 *
 * @internal
 */
export function nodeAccess(pool: Construct, props: NodeAccessProps): ITerraformDependable[] {
  const { cluster, nodeRoleArn, role, tags, provider } = props;
  const make = (scope: Construct, id: string) =>
    new EksAccessEntry(scope, id, {
      provider,
      clusterName: cluster.clusterName,
      principalArn: role.roleArn,
      type: 'EC2_LINUX',
      tags,
      dependsOn: dependOn(pool, cluster.nodeReady),
    });
  if (nodeRoleArn === undefined) return [make(pool, 'NodeAccess')];
  const entryBy = props.isMade ? 'pool' : undefined;
  enterNodeRole(pool, nodeRoleArn, { cluster, whose: `pool '${pool.node.path}'`, entryBy });
  if (!props.isMade) return [];
  addValidation(pool, () => sharedRoleFaults(cluster, nodeRoleArn));
  // The name of a role that only Terraform knows cannot be part of an id.
  if (hasToken(nodeRoleArn)) return [make(pool, 'NodeAccess')];
  const id = `NodeAccess-${role.roleName}`;
  const known = cluster.node.tryFindChild(id) as EksAccessEntry | undefined;
  const entry = known ?? make(cluster as unknown as Construct, id);
  if (!known)
    synthesizeWhile(entry, () => nodesWithRole(cluster, nodeRoleArn).some((nodes) => nodes.entryBy === 'pool'));
  return [entry];
}

function sharedRoleFaults(cluster: IEksCluster, nodeRoleArn: string) {
  const nodes = nodesWithRole(cluster, nodeRoleArn);
  // Each pool would make an entry of its own for a role that only Terraform knows.
  const [, another] = hasToken(nodeRoleArn) ? nodes.filter(({ entryBy }) => entryBy === 'pool') : [];
  const rival = nodes.find(({ entryBy }) => entryBy === 'EKS') ?? another;
  if (!rival) return [];
  const reason =
    `nodeRoleArn is also the role of ${rival.whose}, which brings the access entry of the role, and AWS refuses a second one; pass ` +
    'nodeAccessEntry: false, or another role';
  return [fault('NODE_ROLE_HAS_ENTRY', 'nodeRoleArn', reason)];
}
