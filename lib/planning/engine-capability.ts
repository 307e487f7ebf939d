import { GpuNodeType } from '../catalog/gpu-node-type';
import { GpuVendor } from '../catalog/gpu-vendor';
import { InferenceEngine } from '../catalog/inference-engine';
import { VllmRelease } from '../catalog/vllm-release';
import { Fault, fault } from '../units/fault';

/** A version of vLLM, by the name of its engine. */
const EXACT_VERSION = /^vllm-(\d+\.\d+\.\d+)$/;

/**
 * That the images of a version of vLLM do not run on a GPU, as `VllmDeployment` refuses them, with the last that do. What an image of one's own
 * was built for is known to the deployment alone: see `InferenceEngine._anyGpu`.
 *
 * @internal
 */
export function engineGpuFaults(
  engine: InferenceEngine = InferenceEngine.DEFAULT,
  { gpu, name }: GpuNodeType,
): Fault[] {
  const { _computeCapability: least } = engine;
  if (least === undefined || gpu.vendor !== GpuVendor.NVIDIA || gpu.computeCapability >= least) return [];
  const version = EXACT_VERSION.exec(engine.name)?.[1];
  const older = VllmRelease.ALL.filter((each) => gpu.computeCapability >= each.minimumComputeCapability).pop();
  const reason =
    `${version === undefined ? engine : `vLLM ${version}`} supports compute capability ${least.toFixed(1)} and later, but ${gpu.name} (${name}) has ` +
    `${gpu.computeCapability.toFixed(1)}; use ${older ? `engine vllm-${older.vllmVersion}` : 'an older version'} or a newer GPU`;
  return [fault('GPU_TOO_OLD_FOR_ENGINE', 'engine', reason)];
}

/**
 * The same of hardware to choose from: nothing where the engine runs on some of it.
 *
 * @internal
 */
export function noEngineGpuFaults(engine: InferenceEngine | undefined, types: readonly GpuNodeType[]): Fault[] {
  const faults = types.map((type) => engineGpuFaults(engine, type));
  return faults.every((own) => own.length > 0) ? faults.flat() : [];
}
