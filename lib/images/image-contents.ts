import { CpuArchitecture } from '../catalog/cpu-architecture';
import { UBUNTU_PYTHON } from '../catalog/cuda-images';
import { packageFacts } from '../catalog/python-packages';
import { TritonRelease, TritonVariant } from '../catalog/serving-engine';
import { VllmRelease } from '../catalog/vllm-release';
import { DockerfileParts, aptInstall, makeUser, installStep } from './dockerfile';
import { EfaInstaller } from './efa-installer';
import { efaSteps } from './efa-steps';
import { ImagePreset } from './image-preset';
import { packageName } from './package-text';
import { PythonEnvironment, addedPackages, cudaBase, cudaImage, cudaMinor } from './python-environment';
import { CURRENT_CPU_PACKAGES } from './resolved-packages';
import { ArmCpuImageOptions, PyTorchImageOptions } from './serving-image-options';
import { VllmPlugin } from './vllm-plugin';

/** User of the pods of this library. @internal */
export const POD_USER = 1000;

/** Index of PyTorch's wheels without CUDA. @internal */
export const CPU_INDEX = 'https://download.pytorch.org/whl/cpu';

/** Where pip installs: the distribution's own Python is left alone. */
const ENVIRONMENT = '/opt/venv';

/**
 * What is known of an image beside what all have.
 *
 * @internal
 */
export interface ImageContents {
  readonly versions: { readonly [name: string]: string };
  readonly parts: Omit<DockerfileParts, 'labels' | 'user'>;
  readonly architectures: readonly CpuArchitecture[];
  readonly packages: readonly string[];
  readonly vllmRelease?: VllmRelease;
  readonly tritonRelease?: TritonRelease;
  readonly tritonVariant?: TritonVariant;
  readonly plugins?: readonly VllmPlugin[];
  readonly efa?: EfaInstaller;
}

/** All that pip installs: with what it resolved once where the versions are those of a preset, so that the next build is the same. */
function allPackages(
  environment: PythonEnvironment,
  resolved: readonly string[],
  onnxRuntime: string,
  given: readonly string[] = [],
): readonly string[] {
  const own = [`transformers==${environment.transformers}`, `${onnxRuntime}==${environment.onnxRuntime}`];
  const named = new Set(given.map(packageName));
  const others = resolved.length > 0 ? resolved : addedPackages(environment, given);
  return [...own, ...others.filter((each) => !named.has(packageName(each))), ...given];
}

function isOf(preset: ImagePreset, { cuda, ubuntu, torch, transformers, onnxRuntime }: PythonEnvironment): boolean {
  const same = torch === preset.torch && transformers === preset.transformers && onnxRuntime === preset.onnxRuntime;
  return same && ubuntu === preset.ubuntu && (cuda === undefined || cuda === preset.cuda);
}

/**
 * An image with CUDA.
 *
 * @internal
 */
export function cudaContents(environment: PythonEnvironment, options: PyTorchImageOptions): ImageContents {
  const { cuda = '', ubuntu, torch, transformers, onnxRuntime } = environment;
  const image = cudaImage(cuda);
  const preset = [ImagePreset.CURRENT, ImagePreset.CUDA_11_8].find((each) => isOf(each, environment));
  const packages = allPackages(environment, preset?._packages ?? [], 'onnxruntime-gpu', options.packages);
  const minor = cudaMinor(cuda);
  const isDefault = packageFacts('torch', torch)?.cuda === minor;
  const index = `cu${minor.replace('.', '')}`;
  return {
    versions: {
      cuda,
      cudnn: image?.package?.replace(/^.*=|-.*$/g, '') ?? image?.cudnn ?? '',
      ubuntu,
      python: UBUNTU_PYTHON[ubuntu],
      torch,
      transformers,
      onnxruntime: onnxRuntime,
      ...(options.efa === undefined ? {} : { efa: options.efa.version }),
    },
    efa: options.efa,
    architectures: [CpuArchitecture.X86_64],
    packages: [`torch==${torch}${isDefault ? '' : `+${index}`}`, ...packages],
    parts: {
      title:
        `PyTorch ${torch}, transformers ${transformers} and ONNX Runtime ${onnxRuntime} on CUDA ${cuda}` +
        (options.efa === undefined ? '' : ', for EFA'),
      base: cudaBase(cuda, ubuntu),
      buildArguments: isDefault ? {} : { TORCH_INDEX: `https://download.pytorch.org/whl/${index}` },
      environment: pythonVariables(),
      instructions: [
        ...pythonInstructions(options.user, image?.package === undefined ? [] : [image.package]),
        ...(options.efa === undefined ? [] : efaSteps(options.efa)),
        ...(isDefault
          ? [installStep('pip install --no-cache-dir', [`torch==${torch}`, ...packages])]
          : [installStep('pip install --no-cache-dir', packages), ...torchSteps(`torch==${torch}+${index}`)]),
      ],
      command: ['python3'],
    },
  };
}

/**
 * An image for Arm without CUDA.
 *
 * @internal
 */
export function armContents(environment: PythonEnvironment, options: ArmCpuImageOptions): ImageContents {
  const { ubuntu, torch, transformers, onnxRuntime } = environment;
  const resolved = isOf(ImagePreset.CURRENT, environment) ? CURRENT_CPU_PACKAGES : [];
  const packages = allPackages(environment, resolved, 'onnxruntime', options.packages);
  return {
    versions: { ubuntu, python: UBUNTU_PYTHON[ubuntu], torch, transformers, onnxruntime: onnxRuntime },
    architectures: [CpuArchitecture.ARM64],
    packages: [`torch==${torch}+cpu`, ...packages],
    parts: {
      title: `PyTorch ${torch}, transformers ${transformers} and ONNX Runtime ${onnxRuntime} for Arm without CUDA`,
      base: `docker.io/library/ubuntu:${ubuntu}`,
      buildArguments: { TORCH_INDEX: CPU_INDEX, USE_CUDA: 'OFF' },
      environment: { ...pythonVariables(), USE_CUDA: '${USE_CUDA}' },
      instructions: [
        ...pythonInstructions(options.user, []),
        installStep('pip install --no-cache-dir', packages),
        ...torchSteps(`torch==${torch}+cpu`),
      ],
      command: ['python3'],
    },
  };
}

/**
 * PyTorch from an index of its own, which has what it requires too; after the others, so that those stay as they are.
 *
 * @internal
 */
export function torchSteps(torch: string, command = 'pip install --no-cache-dir'): string[] {
  const step = installStep(`${command} --index-url "\${TORCH_INDEX}"`, [torch]);
  return ['# Of another index than the packages before.', '# hadolint ignore=DL3059', step];
}

/** @internal */
export function pythonVariables(): { [name: string]: string } {
  return { PATH: `${ENVIRONMENT}/bin:$PATH`, PYTHONDONTWRITEBYTECODE: '1', PYTHONUNBUFFERED: '1' };
}

/** @internal */
export function pythonInstructions(
  user: number | undefined,
  held: readonly string[],
  more: readonly string[] = [],
): string[] {
  return [
    ...aptInstall(['ca-certificates', 'python3', 'python3-venv', ...more], held),
    makeUser(user ?? POD_USER),
    `RUN python3 -m venv ${ENVIRONMENT}`,
  ];
}
