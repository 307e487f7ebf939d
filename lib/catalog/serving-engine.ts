import { UnscopedValidationError } from '../units/errors';
import { unknownNameFault } from './near-names';

/**
 * Variants of the Triton image; each has different backends, so models of different variants cannot share a server.
 */
export enum TritonVariant {
  /** ONNX Runtime, PyTorch, TensorRT, OpenVINO and Python backends. */
  STANDARD = 'py3',
  /** vLLM and Python backends. */
  VLLM = 'vllm-python-py3',
}

interface ReleaseFacts {
  readonly vllm: string;
  readonly onnxRuntime: string;
  readonly cuda: string;
  readonly driver: string;
  readonly computeCapability: number;
}

/**
 * Releases of Triton and what is inside their images.
 *
 * Versions: docs/introduction/compatibility.md of triton-inference-server/server. Compute capabilities: NVIDIA's release notes of
 * 25.03, 25.08 and 26.02 ("supports CUDA compute capability 7.5 and later"); 24.12 is the last release kept here for Volta.
 */
const RELEASES: { readonly [release: string]: ReleaseFacts } = {
  '24.12': { vllm: '0.5.5', onnxRuntime: '1.20.1', cuda: '12.6.3', driver: '560.35.05', computeCapability: 7.0 },
  '25.03': { vllm: '0.7.3', onnxRuntime: '1.21.0', cuda: '12.8.1', driver: '570.124.06', computeCapability: 7.5 },
  '25.04': { vllm: '0.8.1', onnxRuntime: '1.21.0', cuda: '12.9.0', driver: '575.51.02', computeCapability: 7.5 },
  '25.05': { vllm: '0.8.4', onnxRuntime: '1.22.0', cuda: '12.9.0', driver: '575.51.03', computeCapability: 7.5 },
  '25.06': { vllm: '0.9.0', onnxRuntime: '1.22.0', cuda: '12.9.0', driver: '575.51.03', computeCapability: 7.5 },
  '25.07': { vllm: '0.9.0', onnxRuntime: '1.22.0', cuda: '12.9.0', driver: '575.51.03', computeCapability: 7.5 },
  '25.08': { vllm: '0.9.2', onnxRuntime: '1.23.0', cuda: '13.0.1', driver: '580.82.07', computeCapability: 7.5 },
  '25.09': { vllm: '0.10.1', onnxRuntime: '1.23.0', cuda: '13.0.1', driver: '580.82.07', computeCapability: 7.5 },
  '25.10': { vllm: '0.10.2', onnxRuntime: '1.23.1', cuda: '13.0.2', driver: '580.95.05', computeCapability: 7.5 },
  '25.11': { vllm: '0.11.0', onnxRuntime: '1.23.2', cuda: '13.0.2', driver: '580.95.05', computeCapability: 7.5 },
  '25.12': { vllm: '0.11.1', onnxRuntime: '1.23.2', cuda: '13.1.0', driver: '590.44.01', computeCapability: 7.5 },
  '26.01': { vllm: '0.13.0', onnxRuntime: '1.23.2', cuda: '13.1.1', driver: '590.48.01', computeCapability: 7.5 },
  '26.02': { vllm: '0.15.1', onnxRuntime: '1.24.1', cuda: '13.1.1', driver: '590.48.01', computeCapability: 7.5 },
  '26.03': { vllm: '0.17.1', onnxRuntime: '1.24.2', cuda: '13.2.0', driver: '595.45.04', computeCapability: 7.5 },
  '26.04': { vllm: '0.19.0', onnxRuntime: '1.24.4', cuda: '13.2.1', driver: '595.58.03', computeCapability: 7.5 },
  '26.05': { vllm: '0.19.0', onnxRuntime: '1.24.4', cuda: '13.2.1', driver: '595.58.03', computeCapability: 7.5 },
  '26.06': { vllm: '0.22.1', onnxRuntime: '1.24.4', cuda: '13.3.0', driver: '610.43.02', computeCapability: 7.5 },
  '26.07': { vllm: '0.24.0', onnxRuntime: '1.27.0', cuda: '13.3.0', driver: '610.43.02', computeCapability: 7.5 },
  '26.08': { vllm: '0.27.1', onnxRuntime: '1.28.0', cuda: '13.4.1', driver: '615.61', computeCapability: 7.5 },
};

