import { CpuArchitecture, GpuType, TritonRelease, TritonVariant, VllmRelease } from '../../lib/catalog';
import { ImagePreset, PyTorchImageOptions, ServingImage, ServingImageOptions, VllmPlugin } from '../../lib/images';
import { faultsThrown, idsOf } from '../support/faults';

const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;

describe('an image of PyTorch', () => {
  test('is current by default', () => {
    const image = ServingImage.pyTorch();
    expect(image.dockerfile).toContain('ARG BASE_IMAGE=docker.io/nvidia/cuda:13.0.3-cudnn-runtime-ubuntu24.04\n');
    expect(image.packages.slice(0, 3)).toEqual(['torch==2.14.0', 'transformers==5.24.0', 'onnxruntime-gpu==1.31.1']);
    expect(image.dockerfile).not.toContain('TORCH_INDEX');
    expect(image.versions).toMatchObject({ cuda: '13.0.3', cudnn: '9', python: '3.12' });
    expect(image.architectures).toEqual([CpuArchitecture.X86_64]);
    expect(image.tag).toBe('cuda13.0.3-torch2.14.0-transformers5.24.0-onnxruntime1.31.1');
    expect(image.reference).toBeUndefined();
  });

  test('has CUDA 11.8, cuDNN 8.6 and PyTorch 2.0.1 by the other preset, with the NumPy that it works with', () => {
    const image = ServingImage.pyTorch({ preset: ImagePreset.CUDA_11_8 });
    expect(image.dockerfile).toContain('ARG BASE_IMAGE=docker.io/nvidia/cuda:11.8.0-runtime-ubuntu22.04\n');
    expect(image.dockerfile).toContain(' libcudnn8=8.6.0.163-1+cuda11.8 \\\n && apt-mark hold libcudnn8 \\\n');
    expect(image.dockerfile).toContain('ARG TORCH_INDEX=https://download.pytorch.org/whl/cu118\n');
    expect(image.packages).toEqual(
      expect.arrayContaining([
        'torch==2.0.1+cu118',
        'transformers==4.30.0',
        'onnxruntime-gpu==1.15.1',
        'numpy==1.26.4',
      ]),
    );
    expect(image.versions).toMatchObject({ cuda: '11.8.0', cudnn: '8.6.0.163', python: '3.10' });
  });

  test('has the versions that are given; what else it installs is left to pip then', () => {
    const image = ServingImage.pyTorch({
      cuda: '12.8.1',
      torch: '2.8.0',
      onnxRuntime: '1.23.2',
      packages: ['accelerate==1.2.1'],
    });
    expect(image.packages).toEqual([
      'torch==2.8.0',
      'transformers==5.24.0',
      'onnxruntime-gpu==1.23.2',
      'accelerate==1.2.1',
    ]);
    expect(image.dockerfile).toContain('cuda:12.8.1-cudnn-runtime-ubuntu24.04');
  });

  test('has the package that is given instead of the one that was resolved', () => {
    const { packages } = ServingImage.pyTorch({ packages: ['NumPy==2.4.5'] });
    expect(packages.filter((each) => /^numpy=/i.test(each))).toEqual(['NumPy==2.4.5']);
  });

  test('of an older PyTorch gets a NumPy before 2', () => {
    const image = ServingImage.pyTorch({
      ...{ cuda: '11.8.0', torch: '2.2.2', onnxRuntime: '1.18.1', transformers: '4.44.2' },
    });
    expect(image.packages).toEqual([
      'torch==2.2.2+cu118',
      'transformers==4.44.2',
      'onnxruntime-gpu==1.18.1',
      'numpy==1.26.4',
    ]);
  });
});

