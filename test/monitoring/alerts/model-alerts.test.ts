import { MetricExporter, MetricFeature } from '../../../lib/catalog/metric-kind';
import { MetricsTarget } from '../../../lib/core/watchable';
import { monitor, VLLM_TARGET } from '../support';
import { testAlerts } from './promtool';

const TENSOR: Partial<MetricsTarget> = {
  jobName: 'triton-fraud',
  exporters: [MetricExporter.TRITON],
  models: ['fraud', 'score'],
  startupSeconds: 600,
};
const VLLM: Partial<MetricsTarget> = { ...VLLM_TARGET, version: '0.32.0', models: ['chat', 'code'] };
const KUBELET: Partial<MetricsTarget> = {
  jobName: 'kubelet',
  namespace: 'kube-system',
  exporters: [MetricExporter.KUBELET_CADVISOR],
  models: [],
  features: [],
  version: '1.37.2',
};
const GATEWAY: Partial<MetricsTarget> = {
  jobName: 'gateway-front',
  exporters: [MetricExporter.ENVOY],
  models: ['chat'],
  features: [MetricFeature.GATEWAY_TLS],
  version: '1.40.0',
};

const triton = (metric: string, labels = '', pod = 'fraud-0') =>
  `${metric}{job="triton-fraud",namespace="inference",pod="${pod}",node="a",instance="${pod}:8002"${labels}}`;
const ofModel = (metric: string, model: string, more = '', pod = 'fraud-0') =>
  triton(metric, `,model="${model}",version="1"${more}`, pod);
const vllm = (metric: string, model: string, more = '') =>
  `${metric}{job="vllm-talk",namespace="inference",pod="${model}-0",node="a",instance="${model}-0:8000",model="${model}",model_name="${model}",engine="0"${more}}`;
const container = (what: string, name = 'vllm') =>
  `container_${what}{job="kubelet",instance="10.0.0.1:10250",namespace="inference",pod="chat-0",container="${name}",id="/x",image="i",name="n",node="a"}`;
const certificate =
  'envoy_listener_ssl_certificate_expiration_unix_time_seconds{job="gateway-front",namespace="inference",pod="g-0",node="a",' +
  'instance="g-0:9901",envoy_listener_address="0.0.0.0_8443",envoy_tls_certificate="default"}';

