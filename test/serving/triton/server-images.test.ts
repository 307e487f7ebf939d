import { GpuInstanceType, ModelSpec, TritonRelease, TritonVariant } from '../../../lib/catalog';
import { TritonModel } from '../../../lib/serving';
import { faultsThrown, idsOf, warningsOf } from '../../support/faults';
import { DeploymentOverrides, deploy, onnxProps, podOf } from '../support/fixtures';

/** What a deployment is refused for; nothing if it is not. */
function refused(overrides: DeploymentOverrides): string[] {
  try {
    deploy(overrides);
    return [];
  } catch {
    return idsOf(faultsThrown(() => deploy(overrides)));
  }
}

/** What leads out of a folder before 26.06. */
const PATHS = ['CVE-2026-47606', 'CVE-2026-47627', 'CVE-2026-47630'];
/** How access control was bypassed before 26.03, 26.04 and 26.05. */
const BYPASSES = ['CVE-2026-24206', 'CVE-2026-24207', 'CVE-2026-47625', 'CVE-2026-47481'];

describe('images', () => {
  const digest = `registry.example.com/team/triton@sha256:${'a'.repeat(64)}`;

  test('of one’s own, by a digest', () => {
    const pod = podOf(deploy({ tritonImage: digest, awsCliImage: 'mirror.example.com/aws-cli:2.40' }).json);
    expect(pod.container[0].image).toBe(digest);
    expect(pod.init_container[0].image).toBe('mirror.example.com/aws-cli:2.40');
  });

  const LLM = [TritonModel.vllm({ name: 'chat', model: ModelSpec.LLAMA_3_2_1B })];
  const ONNX = [TritonModel.onnxRuntime({ ...onnxProps, name: 'chat' })];
  const HERE = 'nvcr.io/nvidia/tritonserver';

  test.each<[string, DeploymentOverrides]>([
    [`${HERE}:26.03-vllm-python-py3`, { models: LLM }],
    [`${HERE}:26.03-vllm-python-py3@sha256:${'a'.repeat(64)}`, { models: LLM }],
    [`${HERE}:26.07-py3`, { models: LLM }],
    ['mirror.example.com:5000/team/nvidia/tritonserver:26.07-py3', { models: LLM }],
    [`${HERE}:26.07-vllm-python-py3`, { tritonRelease: TritonRelease.of('26.06'), models: LLM }],
    [`${HERE}:26.07-vllm-python-py3`, { models: ONNX }],
  ])('%s is another one than the models need', (tritonImage, more) => {
    const tritonRelease = TritonRelease.of('26.07');
    expect(refused({ tritonRelease, ...more, tritonImage })).toEqual(['IMAGE_TAG_CONTRADICTS_RELEASE tritonImage']);
  });

  test.each([
    [`${HERE}:latest`, ['IMAGE_TAG_MOVES']],
    [`${HERE}:26.07-py3`, []],
  ])('%s is warned of where its tag moves', (tritonImage, ids) => {
    const { deployment } = deploy({ tritonRelease: TritonRelease.of('26.07'), models: ONNX, tritonImage });
    expect(idsOf(warningsOf(deployment)).filter((id) => id.startsWith('IMAGE'))).toEqual(ids);
  });

  test.each<[string, DeploymentOverrides]>([
    [`${HERE}:26.07-vllm-python-py3`, { models: LLM }],
    [`${HERE}:26.07-py3`, { models: ONNX }],
    [`${HERE}:26.07-py3-igpu`, { models: ONNX }],
    [`${HERE}@sha256:${'a'.repeat(64)}`, { models: LLM }],
    ['registry.example.com/team/tritonserver:26.03-py3', { models: LLM }],
    ['registry.example.com/mynvidia/tritonserver:26.03-py3', { models: LLM }],
    [`${HERE}:ours`, { models: LLM }],
  ])('%s may be what they need', (tritonImage, more) => {
    expect(refused({ tritonRelease: TritonRelease.of('26.07'), ...more, tritonImage })).toEqual([]);
  });

  test.each(['registry.example.com/team/triton', 'UPPER/case:1', 'a b:1', '', 'x@sha256:12'])(
    '%p is refused',
    (tritonImage) => expect(refused({ tritonImage })).toEqual(['INVALID_FORMAT tritonImage']),
  );

  test.each([
    [TritonRelease.DEFAULT, TritonVariant.VLLM, []],
    [TritonRelease.V26_02, TritonVariant.VLLM, [...BYPASSES, ...PATHS, 'CVE-2026-27893']],
    [TritonRelease.V26_02, TritonVariant.STANDARD, [...BYPASSES, ...PATHS]],
    [TritonRelease.of('26.03'), TritonVariant.STANDARD, ['CVE-2026-47625', 'CVE-2026-47481', ...PATHS]],
    [TritonRelease.of('25.07'), TritonVariant.STANDARD, ['CVE-2025-23316', ...BYPASSES, ...PATHS]],
    [TritonRelease.of('26.04'), TritonVariant.VLLM, ['CVE-2026-47481', ...PATHS]],
    [TritonRelease.V26_05, TritonVariant.VLLM, PATHS],
    [TritonRelease.of('26.06'), TritonVariant.VLLM, []],
  ])('known vulnerabilities of %s %s', (release, variant, ids) => {
    expect(release.advisoriesOf(variant).map(({ id }) => id)).toEqual(ids);
    for (const { source } of release.advisories) expect(source).toMatch(/^https:\/\//);
  });

  test('an image of one’s own is not judged by its release', () => {
    const warned = (overrides: DeploymentOverrides) => warningsOf(deploy(overrides).deployment).map(({ id }) => id);
    expect(warned({ tritonRelease: TritonRelease.V26_02 })).toEqual(['VULNERABLE_RELEASE']);
    expect(warned({ tritonRelease: TritonRelease.V26_02, tritonImage: digest })).toEqual([]);
    expect(warned({ driverMajor: 580 })).toEqual([]);
  });

  test('a release that is not in the table can be described', () => {
    const facts = { vllmVersion: '0.31.0', onnxRuntimeVersion: '1.28.0', cudaVersion: '13.4.3', cudaDriver: '615.61' };
    const tritonRelease = TritonRelease.custom({ release: '26.11', ...facts });
    expect(podOf(deploy({ tritonRelease }).json).container[0].image).toBe(
      'nvcr.io/nvidia/tritonserver:26.11-vllm-python-py3',
    );
    expect(tritonRelease.minimumDriver).toBe(580);
    expect(faultsThrown(() => TritonRelease.custom({ release: '2611', ...facts, vllmVersion: 'new' }))).toHaveLength(2);
  });

  test.each([
    [ModelSpec.GPT_OSS_20B, '25.07'],
    [ModelSpec.QWEN_3_8B, '25.03'],
    [ModelSpec.GPT_OSS_20B, '25.03'],
    [ModelSpec.LLAMA_4_SCOUT, '24.12'],
    [ModelSpec.QWEN_3_30B_A3B, '24.12'],
    [ModelSpec.GLM_4_5_AIR, '25.07'],
    [ModelSpec.DEEPSEEK_V3, '24.12'],
  ])('%s is refused on %s, whose vLLM does not know it', (model, release) => {
    const models = [TritonModel.vllm({ name: 'm', model })];
    const found = refused({
      models,
      tritonRelease: TritonRelease.of(release),
      instanceType: GpuInstanceType.P5_48XLARGE,
    });
    expect(found).toContain('MODEL_NEEDS_NEWER_VLLM models[0].model');
  });

  test.each(ModelSpec.ALL.map((model) => [model.name, model] as const))(
    '%s is known to the default',
    (_name, model) => {
      const models = [TritonModel.vllm({ name: 'm', model })];
      expect(refused({ models, instanceType: GpuInstanceType.P5_48XLARGE })).not.toContain(
        'MODEL_NEEDS_NEWER_VLLM models[0].model',
      );
    },
  );
});
