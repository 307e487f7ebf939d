import { MonitoringRule } from '../../rules/monitoring-rule';
import { WatchedWorkload } from '../../watched-workload';
import { costDashboard } from './cost-dashboard';
import { fleetDashboard } from './fleet-dashboard';
import { gpuDashboard } from './gpu-dashboard';
import { modelDashboard, OF_EVERY_MODEL } from './model-dashboard';
import { sitesDashboard } from './sites-dashboard';
import { DashboardSpec } from './spec';
import { WatchedSeries } from './watched-series';

/** @internal */
export interface DashboardProps {
  readonly workloads: readonly WatchedWorkload[];
  /** All that are evaluated: a panel is there when a rule records each series that it reads. */
  readonly rules: readonly MonitoringRule[];
  /** External label by which sites that write from afar are told apart. @default - there are none */
  readonly siteLabel?: string;
}

/**
 * What the dashboards of what is watched consist of, in the order of their uids.
 *
 * @internal
 */
export function dashboardSpecs({ workloads, rules, siteLabel }: DashboardProps): DashboardSpec[] {
  const recorded = new Set(rules.flatMap(({ record }) => (record === undefined ? [] : [record])));
  const series = new WatchedSeries(workloads, recorded);
  const wanted: (DashboardSpec | undefined)[] = [
    ...(series.has(OF_EVERY_MODEL) ? [fleetDashboard(series), modelDashboard(series)] : []),
    gpuDashboard(series),
    costDashboard(series),
    siteLabel === undefined ? undefined : sitesDashboard(siteLabel),
  ];
  return wanted
    .flatMap((spec) => spec ?? [])
    .flatMap((spec) => series.reduced(spec) ?? [])
    .sort((a, b) => (a.uid < b.uid ? -1 : 1));
}
