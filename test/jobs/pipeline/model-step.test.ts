import { readFileSync } from 'fs';
import { join } from 'path';
import { ModelSpec, Precision, TritonRelease } from '../../../lib/catalog';
import { ModelStep, OnnxOptimization, QualityGate, QualityGateProps, W8A8Method, WeightGroup } from '../../../lib/jobs';
import { after, outputSize, sourceState } from '../../../lib/jobs/pipeline/model-state';
import { pipelineSpec } from '../../../lib/jobs/pipeline/pipeline-spec';
import { groupFaults } from '../../../lib/jobs/pipeline/weight-groups';
import { stepFaults } from '../../../lib/jobs/pipeline/step-faults';
import { faultsThrown, idsOf } from '../../support/faults';
import { TALKS, piped } from './support/pipelines';

const calibration = { text: TALKS, samples: 64, length: 256 };
const path = '/pipeline/inputs/talks/1/talks.txt';
const specOf = (steps: ModelStep[], gate: Partial<QualityGateProps> = {}) =>
  pipelineSpec({
    ...{ name: 'p', model: ModelSpec.LLAMA_3_2_1B, steps: steps.map((each) => each._facts), labels: {} },
    ...{ gate: { text: TALKS, ...gate }, trustRemoteCode: false, work: '/pipeline' },
  });
const checkOf = (kind: string, steps: ModelStep[], gate: Partial<QualityGateProps> = {}) =>
  specOf(steps, gate).checks.find((each) => (each as { kind: string }).kind === kind);

describe('steps, as the program reads them', () => {
  test.each<[string, ModelStep, object]>([
    ['dynamic INT8', ModelStep.int8Dynamic(), { kind: 'dynamic-int8' }],
    ['w8a8', ModelStep.w8a8(), { kind: 'compress', scheme: 'W8A8', method: 'rtn' }],
    [
      'w8a8 with a text',
      ModelStep.w8a8({ calibration }),
      { kind: 'compress', scheme: 'W8A8', method: 'smoothquant', text: path, samples: 64, length: 256 },
    ],
    [
      'w8a8 by GPTQ',
      ModelStep.w8a8({ calibration: { text: TALKS }, method: W8A8Method.GPTQ }),
      { kind: 'compress', scheme: 'W8A8', method: 'gptq', text: path },
    ],
    ['8 bits', ModelStep.weightOnly(8), { kind: 'compress', scheme: 'W8A16', method: 'rtn' }],
    ['FP8', ModelStep.fp8(), { kind: 'compress', scheme: 'FP8_DYNAMIC', method: 'rtn' }],
    [
      'FP8 per tensor',
      ModelStep.fp8PerTensor({ text: TALKS }),
      { kind: 'compress', scheme: 'FP8', method: 'rtn', text: path },
    ],
    ['FP8 per block', ModelStep.fp8PerBlock(), { kind: 'compress', scheme: 'FP8_BLOCK', method: 'rtn' }],
    ['GPTQ', ModelStep.gptq({ text: TALKS }, 8), { kind: 'compress', scheme: 'W8A16', method: 'gptq', text: path }],
    [
      'groups of 32',
      ModelStep.weightOnly(4, WeightGroup.OF_32),
      { kind: 'compress', scheme: 'W4A16', method: 'rtn', groupSize: 32 },
    ],
    [
      'a scale for each row',
      ModelStep.awq({ text: TALKS }, WeightGroup.ROW),
      { kind: 'compress', scheme: 'W4A16', method: 'awq', groupSize: -1, text: path },
    ],
    [
      'GPTQ in groups of 64',
      ModelStep.gptq({ text: TALKS }, 4, WeightGroup.OF_64),
      { kind: 'compress', scheme: 'W4A16', method: 'gptq', groupSize: 64, text: path },
    ],
    [
      'groups of 128, which the program takes unasked',
      ModelStep.weightOnly(4, WeightGroup.OF_128),
      { kind: 'compress', scheme: 'W4A16', method: 'rtn' },
    ],
    [
      'GPTQModel',
      ModelStep.gptqModel(calibration, 8, WeightGroup.ROW),
      { kind: 'gptq-model', bits: 8, groupSize: -1, text: path, samples: 64, length: 256 },
    ],
    ['ModelOpt FP8', ModelStep.modeloptFp8({ text: TALKS }), { kind: 'modelopt', scheme: 'FP8', text: path }],
    [
      'ModelOpt NVFP4',
      ModelStep.modeloptNvfp4(calibration),
      { kind: 'modelopt', scheme: 'NVFP4', text: path, samples: 64, length: 256 },
    ],
    ['shared attention', ModelStep.shareAttentionHeads(), { kind: 'share-attention', keep: 0.7 }],
    ['layers', ModelStep.skipLayers({ layers: [3, 4] }), { kind: 'skip-layers', layers: [3, 4] }],
    ['some layers', ModelStep.skipLayers({ count: 2, text: TALKS }), { kind: 'skip-layers', count: 2, text: path }],
    ['an adapter', ModelStep.mergeLora({ name: 'law' }), { kind: 'merge-lora', adapter: '/pipeline/inputs/law/1' }],
    ['the tokenizer', ModelStep.packageTokenizer(), { kind: 'package-tokenizer' }],
  ])('%s', (_, step, spec) => {
    const { kind } = spec as { kind: string };
    expect(specOf([step]).steps).toEqual([{ id: `1-${kind}`, ...spec }]);
  });

  test('of a graph, each reading what the one before it writes', () => {
    const steps = [
      ModelStep.exportOnnx(),
      ModelStep.optimizeOnnx(OnnxOptimization.ALL),
      ModelStep.int8Dynamic(),
      ModelStep.tritonRepository({ modelName: 'edge', config: 'backend: "onnxruntime"\n' }),
    ];
    expect(specOf(steps).steps).toEqual([
      { kind: 'export-onnx', id: '1-export-onnx', opset: 18 },
      { kind: 'optimize-onnx', id: '2-optimize-onnx', level: 'all' },
      { kind: 'quantize-onnx', id: '3-quantize-onnx' },
      {
        ...{ kind: 'triton-repository', id: '4-triton-repository', model: 'edge', version: 1 },
        config: '/etc/model-pipeline/step-3.pbtxt',
      },
    ]);
    const { json, pipeline } = piped({ steps });
    expect(json.only('kubernetes_config_map_v1').data['step-3.pbtxt']).toBe('backend: "onnxruntime"\n');
    expect(pipeline.output.version).toMatch(/^1-onnx-optimized-int8-triton-[0-9a-f]{12}$/);
    expect(pipeline.outputOpset).toBe(18);
  });
});

