import { scriptAsset } from '../../kubernetes/script-asset';
import { BackendModel } from './model-definition';

/** Mount path of the probes in Triton's container. */
export const PROBES_MOUNT = '/etc/triton-probes';

const SCRIPT = 'probe-models.sh';
/** Seconds between two liveness probes. */
const LIVENESS_PERIOD = 15;
const READINESS_PERIOD = 10;
/** Least time without any sign of work before a restart, seconds: the first request of a shape may compile kernels. */
const SHORTEST_STALL = 180;

/**
 * Files of the probes, by their keys in the config map.
 *
 * @internal
 */
export function probeFiles(models: readonly BackendModel[]): { [key: string]: string } {
  const sorted = [...models].sort((a, b) => (a.name < b.name ? -1 : 1));
  const files: { [key: string]: string } = { [SCRIPT]: scriptAsset(SCRIPT) };
  files['probe.models'] = sorted.map(({ name, probe }) => `${name} ${probe.kind} ${probe.tensorBytes ?? 0}\n`).join('');
  for (const { name, probe } of sorted) if (probe.request) files[`probe.json.${name}`] = JSON.stringify(probe.request);
  return files;
}

/**
 * Where the probes' files are below their mount, by key.
 *
 * @internal
 */
export function probeItems(models: readonly BackendModel[]): { key: string; path: string }[] {
  const path = (key: string) => (key.startsWith('probe.json.') ? `${key.slice('probe.json.'.length)}.json` : key);
  return Object.keys(probeFiles(models)).map((key) => ({ key, path: key === 'probe.models' ? 'models' : path(key) }));
}

/**
 * Seconds that a server may do nothing at all, though asked, before it is restarted: four times what the longest prompt takes in one step
 * where that is longer than three minutes; for an engine that does not count its tokens also twice the longest answer.
 *
 * @internal
 */
export function stallSeconds(models: readonly BackendModel[]): number {
  const each = models.map(({ plan, probe }) => {
    if (!plan) return 0;
    const prompt = (plan.timeToFirstTokenMs * plan.contextLength) / Math.max(1, plan.inputTokens);
    const answer = probe.kind === 'blind' ? plan.decodeLatencyMs * plan.contextLength : 0;
    return (4 * prompt + 2 * answer) / 1000;
  });
  return Math.max(SHORTEST_STALL, Math.ceil(Math.max(...each) / LIVENESS_PERIOD) * LIVENESS_PERIOD);
}

/**
 * The readiness and liveness probes of a server. Each asks every model, see `assets/probe-models.sh`.
 *
 * @param models number of models
 * @param stall seconds that a server may do nothing before it is restarted
 *
 * @internal
 */
export function modelProbes(models: number, stall: number) {
  const probe = (name: string) => ({
    exec: { command: ['/bin/sh', `${PROBES_MOUNT}/${SCRIPT}`, name] },
    // Every step of the script has a limit of its own; this one is for a container that is starved of CPU.
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
