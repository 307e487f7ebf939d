import { GpuInstanceType } from '../../../lib/catalog';
import { ModelInstances, OnnxRuntimeModelProps, TritonModel, WarmUpTensor } from '../../../lib/serving';
import { DataSize } from '../../../lib/units';
import { faultsThrown, idsOf } from '../../support/faults';
import { deploy, fileOf, onnxProps, podOf } from '../support/fixtures';

const squeezed = (text: string) => text.replace(/\s+/g, ' ').trim();

function model(name: string, more: Partial<OnnxRuntimeModelProps> = {}): TritonModel {
  return TritonModel.onnxRuntime({ ...onnxProps, name, modelSize: DataSize.gib(1), ...more });
}

const fraud = model('fraud', {
  instances: ModelInstances.onCpu(2),
  configurations: {
    a10g: { instances: ModelInstances.onGpus(1, 2), maxBatchSize: 64 },
    'rtx-4090': {
      instances: ModelInstances.onGpus(),
      warmUp: [{ name: 'first', inputs: { features: WarmUpTensor.fromStore('a.bin') } }],
    },
  },
});

describe('one list of models for pools of several kinds', () => {
  const onGpu = deploy({ models: [fraud], modelConfiguration: 'a10g' });
  const onCpu = deploy({ models: [fraud] });

  test('gives every server the same repository', () => {
    const filesOf = ({ json }: typeof onGpu) =>
      Object.entries(json.only('kubernetes_config_map_v1').data).filter(([key]) => /pbtxt|about/.test(key));
    expect(filesOf(onGpu)).toEqual(filesOf(onCpu));
    expect(filesOf(onGpu).map(([key]) => key)).toEqual([
      'config.pbtxt.fraud',
      'configs.a10g.pbtxt.fraud',
      'configs.rtx-4090.pbtxt.fraud',
      'warmup.about.fraud',
    ]);
    expect(JSON.stringify(onGpu.json.only('kubernetes_deployment_v1'))).toContain(
      'repository/fraud/configs/a10g.pbtxt',
    );
  });

  test('says of each hardware what is otherwise there', () => {
    const text = (key: string) => squeezed(fileOf(onCpu.json, key));
    expect(text('config.pbtxt.fraud')).toContain('max_batch_size: 32');
    expect(text('config.pbtxt.fraud')).toContain('instance_group { count: 2 kind: KIND_CPU }');
    expect(text('configs.a10g.pbtxt.fraud')).toContain('max_batch_size: 64');
    expect(text('configs.a10g.pbtxt.fraud')).toContain('instance_group { count: 2 kind: KIND_GPU gpus: [ 0 ] }');
    expect(text('configs.a10g.pbtxt.fraud')).not.toContain('model_warmup');
    expect(text('configs.rtx-4090.pbtxt.fraud')).toContain('max_batch_size: 32');
    expect(text('configs.rtx-4090.pbtxt.fraud')).toContain('input_data_file: "../1/a.bin"');
  });

  test('lets each server take its own, with the GPUs that it needs', () => {
    expect(podOf(onGpu.json).container[0].args).toContain('--model-config-name=a10g');
    expect(JSON.stringify(podOf(onCpu.json).container[0].args)).not.toContain('--model-config-name');
    expect(onGpu.deployment.gpusPerPod).toBe(1);
    expect(onCpu.deployment.gpusPerPod).toBe(0);
  });

  test('gives each model GPUs of its own on every hardware, also one that has no configuration of the name', () => {
    const { json } = deploy({
      models: [model('plain'), model('apart', { configurations: { big: { instances: ModelInstances.onGpus(2) } } })],
      instanceType: GpuInstanceType.G5_12XLARGE,
    });
    const gpus = (key: string) => /gpus: \[ .*? \]/.exec(squeezed(fileOf(json, key)))?.[0];
    expect(gpus('config.pbtxt.apart')).toBe('gpus: [ 0 ]');
    expect(gpus('config.pbtxt.plain')).toBe('gpus: [ 1 ]');
    expect(gpus('configs.big.pbtxt.apart')).toBe('gpus: [ 0, 1 ]');
    expect(gpus('configs.big.pbtxt.plain')).toBe('gpus: [ 2 ]');
  });
});

describe('refused', () => {
  const refused = (more: Partial<OnnxRuntimeModelProps>, modelConfiguration?: string) =>
    idsOf(faultsThrown(() => deploy({ models: [model('m', more)], modelConfiguration })));

  test('a name that no model has', () => {
    expect(refused({}, 'a10g')).toEqual(['UNKNOWN_VALUE modelConfiguration']);
    expect(refused({ configurations: { a100: {} } }, 'a10g')).toEqual(['UNKNOWN_VALUE modelConfiguration']);
  });

  test('a name that is no file name', () => {
    expect(refused({ configurations: { 'a/b': {} } })).toEqual(['INVALID_NAME models[0].configurations[a/b]']);
  });

  test('what is wrong on some hardware, where it is said, also where another is chosen', () => {
    const configurations = { a10g: { maxBatchSize: -1 }, big: {} };
    expect(refused({ configurations }, 'big')).toEqual([
      'NOT_A_WHOLE_NUMBER models[0].configurations[a10g].maxBatchSize',
    ]);
  });

  test('what does not fit the hardware, where it is said', () => {
    const configurations = { a10g: { instances: ModelInstances.onGpus(4) } };
    expect(refused({ configurations }, 'a10g')).toEqual([
      'SERVER_EXCEEDS_NODE models[0].configurations[a10g].instances.gpuCount',
    ]);
  });

  test('what is wrong on any hardware once', () => {
    expect(refused({ maxBatchSize: -1, configurations: { a10g: {}, b: {} } }, 'a10g')).toEqual([
      'NOT_A_WHOLE_NUMBER models[0].maxBatchSize',
    ]);
  });
});