describe('what a step makes of a model', () => {
  const model = ModelSpec.LLAMA_2_13B;
  const source = sourceState(model, Precision.FP16);
  const made = (...steps: ModelStep[]) => steps.reduce((state, step) => after(state, step._facts), source);
  const fp32 = 4 * model.parameters;

  test.each<[string, ModelStep, number, number]>([
    ['INT8 is at most 0.30 of FP32', ModelStep.int8Dynamic(), 0.24, 0.3],
    ['W8A8 is about a quarter of it', ModelStep.w8a8(), 0.25, 0.27],
    ['INT4 about an eighth', ModelStep.weightOnly(4), 0.125, 0.15],
    ['GPTQ in 4 bits about an eighth', ModelStep.gptqModel({ text: TALKS }), 0.125, 0.15],
    ['FP8 of ModelOpt about a quarter', ModelStep.modeloptFp8({ text: TALKS }), 0.25, 0.27],
    ['NVFP4 4.5 bits of 32', ModelStep.modeloptNvfp4({ text: TALKS }), 4.5 / 32, 0.16],
    ['ONNX is FP32', ModelStep.exportOnnx(), 0.99, 1.01],
  ])('%s', (_, step, least, most) => {
    const share = made(step).bytes / fp32;
    expect(share).toBeGreaterThan(least);
    expect(share).toBeLessThan(most);
  });

  test('smaller groups of GPTQModel take more, and the size says so', () => {
    const fine = made(ModelStep.gptqModel({ text: TALKS }, 4, WeightGroup.OF_32));
    expect(fine.bytes).toBe(made(ModelStep.weightOnly(4, WeightGroup.OF_32)).bytes);
    expect(outputSize(fine).checkpointSize?.bytes).toBe(Math.ceil(fine.bytes));
    expect(outputSize(made(ModelStep.modeloptNvfp4({ text: TALKS })))).toEqual({});
  });

  test('sharing takes its part of the attention away, and no more', () => {
    // Of each of 40 layers: four square matrices of 5,120.
    const attention = 40 * 4 * 5120 ** 2;
    expect(source.bytes - made(ModelStep.shareAttentionHeads(0.3)).bytes).toBeCloseTo(0.3 * 2 * attention, -6);
  });

  test('layers that are left out are away, the embeddings are not', () => {
    const half = made(ModelStep.skipLayers({ count: 20, text: TALKS })).bytes / source.bytes;
    expect(half).toBeGreaterThan(0.5);
    expect(half).toBeLessThan(0.53);
  });
});

