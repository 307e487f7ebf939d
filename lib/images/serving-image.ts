import { CpuArchitecture } from '../catalog/cpu-architecture';
import { TritonRelease, TritonVariant } from '../catalog/serving-engine';
import { VllmRelease } from '../catalog/vllm-release';
import { checkArguments } from '../units/argument-faults';
import { throwIfFaulty } from '../units/errors';
import { allOf } from '../units/unreadable';
import { dockerfileText, installStep, makeUser } from './dockerfile';
import { EfaInstaller } from './efa-installer';
import { efaSteps } from './efa-steps';
import { ImageContents, POD_USER, armContents, cudaContents } from './image-contents';
import { heldPackageFaults, imageOptionFaults, pluginFaults, variantFaults } from './image-faults';
import { PythonEnvironment, cpuEnvironment, cudaEnvironment, environmentFaults } from './python-environment';
import {
  ArmCpuImageOptions,
  PyTorchImageOptions,
  ServingImageOptions,
  TritonImageOptions,
  VllmImageOptions,
} from './serving-image-options';
import { VllmPlugin } from './vllm-plugin';

/**
 * An image to serve models from, as a Dockerfile: pinned versions that go together, labels of the Open Container Initiative, a user other than
 * root, and no secret in any layer. The same description always gives the same text.
 *
 * It is a value, which builds nothing. To write the file, and to build and push it:
 *
 * ```ts
 * writeFileSync('Dockerfile', ServingImage.pyTorch().dockerfile);
 * ```
 *
 * ```sh
 * docker buildx build --push --tag registry.example.com/team/serving:1 - < Dockerfile
 * ```
 *
 * A server takes it by `servingImage`, with the digest that the push printed; what it holds decides what the server can load. All mismatches are
 * reported in one `UnscopedValidationError`.
 */
export class ServingImage {
  /**
   * PyTorch, transformers and ONNX Runtime on CUDA, for scripts and jobs that convert, quantize or train.
   *
   * Refused: a driver or GPUs that the CUDA does not run on, and packages that do not go together with the CUDA, cuDNN or Python of the image.
   *
   * @param options what is in it; default is `ImagePreset.CURRENT`
   */
  public static pyTorch(options: PyTorchImageOptions = {}): ServingImage {
    const environment = cudaEnvironment(options);
    throwIfFaulty(
      allOf(
        () => environmentFaults(environment, options.packages),
        () => imageOptionFaults(options, environment.cuda),
        () => heldPackageFaults(options.packages, heldBy(environment), 'the image'),
      ),
    );
    return new ServingImage(options, cudaContents(environment, options));
  }

  /**
   * vLLM's own server with plugins, packages or what it needs to use EFA: `VllmDeployment` takes it by `servingImage`. Packages are installed
   * without what they require, which could replace what vLLM was built with: list that too.
   *
   * @param options what is in it
   */
  public static vllm(options: VllmImageOptions = {}): ServingImage {
    const release = options.release ?? VllmRelease.DEFAULT;
    throwIfFaulty(
      allOf(
        () => pluginFaults(options.plugins ?? [], release.vllmVersion),
        () => imageOptionFaults(options, release.cudaVersion),
        () => heldPackageFaults(options.packages, heldByVllm(release), `the image of vLLM ${release}`),
      ),
    );
    const { plugins = [], packages = [], efa } = options;
    const own: { [name: string]: string } = efa === undefined ? {} : { efa: efa.version };
    const versions = { vllm: release.vllmVersion, ...own, ...pluginVersions(plugins) };
    const installed = [...plugins.flatMap((each) => each.packages), ...packages];
    return new ServingImage(options, {
      versions,
      architectures: release.architectures,
      packages: installed,
      parts: {
        title: `vLLM ${release}${withPlugins(plugins)}${efa === undefined ? '' : ', for EFA'}`,
        base: release.image(),
        instructions: [
          makeUser(options.user ?? POD_USER),
          ...(efa === undefined ? [] : efaSteps(efa)),
          ...(installed.length === 0
            ? []
            : [installStep('uv pip install --system --no-cache --no-deps', installed, 'uv')]),
        ],
      },
      vllmRelease: release,
      plugins,
      efa,
    });
  }

