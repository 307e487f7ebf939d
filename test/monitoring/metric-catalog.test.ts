import { Metric, compareVersions } from '../../lib/catalog/metric';
import { MetricFacts } from '../../lib/catalog/metric-facts';
import { MetricExporter, MetricFeature, MetricType, MetricUnit } from '../../lib/catalog/metric-kind';
import { TritonRelease } from '../../lib/catalog/serving-engine';
import { fixture, parseExposition } from './support';

const HISTOGRAM = Metric.of(MetricExporter.TRITON, 'nv_inference_first_response_histogram_ms');

/** How an exporter counts its versions. @default - three numbers */
const VERSIONS: { readonly [exporter in MetricExporter]?: RegExp } = {
  [MetricExporter.TRITON]: /^\d\d\.\d\d$/,
  [MetricExporter.TRITON_VLLM]: /^\d\d\.\d\d$/,
  [MetricExporter.TRITON_TENSORRT_LLM]: /^\d\d\.\d\d$/,
  [MetricExporter.DCGM]: /^\d+\.\d+\.\d+(-\d+\.\d+\.\d+)?$/,
  [MetricExporter.KUBELET_CADVISOR]: /^1\.\d\d$/,
};

/** Counters that their exporters give no `_total`: all of some, and what Kubernetes and cAdvisor named before the rule. */
const WITHOUT_TOTAL =
  /^(nv_|envoy_|DCGM_|node_amazonefa_|node_(vmstat|netstat)_|container_memory_failcnt$|kubelet_(evictions|preemptions|certificate_manager_client_expiration_renew_errors)$)/;

