import { GpuNodeType } from '../catalog/gpu-node-type';
import { GpuVendor } from '../catalog/gpu-vendor';
import { InferenceEngine } from '../catalog/inference-engine';
import { compareVersions } from '../catalog/metric';
import { VllmRelease } from '../catalog/vllm-release';

const EXACT_VERSION = /^vllm-(\d+\.\d+\.\d+)$/;

/**
 * Why the images of a version of vLLM do not run on a GPU, as `VllmDeployment` refuses them. Of a version without a release in the catalog the
 * last one before it counts.
 *
 * @param engine as it was asked for
 *
 * @internal
 */
export function oldGpuText(engine: InferenceEngine | undefined, { gpu, name }: GpuNodeType): string | undefined {
  const version = EXACT_VERSION.exec(engine?.name ?? '')?.[1];
  if (version === undefined || gpu.vendor !== GpuVendor.NVIDIA) return undefined;
  const runs = ({ minimumComputeCapability: least }: VllmRelease) => gpu.computeCapability >= least;
  const release = VllmRelease.ALL.filter(({ vllmVersion }) => compareVersions(vllmVersion, version) <= 0).pop();
  if (release === undefined || runs(release)) return undefined;
  const older = VllmRelease.ALL.filter(runs).pop();
  return (
    `does not run: vLLM ${version} supports compute capability ${release.minimumComputeCapability.toFixed(1)} and later, but ${gpu.name} (${name}) has ` +
    `${gpu.computeCapability.toFixed(1)}; use ${older ? `--engine vllm-${older.vllmVersion}` : 'an older version'} or a newer GPU`
  );
}
