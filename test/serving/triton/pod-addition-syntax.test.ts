import { ModelInstances, PodVolume, TritonModel } from '../../../lib/serving';
import { Duration } from '../../../lib/units';
import { faultsThrown, idsOf } from '../../support/faults';
import { DeploymentOverrides, deploy, onnxProps } from '../support/fixtures';

test.each<[string, DeploymentOverrides, string]>([
  ['a bad label key', { podLabels: { 'bad label!': 'x' } }, "INVALID_FORMAT podLabels['bad label!']"],
  ['a bad label value', { podLabels: { team: 'a b' } }, "INVALID_FORMAT podLabels['team']"],
  ['a bad annotation key', { podAnnotations: { 'a b': 'x y' } }, "INVALID_FORMAT podAnnotations['a b']"],
  [
    'a bad annotation of the service',
    { serviceAnnotations: { 'x y z': '1' } },
    "INVALID_FORMAT serviceAnnotations['x y z']",
  ],
  ['a bad node selector', { nodeSelector: { 'bad key!': 'x' } }, "INVALID_FORMAT nodeSelector['bad key!']"],
  ['a bad priority class', { priorityClassName: 'High Prio' }, 'INVALID_NAME priorityClassName'],
  ['a bad variable', { environment: { '1 X=': 'x' } }, "INVALID_NAME environment['1 X=']"],
  [
    'a port name of digits',
    { sidecars: [{ name: 'a', image: 'a.example/a:1', ports: { '123': 9000 } }] },
    "INVALID_NAME sidecars[0].ports['123']",
  ],
  [
    'a port name with two hyphens in a row',
    { sidecars: [{ name: 'a', image: 'a.example/a:1', ports: { 'a--b': 9000 } }] },
    "INVALID_NAME sidecars[0].ports['a--b']",
  ],
  [
    'two sidecars on one port',
    {
      sidecars: [
        { name: 'a', image: 'a.example/a:1', ports: { a: 9000 } },
        { name: 'b', image: 'a.example/a:1', ports: { b: 9000 } },
      ],
    },
    "DUPLICATE sidecars[1].ports['b']",
  ],
  ['no GPU', { environment: { CUDA_VISIBLE_DEVICES: '' } }, "RESERVED environment['CUDA_VISIBLE_DEVICES']"],
  ['no device', { environment: { NVIDIA_VISIBLE_DEVICES: 'none' } }, "RESERVED environment['NVIDIA_VISIBLE_DEVICES']"],
  [
    'another connector of the cache',
    { environment: { VLLM_USE_SIMPLE_KV_OFFLOAD: '1' } },
    "RESERVED environment['VLLM_USE_SIMPLE_KV_OFFLOAD']",
  ],
  [
    'the devices of a server of tensors on GPUs',
    { models: [TritonModel.onnxRuntime(onnxProps)], environment: { NVIDIA_VISIBLE_DEVICES: 'void' } },
    "RESERVED environment['NVIDIA_VISIBLE_DEVICES']",
  ],
  ['a budget of ages', { startupBudget: Duration.seconds(1e300) }, 'OUT_OF_RANGE startupBudget'],
  ['a stall of ages', { stallTimeout: Duration.seconds(1e300) }, 'OUT_OF_RANGE stallTimeout'],
  ['a bad secret of a volume', { volumes: [PodVolume.secret('vol', 'x y')] }, 'INVALID_NAME volumes[0].source'],
  [
    'a bad secret of a variable',
    { secretEnvironment: { TOKEN: { name: 'My_Secret', key: 'token' } } },
    "INVALID_NAME secretEnvironment['TOKEN'].name",
  ],
  [
    'a bad variable of a sidecar',
    { sidecars: [{ name: 'proxy', image: 'registry.example.com/proxy:1', environment: { 'a=b': 'x' } }] },
    "INVALID_NAME sidecars[0].environment['a=b']",
  ],
])('%s is refused', (_, overrides, expected) => {
  expect(idsOf(faultsThrown(() => deploy(overrides)))).toEqual([expected]);
});

test('a server without GPUs may hide those of the node', () => {
  const models = [TritonModel.onnxRuntime({ ...onnxProps, instances: ModelInstances.onCpu() })];
  expect(() => deploy({ models, environment: { NVIDIA_VISIBLE_DEVICES: 'void' } })).not.toThrow();
});