describe('an image of a server', () => {
  test('of vLLM has its plugins, without what they could replace', () => {
    const image = ServingImage.vllm({ plugins: [VllmPlugin.GGUF], repository: 'registry.example.com/team/vllm' });
    expect(image.dockerfile).toContain('ARG BASE_IMAGE=docker.io/vllm/vllm-openai:v0.24.0\n');
    expect(image.dockerfile).toContain(
      'uv pip install --system --no-cache --no-deps \\\n      vllm-gguf-plugin==0.0.5 \\\n      gguf==0.19.0\n',
    );
    expect(image.quantizationMethods).toEqual(['gguf']);
    expect(image.reference).toBe('registry.example.com/team/vllm:vllm0.24.0-vllm-gguf-plugin0.0.5');
    expect(`${image.vllmRelease}`).toBe('0.24.0');
    expect(image.dockerfile).not.toMatch(/^(CMD|ENTRYPOINT)/m);
  });

  test('of Triton has packages for Python models, or plugins of its vLLM', () => {
    const python = ServingImage.triton({ packages: ['tokenizers==0.23.3'] });
    expect(python.dockerfile).toContain('ARG BASE_IMAGE=nvcr.io/nvidia/tritonserver:26.07-py3\n');
    expect(python.tritonVariant).toBe(TritonVariant.STANDARD);
    const vllm = ServingImage.triton({ release: TritonRelease.V26_07, plugins: [VllmPlugin.GGUF] });
    expect(vllm.dockerfile).toContain('ARG BASE_IMAGE=nvcr.io/nvidia/tritonserver:26.07-vllm-python-py3\n');
    expect(vllm.tritonVariant).toBe(TritonVariant.VLLM);
  });

  test('is pulled by the digest that it was pushed with, which is no part of it', () => {
    const options = { repository: 'registry.example.com:5000/team/vllm', tag: '1' };
    const pushed = ServingImage.vllm({ ...options, digest: DIGEST });
    expect(pushed.reference).toBe(`registry.example.com:5000/team/vllm@${DIGEST}`);
    expect(pushed.dockerfile).toBe(ServingImage.vllm(options).dockerfile);
  });

  test('has a plugin of the user with the methods that it adds', () => {
    const own = VllmPlugin.custom({
      ...{ packageName: 'acme-plugin', version: '1.2', quantizationMethods: ['acme'], requirements: ['acme-core==3'] },
    });
    const image = ServingImage.vllm({ release: VllmRelease.V0_33_0, plugins: [own, VllmPlugin.BITSANDBYTES] });
    expect(image.quantizationMethods).toEqual(['acme', 'bitsandbytes']);
    expect(image.packages).toEqual([
      'acme-plugin==1.2',
      'acme-core==3',
      'vllm-bnb-plugin==0.0.3',
      'bitsandbytes==0.50.2',
    ]);
  });
});

test('an image for Arm has neither CUDA nor the wheels of it', () => {
  const image = ServingImage.armCpu();
  expect(image.architectures).toEqual([CpuArchitecture.ARM64]);
  expect(image.dockerfile).toContain('ARG USE_CUDA=OFF\n');
  expect(image.dockerfile).toContain('USE_CUDA="${USE_CUDA}"');
  expect(image.packages[0]).toBe('torch==2.14.0+cpu');
  expect(image.packages).toContain('onnxruntime==1.31.1');
  expect(image.packages.filter((each) => /cuda|nvidia|gpu|^triton/.test(each))).toEqual([]);
  expect(image.versions).not.toHaveProperty('cuda');
});

const KINDS: readonly [string, (options: ServingImageOptions) => ServingImage][] = [
  ['pyTorch', (options) => ServingImage.pyTorch(options)],
  ['vllm', (options) => ServingImage.vllm(options)],
  ['triton', (options) => ServingImage.triton(options)],
  ['armCpu', (options) => ServingImage.armCpu(options)],
];

