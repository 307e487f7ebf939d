import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { Construct } from 'constructs';
import { IServiceAccountRole } from '../../core/aws-role';
import { returned } from '../../core/errors';
import { IKubernetesCluster } from '../../core/kubernetes-cluster';
import { policyJson } from '../../core/policy-json';
import { concreteFault } from '../../core/tokens';
import { Fault, fault } from '../../units/fault';
import { givenValue } from '../../units/number-faults';
import { MANAGED_REPLICA } from './replica-label';

const ARN = /^arn:(aws[a-z-]*):aps:([a-z0-9-]+):\d{12}:workspace\/(ws-[0-9a-f-]{36})$/;

/**
 * The fault of what is no workspace of Amazon Managed Service for Prometheus.
 *
 * @internal
 */
export function managedPrometheusFaults(arn: string | undefined): Fault[] {
  if (arn === undefined) return [];
  const unknown = concreteFault('managedPrometheusArn', arn, 'the configuration of Prometheus is made from it');
  if (unknown.length > 0) return unknown;
  if (ARN.test(arn)) return [];
  const reason =
    `managedPrometheusArn must be the ARN of a workspace of Amazon Managed Service for Prometheus, e.g. ` +
    `'arn:aws:aps:eu-central-1:123456789012:workspace/ws-0a11ce00-0000-4000-8000-000000000001'; got ${givenValue(arn)}`;
  return [fault('INVALID_FORMAT', 'managedPrometheusArn', reason)];
}

/**
 * Where Prometheus writes to, signed by the role of its pod: no key is in the configuration.
 *
 * @see https://docs.aws.amazon.com/prometheus/latest/userguide/AMP-onboard-ingest-metrics-new-Prometheus.html
 *
 * @param arn ARN of the workspace
 * @param highAvailability whether two Prometheus write the same
 *
 * @internal
 */
export function managedRemoteWrite(arn: string, highAvailability = false): object {
  const [, partition, region, id] = ARN.exec(arn) ?? [];
  const domain = partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com';
  return {
    url: `https://aps-workspaces.${region}.${domain}/workspaces/${id}/api/v1/remote_write`,
    sigv4: { region },
    ...(highAvailability && { write_relabel_configs: MANAGED_REPLICA }),
  };
}

/**
 * The role of Prometheus, which may write into this workspace, and read nothing.
 *
 * @internal
 */
export function managedPrometheusWriter(
  scope: Construct,
  cluster: IKubernetesCluster,
  namespace: string,
  arn: string,
): IServiceAccountRole {
  const made = cluster.serviceAccountRole(namespace, 'prometheus');
  const role = returned(scope, 'IKubernetesCluster', 'cluster.serviceAccountRole()', made);
  // The role belongs to the cluster, and stays with its policy when a monitoring stack is removed from the tree.
  if (!role.node.tryFindChild('RemoteWrite')) {
    new IamRolePolicy(role, 'RemoteWrite', {
      provider: cluster.provider,
      name: 'remote-write',
      role: role.roleName,
      policy: policyJson({
        Version: '2012-10-17',
        Statement: [{ Sid: 'RemoteWrite', Effect: 'Allow', Action: ['aps:RemoteWrite'], Resource: [arn] }],
      }),
    });
  }
  return role;
}
