import { throwIfFaulty } from '../units/errors';
import { fault } from '../units/fault';
import { alternatives } from './alternatives';
import { CapacityPlan } from './capacity-plan';
import { CapacityRequest, CapacitySearchRequest } from './capacity-request';
import { smallestFit } from './choose-parallelism';
import { resolveLoad } from './configuration';
import { planForEdge } from './edge-plan';
import { EdgeCapacityRequest } from './edge-request';
import { planOf } from './evaluate';
import { NetworkComparison } from './network-comparison';
import { precisionOf, requestFaults } from './request-faults';
import { settledConfiguration } from './scheduled-sequences';
import { searchPlans } from './search';
import { missedTargets } from './targets';
import { checkArguments } from '../units/argument-faults';

/**
 * Determines, before anything is paid for, whether a model fits, how fast it is, and which hardware is the cheapest that suffices.
 */
export class CapacityPlanner {
  /**
   * Evaluates one choice of hardware. A choice that does not fit also returns a plan, with `fits` false, the shortfall, and alternatives
   * that fit.
   *
   * @param request the model, its load and the hardware
   * @throws UnscopedValidationError with all faults: a precision the GPU lacks, a tensor degree that does not divide the heads, a
   * context beyond the model, numbers out of their range
   */
  public static plan(request: CapacityRequest): CapacityPlan {
    const load = resolveLoad(request, requestFaults(request));
    const precision = precisionOf(request);
    const { instanceType, pricePerHour, utilization, parallelism, replicas, maxNodes, powerBudget } = request;
    const hardware = { instanceType, precision, pricePerHour, utilization, maxNodes, powerBudget };
    const chosen = parallelism ?? smallestFit(load, hardware, request.maxNodes ?? 1).configuration.parallelism;
    const configuration = settledConfiguration(load, hardware, chosen.withReplicas(replicas ?? chosen.replicas));
    return planOf(configuration, () => alternatives(configuration));
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
   * The plan of a machine of a site: the widest format in which the model fits its memory, reaches the targets, and stays within the watts. Of a
   * Jetson, whose memory is the host's too, the engine takes what the host does not need.
   *
   * @param request the model, its load, the machine and its watts
   * @throws UnscopedValidationError with all faults: watts that the GPUs cannot be held within, hardware without CUDA, a model that fits in no
   * format, with what each lacks, and targets that were given and are not reached
   */
  public static forEdge(request: EdgeCapacityRequest): CapacityPlan {
    return planForEdge(request);
  }

  /**
   * What RDMA between nodes saves against TCP, for servers that are groups of several nodes, such as two machines of a rack at a site.
   *
   * @param request as for `plan`, without `network`, with hardware that has RDMA and a `parallelism` of more GPUs than a node
   * @throws UnscopedValidationError as `plan`, and where there is nothing to compare
   */
  public static compareNetworks(request: CapacityRequest): NetworkComparison {
    return NetworkComparison._of(request, (each) => CapacityPlanner.plan(each));
  }

  /**
   * The cheapest hardware that a model fits on and that meets the targets given; without targets, as near as possible to those of `search`.
   *
   * @param request as for `search`
   * @throws UnscopedValidationError when nothing fits, or nothing reaches the targets, with the nearest choice
   */
  public static cheapest(request: CapacitySearchRequest): CapacityPlan {
    const plans = searchPlans({ ...request, limit: 1 });
    if (plans.length === 0) {
      const { model, contextLength, concurrency } = request;
      const load = `a context of ${contextLength ?? 'the default length'} and ${concurrency ?? 'the default number of'} sequences`;
      const cure = 'allow more nodes (maxNodes), fewer bits (precisions) or a shorter context';
      throwIfFaulty([
        fault('MODEL_FITS_NOWHERE', undefined, `${model.name} fits on none of the candidates with ${load}; ${cure}`),
      ]);
    }
    const [nearest] = plans;
    const nodes = `${nearest.nodes} × ${nearest.instanceType.name} (${nearest.parallelism})`;
    const cure = 'relax the target, or allow more replicas (maxReplicas) or other candidates';
    throwIfFaulty(
      missedTargets(nearest, request.targets ?? {}).map(({ target, text }) => {
        const reason = `no candidate for ${request.model.name} reaches the target; the nearest, ${nodes}, has ${text}; ${cure}`;
        return fault('TARGET_NOT_REACHED', `targets.${target}`, reason);
      }),
    );
    return nearest;
  }
}

checkArguments('CapacityPlanner', CapacityPlanner);
