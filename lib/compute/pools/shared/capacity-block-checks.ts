import { Construct } from 'constructs';
import { PlanCheck } from '../../../core/plan-check';
import { escapeTemplate } from '../../../core/template-escape';
import { CapacityBlock } from '../options/capacity';
import { readUtcTime, writeUtcTime } from '../options/utc-time';

/**
 * Lets Terraform warn, while it plans, of a block that is over, and of one that has begun for a pool that would wait for its start. Synthesis reads
 * no clock. Neither is an error: a program outlives the blocks of its pools.
 *
 * @param scope the pool
 * @param block its block
 * @param growsAtStart whether the pool grows at the start of the block
 *
 * @internal
 */
export function checkBlockTimes(scope: Construct, block: CapacityBlock, growsAtStart: boolean): void {
  const [start, end] = [block.start, block.end].map((time) => writeUtcTime(readUtcTime(time) ?? 0));
  const name = `capacity block ${escapeTemplate(block.reservationId)}`;
  new PlanCheck(scope, 'BlockIsNotOver', {
    known: end,
    condition: isBefore,
    message: `The ${name} ended at ${end}: its pool can have no nodes. Remove the pool, or give it another block.`,
  });
  if (!growsAtStart || block.active) return;
  new PlanCheck(scope, 'BlockHasNotBegun', {
    known: start,
    condition: (known) => `${isBefore(known)} || !(${isBefore(`"${end}"`)})`,
    message:
      `The ${name} began at ${start}: a pool that is created now would not grow. Pass active: true, which changes no node of a pool that ` +
      'exists.',
  });
}

/** Whether the plan is made before a time, given as an expression. */
function isBefore(time: string): string {
  return `timecmp(plantimestamp(), ${time}) < 0`;
}
