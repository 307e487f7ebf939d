import { AutoscalingSchedule } from '@cdktf/provider-aws/lib/autoscaling-schedule';
import { CloudwatchEventRule } from '@cdktf/provider-aws/lib/cloudwatch-event-rule';
import { CloudwatchEventTarget } from '@cdktf/provider-aws/lib/cloudwatch-event-target';
import { TerraformProvider } from 'cdktf';
import { Construct } from 'constructs';
import { CapacityBlock, drainMinutesOf } from './capacity';
import { cronOf, readUtcTime, writeUtcTime } from './utc-time';

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
 * The scheduled actions recur, once a year, although a block comes once: AWS deletes an action of one time after it ran, and
 * refuses a start in the past, so that every apply during the block would fail to make it again. By the time one recurs the block
 * is long gone, and a launch for it would merely fail.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/capacity-blocks-mng.html
 * @see https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-scheduled-scaling.html
 *
 * @internal
 */
export function capacityBlockSchedule(scope: Construct, props: CapacityBlockScheduleProps): void {
  const { provider, block, autoscalingGroupName } = props;
  const scale = (id: string, scheduledActionName: string, time: number, desiredCapacity: number) =>
    new AutoscalingSchedule(scope, id, {
      provider,
      autoscalingGroupName,
      scheduledActionName,
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