describe('the metric catalog', () => {
  test('has each name once for an exporter', () => {
    const keys = Metric.ALL.map((metric) => `${metric.exporter} ${metric.name}`);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys.length).toBeGreaterThan(500);
    for (const exporter of Object.values(MetricExporter))
      expect(Metric.ALL.filter((metric) => metric.exporter === exporter).length).toBeGreaterThan(6);
  });

  test.each(Metric.ALL.map((metric) => [`${metric.exporter} ${metric.name}`, metric] as const))(
    '%s is well formed',
    (_, m) => {
      expect(m.name).toMatch(/^[a-zA-Z_][a-zA-Z0-9_]*(:[a-zA-Z0-9_]+)?$/);
      expect(m.description).not.toBe('');
      // A commit, a release, or the packages of versions.
      expect(m.source).toMatch(
        /@ [0-9a-f]{7}|^assets\/\w+\.py of this library|^(vllm|envoy) \d+\.\d+\.\d+ .*\(PyPI|^[\w-]+\/[\w-]+ (lib )?v\d+\.\d+\.\d+/,
      );
      expect(m.labels.includes('quantile')).toBe(m.type === MetricType.SUMMARY);
      const everyLabel = [...m.labels, ...m.optionalLabels, ...m.labelChanges.map(({ label }) => label)];
      for (const label of everyLabel) expect(label).toMatch(/^[a-zA-Z_][a-zA-Z0-9_]*$/);
      expect(new Set(m.labels).size).toBe(m.labels.length);
      expect(everyLabel).not.toContain('le');
      for (const version of [
        m.minVersion,
        m.maxVersion,
        ...m.labelChanges.flatMap(({ since, until }) => [since, until]),
      ])
        if (version) expect(version).toMatch(VERSIONS[m.exporter] ?? /^\d+\.\d+\.\d+$/);
      if (m.minVersion && m.maxVersion) expect(compareVersions(m.maxVersion, m.minVersion)).toBeGreaterThanOrEqual(0);
      // Envoy counts members of a cluster in all.
      if (m.type === MetricType.GAUGE && !/_membership_total$/.test(m.name)) expect(m.name).not.toMatch(/_total$/);
      if (m.type === MetricType.COUNTER && !WITHOUT_TOTAL.test(m.name)) expect(m.name).toMatch(/_total$/);
      expect(m.optionalLabels.filter((label) => m.labels.includes(label))).toEqual([]);
      const known = [...m.labels, ...m.optionalLabels];
      for (const [label, values] of Object.entries(m.labelValues)) {
        expect(known).toContain(label);
        expect(new Set(values).size).toBe(values.length);
      }
      for (const change of m.labelChanges) {
        expect(change.since ?? change.until).toBeDefined();
        expect([change.label, known.includes(change.label)]).toEqual([change.label, change.until === undefined]);
        if (change.replacedBy) expect(known).toContain(change.replacedBy);
      }
      if (m.unlikeValuesOf) expect(m.labels).toContain(m.unlikeValuesOf);
      expect(m.replacedBy !== undefined).toBe(m.maxVersion !== undefined);
      if (m.everyModelSince) expect(compareVersions(m.everyModelSince, m.minVersion ?? '0')).toBeGreaterThan(0);
    },
  );

  // Both recordings name their source in their first lines.
  test.each(['triton-2.51-cpu.prom', 'triton-26-gpu.prom'])('agrees with what a server exposed: %s', (file) => {
    const { types, series } = parseExposition(fixture(file));
    const exporters = [MetricExporter.TRITON, MetricExporter.TRITON_VLLM];
    expect(Object.keys(types).length).toBeGreaterThan(8);
    for (const [name, type] of Object.entries(types)) {
      const metric = Metric.ALL.find((known) => known.name === name);
      expect([name, metric?.type]).toEqual([name, type]);
    }
    for (const [name, labels] of Object.entries(series)) {
      const metric = Metric.find(name, exporters);
      expect([name, metric !== undefined]).toEqual([name, true]);
      const wanted = new Set(metric?.labels);
      if (name.endsWith('_bucket')) wanted.add('le');
      if (/_(sum|count)$/.test(name)) wanted.delete('quantile');
      expect([name, [...labels].sort()]).toEqual([name, [...wanted].sort()]);
    }
  });

  test('finds a metric by a series of it, never a histogram by its bare name', () => {
    expect(Metric.find('nv_inference_first_response_histogram_ms_bucket', [MetricExporter.TRITON])).toBe(HISTOGRAM);
    expect(Metric.find('nv_inference_first_response_histogram_ms', [MetricExporter.TRITON])).toBeUndefined();
    expect(
      Metric.find('nv_inference_request_success', [MetricExporter.TRITON_VLLM, MetricExporter.TRITON_TENSORRT_LLM]),
    ).toBeUndefined();
    expect(Metric.of(MetricExporter.TRITON, 'nv_gpu_utilization').unit).toBe(MetricUnit.RATIO);
  });

  test('names the nearest metrics for an unknown one', () => {
    expect(() => Metric.of(MetricExporter.TRITON, 'nv_inference_request_sucess')).toThrow(
      /unknown metric of triton 'nv_inference_request_sucess'; nearest: 'nv_inference_request_success'/,
    );
  });

  test.each<[MetricExporter[], string, MetricFeature[], string[]]>([
    [[MetricExporter.TRITON], '26.02', [MetricFeature.HISTOGRAM_LATENCIES], []],
    [
      [MetricExporter.TRITON],
      '24.10',
      [MetricFeature.HISTOGRAM_LATENCIES],
      ['needs version 24.11 or later, not 24.10'],
    ],
    [[MetricExporter.TRITON], '26.02', [], ["needs 'histogram_latencies' to be switched on"]],
    [
      [MetricExporter.TRITON_TENSORRT_LLM],
      '26.02',
      [MetricFeature.HISTOGRAM_LATENCIES],
      ["comes from exporter 'triton' only"],
    ],
  ])('says why %j %s %j lacks the histogram', (exporters, version, features, why) => {
    expect(HISTOGRAM.missing(exporters, version, features)).toEqual(why.map((text) => expect.stringContaining(text)));
  });

  describe('of a metric and of labels that a version took away', () => {
    const facts: MetricFacts = {
      type: MetricType.GAUGE,
      unit: MetricUnit.WATTS,
      labels: ['UUID', 'hostname'],
      optionalLabels: ['pod', 'pod_uid'],
      labelChanges: [
        { label: 'Hostname', until: '4.5.3-4.8.2', replacedBy: 'hostname' },
        { label: 'hostname', since: '4.6.0' },
        { label: 'pod_uid', since: '4.7.0' },
      ],
      maxVersion: '4.7.0-4.8.4',
      replacedBy: 'other_power',
      description: 'Power',
      source: 'a test',
    };
    const made = (more: Partial<MetricFacts> = {}) =>
      Reflect.construct(Metric, [MetricExporter.TRITON, 'power', { ...facts, ...more }]) as Metric;

    test.each([
      ['4.5.3-4.8.2', ['UUID', 'Hostname', 'pod'], ['UUID', 'Hostname']],
      ['4.5.3-4.8.2-distroless', ['UUID', 'Hostname', 'pod'], ['UUID', 'Hostname']],
      ['4.6.0-4.8.3', ['UUID', 'hostname', 'pod'], ['UUID', 'hostname']],
      ['4.7.0-4.8.4', ['UUID', 'hostname', 'pod', 'pod_uid'], ['UUID', 'hostname']],
    ])('the labels at %s', (version, all, common) => {
      expect([made().labelsAt(version), made().commonLabelsAt(version)]).toEqual([all, common]);
    });

    test.each<[string, Partial<MetricFacts>, string[]]>([
      ['4.7.0-4.8.4', {}, []],
      ['4.7.1-4.8.4', {}, ['power is gone since the release after 4.7.0-4.8.4; use other_power']],
      [
        '4.7.1-4.8.4',
        { replacedBy: 'nothing measures it' },
        ['power is gone since the release after 4.7.0-4.8.4; nothing measures it'],
      ],
    ])('says at %s what to use instead: %j', (version, more, why) => {
      expect(made(more).missing([MetricExporter.TRITON], version, [])).toEqual(why);
    });
  });

  test('says what must not be added up', () => {
    expect(Metric.of(MetricExporter.TRITON, 'nv_gpu_memory_used_bytes').perDevice).toBe(true);
    expect(Metric.of(MetricExporter.TRITON, 'nv_inference_count').perDevice).toBe(false);
    const batcher = Metric.of(MetricExporter.TRITON_TENSORRT_LLM, 'nv_trt_llm_inflight_batcher_metrics');
    expect(batcher.unlikeValuesOf).toBe('inflight_batcher_specific_metric');
  });

  test('takes the vLLM exporter for switched on, since a target names it only then', () => {
    const tokens = Metric.of(MetricExporter.TRITON_VLLM, 'vllm:generation_tokens_total');
    expect(tokens.feature).toBe(MetricFeature.REPORT_CUSTOM_METRICS);
    expect(tokens.missing([MetricExporter.TRITON, MetricExporter.TRITON_VLLM], '26.02', [])).toEqual([]);
  });

  test('agrees with the table of releases on when the histogram covers every model', () => {
    for (const release of ['24.12', '25.03', '25.12', '26.01', '26.07'].map((name) => TritonRelease.of(name))) {
      const covers = compareVersions(release.release, HISTOGRAM.everyModelSince ?? '') >= 0;
      expect([release.release, covers]).toEqual([release.release, release.histogramOfEveryModel]);
    }
  });

  test.each([
    ['26.01', '25.12', 1],
    ['26.01', '26.01', 0],
    ['0.9.2', '0.11.0', -1],
    ['26.1', '26.01.1', -1],
  ])('orders %s and %s', (a, b, sign) => {
    expect(Math.sign(compareVersions(a, b))).toBe(sign);
  });
});
