import { execFileSync } from 'child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import * as path from 'path';
import { CpuArchitecture, GpuInstanceType } from '../../../lib/catalog';
import { packageFacts } from '../../../lib/catalog/python-packages';
import { ImagePreset } from '../../../lib/images';
import { packageName } from '../../../lib/images/package-text';
import { cudaMinor } from '../../../lib/images/python-environment';
import { ModelStep, PipelineEnvironment, PipelineImage, QualityGate } from '../../../lib/jobs';
import { faultsThrown, idsOf } from '../../support/faults';
import { TALKS, piped } from './support/pipelines';

const { CORE, COMPRESSOR, GPTQMODEL, ALL } = PipelineEnvironment;
/** Packages whose modules have other names. */
const DISTRIBUTIONS: { readonly [module: string]: string } = { modelopt: 'nvidia-modelopt' };
const JOBS = path.join(__dirname, '..', '..', '..', 'jobs');
const PUSHED = { repository: 'registry.example.com/team/model-pipeline', digest: `sha256:${'b'.repeat(64)}` };
const REFERENCE = `${PUSHED.repository}@${PUSHED.digest}`;
const named = (packages: readonly string[]) => packages.map(packageName);

describe('the environments', () => {
  test('have every package of their lists but those of tests, and none twice', () => {
    for (const { name, packages } of ALL) {
      const list = readFileSync(path.join(JOBS, 'environments', `${name}.txt`), 'utf8');
      const lines = list.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
      const left = lines.filter((line) => !packages.includes(line));
      expect(left.map((line) => line.replace(/=.*/, ''))).toEqual(['iniconfig', 'pluggy', 'pytest']);
      expect(new Set(named(packages)).size).toBe(packages.length);
      expect(packages.every((each) => /^[\w.-]+==[\w.]+$/.test(each))).toBe(true);
    }
  });

  test('have what the program asks for before it begins, or are known to lack it', () => {
    const env = { ...process.env, PYTHONPATH: path.join(JOBS, 'src'), PYTHONDONTWRITEBYTECODE: '1' };
    const said = execFileSync('python3', ['-m', 'model_pipeline', 'kinds'], { env, encoding: 'utf8' });
    const { program, steps, checks } = JSON.parse(said);
    for (const environment of ALL) {
      for (const [kind, { packages }] of Object.entries<{ packages: string[] }>({ ...steps, ...checks })) {
        // The program has a name of its own for the dynamic INT8 of a graph, which stands after an export.
        if (kind === 'quantize-onnx') continue;
        const lacking = packages
          .map((each) => DISTRIBUTIONS[each] ?? packageName(each))
          .filter((each) => !named(environment.packages).includes(each));
        expect([kind, environment._lacks(kind)]).toEqual([kind, lacking]);
      }
    }
    expect(PipelineImage.cpu(CORE).image.versions['model-pipeline']).toBe(program);
  });

  test('each have a step that no other has', () => {
    expect(ALL.filter((each) => each._lacks('compress').length === 0)).toEqual([COMPRESSOR]);
    expect(ALL.filter((each) => each._lacks('export-onnx').length === 0)).toEqual([CORE]);
    expect(ALL.filter((each) => each._lacks('modelopt').length === 0)).toEqual([CORE]);
    expect(ALL.filter((each) => each._lacks('gptq-model').length === 0)).toEqual([GPTQMODEL]);
  });
});