testAlerts({ watched: [{ target: TENSOR }, { target: VLLM }, { target: KUBELET }, { target: GATEWAY }] }, [
  {
    alert: 'QueueSaturated',
    when: 'requests wait for three quarters of their time, then no more',
    series: {
      [ofModel('nv_inference_queue_duration_us', 'fraud')]: '0+45000000x40 1800000000+1000000x60',
      [ofModel('nv_inference_request_duration_us', 'fraud')]: '0+60000000x40 2400000000+60000000x60',
    },
    fires: { '30m': [{ model: 'fraud', severity: 'warning', job: 'triton-fraud', namespace: 'inference' }] },
    silent: ['8m', '80m'],
  },
  {
    alert: 'QueueSaturated',
    when: 'they wait for a third of it, or there are none',
    series: {
      [ofModel('nv_inference_queue_duration_us', 'fraud')]: '0+20000000x60',
      [ofModel('nv_inference_request_duration_us', 'fraud')]: '0+60000000x60',
      [ofModel('nv_inference_queue_duration_us', 'score')]: '5000x60',
      [ofModel('nv_inference_request_duration_us', 'score')]: '5000x60',
    },
    silent: ['30m', '60m'],
  },
  {
    alert: 'QueueSaturated',
    when: 'requests wait for vLLM, then no more',
    series: {
      [vllm('vllm:request_queue_time_seconds_sum', 'chat')]: '0+45x40 1800+1x60',
      [vllm('vllm:e2e_request_latency_seconds_sum', 'chat')]: '0+60x40 2400+60x60',
    },
    fires: { '30m': [{ model: 'chat', job: 'vllm-talk' }] },
    silent: ['8m', '80m'],
  },
  {
    alert: 'RequestsRejected',
    when: 'a full queue refuses some, then none',
    series: {
      [ofModel('nv_inference_request_failure', 'fraud', ',reason="REJECTED"')]: '0+6x30 180x60',
      [vllm('vllm:admission_rejections_total', 'chat', ',reason="queue_full"')]: '0+6x30 180x60',
      [vllm('vllm:request_success_total', 'chat', ',finished_reason="stop"')]: '0+600x100',
    },
    fires: {
      '20m': [
        { model: 'fraud', job: 'triton-fraud', severity: 'warning' },
        { model: 'chat', job: 'vllm-talk', severity: 'warning' },
      ],
    },
    silent: ['4m', '60m'],
  },
  {
    alert: 'RequestsRejected',
    when: 'requests fail for other reasons',
    series: { [ofModel('nv_inference_request_failure', 'fraud', ',reason="BACKEND"')]: '0+6x60' },
    silent: ['30m', '60m'],
  },
  {
    alert: 'KvCacheFull',
    when: 'it is full and requests are put off, then it is not',
    series: {
      [vllm('vllm:kv_cache_usage_perc', 'chat')]: '0.98x30 0.6x60',
      [vllm('vllm:num_preemptions_total', 'chat')]: '0+6x30 180x60',
    },
    fires: { '20m': [{ model: 'chat', severity: 'warning', job: 'vllm-talk' }] },
    silent: ['4m', '60m'],
  },
  {
    alert: 'KvCacheFull',
    when: 'it is full, and none is put off',
    series: {
      [vllm('vllm:kv_cache_usage_perc', 'chat')]: '0.98x60',
      [vllm('vllm:num_preemptions_total', 'chat')]: '7x60',
      [vllm('vllm:kv_cache_usage_perc', 'code')]: '0.4x60',
      [vllm('vllm:num_preemptions_total', 'code')]: '0+6x60',
    },
    silent: ['30m', '60m'],
  },
  {
    alert: 'GpuMemoryNearFull',
    when: 'a GPU is nearly full, until a model is unloaded',
    series: {
      [triton('nv_gpu_memory_used_bytes', ',gpu_uuid="GPU-0"')]: '78000000000x30 40000000000x60',
      [triton('nv_gpu_memory_total_bytes', ',gpu_uuid="GPU-0"')]: '80000000000x90',
    },
    fires: { '20m': [{ node: 'a', gpu_uuid: 'GPU-0', severity: 'warning' }] },
    silent: ['5m', '60m'],
  },
  {
    alert: 'GpuMemoryNearFull',
    when: 'it has room',
    series: {
      [triton('nv_gpu_memory_used_bytes', ',gpu_uuid="GPU-0"')]: '60000000000x60',
      [triton('nv_gpu_memory_total_bytes', ',gpu_uuid="GPU-0"')]: '80000000000x60',
    },
    silent: ['30m'],
  },
  {
    alert: 'ModelNotLoaded',
    when: 'one of two models is unloaded on one of two pods, and loaded again',
    series: {
      [triton('up')]: '1x90',
      [triton('up', '', 'fraud-1')]: '1x90',
      [ofModel('nv_inference_request_success', 'fraud')]: '5x90',
      [ofModel('nv_inference_request_success', 'score')]: '5x20 _x30 5x40',
      [ofModel('nv_inference_request_success', 'fraud', '', 'fraud-1')]: '5x90',
      [ofModel('nv_inference_request_success', 'score', '', 'fraud-1')]: '5x90',
    },
    fires: { '40m': [{ model: 'score', pod: 'fraud-0', job: 'triton-fraud', severity: 'critical' }] },
    silent: ['20m', '80m'],
  },
  {
    alert: 'ModelNotLoaded',
    when: 'no server of one of two models of vLLM is left, and one comes back',
    series: {
      [vllm('up', 'chat').replace(/,model=.*/, '}')]: '1x90',
      [vllm('vllm:num_requests_running', 'chat')]: '0x90',
      [vllm('vllm:num_requests_running', 'code')]: '0x20 _x30 0x40',
    },
    fires: { '40m': [{ model: 'code', job: 'vllm-talk' }] },
    silent: ['20m', '80m'],
  },
  {
    alert: 'ModelNotLoaded',
    when: 'nothing answers at all, or all is well',
    series: {
      [triton('up')]: '0x60',
      [vllm('up', 'chat').replace(/,model=.*/, '}')]: '1x60',
      [vllm('vllm:num_requests_running', 'chat')]: '0x60',
      [vllm('vllm:num_requests_running', 'code')]: '3x60',
    },
    silent: ['30m', '60m'],
  },
  {
    alert: 'ModelLoadSlow',
    when: 'it takes 500 s of 600, until the next start takes 100 s',
    series: { [ofModel('nv_model_load_duration_secs', 'fraud')]: '500x30 100x60' },
    fires: { '20m': [{ model: 'fraud', pod: 'fraud-0', severity: 'warning' }] },
    silent: ['4m', '60m'],
  },
  {
    alert: 'ModelLoadSlow',
    when: 'it takes 470 s',
    series: { [ofModel('nv_model_load_duration_secs', 'fraud')]: '470x60' },
    silent: ['30m'],
  },
  {
    alert: 'ContainerMemoryNearLimit',
    when: 'a server grows to 95 % of its limit, and is restarted',
    series: {
      [container('memory_working_set_bytes')]: '95x30 20x60',
      [container('spec_memory_limit_bytes')]: '100x90',
    },
    fires: { '20m': [{ namespace: 'inference', pod: 'chat-0', container: 'vllm', job: 'kubelet' }] },
    silent: ['5m', '60m'],
  },
  {
    alert: 'ContainerMemoryNearLimit',
    when: 'a container has no limit, or room',
    series: {
      [container('memory_working_set_bytes')]: '95x60',
      [container('spec_memory_limit_bytes')]: '0x60',
      [container('memory_working_set_bytes', 'proxy')]: '50x60',
      [container('spec_memory_limit_bytes', 'proxy')]: '100x60',
    },
    silent: ['30m'],
  },
  {
    alert: 'CertificateExpiring',
    when: 'it has ten days, then two, and is renewed',
    // Times of tests begin at 0.
    series: { [certificate]: '864000x60 180000x60 9000000x60' },
    fires: {
      '30m': [{ envoy_listener_address: '0.0.0.0_8443', severity: 'warning', job: 'gateway-front' }],
      '110m': [
        { envoy_listener_address: '0.0.0.0_8443', severity: 'warning', job: 'gateway-front' },
        { envoy_listener_address: '0.0.0.0_8443', severity: 'critical', job: 'gateway-front' },
      ],
    },
    silent: ['5m', '170m'],
  },
  {
    alert: 'CertificateExpiring',
    when: 'it has a month',
    series: { [certificate]: '2592000x60' },
    silent: ['30m', '60m'],
  },
]);

test('TensorRT-LLM tells of its cache in another way', () => {
  const target = { ...TENSOR, exporters: [MetricExporter.TRITON, MetricExporter.TRITON_TENSORRT_LLM] };
  const { rules } = monitor([{ target }]).monitoring;
  expect(rules).toMatch(/KvCacheFull/);
  for (const none of ['QueueSaturated', 'GpuMemoryNearFull']) expect(rules).not.toContain(`"${none}"`);
});

test('the kubelet tells of its certificate where it is watched', () => {
  const target = { ...KUBELET, exporters: [MetricExporter.KUBELET] };
  expect(monitor([{ target }]).monitoring.rules).toContain('kubelet_certificate_manager_server_ttl_seconds');
});

test('a gateway without TLS, and a workload that may be stopped, have no alerts of what they lack', () => {
  const { rules } = monitor([
    { target: { ...GATEWAY, features: [] } },
    { target: TENSOR, options: { outageAlerts: false } },
  ]).monitoring;
  for (const none of ['CertificateExpiring', 'ModelNotLoaded', 'ModelLoadSlow'])
    expect(rules).not.toContain(`"${none}"`);
});
