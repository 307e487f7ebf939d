import { CUDA_IMAGES, CudaImageFacts, UBUNTU_PYTHON } from '../catalog/cuda-images';
import { compareVersions } from '../catalog/metric';
import { unknownNameFault } from '../catalog/near-names';
import { NUMPY_2_SINCE, PackageFacts, packageFacts } from '../catalog/python-packages';
import { versionFault } from '../catalog/version-text';
import { Fault, fault } from '../units/fault';
import { allOf } from '../units/unreadable';
import { ImagePreset } from './image-preset';
import { packageName, packageVersion } from './package-text';
import { ArmCpuImageOptions, PyTorchImageOptions } from './serving-image-options';

/** Last NumPy before 2. */
const NUMPY_1 = 'numpy==1.26.4';

/**
 * Versions of a Python environment, decided.
 *
 * @internal
 */
export interface PythonEnvironment {
  readonly ubuntu: string;
  readonly torch: string;
  readonly transformers: string;
  readonly onnxRuntime: string;
  /** Version of CUDA. @default - none */
  readonly cuda?: string;
}

/**
 * The versions of an image with CUDA.
 *
 * @internal
 */
export function cudaEnvironment(options: PyTorchImageOptions): PythonEnvironment {
  const preset = options.preset ?? ImagePreset.CURRENT;
  const cuda = options.cuda ?? preset.cuda;
  const newest = cudaImage(cuda)?.ubuntu.slice(-1)[0];
  const ubuntu = options.ubuntu ?? (cuda === preset.cuda ? preset.ubuntu : (newest ?? preset.ubuntu));
  return { ...versionsOf(options, preset), ubuntu, cuda };
}

/**
 * The versions of an image without CUDA.
 *
 * @internal
 */
export function cpuEnvironment(options: ArmCpuImageOptions): PythonEnvironment {
  return { ...versionsOf(options, ImagePreset.CURRENT), ubuntu: ImagePreset.CURRENT.ubuntu };
}

function versionsOf(options: ArmCpuImageOptions, preset: ImagePreset) {
  return {
    torch: options.torch ?? preset.torch,
    transformers: options.transformers ?? preset.transformers,
    onnxRuntime: options.onnxRuntime ?? preset.onnxRuntime,
  };
}

/** @internal */
export function cudaImage(cuda: string): CudaImageFacts | undefined {
  return Object.hasOwn(CUDA_IMAGES, cuda) ? CUDA_IMAGES[cuda] : undefined;
}

/** NVIDIA's image of a CUDA. @internal */
export function cudaBase(cuda: string, ubuntu: string): string {
  return `docker.io/nvidia/cuda:${cuda}-${cudaImage(cuda)?.tag ?? 'runtime'}-ubuntu${ubuntu}`;
}

/** Major and minor version of CUDA, as PyTorch's wheels go by it. @internal */
export function cudaMinor(cuda: string): string {
  return cuda.split('.').slice(0, 2).join('.');
}

/**
 * What must be added so that the packages work together: PyTorch before 2.3 cannot use the NumPy that pip would choose.
 *
 * @internal
 */
export function addedPackages({ torch }: PythonEnvironment, packages: readonly string[]): readonly string[] {
  const needs = compareVersions(torch, NUMPY_2_SINCE) < 0 && !packages.some((each) => packageName(each) === 'numpy');
  return needs ? [NUMPY_1] : [];
}

/**
 * What does not go together in an environment, and what is not known of it; all at once.
 *
 * @internal
 */
export function environmentFaults(environment: PythonEnvironment, packages: readonly string[] = []): Fault[] {
  const { cuda, ubuntu, torch, transformers, onnxRuntime } = environment;
  const written = allOf(
    () => versionFault('torch', torch, '2.14.0'),
    () => versionFault('transformers', transformers, '5.24.0'),
    () => versionFault('onnxRuntime', onnxRuntime, '1.31.1'),
  );
  return allOf(
    () => written,
    () => baseFaults(cuda, ubuntu),
    () => (written.length > 0 ? [] : packageFaults(environment, packages)),
  );
}

function baseFaults(cuda: string | undefined, ubuntu: string): Fault[] {
  if (cuda === undefined) return [];
  const image = cudaImage(cuda);
  if (image === undefined) {
    const known = Object.keys(CUDA_IMAGES);
    return [unknownNameFault("image of NVIDIA's CUDA", cuda, known, `known: ${known.join(', ')}`, 'cuda')];
  }
  if (image.ubuntu.includes(ubuntu)) return [];
  const reason = `NVIDIA's image of CUDA ${cuda} is known for Ubuntu ${image.ubuntu.join(' and ')}, not for '${ubuntu}'; use one of them, or another CUDA`;
  return [fault('UNKNOWN_VALUE', 'ubuntu', reason)];
}

