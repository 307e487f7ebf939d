import { DataSize, ModelInstances, PythonCode, TensorDataType, TritonModel } from '../../../lib';
import { Block } from '../../support/synth';
import { deploy, fileOf, podOf } from '../support/fixtures';

const tensor = (name: string, dims = [2]) => ({ name, dataType: TensorDataType.FP32, dims });
const io = { inputs: [tensor('x')], outputs: [tensor('OUTPUT__0')], maxBatchSize: 8 };
const argsOf = (pod: Block) => (pod.container as Block[])[0].args as string[];
const sizeOf = (pod: Block, volume: string) =>
  ((pod.volume as Block[]).find(({ name }) => name === volume) as Block).empty_dir.size_limit as string;

test('switches of a PyTorch model are the parameters of its backend', () => {
  const net = TritonModel.pyTorch({
    ...io,
    name: 'net',
    modelSize: DataSize.gib(1),
    optimizedExecution: false,
    inferenceMode: true,
    cudnn: false,
    weightSharing: true,
    intraOpThreads: 2,
  });
  const config = fileOf(deploy({ models: [net] }).json, 'config.pbtxt.net').replace(/\s+/g, ' ');
  expect(config).toContain('backend: "pytorch" platform: "pytorch_libtorch"');
  for (const [key, value] of [
    ['DISABLE_OPTIMIZED_EXECUTION', 'true'],
    ['INFERENCE_MODE', 'true'],
    ['DISABLE_CUDNN', 'true'],
    ['ENABLE_WEIGHT_SHARING', 'true'],
    ['INTRA_OP_THREAD_COUNT', '2'],
  ])
    expect(config).toContain(`key: "${key}" value { string_value: "${value}" }`);
  expect(config).not.toContain('ENABLE_CACHE_CLEANING');
});

test('the pod of a Python model has shared memory for all its processes, and disk for what it unpacks', () => {
  const python = TritonModel.python({
    ...io,
    name: 'own',
    code: PythonCode.fromStore(DataSize.gib(1)),
    environment: { unpackedSize: DataSize.gib(3) },
    instances: ModelInstances.onCpu(4),
    instanceSharedMemory: DataSize.mib(512),
    decoupled: true,
  });
  const { json } = deploy({ models: [python] });
  const pod = podOf(json);
  expect(argsOf(pod)).toContain(`--backend-config=python,shm-default-byte-size=${512 * 1024 ** 2}`);
  expect(argsOf(pod)).toContain('--disable-auto-complete-config');
  expect([sizeOf(pod, 'shm'), sizeOf(pod, 'tmp')]).toEqual(['2048Mi', '4Gi']);
  const config = fileOf(json, 'config.pbtxt.own').replace(/\s+/g, ' ');
  expect(config).toContain('value { string_value: "$$TRITON_MODEL_DIRECTORY/1/environment.tar.gz" }');
  expect(config).toContain('model_transaction_policy { decoupled: true }');
  expect(config).toContain('kind: KIND_CPU');
});

test('inline code and ensembles need nothing of the store', () => {
  const own = TritonModel.python({ ...io, name: 'own', code: PythonCode.inline({ 'model.py': '# ${nothing}\n' }) });
  const whole = TritonModel.ensemble({
    ...io,
    name: 'whole',
    steps: [{ model: 'own', inputMap: { x: 'x' }, outputMap: { OUTPUT__0: 'OUTPUT__0' } }],
  });
  const { json, site } = deploy({ models: [own, whole] });
  expect(site.store.grants).toEqual([]);
  expect(fileOf(json, 'model.py.1.own')).toBe('# ${nothing}\n');
  expect(fileOf(json, 'config.pbtxt.whole')).not.toContain('instance_group');
});
