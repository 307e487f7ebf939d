import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { Construct } from 'constructs';
import { IServiceAccountRole } from '../../core/aws-role';
import { returned } from '../../core/errors';
import { IKubernetesCluster } from '../../core/kubernetes-cluster';
import { policyJson } from '../../core/policy-json';
import { SecretReference } from '../../core/secret-reference';
import { Fault, fault } from '../../units/fault';
import { AlertReceiver } from './alert-receiver';
import { secretPath } from './alert-secrets';
import { SnsReceiverProps } from './sns-receiver';

/**
 * The topics that receivers publish to.
 *
 * @internal
 */
export function snsTopics(receivers: readonly AlertReceiver[]): SnsReceiverProps[] {
  return receivers.flatMap(({ _sns }) => (_sns ? [_sns] : []));
}

/**
 * The fault of receivers that would sign differently: Alertmanager has one set of credentials.
 *
 * @param receivers all receivers
 * @param paths their paths, in the same order
 *
 * @internal
 */
export function snsCredentialFaults(receivers: readonly AlertReceiver[], paths: readonly string[]): Fault[] {
  const found = receivers.flatMap(({ _sns }, i) => (_sns ? [{ of: credentialsText(_sns), at: paths[i] }] : []));
  const other = found.find(({ of }) => of !== found[0].of);
  if (!other) return [];
  const reason =
    `${other.at} has ${other.of} and ${found[0].at} ${found[0].of}, and Alertmanager signs for all topics by one of them; ` +
    'give each SNS receiver the same credentials, or none any for the role of its service account';
  return [fault('CONFLICTING_PROPERTIES', `${other.at}.credentials`, reason)];
}

function credentialsText({ credentials }: SnsReceiverProps): string {
  return credentials ? `the credentials '${credentials.key}' of the secret '${credentials.name}'` : 'no credentials';
}

/**
 * Where Alertmanager reads the credentials, if it is not by a role.
 *
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/file-location.html
 *
 * @internal
 */
export function snsEnvironment(receivers: readonly AlertReceiver[]): { readonly [name: string]: string } {
  const credentials = snsTopics(receivers).map((topic) => topic.credentials)[0] as SecretReference | undefined;
  return credentials ? { AWS_SHARED_CREDENTIALS_FILE: secretPath(credentials) } : {};
}

/**
 * The role of Alertmanager, which may publish to the topics of its receivers, and nothing else; none where no receiver needs one.
 *
 * @internal
 */
export function snsPublisher(
  scope: Construct,
  cluster: IKubernetesCluster,
  namespace: string,
  receivers: readonly AlertReceiver[],
): IServiceAccountRole | undefined {
  const topics = snsTopics(receivers).filter(({ credentials }) => credentials === undefined);
  if (topics.length === 0) return undefined;
  const made = cluster.serviceAccountRole(namespace, 'alertmanager');
  const role = returned(scope, 'IKubernetesCluster', 'cluster.serviceAccountRole()', made);
  // The role belongs to the cluster, and stays with its policy when a monitoring stack is removed from the tree.
  if (!role.node.tryFindChild('Publish')) {
    const arns = [...new Set(topics.map(({ topicArn }) => topicArn))].sort();
    new IamRolePolicy(role, 'Publish', {
      provider: cluster.provider,
      name: 'publish',
      role: role.roleName,
      policy: policyJson({
        Version: '2012-10-17',
        Statement: [{ Sid: 'Publish', Effect: 'Allow', Action: ['sns:Publish'], Resource: arns }],
      }),
    });
  }
  return role;
}
