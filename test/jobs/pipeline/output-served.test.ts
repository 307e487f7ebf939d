import { GpuInstanceType, ModelSpec, Precision, TritonRelease, VllmRelease } from '../../../lib/catalog';
import { whyNotLoaded, W4A16, W8A8, FP8, PLAIN, ONNX, PYTORCH_INT8 } from '../../../lib/catalog/checkpoint-formats';
import { ModelPipeline, ModelStep } from '../../../lib/jobs';
import { TensorDataType, TritonDeployment, TritonModel, VllmDeployment } from '../../../lib/serving';
import { Site, withSite } from '../../serving/support/fixtures';
import { faultsAtSynth, warningsOf } from '../../support/faults';
import { propsOn } from './support/pipelines';

const W8 = { steps: [ModelStep.w8a8()] };
const serve = (
  site: Site,
  pipeline: ModelPipeline,
  hardware: GpuInstanceType,
  more: object = {},
  release?: VllmRelease,
) =>
  new VllmDeployment(site.scope, 'Talk', {
    ...{ cluster: site.cluster, nodePool: site.pool(hardware, 2), modelStore: site.store, vllmRelease: release },
    models: [{ ...pipeline.output, contextLength: 2048, ...more }],
  });

/** What a program of a pipeline and a server is refused for, and what it is warned of. */
function served(
  given: Parameters<typeof propsOn>[1],
  make: (site: Site, pipeline: ModelPipeline) => VllmDeployment | TritonDeployment,
) {
  let faults: string[] = [];
  let warnings: string[] = [];
  let made: { server: VllmDeployment | TritonDeployment; pipeline: ModelPipeline } | undefined;
  const json = withSite((site) => {
    const pipeline = new ModelPipeline(site.scope, 'Quantize', propsOn(site, given));
    const server = make(site, pipeline);
    faults = faultsAtSynth(server).map(({ id, reason }) => `${id}: ${reason}`);
    warnings = warningsOf(server).map(({ id }) => id);
    made = { server, pipeline };
    // What is refused is not synthesized here.
    if (faults.length > 0) server.node.scope?.node.tryRemoveChild(server.node.id);
  });
  return { json, faults, warnings, ...made! };
}

test('a deployment of the output waits for its Job, and is planned by its format', () => {
  const { json, faults, server, pipeline } = served(W8, (site, each) => serve(site, each, GpuInstanceType.G5_XLARGE));
  expect(faults).toEqual([]);
  expect(server.plan!.precision).toBe(Precision.INT8);
  expect(pipeline.output.precision).toBe(Precision.INT8);
  const deployment = json.only('kubernetes_deployment_v1');
  expect((deployment.depends_on as string[]).filter((each) => each.startsWith('kubernetes_job_v1.'))).toHaveLength(1);
  expect(json.only('kubernetes_job_v1').wait_for_completion).toBe(true);
  const copies = JSON.stringify(deployment.spec.template.spec.init_container[0].env);
  expect(copies).toContain(pipeline.output.version);
});

test('its layers are those that are left', () => {
  const { pipeline, server } = served({ steps: [ModelStep.skipLayers({ layers: [7, 8, 9, 10] })] }, (site, each) =>
    serve(site, each, GpuInstanceType.G5_XLARGE),
  );
  expect(pipeline.output.model.layers).toBe(ModelSpec.LLAMA_3_2_1B.layers - 4);
  expect(server.plan!.model.layers).toBe(12);
});

