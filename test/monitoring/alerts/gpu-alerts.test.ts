import { MetricExporter, MetricFeature } from '../../../lib/catalog/metric-kind';
import { MetricsTarget } from '../../../lib/core/watchable';
import { monitor } from '../support';
import { testAlerts } from './promtool';

const DCGM: Partial<MetricsTarget> = {
  jobName: 'dcgm-exporter',
  namespace: 'gpu-agents',
  port: 9400,
  exporters: [MetricExporter.DCGM],
  models: [],
  features: [MetricFeature.DCGM_COUNTER],
  version: '4.5.3-4.8.2',
};

const UP = 'up{job="dcgm-exporter",namespace="gpu-agents",pod="dcgm-a",node="a",instance="10.0.0.1:9400"}';
/** As the exporter has them, with the labels of the pod that uses the GPU: test/monitoring/fixtures/dcgm-exporter.prom. */
const gpu = (metric: string, index = 0, more = '') =>
  `${metric}{gpu="${index}",UUID="GPU-${index}",device="nvidia${index}",modelName="NVIDIA H100",Hostname="a",job="dcgm-exporter",` +
  `namespace="inference",pod="chat-0",container="vllm",node="a",instance="10.0.0.1:9400"${more}}`;

testAlerts({ watched: [{ target: DCGM }] }, [
  {
    alert: 'GpuLost',
    when: 'one of two falls off the bus, and comes back',
    series: {
      [UP]: '1x120',
      [gpu('DCGM_FI_DEV_GPU_TEMP', 0)]: '50x120',
      [gpu('DCGM_FI_DEV_GPU_TEMP', 1)]: '50x20 _x40 50x60',
    },
    fires: {
      '40m': [{ node: 'a', UUID: 'GPU-1', severity: 'critical', job: 'dcgm-exporter', namespace: 'gpu-agents' }],
    },
    silent: ['20m', '70m', '2h'],
  },
  {
    alert: 'GpuLost',
    when: 'all of a node are gone while its exporter answers, until their memory fades',
    series: { [UP]: '1x600', [gpu('DCGM_FI_DEV_GPU_TEMP', 0)]: '50x20 stale' },
    fires: { '40m': [{ node: 'a', UUID: 'GPU-0' }], '6h': [{ node: 'a', UUID: 'GPU-0' }] },
    silent: ['7h'],
  },
  {
    alert: 'GpuLost',
    when: 'the node itself is gone',
    series: { [UP]: '1x20 stale', [gpu('DCGM_FI_DEV_GPU_TEMP', 0)]: '50x20 stale' },
    silent: ['10m', '40m'],
  },
  {
    alert: 'GpuXidFatal',
    when: 'an error of memory, followed by that of the program that fell over it',
    series: {
      [gpu('DCGM_EXP_XID_ERRORS_COUNT', 0, ',window_size_in_ms="300000",xid="48"')]: '_x20 1x5 0x200',
      [gpu('DCGM_EXP_XID_ERRORS_COUNT', 0, ',window_size_in_ms="300000",xid="45"')]: '_x20 1x5 0x200',
    },
    fires: {
      '22m': [{ node: 'a', gpu: '0', UUID: 'GPU-0', xid: '48', severity: 'critical' }],
      '60m': [{ node: 'a', gpu: '0', UUID: 'GPU-0', xid: '48', severity: 'critical' }],
    },
    silent: ['10m', '2h'],
  },
  {
    alert: 'GpuXidFatal',
    when: 'a program reads where it must not',
    series: { [gpu('DCGM_EXP_XID_ERRORS_COUNT', 0, ',window_size_in_ms="300000",xid="31"')]: '3x60' },
    silent: ['10m', '60m'],
  },
  {
    alert: 'GpuXidFatal',
    when: 'there has been none',
    series: { [gpu('DCGM_EXP_XID_ERRORS_COUNT', 0, ',window_size_in_ms="300000"')]: '0x60' },
    silent: ['10m', '60m'],
  },
  {
    alert: 'GpuMemoryFailing',
    when: 'a row cannot be replaced, until the GPU is changed',
    series: { [gpu('DCGM_FI_DEV_ROW_REMAP_FAILURE')]: '0x20 1x40 0x60' },
    fires: { '30m': [{ node: 'a', gpu: '0', UUID: 'GPU-0' }] },
    silent: ['20m', '90m'],
  },
  {
    alert: 'GpuMemoryFailing',
    when: 'all rows are well',
    series: { [gpu('DCGM_FI_DEV_ROW_REMAP_FAILURE')]: '0x60' },
    silent: ['60m'],
  },
  {
    alert: 'GpuThrottled',
    when: 'heat slows one GPU down for half an hour',
    series: {
      [gpu('DCGM_FI_DEV_THERMAL_VIOLATION', 0)]: '7000x20 7000+2000000x30 60007000x60',
      [gpu('DCGM_FI_DEV_THERMAL_VIOLATION', 1)]: '7000x120',
    },
    fires: { '40m': [{ node: 'a', gpu: '0', UUID: 'GPU-0', severity: 'warning' }] },
    silent: ['20m', '25m', '90m'],
  },
  {
    alert: 'GpuThrottled',
    when: 'it was slowed down long ago, or for a moment',
    series: { [gpu('DCGM_FI_DEV_THERMAL_VIOLATION')]: '9e9x30 9000000001x60' },
    silent: ['29m', '33m', '90m'],
  },
]);

describe('with the list of counters of the exporter itself', () => {
  const alerts = (target: Partial<MetricsTarget>) => {
    const { groups } = JSON.parse(monitor([{ target: { ...DCGM, ...target } }]).monitoring.rules) as {
      groups: { rules: { alert?: string; expr: string }[] }[];
    };
    return groups.flatMap(({ rules }) => rules.filter(({ alert }) => alert?.startsWith('Gpu')));
  };

  test('there is no alert whose counter is not in it, and XID errors are told by the last of them', () => {
    const own = alerts({ features: [] });
    expect(own.map(({ alert }) => alert)).toEqual(['GpuLost', 'GpuXidFatal', 'GpuMemoryFailing']);
    expect(own[1].expr).toMatch(
      /^max by \(node, UUID, gpu, err_code\) \(max_over_time\(DCGM_FI_DEV_XID_ERRORS\{.*\[1h\]\)\) > 0$/,
    );
  });

  test('and an exporter that does not name the error raises none', () => {
    expect(alerts({ features: [], version: '3.3.5-3.4.0' }).map(({ alert }) => alert)).toEqual([
      'GpuLost',
      'GpuMemoryFailing',
    ]);
  });
});
