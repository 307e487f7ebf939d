import { Indicator } from '../indicators/indicator';
import { modelRecord, OF_DEVICES } from '../indicators/model-records';
import { isOfCluster, quoted } from '../indicators/selectors';
import { readIndicators, WatchedWorkload } from '../watched-workload';
import { MonitoringRule } from './monitoring-rule';

/**
 * The rules that record the indicators of a workload: of all its models in one series each, and under a name of its own for each model.
 *
 * @param workload the workload
 * @param all all workloads: what an exporter of GPUs tells of the whole cluster is not read from the servers too
 *
 * @internal
 */
export function indicatorRules(workload: WatchedWorkload, all: readonly WatchedWorkload[]): MonitoringRule[] {
  const { target, metricPrefixes, latencyAlert } = workload;
  const { jobName: job, namespace } = target;
  const indicators = readIndicators(workload, all);
  const ofAll = indicators.map(({ indicator, query }) => ({
    record: indicator.record,
    expr: query.expr,
    labels: { job, namespace },
  }));
  const ofOne = indicators.flatMap(({ indicator, query }) => {
    // The alert on it comes with its own.
    const isAlerted = latencyAlert && indicator.name === Indicator.LATENCY_P99.name;
    if (indicator.suffix === undefined || isAlerted) return [];
    return query.models.map((model) =>
      modelRule(modelRecord(metricPrefixes, model, indicator), indicator, workload, model),
    );
  });
  return [...ofAll, ...ofOne];
}

/**
 * The rule that records an indicator of a model under a name of its own.
 *
 * @internal
 */
export function modelRule(
  record: string,
  indicator: Indicator,
  { target }: WatchedWorkload,
  model: string,
): MonitoringRule {
  const { jobName, namespace } = target;
  return {
    record,
    expr: `${indicator.record}{namespace=${quoted(namespace)},job=${quoted(jobName)},model=${quoted(model)}}`,
    // Distinguished for tools that treat two rules with the same name and labels as duplicates.
    labels: { job: jobName },
  };
}

/**
 * The rules that record the indicators of GPUs and network cards, once for the cluster.
 *
 * @internal
 */
export function deviceRules(workloads: readonly WatchedWorkload[]): MonitoringRule[] {
  const targets = workloads.map(({ target }) => target).filter(isOfCluster);
  return OF_DEVICES.flatMap((indicator) => {
    const told = targets.flatMap((target) => indicator._read(target) ?? []);
    return told.length === 0 ? [] : [{ record: indicator.record, expr: told.map(({ expr }) => expr).join(' or ') }];
  });
}