  /**
   * Triton with packages for the code of Python models, or with plugins of its vLLM: `TritonDeployment` takes it by `servingImage`.
   *
   * @param options what is in it
   */
  public static triton(options: TritonImageOptions = {}): ServingImage {
    const { release = TritonRelease.DEFAULT, plugins = [], packages = [] } = options;
    const variant = options.variant ?? (plugins.length > 0 ? TritonVariant.VLLM : TritonVariant.STANDARD);
    throwIfFaulty(
      allOf(
        () => pluginFaults(plugins, release.vllmVersion),
        () => variantFaults(plugins, variant),
        () => imageOptionFaults(options, release.cudaVersion),
        () =>
          variant === TritonVariant.VLLM
            ? heldPackageFaults(options.packages, { vllm: release.vllmVersion }, `the image of Triton ${release}`)
            : [],
      ),
    );
    const own = plugins.flatMap((each) => each.packages);
    const pip = 'python3 -m pip install --no-cache-dir --break-system-packages';
    const steps = [
      makeUser(options.user ?? POD_USER),
      ...(own.length > 0 ? [installStep(`${pip} --no-deps`, own)] : []),
      ...(packages.length > 0
        ? ['# With what they require.', '# hadolint ignore=DL3059', installStep(pip, packages)]
        : []),
    ];
    return new ServingImage(options, {
      versions: { triton: `${release.release}-${variant}`, ...pluginVersions(plugins) },
      architectures: [CpuArchitecture.X86_64, CpuArchitecture.ARM64],
      packages: [...own, ...packages],
      parts: {
        title: `Triton ${release}${withPlugins(plugins)}`,
        base: release.image(variant),
        instructions: steps,
      },
      tritonRelease: release,
      tritonVariant: variant,
      plugins,
    });
  }

  /**
   * PyTorch, transformers and ONNX Runtime for processors of Arm without CUDA. Whatever of them is compiled while the image is built is compiled with
   * `USE_CUDA=OFF`.
   *
   * @param options what is in it
   */
  public static armCpu(options: ArmCpuImageOptions = {}): ServingImage {
    const environment = cpuEnvironment(options);
    throwIfFaulty(
      allOf(
        () => environmentFaults(environment, options.packages),
        () => imageOptionFaults(options),
        () => heldPackageFaults(options.packages, heldBy(environment), 'the image'),
      ),
    );
    return new ServingImage(options, armContents(environment, options));
  }

  /** An image of other contents. @internal */
  public static _of(options: ServingImageOptions, contents: ImageContents): ServingImage {
    return new ServingImage(options, contents);
  }

  /** Text of the Dockerfile. */
  public readonly dockerfile: string;
  /** What is in it, by name: versions of CUDA, Python, PyTorch and so on. */
  public readonly versions: { [name: string]: string };
  /** Every package that pip installs on top of its base, each with its version. */
  public readonly packages: string[];
  /** Architectures that it can be built for. */
  public readonly architectures: CpuArchitecture[];
  /** Repository that it is pushed to. @default - none was given */
  public readonly repository?: string;
  /** Tag that it is pushed by. */
  public readonly tag: string;
  /** Digest that the registry gave it. @default - none was given */
  public readonly digest?: string;
  /** Release of vLLM's own server that it is built from. @default - it is another kind of image */
  public readonly vllmRelease?: VllmRelease;
  /** Release of Triton that it is built from. @default - it is another kind of image */
  public readonly tritonRelease?: TritonRelease;
  /** Backends of its Triton. @default - it is another kind of image */
  public readonly tritonVariant?: TritonVariant;
  /** Plugins of its vLLM. */
  public readonly plugins: VllmPlugin[];
  /** Installer of AWS that its libfabric and aws-ofi-nccl are of, by which NCCL uses EFA. @default - it has none, and NCCL uses TCP between nodes */
  public readonly efa?: EfaInstaller;

