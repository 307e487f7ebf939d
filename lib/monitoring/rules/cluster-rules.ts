import { MetricExporter } from '../../catalog/metric-kind';
import { MetricsTarget } from '../../core/watchable';
import { clusterStateRules } from './cluster-state-rules';
import { containerMemoryRules } from './container-memory-rules';
import { gpuRules } from './gpu-rules';
import { MonitoringRule } from './monitoring-rule';
import { rdmaRules } from './rdma-rules';

/**
 * Alerts from what a target tells of nodes and of the cluster, beside those of its own pods.
 *
 * @internal
 */
export function clusterRules(target: MetricsTarget): MonitoringRule[] {
  const { exporters } = target;
  return [
    ...(exporters.includes(MetricExporter.DCGM) ? gpuRules(target) : []),
    ...(exporters.includes(MetricExporter.KUBE_STATE_METRICS) ? clusterStateRules(target) : []),
    ...(exporters.includes(MetricExporter.NODE) ? rdmaRules(target) : []),
    ...(exporters.includes(MetricExporter.KUBELET_CADVISOR) ? containerMemoryRules(target) : []),
  ];
}
