import { CapacityPlan } from '../../planning/capacity-plan';

/** Seconds between two liveness probes. */
const LIVENESS_PERIOD = 15;
const READINESS_PERIOD = 10;
/** Least time without any sign of work before a restart, seconds: the first request of a shape may compile kernels. */
const SHORTEST_STALL = 180;

/**
 * What the longest prompt takes in one step, in seconds.
 *
 * @internal
 */
export function longestPromptSeconds(plan: CapacityPlan): number {
  return (plan.timeToFirstTokenMs * plan.contextLength) / Math.max(1, plan.inputTokens) / 1000;
}

/**
 * Seconds that a server may do nothing at all, though asked, before it is restarted: three minutes, or longer.
 *
 * @param silent seconds that each model may be silent while it works
 *
 * @internal
 */
export function stallOf(silent: readonly number[]): number {
  return Math.max(SHORTEST_STALL, Math.ceil(Math.max(...silent) / LIVENESS_PERIOD) * LIVENESS_PERIOD);
}

/**
 * The readiness and liveness probes of a server: a command that asks every model, and notes what it has done since.
 *
 * @param command the command by the name of the probe
 * @param models number of models
 * @param stall seconds that a server may do nothing before it is restarted
 *
 * @internal
 */
export function stallProbes(command: (probe: string) => string[], models: number, stall: number) {
  const probe = (name: string) => ({
    exec: { command: command(name) },
    // Every step of the command has a limit of its own; this one is for a container that is starved of CPU.
    timeoutSeconds: 5 + 15 * models,
  });
  return {
    readinessProbe: {
      ...probe('readiness'),
      periodSeconds: READINESS_PERIOD,
      failureThreshold: Math.max(3, Math.ceil(stall / 4 / READINESS_PERIOD)),
      successThreshold: 1,
    },
    livenessProbe: {
      ...probe('liveness'),
      periodSeconds: LIVENESS_PERIOD,
      failureThreshold: Math.ceil(stall / LIVENESS_PERIOD),
    },
  };
}

/**
 * A server listens only after its models are loaded: until then only the startup probe may run.
 *
 * @param path path that answers once it serves
 * @param seconds how long loading may take
 * @param port name of the port that it answers on
 *
 * @internal
 */
export function startupProbe(path: string, seconds: number, port: string = 'http') {
  return {
    httpGet: { path, port },
    periodSeconds: 10,
    timeoutSeconds: 5,
    failureThreshold: Math.ceil(seconds / 10),
  };
}