describe('an output that its server cannot load is refused', () => {
  test.each<[string, Parameters<typeof propsOn>[1], (site: Site, pipeline: ModelPipeline) => VllmDeployment, string]>([
    [
      'INT4 on Turing',
      { steps: [ModelStep.weightOnly(4)] },
      (site, each) => serve(site, each, GpuInstanceType.G4DN_XLARGE),
      'compressed-tensors w4a16 needs compute capability 8.0, and T4 has 7.5; it loads safetensors, compressed-tensors w8a8',
    ],
    [
      'INT8 of PyTorch by vLLM',
      { steps: [ModelStep.int8Dynamic()] },
      (site, each) => serve(site, each, GpuInstanceType.G5_XLARGE),
      "PyTorch's dynamic INT8 is loaded by a program of your own and by no server",
    ],
    [
      'a graph by vLLM',
      { steps: [ModelStep.exportOnnx()] },
      (site, each) => serve(site, each, GpuInstanceType.G5_XLARGE, { precision: Precision.BF16 }),
      'ONNX is read by ONNX Runtime (TritonModel.onnxRuntime), not by vLLM',
    ],
    [
      'with another precision than it has',
      W8,
      (site, each) => serve(site, each, GpuInstanceType.G5_XLARGE, { precision: Precision.BF16 }),
      'its weights are int8, and the plan of its server counts bf16; serve it as { ...pipeline.output }',
    ],
  ])('%s', (_, given, make, reason) => {
    const { faults } = served(given, make);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(/^OUTPUT_NOT_LOADED: 'chat\/1-/);
    expect(faults[0]).toContain(reason);
  });

  const onnx = (site: Site, { output }: ModelPipeline, tritonRelease?: TritonRelease) =>
    new TritonDeployment(site.scope, 'Talk', {
      ...{
        cluster: site.cluster,
        nodePool: site.pool(GpuInstanceType.G5_XLARGE, 2),
        modelStore: site.store,
        tritonRelease,
      },
      models: [
        TritonModel.onnxRuntime({
          ...{ name: output.name, version: output.version, maxBatchSize: 4 },
          inputs: [{ name: 'input_ids', dataType: TensorDataType.INT64, dims: [-1] }],
          outputs: [{ name: 'logits', dataType: TensorDataType.FP32, dims: [-1, 128256] }],
        }),
      ],
    });

  test('a graph whose opset its ONNX Runtime lacks', () => {
    const step = ModelStep.exportOnnx({ opset: 23, triton: TritonRelease.V26_08 });
    expect(served({ steps: [step] }, (site, each) => onnx(site, each)).faults).toEqual([]);
    const { faults } = served({ steps: [step] }, (site, each) => onnx(site, each, TritonRelease.V25_07));
    expect(faults[0]).toContain('it has opset 23, and ONNX Runtime 1.22.0 of Triton 25.07 reads up to 22');
  });

  test('weights by ONNX Runtime', () => {
    const { faults } = served(W8, (site, each) => onnx(site, each));
    expect(faults[0]).toContain(
      'compressed-tensors w8a8 is read by vLLM (VllmDeployment or TritonModel.vllm), not by ONNX Runtime',
    );
  });

  test('a repository of Triton by a deployment, which makes its own', () => {
    const steps = [
      ModelStep.exportOnnx(),
      ModelStep.tritonRepository({ modelName: 'chat', config: 'backend: "onnxruntime"' }),
    ];
    expect(served({ steps }, (site, each) => onnx(site, each)).faults[0]).toContain(
      'leave tritonRepository out of the steps',
    );
  });
});

test('an older reader of compressed-tensors is warned of', () => {
  expect(served(W8, (site, each) => serve(site, each, GpuInstanceType.G5_XLARGE)).warnings).toContain(
    'WRITER_NEWER_THAN_READER',
  );
  const plain = { steps: [ModelStep.skipLayers({ layers: [1] })] };
  const { warnings } = served(plain, (site, each) => serve(site, each, GpuInstanceType.G5_XLARGE));
  expect(warnings).not.toContain('WRITER_NEWER_THAN_READER');
});

describe('the matrix of formats', () => {
  const vllm = (vllmVersion: string, computeCapability: number) => ({
    ...{ name: `vLLM ${vllmVersion}`, vllmVersion, computeCapability, gpu: 'a GPU' },
  });

  test.each([
    [PLAIN, vllm('0.33.0', 7), true],
    [W8A8, vllm('0.33.0', 7), false],
    [W8A8, vllm('0.33.0', 7.5), true],
    [W4A16, vllm('0.33.0', 7.5), false],
    [W4A16, vllm('0.33.0', 8), true],
    [FP8, vllm('0.33.0', 8), true],
    [PYTORCH_INT8, vllm('0.33.0', 9), false],
    [ONNX, vllm('0.33.0', 9), false],
    [ONNX, { name: 'ONNX Runtime', onnxRuntimeVersion: '1.27.0' }, true],
    [{ ...W4A16, method: 'gguf' }, vllm('0.23.0', 8), true],
    [{ ...W4A16, method: 'gguf' }, vllm('0.24.0', 8), false],
    [{ ...W4A16, method: 'gguf' }, { ...vllm('0.24.0', 8), plugged: ['gguf'] }, true],
    [{ ...W4A16, method: 'bitsandbytes' }, vllm('0.28.0', 8), false],
  ])('%j by %j: %s', (format, reader, loads) => {
    expect(whyNotLoaded(format, reader) === undefined).toBe(loads);
  });

  test('says which versions would read it', () => {
    const gguf = { ...W4A16, name: 'GGUF', method: 'gguf' };
    expect(whyNotLoaded(gguf, vllm('0.24.0', 8))).toBe(
      "vLLM 0.24.0 has no method 'gguf', which reads GGUF; versions from 0.5.5 to 0.23.0 read it",
    );
  });
});
