import { execFileSync } from 'child_process';
import {
  Duration,
  DataSize,
  GpuInstanceType,
  ModelInstances,
  PythonCode,
  PythonModelProps,
  TensorDataType,
  TritonModel,
  VersionPolicy,
} from '../../lib';
import { fraudModels } from '../../examples/triton-onnx-ensemble/models';
import { deploy } from '../serving/support/fixtures';
import { Block } from '../support/synth';
import { Deployed } from './deployed';
import { JsonTensor, RealTriton, pause, tritonEnvironment } from './real-triton';

const tensor = (name: string, dims = [2]) => ({ name, dataType: TensorDataType.FP32, dims });
const ask = (name: string, data: number[]): JsonTensor => ({ name, datatype: 'FP32', shape: [1, data.length], data });
const dataOf = (text: string) => (JSON.parse(text) as { outputs: { data: number[] }[] }).outputs[0].data;

/** Code that computes `y` of `x`, after some time. */
const computing = (expression: string, seconds = 0, imports = '') => `
import time
import numpy as np
import triton_python_backend_utils as pb
${imports}

class TritonPythonModel:
    def execute(self, requests):
        time.sleep(${seconds})
        xs = [pb.get_input_tensor_by_name(request, "x").as_numpy() for request in requests]
        return [pb.InferenceResponse([pb.Tensor("y", (${expression}).astype(np.float32))]) for x in xs]
`;

const python = (name: string, more: Partial<PythonModelProps> & Pick<PythonModelProps, 'code'>) =>
  TritonModel.python({ name, inputs: [tensor('x')], outputs: [tensor('y')], maxBatchSize: 8, ...more });

const double = python('double', {
  code: PythonCode.inline({
    'model.py': computing('x * FACTOR', 0, 'from factor import FACTOR'),
    'factor.py': 'FACTOR = 2\n',
  }),
});
const slow = python('slow', {
  code: PythonCode.inline({ 'model.py': computing('x', 0.02) }),
  dynamicBatching: { maxQueueDelay: Duration.milliseconds(5) },
});
const busy = python('busy', {
  code: PythonCode.inline({ 'model.py': computing('x', 0.3) }),
  maxBatchSize: 1,
  dynamicBatching: { queue: { maxQueueSize: 2 } },
});
const versioned = (name: string, versionPolicy: VersionPolicy) =>
  python(name, {
    code: PythonCode.fromStore(DataSize.mib(1)),
    version: '2',
    otherVersions: ['1'],
    versionPolicy,
  });
const scores = TritonModel.onnxRuntime({
  name: 'scores',
  inputs: [tensor('x')],
  outputs: [tensor('y')],
  maxBatchSize: 8,
  instances: ModelInstances.onCpu(),
});
const net = TritonModel.pyTorch({
  name: 'net',
  inputs: [tensor('INPUT__0')],
  outputs: [tensor('OUTPUT__0')],
  maxBatchSize: 8,
  modelSize: DataSize.mib(1),
  instances: ModelInstances.onCpu(),
});
const whole = TritonModel.ensemble({
  name: 'whole',
  inputs: [tensor('raw')],
  outputs: [tensor('result')],
  maxBatchSize: 8,
  steps: [
    { model: 'newest', inputMap: { x: 'doubled' }, outputMap: { y: 'result' } },
    { model: 'double', inputMap: { x: 'raw' }, outputMap: { y: 'doubled' } },
  ],
});
const through = TritonModel.ensemble({
  name: 'through',
  inputs: [tensor('raw')],
  outputs: [tensor('result')],
  maxBatchSize: 8,
  steps: [
    { model: 'scores', inputMap: { x: 'raw' }, outputMap: { y: 'score' } },
    { model: 'every', modelVersion: 1, inputMap: { x: 'score' }, outputMap: { y: 'result' } },
  ],
});
const versions = { '1': { 'model.py': computing('x + 1') }, '2': { 'model.py': computing('x + 2') } };
const MODELS = [
  double,
  slow,
  busy,
  scores,
  net,
  whole,
  through,
  versioned('newest', VersionPolicy.latest()),
  versioned('every', VersionPolicy.all()),
];

