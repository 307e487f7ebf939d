import { Value } from './exchange';
import { Gap, Memory } from './gap';

interface Update {
  readonly id: string;
  readonly type: 'ConfigUpdate' | 'VersionUpdate';
  /** Body of UpdateNodegroupConfig or UpdateNodegroupVersion. */
  readonly sent: Value;
}

const CREATE = /^\/clusters\/[^/]+\/node-groups$/;
const UPDATE = /^\/clusters\/([^/]+)\/node-groups\/([^/]+)\/update-(config|version)$/;
const DESCRIBE_UPDATE = /^\/clusters\/[^/]+\/updates\/([^/]+)$/;

/**
 * UpdateNodegroupConfig, UpdateNodegroupVersion and the description of their updates, which the emulator does not have: what is sent is
 * done at once, and stands in later descriptions of the node group. Names and forms are those of the EKS API.
 *
 * @see https://docs.aws.amazon.com/eks/latest/APIReference/API_UpdateNodegroupConfig.html
 * @see https://docs.aws.amazon.com/eks/latest/APIReference/API_UpdateNodegroupVersion.html
 */
export function nodeGroupUpdates(): Gap {
  return {
    id: 'node group: updated in place',
    answer({ service, method, path, sent }, memory) {
      if (service !== 'eks') return undefined;
      const [, cluster, group, what] = UPDATE.exec(path) ?? [];
      if (method === 'POST' && group) {
        const id = `update-${[...memory.values()].flat().length + 1}`;
        const update: Update = { id, type: what === 'config' ? 'ConfigUpdate' : 'VersionUpdate', sent };
        memory.set(`${cluster}/${group}`, [...updatesOf(memory, `${cluster}/${group}`), update]);
        return { update: described(update) };
      }
      const [, id] = DESCRIBE_UPDATE.exec(path) ?? [];
      const known = ([...memory.values()].flat() as Update[]).find((it) => it.id === id);
      return method === 'GET' && known ? { update: described(known) } : undefined;
    },
    remember(exchange, memory) {
      if (exchange.service !== 'eks' || exchange.method !== 'POST' || !CREATE.test(exchange.path)) return;
      memory.delete(keyOf(JSON.parse(exchange.answer).nodegroup));
    },
    restore(exchange, memory) {
      if (exchange.service !== 'eks' || !exchange.answer.startsWith('{')) return 0;
      const body = JSON.parse(exchange.answer);
      const updates = body.nodegroup ? updatesOf(memory, keyOf(body.nodegroup)) : [];
      if (updates.length === 0) return 0;
      body.nodegroup = updates.reduce(
        (group, { type, sent }) => (type === 'ConfigUpdate' ? configured(group, sent) : ofVersion(group, sent)),
        body.nodegroup,
      );
      exchange.answer = JSON.stringify(body);
      return updates.length;
    },
  };
}

function described({ id, type }: Update) {
  return { id, status: 'Successful', type, params: [], errors: [] };
}

function updatesOf(memory: Memory, key: string): Update[] {
  return (memory.get(key) ?? []) as Update[];
}

function keyOf(group: Value): string {
  return `${group.clusterName as string}/${group.nodegroupName as string}`;
}

/** A node group after UpdateNodegroupVersion: what is not sent stays as it is. */
function ofVersion(group: Value, { version, releaseVersion, launchTemplate }: Value): Value {
  return {
    ...group,
    version: version ?? group.version,
    releaseVersion: releaseVersion ?? group.releaseVersion,
    launchTemplate: launchTemplate ? { ...group.launchTemplate, ...launchTemplate } : group.launchTemplate,
  };
}

function configured(group: Value, sent: Value): Value {
  const { labels, taints, scalingConfig, updateConfig } = sent;
  const kept = Object.entries(group.labels ?? {}).filter(([name]) => !labels?.removeLabels?.includes(name));
  const isSame = (a: Value, b: Value) => a.key === b.key && a.effect === b.effect;
  const changed = [...(taints?.addOrUpdateTaints ?? []), ...(taints?.removeTaints ?? [])];
  return {
    ...group,
    labels: { ...Object.fromEntries(kept), ...labels?.addOrUpdateLabels },
    taints: [
      ...(group.taints ?? []).filter((taint: Value) => !changed.some((it) => isSame(it, taint))),
      ...(taints?.addOrUpdateTaints ?? []),
    ],
    scalingConfig: { ...group.scalingConfig, ...scalingConfig },
    updateConfig: updateConfig ?? group.updateConfig,
  };
}
