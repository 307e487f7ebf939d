import { Metric } from '../../lib/catalog';
import { LOAD_METRICS } from '../../lib/catalog/load-metrics';
import { MetricExporter } from '../../lib/catalog/metric-kind';
import { MetricsTarget } from '../../lib/core';
import { MetricContract, MonitoringRule } from '../../lib/monitoring';
import { loadRules } from '../../lib/monitoring/rules/load-rules';
import { faultsThrown, idsOf } from '../support/faults';
import { TARGET, VLLM_TARGET, fixture, monitor, parseExposition } from './support';

const scaled = (target: MetricsTarget, exporter: MetricExporter, model = target.models[0]): MetricsTarget => ({
  ...target,
  scaledModels: [{ model, service: 'front', exporter }],
});
const VLLM = scaled(VLLM_TARGET, MetricExporter.VLLM);
const BACKEND = scaled(TARGET, MetricExporter.TRITON_VLLM);
const TENSORS = scaled({ ...TARGET, exporters: [MetricExporter.TRITON] }, MetricExporter.TRITON);

const recorded = (target: MetricsTarget): MonitoringRule[] =>
  (JSON.parse(monitor([{ target }]).monitoring.rules) as { groups: { rules: MonitoringRule[] }[] }).groups
    .flatMap(({ rules }) => rules)
    .filter(({ record }) => record === 'inference_requests_in_flight');

test.each([
  [
    'of vLLM: those that run and those that wait',
    VLLM,
    /^sum\(vllm:num_requests_running\{.*\}\) \+ sum\(vllm:num_requests_waiting\{.*\}\)$/,
  ],
  [
    'of Triton: its queue, and the time of those in execution',
    TENSORS,
    /^sum\(nv_inference_pending_request_count\{.*\}\)( \+ sum\(rate\(nv_inference_compute_(input|infer|output)_duration_us\{.*\}\[2m\]\)\) \/ 1000000){3}$/,
  ],
  [
    'of its vLLM backend: the time of whole requests',
    BACKEND,
    /^sum\(rate\(vllm:e2e_request_latency_seconds_sum\{.*\}\[2m\]\)\)$/,
  ],
])('requests in flight %s', (_, target, expression) => {
  const rules = recorded(target);
  expect(rules).toHaveLength(1);
  const [{ expr, labels }] = rules;
  expect(expr).toMatch(expression);
  expect(expr).toContain(`job="${target.jobName}",model="${target.models[0]}"`);
  expect(labels).toEqual({ job: target.jobName, namespace: 'inference', service: 'front', model: target.models[0] });
  expect(MetricContract.faults(rules, [target], 30)).toEqual([]);
});

test('are not recorded where no scaler reads them', () => {
  expect(recorded(VLLM_TARGET)).toEqual([]);
});

test('of metrics that the server lacks are refused by the contract', () => {
  const old = scaled({ ...TARGET, version: '24.08' }, MetricExporter.TRITON_VLLM);
  expect(idsOf(MetricContract.faults(loadRules(old), [old]))).toEqual(['METRIC_NOT_EXPOSED expr']);
  const other = scaled({ ...TARGET, exporters: [MetricExporter.TRITON] }, MetricExporter.TRITON_VLLM);
  expect(idsOf(MetricContract.faults(loadRules(other), [other]))).toEqual(['METRIC_UNKNOWN expr']);
});

test('are read from what servers were seen to expose', () => {
  const seen = {
    [MetricExporter.VLLM]: [fixture('vllm-0.24.0-cpu.prom'), fixture('vllm-0.32.0-cpu.prom')],
    [MetricExporter.TRITON]: [fixture('triton-2.51-cpu.prom')],
  };
  for (const [exporter, texts] of Object.entries(seen)) {
    const { gauges, times } = LOAD_METRICS[exporter as MetricExporter]!;
    for (const text of texts) {
      const names = new Set(Object.keys(parseExposition(text).series));
      expect([...gauges, ...times.map(({ series }) => series)].filter((name) => !names.has(name))).toEqual([]);
    }
  }
});

test('no use of a GPU is among them', () => {
  const names = Object.values(LOAD_METRICS).flatMap(({ gauges, times }) => [
    ...gauges,
    ...times.map((each) => each.series),
  ]);
  const units = names.map((name) => Metric.find(name, Object.values(MetricExporter))?.unit);
  expect(new Set(units)).toEqual(new Set(['requests', 'microseconds', 'seconds']));
});

test('servers that may all be stopped are no outage', () => {
  const alerts = (target: MetricsTarget) => monitor([{ target }]).monitoring.rules.match(/"NoServerAnswers"/g) ?? [];
  expect(alerts({ ...VLLM, scalesToZero: true })).toEqual([]);
  expect(alerts(VLLM)).toHaveLength(1);
});

test('a target whose models are none of a scaler is refused by kind', () => {
  const wrong = { ...VLLM, scaledModels: [{ model: 'chat' }] } as unknown as MetricsTarget;
  expect(idsOf(faultsThrown(() => monitor([{ target: wrong }]))).length).toBeGreaterThan(0);
});
