import { Fault, fault } from '../units/fault';
import { givenValue } from '../units/number-faults';

/**
 * First major version of CUDA without Volta (V100). The release notes of 12.9 say of Maxwell, Pascal and Volta: "offline compilation and library
 * support will be removed in the next major CUDA Toolkit version release".
 *
 * @see https://docs.nvidia.com/cuda/archive/12.9.0/cuda-toolkit-release-notes/index.html
 */
const FIRST_WITHOUT_VOLTA = 13;

/** Compute capability of Turing, the oldest that CUDA 13 has code for. */
const TURING = 7.5;

/**
 * The fault of an image that is said to run on GPUs for which its CUDA has no code.
 *
 * @internal
 */
export function capabilityFaults(image: {
  readonly cudaVersion: string;
  readonly minimumComputeCapability?: number;
}): Fault[] {
  const { cudaVersion, minimumComputeCapability: given } = image;
  if (given === undefined) return [];
  const isNew = Number.parseInt(cudaVersion, 10) >= FIRST_WITHOUT_VOLTA;
  if (typeof given === 'number' && given >= (isNew ? TURING : 0) && Number.isFinite(given)) return [];
  const least = isNew
    ? `at least ${TURING}, because CUDA ${cudaVersion} has no code for older GPUs`
    : 'a number such as 7.0';
  const reason = `minimumComputeCapability must be ${least}; got ${givenValue(given)}`;
  return [fault('OUT_OF_RANGE', 'minimumComputeCapability', reason)];
}
