import { chartFaults } from './charts';

const RIGHT = { chart: 'cluster-autoscaler', repository: 'https://kubernetes.github.io/autoscaler', version: '9.59.0' };
const stackOf = (release: object) => ({ resource: { helm_release: { one: release } } });

test('a release of a chart where it is published has no fault', () => {
  expect(chartFaults(stackOf(RIGHT))).toEqual([]);
  // The chart of the package itself.
  expect(chartFaults(stackOf({ chart: './assets/resources' }))).toEqual([]);
});

test.each([
  [
    { repository: 'https://kubernetes.github.io/autoscaling' },
    /is in https:\/\/kubernetes\.github\.io\/autoscaler, not in/,
  ],
  [{ version: '9.99.0' }, /no version 9\.99\.0/],
  [{ chart: 'cluster-autoscalers' }, /not recorded/],
])('a release of %j is a fault', (changed, reason) => {
  expect(chartFaults(stackOf({ ...RIGHT, ...changed }))).toEqual([expect.stringMatching(reason)]);
});
