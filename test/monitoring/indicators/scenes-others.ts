import { Indicator } from '../../../lib/monitoring';
import { Recorded, Row, Scene } from './scene';
import { TARGETS } from './targets';

const ENGINE = 'engine="0",model_name="chat",model="chat"';
const SECOND = 'engine="1",model_name="chat",model="chat"';
const CHAT = 'model="chat"';

/** Requests that the server of vLLM ended. */
const ENDED: readonly Row[] = [
  ['vllm:request_success_total', `${ENGINE},finished_reason="stop"`, '0+60x60', '0+45x20 45+45x40'],
  ['vllm:request_success_total', `${ENGINE},finished_reason="length"`, '0x60', '0+15x60'],
  ['vllm:request_success_total', `${ENGINE},finished_reason="abort"`, '0+300x60', '0+300x60'],
];

/** Every 15 s 120 first tokens: 20 within 0.1 s, 100 within 0.25 s, 116 within 0.5 s, all within 2.5 s. */
const FIRST_TOKENS: readonly Row[] = [
  ['vllm:time_to_first_token_seconds_bucket', `${ENGINE},le="0.1"`, '0+8x60', '0+12x60'],
  ['vllm:time_to_first_token_seconds_bucket', `${ENGINE},le="0.25"`, '0+38x60', '0+62x60'],
  ['vllm:time_to_first_token_seconds_bucket', `${ENGINE},le="0.5"`, '0+43x60', '0+73x60'],
  ['vllm:time_to_first_token_seconds_bucket', `${ENGINE},le="2.5"`, '0+45x60', '0+75x60'],
  ['vllm:time_to_first_token_seconds_bucket', `${ENGINE},le="+Inf"`, '0+45x60', '0+75x60'],
];

/** Labels of a GPU, as our scrape leaves them: without the name of the node, with the label of all exporters. */
const gpu = (n: number) =>
  `gpu="${n}",UUID="GPU-${n}",gpu_uuid="GPU-${n}",device="nvidia${n}",modelName="NVIDIA H100 80GB HBM3",` +
  `pci_bus_id="00000000:0${n}:00.0",DCGM_FI_DRIVER_VERSION="580.95.05"`;
const mig = (n: number, id: number) => `${gpu(n)},GPU_I_PROFILE="1g.10gb",GPU_I_ID="${id}"`;
const of = (n: number) => `node="n1",gpu_uuid="GPU-${n}"`;

const INFINIBAND: readonly Row[] = [
  ['node_infiniband_port_data_received_bytes_total', 'device="mlx5_0",port="1"', '0+15e9x60', '0+3e9x60'],
  ['node_infiniband_port_data_received_bytes_total', 'device="mlx5_0",port="2"', '0+3e9x60'],
  ['node_infiniband_port_data_transmitted_bytes_total', 'device="mlx5_0",port="1"', '0+30e9x60', '0+6e9x60'],
  ['node_infiniband_port_data_transmitted_bytes_total', 'device="mlx5_0",port="2"', '0+12e9x60'],
];
const OF_INFINIBAND: readonly Recorded[] = [
  [Indicator.RDMA_BANDWIDTH, 'node="n1",device="mlx5_0"', 4e9, '(15e9 + 3e9 + 30e9 + 12e9) / 15'],
  [Indicator.RDMA_BANDWIDTH, 'node="n2",device="mlx5_0"', 0.6e9, '(3e9 + 6e9) / 15'],
];

