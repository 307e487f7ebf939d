import { scriptAsset } from '../../kubernetes/script-asset';
import { longestPromptSeconds, stallOf, stallProbes } from '../pod/stall-probes';
import { BackendModel } from './model-definition';

/** Mount path of the probes in Triton's container. */
export const PROBES_MOUNT = '/etc/triton-probes';

const SCRIPT = 'probe-models.sh';
/**
 * Files of the probes, by their keys in the config map.
 *
 * @internal
 */
export function probeFiles(models: readonly BackendModel[]): { [key: string]: string } {
  const sorted = [...models].sort((a, b) => (a.name < b.name ? -1 : 1));
  const files: { [key: string]: string } = { [SCRIPT]: scriptAsset(SCRIPT) };
  files['probe.models'] = sorted.map(lineOf).join('');
  for (const { name, probe } of sorted) if (probe.request) files[`probe.json.${name}`] = JSON.stringify(probe.request);
  return files;
}

function lineOf({ name, probe: { kind, tensorBytes = 0, varied } }: BackendModel): string {
  const words = [name, kind, tensorBytes, ...(varied ? [varied.random, varied.size, varied.count] : [])];
  return `${words.join(' ')}\n`;
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
    const answer = probe.kind === 'blind' ? (plan.decodeLatencyMs * plan.contextLength) / 1000 : 0;
    return 4 * longestPromptSeconds(plan) + 2 * answer;
  });
  return stallOf(each);
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
  return stallProbes((name) => ['/bin/sh', `${PROBES_MOUNT}/${SCRIPT}`, name], models, stall);
}