describe('an image with CUDA', () => {
  const { dockerfile, image, cudaVersion: cuda } = PipelineImage.cuda(COMPRESSOR);

  test('has the list and the libraries of CUDA, and asks no resolver', () => {
    expect(dockerfile).toContain('ARG BASE_IMAGE=docker.io/nvidia/cuda:13.0.3-cudnn-runtime-ubuntu24.04\n');
    expect(image.packages).toEqual(
      expect.arrayContaining(['torch==2.11.0', 'llmcompressor==0.14.0.1', 'triton==3.6.0']),
    );
    expect(named(image.packages)).not.toContain('pytest');
    const installs = dockerfile.split('\n').filter((line) => line.includes('pip install'));
    expect(installs).toHaveLength(2);
    expect(installs.filter((line) => !line.includes('--no-deps'))).toEqual([]);
    expect(image.architectures).toEqual([CpuArchitecture.X86_64]);
  });

  test('has the CUDA that its PyTorch on PyPI is built for', () => {
    expect(packageFacts('torch', image.versions.torch)?.cuda).toBe(cudaMinor(cuda!));
    expect(cuda).toBe(ImagePreset.CURRENT.cuda);
  });

  test('says what writes with it', () => {
    expect(image.versions).toMatchObject({ llmcompressor: '0.14.0.1', 'compressed-tensors': '0.19.0', python: '3.12' });
    expect(dockerfile).toContain('gpu-inference-constructs.environment="compressor"');
    expect(dockerfile).toContain('gpu-inference-constructs.compressed-tensors="0.19.0"');
    expect(image.tag).toBe(
      'model-pipeline0.1.0-cuda13.0.3-torch2.11.0-transformers5.17.0-llmcompressor0.14.0.1-compressed-tensors0.19.0',
    );
  });
});

test('an image names no package twice, and has what builds those that are sources', () => {
  for (const { image } of ALL.map((each) => PipelineImage.cuda(each))) {
    expect(new Set(named(image.packages)).size).toBe(image.packages.length);
  }
  expect(PipelineImage.cuda(CORE).image.versions).toMatchObject({ 'nvidia-modelopt': '0.47.0' });
  expect(PipelineImage.cpu(GPTQMODEL).image.versions).toMatchObject({ gptqmodel: '7.6.0' });
  expect(PipelineImage.cpu(GPTQMODEL).dockerfile).toContain(' gcc ');
  expect(PipelineImage.cpu(CORE).dockerfile).not.toContain(' gcc ');
});

test('an image for processors has PyTorch without CUDA, for x86-64 and Arm', () => {
  const { dockerfile, image, cudaVersion: cuda } = PipelineImage.cpu(CORE);
  expect(dockerfile).toContain('ARG BASE_IMAGE=docker.io/library/ubuntu:24.04\n');
  expect(dockerfile).toContain('--index-url "${TORCH_INDEX}" \\\n      torch==2.11.0+cpu\n');
  expect(dockerfile).not.toMatch(/torch==2\.11\.0\s/);
  expect(named(image.packages).filter((each) => /^(nvidia-(c|n[cv])|cuda|triton)/.test(each))).toEqual([]);
  expect(image.architectures).toEqual([CpuArchitecture.X86_64, CpuArchitecture.ARM64]);
  expect(cuda).toBeUndefined();
});

test('further packages stand beside the list, and one that contradicts it is refused', () => {
  const { image } = PipelineImage.cpu(CORE, { packages: ['my-tasks==1.0', 'onnx==1.23.2'] });
  expect(named(image.packages).filter((each) => each === 'onnx')).toHaveLength(1);
  expect(image.packages).toContain('my-tasks==1.0');
  expect(idsOf(faultsThrown(() => PipelineImage.cpu(CORE, { packages: ['onnx==1.20.0'], user: 0 })))).toEqual([
    'IMAGE_RUNS_AS_ROOT user',
    'PACKAGE_CONTRADICTS_IMAGE packages[0]',
  ]);
  const volta = () => PipelineImage.cuda(COMPRESSOR, { gpus: [GpuInstanceType.P3_2XLARGE.gpu] });
  expect(idsOf(faultsThrown(volta))).toEqual(['IMAGE_LACKS_GPU_CODE gpus[0]']);
});

