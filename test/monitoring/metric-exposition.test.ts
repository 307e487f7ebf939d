import { DCGM_METRICS as DCGM_LIST } from '../../lib/compute/agents/node-agents-metrics';
import { Metric } from '../../lib/catalog/metric';
import { MetricExporter, MetricFeature } from '../../lib/catalog/metric-kind';
import { fixture } from './support';

interface Exposition {
  readonly file: string;
  readonly exporter: MetricExporter;
  /** Version of the exporter that exposed it. @default - the newest */
  readonly version?: string;
  /** How many rows of the exporter it must show at least. */
  readonly rows: number;
}

/** Types that the exporter states otherwise than the values are, with the reason. */
const STATED: { readonly [metric: string]: readonly [type: string, reason: string] } = {
  node_vmstat_oom_kill: ['untyped', 'the exporter does not know which fields of the kernel only grow'],
  node_netstat_Tcp_RetransSegs: ['untyped', 'the exporter does not know which fields of the kernel only grow'],
};

/** Each text names its source and version in its first lines; none is written from the catalogue. */
const EXPOSITIONS: readonly Exposition[] = [
  { file: 'triton-tensorrtllm.prom', exporter: MetricExporter.TRITON_TENSORRT_LLM, rows: 6 },
  { file: 'envoy-1.40.0.prom', exporter: MetricExporter.ENVOY, rows: 56 },
  { file: 'dcgm-exporter.prom', exporter: MetricExporter.DCGM, version: '3.3.5-3.4.0', rows: 1 },
  { file: 'dcgm-exporter-l4.prom', exporter: MetricExporter.DCGM, version: '4.5.3-4.8.2', rows: 20 },
  { file: 'node-exporter-efa-1.12.1.prom', exporter: MetricExporter.NODE, rows: 4 },
  { file: 'node-exporter-1.12.1.prom', exporter: MetricExporter.NODE, rows: 93 },
  { file: 'efa-node-exporter.prom', exporter: MetricExporter.EFA, rows: 18 },
  { file: 'kube-state-metrics-2.20.0.prom', exporter: MetricExporter.KUBE_STATE_METRICS, rows: 107 },
  { file: 'kubelet-1.37.2.prom', exporter: MetricExporter.KUBELET, rows: 14 },
  { file: 'kubelet-resource-1.37.2.prom', exporter: MetricExporter.KUBELET_RESOURCE, rows: 11 },
  {
    file: 'cadvisor-0.60.5.prom',
    exporter: MetricExporter.KUBELET_CADVISOR,
    rows: 40,
  },
  { file: 'leader-worker-set-0.9.0.prom', exporter: MetricExporter.LEADER_WORKER_SET, rows: 14 },
  { file: 'prometheus-2.42.0.prom', exporter: MetricExporter.PROMETHEUS, version: '2.42.0', rows: 18 },
  { file: 'prometheus-3.16.0.prom', exporter: MetricExporter.PROMETHEUS, rows: 18 },
  { file: 'alertmanager-0.25.0.prom', exporter: MetricExporter.ALERTMANAGER, version: '0.25.0', rows: 8 },
  { file: 'vmagent-1.150.0.prom', exporter: MetricExporter.VMAGENT, rows: 9 },
  { file: 'model-sync.prom', exporter: MetricExporter.MODEL_SYNC, rows: 13 },
  { file: 'model-rollout.prom', exporter: MetricExporter.MODEL_ROLLOUT, rows: 7 },
  { file: 'model-pipeline-0.1.0.prom', exporter: MetricExporter.MODEL_PIPELINE, rows: 8 },
];

interface Series {
  readonly name: string;
  /** Labels with a value: an empty one is none to Prometheus. */
  readonly labels: { readonly [label: string]: string };
}