/** Scenes of the server of vLLM and of exporters of nodes, by the names of their targets. */
export const OF_OTHERS = {
  vllm: {
    target: TARGETS.vllm,
    rows: [
      ...ENDED,
      ...FIRST_TOKENS,
      ['vllm:request_success_total', `${ENGINE},finished_reason="error"`, '0+6x60', '0+3x60'],
      // Counted by the server, before an engine is chosen.
      ['vllm:admission_rejections_total', 'model_name="chat",model="chat",reason="max_num_queued_reqs"', '0+15x60'],
      ['vllm:admission_rejections_total', 'model_name="chat",model="chat",reason="max_num_queued_tokens"', '0+6x60'],
      ['vllm:inter_token_latency_seconds_bucket', `${ENGINE},le="0.01"`, '0+400x60', '0+100x60'],
      ['vllm:inter_token_latency_seconds_bucket', `${ENGINE},le="0.025"`, '0+490x60', '0+410x60'],
      ['vllm:inter_token_latency_seconds_bucket', `${ENGINE},le="0.05"`, '0+500x60', '0+500x60'],
      ['vllm:inter_token_latency_seconds_bucket', `${ENGINE},le="+Inf"`, '0+500x60', '0+500x60'],
      // One of the pods has two engines, and is one server.
      ['vllm:generation_tokens_total', ENGINE, '0+15000x60', '0+7500x60'],
      ['vllm:generation_tokens_total', SECOND, '0+15000x60'],
      ['vllm:request_queue_time_seconds_sum', ENGINE, '0+30x60', '0+18x60'],
      ['vllm:request_queue_time_seconds_count', ENGINE, '0+45x60', '0+75x60'],
      ['vllm:num_requests_waiting', ENGINE, '3x60', '9x60'],
      ['vllm:num_requests_running', ENGINE, '8x60', '12x60'],
      ['vllm:kv_cache_usage_perc', ENGINE, '0.6x60', '0.85x60'],
      ['vllm:num_preemptions_total', ENGINE, '0+3x60', '0+6x60'],
    ],
    recorded: [
      [Indicator.QPS, CHAT, 8, '(60 + 45 + 15) / 15, without what ended by an error or was canceled'],
      [Indicator.LATENCY_P50, CHAT, 175, 'rank 60 of 120: 1,000 * (0.1 + 0.15 * (60 - 20) / 80)'],
      [Indicator.LATENCY_P95, CHAT, 468.75, 'rank 114 of 120: 1,000 * (0.25 + 0.25 * (114 - 100) / 16)'],
      [Indicator.LATENCY_P99, CHAT, 1900, 'rank 118.8 of 120: 1,000 * (0.5 + 2 * (118.8 - 116) / 4)'],
      [Indicator.TIME_TO_FIRST_TOKEN_P95, CHAT, 468.75, 'as its latency'],
      [Indicator.TIME_PER_TOKEN_P95, CHAT, 37.5, 'rank 950 of 1,000: 1,000 * (0.025 + 0.025 * (950 - 900) / 100)'],
      [Indicator.TOKENS, CHAT, 2500, '(15,000 + 15,000 + 7,500) / 15'],
      [Indicator.QUEUE_TIME, CHAT, 400, '1,000 * (30 + 18) / (45 + 75)'],
      [Indicator.QUEUE_DEPTH, CHAT, 12, '3 + 9'],
      [Indicator.BATCH_SIZE, CHAT, 10, '(8 + 12) / 2'],
      [Indicator.FAILURES, CHAT, 20, '100 * (6 + 3 + 15 + 6) / (60 + 45 + 15 + 6 + 3 + 15 + 6)'],
      [Indicator.REJECTIONS, CHAT, 1.4, '(15 + 6) / 15'],
      [Indicator.KV_CACHE, CHAT, 85, 'the fuller pod: 100 * 0.85'],
      [Indicator.PREEMPTIONS, CHAT, 0.6, '(3 + 6) / 15'],
      [Indicator.COST, CHAT, 0.667, '2 servers * 3 USD / 9 million tokens an hour'],
    ],
  },
  'vllm that does not count what it refuses': {
    target: { ...TARGETS.vllm, version: '0.31.0' },
    rows: [...ENDED, ['vllm:request_success_total', `${ENGINE},finished_reason="error"`, '0+15x60', '0+15x60']],
    recorded: [[Indicator.FAILURES, CHAT, 20, '100 * (15 + 15) / (60 + 45 + 15 + 15 + 15)']],
  },
  dcgm: {
    target: TARGETS.dcgm,
    rows: [
      // Of the second GPU the profiling counters are not there, as on GPUs without them; the third is split in two.
      ['DCGM_FI_PROF_GR_ENGINE_ACTIVE', gpu(1), '0.8x60'],
      ['DCGM_FI_DEV_GPU_UTIL', gpu(1), '95x60'],
      ['DCGM_FI_DEV_GPU_UTIL', gpu(2), '40x60'],
      ['DCGM_FI_PROF_GR_ENGINE_ACTIVE', mig(3, 1), '0.1x60'],
      ['DCGM_FI_PROF_GR_ENGINE_ACTIVE', mig(3, 2), '0.3x60'],
      ['DCGM_FI_DEV_FB_USED', gpu(1), '60000x60'],
      ['DCGM_FI_DEV_FB_FREE', gpu(1), '18000x60'],
      ['DCGM_FI_DEV_FB_RESERVED', gpu(1), '2000x60'],
      ['DCGM_FI_DEV_FB_USED', mig(3, 1), '5000x60'],
      ['DCGM_FI_DEV_FB_FREE', mig(3, 1), '4900x60'],
      ['DCGM_FI_DEV_FB_RESERVED', mig(3, 1), '100x60'],
      ['DCGM_FI_DEV_FB_USED', mig(3, 2), '1000x60'],
      ['DCGM_FI_DEV_FB_FREE', mig(3, 2), '8900x60'],
      ['DCGM_FI_DEV_FB_RESERVED', mig(3, 2), '100x60'],
      ['DCGM_FI_DEV_POWER_USAGE', gpu(1), '350.5x60'],
      ['DCGM_FI_DEV_POWER_USAGE', gpu(2), '120x60'],
      ['DCGM_FI_DEV_GPU_TEMP', gpu(1), '71x60'],
      ['DCGM_FI_DEV_GPU_TEMP', gpu(2), '55x60'],
      ['DCGM_EXP_XID_ERRORS_COUNT', `${gpu(1)},window_size_in_ms="300000",xid="31"`, '2x60'],
      ['DCGM_EXP_XID_ERRORS_COUNT', `${gpu(1)},window_size_in_ms="300000",xid="79"`, '1x60'],
      // Two containers share the GPU: each error stands there twice.
      ['DCGM_EXP_XID_ERRORS_COUNT', `${gpu(1)},window_size_in_ms="300000",xid="79",container="other"`, '1x60'],
      ['DCGM_EXP_XID_ERRORS_COUNT', `${gpu(2)},window_size_in_ms="300000"`, '0x60'],
      ['DCGM_FI_PROF_NVLINK_TX_BYTES', gpu(1), '1e9x60'],
      ['DCGM_FI_PROF_NVLINK_RX_BYTES', gpu(1), '2e9x60'],
    ],
    recorded: [
      [Indicator.GPU_UTILIZATION, of(1), 80, '100 * 0.8'],
      [Indicator.GPU_UTILIZATION, of(2), 40, '40, where there is no other counter'],
      [Indicator.GPU_UTILIZATION, of(3), 30, 'the busier instance: 100 * 0.3'],
      [Indicator.GPU_MEMORY, of(1), 75, '100 * 60,000 / (60,000 + 18,000 + 2,000)'],
      [Indicator.GPU_MEMORY, of(3), 50, 'the fuller instance: 100 * 5,000 / (5,000 + 4,900 + 100)'],
      [Indicator.GPU_POWER, of(1), 350.5, '350.5'],
      [Indicator.GPU_POWER, of(2), 120, '120'],
      [Indicator.GPU_TEMPERATURE, of(1), 71, '71'],
      [Indicator.GPU_TEMPERATURE, of(2), 55, '55'],
      [Indicator.XID_ERRORS, of(1), 3, '2 + 1'],
      [Indicator.XID_ERRORS, of(2), 0, 'none'],
      [Indicator.NVLINK_BANDWIDTH, of(1), 3e9, '1e9 + 2e9'],
    ],
  },
  'dcgm without the memory of the driver': {
    target: { ...TARGETS.dcgm, version: '4.2.3-4.1.3' },
    rows: [
      ['DCGM_FI_DEV_FB_USED', gpu(1), '60000x60'],
      ['DCGM_FI_DEV_FB_FREE', gpu(1), '20000x60'],
    ],
    recorded: [[Indicator.GPU_MEMORY, of(1), 75, '100 * 60,000 / (60,000 + 20,000)']],
  },
  node: { target: TARGETS.node, rows: INFINIBAND, recorded: OF_INFINIBAND },
  efa: {
    target: TARGETS.efa,
    rows: [
      ...INFINIBAND,
      ['node_amazonefa_rx_bytes', 'device="rdmap113s0",port="1"', '0+15e9x60', '0+3e9x60'],
      ['node_amazonefa_tx_bytes', 'device="rdmap113s0",port="1"', '0+45e9x60', '0+6e9x60'],
    ],
    recorded: [
      ...OF_INFINIBAND,
      [Indicator.RDMA_BANDWIDTH, 'node="n1",device="rdmap113s0"', 4e9, '(15e9 + 45e9) / 15'],
      [Indicator.RDMA_BANDWIDTH, 'node="n2",device="rdmap113s0"', 0.6e9, '(3e9 + 6e9) / 15'],
    ],
  },
} satisfies { readonly [name: string]: Scene };
