import { DataAwsSubnet } from '@cdktf/provider-aws/lib/data-aws-subnet';
import { Op, TerraformProvider, TerraformSelf, Token } from 'cdktf';
import { Construct } from 'constructs';
import { hasToken } from '../../../core/tokens';
import { GpuNodePoolSpec } from './gpu-node-pool-spec';
import { bareText } from '../../../core/bare-reference';
import { escapeTemplate } from '../../../core/template-escape';
import { poolSubnetIds } from './gpu-node-pool-subnets';
import { poolZone, zoneOf } from './gpu-node-pool-zone';

/**
 * Checks, when Terraform plans, the zone of a subnet that is not known at synthesis, for a pool
 * that is bound to one.
 *
 * @internal
 */
export function checkSubnetZones(scope: Construct, spec: GpuNodePoolSpec, provider?: TerraformProvider): void {
  const zone = poolZone(spec);
  if (zone === undefined) return;
  const what = spec.capacity.reserved
    ? `${spec.capacity} of GPU pool '${spec.poolName}'`
    : `GPU pool '${spec.poolName}'`;
  subnetsOfUnknownZone(spec).forEach((id, index) => {
    new DataAwsSubnet(scope, `Subnet-${index}`, {
      provider,
      id,
      lifecycle: {
        postcondition: [
          {
            condition: Op.eq(TerraformSelf.getString('availability_zone'), bareText(zone.name)),
            errorMessage: escapeTemplate(`${what} is in ${zone.name}, its subnet in another zone; pass a subnet there`),
          },
        ],
      },
    });
  });
}

/** The subnets of a pool that must be in its zone, but whose zone is not known before Terraform plans. */
function subnetsOfUnknownZone(spec: GpuNodePoolSpec): string[] {
  const zone = poolZone(spec);
  const subnetIds = poolSubnetIds(spec);
  if (zone === undefined || Token.isUnresolved(subnetIds)) return [];
  return subnetIds.filter((subnet) => hasToken(zone.name) || zoneOf(spec.cluster, subnet) === undefined);
}
