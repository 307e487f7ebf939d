/**
 * Oldest driver branch that runs what was built with a major version of CUDA, by minor version compatibility: without what a later driver
 * brought, and without code that the driver itself compiles (PTX).
 *
 * @see https://docs.nvidia.com/deploy/cuda-compatibility/minor-version-compatibility.html
 */
const MINIMUM_DRIVER: { readonly [cudaMajor: string]: number } = { '12': 525, '13': 580 };

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
