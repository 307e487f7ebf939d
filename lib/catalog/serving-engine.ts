import { capabilityFaults } from './cuda-capability';
import { minimumDriverOf } from './cuda-driver';
import { compareVersions } from './metric';
import { UnscopedValidationError, throwIfFaulty } from '../units/errors';
import { Fault, fault } from '../units/fault';
import { givenValue } from '../units/number-faults';
import { unknownNameFault } from './near-names';
import { AdvisoryComponent, ReleaseAdvisory, advisoriesOf, controlsAccess } from './release-advisories';
import { TENSORRT_LLM_RELEASES } from './tensorrt-llm-releases';
import { versionFault } from './version-text';
import { VllmImages } from './vllm-images';
import { checkArguments } from '../units/argument-faults';
import { allOf } from '../units/unreadable';
import { ownValue } from '../units/own-value';

/**
 * Variants of the Triton image; each has different backends, so models of different variants cannot share a server.
 */
export enum TritonVariant {
  /** ONNX Runtime, PyTorch, TensorRT, OpenVINO and Python backends. */
  STANDARD = 'py3',
  /** vLLM and Python backends. */
  VLLM = 'vllm-python-py3',
  /** TensorRT-LLM and Python backends. */
  TENSORRT_LLM = 'trtllm-python-py3',
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
 * Versions: docs/introduction/compatibility.md of triton-inference-server/server at 0f963c9, which ends with 26.08. 25.01 and 25.02 are left out:
 * whether they support Volta was not seen. The release notes of 26.09 and 26.10 name CUDA (13.4.1 and 13.4.3) but not vLLM, ONNX
 * Runtime and the driver, and those of 26.11 were not seen, so they have no row: describe them by `TritonRelease.custom`. Compute
 * capabilities: NVIDIA's release notes of 25.03, 25.08, 26.02 and 26.10 ("supports CUDA compute capability 7.5 and later"); 24.12 is the last
 * release kept here for Volta.
 */
const RELEASES: { readonly [release: string]: ReleaseFacts } = {
  '24.12': { vllm: '0.5.5', onnxRuntime: '1.20.1', cuda: '12.6.3', driver: '560.35.05', computeCapability: 7.0 },
  '25.03': { vllm: '0.7.3', onnxRuntime: '1.21.0', cuda: '12.8.1', driver: '570.124.06', computeCapability: 7.5 },
  '25.04': { vllm: '0.8.1', onnxRuntime: '1.21.0', cuda: '12.9.0', driver: '575.51.02', computeCapability: 7.5 },
  '25.05': { vllm: '0.8.4', onnxRuntime: '1.22.0', cuda: '12.9.0', driver: '575.51.03', computeCapability: 7.5 },
  '25.06': { vllm: '0.9.0', onnxRuntime: '1.22.0', cuda: '12.9.0', driver: '575.51.03', computeCapability: 7.5 },
  '25.07': { vllm: '0.9.0', onnxRuntime: '1.22.0', cuda: '12.9.0', driver: '575.51.03', computeCapability: 7.5 },
  '25.08': { vllm: '0.9.2', onnxRuntime: '1.23.0', cuda: '13.0.1', driver: '580.82.07', computeCapability: 7.5 },
  '25.09': { vllm: '0.10.1.1', onnxRuntime: '1.23.0', cuda: '13.0.1', driver: '580.82.07', computeCapability: 7.5 },
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
 * What is inside the images of a release that is not in the table.
 *
 * @see https://github.com/triton-inference-server/server/blob/main/docs/introduction/compatibility.md
 */
export interface TritonReleaseProps {
  /** Year and month as NVIDIA writes them, e.g. `26.11`: the head of the image tags. */
  readonly release: string;
  /** Version of vLLM in the vLLM variant, e.g. `0.31.0`. */
  readonly vllmVersion: string;
  /** Version of ONNX Runtime in the standard variant, e.g. `1.28.0`. */
  readonly onnxRuntimeVersion: string;
  /** Version of CUDA, e.g. `13.4.3`. */
  readonly cudaVersion: string;
  /** Driver that this CUDA version was released with, e.g. `615.61`. */
  readonly cudaDriver: string;
  /**
   * Version of TensorRT-LLM in its variant, e.g. `1.2.1`; its CUDA and driver are taken to be those above.
   * @default - that of the release if it is listed, else it has none
   */
  readonly tensorRtLlmVersion?: string;
  /** Lowest CUDA compute capability that the images support. @default 7.5 */
  readonly minimumComputeCapability?: number;
}

/**
 * The CUDA of an image, and what it needs of the nodes.
 *
 * @internal
 */
export interface ImageCuda {
  readonly version: string;
  /** Driver that this version was released with. */
  readonly driver: string;
  /** Oldest driver branch that runs it. */
  readonly minimumDriver: number;
}

/**
 * A monthly release of NVIDIA Triton Inference Server, with what its images hold.
 */
export class TritonRelease {
  /** Last release whose GPUs include Volta (V100). It has known vulnerabilities: see `advisories`. */
  public static readonly V24_12 = TritonRelease.listed('24.12');
  /** Last release with CUDA 12, for drivers older than 580. It has known vulnerabilities: see `advisories`. */
  public static readonly V25_07 = TritonRelease.listed('25.07');
  /** First release whose latency histogram covers every model, not only those that stream. It has known vulnerabilities: see `advisories`. */
  public static readonly V26_01 = TritonRelease.listed('26.01');
  /** Last release whose CUDA is 13.1. It has known vulnerabilities: see `advisories`. */
  public static readonly V26_02 = TritonRelease.listed('26.02');
  /** Last release whose CUDA is 13.2. It has known vulnerabilities: see `advisories`. */
  public static readonly V26_05 = TritonRelease.listed('26.05');
  /** The default, see `DEFAULT`. */
  public static readonly V26_07 = TritonRelease.listed('26.07');
  /** The newest release in the table. */
  public static readonly V26_08 = TritonRelease.listed('26.08');

  /**
   * The release used when none is given: 26.07.
   *
   * It is the newest whose contents NVIDIA's compatibility matrix lists, and NVIDIA's bulletins up to September 2026 know of no vulnerability
   * of it: in releases before 26.06 code can run, or access control be bypassed (see `advisories`), 26.06 can be stopped by a request, and vLLM
   * before 0.22 has vulnerabilities of its own server.
   *
   * The GPU image of EKS (AL2023) carries driver 580, which is CUDA 13.0, where this release has 13.3. Every CUDA 13 release runs on driver
   * 580 by minor version compatibility; what that does not cover, code that the driver compiles, is covered by the compatibility libraries
   * that the image's entry point loads on data center GPUs.
   *
   * @see https://docs.nvidia.com/deploy/cuda-compatibility/forward-compatibility.html
   */
  public static readonly DEFAULT = TritonRelease.V26_07;

  /** Every release known here, oldest first. */
  public static readonly ALL: TritonRelease[] = Object.freeze(
    Object.keys(RELEASES)
      .sort()
      .map((release) => TritonRelease.listed(release)),
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

  /**
   * A release that is not in the table. Throws an `UnscopedValidationError` for a version that is not one.
   *
   * @param props what is inside its images
   */
  public static custom(props: TritonReleaseProps): TritonRelease {
    throwIfFaulty(releaseFaults(props));
    return new TritonRelease(props);
  }

  private static listed(release: string): TritonRelease {
    const { vllm, onnxRuntime, cuda, driver, computeCapability } = RELEASES[release];
    return new TritonRelease({
      release,
      vllmVersion: vllm,
      onnxRuntimeVersion: onnxRuntime,
      cudaVersion: cuda,
      cudaDriver: driver,
      minimumComputeCapability: computeCapability,
    });
  }

  /** Year and month, e.g. `26.02`: the head of the image tags. */
  public readonly release: string;
  /** Version of vLLM in the vLLM variant. */
  public readonly vllmVersion: string;
  /** Version of ONNX Runtime in the standard variant. */
  public readonly onnxRuntimeVersion: string;
  /**
   * Version of TensorRT-LLM in its variant.
   * @default - the release has no such image, or what is in it was not seen
   */
  public readonly tensorRtLlmVersion?: string;
  /** Version of CUDA in the variants for tensors and for vLLM; the one for TensorRT-LLM has another. */
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

  /** Known vulnerabilities by which somebody else's code runs in the server, or its access control does not hold. */
  public readonly advisories: ReleaseAdvisory[];
  /**
   * Whether a key that protects an API of the server holds.
   *
   * @internal
   */
  public readonly _restrictsApis: boolean;
  /**
   * Whether the responses that wait for a slow client can be bounded (server#7879, in 2.56).
   *
   * @internal
   */
  public readonly _boundsResponses: boolean;

  private constructor(props: TritonReleaseProps) {
    this.release = props.release;
    this.vllmVersion = props.vllmVersion;
    this.onnxRuntimeVersion = props.onnxRuntimeVersion;
    this.tensorRtLlmVersion = props.tensorRtLlmVersion ?? ownValue(TENSORRT_LLM_RELEASES, props.release)?.version;
    this.cudaVersion = props.cudaVersion;
    this.cudaDriver = props.cudaDriver;
    this.minimumDriver = minimumDriverOf(props.cudaVersion) ?? Number.parseInt(props.cudaDriver, 10);
    this.minimumComputeCapability = props.minimumComputeCapability ?? 7.5;
    this.histogramOfEveryModel = props.release >= '26.01';
    this.advisories = advisoriesOf(props.release, props.vllmVersion);
    this._restrictsApis = controlsAccess(this.advisories);
    this._boundsResponses = props.release >= '25.03';
  }

  /**
   * The advisories that concern a variant of the image.
   *
   * @param variant which backends it holds
   */
  public advisoriesOf(variant: TritonVariant): ReleaseAdvisory[] {
    const isVllm = variant === TritonVariant.VLLM;
    return this.advisories.filter(({ component }) => isVllm || component === AdvisoryComponent.TRITON);
  }

  /**
   * The CUDA of a variant: the same release has different ones.
   *
   * @internal
   */
  public _cudaOf(variant: TritonVariant): ImageCuda {
    const own = variant === TritonVariant.TENSORRT_LLM ? ownValue(TENSORRT_LLM_RELEASES, this.release) : undefined;
    const { cuda: version, driver } = own ?? { cuda: this.cudaVersion, driver: this.cudaDriver };
    return { version, driver, minimumDriver: minimumDriverOf(version) ?? Number.parseInt(driver, 10) };
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

checkArguments('TritonRelease', TritonRelease);

function releaseFaults(props: TritonReleaseProps): Fault[] {
  const versions = { vllmVersion: '0.31.0', onnxRuntimeVersion: '1.28.0', cudaVersion: '13.4.3', cudaDriver: '615.61' };
  const more = props.tensorRtLlmVersion === undefined ? {} : { tensorRtLlmVersion: '1.2.1' };
  const formats = Object.entries({ ...versions, ...more }).flatMap(([property, example]) =>
    versionFault(property, props[property as keyof TritonReleaseProps] as string, example),
  );
  const isRelease = typeof props.release === 'string' && /^\d\d\.(0[1-9]|1[0-2])$/.test(props.release);
  const reason = `release must be year and month of the image's tag, e.g. '26.11'; got ${givenValue(props.release)}`;
  return allOf(
    () => (isRelease ? [] : [fault('INVALID_FORMAT', 'release', reason)]),
    () => formats,
    () => capabilityFaults(props),
  );
}

/**
 * The images of Triton with vLLM's backend, in words.
 *
 * @internal
 */
export const TRITON_IMAGES: VllmImages = {
  with: (vllm) => {
    const found = TritonRelease.ALL.find(({ vllmVersion }) => compareVersions(vllmVersion, vllm) >= 0);
    return found ? `Triton ${found} or later` : `a release with vLLM ${vllm} or later`;
  },
  before: (vllm) => {
    const found = TritonRelease.ALL.filter(({ vllmVersion }) => compareVersions(vllmVersion, vllm) < 0).pop();
    return found ? `Triton ${found}, whose vLLM is ${found.vllmVersion}` : `a release with a vLLM before ${vllm}`;
  },
};