describe.each(KINDS)('every image: %s', (_, make) => {
  test('is written as it was before', () => {
    const options = { labels: { b: '2', a: '1' }, packages: ['accelerate==1.2.1'], baseDigest: DIGEST };
    expect(make(options).dockerfile).toBe(make({ ...options, labels: { a: '1', b: '2' } }).dockerfile);
  });

  test('begins with the image of a digest, ends as a user other than root, and names itself', () => {
    const { dockerfile } = make({
      baseDigest: DIGEST,
      user: 2000,
      labels: { 'org.opencontainers.image.source': 'https://git.example.com/x' },
    });
    expect(dockerfile).toMatch(new RegExp(`^ARG BASE_IMAGE=\\S+@${DIGEST}$`, 'm'));
    expect(dockerfile.match(/^USER .*/gm)).toEqual(['USER 0', 'USER 2000:2000']);
    for (const label of ['title', 'version', 'base.name', 'base.digest', 'source']) {
      expect(dockerfile).toContain(` org.opencontainers.image.${label}="`);
    }
  });

  test('has no version that changes, and keeps no password of an index', () => {
    const { dockerfile, packages } = make({ packages: ['accelerate==1.2.1'] });
    expect(packages.filter((each) => !/^[\w.[\],-]+==[\w.+!]+$/.test(each))).toEqual([]);
    expect(dockerfile).not.toMatch(/:latest|PASSWORD|TOKEN|SECRET/);
    const installs = dockerfile.split(/^(?=[A-Z#])/m).filter((step) => /pip install/.test(step));
    expect(installs.length).toBeGreaterThan(0);
    for (const step of installs) expect(step).toMatch(/^RUN --mount=type=secret,id=(pip|uv),/);
  });
});

const PY = (options: PyTorchImageOptions) => () => ServingImage.pyTorch(options);

test.each<[string, () => unknown, string[]]>([
  ['a driver before its CUDA', PY({ driverMajor: 570 }), ['IMAGE_DRIVER_TOO_OLD driverMajor']],
  [
    'a driver before CUDA 11',
    PY({ preset: ImagePreset.CUDA_11_8, driverMajor: 440 }),
    ['IMAGE_DRIVER_TOO_OLD driverMajor'],
  ],
  ['Volta with CUDA 13', PY({ gpus: [GpuType.V100_16GB] }), ['IMAGE_LACKS_GPU_CODE gpus[0]']],
  [
    'Blackwell with CUDA 11.8',
    PY({ preset: ImagePreset.CUDA_11_8, gpus: [GpuType.H100, GpuType.B200] }),
    ['IMAGE_LACKS_GPU_CODE gpus[1]'],
  ],
  ['a GPU of AMD', PY({ gpus: [GpuType.MI300X] }), ['IMAGE_LACKS_GPU_CODE gpus[0]']],
  ['PyTorch for another CUDA', PY({ torch: '2.8.0' }), ['PACKAGE_LACKS_CUDA torch']],
  ['ONNX Runtime for CUDA 12', PY({ onnxRuntime: '1.26.0' }), ['PACKAGE_LACKS_CUDA onnxRuntime']],
  ['a CUDA that is no image', PY({ cuda: '13.0.9' }), ['UNKNOWN_VALUE cuda']],
  [
    'an Ubuntu that CUDA is not there for',
    PY({ cuda: '12.4.1', torch: '2.6.0', onnxRuntime: '1.23.2', ubuntu: '24.04' }),
    ['UNKNOWN_VALUE ubuntu'],
  ],
  ['transformers for an older Python', PY({ transformers: '4.30.0' }), ['PACKAGE_LACKS_PYTHON transformers']],
  [
    'transformers for a newer Python',
    PY({ preset: ImagePreset.CUDA_11_8, transformers: '5.24.0' }),
    ['PACKAGE_LACKS_PYTHON transformers'],
  ],
  [
    'cuDNN 8 for what needs 9',
    PY({ cuda: '12.1.1', torch: '2.4.1', transformers: '4.57.6', onnxRuntime: '1.20.2' }),
    ['PACKAGE_LACKS_CUDNN torch', 'PACKAGE_LACKS_CUDNN onnxRuntime'],
  ],
  [
    'NumPy 2 for an older PyTorch',
    PY({ preset: ImagePreset.CUDA_11_8, packages: ['numpy==2.2.6'] }),
    ['PACKAGES_INCOMPATIBLE packages'],
  ],
  [
    'all of it at once',
    PY({
      preset: ImagePreset.CUDA_11_8,
      torch: '2.14.0',
      transformers: '5.24.0',
      onnxRuntime: '1.31.1',
      driverMajor: 400,
      gpus: [GpuType.B200],
      user: 0,
    }),
    [
      'PACKAGE_LACKS_PYTHON transformers',
      'PACKAGE_LACKS_PYTHON onnxRuntime',
      'PACKAGE_LACKS_CUDA torch',
      'PACKAGE_LACKS_CUDA onnxRuntime',
      'PACKAGE_LACKS_CUDNN torch',
      'PACKAGE_LACKS_CUDNN onnxRuntime',
      'IMAGE_RUNS_AS_ROOT user',
      'IMAGE_LACKS_GPU_CODE gpus[0]',
      'IMAGE_DRIVER_TOO_OLD driverMajor',
    ],
  ],
  ['a version that is none', PY({ torch: 'latest' }), ['INVALID_FORMAT torch']],
  [
    'a package without a version',
    PY({ packages: ['numpy', 'scipy>=1', 'git+https://user:pw@example.com/x'] }),
    ['PACKAGE_NOT_PINNED packages[0]', 'PACKAGE_NOT_PINNED packages[1]', 'PACKAGE_NOT_PINNED packages[2]'],
  ],
  ['a package twice', PY({ packages: ['a.b==1', 'A_B==2'] }), ['DUPLICATE packages[1]']],
  ['a repository with a tag', PY({ repository: 'registry.example.com/team/x:1' }), ['INVALID_FORMAT repository']],
  ['a repository without a registry', PY({ repository: 'team/x' }), ['INVALID_FORMAT repository']],
  [
    'a digest that is cut off',
    PY({ digest: 'sha256:12', baseDigest: 'latest' }),
    ['INVALID_FORMAT digest', 'INVALID_FORMAT baseDigest'],
  ],
  [
    'labels that leave their quotes',
    PY({ labels: { a: 'x"\nRUN id', 'B b': '1', c: '$(id)' } }),
    ["INVALID_FORMAT labels['a']", "INVALID_FORMAT labels['B b']", "INVALID_FORMAT labels['c']"],
  ],
  ['a tag with a space', PY({ tag: 'a b' }), ['INVALID_FORMAT tag']],
  ['no CUDA on a GPU', () => ServingImage.armCpu({ gpus: [GpuType.T4] }), ['IMAGE_LACKS_GPU_CODE gpus[0]']],
  [
    'a plugin twice',
    () => ServingImage.vllm({ plugins: [VllmPlugin.GGUF, VllmPlugin.GGUF] }),
    ['DUPLICATE plugins[1]'],
  ],
  [
    'a plugin for what vLLM has',
    () => ServingImage.vllm({ plugins: [VllmPlugin.BITSANDBYTES] }),
    ['PLUGIN_ALREADY_IN_VLLM plugins[0]'],
  ],
  [
    'a plugin without vLLM',
    () => ServingImage.triton({ plugins: [VllmPlugin.GGUF], variant: TritonVariant.STANDARD }),
    ['CONFLICTING_PROPERTIES plugins'],
  ],
  [
    'a driver before that of vLLM',
    () => ServingImage.vllm({ driverMajor: 550, gpus: [GpuType.V100_16GB] }),
    ['IMAGE_LACKS_GPU_CODE gpus[0]', 'IMAGE_DRIVER_TOO_OLD driverMajor'],
  ],
  [
    'a plugin of no name',
    () => VllmPlugin.custom({ packageName: 'a b', version: 'x', quantizationMethods: ['A'], requirements: ['x'] }),
    [
      'INVALID_NAME packageName',
      'INVALID_FORMAT version',
      'INVALID_NAME quantizationMethods[0]',
      'PACKAGE_NOT_PINNED requirements[0]',
    ],
  ],
])('refused: %s', (_, body, ids) => {
  expect(idsOf(faultsThrown(body))).toEqual(ids);
});

test('what is newer than all that was read is not judged', () => {
  expect(ServingImage.pyTorch({ torch: '2.99.0', transformers: '9.0.0', onnxRuntime: '1.99.0' }).packages).toHaveLength(
    3,
  );
});

test.each<[string, () => unknown]>([
  ['torch==2.0.1', () => ServingImage.vllm({ release: VllmRelease.of('0.24.0'), packages: ['torch==2.0.1'] })],
  ['vllm==0.19.0', () => ServingImage.vllm({ release: VllmRelease.of('0.24.0'), packages: ['vllm==0.19.0'] })],
  ['vllm==0.19.0', () => ServingImage.triton({ variant: TritonVariant.VLLM, packages: ['vllm==0.19.0'] })],
  ['torch==2.0.1', () => ServingImage.pyTorch({ packages: ['torch==2.0.1'] })],
  ['transformers==4.30.0', () => ServingImage.armCpu({ packages: ['transformers==4.30.0'] })],
])('%s contradicts what the image holds', (_, make) => {
  expect(idsOf(faultsThrown(make))).toEqual(['PACKAGE_CONTRADICTS_IMAGE packages[0]']);
});

test('a patch of the PyTorch that vLLM was built with is no contradiction', () => {
  const release = VllmRelease.of('0.24.0');
  const minor = release.torchVersion!.split('.').slice(0, 2).join('.');
  expect(() => ServingImage.vllm({ release, packages: [`torch==${minor}.9`] })).not.toThrow();
});