function packageFaults(environment: PythonEnvironment, packages: readonly string[]): Fault[] {
  const { cuda, ubuntu, torch, transformers, onnxRuntime } = environment;
  const python: string | undefined = Object.hasOwn(UBUNTU_PYTHON, ubuntu) ? UBUNTU_PYTHON[ubuntu] : undefined;
  const numpy = packages.find((each) => packageName(each) === 'numpy');
  const of = (name: Parameters<typeof packageFacts>[0], version: string): Named => {
    return { property: PROPERTIES[name], text: `${TITLES[name]} ${version}`, facts: packageFacts(name, version) };
  };
  const named = [of('torch', torch), of('transformers', transformers), of('onnxruntime-gpu', onnxRuntime)];
  return allOf(
    ...named.map((each) => () => (python === undefined ? [] : pythonFaults(each, python, ubuntu))),
    () => (cuda === undefined ? [] : torchCudaFaults(named[0], cuda)),
    () => (cuda === undefined ? [] : onnxCudaFaults(named[2], cuda)),
    ...[named[0], named[2]].map((each) => () => (cuda === undefined ? [] : cudnnFaults(each, cuda))),
    () => (numpy === undefined ? [] : numpyFaults(torch, numpy)),
  );
}

interface Named {
  readonly property: string;
  readonly text: string;
  readonly facts?: PackageFacts;
}

const PROPERTIES = { torch: 'torch', transformers: 'transformers', 'onnxruntime-gpu': 'onnxRuntime' };
const TITLES = { torch: 'PyTorch', transformers: 'transformers', 'onnxruntime-gpu': 'ONNX Runtime' };

function pythonFaults({ property, text, facts }: Named, python: string, ubuntu: string): Fault[] {
  if (facts === undefined) return [];
  const { python: first, lastPython: last } = facts;
  if (compareVersions(python, first) >= 0 && (last === undefined || compareVersions(python, last) <= 0)) return [];
  const range = last === undefined ? `from ${first} on` : `${first} to ${last}`;
  const reason = `${text} has wheels for Python ${range}, but Ubuntu ${ubuntu} has ${python}; use another release of it, or another Ubuntu`;
  return [fault('PACKAGE_LACKS_PYTHON', property, reason)];
}

function torchCudaFaults({ text, facts }: Named, cuda: string): Fault[] {
  if (facts?.cuda === undefined) return [];
  const known = [facts.cuda, ...(facts.otherCuda ?? [])];
  if (known.includes(cudaMinor(cuda))) return [];
  const reason = `${text} has wheels for CUDA ${known.join(', ')}, but the image has ${cuda}; use an image of one of them, or another PyTorch`;
  return [fault('PACKAGE_LACKS_CUDA', 'torch', reason)];
}

function onnxCudaFaults({ text, facts }: Named, cuda: string): Fault[] {
  const [major] = cuda.split('.');
  if (facts?.cuda === undefined || facts.cuda === major) return [];
  const reason =
    `${text} is built for CUDA ${facts.cuda}, but the image has ${cuda}, so that it would run on the processor; use a release for CUDA ${major}: ` +
    '1.15 to 1.18 for 11, 1.19 to 1.26 for 12, from 1.27 on for 13';
  return [fault('PACKAGE_LACKS_CUDA', 'onnxRuntime', reason)];
}

function cudnnFaults({ property, text, facts }: Named, cuda: string): Fault[] {
  const has = cudaImage(cuda)?.cudnn;
  if (facts?.cudnn === undefined || has === undefined || facts.cudnn === has) return [];
  const reason = `${text} needs cuDNN ${facts.cudnn}, but the image of CUDA ${cuda} has ${has}; use another release of it, or another CUDA`;
  return [fault('PACKAGE_LACKS_CUDNN', property, reason)];
}

function numpyFaults(torch: string, numpy: string): Fault[] {
  const version = packageVersion(numpy);
  if (version === undefined || compareVersions(version, '2') < 0 || compareVersions(torch, NUMPY_2_SINCE) >= 0)
    return [];
  const reason = `PyTorch ${torch} cannot use NumPy ${version}: it works with NumPy 2 since ${NUMPY_2_SINCE}; use ${NUMPY_1}, or a newer PyTorch`;
  return [fault('PACKAGES_INCOMPATIBLE', 'packages', reason)];
}
