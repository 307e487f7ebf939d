import { MonitoringRule } from '../../rules/monitoring-rule';
import { ownSeries } from '../../rules/own-series';
import { WatchedWorkload } from '../../watched-workload';
import { costDashboard } from './cost-dashboard';
import { edgeDashboard } from './edge-dashboard';
import { fleetDashboard } from './fleet-dashboard';
import { gpuDashboard } from './gpu-dashboard';
import { modelDashboard, OF_EVERY_MODEL } from './model-dashboard';
import { pipelineDashboard } from './pipeline-dashboard';
import { sitesDashboard } from './sites-dashboard';
import { ALERTS_THAT_FIRE, DashboardSpec } from './spec';
import { WatchedSeries } from './watched-series';

/** @internal */
export interface DashboardProps {
  readonly workloads: readonly WatchedWorkload[];
  /** All that are evaluated: a panel is there when a rule records each series that it reads. */
  readonly rules: readonly MonitoringRule[];
  /** External label by which sites that write from afar are told apart. @default - there are none */
  readonly siteLabel?: string;
  /** Whether sites write to this Prometheus, so that queries of this cluster ask for its series. @default false */
  readonly sitesWrite?: boolean;
}

/**
 * What the dashboards of what is watched consist of, in the order of their uids.
 *
 * @internal
 */
export function dashboardSpecs({ workloads, rules, siteLabel, sitesWrite }: DashboardProps): DashboardSpec[] {
  const recorded = new Set(rules.flatMap(({ record }) => (record === undefined ? [] : [record])));
  const series = new WatchedSeries(workloads, recorded);
  const wanted: (DashboardSpec | undefined)[] = [
    ...(series.has(OF_EVERY_MODEL) ? [fleetDashboard(series), modelDashboard(series)] : []),
    gpuDashboard(series),
    costDashboard(series),
    edgeDashboard(series),
    pipelineDashboard(),
  ];
  const own = wanted.flatMap((spec) => spec ?? []);
  const ofSites = siteLabel === undefined ? [] : [sitesDashboard(siteLabel)];
  const scoped = siteLabel !== undefined && sitesWrite ? own.map((spec) => ofThisCluster(spec, siteLabel)) : own;
  return [...scoped, ...ofSites].flatMap((spec) => series.reduced(spec) ?? []).sort((a, b) => (a.uid < b.uid ? -1 : 1));
}

/** A dashboard whose queries, and the values of whose variables, are those of this cluster. */
function ofThisCluster(spec: DashboardSpec, label: string): DashboardSpec {
  return {
    ...spec,
    alerts: ownSeries(spec.alerts ?? ALERTS_THAT_FIRE, label),
    variables: spec.variables.map((variable) => ({ ...variable, series: ownSeries(variable.series, label) })),
    rows: spec.rows.map((row) => ({
      ...row,
      panels: row.panels.map((panel) => ({
        ...panel,
        queries: panel.queries.map((query) => ({ ...query, expr: ownSeries(query.expr, label) })),
      })),
    })),
  };
}
