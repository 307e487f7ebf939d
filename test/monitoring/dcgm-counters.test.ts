import { readdirSync, readFileSync } from 'fs';
import * as path from 'path';
import { Metric } from '../../lib/catalog/metric';
import { MetricExporter, MetricFeature } from '../../lib/catalog/metric-kind';
import { DCGM_METRICS } from '../../lib/compute/agents/node-agents-metrics';
import { MetricsTarget } from '../../lib/core/watchable';
import { MonitoringStack } from '../../lib/monitoring';
import { dashboardsOf } from '../../lib/monitoring/grafana/dashboards/dashboards';
import { panelQueries } from '../../lib/monitoring/grafana/dashboards/dashboard-queries';
import { IndicatorSource } from '../../lib/monitoring/indicators/indicator-source';
import * as gpuIndicators from '../../lib/monitoring/indicators/gpus';
import { NodeAgents } from '../../lib/compute/agents/node-agents';
import { testStack } from '../support/synth';
import { testCluster } from '../support/test-cluster';
import { everything, rulesOf, watched } from './grafana/support';
import { TARGETS } from './indicators/targets';
import { TestWorkload } from './support';

/** Those of the texts that name a metric of the exporter. */
const namesIn = (...texts: readonly string[]): string[] =>
  [...new Set(texts.flatMap((text) => text.match(/\bDCGM_(?:FI|EXP)_[A-Z0-9_]+/g) ?? []))].sort();

/** What is read and not in the list of counters that `NodeAgents` gives the exporter, labels aside: queries cannot read those. */
const lacking = (
  read: readonly string[],
  list: readonly (readonly [string, string, string])[] = DCGM_METRICS,
): string[] => {
  const exposed = list.filter(([, kind]) => kind !== 'label').map(([field]) => field);
  return read.filter((name) => !exposed.includes(name));
};

/** The exporter as it has been, and with each list: some rules and indicators take another metric where the better one is not exposed. */
const EXPORTERS: MetricsTarget[] = ['3.3.5-3.4.0', '4.5.3-4.8.2', '4.6.0-4.8.3'].flatMap((version) =>
  [[], [MetricFeature.DCGM_COUNTER]].map((features) => ({ ...TARGETS.dcgm, version, features })),
);

/** All text of the code under a folder of lib. */
function textsOf(folder: string): string[] {
  const root = path.join(__dirname, '../../lib', folder);
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(path.join(root, file), 'utf8'));
}

const sources = (): IndicatorSource[] =>
  Object.values(gpuIndicators)
    .flat()
    .filter(({ exporter }) => exporter === MetricExporter.DCGM);

/** What each part of the monitoring reads of the exporter. */
const READ: { readonly [part: string]: () => string[] } = {
  'rules and recorded indicators': () =>
    namesIn(...EXPORTERS.flatMap((target) => rulesOf([watched(target)])).map(({ expr }) => expr)),
  indicators: () =>
    namesIn(
      ...EXPORTERS.flatMap((target) => sources().flatMap(({ query }) => query(target)?.metrics ?? [])).map(
        ({ name }) => name,
      ),
    ),
  dashboards: () => {
    const workloads = EXPORTERS.map((target, i) => watched({ ...target, jobName: `dcgm-${i}` }));
    const made = dashboardsOf({ workloads, rules: rulesOf(workloads) });
    const all = [...made, ...Object.values(everything)];
    return namesIn(...all.flatMap(panelQueries).flatMap(({ queries }) => queries.map(({ expr }) => expr)));
  },
  'the code of the monitoring': () => namesIn(...textsOf('monitoring')),
};

describe('the list of counters of the node agents', () => {
  test.each(Object.entries(READ))('has every metric that is read by %s', (_, read) => {
    expect(lacking(read())).toEqual([]);
  });

  test('what is read is found: those of the alerts and of the indicators', () => {
    const [rules, indicators, , code] = Object.values(READ).map((read) => read());
    expect(rules).toEqual(
      expect.arrayContaining([
        'DCGM_EXP_XID_ERRORS_COUNT',
        'DCGM_FI_DEV_GPU_TEMP',
        'DCGM_FI_DEV_ROW_REMAP_FAILURE',
        'DCGM_FI_DEV_THERMAL_VIOLATION',
        'DCGM_FI_DEV_XID_ERRORS',
      ]),
    );
    expect(indicators).toEqual(expect.arrayContaining(['DCGM_FI_DEV_FB_RESERVED', 'DCGM_FI_PROF_NVLINK_RX_BYTES']));
    expect(code).toEqual(expect.arrayContaining([...rules, ...indicators]));
  });

  test('what leaves the list is noticed, one by one', () => {
    const read = READ['the code of the monitoring']();
    expect(read.length).toBeGreaterThan(12);
    for (const name of read) {
      const shorter = DCGM_METRICS.filter(([field]) => field !== name);
      expect(lacking(read, shorter)).toEqual([name]);
    }
    const asLabel = DCGM_METRICS.map(([field, , help]) => [field, 'label', help] as const);
    expect(lacking(read, asLabel)).toEqual(read);
  });

  test('is one of which the catalog knows every metric that is read', () => {
    const known = Metric.ALL.filter(({ exporter }) => exporter === MetricExporter.DCGM).map(({ name }) => name);
    expect(READ['the code of the monitoring']().filter((name) => !known.includes(name))).toEqual([]);
  });

  test('is what the exporter of a program with a monitoring stack exposes', () => {
    const stack = testStack();
    const cluster = testCluster(stack);
    new NodeAgents(stack, 'Agents', { cluster, dcgmExporter: true });
    const monitoring = new MonitoringStack(stack, 'Monitoring', { cluster, alertReceivers: [] });
    monitoring.watch(new TestWorkload(stack, 'Workload'));
    const read = namesIn(monitoring.rules, ...Object.values(monitoring.dashboards));
    expect(read).toContain('DCGM_FI_DEV_THERMAL_VIOLATION');
    expect(lacking(read)).toEqual([]);
  });
});
