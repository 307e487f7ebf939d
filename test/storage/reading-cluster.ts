import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { TerraformStack } from 'cdktf';
import { EksGpuCluster } from '../../lib';

/** A cluster that exists, whose pods read a store. */
export function readingCluster(stack: TerraformStack, provider?: AwsProvider) {
  return EksGpuCluster.fromAttributes(stack, 'Cluster', {
    clusterName: 'chat',
    subnetIds: ['subnet-1'],
    securityGroupIds: ['sg-1'],
    vpcId: 'vpc-1',
    podIdentity: true,
    provider,
  });
}
