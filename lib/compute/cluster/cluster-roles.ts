import { IConstruct } from 'constructs';
import { enter, entered } from '../../core/cluster-ledger';
import { hasToken } from '../../core/tokens';
import { Fault, fault } from '../../units/fault';

/** Kinds of entries in the ledger of the app, by the ARN of a role: the control plane, or nodes, that have it. */
const CONTROL_PLANE = 'role of a control plane';
const NODES = 'role of nodes';

/**
 * Enters the role of a control plane.
 *
 * @internal
 */
export function enterControlPlaneRole(cluster: IConstruct, roleArn: string | undefined): void {
  if (roleArn !== undefined) enter(cluster.node.root, CONTROL_PLANE, roleArn, cluster, cluster);
}

/** Nodes that have a role. */
interface RoleOfNodes {
  readonly cluster: IConstruct;
  /** What has it, for messages. */
  readonly whose: string;
  /** What makes the access entry of the role: EKS for a managed node group, a pool of Karpenter by itself. @default - it has one already */
  readonly entryBy?: 'EKS' | 'pool';
}

/**
 * Enters a role that nodes were given.
 *
 * @internal
 */
export function enterNodeRole(owner: IConstruct, roleArn: string | undefined, nodes: RoleOfNodes): void {
  if (roleArn !== undefined) enter(owner.node.root, NODES, roleArn, owner, nodes);
}

/**
 * The nodes of a cluster that have a role.
 *
 * @internal
 */
export function nodesWithRole(cluster: IConstruct, roleArn: string): RoleOfNodes[] {
  return entered<RoleOfNodes>(cluster.node.root, NODES, roleArn)
    .map(({ value }) => value)
    .filter((nodes) => nodes.cluster === cluster);
}

/**
 * The fault of a role of nodes that is the role of a control plane of this program.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/create-node-role.html
 *
 * @internal
 */
export function controlPlaneRoleFaults(
  scope: IConstruct,
  property: string,
  roleArn: string | undefined,
  own?: string,
): Fault[] {
  if (roleArn === undefined) return [];
  const [other] = entered<IConstruct>(scope.node.root, CONTROL_PLANE, roleArn);
  return other || roleArn === own
    ? [
        conflict(
          property,
          `is the role of ${other ? `the control plane of '${other.owner.node.path}'` : 'the control plane'}`,
          roleArn,
        ),
      ]
    : [];
}

/**
 * The fault of a role for a control plane that nodes of this program have.
 *
 * @internal
 */
export function takenByNodesFaults(scope: IConstruct, roleArn: string | undefined): Fault[] {
  if (roleArn === undefined) return [];
  const [nodes] = entered<RoleOfNodes>(scope.node.root, NODES, roleArn);
  return nodes ? [conflict('clusterRoleArn', `is the role of ${nodes.value.whose}`, roleArn)] : [];
}

function conflict(property: string, what: string, roleArn: string): Fault {
  const given = hasToken(roleArn) ? '' : `; got '${roleArn}'`;
  const reason = `${property} ${what}, and EKS takes no role for nodes that a cluster was made with; give one of them another role${given}`;
  return fault('CONFLICTING_PROPERTIES', property, reason);
}
