import { Indicator } from '../../lib/monitoring';
import { MonitoringRule } from '../../lib/monitoring/rules/monitoring-rule';
import { Metric, MetricExporter } from '../../lib/catalog';
import { MetricsTarget } from '../../lib/core/watchable';
import { TARGETS } from './indicators/targets';
import { monitor } from './support';

/** The annotations of an alert of a target as one text. */
function textOf(target: MetricsTarget, alert: string): string {
  const { groups } = JSON.parse(monitor([{ target }]).monitoring.rules) as { groups: { rules: MonitoringRule[] }[] };
  const found = groups
    .flatMap(({ rules }) => rules)
    .filter((rule) => rule.alert === alert && rule.labels?.job === target.jobName);
  expect(found).toHaveLength(1);
  return Object.values(found[0].annotations ?? {}).join('\n');
}

// triton-inference-server/core 73aad7c and branches r24.10 to r26.06: DynamicBatchScheduler::Enqueue returns the error of a full queue uncounted.
describe('what Triton counts', () => {
  const { triton, vllm } = TARGETS;

  test('of refused requests are those that waited too long, and the alert says no more', () => {
    const text = textOf(triton, 'RequestsRejected');
    expect(text).toContain('have waited in the queue for longer than they may');
    expect(text).toContain('what a full queue refuses at once is not counted');
    expect(text).not.toMatch(/full queue of .* has refused/);
    expect(textOf(vllm, 'RequestsRejected')).toContain('A full queue of {{ $labels.model }} has refused');
  });

  test('of failures are neither refusals of a full queue nor errors that a Python model answers', () => {
    const text = textOf(triton, 'RequestsFail');
    expect(text).toContain('REJECTED: they waited too long in the queue');
    expect(text).toContain('counts neither way');
    expect(Indicator.QPS.query(triton).meaning).toContain(
      'An error that a Python model answers by itself is an answer.',
    );
    expect(Indicator.QPS.query(vllm).meaning).not.toContain('Python');
  });

  test('of executions are those that fail too, of inferences not', () => {
    expect(Indicator.BATCH_SIZE.query(triton).meaning).toContain('an execution that fails as none');
    const of = (name: string) => Metric.of(MetricExporter.TRITON, name).description;
    expect(of('nv_inference_exec_count')).toContain('also those that failed');
    expect(of('nv_inference_count')).toContain('those that failed');
  });
});

describe('NoServerAnswers', () => {
  test.each([TARGETS.node, TARGETS.dcgm])('of an exporter speaks of no model and no weights: $jobName', (target) => {
    const text = textOf(target, 'NoServerAnswers');
    expect(text).toContain(`No pod of ${target.jobName} has answered for 5m`);
    expect(text).toContain(`alerts and panels that read ${target.jobName} see nothing`);
    expect(text).not.toMatch(/Model|model|weights|Its metrics/);
  });

  test('of a server names its models', () => {
    expect(textOf(TARGETS.triton, 'NoServerAnswers')).toMatch(/Model \S+ cannot be reached/);
  });
});
