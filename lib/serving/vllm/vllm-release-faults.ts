import { VllmRelease } from '../../catalog/vllm-release';
import { IGpuNodePool } from '../../core/gpu-node-pool';
import { Fault, fault } from '../../units/fault';
import { allOf } from '../../units/unreadable';
import { VllmDeploymentProps } from './vllm-deployment-props';

/**
 * What a release of vLLM cannot run on the nodes of a pool.
 *
 * @internal
 */
export function vllmReleaseFaults({ hardware, driverMajor, poolName }: IGpuNodePool, release: VllmRelease): Fault[] {
  const { gpu, name } = hardware;
  const { minimumComputeCapability: capability, minimumDriver } = release;
  const older = (runs: (each: VllmRelease) => boolean) => VllmRelease.ALL.filter(runs).pop();
  return allOf(
    () => {
      if (gpu.computeCapability >= capability) return [];
      const before = older((each) => gpu.computeCapability >= each.minimumComputeCapability);
      const reason =
        `vLLM ${release} supports compute capability ${capability.toFixed(1)} and later, but ${gpu.name} (${name}) has ` +
        `${gpu.computeCapability.toFixed(1)}; ${before ? `use vllmRelease ${before} or a newer GPU` : 'use a newer GPU'}`;
      return [fault('GPU_TOO_OLD_FOR_RELEASE', 'vllmRelease', reason)];
    },
    () => {
      if (driverMajor === undefined || driverMajor >= minimumDriver) return [];
      const before = older((each) => driverMajor >= each.minimumDriver);
      const known = before && before.advisories.length > 0 ? ', although it has known vulnerabilities,' : '';
      const reason =
        `vLLM ${release} has CUDA ${release.cudaVersion}, which needs driver ${minimumDriver} or later, but the nodes of pool '${poolName}' have ` +
        `${driverMajor}; use nodes with a newer driver${before ? ` or${known} vllmRelease ${before}` : ''}`;
      return [fault('DRIVER_TOO_OLD_FOR_RELEASE', 'vllmRelease', reason)];
    },
  );
}

/**
 * Advice about an image, whether or not its release was chosen.
 *
 * @internal
 */
export function vllmReleaseWarnings({ vllmImage }: VllmDeploymentProps, release: VllmRelease): Fault[] {
  const { advisories } = release;
  if (vllmImage !== undefined || advisories.length === 0) return [];
  const listed = advisories.map(({ id, effect }) => `${id} (${effect})`).join(', ');
  const reason =
    `vLLM ${release} has known vulnerabilities: ${listed}; use vllmRelease ${VllmRelease.DEFAULT} or later, or vllmImage with an image that has ` +
    'the fixes';
  return [fault('VULNERABLE_RELEASE', 'vllmRelease', reason)];
}
