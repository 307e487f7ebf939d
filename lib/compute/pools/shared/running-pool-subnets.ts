import { Fn, Op, TerraformResourceLifecycle, TerraformStack, Token, ref } from 'cdktf';
import { Construct } from 'constructs';
import { GpuNodePoolSpec } from './gpu-node-pool-spec';
import { poolZone, subnetChoice } from './gpu-node-pool-zone';
import { needsOneSubnet } from './needs-one-subnet';

/**
 * Keeps a running node group where it is, whatever becomes of the list of the cluster's subnets.
 *
 * EKS cannot move a node group: another list of subnets replaces it, so that a zone added to the cluster would take the nodes of every pool. A
 * group whose zone nobody named therefore keeps the subnets that it was created in. A plan that would take one of them away, or that needs one
 * subnet where the group has several, is refused: to name the zone of the pool is to decide for a replacement.
 *
 * A pool whose zone or subnets are named is where it is said to be: another name replaces the group.
 *
 * @internal
 */
export function keepSubnets(scope: Construct, spec: GpuNodePoolSpec): TerraformResourceLifecycle {
  if (spec.subnetIds !== undefined || poolZone(spec) !== undefined) return {};
  const running = Token.asList(ref('self.subnet_ids', TerraformStack.of(scope)));
  const isLeft = Op.lt(Fn.lengthOf(Fn.setsubtract(running, subnetChoice(spec))), 1);
  const one = needsOneSubnet(spec);
  return {
    ignoreChanges: ['subnet_ids'],
    postcondition: [
      {
        condition: one ? Op.and(isLeft, Op.lt(Fn.lengthOf(running), 2)) : isLeft,
        errorMessage:
          `the nodes of GPU pool '${spec.poolName}' are in a subnet that cluster '${spec.cluster.clusterName}' no longer has` +
          `${one ? `, or in several, where ${one} needs one` : ''}, and EKS cannot move them; pass availabilityZone to the pool: if it is not the ` +
          'zone that they are in, the node group is replaced',
      },
    ],
  };
}
