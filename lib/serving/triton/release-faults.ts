import { isForwardCompatible } from '../../catalog/cuda-driver';
import { isDataCenterGpu } from '../../catalog/gpu-type-table';
import { ImageCuda, TritonRelease, TritonVariant } from '../../catalog/serving-engine';
import { IGpuNodePool } from '../../core/gpu-node-pool';
import { Fault, fault } from '../../units/fault';
import { ModelDefinition, imageVariant } from './model-definition';
import { TritonDeploymentProps } from './triton-deployment-props';
import { allOf } from '../../units/unreadable';

/**
 * What a release cannot run on the nodes of a pool.
 *
 * @internal
 */
export function releaseFaults(nodePool: IGpuNodePool, release: TritonRelease, variant: TritonVariant): Fault[] {
  const { gpu, name } = nodePool.hardware;
  const faults: Fault[] = [];
  if (gpu.computeCapability < release.minimumComputeCapability) {
    const older = TritonRelease.ALL.filter(
      (candidate) => gpu.computeCapability >= candidate.minimumComputeCapability,
    ).pop();
    faults.push(
      fault(
        'GPU_TOO_OLD_FOR_RELEASE',
        'tritonRelease',
        `Triton ${release} supports compute capability ${release.minimumComputeCapability.toFixed(1)} and later, but ${gpu.name} (${name}) has ` +
          `${gpu.computeCapability.toFixed(1)}; ${older ? `use tritonRelease ${older} or a newer GPU` : 'use a newer GPU'}`,
      ),
    );
  }
  return allOf(
    () => faults,
    () => driverFaults(nodePool, release, variant),
    () => jetsonFaults(nodePool, release),
  );
}

/** First release without anything for Jetson: the notes of 2.66.0 (26.02) call it the last, those of 2.67.0 name no artifact. */
const WITHOUT_JETSON = '26.03';

function jetsonFaults({ hardware: { gpu, name } }: IGpuNodePool, release: TritonRelease): Fault[] {
  if (!gpu.name.startsWith('JETSON-') || release.release < WITHOUT_JETSON) return [];
  return [
    fault(
      'JETSON_WITHOUT_TRITON',
      'tritonRelease',
      `Triton ${release} is not published for Jetson, and ${name} has ${gpu.name}: 26.02 was the last release for it; serve language models there by ` +
        "vLLM's own server (VllmDeployment), or use tritonRelease 26.02 or earlier, although it has known vulnerabilities",
    ),
  ];
}

function driverFaults(pool: IGpuNodePool, release: TritonRelease, variant: TritonVariant): Fault[] {
  const { driverMajor, poolName } = pool;
  const cuda = release._cudaOf(variant);
  if (driverMajor === undefined || driverMajor >= cuda.minimumDriver || runsForward(pool, cuda)) return [];
  const older = TritonRelease.ALL.filter((candidate) => driverMajor >= candidate._cudaOf(variant).minimumDriver).pop();
  const image = variant === TritonVariant.TENSORRT_LLM ? ' for TensorRT-LLM' : '';
  return [
    fault(
      'DRIVER_TOO_OLD_FOR_RELEASE',
      'tritonRelease',
      `Triton ${release}${image} has CUDA ${cuda.version}, which needs driver ${cuda.minimumDriver} or later, but the nodes of pool ` +
        `'${poolName}' have ${driverMajor}; use nodes with a newer driver` +
        (older ? ` or, although it has known vulnerabilities, tritonRelease ${older}` : ''),
    ),
  ];
}

/** Whether NVIDIA's compatibility libraries, which the image has, run its CUDA on the older driver of a pool. */
function runsForward({ driverMajor = 0, hardware }: IGpuNodePool, { version, minimumDriver }: ImageCuda): boolean {
  if (driverMajor >= minimumDriver || !isDataCenterGpu(hardware.gpu.name)) return false;
  return isForwardCompatible(version, driverMajor);
}

/** Branches that the default release is ahead of the driver of EKS's image, 580: what the image's compatibility libraries are known to bridge. */
const DRIVERS_AHEAD = Number.parseInt(TritonRelease.DEFAULT.cudaDriver, 10) - 580;

/**
 * Advice about an image, whether or not its release was chosen.
 *
 * @internal
 */
export function releaseWarnings(
  { nodePool, tritonImage }: TritonDeploymentProps,
  release: TritonRelease,
  models: readonly ModelDefinition[],
): Fault[] {
  const variant = imageVariant(models);
  const cuda = release._cudaOf(variant);
  const advisories = tritonImage === undefined ? release.advisoriesOf(variant) : [];
  const { driverMajor } = nodePool;
  const ahead = driverMajor === undefined ? 0 : Number.parseInt(cuda.driver, 10) - driverMajor;
  const forward = driverMajor !== undefined && runsForward(nodePool, cuda);
  return allOf(
    () =>
      forward
        ? [
            fault(
              'CUDA_BY_COMPATIBILITY_LIBRARIES',
              'tritonRelease',
              `Triton ${release} has CUDA ${cuda.version}, for which driver ${driverMajor} of pool '${nodePool.poolName}' is too old by itself: ` +
                "it runs by NVIDIA's compatibility libraries in the image, on data center GPUs only; keep the image's entry point, which loads them, " +
                `or use nodes with driver ${cuda.minimumDriver} or later`,
            ),
          ]
        : [],
    () =>
      advisories.length > 0
        ? [
            fault(
              'VULNERABLE_RELEASE',
              'tritonRelease',
              `Triton ${release} has known vulnerabilities: ${advisories.map(({ id, effect }) => `${id} (${effect})`).join(', ')}; use ` +
                `tritonRelease ${TritonRelease.DEFAULT} or later, or tritonImage with an image that has the fixes`,
            ),
          ]
        : [],
    () =>
      ahead > DRIVERS_AHEAD && !forward
        ? [
            fault(
              'CUDA_NEWER_THAN_DRIVER',
              'tritonRelease',
              `Triton ${release} has CUDA ${cuda.version}, made for driver ${cuda.driver}, but the nodes of pool '${nodePool.poolName}' ` +
                `have ${driverMajor}: code that the driver compiles itself may fail; try it, use tritonRelease ${TritonRelease.DEFAULT}, or nodes with ` +
                'a newer driver',
            ),
          ]
        : [],
  );
}
