import { readFileSync } from 'fs';
import * as path from 'path';
import { GpuInstanceType, ModelSpec, Precision, TritonRelease, VllmRelease } from '../../../lib/catalog';
import { whyNotLoaded, W4A16, W8A8, FP8, PLAIN, ONNX, PYTORCH_INT8 } from '../../../lib/catalog/checkpoint-formats';
import { compressedTensorsOf, whyNotShown } from '../../../lib/catalog/compressed-tensors';
import { ModelPipeline, ModelStep, WeightGroup } from '../../../lib/jobs';
import { TensorDataType, TritonDeployment, TritonModel, VllmDeployment } from '../../../lib/serving';
import { Site, withSite } from '../../serving/support/fixtures';
import { faultsAtSynth, idsOf, warningsOf } from '../../support/faults';
import { TALKS, propsOn } from './support/pipelines';

const ROOT = path.join(__dirname, '..', '..', '..');

const UNSEEN = ['OUTPUT_NOT_SEEN_LOADED'];
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
      'FP8 of ModelOpt on Ampere',
      { steps: [ModelStep.modeloptFp8({ text: TALKS })] },
      (site, each) => serve(site, each, GpuInstanceType.G5_XLARGE),
      'modelopt fp8 needs compute capability 8.9, and A10G has 8.6; it loads safetensors',
    ],
    [
      'GPTQ on Turing',
      { steps: [ModelStep.gptqModel({ text: TALKS })] },
      (site, each) => serve(site, each, GpuInstanceType.G4DN_XLARGE),
      'gptq w4a16 needs compute capability 8.0, and T4 has 7.5',
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

  test.each<[string, ModelStep, GpuInstanceType, string, string[]]>([
    ['GPTQ', ModelStep.gptqModel({ text: TALKS }), GpuInstanceType.G5_XLARGE, 'int4', []],
    ['GPTQ in 8 bits', ModelStep.gptqModel({ text: TALKS }, 8), GpuInstanceType.G5_XLARGE, 'int8', UNSEEN],
    ['FP8 of ModelOpt', ModelStep.modeloptFp8({ text: TALKS }), GpuInstanceType.G6_XLARGE, 'fp8', UNSEEN],
    ['NVFP4 of ModelOpt', ModelStep.modeloptNvfp4({ text: TALKS }), GpuInstanceType.G6_XLARGE, 'nvfp4', UNSEEN],
  ])(
    '%s is served where its method is, and warned of where nothing has shown it',
    (_, step, hardware, precision, ids) => {
      const { faults, pipeline, server } = served({ steps: [step] }, (site, each) => serve(site, each, hardware));
      expect([faults, server.plan!.precision.name]).toEqual([[], precision]);
      expect(idsOf(warningsOf(pipeline))).toEqual(ids);
    },
  );

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

describe('what is written by a newer compressed-tensors than the reader has', () => {
  const onAmpere = (given: Parameters<typeof propsOn>[1], release?: VllmRelease) =>
    served(given, (site, each) => serve(site, each, GpuInstanceType.G5_XLARGE, {}, release));

  test.each<[string, ModelStep]>([
    ['W8A8', ModelStep.w8a8()],
    ['W8A16', ModelStep.weightOnly(8)],
    ['W4A16', ModelStep.weightOnly(4)],
    ['W4A16 in groups of 64', ModelStep.weightOnly(4, WeightGroup.OF_64)],
    ['AWQ', ModelStep.awq({ text: TALKS })],
    ['GPTQ', ModelStep.gptq({ text: TALKS })],
    ['FP8', ModelStep.fp8()],
    ['FP8 in blocks', ModelStep.fp8PerBlock()],
  ])('%s was seen to load, and is accepted without a word', (_, step) => {
    const { faults, warnings } = onAmpere({ steps: [step] });
    expect([faults, warnings.filter((each) => !each.startsWith('MODEL_'))]).toEqual([[], []]);
  });

  test.each<[string, Parameters<typeof propsOn>[1], VllmRelease | undefined, string]>([
    [
      'a form that was not tried',
      { steps: [ModelStep.weightOnly(8, WeightGroup.OF_32)] },
      undefined,
      'it is written by compressed-tensors 0.19.0 as W8A16 in groups of 32, and vLLM',
    ],
    [
      'an older reader than was tried',
      W8,
      VllmRelease.of('0.22.1'),
      'vLLM 0.22.1 reads with 0.15.0.1, of which nothing shows that it loads that; serve it by vLLM 0.24.0 or later, which was seen to load it, or write it by an image with compressed-tensors 0.15.0.1 or older',
    ],
    [
      'a newer writer than was tried',
      { ...W8, compressedTensorsVersion: '0.20.0' },
      undefined,
      'it is written by compressed-tensors 0.20.0 as W8A8',
    ],
  ])('%s is refused', (_, given, release, reason) => {
    const { faults } = onAmpere(given, release);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(/^OUTPUT_NOT_LOADED: /);
    expect(faults[0]).toContain(reason);
  });

  test('a writer that is as old as the reader is accepted, whatever it writes', () => {
    const steps = [ModelStep.weightOnly(8, WeightGroup.OF_32)];
    expect(onAmpere({ steps, compressedTensorsVersion: '0.15.0.1' }, VllmRelease.of('0.22.1')).faults).toEqual([]);
    expect(onAmpere({ steps, compressedTensorsVersion: '0.16.0' }, VllmRelease.of('0.22.1')).faults).toHaveLength(1);
  });

  test('says what it was seen to load where no reader was', () => {
    expect(whyNotShown({ scheme: 'W8A16', group: '32' }, '0.19.0', '0.24.0', 'vLLM 0.24.0')).toContain(
      'write W8A8, FP8_DYNAMIC, FP8_BLOCK, W8A16 in groups of 128, W4A16 in groups of 128',
    );
    expect(whyNotShown({ scheme: 'W8A8' }, '0.19.0', '0.12.0', 'vLLM 0.12.0')).toContain(
      'reads with an older one than all that are known',
    );
  });

  test('what is shown stands where the table says', () => {
    const measured = JSON.parse(readFileSync(path.join(ROOT, 'bench/vllm/results-h200-quantised.json'), 'utf8'));
    const loaded = (measured.models as { name: string }[]).map(({ name }) => name).join(' ');
    for (const form of ['w8a8', 'fp8-dynamic', 'fp8-block', 'w8a16', 'w4a16']) expect(loaded).toContain(`1b-${form}`);
    expect([measured.vllm, measured.llmcompressor]).toEqual(['0.24.0', '0.14.0.1']);
    expect(compressedTensorsOf(measured.vllm)).toBe('0.17.0');
    const lock = readFileSync(path.join(ROOT, 'jobs/environments/compressor.txt'), 'utf8');
    expect(lock).toContain(`llmcompressor==${measured.llmcompressor}`);
    expect(lock).toContain('compressed-tensors==0.19.0');
  });
});

test('groups below 128 are planned by the size of what is written', () => {
  const planned = (step: ModelStep) =>
    served({ steps: [step], compressedTensorsVersion: '0.17.0' }, (site, each) =>
      serve(site, each, GpuInstanceType.G5_XLARGE),
    ).pipeline.output;
  expect(planned(ModelStep.weightOnly(4)).checkpointSize).toBeUndefined();
  expect(planned(ModelStep.weightOnly(4, WeightGroup.ROW)).checkpointSize).toBeUndefined();
  const model = ModelSpec.LLAMA_3_2_1B;
  const coarse = model.weightSize(Precision.INT4).bytes;
  // Layers of 16: four projections of the attention, three of the feed-forward block.
  const quantized = 16 * (2 * 2048 * 2048 + 2 * 2048 * 512 + 3 * 2048 * 8192);
  const { checkpointSize } = planned(ModelStep.weightOnly(4, WeightGroup.OF_32));
  expect(checkpointSize!.bytes - coarse).toBeCloseTo((quantized * (16 / 32 - 20 / 128)) / 8, -5);
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