describe('an opset', () => {
  const opsetOf = (step: ModelStep) => step._facts.settings.opset;

  test('is the highest that its reader reads, up to what the exporter writes', () => {
    expect(opsetOf(ModelStep.exportOnnx())).toBe(18);
    expect(opsetOf(ModelStep.exportOnnx({ opset: 15 }))).toBe(15);
    expect(opsetOf(ModelStep.exportOnnx({ opset: 21, triton: TritonRelease.V25_07 }))).toBe(21);
  });

  test.each<[number, TritonRelease | undefined, string]>([
    [14, undefined, 'NOT_A_WHOLE_NUMBER'],
    [17.5, undefined, 'NOT_A_WHOLE_NUMBER'],
    [24, TritonRelease.V25_07, 'OPSET_NOT_READ'],
  ])('%s is refused', (opset, triton, id) => {
    const faults = stepFaults(ModelStep.exportOnnx({ opset, triton })._facts);
    expect(faults.map((each) => each.id)).toEqual([id]);
  });
});

describe('a step is refused', () => {
  test.each<[string, ModelStep, string]>([
    ['with 3 bits', ModelStep.weightOnly(3), 'UNKNOWN_VALUE bits'],
    ['without a text', ModelStep.w8a8({ method: W8A8Method.GPTQ }), 'MISSING_PROPERTY calibration'],
    ['with half a sample', ModelStep.awq({ text: TALKS, samples: 0.5 }), 'NOT_A_WHOLE_NUMBER samples'],
    ['that saves all', ModelStep.shareAttentionHeads(1), 'OUT_OF_RANGE saved'],
    ['that saves nothing', ModelStep.shareAttentionHeads(0), 'OUT_OF_RANGE saved'],
    ['that leaves nothing out', ModelStep.skipLayers({}), 'CONFLICTING_PROPERTIES layers'],
    ['that leaves no layer out', ModelStep.skipLayers({ layers: [] }), 'EMPTY_LIST layers'],
    ['that leaves one out twice', ModelStep.skipLayers({ layers: [1, 1] }), 'DUPLICATE layers'],
    ['that measures on nothing', ModelStep.skipLayers({ count: 1 }), 'MISSING_PROPERTY text'],
    ['with a text elsewhere', ModelStep.awq({ text: { ...TALKS, file: '../x' } }), 'INVALID_FORMAT text.file'],
    ['with a folder that is none', ModelStep.mergeLora({ name: 'a/b' }), 'INVALID_NAME adapter.name'],
    ['without a config', ModelStep.tritonRepository({ modelName: 'a', config: '' }), 'MISSING_PROPERTY config'],
  ])('%s', (_, step, fault) => {
    expect(stepFaults(step._facts).map(({ id, property }) => `${id} ${property}`)).toEqual([fault]);
    expect(faultsThrown(() => piped({ steps: [step] })).map(({ id }) => id)).toContain(fault.split(' ')[0]);
  });
});

