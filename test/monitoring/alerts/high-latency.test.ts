import { MonitoringRule } from '../../../lib/monitoring/rules/monitoring-rule';
import { Watched, monitor } from '../support';

/** The rules that are made for workloads. */
function rulesOf(watched: readonly Watched[]): readonly MonitoringRule[] {
  const { groups } = JSON.parse(monitor(watched).monitoring.rules) as { groups: { rules: MonitoringRule[] }[] };
  return groups.flatMap(({ rules }) => rules);
}

test('HighLatency is not raised for the one of two workloads of a model that is watched without it', () => {
  const rules = rulesOf([{ options: { latencyAlert: false } }, { target: { jobName: 'triton-canary' } }]);
  const alerts = rules.filter(({ alert }) => alert === 'HighLatency');
  expect(alerts.map(({ expr, labels }) => [expr, labels?.job])).toEqual([
    ['deepseek_latency_p99{job="triton-canary"} > 50', 'triton-canary'],
  ]);
  expect(rules.filter(({ record }) => record === 'deepseek_latency_p99')).toHaveLength(2);
});
