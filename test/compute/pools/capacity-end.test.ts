import { Capacity } from '../../../lib/compute/pools/options/capacity';
import { synthesize } from '../../support/synth';
import { EFA, addPool } from '../test-pool';

const ZONES = { availabilityZones: ['us-west-2a', 'us-west-2b'] };

/** When the capacity of a pool ends. */
function endOf(capacity: Capacity): string | undefined {
  let end: string | undefined;
  synthesize((stack) => {
    end = addPool(stack, { ...EFA, capacity }, ZONES).capacityEnd;
  });
  return end;
}

test('a pool says when its capacity block ends, for alerts; other capacity does not end', () => {
  const block = Capacity.capacityBlock({
    reservationId: 'cr-02168da1478b509e0',
    availabilityZone: 'us-west-2b',
    start: '2026-12-01T11:30:00Z',
    end: '2026-12-08T11:30+00:00',
    alarmTopicArn: 'arn:aws:sns:us-west-2:123456789012:gpu',
  });
  expect(endOf(block)).toBe('2026-12-08T11:30:00Z');
  expect(endOf(Capacity.onDemand())).toBeUndefined();
});
