import { DataAwsSubnet } from '@cdktf/provider-aws/lib/data-aws-subnet';
import { TerraformProvider } from 'cdktf';
import { Construct } from 'constructs';
import { GpuNodePoolSpec } from './gpu-node-pool-spec';
import { subnetsOfUnknownZone } from './gpu-node-pool-subnets';

/**
 * A subnet of a pool with reserved capacity whose zone is not known at synthesis is looked at when Terraform plans.
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
            condition: `\${self.availability_zone == "${zone}"}`,
            errorMessage: `${spec.capacity} of GPU pool '${spec.poolName}' is in ${zone}, its subnet in another zone; pass a subnet there`,
          },
        ],
      },
    });
  });
}
