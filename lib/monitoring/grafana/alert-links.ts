import { concreteFault } from '../../core/tokens';
import { plainUrlFaults } from '../../core/url-faults';
import { Fault, fault } from '../../units/fault';
import { givenValue } from '../../units/number-faults';
import { MonitoringRule } from '../rules/monitoring-rule';
import { RuleGroup } from '../rules/rule-group';
import { MODEL_DASHBOARD_UID } from './dashboards/model-dashboard';
import { DashboardSpec } from './dashboards/spec';

/** Panels that show what an alert is about. */
interface AlertPanels {
  /** Uid of their dashboard. */
  readonly uid: string;
  /** Their ids, the best first: which there are depends on what servers tell. */
  readonly ids: readonly number[];
  /** Labels that the series of the alert have, beside those that its rule gives it. */
  readonly told: readonly string[];
}

const ofModel =
  (...told: string[]) =>
  (...ids: number[]): AlertPanels => ({ uid: MODEL_DASHBOARD_UID, ids, told });
const ofServers: AlertPanels = { uid: 'gpu-inference-fleet', ids: [4], told: [] };
const ofGpus = (...ids: number[]): AlertPanels => ({ uid: 'gpu-inference-gpus', ids, told: ['node'] });

/**
 * Where to look, by the name of the alert.
 *
 * @internal
 */
export const PANELS_OF_ALERTS: { readonly [alert: string]: AlertPanels } = {
  AvailabilityBudgetBurns: ofModel('model')(20),
  CloudUnreachable: { uid: 'gpu-inference-edge', ids: [1], told: [] },
  EdgeSiteSilent: { uid: 'gpu-inference-sites', ids: [10], told: [] },
  GpuLost: ofGpus(1),
  GpuMemoryFailing: ofGpus(12, 1),
  GpuMemoryNearFull: ofGpus(2),
  GpuNotAllocatable: ofGpus(1),
  GpuThrottled: ofGpus(11, 10),
  GpuXidFatal: ofGpus(12, 1),
  HighLatency: ofModel('namespace', 'job', 'model')(10),
  KvCacheFull: ofModel('model')(30),
  LatencyBudgetBurns: ofModel('model')(10),
  ModelLoadSlow: ofModel('model')(23),
  ModelNotLoaded: ofModel()(23, 1),
  NoServerAnswers: ofServers,
  NoTokens: ofModel('model')(2),
  PlanNotHeld: ofModel()(40),
  QueueSaturated: ofModel('model')(13, 3),
  RdmaFellBackToTcp: ofGpus(21),
  RequestsFail: ofModel('model')(20),
  RequestsRejected: ofModel('model')(21),
  RequestsWait: ofModel('model')(3, 1),
  ServerDown: ofServers,
  ServerRestarts: ofServers,
  ServersMissing: ofServers,
};

/**
 * Alerts that no panel shows more of: what they are about is no series of a dashboard.
 *
 * @internal
 */
export const ALERTS_WITHOUT_PANEL: readonly string[] = [
  'CapacityBlockEnding',
  'CertificateExpiring',
  'ContainerMemoryNearLimit',
  'ContainerOutOfMemory',
  'GatewayHasNoServer',
  'GatewayRequestsFail',
  'GroupRecreating',
  'NotificationsFail',
  'RemoteWriteFails',
  'RulesFail',
  'UplinkBufferFilling',
  'UplinkDown',
  'UplinkLosesSamples',
  'JobFailed',
  'ModelRolloutStopped',
  'ModelSyncLate',
  'ModelSyncRefused',
  'Watchdog',
];

/**
 * Rules whose alerts link, by the annotation `dashboard_url`, to the panel of a dashboard that shows them, where there is one.
 *
 * @param groups the rules
 * @param dashboards the dashboards that there are, with the panels that they have
 * @param url URL of Grafana
 *
 * @internal
 */
export function withDashboardLinks(
  groups: readonly RuleGroup[],
  dashboards: readonly DashboardSpec[],
  url: string,
): RuleGroup[] {
  return groups.map(({ name, rules }) => ({
    name,
    rules: rules.map((rule) => {
      const path = linkOf(rule, dashboards);
      const link = `${url.replace(/\/+$/, '').replaceAll('{', '%7B')}${path}`;
      return path === undefined ? rule : { ...rule, annotations: { ...rule.annotations, dashboard_url: link } };
    }),
  }));
}

function linkOf(rule: MonitoringRule, dashboards: readonly DashboardSpec[]): string | undefined {
  const panels = PANELS_OF_ALERTS[rule.alert ?? ''];
  const dashboard = dashboards.find(({ uid }) => uid === panels?.uid);
  const present = dashboard?.rows.flatMap((row) => row.panels.map(({ id }) => id)) ?? [];
  const panel = panels?.ids.find((id) => present.includes(id));
  if (!panels || !dashboard || panel === undefined) return undefined;
  const variables = dashboard.variables.flatMap(({ name, label }) => {
    const value = valueOf(label, rule, panels.told);
    return value === undefined ? [] : [`var-${name}=${value}`];
  });
  return `/d/${dashboard.uid}?${[...variables, `viewPanel=${panel}`].join('&')}`;
}

/** The value of a label of an alert, ready for a URL: templates see the labels of the series, not those that the rule adds. */
function valueOf(label: string, { labels = {} }: MonitoringRule, told: readonly string[]): string | undefined {
  if (labels[label] !== undefined) return encodeURIComponent(labels[label]);
  return told.includes(label) ? `{{ $labels.${label} | urlquery }}` : undefined;
}

/**
 * The fault of the URL of a Grafana that links begin with.
 *
 * @internal
 */
export function grafanaUrlFaults(property: string, url: string | undefined): Fault[] {
  if (url === undefined) return [];
  const unknown = concreteFault(property, url, 'it is part of each alert');
  if (unknown.length > 0) return unknown;
  const faults = plainUrlFaults(property, url, 'a link in an alert is read by all who get it');
  if (faults.length > 0 || !/[?#]/.test(url)) return faults;
  const reason =
    `${property} must be the URL that pages of Grafana begin with, without a query and without what follows a '#', since the path of a dashboard is ` +
    `put after it; got ${givenValue(url)}; for example '${url.replace(/[?#].*$/s, '')}'`;
  return [fault('INVALID_FORMAT', property, reason)];
}
