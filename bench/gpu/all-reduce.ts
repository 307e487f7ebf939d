import { GpuNodeType, InferenceEngine, NodeNetwork } from '../../lib/planning';
import { allReduceSeconds } from '../../lib/planning/collective-model';
import { table } from '../planner/report';

/** One size of measure_parallel.py: microseconds back to back, and after a product whose time is taken off. */
export interface AllReduceRow {
  readonly ranks: number;
  readonly bytes: number;
  readonly ncclUs: number;
  readonly oneShotUs: number;
  readonly twoShotUs: number;
  readonly ncclAfterProductUs: number;
  readonly oneShotAfterProductUs: number;
  readonly twoShotAfterProductUs: number;
}

const ENGINES = { vLLM: InferenceEngine.VLLM, 'TensorRT-LLM': InferenceEngine.TENSORRT_LLM };

/** Sizes of decode steps and prompts: up to 1 MiB, up to 8 MiB, beyond. */
function rangeOf(bytes: number): string {
  if (bytes <= 2 ** 20) return 'up to 1 MiB';
  return bytes <= 2 ** 23 ? '2 to 8 MiB' : '16 to 64 MiB';
}

function sizeOf(bytes: number): string {
  return bytes < 2 ** 20 ? `${bytes / 2 ** 10} KiB` : `${bytes / 2 ** 20} MiB`;
}

/** Measured all-reduces beside the planner's; notes the planner's errors by range against the fastest after a product. */
export function allReduceTable(
  rows: AllReduceRow[],
  hardware: GpuNodeType,
  note: (group: string, error: number) => void,
): string {
  return table(
    'One all-reduce, µs: back to back in a CUDA graph, and after a matrix product as in a decoder',
    ['ranks', 'size', 'NCCL', 'one-shot', 'two-shot', 'NCCL', 'one-shot', 'two-shot', ...Object.keys(ENGINES), 'error'],
    rows.map((row) => {
      const planned = Object.values(ENGINES).map(
        (engine) => allReduceSeconds(hardware, NodeNetwork.RDMA, engine, row.ranks, row.bytes) * 1e6,
      );
      const inside = [row.ncclAfterProductUs, row.oneShotAfterProductUs, row.twoShotAfterProductUs];
      const error = planned[0] / Math.min(...inside) - 1;
      note(`all-reduce ${row.ranks} GPUs, ${rangeOf(row.bytes)}`, error);
      return [
        String(row.ranks),
        sizeOf(row.bytes),
        ...[row.ncclUs, row.oneShotUs, row.twoShotUs, ...inside, ...planned].map((value) => value.toFixed(1)),
        `${error > 0 ? '+' : ''}${(100 * error).toFixed(0)} %`,
      ];
    }),
  );
}
