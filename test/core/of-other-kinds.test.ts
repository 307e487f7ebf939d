import { NodeAgents } from '../../lib/compute';
import { faultsThrown, idsOf } from '../support/faults';
import { testStack } from '../support/synth';
import { testCluster } from '../support/test-cluster';

test('a construct needs its scope, its id and its properties, and nothing half-made stays', () => {
  const stack = testStack();
  const given = { scope: stack, id: 'Agents', props: { cluster: testCluster(stack) } };
  for (const missing of ['scope', 'id', 'props']) {
    // As a program without types would make it.
    const values = Object.values({ ...given, [missing]: undefined }) as unknown[];
    const faults = faultsThrown(() => Reflect.construct(NodeAgents, values) as NodeAgents);
    expect(idsOf(faults)).toEqual([`MISSING_PROPERTY ${missing}`]);
  }
  expect(stack.node.children.some((each) => each instanceof NodeAgents)).toBe(false);
});
