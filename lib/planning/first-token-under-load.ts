import { CapacityPlan } from './capacity-plan';

/**
 * Time to the first token that 99 of 100 requests stay below under the load of a plan, milliseconds.
 *
 * `concurrency` requests that each take `TTFT + out × TPOT` arrive at random, and their prompts are computed one after another, each in
 * `TTFT`: a queue with random arrivals and one server of constant service time. With its utilization `u = concurrency × TTFT / (TTFT +
 * out × TPOT)`, the mean wait is `u × TTFT / 2(1 - u)` (Pollaczek-Khinchine), and an exponential tail of that mean, which a share `u` of
 * the requests sees, is below `mean / u × ln(100 u)` for 99 of 100. Nobody waits for more than all the others. The running step, at most
 * one `TPOT`, comes on top.
 *
 * @internal
 */
export function firstTokenUnderLoadMs(plan: CapacityPlan): number {
  const { concurrency, outputTokens, timeToFirstTokenMs: first, decodeLatencyMs: token } = plan;
  const others = Math.max(0, concurrency - 1) * first;
  const utilization = (concurrency * first) / (first + outputTokens * token);
  const meanOfWaiting = first / (2 * (1 - utilization));
  const tail = utilization < 1 ? meanOfWaiting * Math.max(0, Math.log(100 * utilization)) : Infinity;
  return first + Math.min(others, tail) + token;
}
