import { DashboardSpec, PanelKind, PanelSpec, PanelUnit } from './spec';
import { WatchedSeries } from './watched-series';

/** Series by GPU, of which the first that there is names the nodes. */
const BY_GPU = ['inference_gpu_utilization_percent', 'inference_gpu_memory_percent'];

/**
 * The GPUs of a cluster, and what joins them.
 *
 * @internal
 */
export function gpuDashboard(series: WatchedSeries): DashboardSpec | undefined {
  const named = series.first([...BY_GPU, 'inference_rdma_bytes_per_second']);
  if (!named) return undefined;
  return {
    uid: 'gpu-inference-gpus',
    title: 'GPU inference / GPUs and fabric',
    description: 'Every GPU of the cluster, and the networks that join them.',
    variables: [{ name: 'node', title: 'Node', label: 'node', series: named, many: true }],
    rows: [
      {
        id: 101,
        title: 'Work',
        panels: [
          byGpu(series, 1, 'GPU use', 'Time in which the GPU computes something.', PanelUnit.PERCENT, BY_GPU[0], {
            max: 100,
          }),
          byGpu(series, 2, 'GPU memory', 'Memory in use.', PanelUnit.PERCENT, BY_GPU[1], { max: 100 }),
        ],
      },
      {
        id: 102,
        title: 'Health',
        panels: [
          byGpu(series, 10, 'Power', 'Drawn by the whole card.', PanelUnit.WATTS, 'inference_gpu_power_watts'),
          byGpu(
            series,
            11,
            'Temperature',
            'As the card measures it.',
            PanelUnit.CELSIUS,
            'inference_gpu_temperature_celsius',
          ),
          byGpu(
            series,
            12,
            'XID errors',
            'What the driver reports of the GPU; NVIDIA lists the numbers: https://docs.nvidia.com/deploy/xid-errors/',
            PanelUnit.NUMBER,
            'inference_gpu_xid_errors',
          ),
        ],
      },
      {
        id: 103,
        title: 'Fabric',
        panels: [
          byGpu(
            series,
            20,
            'NVLink',
            'Between the GPUs of a node.',
            PanelUnit.BYTES_PER_SECOND,
            'inference_gpu_nvlink_bytes_per_second',
          ),
          graph(series, 21, 'RDMA', 'Between nodes, of each network card.', PanelUnit.BYTES_PER_SECOND, {
            record: 'inference_rdma_bytes_per_second',
            labels: ['node', 'device'],
          }),
        ],
      },
    ],
  };
}

function byGpu(
  series: WatchedSeries,
  id: number,
  title: string,
  description: string,
  unit: PanelUnit,
  record: string,
  more: Partial<PanelSpec> = {},
): PanelSpec {
  // Triton and DCGM may both tell of a GPU.
  return graph(series, id, title, description, unit, { record, labels: ['node', 'gpu_uuid'] }, more);
}

function graph(
  series: WatchedSeries,
  id: number,
  title: string,
  description: string,
  unit: PanelUnit,
  { record, labels }: { record: string; labels: readonly string[] },
  more: Partial<PanelSpec> = {},
): PanelSpec {
  return {
    id,
    kind: PanelKind.GRAPH,
    title,
    description: [description, series.meaning(record)].filter((text) => text !== '').join('\n\n'),
    unit,
    queries: [
      {
        expr: `max by (${labels.join(', ')}) (${record}{node=~"$node"})`,
        legend: labels.map((label) => `{{${label}}}`).join(' '),
      },
    ],
    ...more,
  };
}
