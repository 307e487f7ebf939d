import { TerraformProvider } from 'cdktf';
import { Construct } from 'constructs';
import { keyArnFaults, roleArnFaults, topicArnFaults } from '../../../core/aws-arn';
import { placeAt } from '../../../core/aws-provider';
import { hasToken } from '../../../core/tokens';
import { Fault } from '../../../units/fault';
import { controlPlaneRoleFaults } from '../../cluster/cluster-roles';
import { GpuNodePoolSpec } from './gpu-node-pool-spec';
import { allOf } from '../../../units/unreadable';

/**
 * The faults of what a pool uses that exists already: its role, the key of its cluster's volumes, the topic of its alarms.
 *
 * @param scope the parent of the pool
 * @param spec the pool
 * @param given the AWS provider that the user passed
 *
 * @internal
 */
export function poolArnFaults(scope: Construct, spec: GpuNodePoolSpec, given?: TerraformProvider): Fault[] {
  const { cluster, nodeRoleArn, capacity } = spec;
  const { region = cluster.connection.region, account } = placeAt(scope, given ?? cluster.provider);
  const place = { region: hasToken(region) ? undefined : region, account };
  return allOf(
    () => roleArnFaults('nodeRoleArn', nodeRoleArn, place),
    () => controlPlaneRoleFaults(scope, 'nodeRoleArn', nodeRoleArn, cluster.clusterRoleArn),
    () => keyArnFaults('cluster.volumeKeyArn', cluster.volumeKeyArn, place),
    () => topicArnFaults('capacity.alarmTopicArn', capacity.block?.alarmTopicArn, place),
  );
}
