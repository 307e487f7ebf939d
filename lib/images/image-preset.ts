import { nameClass } from '../units/own-class';
import { CURRENT_PACKAGES, GUIDE_PACKAGES } from './resolved-packages';

interface PresetFacts {
  readonly name: string;
  readonly cuda: string;
  readonly ubuntu: string;
  readonly torch: string;
  readonly transformers: string;
  readonly onnxRuntime: string;
  readonly packages: readonly string[];
}

/**
 * Versions of CUDA, cuDNN, Python, PyTorch, transformers and ONNX Runtime that go together.
 */
export class ImagePreset {
  /**
   * CUDA 13.0, cuDNN 9, Python 3.12, PyTorch 2.14.0, transformers 5.24.0, ONNX Runtime 1.31.1: for drivers from 580 on, and GPUs from Turing to
   * Blackwell.
   */
  public static readonly CURRENT = new ImagePreset({
    name: 'current',
    cuda: '13.0.3',
    ubuntu: '24.04',
    torch: '2.14.0',
    transformers: '5.24.0',
    onnxRuntime: '1.31.1',
    packages: CURRENT_PACKAGES,
  });
  /**
   * CUDA 11.8, cuDNN 8.6, Python 3.10, PyTorch 2.0.1, transformers 4.30.0, ONNX Runtime 1.15.1: for drivers from 450 on, and GPUs from Volta to
   * Hopper. Its packages are of 2023 and get no fixes.
   */
  public static readonly CUDA_11_8 = new ImagePreset({
    name: 'cuda-11.8',
    cuda: '11.8.0',
    ubuntu: '22.04',
    torch: '2.0.1',
    transformers: '4.30.0',
    onnxRuntime: '1.15.1',
    packages: GUIDE_PACKAGES,
  });

  /** Its name. */
  public readonly name: string;
  /** Version of CUDA, that of NVIDIA's image. */
  public readonly cuda: string;
  /** Release of Ubuntu, which decides the version of Python. */
  public readonly ubuntu: string;
  /** Version of PyTorch. */
  public readonly torch: string;
  /** Version of transformers. */
  public readonly transformers: string;
  /** Version of ONNX Runtime. */
  public readonly onnxRuntime: string;

  readonly #packages: readonly string[];

  private constructor(facts: PresetFacts) {
    this.name = facts.name;
    this.cuda = facts.cuda;
    this.ubuntu = facts.ubuntu;
    this.torch = facts.torch;
    this.transformers = facts.transformers;
    this.onnxRuntime = facts.onnxRuntime;
    this.#packages = facts.packages;
  }

  /**
   * All that pip installs beside them, each with its version.
   *
   * @internal
   */
  public get _packages(): readonly string[] {
    return this.#packages;
  }

  /** Its name. */
  public toString(): string {
    return this.name;
  }
}

nameClass('ImagePreset', ImagePreset);
