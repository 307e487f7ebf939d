import { concreteFault } from '../../core/tokens';
import { plainUrlFaults } from '../../core/url-faults';
import { Duration } from '../../units/duration';
import { Fault, fault } from '../../units/fault';
import { wholeAmountFault, wholeNumberFault } from '../../units/number-faults';
import { allOf, isUnreadable } from '../../units/unreadable';
import { KedaAutoscalingOptions } from './autoscaling-options';
import { wakeQueryFaults } from './wake-query';

/**
 * Longest window of a HorizontalPodAutoscaler, seconds.
 *
 * @see https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/horizontal-pod-autoscaler-v2/
 *
 * @internal
 */
export const LONGEST_WINDOW = 3600;

/**
 * The faults of what a scaler is told, whatever it scales.
 *
 * @param options the options
 * @param mayStopAll whether it may stop the last server
 *
 * @internal
 */
export function autoscalingFaults(options: KedaAutoscalingOptions, mayStopAll: boolean): Fault[] {
  const { minReplicas, maxReplicas, requestsPerServer } = options;
  const unknown = allOf(
    ...Object.entries({ minReplicas, maxReplicas, requestsPerServer }).map(
      ([property, value]) =>
        () =>
          concreteFault(property, value, 'the pool is proved to have room for all servers'),
    ),
  );
  if (unknown.length > 0) return unknown;
  return allOf(
    () => wholeNumberFault('maxReplicas', maxReplicas, 1),
    () => leastFaults(minReplicas, mayStopAll),
    () => orderFaults(minReplicas, maxReplicas),
    () => wholeNumberFault('requestsPerServer', requestsPerServer, 1),
    () => windowFaults('scaleDownWindow', options.scaleDownWindow),
    () => windowFaults('scaleUpWindow', options.scaleUpWindow),
    () => (mayStopAll ? wakeFaults(options) : []),
    () => (options.prometheusUrl === undefined ? [] : urlFaults(options.prometheusUrl)),
  );
}

function leastFaults(minReplicas: number | undefined, mayStopAll: boolean): Fault[] {
  if (minReplicas !== 0 || mayStopAll) return wholeNumberFault('minReplicas', minReplicas, 0);
  const reason =
    'minReplicas must be at least 1; got 0: a HorizontalPodAutoscaler never starts the first server, because it reads the metrics of those that run; ' +
    'use ServerAutoscaling.keda, which asks what is in front of them (wakeQuery)';
  return [fault('ZERO_NEEDS_KEDA', 'minReplicas', reason)];
}

function orderFaults(minReplicas: number | undefined, maxReplicas: number): Fault[] {
  if (minReplicas === undefined || isUnreadable(minReplicas) || isUnreadable(maxReplicas)) return [];
  if (!(maxReplicas >= 1) || minReplicas <= maxReplicas) return [];
  const reason = `minReplicas must be at most maxReplicas (${maxReplicas}); got ${minReplicas}; lower it, or raise maxReplicas`;
  return [fault('MINIMUM_ABOVE_MAXIMUM', 'minReplicas', reason)];
}

function windowFaults(property: string, given: Duration | undefined): Fault[] {
  if (given === undefined) return [];
  return wholeAmountFault(property, given.toSeconds(), 'seconds', `${given}`, 0, LONGEST_WINDOW);
}

function wakeFaults({ minReplicas, wakeQuery }: KedaAutoscalingOptions): Fault[] {
  if (wakeQuery === undefined && minReplicas === 0) {
    const reason =
      'wakeQuery is missing: with minReplicas 0 no server runs that could tell of requests, so that none would ever be started again; give PromQL that ' +
      "is above zero while callers ask, e.g. of a gateway's requests, or set minReplicas to 1";
    return [fault('NOTHING_WAKES', 'wakeQuery', reason)];
  }
  if (wakeQuery === undefined || isUnreadable(wakeQuery)) return [];
  if (minReplicas !== 0) {
    const reason = `wakeQuery is for models without servers, but minReplicas is ${minReplicas ?? 1}; remove it, or set minReplicas to 0`;
    return [fault('CONFLICTING_PROPERTIES', 'wakeQuery', reason)];
  }
  return wakeQueryFaults(wakeQuery);
}

function urlFaults(url: string): Fault[] {
  return plainUrlFaults('prometheusUrl', url, 'reach Prometheus within the cluster, where a network policy guards it');
}
