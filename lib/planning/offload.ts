import { Configuration } from './configuration';
import { draftWeights } from './draft-weights';
import { stageWeights } from './stage-weights';
import { Stage } from './stages';

/**
 * Bytes of the weights of one GPU of a stage, without room for adapters.
 *
 * @internal
 */
export function baseWeights(
  configuration: Configuration,
  stage: Stage,
  perLayer?: number[],
  drafting = draftWeights(configuration),
): number {
  return stageWeights(configuration, stage, perLayer) + (stage.last ? drafting : 0);
}

/**
 * Bytes of them that stay in host memory: no more than there are.
 *
 * @internal
 */
export function offloadedBytes(configuration: Configuration, stage: Stage): number {
  const { cpuOffloadBytes } = configuration;
  return cpuOffloadBytes > 0 ? Math.min(baseWeights(configuration, stage), cpuOffloadBytes) : 0;
}
