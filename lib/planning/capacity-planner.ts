import { untitled } from '../units/fault';
import { throwIfFaulty } from '../units/errors';
import { CapacityPlan } from './capacity-plan';
import { CapacityRequest, CapacitySearchRequest } from './capacity-request';
import { smallestFit } from './choose-parallelism';
import { defaultPrecision } from './default-precision';
import { planOf } from './judge';
import { candidateCount, searchPlans } from './search';
import { requestFaults, resolveLoad, setupOf } from './setup';
import { missedTargets } from './targets';
import { alternatives } from './alternatives';

/**
 * Says before anything is paid for whether a model fits, how fast it is, and which hardware is the cheapest that will do.
 */
export class CapacityPlanner {
  /**
   * Judges one choice of hardware. A choice that does not fit gives a plan too, with `fits` false, the shortfall and ways out.
   *
   * @param request the model, its load and the hardware
   * @throws UnscopedValidationError with all faults: a precision the GPU lacks, a tensor degree that does not divide the heads, a
   * context beyond the model, numbers that are no numbers
   */
  public static plan(request: CapacityRequest): CapacityPlan {
    const precision = request.precision ?? defaultPrecision(request.model, request.instanceType, request.engine);
    const load = resolveLoad(request, requestFaults(request, precision));
    const { instanceType, pricePerHour, utilization, parallelism, replicas } = request;
    const hardware = { instanceType, precision, pricePerHour, utilization };
    const chosen = parallelism ?? smallestFit(load, hardware, request.maxNodes ?? 1).setup.parallelism;
    const setup = setupOf(load, hardware, chosen.withReplicas(replicas ?? chosen.data));
    return planOf(setup, () => alternatives(setup));
  }

  /**
   * Plans of everything that fits, best first: those that meet all targets before those that do not, the cheapest first.
   *
   * @param request the model, its load, the targets and the candidates
   * @returns an empty list when nothing fits
   * @throws UnscopedValidationError with all faults
   */
  public static search(request: CapacitySearchRequest): CapacityPlan[] {
    return searchPlans(request);
  }

  /**
   * How many combinations of hardware, precision and parallelism a search judges.
   *
   * @param request as for `search`
   * @throws UnscopedValidationError with all faults
   */
  public static countCandidates(request: CapacitySearchRequest): number {
    return candidateCount(request);
  }

  /**
   * The smallest hardware that a model fits on and that meets the targets.
   *
   * @param request as for `search`
   * @throws UnscopedValidationError when nothing does, with what comes nearest
   */
  public static fitOn(request: CapacitySearchRequest): CapacityPlan {
    const plans = searchPlans({ ...request, limit: 1 });
    if (plans.length === 0) {
      throwIfFaulty([
        untitled(
          `${request.model.name} fits on none of the candidates with a context of ${request.contextLength ?? 'the default length'} and ` +
            `${request.concurrency ?? 'the default number of'} sequences; allow more nodes (maxNodes), fewer bits (precisions) or a shorter context`,
        ),
      ]);
    }
    const [nearest] = plans;
    const misses = missedTargets(nearest, request.targets ?? {}).map(({ text }) => text);
    throwIfFaulty(
      misses.length === 0
        ? []
        : [
            untitled(
              `${request.model.name} meets the targets on none of the candidates; the nearest is ${nearest.nodes} × ${nearest.instanceType.name} ` +
                `(${nearest.parallelism}): ${misses.join('; ')}; lower the targets, or allow more replicas (maxReplicas) or other candidates`,
            ),
          ],
    );
    return nearest;
  }
}
