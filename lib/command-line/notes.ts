import { GpuNodeType } from '../catalog/gpu-node-type';
import { InferenceEngine } from '../catalog/inference-engine';
import { VllmNameKind, isVllmRead, vllmRead } from '../catalog/vllm-names';
import { engineGpuFaults } from '../planning/engine-capability';

/** One version of vLLM, by the name of its engine. */
const VERSION = /^vllm-(\d+\.\d+\.\d+)$/;

/**
 * What to know of an answer beside it.
 *
 * @param engine the engine that is planned
 * @param candidates hardware that was named to choose from
 *
 * @internal
 */
export function notesOf(
  engine: InferenceEngine = InferenceEngine.DEFAULT,
  candidates: readonly GpuNodeType[] = [],
): string[] {
  const left = candidates.flatMap((type) => engineGpuFaults(engine, type).map(({ reason }) => ({ type, reason })));
  const version = VERSION.exec(engine.name)?.[1];
  const isUnread = version !== undefined && !isVllmRead(VllmNameKind.ARGUMENT, version);
  const { first, last } = vllmRead(VllmNameKind.ARGUMENT);
  return [
    ...left.map(
      ({ type, reason }) => `note: ${type.name} is left out: ${reason.replace('use engine', 'use --engine')}`,
    ),
    ...(isUnread
      ? [
          `note: vLLM ${version} is none of the versions that are known (${first} to ${last}); it is planned as its neighbor`,
        ]
      : []),
  ];
}
