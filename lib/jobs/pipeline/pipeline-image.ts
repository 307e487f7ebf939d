import { CpuArchitecture } from '../../catalog/cpu-architecture';
import { UBUNTU_PYTHON } from '../../catalog/cuda-images';
import { installStep } from '../../images/dockerfile';
import { CPU_INDEX, ImageContents, pythonInstructions, pythonVariables, torchSteps } from '../../images/image-contents';
import { heldPackageFaults, imageOptionFaults } from '../../images/image-faults';
import { ImagePreset } from '../../images/image-preset';
import { packageName, packageVersion } from '../../images/package-text';
import { cudaBase, cudaImage } from '../../images/python-environment';
import { ServingImage } from '../../images/serving-image';
import { ServingImageOptions } from '../../images/serving-image-options';
import { checkArguments } from '../../units/argument-faults';
import { throwIfFaulty } from '../../units/errors';
import { allOf } from '../../units/unreadable';
import { PipelineEnvironment } from './pipeline-environment';
import { PROGRAM_NAME, lockedPackages, programVersion, writeBuildContext } from './program-files';

const INSTALL = 'pip install --no-cache-dir --no-deps';
/** What a version is told of: what decides what is written, and by whom it is read. */
const TOLD = [
  'torch',
  'transformers',
  'llmcompressor',
  'compressed-tensors',
  'gptqmodel',
  'nvidia-modelopt',
  'onnx',
  'onnxruntime',
];
/** What PyPI has of GPTQModel and pypcre are sources, of which the latter are C for Python with PCRE2: packages of Ubuntu that build them. */
const BUILDERS: { readonly [environment: string]: readonly string[] | undefined } = {
  gptqmodel: ['gcc', 'libc6-dev', 'libpcre2-dev', 'pkg-config', 'python3-dev'],
};
/** Where the program is while it is installed. */
const SOURCES = '/opt/model-pipeline';

/**
 * An image of a `ModelPipeline`: an environment of its program and the program itself, as a Dockerfile of the kind that `ServingImage` writes.
 *
 * It is a value, which builds nothing. The program is copied from what it is built in: the folder `jobs` of this package, or one that `writeTo` wrote.
 *
 * ```ts
 * PipelineImage.cuda(PipelineEnvironment.COMPRESSOR).writeTo('build/compressor');
 * ```
 *
 * ```sh
 * docker buildx build --push --tag registry.example.com/team/model-pipeline:1 build/compressor
 * ```
 *
 * A pipeline takes it by `pipelineImage`, with the digest that the push printed; what it holds decides what the pipeline can run, and what writes.
 */
export class PipelineImage {
  /**
   * For nodes with GPUs of NVIDIA and processors of x86-64. Only steps of llm-compressor, GPTQModel and ModelOpt compute on GPUs.
   *
   * @param environment what it has
   * @param options where it is pushed, and what else is in it
   */
  public static cuda(environment: PipelineEnvironment, options: ServingImageOptions = {}): PipelineImage {
    const { cuda } = ImagePreset.CURRENT;
    throwIfFaulty(optionFaults(environment, options, cuda));
    return new PipelineImage(
      environment,
      cuda,
      ServingImage._of(labeled(environment, options), cudaParts(environment, options, cuda)),
    );
  }

  /**
   * For nodes without GPUs, with processors of x86-64 or Arm.
   *
   * @param environment what it has
   * @param options where it is pushed, and what else is in it
   */
  public static cpu(environment: PipelineEnvironment, options: ServingImageOptions = {}): PipelineImage {
    throwIfFaulty(optionFaults(environment, options));
    return new PipelineImage(
      environment,
      undefined,
      ServingImage._of(labeled(environment, options), cpuParts(environment, options)),
    );
  }

  /** What it has. */
  public readonly environment: PipelineEnvironment;
  /** Version of CUDA. @default - it is for processors */
  public readonly cudaVersion?: string;
  /** Its Dockerfile, versions, packages, architectures and reference. */
  public readonly image: ServingImage;

  private constructor(environment: PipelineEnvironment, cuda: string | undefined, image: ServingImage) {
    this.environment = environment;
    this.cudaVersion = cuda;
    this.image = image;
  }

  /** Text of the Dockerfile. It is built in the folder `jobs` of this package, or in what `writeTo` writes. */
  public get dockerfile(): string {
    return this.image.dockerfile;
  }

  /** How a pipeline pulls it: by its digest if that was given, else by its tag. @default - no repository was given */
  public get reference(): string | undefined {
    return this.image.reference;
  }