/**
 * Oldest driver that runs a CUDA major version by minor version compatibility.
 *
 * @see https://docs.nvidia.com/deploy/cuda-compatibility/minor-version-compatibility.html
 */
const MINIMUM_DRIVER: { readonly [cudaMajor: string]: number } = { '12': 525, '13': 580 };

/**
 * A monthly release of NVIDIA Triton Inference Server, with what its images hold.
 */
export class TritonRelease {
  /** Last release whose GPUs include Volta (V100). */
  public static readonly V24_12 = new TritonRelease('24.12');
  /** Last release with CUDA 12, for drivers older than 580. */
  public static readonly V25_07 = new TritonRelease('25.07');
  /** First release whose latency histogram covers every model, not only those that stream. */
  public static readonly V26_01 = new TritonRelease('26.01');
  /** The default, see `DEFAULT`. */
  public static readonly V26_02 = new TritonRelease('26.02');
  /** The newest release in the table whose CUDA is 13.3. */
  public static readonly V26_07 = new TritonRelease('26.07');
  /** The newest release in the table. */
  public static readonly V26_08 = new TritonRelease('26.08');

  /**
   * The release used when none is given: 26.02.
   *
   * From 26.01 on the latency histogram covers models that answer once, without which there is no P99 over several pods. The GPU image of
   * EKS (AL2023) carries driver 580, which is CUDA 13.0; every CUDA 13 release runs on it by minor version compatibility, but the further
   * ahead an image's CUDA is, the more features need the newer driver. 26.02 is the newest release that is only one minor version ahead
   * (13.1).
   */
  public static readonly DEFAULT = TritonRelease.V26_02;

  /** Every release known here, oldest first. */
  public static readonly ALL: TritonRelease[] = Object.freeze(
    Object.keys(RELEASES)
      .sort()
      .map((release) => new TritonRelease(release)),
  ) as TritonRelease[];

  /**
   * A release by its name. Throws an `UnscopedValidationError` for an unknown release.
   *
   * @param release year and month as NVIDIA writes them, e.g. `26.02`
   */
  public static of(release: string): TritonRelease {
    const known = TritonRelease.ALL.find((candidate) => candidate.release === release);
    if (known) return known;
    const names = TritonRelease.ALL.map((each) => each.release);
    throw new UnscopedValidationError([
      unknownNameFault('Triton release', release, names, `known: ${names.join(', ')}`),
    ]);
  }

  /** Year and month, e.g. `26.02`: the head of the image tags. */
  public readonly release: string;
  /** Version of vLLM in the vLLM variant. */
  public readonly vllmVersion: string;
  /** Version of ONNX Runtime in the standard variant. */
  public readonly onnxRuntimeVersion: string;
  /** Version of CUDA in both variants. */
  public readonly cudaVersion: string;
  /** Driver that this CUDA version was released with; older ones from `minimumDriver` on work, with fewer features. */
  public readonly cudaDriver: string;
  /** Oldest driver branch that runs the images, e.g. 580. */
  public readonly minimumDriver: number;
  /** Lowest CUDA compute capability of a GPU that the images support, e.g. 7.5 (Turing). */
  public readonly minimumComputeCapability: number;
  /**
   * Whether `nv_inference_first_response_histogram_ms` covers every model: before 26.01 only those that stream (decoupled ones)
   * had it.
   */
  public readonly histogramOfEveryModel: boolean;

  private constructor(release: string) {
    const facts = RELEASES[release];
    this.release = release;
    this.vllmVersion = facts.vllm;
    this.onnxRuntimeVersion = facts.onnxRuntime;
    this.cudaVersion = facts.cuda;
    this.cudaDriver = facts.driver;
    this.minimumDriver = MINIMUM_DRIVER[facts.cuda.split('.')[0]];
    this.minimumComputeCapability = facts.computeCapability;
    this.histogramOfEveryModel = release >= '26.01';
  }

  /**
   * Upstream reference of an image.
   *
   * @param variant which backends it holds
   */
  public image(variant: TritonVariant): string {
    return `nvcr.io/nvidia/tritonserver:${this.release}-${variant}`;
  }

  /** The release's name. */
  public toString(): string {
    return this.release;
  }
}
