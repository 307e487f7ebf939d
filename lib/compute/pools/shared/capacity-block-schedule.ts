import { AutoscalingSchedule } from '@cdktf/provider-aws/lib/autoscaling-schedule';
import { CloudwatchEventRule } from '@cdktf/provider-aws/lib/cloudwatch-event-rule';
import { CloudwatchEventTarget } from '@cdktf/provider-aws/lib/cloudwatch-event-target';
import { TerraformProvider } from 'cdktf';
import { Construct } from 'constructs';
import { CapacityBlock, drainMinutesOf } from '../options/capacity';
import { cronOf, readUtcTime, writeUtcTime } from '../options/utc-time';

/** Leaves a bound of an Auto Scaling group as it is. */
const UNCHANGED = -1;

/** What the alarm of a capacity block is made of. */
interface CapacityBlockAlarmProps {
  /** Name of the pool, with that of its cluster. */
  readonly name: string;
  readonly block: CapacityBlock;
  readonly tags: { [key: string]: string };
  readonly provider?: TerraformProvider;
}

/** What the life of a pool on a capacity block is made of. */
interface CapacityBlockScheduleProps extends CapacityBlockAlarmProps {
  /** Reference to the name of the Auto Scaling group that EKS made. */
  readonly autoscalingGroupName: string;
  /** Nodes to have while the block lasts; with 0 an autoscaler decides. */
  readonly nodes: number;
}

/**
 * Grows a pool when its capacity block starts, drains it before the block ends, and tells of both.
 *
 * The scheduled actions recur, once a year, although a block comes once. AWS forgets an action of one time when it has run
 * (hashicorp/terraform-provider-aws#19446: "Scheduled action name not found" a minute later); the provider then takes it out of the
 * state and makes it again at every apply, and AWS refuses a start in the past. By the time one recurs the block is long gone: a
 * launch for it would merely fail, and a drain finds nothing.
 *
 * The name of an action has its time, so that another time makes another action. The provider keeps the start that AWS computed and
 * sends it again with a new recurrence (#38983), so that a block that was extended would be drained at its old end.
 *
 * EKS adds an action of its own that drains the group 40 minutes before the end; ours comes before it.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/capacity-blocks-mng.html
 * @see https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutScheduledUpdateGroupAction.html
 * @see https://github.com/hashicorp/terraform-provider-aws/issues/38983
 *
 * @internal
 */
export function capacityBlockSchedule(scope: Construct, props: CapacityBlockScheduleProps): void {
  const { provider, block, autoscalingGroupName } = props;
  const scale = (id: string, action: string, time: number, desiredCapacity: number) =>
    new AutoscalingSchedule(scope, id, {
      provider,
      autoscalingGroupName,
      scheduledActionName: `${action}-${writeUtcTime(time).replace(/[-:]/g, '')}`,
      recurrence: cronOf(time),
      minSize: UNCHANGED,
      maxSize: UNCHANGED,
      desiredCapacity,
    });
  if (!block.active && props.nodes > 0) {
    scale('ScaleUpAtBlockStart', 'capacity-block-start', startOf(block), props.nodes);
  }
  scale('DrainBeforeBlockEnd', 'capacity-block-drain', drainOf(block), 0);
  capacityBlockAlarm(scope, props);
}

/**
 * When the nodes of a block are drained, in UTC.
 *
 * @internal
 */
export function drainTime(block: CapacityBlock): string {
  return writeUtcTime(drainOf(block));
}

function startOf(block: CapacityBlock): number {
  return readUtcTime(block.start) ?? 0;
}

function drainOf(block: CapacityBlock): number {
  return (readUtcTime(block.end) ?? 0) - drainMinutesOf(block);
}

/**
 * EC2 tells when a block is delivered, and 40 minutes before it ends. The user guide has had the kinds of both events in two
 * spellings, so the rule takes either.
 *
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/capacity-blocks-monitor.html
 *
 * @internal
 */
export function capacityBlockAlarm(scope: Construct, props: CapacityBlockAlarmProps): void {
  const { provider, block } = props;
  const topicArn = block.alarmTopicArn;
  if (topicArn === undefined) return;
  const rule = new CloudwatchEventRule(scope, 'BlockEvents', {
    provider,
    description: `Delivery and expiry of the capacity block of GPU pool ${props.name}`.slice(0, 512),
    eventPattern: JSON.stringify({
      source: ['aws.ec2'],
      'detail-type': [
        'Capacity Block Delivered',
        'Capacity Block Reservation Delivered',
        'Capacity Block Expiration Warning',
        'Capacity Block Reservation Expiration Warning',
      ],
      detail: { 'capacity-reservation-id': [block.reservationId] },
    }),
    tags: props.tags,
  });
  new CloudwatchEventTarget(scope, 'BlockAlarm', { provider, rule: rule.name, targetId: 'alarm', arn: topicArn });
}
