import { Token } from 'cdktf';
import { Construct } from 'constructs';
import { hasToken } from '../../../core/tokens';
import { addWarning } from '../../../core/validation';
import { fault } from '../../../units/fault';
import { GpuNodePoolSpec } from '../shared/gpu-node-pool-spec';
import { poolZone, zoneOf } from '../shared/gpu-node-pool-zone';
import { needsOneSubnet } from '../shared/needs-one-subnet';

/**
 * Warns of a pool that must be in one zone and whose zone nobody named. Terraform keeps a managed node group where it is; Karpenter's objects name
 * the subnet anew with each apply, and Karpenter replaces the nodes that are in another one.
 *
 * @see https://karpenter.sh/docs/concepts/disruption/#drift
 *
 * @internal
 */
export function warnOfUnnamedZone(scope: Construct, spec: GpuNodePoolSpec, subnetIds: string[]): void {
  const reason = needsOneSubnet(spec);
  const { cluster } = spec;
  const one = !Token.isUnresolved(cluster.subnetIds) && cluster.subnetIds.length < 2;
  if (!reason || spec.subnetIds !== undefined || poolZone(spec) !== undefined || one) return;
  const zone = zoneOf(cluster, subnetIds[0]);
  const known = zone !== undefined && !hasToken(zone);
  const text =
    `${reason} needs one subnet, and pool '${spec.poolName}' of Karpenter takes ${known ? `that of ${zone}, the first by name` : 'the first'} of ` +
    `cluster '${cluster.clusterName}': if another one comes first later, Karpenter moves all nodes of the pool there; pass ` +
    (known ? `availabilityZone: '${zone}'` : 'subnetIds with one subnet, or availabilityZone');
  addWarning(scope, fault('ZONE_NOT_NAMED', 'availabilityZone', text));
}