describe('models of every kind on a real server, by the arguments of their pod', () => {
  let deployed: Deployed;
  let triton: RealTriton;

  beforeAll(async () => {
    deployed = await Deployed.assemble(deploy({ models: MODELS, instanceType: GpuInstanceType.G5_4XLARGE }).json, {
      newest: versions,
      every: versions,
      scores: { '1': { 'model.onnx': 'a model' } },
      net: { '1': { 'model.pt': 'a model' } },
    });
    triton = await deployed.start();
  });
  afterAll(() => triton?.stop());

  test('are ready, though nothing completes their configurations', async () => {
    expect(deployed.args).toContain('--disable-auto-complete-config');
    expect(triton.exit).toBeUndefined();
    for (const { name } of MODELS) expect([name, await triton.status(`/v2/models/${name}/ready`)]).toEqual([name, 200]);
    expect((await deployed.probe('readiness', triton)).status).toBe(0);
  });

  test('answer what their code computes, from the files of the program and of the store', async () => {
    expect(dataOf((await triton.infer('double', [ask('x', [1, 2])])).text)).toEqual([2, 4]);
    expect(dataOf((await triton.infer('whole', [ask('raw', [1, 2])])).text)).toEqual([4, 6]);
    expect(dataOf((await triton.infer('through', [ask('raw', [1, 2])])).text)).toEqual([1, 1]);
  });

  test('answer the client of NVIDIA', () => {
    const program = `
import numpy as np, tritonclient.grpc as t
client = t.InferenceServerClient("127.0.0.1:${triton.ports.grpc}")
x = t.InferInput("raw", [1, 2], "FP32")
x.set_data_from_numpy(np.array([[3, 4]], dtype=np.float32))
print(client.infer("whole", [x]).as_numpy("result").tolist())
`;
    expect(execFileSync(tritonEnvironment().python, ['-c', program]).toString().trim()).toBe('[[8.0, 10.0]]');
  });

  test('are of the versions that their policies choose', async () => {
    const x = [ask('x', [0, 0])];
    expect(dataOf((await triton.infer('newest', x)).text)).toEqual([2, 2]);
    expect(await triton.infer('newest', x, 1)).toMatchObject({ status: 404 });
    expect(dataOf((await triton.infer('every', x)).text)).toEqual([2, 2]);
    expect(dataOf((await triton.infer('every', x, 1)).text)).toEqual([1, 1]);
  });

  test('batch what comes at once', async () => {
    const answers = await Promise.all(Array.from({ length: 64 }, () => triton.infer('slow', [ask('x', [1, 1])])));
    expect(answers.map(({ status }) => status)).toEqual(Array(64).fill(200));
    const executions = await triton.metric('nv_inference_exec_count', 'slow');
    const batch = (await triton.metric('nv_inference_count', 'slow')) / executions;
    console.log(`mean executed batch: ${batch.toFixed(1)}`);
    expect(batch).toBeGreaterThan(1);
  });

  test('shed what their queue has no room for, and stay ready', async () => {
    const answers: { status: number; text: string }[] = [];
    let loaded = true;
    const callers = Array.from({ length: 12 }, async () => {
      while (loaded) {
        answers.push(await triton.infer('busy', [ask('x', [1, 1])]));
        await pause(50);
      }
    });
    // As the kubelet does, but more often: a pod leaves its service after so many failures in a row.
    const { failure_threshold: most } = (deployed.pod.container as Block[])[0].readiness_probe as Block;
    const failures = [];
    for (let probes = 0; probes < most + 2; probes += 1) {
      await pause(700);
      const { status, stderr } = await deployed.probe('readiness', triton);
      if (status !== 0) failures.push(`${probes}: ${stderr}`);
    }
    loaded = false;
    await Promise.all(callers);
    expect(failures.length).toBeLessThan(most);
    if (failures.length > 0) console.log(`failures, not in a row: ${failures.join(' ')}`);
    const refused = answers.filter(({ status }) => status !== 200);
    console.log(
      `of ${answers.length} requests ${refused.length} are refused: ${refused[0]?.status} ${refused[0]?.text}`,
    );
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThan(0);
    expect(new Set(refused.map(({ status }) => status))).toEqual(new Set([503]));
    expect(refused[0].text).toContain('Exceeds maximum queue size');
    expect((await deployed.probe('readiness', triton)).status).toBe(0);
    expect((await deployed.probe('liveness', triton)).status).toBe(0);
    expect(triton.exit).toBeUndefined();
  });
});

test('a server without models is never ready by the probe of its pod', async () => {
  const deployed = await Deployed.assemble(deploy({ models: [double] }).json);
  const triton = await RealTriton.start({
    args: [`--model-repository=${tritonEnvironment().work}/..`, '--model-control-mode=explicit'],
  });
  try {
    expect(await triton.status('/v2/health/ready')).toBe(200);
    const { status, stderr } = await deployed.probe('readiness', triton);
    expect(status).not.toBe(0);
    expect(stderr).toContain('model double is not ready: HTTP 400');
  } finally {
    await triton.stop();
  }
});

test('the example of an ensemble answers, with zeros for the score of its ONNX model', async () => {
  const { json } = deploy({ models: fraudModels(ModelInstances.onCpu()), instanceType: GpuInstanceType.G5_4XLARGE });
  const deployed = await Deployed.assemble(json, { 'fraud-score': { '1': { 'model.onnx': 'a model' } } });
  const triton = await deployed.start();
  try {
    const { status, text } = await triton.infer('fraud', [ask('amounts', Array(30).fill(12.5))]);
    expect([status, text]).toEqual([200, expect.any(String)]);
    const { outputs } = JSON.parse(text) as { outputs: { name: string; data: unknown[] }[] };
    expect(Object.fromEntries(outputs.map(({ name, data }) => [name, data]))).toEqual({
      probability: [0.5],
      suspicious: [false],
    });
  } finally {
    await triton.stop();
  }
});
