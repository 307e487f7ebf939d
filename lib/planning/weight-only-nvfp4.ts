import { GpuNodeType } from '../catalog/gpu-node-type';
import { GpuType } from '../catalog/gpu-type';
import { InferenceEngine } from '../catalog/inference-engine';
import { compareVersions } from '../catalog/metric';
import { Precision } from '../catalog/precision';
import { Fault, fault } from '../units/fault';

/** GPUs from here on multiply in NVFP4. */
const COMPUTED_FROM = 10;

/**
 * Whether a GPU multiplies in NVFP4; others have its weights widened to 16 bits.
 *
 * @internal
 */
export function computesNvfp4(gpu: GpuType): boolean {
  return gpu.computeCapability >= COMPUTED_FROM;
}

/**
 * Since which vLLM weights in NVFP4 run from which compute capability on, by Marlin's kernels, experts too: the first versions whose both kinds of files do,
 * those of ModelOpt (`get_min_capability` of `ModelOptNvFp4Config`: 10.0 in 0.8.5, 8.0 in 0.9.0 to 0.13.0, 7.5 since 0.14.0) and of llm-compressor
 * (`CompressedTensorsW4A16Fp4`: 8.0 in 0.9.0 to 0.15.1, 7.5 since 0.16.0). The oldest first.
 */
const SINCE: readonly (readonly [version: string, capability: number])[] = [
  ['0.9.0', 8],
  ['0.16.0', 7.5],
];

/**
 * Weights in NVFP4 on a GPU that does not compute in it, in an engine that has no kernel for them there: TensorRT-LLM's support matrix has none before
 * Blackwell, and what SGLang has is not known.
 *
 * @see https://nvidia.github.io/TensorRT-LLM/reference/support-matrix.html
 *
 * @internal
 */
export function nvfp4Faults(
  engine: InferenceEngine,
  { gpu, name }: Pick<GpuNodeType, 'gpu' | 'name'>,
  precision: Precision,
): Fault[] {
  if (precision.name !== Precision.NVFP4.name || computesNvfp4(gpu)) return [];
  const from = capabilityOf(engine);
  if (gpu.computeCapability >= from) return [];
  const since = SINCE.find(([, capability]) => gpu.computeCapability >= capability)?.[0];
  const cure = since
    ? `vLLM since ${since} keeps weights alone in it there: use that, int4 or 16 bits`
    : 'use int4 or 16 bits';
  const reason =
    `${engine.name} runs ${precision.name} from compute capability ${from.toFixed(1)} on, but ${gpu.name} (${name}) has ` +
    `${gpu.computeCapability.toFixed(1)}; ${cure}`;
  return [fault('ENGINE_LACKS_PRECISION', 'precision', reason)];
}

function capabilityOf(engine: InferenceEngine): number {
  if (!engine._isVllm) return COMPUTED_FROM;
  // Of a range of versions the last.
  const version = engine._start?.version;
  const known = SINCE.filter(([since]) => version === undefined || compareVersions(version, since) >= 0);
  return Math.min(COMPUTED_FROM, ...known.map(([, capability]) => capability));
}
