import { GpuInstanceType, GpuNodeType, GpuType, ModelSpec, Precision, TritonRelease } from '../../../lib/catalog';
import { GpuNodePool, NodeImage } from '../../../lib/compute';
import { TritonModel, VllmModelProps } from '../../../lib/serving';
import { DataSize } from '../../../lib/units';
import { testEksCluster } from '../../compute/test-eks-cluster';
import { faultsThrown, idsOf, warningsOf } from '../../support/faults';
import { testStack } from '../../support/synth';
import { DeploymentOverrides, deploy, onnxProps } from '../support/fixtures';

const L40S = GpuInstanceType.G6E_48XLARGE;

function language(props: Partial<VllmModelProps>, release: string) {
  const models = [TritonModel.vllm({ name: 'm', model: ModelSpec.LLAMA_3_1_8B, ...props })];
  return () => deploy({ models, instanceType: L40S, tritonRelease: TritonRelease.of(release) });
}

const argument = (name: string, value: unknown) => ({ engineArguments: { [name]: value } });
const method = (quantization: string, precision = Precision.INT4) => ({ quantization, precision });

test.each<[string, Partial<VllmModelProps>, string]>([
  ['26.07', argument('swap_space', 4), 'ENGINE_ARGUMENT_NOT_IN_VLLM models[0].engineArguments.swap_space'],
  ['26.02', argument('max_lora_rnk', 16), 'ENGINE_ARGUMENT_NOT_IN_VLLM models[0].engineArguments.max_lora_rnk'],
  [
    '26.02',
    argument('disable_log_requests', true),
    'ENGINE_ARGUMENT_NOT_IN_VLLM models[0].engineArguments.disable_log_requests',
  ],
  [
    '26.02',
    argument('max_num_queued_reqs', 16),
    'ENGINE_ARGUMENT_NOT_IN_VLLM models[0].engineArguments.max_num_queued_reqs',
  ],
  // Releases before 26.01 are known by name too.
  ['25.12', argument('max_lora_rnk', 16), 'ENGINE_ARGUMENT_NOT_IN_VLLM models[0].engineArguments.max_lora_rnk'],
  ['25.08', argument('kernel_config', {}), 'ENGINE_ARGUMENT_NOT_IN_VLLM models[0].engineArguments.kernel_config'],
  ...(
    [
      ['26.07', 'scheduling_policy', 'bogus', 'ENGINE_ARGUMENT_CHOICE_NOT_IN_VLLM'],
      ['26.02', 'scheduling_policy', 'bogus', 'ENGINE_ARGUMENT_CHOICE_NOT_IN_VLLM'],
      ['26.07', 'load_format', 'gguf', 'ENGINE_ARGUMENT_CHOICE_NOT_IN_VLLM'],
      ['26.02', 'performance_mode', 'throughput', 'ENGINE_ARGUMENT_NOT_IN_VLLM'],
      ['26.07', 'stream_interval', -1, 'OUT_OF_RANGE'],
      ['26.07', 'enable_sleep_mode', 'maybe', 'WRONG_KIND'],
      // The engine takes it as it is, and reads no JSON.
      ['26.07', 'kv_events_config', '{}', 'WRONG_KIND'],
    ] as const
  ).map(([release, name, value, id]): [string, Partial<VllmModelProps>, string] => [
    release,
    argument(name, value),
    `${id} models[0].engineArguments.${name}`,
  ]),
  ['26.07', method('gguf'), 'QUANTIZATION_NOT_IN_VLLM models[0].quantization'],
  ['26.02', method('hqq'), 'QUANTIZATION_NOT_IN_VLLM models[0].quantization'],
  ['26.07', method('ipex'), 'QUANTIZATION_NOT_IN_VLLM models[0].quantization'],
  ['26.02', method('quux'), 'QUANTIZATION_NOT_IN_VLLM models[0].quantization'],
  ['26.07', method('fbgemm_fp8', Precision.FP8), 'QUANTIZATION_DEPRECATED models[0].quantization'],
])('Triton %s refuses %j: %s', (release, props, expected) => {
  expect(idsOf(faultsThrown(language(props, release)))).toEqual([expected]);
});

test.each<[string, Partial<VllmModelProps>]>([
  ['26.03', argument('swap_space', 4)],
  ['26.06', argument('load_format', 'gguf')],
  // What pydantic reads as true.
  ['26.07', argument('use_tqdm_on_load', 'on')],
  // Versions before 0.15 were not read for values.
  ['26.01', argument('scheduling_policy', 'bogus')],
  ['26.06', method('gguf')],
  ['26.08', method('bitsandbytes')],
  ['25.12', method('hqq')],
  ['26.07', { ...method('fbgemm_fp8', Precision.FP8), ...argument('allow_deprecated_quantization', true) }],
])('Triton %s takes %j', (release, props) => {
  expect(language(props, release)).not.toThrow();
});

