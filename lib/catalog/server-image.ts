import { minimumDriverOf } from './cuda-driver';
import { unknownNameFault } from './near-names';
import { AdvisoryComponent, ReleaseAdvisory, advisoriesOf } from './release-advisories';
import { TRITON_IMAGES, TritonRelease, TritonVariant } from './serving-engine';
import { VllmImages } from './vllm-images';
import { UPSTREAM_IMAGES, VllmRelease } from './vllm-release';
import { UnscopedValidationError } from '../units/errors';

/**
 * What is known of the image of a server, of Triton or vLLM's own. Of releases without a row in the table, only what NVIDIA's release notes name.
 *
 * @internal
 */
export interface ServerImage {
  /** How it is called, e.g. `Triton 26.07` or `vLLM 0.24.0`. */
  readonly text: string;
  readonly vllm?: string;
  readonly onnxRuntime?: string;
  readonly cuda?: string;
  /** Driver that this CUDA was released with. */
  /** TensorRT-LLM in its own image, with the CUDA there. @default - not known, or not an image of Triton */
  readonly tensorRtLlm?: string;
  readonly cudaDriver?: string;
  /** Oldest driver branch that runs it. */
  readonly minimumDriver?: number;
  readonly minimumComputeCapability?: number;
  readonly torch?: string;
  /** Known vulnerabilities; those of vLLM only where its version is known. */
  readonly advisories: readonly ReleaseAdvisory[];
  readonly images: VllmImages;
}

/**
 * Releases of Triton of which a row is missing in NVIDIA's compatibility matrix, with what the release notes of each name: 26.10 "is based on
 * CUDA 13.4.3.001", "supports CUDA compute capability 7.5 and later".
 *
 * @see https://docs.nvidia.com/deeplearning/triton-inference-server/release-notes/rel-26-10.html
 */
const WITHOUT_ROW: { readonly [release: string]: { readonly cuda?: string; readonly computeCapability?: number } } = {
  '26.09': { cuda: '13.4.1' },
  '26.10': { cuda: '13.4.3', computeCapability: 7.5 },
  '26.11': {},
};

/**
 * The image of a release by its name: `26.07` of Triton, `0.24.0` or `v0.24.0` of vLLM.
 *
 * @param name the release
 * @param vllm version of vLLM in it, where it is known better than here
 * @throws UnscopedValidationError for a release that is in no table
 *
 * @internal
 */
export function serverImage(name: string, vllm?: string): ServerImage {
  const image = /^\d\d\.\d\d$/.test(name) ? tritonImage(name) : vllmImage(name);
  if (vllm === undefined) return image;
  const advisories = [
    ...image.advisories.filter(({ component }) => component !== AdvisoryComponent.VLLM),
    ...advisoriesOf(undefined, vllm),
  ];
  return { ...image, vllm, advisories };
}

function tritonImage(release: string): ServerImage {
  const known = TritonRelease.ALL.find((each) => each.release === release);
  const text = `Triton ${release}`;
  if (known) {
    return {
      ...{ text, vllm: known.vllmVersion, onnxRuntime: known.onnxRuntimeVersion, images: TRITON_IMAGES },
      // It is in an image of its own, with another CUDA.
      tensorRtLlm: tensorRtLlmText(known),
      ...{ cuda: known.cudaVersion, cudaDriver: known.cudaDriver, minimumDriver: known.minimumDriver },
      ...{ minimumComputeCapability: known.minimumComputeCapability, advisories: known.advisories },
    };
  }
  if (!Object.hasOwn(WITHOUT_ROW, release)) {
    const names = [...TritonRelease.ALL.map((each) => each.release), ...Object.keys(WITHOUT_ROW)];
    const otherwise = `known: ${names.join(', ')}, and those of vLLM, ${VLLM_NAMES}`;
    throw new UnscopedValidationError([unknownNameFault('Triton release', release, names, otherwise)]);
  }
  const { cuda, computeCapability } = WITHOUT_ROW[release];
  const advisories = advisoriesOf(release, '').filter(({ component }) => component === AdvisoryComponent.TRITON);
  const minimumDriver = cuda === undefined ? undefined : minimumDriverOf(cuda);
  return { text, cuda, minimumDriver, minimumComputeCapability: computeCapability, advisories, images: TRITON_IMAGES };
}

function tensorRtLlmText(release: TritonRelease): string {
  const { tensorRtLlmVersion: version } = release;
  return version === undefined ? 'no image' : `${version}, CUDA ${release._cudaOf(TritonVariant.TENSORRT_LLM).version}`;
}

const VLLM_NAMES = `${VllmRelease.ALL[0]} to ${VllmRelease.ALL[VllmRelease.ALL.length - 1]}`;

function vllmImage(name: string): ServerImage {
  const version = name.replace(/^v(?=\d)/, '');
  const known = VllmRelease.ALL.find(({ vllmVersion }) => vllmVersion === version);
  if (!known) {
    const names = [...VllmRelease.ALL.map(String), ...TritonRelease.ALL.map(String)];
    const otherwise = `write a release of Triton as 26.07, and one of vLLM as 0.24.0 (${VLLM_NAMES})`;
    throw new UnscopedValidationError([unknownNameFault('release', name, names, otherwise)]);
  }
  return {
    ...{ text: `vLLM ${known}`, vllm: known.vllmVersion, torch: known.torchVersion, images: UPSTREAM_IMAGES },
    ...{ cuda: known.cudaVersion, minimumDriver: known.minimumDriver },
    ...{ minimumComputeCapability: known.minimumComputeCapability, advisories: known.advisories },
  };
}
