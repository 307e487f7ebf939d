import { MetricExporter } from '../../../lib/catalog/metric-kind';
import { MetricsTarget } from '../../../lib/core/watchable';
import { monitor } from '../support';
import { testAlerts } from './promtool';

const KUBE: Partial<MetricsTarget> = {
  jobName: 'kube-state-metrics',
  namespace: 'monitoring',
  exporters: [MetricExporter.KUBE_STATE_METRICS],
  models: [],
  features: [],
  version: '2.20.0',
};
const NODES: Partial<MetricsTarget> = {
  ...KUBE,
  jobName: 'node-exporter',
  exporters: [MetricExporter.NODE, MetricExporter.EFA],
  version: '1.12.1',
};

const ofKube = (metric: string, labels: string) =>
  `${metric}{job="kube-state-metrics",instance="10.0.0.9:8080",${labels}}`;
const gpus = (what: string, node: string) =>
  ofKube(`kube_node_status_${what}`, `node="${node}",resource="nvidia_com_gpu",unit="integer"`);
const container = (what: string, more = '') =>
  ofKube(
    `kube_pod_container_status_${what}`,
    `namespace="inference",pod="chat-0",uid="u",container="vllm",node="a"${more}`,
  );
const ofJob = (metric: string, name: string, more?: string) =>
  ofKube(metric, [`namespace="inference",job_name="${name}"`, ...(more ? [more] : [])].join(','));
const ofNode = (metric: string, device: string) =>
  `${metric}{device="${device}",job="node-exporter",namespace="monitoring",pod="node-exporter-a",node="a",instance="10.0.0.1:9100"}`;

testAlerts({ watched: [{ target: KUBE }, { target: NODES }] }, [
  {
    alert: 'GpuNotAllocatable',
    when: 'the device plugin takes one of eight out, until the node is replaced',
    series: {
      [gpus('capacity', 'a')]: '8x120',
      [gpus('allocatable', 'a')]: '8x20 7x60 8x40',
      [gpus('capacity', 'b')]: '8x120',
      [gpus('allocatable', 'b')]: '8x120',
    },
    fires: { '40m': [{ node: 'a', severity: 'critical', job: 'kube-state-metrics', namespace: 'monitoring' }] },
    silent: ['20m', '110m'],
  },
  {
    alert: 'GpuNotAllocatable',
    when: 'a node has no device plugin yet, or one shares its GPUs',
    series: {
      [gpus('capacity', 'a')]: '0x60',
      [gpus('allocatable', 'a')]: '0x60',
      [gpus('capacity', 'b')]: '32x60',
      [gpus('allocatable', 'b')]: '32x60',
    },
    silent: ['60m'],
  },
  {
    alert: 'ContainerOutOfMemory',
    when: 'a server is ended for want of memory and started again',
    series: {
      [container('last_terminated_reason', ',reason="OOMKilled"')]: '_x20 1x100',
      [container('restarts_total')]: '0x20 1x100',
    },
    fires: { '25m': [{ namespace: 'inference', pod: 'chat-0', container: 'vllm', job: 'kube-state-metrics' }] },
    silent: ['15m', '60m'],
  },
  {
    alert: 'ContainerOutOfMemory',
    when: 'it ended by itself, or for want of memory long ago',
    series: {
      [container('last_terminated_reason', ',reason="Error"')]: '1x60',
      [container('restarts_total')]: '0x20 1x40',
      [container('last_terminated_reason', ',reason="OOMKilled"').replace('chat-0', 'chat-1')]: '1x60',
      [container('restarts_total').replace('chat-0', 'chat-1')]: '4x60',
    },
    silent: ['25m', '60m'],
  },
  {
    alert: 'GroupRecreating',
    when: 'a group is made anew every ten minutes, then no more',
    series: {
      [ofKube('kube_statefulset_created', 'namespace="inference",statefulset="chat-0"')]:
        '1000x10 1600x10 2200x10 2800x10 3400x120',
      [ofKube('kube_statefulset_created', 'namespace="inference",statefulset="chat-1"')]: '1000x160',
    },
    fires: { '45m': [{ namespace: 'inference', statefulset: 'chat-0', severity: 'critical' }] },
    silent: ['25m', '150m'],
  },
  {
    alert: 'GroupRecreating',
    when: 'there is a rollout, and a node is lost',
    series: {
      [ofKube('kube_statefulset_created', 'namespace="inference",statefulset="chat-0"')]: '1000x10 1600x10 2200x60',
    },
    silent: ['30m', '70m'],
  },
  {
    alert: 'JobFailed',
    when: 'the checks of a pipeline do not hold, until its Job is deleted',
    series: {
      [ofJob('kube_job_failed', 'quantize', 'condition="true"')]: '_x20 1x40',
      [ofJob('kube_job_failed', 'quantize', 'condition="false"')]: '_x20 0x40',
    },
    fires: {
      '30m': [{ namespace: 'inference', job_name: 'quantize', severity: 'warning', job: 'kube-state-metrics' }],
    },
    silent: ['15m', '70m'],
  },
  {
    alert: 'JobFailed',
    when: 'the first pod of a Job failed, and the second one does what it is to do',
    series: {
      [ofJob('kube_job_status_failed', 'export', 'reason="BackoffLimitExceeded"')]: '0x80',
      [ofJob('kube_job_status_active', 'export')]: '1x40 0x40',
      [ofJob('kube_job_failed', 'export', 'condition="true"')]: '_x40 0x40',
      [ofJob('kube_job_complete', 'export', 'condition="true"')]: '_x40 1x40',
    },
    silent: ['30m', '70m'],
  },
  {
    alert: 'RdmaFellBackToTcp',
    when: 'a group sends over the network of the node, until NCCL finds EFA again',
    series: {
      [ofNode('node_network_transmit_bytes_total', 'ens32')]: '0+30000000000x60 1800000000000x60',
      [ofNode('node_amazonefa_tx_bytes', 'rdmap0')]: '5000x60 5000+60000000000x60',
    },
    fires: { '30m': [{ node: 'a', severity: 'warning' }] },
    silent: ['5m', '100m'],
  },
  {
    alert: 'RdmaFellBackToTcp',
    when: 'both carry much, or pods send over a node that has no cards for RDMA',
    series: {
      [ofNode('node_network_transmit_bytes_total', 'ens32')]: '0+30000000000x60',
      [ofNode('node_amazonefa_tx_bytes', 'rdmap0')]: '0+60000000000x60',
      [ofNode('node_network_transmit_bytes_total', 'ens32').replace('node="a"', 'node="b"')]: '0+30000000000x60',
    },
    silent: ['30m', '60m'],
  },
  {
    alert: 'RdmaFellBackToTcp',
    when: 'a model is downloaded: the interface of its pod sends to the pod what the node receives',
    series: {
      [ofNode('node_network_transmit_bytes_total', 'eni3f2a')]: '0+90000000000x60',
      [ofNode('node_network_transmit_bytes_total', 'ens32')]: '0+600000000x60',
      [ofNode('node_amazonefa_tx_bytes', 'rdmap0')]: '5000x60',
    },
    silent: ['30m', '60m'],
  },
]);

test('a node exporter without counters of EFA goes by those of InfiniBand', () => {
  const { rules } = monitor([{ target: { ...NODES, exporters: [MetricExporter.NODE] } }]).monitoring;
  expect(rules).toMatch(/"alert":"RdmaFellBackToTcp"/);
  expect(rules).toContain('node_infiniband_port_data_transmitted_bytes_total');
  expect(rules).not.toContain('node_amazonefa');
});