describe('a gate', () => {
  test('says all that must hold', () => {
    const gate = {
      ...{ accuracyLossPercent: 1.5, sizePercent: 30, throughputPercent: 80, parametersPercent: 90 },
      ...{ tasks: ['arc_easy'], taskData: { name: 'tasks', version: '3' }, longContext: 8192, attentionWindow: 2048 },
    };
    const step = [ModelStep.int8Dynamic()];
    expect(checkOf('size', step, gate)).toEqual({ kind: 'size', atMost: 0.3 });
    expect(checkOf('perplexity', step, gate)).toMatchObject({ limit: 0.015, belowFloor: false });
    expect(checkOf('tasks', step, gate)).toMatchObject({
      tasks: ['arc_easy'],
      folder: '/pipeline/inputs/tasks/3',
      limit: 0.015,
    });
    expect(checkOf('throughput', step, gate)).toEqual({ kind: 'throughput', atLeast: 0.8 });
    expect(checkOf('long-context', step, gate)).toMatchObject({ lengths: [2049, 8192], window: 2048 });
    expect(checkOf('parameters', step, gate)).toEqual({ kind: 'parameters', atMost: 0.9 });
  });

  test('counts the parameters of attention that is shared, but not those of a graph', () => {
    const shared = ModelStep.shareAttentionHeads(0.25);
    expect(checkOf('parameters', [shared])).toEqual({ kind: 'parameters', attentionAtMost: 0.75 });
    expect(checkOf('parameters', [shared, ModelStep.exportOnnx()])).toBeUndefined();
  });

  test('tries no longer input than the model takes', () => {
    const { checks } = pipelineSpec({
      ...{ name: 'p', model: ModelSpec.TINY_LLAMA_1_1B, steps: [ModelStep.int8Dynamic()._facts], labels: {} },
      ...{ gate: { text: TALKS }, trustRemoteCode: false, work: '/pipeline' },
    });
    expect(checks).toContainEqual(expect.objectContaining({ kind: 'long-context', lengths: [2048] }));
  });

  test.each<[Partial<QualityGateProps>, string]>([
    [{ accuracyLossPercent: 0 }, 'OUT_OF_RANGE accuracyLossPercent'],
    [{ accuracyLossPercent: 101, belowFloor: true }, 'OUT_OF_RANGE accuracyLossPercent'],
    [{ accuracyLossPercent: 4 }, 'BELOW_ACCURACY_FLOOR accuracyLossPercent'],
    [{ sizePercent: 0 }, 'OUT_OF_RANGE sizePercent'],
    [{ throughputPercent: -1 }, 'OUT_OF_RANGE throughputPercent'],
    [{ longContext: 1 }, 'NOT_A_WHOLE_NUMBER longContext'],
    [{ tasks: [] }, 'EMPTY_LIST tasks'],
    [{ tasks: ['arc_easy'] }, 'MISSING_PROPERTY taskData'],
    [{ text: undefined as never }, 'MISSING_PROPERTY text'],
    [{ text: { name: 'a b', file: 'x' } }, 'INVALID_NAME text.name'],
  ])('%j is refused', (props, fault) => {
    expect(idsOf(faultsThrown(() => QualityGate.of({ text: TALKS, ...props })))).toContain(fault);
  });

  test('may lose more than 3 % where that is said', () => {
    expect(QualityGate.of({ text: TALKS, accuracyLossPercent: 10, belowFloor: true }).accuracyLossPercent).toBe(10);
    expect(QualityGate.of({ text: TALKS, accuracyLossPercent: 3 }).accuracyLossPercent).toBe(3);
    expect(QualityGate.of({ text: TALKS }).accuracyLossPercent).toBe(2);
  });
});

describe('groups of weights', () => {
  const narrow = ModelSpec.dense({
    name: 'narrow',
    shape: {
      layers: 2,
      hiddenSize: 192,
      attentionHeads: 6,
      intermediateSize: 512,
      vocabularySize: 1024,
      maxContextLength: 4096,
    },
  });
  const faultsOf = (step: ModelStep, model: ModelSpec) => groupFaults([step._facts], model).map(({ reason }) => reason);

  test.each<[string, ModelStep, string]>([
    [
      'of 128',
      ModelStep.weightOnly(4),
      'groups of 128, which do not divide the hidden width of 192, the width of the heads of 192',
    ],
    ['of 128 by GPTQ', ModelStep.gptq({ text: TALKS }), 'use WeightGroup.OF_64'],
    ['in blocks', ModelStep.fp8PerBlock(), 'use ModelStep.fp8(), which has no blocks'],
  ])('%s that do not divide the model are refused', (_, step, reason) => {
    expect(faultsOf(step, narrow)).toEqual([expect.stringContaining(reason)]);
    expect(faultsOf(step, ModelSpec.LLAMA_3_2_1B)).toEqual([]);
  });

  test.each([
    ['of 64', ModelStep.weightOnly(4, WeightGroup.OF_64)],
    ['of rows', ModelStep.weightOnly(4, WeightGroup.ROW)],
    ['of FP8 without blocks', ModelStep.fp8()],
    ['of INT8', ModelStep.w8a8()],
  ])('%s are accepted', (_, step) => {
    expect(faultsOf(step, narrow)).toEqual([]);
  });

  test('are those that the program takes, and what its engine reads', () => {
    const program = readFileSync(join(__dirname, '../../../jobs/src/model_pipeline/kinds.py'), 'utf8');
    const sizes = Object.values(WeightGroup).map((each) => (each === WeightGroup.ROW ? -1 : Number(each)));
    const said = /^GROUP_SIZES = \((.*)\)$/m.exec(program)![1].split(', ').map(Number);
    expect(sizes.sort((a, b) => a - b)).toEqual(said);
  });

  test('name the version', () => {
    expect(piped({ steps: [ModelStep.weightOnly(4, WeightGroup.OF_32)] }).pipeline.output.version).toMatch(
      /^1-w4a16g32-/,
    );
  });
});
