import { AutoscalingSchedule } from '@cdktf/provider-aws/lib/autoscaling-schedule';
import { CloudwatchEventRule } from '@cdktf/provider-aws/lib/cloudwatch-event-rule';
import { CloudwatchEventTarget } from '@cdktf/provider-aws/lib/cloudwatch-event-target';
import { TerraformCount, TerraformProvider, Token } from 'cdktf';
import { Construct } from 'constructs';
import { CapacityBlock, drainMinutesOf } from '../options/capacity';
import { readUtcTime, writeUtcTime } from '../options/utc-time';
import { escapeTemplate } from '../../../core/template-escape';

/** Leaves a bound of an Auto Scaling group as it is. */
const UNCHANGED = -1;

/** Properties of `capacityBlockAlarm`. */
interface CapacityBlockAlarmProps {
  /** Name of the pool, with that of its cluster. */
  readonly name: string;
  readonly block: CapacityBlock;
  readonly tags: { [key: string]: string };
  readonly provider?: TerraformProvider;
}

/** Properties of `capacityBlockSchedule`. */
interface CapacityBlockScheduleProps extends CapacityBlockAlarmProps {
  /** Reference to the name of the Auto Scaling group that EKS made. */
  readonly autoscalingGroupName: string;
  /** Number of nodes while the block lasts; with 0 an autoscaler decides. */
  readonly nodes: number;
}

/**
 * Grows a pool when its capacity block starts, drains it before the block ends, and sends notifications of both.
 *
 * Each action happens once: a block is used once, and an action that recurred would launch into a block of the next year, or drain it. AWS deletes
 * such an action after it has run (hashicorp/terraform-provider-aws#19446: "Scheduled action name not found" a minute later); the provider then
 * takes it out of the state and would make it anew at every apply, which AWS refuses for a time that is past. So it is part of the
 * configuration only while Terraform plans before its time.
 *
 * The name of an action contains its time, so that another time creates another action.
 *
 * EKS adds an action of its own that drains the group 40 minutes before the end; ours comes before it.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/capacity-blocks-mng.html
 * @see https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutScheduledUpdateGroupAction.html
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
      startTime: writeUtcTime(time),
      count: TerraformCount.of(Token.asNumber(`\${timecmp(plantimestamp(), "${writeUtcTime(time)}") < 0 ? 1 : 0}`)),
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
 * EC2 sends an event when a block is delivered, and 40 minutes before it ends. The user guide has spelled both event types in two ways, so
 * the rule matches either.
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
  const arn = escapeTemplate(topicArn);
  new CloudwatchEventTarget(scope, 'BlockAlarm', { provider, rule: rule.name, targetId: 'alarm', arn });
}
