import { GpuInstanceType, ModelSpec, Parallelism, Precision } from '../../../lib/catalog';
import { RdmaFabric } from '../../../lib/network';
import { faultsThrown } from '../../support/faults';
import { deployVllm } from '../support/vllm-fixtures';

const STAGES = {
  ...{ instanceType: GpuInstanceType.P5_48XLARGE, fabric: RdmaFabric.efa() },
  vllmImage: 'registry.example.com/vllm-efa:0.24.0',
};

test('a model that does not fit is told of several nodes, which its servers may have', () => {
  const model = { model: ModelSpec.LLAMA_3_1_405B, precision: Precision.BF16 };
  const [{ reason }] = faultsThrown(() => deployVllm({ ...STAGES, maxNodes: 4, model }));
  expect(reason).toMatch(/does not fit p5\.48xlarge .*these would fit: .*\(2 × p5\.48xlarge, tensor 8, pipeline 2/);
  const stages = { ...model, parallelism: Parallelism.of({ tensor: 8, pipeline: 2 }), contextLength: 131072 };
  const [{ reason: both }] = faultsThrown(() =>
    deployVllm({ ...STAGES, maxNodes: 4, model: { ...stages, concurrency: 60 } }),
  );
  expect(both).toMatch(/these would fit: .*\([23] × p5\.48xlarge/);
});
