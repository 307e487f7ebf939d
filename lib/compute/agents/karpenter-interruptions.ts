import { CloudwatchEventRule } from '@cdktf/provider-aws/lib/cloudwatch-event-rule';
import { CloudwatchEventTarget } from '@cdktf/provider-aws/lib/cloudwatch-event-target';
import { SqsQueue } from '@cdktf/provider-aws/lib/sqs-queue';
import { SqsQueuePolicy } from '@cdktf/provider-aws/lib/sqs-queue-policy';
import { ITerraformDependable, TerraformProvider } from 'cdktf';
import { Construct } from 'constructs';
import { kubernetesName } from '../../core/naming';
import { policyJson } from '../../core/policy-json';
import { awsTags } from '../../core/tags';

/**
 * The events by which AWS announces that an instance will stop.
 *
 * @see https://karpenter.sh/docs/concepts/disruption/#interruption
 */
const EVENTS: { readonly [id: string]: { readonly source: string; readonly type: string } } = {
  ScheduledChange: { source: 'aws.health', type: 'AWS Health Event' },
  SpotInterruption: { source: 'aws.ec2', type: 'EC2 Spot Instance Interruption Warning' },
  Rebalance: { source: 'aws.ec2', type: 'EC2 Instance Rebalance Recommendation' },
  StateChange: { source: 'aws.ec2', type: 'EC2 Instance State-change Notification' },
  ReservationInterruption: { source: 'aws.ec2', type: 'EC2 Capacity Reservation Instance Interruption Warning' },
};

/** Seconds after which an announcement is of no use. */
const RETENTION_SECONDS = 300;

/** Properties of `KarpenterInterruptions`. */
interface KarpenterInterruptionsProps {
  readonly clusterName: string;
  readonly tags: { [key: string]: string };
  readonly provider?: TerraformProvider;
}

/**
 * The queue from which Karpenter learns that an instance will stop, so that it drains the node before.
 *
 * @internal
 */
export class KarpenterInterruptions extends Construct {
  public readonly queueName: string;
  public readonly queueArn: string;
  public readonly ready: ITerraformDependable[];

  public constructor(
    scope: Construct,
    id: string,
    { clusterName, tags: given, provider }: KarpenterInterruptionsProps,
  ) {
    super(scope, id);
    const tags = awsTags({}, given);
    const queue = new SqsQueue(this, 'Queue', {
      provider,
      name: kubernetesName(`${clusterName}-karpenter`, 80),
      messageRetentionSeconds: RETENTION_SECONDS,
      sqsManagedSseEnabled: true,
      tags,
    });
    this.queueName = queue.name;
    this.queueArn = queue.arn;
    const policy = new SqsQueuePolicy(this, 'Policy', {
      provider,
      queueUrl: queue.url,
      policy: policyJson({
        Version: '2012-10-17',
        Statement: [
          {
            Sid: 'Events',
            Effect: 'Allow',
            Principal: { Service: ['events.amazonaws.com', 'sqs.amazonaws.com'] },
            Action: 'sqs:SendMessage',
            Resource: queue.arn,
          },
          {
            Sid: 'TlsOnly',
            Effect: 'Deny',
            Principal: '*',
            Action: 'sqs:*',
            Resource: queue.arn,
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          },
        ],
      }),
    });
    const targets = Object.entries(EVENTS).map(([event, { source, type }]) => {
      const rule = new CloudwatchEventRule(this, `Rule-${event}`, {
        provider,
        namePrefix: `${kubernetesName(clusterName, 27)}-karpenter-`,
        description: `${type} for Karpenter on cluster ${clusterName}`,
        eventPattern: JSON.stringify({ source: [source], 'detail-type': [type] }),
        tags,
      });
      return new CloudwatchEventTarget(this, `Target-${event}`, { provider, rule: rule.name, arn: queue.arn });
    });
    this.ready = [queue, policy, ...targets];
  }
}