test('bitsandbytes is gone from the vLLM of a release that is described', () => {
  const tritonRelease = TritonRelease.custom({
    ...{
      release: '26.10',
      vllmVersion: '0.31.0',
      onnxRuntimeVersion: '1.28.0',
      cudaVersion: '13.4.3',
      cudaDriver: '615.61',
    },
  });
  const models = [TritonModel.vllm({ name: 'm', model: ModelSpec.LLAMA_3_1_8B, ...method('bitsandbytes') })];
  expect(idsOf(faultsThrown(() => deploy({ models, instanceType: L40S, tritonRelease })))).toEqual([
    'QUANTIZATION_NOT_IN_VLLM models[0].quantization',
  ]);
});

test.each([
  ['26.02', { opset: 25, irVersion: 13 }, []],
  ['26.02', { opset: 26 }, ['ONNX_FORMAT_TOO_NEW models[0].opset']],
  ['26.07', { opset: 26 }, []],
  ['26.08', { opset: 27 }, ['ONNX_FORMAT_TOO_NEW models[0].opset']],
  [
    '25.12',
    { opset: 24, irVersion: 12 },
    ['ONNX_FORMAT_TOO_NEW models[0].opset', 'ONNX_FORMAT_TOO_NEW models[0].irVersion'],
  ],
  ['26.08', { irVersion: 14 }, ['ONNX_FORMAT_TOO_NEW models[0].irVersion']],
  ['26.07', { opset: 0 }, ['NOT_A_WHOLE_NUMBER models[0].opset']],
  ['26.07', { irVersion: 1.5 }, ['NOT_A_WHOLE_NUMBER models[0].irVersion']],
])('ONNX Runtime of Triton %s and a file of %j: %j', (release, format, expected) => {
  const models = [TritonModel.onnxRuntime({ ...onnxProps, ...format })];
  const make = () => deploy({ models, tritonRelease: TritonRelease.of(release) });
  if (expected.length === 0) expect(make).not.toThrow();
  else expect(idsOf(faultsThrown(make))).toEqual(expected);
});

describe('drivers before those of the CUDA of a release', () => {
  const on = (more: DeploymentOverrides) => () => deploy({ instanceType: L40S, ...more });
  const own = GpuNodeType.custom({
    ...{ name: 'own', gpu: GpuType.RTX_4090, gpuCount: 1, vcpus: 32, memory: DataSize.gib(256) },
  });
  const old = TritonRelease.of('26.04');

  test("run on data center GPUs by NVIDIA's compatibility libraries, with a warning", () => {
    const { deployment } = on({ tritonRelease: old, driverMajor: 535 })();
    const ids = warningsOf(deployment).map(({ id }) => id);
    expect(ids).toContain('CUDA_BY_COMPATIBILITY_LIBRARIES');
    expect(ids).not.toContain('CUDA_NEWER_THAN_DRIVER');
    const newer = on({ tritonRelease: old, driverMajor: 580 })();
    expect(warningsOf(newer.deployment).map(({ id }) => id)).not.toContain('CUDA_BY_COMPATIBILITY_LIBRARIES');
  });

  test.each<[string, DeploymentOverrides]>([
    ['of a branch that NVIDIA does not name', { tritonRelease: old, driverMajor: 550 }],
    ['with a CUDA of which NVIDIA names no branch', { driverMajor: 535 }],
    ['on other GPUs than those of data centers', { tritonRelease: old, driverMajor: 535, instanceType: own }],
  ])('are refused %s', (_what, more) => {
    expect(idsOf(faultsThrown(on(more)))).toEqual(['DRIVER_TOO_OLD_FOR_RELEASE tritonRelease']);
  });
});

describe('images of nodes', () => {
  const pool = (releaseVersion: string) => {
    const stack = testStack();
    return new GpuNodePool(stack, 'gpu', {
      ...{ cluster: testEksCluster(stack), instanceType: GpuInstanceType.G6E_XLARGE, minNodes: 1, maxNodes: 1 },
      image: NodeImage.al2023({ releaseVersion }),
    });
  };

  test('have the driver of their release, without being told', () => {
    expect(pool('1.35.6-20260714').driverMajor).toBe(580);
    expect(pool('1.35.0-20251007').driverMajor).toBe(570);
    // A later release is not known.
    expect(pool('1.35.7-20261101').driverMajor).toBeUndefined();
  });

  test('that AWS warns of are refused, for the minors that it names', () => {
    expect(idsOf(faultsThrown(() => NodeImage.al2023({ releaseVersion: '1.35.6-20261003' })))).toEqual([
      'NODE_IMAGE_BANNED releaseVersion',
    ]);
    expect(`${NodeImage.al2023({ releaseVersion: '1.36.2-20261003' })}`).toBe('al2023 1.36.2-20261003');
  });
});
