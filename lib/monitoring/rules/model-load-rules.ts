import { Metric } from '../../catalog/metric';
import { MetricExporter } from '../../catalog/metric-kind';
import { MetricsTarget } from '../../core/watchable';
import { missingFrom } from '../../metrics/contract/scraped-target';
import { isOfCluster, isVllm, quoted, select, targetMatchers } from '../indicators/selectors';
import { alertRule } from './alert-rule';
import { AlertSeverity } from './alert-severity';
import { isGateway } from './gateway-rules';
import { MonitoringRule } from './monitoring-rule';

/** Triton has one of them at least of a model from the moment that it is loaded. */
const OF_TRITON = ['nv_inference_request_success', 'nv_inference_request_failure'].map((name) =>
  Metric.of(MetricExporter.TRITON, name),
);
const OF_VLLM = Metric.of(MetricExporter.VLLM, 'vllm:num_requests_running');
const LOAD_TIME = Metric.of(MetricExporter.TRITON, 'nv_model_load_duration_secs');

/** Share of the time that a server may take to start. */
const MOST_OF_BUDGET = 0.8;
const FOR = '5m';

/**
 * Alerts of servers that answer without a model, and of models that are nearly too slow to load.
 *
 * @internal
 */
export function modelLoadRules(target: MetricsTarget): MonitoringRule[] {
  if (isOfCluster(target) || isGateway(target)) return [];
  return [...notLoaded(target), ...loadSlow(target)];
}

function notLoaded(target: MetricsTarget): MonitoringRule[] {
  const up = `up{${targetMatchers(target).join(',')}} == 1`;
  const one = (model: string) => [`model=${quoted(model)}`];
  const rule = (model: string, expr: string, summary: string) =>
    alertRule(target, {
      name: 'ModelNotLoaded',
      severity: AlertSeverity.CRITICAL,
      expr,
      for: FOR,
      labels: { model },
      summary,
      description: `Job ${target.jobName} in namespace ${target.namespace}. Other models of the job are served.`,
    });
  const models = [...target.models].sort();
  if (!isVllm(target)) {
    if (OF_TRITON.some((metric) => missingFrom(target, metric).length > 0)) return [];
    return models.map((model) =>
      rule(
        model,
        [up, ...OF_TRITON.map((metric) => select(metric, target, one(model)))].join(' unless on (namespace, pod) '),
        `Pod {{ $labels.pod }} of ${target.jobName} has answered without model ${model} for ${FOR}`,
      ),
    );
  }
  // Each server has one model: without any, no server answers, and with one, that is the same.
  if (models.length < 2 || target.scalesToZero) return [];
  return models.map((model) =>
    rule(
      model,
      `(count by (namespace, job) (${up}) > 0) unless on (namespace, job) ${select(OF_VLLM, target, one(model))}`,
      `No server of ${target.jobName} has had model ${model} for ${FOR}`,
    ),
  );
}

function loadSlow(target: MetricsTarget): MonitoringRule[] {
  const { startupSeconds = 0 } = target;
  if (startupSeconds <= 0 || missingFrom(target, LOAD_TIME).length > 0) return [];
  return [
    alertRule(target, {
      name: 'ModelLoadSlow',
      severity: AlertSeverity.WARNING,
      expr: `max by (pod, model) (${select(LOAD_TIME, target)}) > ${Math.round(MOST_OF_BUDGET * startupSeconds)}`,
      for: FOR,
      summary: `{{ $labels.model }} took {{ $value | printf "%.0f" }} s to load, and its server has ${startupSeconds} s to start`,
      description: `Pod {{ $labels.pod }} of job ${target.jobName} in namespace ${target.namespace}. The next start may be cut off, and begin anew.`,
    }),
  ];
}
