import { compareVersions } from './metric';

/**
 * What a version of a Python package runs with.
 *
 * @internal
 */
export interface PackageFacts {
  /** First version of Python that it has wheels for, e.g. `3.10`. */
  readonly python: string;
  /** Last version of Python that it has wheels for. @default - there is no bound */
  readonly lastPython?: string;
  /** CUDA of the wheels on PyPI, major and minor of PyTorch, the major of ONNX Runtime. @default - it has nothing to do with CUDA */
  readonly cuda?: string;
  /** Other CUDA that there are wheels for, on PyTorch's own index. @default - none was seen */
  readonly otherCuda?: readonly string[];
  /** Major version of cuDNN. @default - it has nothing to do with cuDNN */
  readonly cudnn?: string;
}

interface Row extends PackageFacts {
  readonly since: string;
}

/**
 * Releases of PyTorch, oldest first; a row holds up to the next. Python: tags of the wheels for x86-64 on PyPI. CUDA and cuDNN: the libraries that
 * those require (scripts/serving-images/read.py). Other CUDA: the commands of PyTorch's page of previous versions, as far as it was seen.
 *
 * @see https://pytorch.org/get-started/previous-versions
 */
const TORCH: readonly Row[] = [
  { since: '2.0.0', python: '3.8', lastPython: '3.11', cuda: '11.7', otherCuda: ['11.8'], cudnn: '8' },
  { since: '2.1.0', python: '3.8', lastPython: '3.11', cuda: '12.1', cudnn: '8' },
  { since: '2.2.0', python: '3.8', lastPython: '3.12', cuda: '12.1', otherCuda: ['11.8'], cudnn: '8' },
  { since: '2.3.0', python: '3.8', lastPython: '3.12', cuda: '12.1', cudnn: '8' },
  { since: '2.4.0', python: '3.8', lastPython: '3.12', cuda: '12.1', cudnn: '9' },
  { since: '2.5.0', python: '3.9', lastPython: '3.13', cuda: '12.4', cudnn: '9' },
  { since: '2.6.0', python: '3.9', lastPython: '3.13', cuda: '12.4', otherCuda: ['11.8', '12.6'], cudnn: '9' },
  { since: '2.7.0', python: '3.9', lastPython: '3.13', cuda: '12.6', cudnn: '9' },
  { since: '2.8.0', python: '3.9', lastPython: '3.13', cuda: '12.8', otherCuda: ['12.9'], cudnn: '9' },
  { since: '2.9.0', python: '3.10', lastPython: '3.14', cuda: '12.8', otherCuda: ['12.6', '13.0'], cudnn: '9' },
  { since: '2.10.0', python: '3.10', lastPython: '3.14', cuda: '12.8', otherCuda: ['13.0'], cudnn: '9' },
  { since: '2.11.0', python: '3.10', lastPython: '3.14', cuda: '13.0', cudnn: '9' },
  { since: '2.15.0', python: '3.11', lastPython: '3.15', cuda: '13.2', cudnn: '9' },
];

/**
 * Releases of `onnxruntime-gpu`, oldest first. Python: tags of the wheels on PyPI. CUDA and cuDNN: the table of ONNX Runtime's documentation, "starting
 * with version 1.19, CUDA 12.x becomes the default version" of PyPI, and from 1.21 on the extras of the wheels, which name CUDA 13 from 1.27 on.
 *
 * @see https://onnxruntime.ai/docs/execution-providers/CUDA-ExecutionProvider
 */
const ONNX_RUNTIME: readonly Row[] = [
  { since: '1.15.0', python: '3.8', lastPython: '3.11', cuda: '11', cudnn: '8' },
  { since: '1.17.0', python: '3.8', lastPython: '3.12', cuda: '11', cudnn: '8' },
  { since: '1.19.0', python: '3.8', lastPython: '3.12', cuda: '12', cudnn: '9' },
  { since: '1.20.0', python: '3.10', lastPython: '3.13', cuda: '12', cudnn: '9' },
  { since: '1.24.0', python: '3.11', lastPython: '3.14', cuda: '12', cudnn: '9' },
  { since: '1.27.0', python: '3.11', lastPython: '3.14', cuda: '13', cudnn: '9' },
];

/**
 * Releases of `transformers`, oldest first. Python: what they require on PyPI, and the last one that the `tokenizers` which they require have
 * wheels for; without a wheel a compiler for Rust would have to be in the image.
 */
const TRANSFORMERS: readonly Row[] = [
  { since: '4.30.0', python: '3.7', lastPython: '3.11' },
  { since: '4.31.0', python: '3.8', lastPython: '3.11' },
  { since: '4.34.0', python: '3.8', lastPython: '3.13' },
  { since: '4.45.0', python: '3.8' },
  { since: '4.47.0', python: '3.9' },
  { since: '5.0.0', python: '3.10' },
  { since: '5.21.0', python: '3.11' },
];

/** Packages that images are checked by, by their names on PyPI. @internal */
export const PACKAGES = { torch: TORCH, 'onnxruntime-gpu': ONNX_RUNTIME, transformers: TRANSFORMERS };

/** Newest release of each that was read; what later ones run with is not known. @internal */
export const NEWEST_READ: { readonly [name in keyof typeof PACKAGES]: string } = {
  torch: '2.15.0',
  'onnxruntime-gpu': '1.31.1',
  transformers: '5.24.0',
};

/**
 * What a version of a package runs with; nothing for one that was not read, older or newer than all here.
 *
 * @internal
 */
export function packageFacts(name: keyof typeof PACKAGES, version: string): PackageFacts | undefined {
  if (compareVersions(version, NEWEST_READ[name]) > 0) return undefined;
  return PACKAGES[name].filter(({ since }) => compareVersions(since, version) <= 0).pop();
}

/**
 * First PyTorch that works with NumPy 2.
 *
 * @see https://github.com/pytorch/pytorch/issues/132179
 *
 * @internal
 */
export const NUMPY_2_SINCE = '2.3.0';
