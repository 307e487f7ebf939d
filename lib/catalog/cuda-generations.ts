import { compareVersions } from './metric';

/** A generation of GPUs and the first CUDA whose compilers make code for it. */
interface Generation {
  readonly name: string;
  readonly computeCapability: number;
  readonly since: string;
}

/**
 * Generations of NVIDIA's GPUs, newest first. Code for a compute capability runs on later minor ones of the same major version, not on later
 * major ones, and libraries rarely carry what the driver could compile for those.
 *
 * First CUDA: NVIDIA's compatibility guide of each generation ("Applications Built Using CUDA Toolkit 12.8" for Blackwell, 11.8 for Hopper and
 * Ada, 11.0 and 11.1 for Ampere, 10.0 for Turing, 9.0 for Volta).
 *
 * @see https://docs.nvidia.com/cuda/blackwell-compatibility-guide
 */
const GENERATIONS: readonly Generation[] = [
  { name: 'Blackwell', computeCapability: 10, since: '12.8' },
  { name: 'Hopper', computeCapability: 9, since: '11.8' },
  { name: 'Ada', computeCapability: 8.9, since: '11.8' },
  { name: 'Ampere', computeCapability: 8.6, since: '11.1' },
  { name: 'Ampere', computeCapability: 8, since: '11.0' },
  { name: 'Turing', computeCapability: 7.5, since: '10.0' },
  { name: 'Volta', computeCapability: 7, since: '9.0' },
];

/** First CUDA without code for what is older than Turing: see `capabilityFaults`. */
const WITHOUT_VOLTA = '13.0';

/**
 * Why a CUDA has no code for a GPU, with what has: nothing where it has, or where nothing is known of the GPU.
 *
 * @param cuda version of CUDA, e.g. `12.8.1`
 * @param computeCapability of the GPU
 *
 * @internal
 */
export function lackOfCode(cuda: string, computeCapability: number): string | undefined {
  if (computeCapability < 7.5 && compareVersions(cuda, WITHOUT_VOLTA) >= 0) {
    return `it has had no code for GPUs before Turing since ${WITHOUT_VOLTA}; use a CUDA of 12, or a newer GPU`;
  }
  const generation = GENERATIONS.find((each) => computeCapability >= each.computeCapability);
  if (generation === undefined || compareVersions(cuda, generation.since) >= 0) return undefined;
  return `it has code for ${generation.name} since ${generation.since} only; use that or a later one, or an older GPU`;
}