  /**
   * Writes what it is built from: the Dockerfile and the program. Files of the same names are replaced.
   *
   * @param folder folder, which is made if there is none
   */
  public writeTo(folder: string): void {
    writeBuildContext(folder, this.dockerfile);
  }

  /** Its reference, or what is in it. */
  public toString(): string {
    return this.image.toString();
  }
}

checkArguments('PipelineImage', PipelineImage);

function optionFaults(environment: PipelineEnvironment, options: ServingImageOptions, cuda?: string) {
  const held = Object.fromEntries(environment.packages.map((each) => [packageName(each), packageVersion(each)]));
  return allOf(
    () => imageOptionFaults(options, cuda),
    () => heldPackageFaults(options.packages, held, `the environment '${environment}'`),
  );
}

/** The list is whole, so that nothing is resolved when it is built, and everything stays as it was tested. */
function installed(locked: readonly string[], { packages = [] }: ServingImageOptions): string[] {
  const named = new Set(locked.map(packageName));
  return [...locked, ...packages.filter((each) => !named.has(packageName(each)))];
}

function cudaParts(environment: PipelineEnvironment, options: ServingImageOptions, cuda: string): ImageContents {
  const { ubuntu } = ImagePreset.CURRENT;
  // ModelOpt's reader of what the driver says is in its list and in that of CUDA.
  const packages = installed([...new Set([...environment.packages, ...lockedPackages('cuda')])], options);
  return {
    versions: versionsOf(environment, ubuntu, { cuda, cudnn: cudaImage(cuda)?.cudnn ?? '' }),
    architectures: [CpuArchitecture.X86_64],
    packages,
    parts: {
      ...partsOf(environment, options, [installStep(INSTALL, packages)]),
      title: `${titleOf(environment)} on CUDA ${cuda}`,
      base: cudaBase(cuda, ubuntu),
    },
  };
}

function cpuParts(environment: PipelineEnvironment, options: ServingImageOptions): ImageContents {
  const { ubuntu } = ImagePreset.CURRENT;
  const torch = `torch==${environment._version('torch')}+cpu`;
  const others = installed(environment.packages, options).filter((each) => packageName(each) !== 'torch');
  return {
    versions: versionsOf(environment, ubuntu),
    architectures: [CpuArchitecture.X86_64, CpuArchitecture.ARM64],
    packages: [torch, ...others],
    parts: {
      ...partsOf(environment, options, [installStep(INSTALL, others), ...torchSteps(torch, INSTALL)]),
      title: `${titleOf(environment)} for processors without CUDA`,
      base: `docker.io/library/ubuntu:${ubuntu}`,
      buildArguments: { TORCH_INDEX: CPU_INDEX },
    },
  };
}

function titleOf(environment: PipelineEnvironment): string {
  return `model_pipeline ${programVersion()} with the environment '${environment}'`;
}

function versionsOf(environment: PipelineEnvironment, ubuntu: string, base: { readonly [name: string]: string } = {}) {
  const told = TOLD.map((name) => [name, environment._version(name)] as const);
  return {
    [PROGRAM_NAME]: programVersion(),
    ...base,
    ubuntu,
    python: UBUNTU_PYTHON[ubuntu],
    ...Object.fromEntries(told.filter((each): each is [string, string] => each[1] !== undefined)),
  };
}

/** The program is installed by the setuptools of the list, so that nothing is downloaded for it. */
function partsOf({ name }: PipelineEnvironment, { user }: ServingImageOptions, steps: readonly string[]) {
  const program = [
    `RUN ${INSTALL} --no-build-isolation --no-index ${SOURCES}`,
    `rm -rf ${SOURCES}`,
    `python3 -c "import torch, transformers, model_pipeline; assert model_pipeline.__version__ == '${programVersion()}'"`,
  ];
  return {
    environment: pythonVariables(),
    instructions: [
      ...pythonInstructions(user, [], BUILDERS[name]),
      ...steps,
      '# The program: build in the folder jobs of gpu-inference-constructs, or in what PipelineImage.writeTo wrote.',
      `COPY pyproject.toml ${SOURCES}/`,
      `COPY src ${SOURCES}/src/`,
      program.join(' \\\n && '),
    ],
    command: ['python3', '-m', 'model_pipeline', '--help'],
  };
}

function labeled(environment: PipelineEnvironment, options: ServingImageOptions): ServingImageOptions {
  return { ...options, labels: { 'gpu-inference-constructs.environment': environment.name, ...options.labels } };
}