function parse(text: string): { types: Map<string, string>; series: Series[] } {
  const types = new Map<string, string>();
  const series: Series[] = [];
  for (const line of text.split('\n')) {
    const type = /^# TYPE (\S+) (\S+)$/.exec(line);
    if (type) types.set(type[1], type[2]);
    const sample = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? \S+(?: \d+)?$/.exec(line);
    if (!sample) continue;
    const labels = [...(sample[2] ?? '').matchAll(/([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g)];
    series.push({
      name: sample[1],
      labels: Object.fromEntries(
        labels.filter(([, , value]) => value !== '').map(([, label, value]) => [label, value]),
      ),
    });
  }
  return { types, series };
}

/** What of a text disagrees with the catalogue, in sentences. */
function disagreements(text: string, exporter: MetricExporter, version: string): string[] {
  const { types, series } = parse(text);
  return series.flatMap(({ name, labels }) => {
    const metric = Metric.find(name, [exporter]);
    if (!metric) return [];
    const said: string[] = [];
    const stated = STATED[metric.name]?.[0] ?? metric.type;
    if (types.get(metric.name) !== stated) said.push(`${metric.name} is a ${types.get(metric.name)}`);
    const ofShape = { le: name.endsWith('_bucket'), quantile: false };
    const given = Object.keys(labels).filter((label) => !(label === 'le' && ofShape.le));
    for (const label of given.filter((each) => !metric.labelsAt(version).includes(each)))
      said.push(`${name} has ${label}`);
    for (const label of metric.commonLabelsAt(version).filter((each) => !given.includes(each)))
      said.push(`${name} lacks ${label}`);
    for (const [label, values] of Object.entries(metric.labelValues)) {
      if (label in labels && !values.includes(labels[label])) said.push(`${name} has ${label} ${labels[label]}`);
    }
    return said;
  });
}

describe.each(EXPOSITIONS.map((each) => [each.file, each] as const))(
  '%s',
  (file, { exporter, version = '99', rows }) => {
    const text = fixture(file);
    const { series } = parse(text);

    test('states its source in its first line', () => {
      expect(text.split('\n')[0]).toMatch(/^# .*(\d+\.\d+\.\d+|[a-zA-Z-]+\/[a-zA-Z_-]+)/);
    });

    test('agrees with the catalogue', () => {
      expect(disagreements(text, exporter, version)).toEqual([]);
    });

    test('shows as many rows of the catalogue as it did', () => {
      const seen = new Set(series.flatMap(({ name }) => Metric.find(name, [exporter])?.name ?? []));
      expect(seen.size).toBeGreaterThanOrEqual(rows);
    });
  },
);

test('of EFA the node exporter tells the state of a port and no byte, which another exporter does', () => {
  const { series } = parse(fixture('node-exporter-efa-1.12.1.prom'));
  const said = series.map(({ name }) => name.replace('node_infiniband_', ''));
  expect(said.sort()).toEqual(['info', 'lifespan_seconds', 'physical_state_id', 'rate_bytes_per_second', 'state_id']);
  const bytes = Metric.of(MetricExporter.NODE, 'node_infiniband_port_data_received_bytes_total');
  expect(bytes.description).toContain('not of EFA');
  expect(Metric.of(MetricExporter.EFA, 'node_amazonefa_rx_bytes').unit).toBe(bytes.unit);
});

test('a disagreement is seen: of type, of labels, of values', () => {
  const text = [
    '# TYPE kube_pod_status_phase counter',
    'kube_pod_status_phase{namespace="n",pod="p",phase="Lost",zone="z"} 1',
  ].join('\n');
  expect(disagreements(text, MetricExporter.KUBE_STATE_METRICS, '2.20.0')).toEqual([
    'kube_pod_status_phase is a counter',
    'kube_pod_status_phase has zone',
    'kube_pod_status_phase lacks uid',
    'kube_pod_status_phase has phase Lost',
  ]);
});

describe("the DCGM exporter's own list of counters", () => {
  const fields = fixture('dcgm-default-counters.csv')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(',') as [field: string, type: string]);
  const rows = Metric.ALL.filter(({ exporter }) => exporter === MetricExporter.DCGM);

  test('is what needs no further line', () => {
    const plain = rows.filter(({ feature }) => feature === undefined).map(({ name }) => name);
    const listed = fields.filter(([, type]) => type !== 'label').map(([field]) => field);
    expect(plain.sort()).toEqual(listed.sort());
    expect(rows.filter(({ feature }) => feature === MetricFeature.DCGM_COUNTER).length).toBeGreaterThan(25);
  });

  test('has labels that every series has', () => {
    for (const [label] of fields.filter(([, type]) => type === 'label')) {
      expect(rows.filter(({ labels }) => !labels.includes(label)).map(({ name }) => name)).toEqual([]);
    }
  });

  test('calls one rate a counter', () => {
    const others = fields.filter(([field, type]) =>
      rows.some((row) => row.name === field && row.type !== (type as string)),
    );
    expect(others).toEqual([['DCGM_FI_DEV_NVLINK_BANDWIDTH_TOTAL', 'counter']]);
  });

  // internal/pkg/server/server_test.go of both, of a counter of their own.
  test.each([
    [
      '4.5.3-4.8.2',
      'TEST_METRIC{gpu="0",UUID="GPU-0",pci_bus_id="",device="nvidia0",modelName="NVIDIA T400 4GB",Hostname="testhost"} 42',
    ],
    [
      '4.6.0-4.8.3',
      'TEST_METRIC{gpu="0",UUID="GPU-0",pci_bus_id="",device="nvidia0",modelName="NVIDIA T400 4GB",hostname="testhost"} 42',
    ],
  ])('labels at %s are those that it writes', (version, line) => {
    const written = [...line.matchAll(/(\w+)="/g)].map(([, label]) => label);
    const [power] = rows.filter(({ name }) => name === 'DCGM_FI_DEV_POWER_USAGE');
    expect(power.commonLabelsAt(version).sort()).toEqual([...written, 'DCGM_FI_DRIVER_VERSION'].sort());
  });

  test("the node agents' list has no field that the catalogue does not know, and no rate that it calls a counter", () => {
    const own = DCGM_LIST.filter(([, kind]) => kind !== 'label').map(([field, kind]) => [field, kind]);
    const known = own.map(([field, kind]) => [field, rows.find(({ name }) => name === field)?.type ?? 'unknown', kind]);
    // Counts of a window are called counters there; what reads them goes by the catalogue.
    const other = known.filter(([field, type, kind]) => type !== kind && field !== 'DCGM_EXP_XID_ERRORS_COUNT');
    expect(other).toEqual([]);
  });
});