  private constructor(options: ServingImageOptions, contents: ImageContents) {
    const { repository, tag, digest, baseDigest, labels = {}, user = POD_USER } = options;
    const { parts, versions } = contents;
    this.versions = { ...versions };
    this.packages = [...contents.packages];
    this.architectures = [...contents.architectures];
    this.repository = repository;
    this.tag = tag ?? defaultTag(versions);
    this.digest = digest;
    this.vllmRelease = contents.vllmRelease;
    this.tritonRelease = contents.tritonRelease;
    this.tritonVariant = contents.tritonVariant;
    this.plugins = [...(contents.plugins ?? [])];
    this.efa = contents.efa;
    const base = baseDigest === undefined ? parts.base : `${parts.base}@${baseDigest}`;
    const own = Object.entries(versions).map(
      ([name, version]) => [`gpu-inference-constructs.${name}`, version] as const,
    );
    this.dockerfile = dockerfileText({
      ...parts,
      base,
      labels: {
        ...Object.fromEntries(own),
        'org.opencontainers.image.base.name': parts.base,
        ...(baseDigest === undefined ? {} : { 'org.opencontainers.image.base.digest': baseDigest }),
        'org.opencontainers.image.title': parts.title,
        'org.opencontainers.image.version': this.tag,
        ...labels,
      },
      user,
    });
  }

  /** How a deployment pulls it: by its digest if that was given, else by its tag. @default - no repository was given */
  public get reference(): string | undefined {
    if (this.repository === undefined) return undefined;
    return this.digest === undefined ? `${this.repository}:${this.tag}` : `${this.repository}@${this.digest}`;
  }

  /** Methods that `quantization` may name because of its plugins. */
  public get quantizationMethods(): string[] {
    return this.plugins.flatMap((each) => each.quantizationMethods);
  }

  /**
   * What engine arguments may name because of its plugins: methods, and formats as `load_format=gguf`.
   *
   * @internal
   */
  public get _pluggedNames(): string[] {
    const formats = this.plugins.flatMap(({ loadFormats, configFormats }) => [
      ...loadFormats.map((each) => `load_format=${each}`),
      ...configFormats.map((each) => `config_format=${each}`),
    ]);
    return [...this.quantizationMethods, ...formats];
  }

  /** Its reference, or what is in it. */
  public toString(): string {
    return this.reference ?? this.tag;
  }
}

checkArguments('ServingImage', ServingImage);

function defaultTag(versions: { readonly [name: string]: string }): string {
  const kept = Object.entries(versions).filter(([name]) => !['cudnn', 'python', 'ubuntu'].includes(name));
  return kept
    .map(([name, version]) => `${name}${version}`)
    .join('-')
    .slice(0, 128);
}

function pluginVersions(plugins: readonly VllmPlugin[]): { [name: string]: string } {
  return Object.fromEntries(plugins.map(({ packageName, version }) => [packageName.toLowerCase(), version]));
}

function withPlugins(plugins: readonly VllmPlugin[]): string {
  return plugins.length === 0 ? '' : ` with ${plugins.join(', ')}`;
}

/** What an image of PyTorch holds in a version of its own, whichever of the packages of ONNX Runtime it is. */
function heldBy({ torch, transformers, onnxRuntime }: PythonEnvironment): { [name: string]: string } {
  return { torch, transformers, onnxruntime: onnxRuntime, 'onnxruntime-gpu': onnxRuntime };
}

/** vLLM itself, and the minor version of PyTorch that its kernels were compiled for. */
function heldByVllm({ vllmVersion, torchVersion }: VllmRelease): { [name: string]: string | undefined } {
  return { vllm: vllmVersion, torch: torchVersion?.split('.').slice(0, 2).join('.') };
}
