import { DataAwsSubnet } from '@cdktf/provider-aws/lib/data-aws-subnet';
import { Op, TerraformProvider, TerraformSelf } from 'cdktf';
import { Construct } from 'constructs';
import { GpuNodePoolSpec } from './gpu-node-pool-spec';
import { subnetsOfUnknownZone } from './gpu-node-pool-subnets';
import { escapeTemplate } from '../../../core/template-escape';
import { bareText } from '../../../core/bare-reference';

/**
 * Checks, when Terraform plans, the zone of a subnet that is not known at synthesis, for a pool with reserved capacity.
 *
 * @internal
 */
export function checkSubnetZones(scope: Construct, spec: GpuNodePoolSpec, provider?: TerraformProvider): void {
  const zone = spec.capacity.reserved?.availabilityZone;
  subnetsOfUnknownZone(spec).forEach((id, index) => {
    new DataAwsSubnet(scope, `Subnet-${index}`, {
      provider,
      id,
      lifecycle: {
        postcondition: [
          {
            condition: Op.eq(TerraformSelf.getString('availability_zone'), zone && bareText(zone)),
            errorMessage: escapeTemplate(
              `${spec.capacity} of GPU pool '${spec.poolName}' is in ${zone}, its subnet in another zone; pass a subnet there`,
            ),
          },
        ],
      },
    });
  });
}
