import { compareVersions } from './metric';

/**
 * Oldest driver branch that runs what was built with a major version of CUDA, by minor version compatibility: without what a later driver
 * brought, and without code that the driver itself compiles (PTX).
 *
 * @see https://docs.nvidia.com/deploy/cuda-compatibility/minor-version-compatibility.html
 */
const MINIMUM_DRIVER: { readonly [cudaMajor: string]: number } = { '11': 450, '12': 525, '13': 580 };

/**
 * Oldest driver branch that runs a version of CUDA, e.g. 580; undefined for a major version that is not known.
 *
 * @param cuda the version, e.g. `13.4.3`
 *
 * @internal
 */
export function minimumDriverOf(cuda: string): number | undefined {
  const [major] = cuda.split('.');
  return Object.hasOwn(MINIMUM_DRIVER, major) ? MINIMUM_DRIVER[major] : undefined;
}

/**
 * Driver branches, older than minor version compatibility takes, on which NVIDIA says that its compatibility libraries run a CUDA: "if you are
 * running on a data center GPU (for example, T4 or any other data center GPU), you can use NVIDIA driver release 470.57 (or later R470), 525.85
 * (or later R525), 535.86 (or later R535)". Its list has R545 too, of which the next sentence says that it is not forward-compatible.
 *
 * Source: "Driver Requirements" of the release notes of Triton 24.10 (CUDA 12.6), 25.06 (12.9), 26.02 (13.1) and 26.04 (13.2); those of 26.06 and
 * later, with CUDA 13.3 and up, name no branches.
 *
 * @see https://docs.nvidia.com/deploy/cuda-compatibility/forward-compatibility.html
 */
const FORWARD = { since: '12.6', until: '13.2', branches: [470, 525, 535] };

/**
 * Whether NVIDIA says that its compatibility libraries (`cuda-compat`) run a CUDA on an older driver branch. They do so on data center GPUs only.
 *
 * @param cuda the version, e.g. `13.1.1`
 * @param driverMajor the branch, e.g. 535
 *
 * @internal
 */
export function isForwardCompatible(cuda: string, driverMajor: number): boolean {
  const minor = cuda.split('.').slice(0, 2).join('.');
  const inRange = compareVersions(minor, FORWARD.since) >= 0 && compareVersions(minor, FORWARD.until) <= 0;
  return inRange && FORWARD.branches.includes(driverMajor);
}