describe('what it is built from', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'pipeline-image-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('is written whole: every file that the Dockerfile copies, and nothing that was compiled', () => {
    const image = PipelineImage.cpu(CORE);
    image.writeTo(path.join(folder, 'deep', 'core'));
    const made = path.join(folder, 'deep', 'core');
    expect(readdirSync(made).sort()).toEqual(['Dockerfile', 'pyproject.toml', 'src']);
    expect(readFileSync(path.join(made, 'Dockerfile'), 'utf8')).toBe(image.dockerfile);
    const files = readdirSync(path.join(made, 'src'), { recursive: true, encoding: 'utf8' });
    expect(files).toContain(path.join('model_pipeline', 'steps', 'compress.py'));
    expect(files.filter((each) => /pyc|egg-info|__pycache__/.test(each))).toEqual([]);
    const copied = [...image.dockerfile.matchAll(/^COPY (\S+) /gm)].map(([, each]) => each);
    expect(copied).toEqual(['pyproject.toml', 'src']);
    // What is written is a program that runs.
    const env = { ...process.env, PYTHONPATH: path.join(made, 'src'), PYTHONDONTWRITEBYTECODE: '1' };
    expect(execFileSync('python3', ['-m', 'model_pipeline', 'kinds'], { env, encoding: 'utf8' })).toContain('compress');
  });

  test('is in the npm package', () => {
    const { files } = JSON.parse(readFileSync(path.join(JOBS, '..', 'package.json'), 'utf8'));
    expect(files).toEqual(expect.arrayContaining(['jobs/environments', 'jobs/pyproject.toml', 'jobs/src/**/*.py']));
  });
});

describe('a pipeline', () => {
  const onL4 = { hardware: GpuInstanceType.G6_4XLARGE, image: undefined };

  test('pulls it by its digest', () => {
    const { json, pipeline } = piped({ ...onL4, pipelineImage: PipelineImage.cuda(COMPRESSOR, PUSHED) });
    const [job] = json.resources('kubernetes_job_v1');
    expect(JSON.stringify(job).match(/"image":"[^"]*model-pipeline[^"]*"/g)).toEqual([`"image":"${REFERENCE}"`]);
    expect(pipeline.contentAddress).toBe(piped({ hardware: onL4.hardware, image: REFERENCE }).pipeline.contentAddress);
  });

  test.each<[string, Parameters<typeof piped>[0], string[]]>([
    [
      'of which nothing is pulled',
      { pipelineImage: PipelineImage.cpu(COMPRESSOR) },
      ['SERVING_IMAGE_WITHOUT_REPOSITORY pipelineImage'],
    ],
    [
      'of the other environment',
      { pipelineImage: PipelineImage.cpu(CORE, PUSHED) },
      ['IMAGE_WITHOUT_PACKAGES pipelineImage'],
    ],
    [
      'without GPTQModel',
      { pipelineImage: PipelineImage.cpu(COMPRESSOR, PUSHED), steps: [ModelStep.gptqModel({ text: TALKS })] },
      ['IMAGE_WITHOUT_PACKAGES pipelineImage'],
    ],
    [
      'without CUDA for ModelOpt on GPUs',
      {
        ...{ ...onL4, pipelineImage: PipelineImage.cpu(CORE, PUSHED) },
        steps: [ModelStep.modeloptFp8({ text: TALKS })],
      },
      ['IMAGE_LACKS_GPU_CODE pipelineImage'],
    ],
    [
      'without the harness of its tasks',
      {
        pipelineImage: PipelineImage.cpu(COMPRESSOR, PUSHED),
        steps: [ModelStep.int8Dynamic()],
        gate: QualityGate.of({ text: TALKS, tasks: ['site'], taskData: { name: 'tasks' } }),
      },
      ['IMAGE_WITHOUT_PACKAGES pipelineImage'],
    ],
    [
      'without CUDA on GPUs',
      { ...onL4, pipelineImage: PipelineImage.cpu(COMPRESSOR, PUSHED) },
      ['IMAGE_LACKS_GPU_CODE pipelineImage'],
    ],
    [
      'with a CUDA that has no code for its GPUs',
      { hardware: GpuInstanceType.P3_2XLARGE, pipelineImage: PipelineImage.cuda(COMPRESSOR, PUSHED) },
      ['IMAGE_LACKS_GPU_CODE pipelineImage.gpus[0]'],
    ],
    [
      'beside a reference',
      { image: REFERENCE, pipelineImage: PipelineImage.cpu(COMPRESSOR, PUSHED) },
      ['CONFLICTING_PROPERTIES image'],
    ],
  ])('refuses one %s', (_, given, expected) => {
    expect(idsOf(faultsThrown(() => piped({ image: undefined, ...given })))).toEqual(expected);
  });
});
