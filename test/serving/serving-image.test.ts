import { GpuInstanceType, ModelSpec, Precision, TritonRelease, TritonVariant, VllmRelease } from '../../lib/catalog';
import { ServingImage, ServingImageOptions, VllmPlugin } from '../../lib/images';
import { TritonModel } from '../../lib/serving';
import { faultsThrown, idsOf } from '../support/faults';
import { deploy, onnxProps, podOf } from './support/fixtures';
import { deployVllm, serverOf } from './support/vllm-fixtures';

const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;
const AT: ServingImageOptions = { repository: 'registry.example.com/team/server', digest: DIGEST };
const GGUF = { quantization: 'gguf', precision: Precision.INT4 };
const gguf = TritonModel.vllm({ name: 'chat', model: ModelSpec.LLAMA_3_1_8B, contextLength: 8192, ...GGUF });
const instanceType = GpuInstanceType.G6E_XLARGE;

test("vLLM's server runs the image by its digest, with the format that its plugin adds", () => {
  const servingImage = ServingImage.vllm({ ...AT, plugins: [VllmPlugin.GGUF] });
  const { json, deployment } = deployVllm({ servingImage, instanceType, model: GGUF });
  expect(serverOf(json).image).toBe(`registry.example.com/team/server@${DIGEST}`);
  expect(serverOf(json).args).toContain('--quantization=gguf');
  expect(`${deployment.vllmRelease}`).toBe('0.24.0');
});

test('without the plugin the format is refused, and the plugin is named', () => {
  const [fault] = faultsThrown(() => deployVllm({ instanceType, model: GGUF }));
  expect(fault).toMatchObject({ id: 'QUANTIZATION_NOT_IN_VLLM', reason: expect.stringContaining('VllmPlugin.GGUF') });
  const plain = ServingImage.vllm(AT);
  expect(idsOf(faultsThrown(() => deployVllm({ servingImage: plain, instanceType, model: GGUF })))).toEqual([
    'QUANTIZATION_NOT_IN_VLLM models[0].quantization',
  ]);
});

test('formats of its plugins are choices of load_format and config_format, as arguments and as flags', () => {
  const engineArguments = { load_format: 'gguf', config_format: 'gguf' };
  const given = { instanceType, model: { ...GGUF, engineArguments }, extraArguments: ['--load-format=gguf'] };
  const withPlugin = ServingImage.vllm({ ...AT, plugins: [VllmPlugin.GGUF] });
  expect(() => deployVllm({ ...given, servingImage: withPlugin })).not.toThrow();
  const other = ServingImage.vllm({
    ...AT,
    plugins: [
      VllmPlugin.custom({ packageName: 'acme', version: '1.0', quantizationMethods: ['gguf'], loadFormats: ['acme'] }),
    ],
  });
  expect(idsOf(faultsThrown(() => deployVllm({ ...given, servingImage: other })))).toEqual([
    'ENGINE_ARGUMENT_CHOICE_NOT_IN_VLLM extraArguments[0]',
    'ENGINE_ARGUMENT_CHOICE_NOT_IN_VLLM models[0].engineArguments.load_format',
    'ENGINE_ARGUMENT_CHOICE_NOT_IN_VLLM models[0].engineArguments.config_format',
  ]);
});

test('its release is that of the image: what that lacks is refused', () => {
  const servingImage = ServingImage.vllm({ ...AT, release: VllmRelease.V0_33_0 });
  const { deployment } = deployVllm({ servingImage, driverMajor: 580 });
  expect(`${deployment.vllmRelease}`).toBe('0.33.0');
  const given = { servingImage, driverMajor: 580, model: { engineArguments: { calculate_kv_scales: true } } };
  expect(idsOf(faultsThrown(() => deployVllm(given)))).toEqual([
    'ENGINE_ARGUMENT_NOT_IN_VLLM models[0].engineArguments.calculate_kv_scales',
  ]);
});

test('Triton runs it likewise, with vLLM or with packages for Python models', () => {
  const withVllm = ServingImage.triton({ ...AT, plugins: [VllmPlugin.GGUF] });
  const { json, deployment } = deploy({ servingImage: withVllm, instanceType, models: [gguf] });
  expect(podOf(json).container[0].image).toBe(`registry.example.com/team/server@${DIGEST}`);
  expect(`${deployment.tritonRelease}`).toBe('26.07');
  const packages = ServingImage.triton({ ...AT, packages: ['tokenizers==0.23.3'], digest: undefined, tag: '1' });
  const tensors = deploy({ servingImage: packages, models: [TritonModel.onnxRuntime(onnxProps)] });
  expect(podOf(tensors.json).container[0].image).toBe('registry.example.com/team/server:1');
});

test.each<[string, () => unknown, string[]]>([
  [
    'no repository',
    () => deployVllm({ servingImage: ServingImage.vllm() }),
    ['SERVING_IMAGE_WITHOUT_REPOSITORY servingImage'],
  ],
  [
    'an image of another kind, from nowhere',
    () => deployVllm({ servingImage: ServingImage.pyTorch() }),
    ['SERVING_IMAGE_OF_OTHER_KIND servingImage', 'SERVING_IMAGE_WITHOUT_REPOSITORY servingImage'],
  ],
  [
    'an image of vLLM for Triton',
    () => deploy({ servingImage: ServingImage.vllm(AT) }),
    ['SERVING_IMAGE_OF_OTHER_KIND servingImage'],
  ],
  [
    'another image and another release beside it',
    () =>
      deployVllm({
        servingImage: ServingImage.vllm(AT),
        vllmImage: 'registry.example.com/x:1',
        vllmRelease: VllmRelease.V0_33_0,
      }),
    ['CONFLICTING_PROPERTIES vllmImage', 'CONFLICTING_PROPERTIES vllmRelease'],
  ],
  [
    'another release of Triton beside it',
    () =>
      deploy({
        servingImage: ServingImage.triton({ ...AT, variant: TritonVariant.VLLM }),
        tritonRelease: TritonRelease.V26_08,
      }),
    ['CONFLICTING_PROPERTIES tritonRelease'],
  ],
  [
    'backends that it lacks',
    () => deploy({ servingImage: ServingImage.triton(AT) }),
    ['SERVING_IMAGE_LACKS_BACKEND servingImage'],
  ],
])('refused: %s', (_, body, ids) => {
  expect(idsOf(faultsThrown(body))).toEqual(ids);
});

test('the release that the image is made of may be said again', () => {
  const servingImage = ServingImage.vllm({ ...AT, release: VllmRelease.V0_24_0 });
  expect(`${deployVllm({ servingImage, vllmRelease: VllmRelease.of('0.24.0') }).deployment.vllmRelease}`).toBe(
    '0.24.0',
  );
});
