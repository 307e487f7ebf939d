import { CapacityPlanner, GpuInstanceType, GpuNodeType, ModelSpec, Parallelism, Precision } from '../../lib/planning';
import { candidateCount } from '../../lib/planning/search';
import { table } from './report';

function milliseconds(times: number, body: () => void): number {
  for (let i = 0; i < Math.min(times, 200); i++) body();
  const start = process.hrtime.bigint();
  for (let i = 0; i < times; i++) body();
  return Number(process.hrtime.bigint() - start) / 1e6 / times;
}

/** How long one plan and one large search take, warm. */
export function speedTable(): string {
  const request = {
    model: ModelSpec.LLAMA_65B,
    instanceType: GpuInstanceType.P4DE_24XLARGE,
    contextLength: 2048,
    concurrency: 8,
  };
  const fits = milliseconds(2000, () =>
    CapacityPlanner.plan({ ...request, parallelism: Parallelism.of({ tensor: 8 }) }),
  );
  const unfit = milliseconds(100, () =>
    CapacityPlanner.plan({ ...request, parallelism: Parallelism.of({ tensor: 1 }) }),
  );
  const types = Array.from({ length: 250 }, (_, i) =>
    GpuNodeType.custom({
      name: `node-${i}`,
      gpu: GpuInstanceType.P5_48XLARGE.gpu,
      gpuCount: 8,
      interconnect: GpuInstanceType.P5_48XLARGE.interconnect,
      vcpus: 96 + i,
      memory: GpuInstanceType.P5_48XLARGE.memory,
    }),
  );
  const candidates = types.map((instanceType) => ({ instanceType }));
  const precisions = [Precision.BF16, Precision.FP8, Precision.INT8, Precision.INT4];
  const each = candidateCount({ model: ModelSpec.LLAMA_3_1_70B, candidates, precisions, maxNodes: 8 });
  const search = milliseconds(1, () => {
    CapacityPlanner.search({ model: ModelSpec.LLAMA_3_1_70B, candidates, precisions, maxNodes: 8, limit: 10 });
  });
  return table(
    'Speed (warm)',
    ['what', 'time', 'target'],
    [
      ['one plan that fits', `${fits.toFixed(3)} ms`, '< 1 ms'],
      ['one plan that does not, with alternatives', `${unfit.toFixed(3)} ms`, '-'],
      [`a search over ${each} candidates`, `${search.toFixed(0)} ms`, '< 1000 ms per 10,000'],
    ],
  );
}
