import { CapacityPlan } from './capacity-plan';
import { CapacitySearchRequest, CapacityTargets } from './capacity-request';

/**
 * What people wait for without complaint, where no target is given: tokens twice as fast as the 200 ms that MLPerf's Server scenario of
 * Llama 2 70B allows, which MLCommons derives from about 240 words a minute, and the 2 s to the first token of that scenario (as third parties
 * quote the page). That they are the bounds of a choice is a judgement of this project.
 *
 * @see https://mlcommons.org/2024/03/mlperf-llama2-70b/
 * @internal
 */
export const READABLE = { maxTimePerOutputTokenMs: 100, maxTimeToFirstTokenMs: 2000 } as const;

/**
 * The targets of a search: `READABLE` where none is given; none where weights stay in host memory, which gives up speed for a smaller GPU.
 *
 * @internal
 */
export function targetsOf({
  targets,
  cpuOffload,
}: Pick<CapacitySearchRequest, 'targets' | 'cpuOffload'>): CapacityTargets {
  if (targets && Object.values(targets).some((target) => target !== undefined)) return targets;
  return cpuOffload && cpuOffload.bytes > 0 ? {} : READABLE;
}

/**
 * A target that a plan does not reach.
 *
 * @internal
 */
export interface MissedTarget {
  readonly target: keyof CapacityTargets;
  /** The reached and the requested value. */
  readonly text: string;
}

/**
 * Targets that a plan misses.
 *
 * @param plan the plan
 * @param targets the targets
 * @param replicas number of replicas @default - that of the plan
 *
 * @internal
 */
export function missedTargets(
  plan: CapacityPlan,
  targets: CapacityTargets,
  replicas: number = plan.replicas,
): MissedTarget[] {
  const { maxTimePerOutputTokenMs: token, maxTimeToFirstTokenMs: first, minOutputTokensPerSecond: rate } = targets;
  const missed: MissedTarget[] = [];
  const late = (target: keyof CapacityTargets, what: string, reached: number, wanted: number | undefined) => {
    if (wanted !== undefined && reached > wanted)
      missed.push({ target, text: `${what} ${reached.toPrecision(4)} ms, wanted at most ${wanted}` });
  };
  late('maxTimePerOutputTokenMs', 'time per output token', plan.decodeLatencyMs, token);
  late('maxTimeToFirstTokenMs', 'time to first token', plan.timeToFirstTokenMs, first);
  const reached = (plan.outputTokensPerSecond * replicas) / plan.replicas;
  if (rate !== undefined && reached < rate) {
    const text = `output tokens per second ${Math.floor(reached)}, wanted at least ${rate}`;
    missed.push({ target: 'minOutputTokensPerSecond', text });
  }
  return missed;
}
