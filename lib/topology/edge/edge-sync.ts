import { Construct } from 'constructs';
import { IGpuNodePool } from '../../core/gpu-node-pool';
import { kubernetesName } from '../../core/naming';
import { ModelCache } from '../../serving/pod/model-cache';
import { servedName } from '../../serving/vllm/served-name';
import { ServedModel } from '../../serving/vllm/served-model';
import { ModelSync } from '../../storage/sync/model-sync';
import { DataSize } from '../../units/data-size';
import { Duration } from '../../units/duration';
import { Fault, fault } from '../../units/fault';
import { allOf } from '../../units/unreadable';
import { AssignedModel } from '../shared/model-assignment';
import { makePart } from '../shared/parts';
import { GivenServing, isVllm, servingOf, vllmServingOf } from '../shared/serving-options';
import { EdgeSyncOptions } from './edge-sync-options';
import { EdgeTopologyProps } from './edge-topology-props';

const DEFAULT_CHANNEL = 'stable';
/** Room for what a checkpoint has beside what is planned: some leave attention in 16 bits, and tokenizers are files too. A choice. */
const RESERVE = 1.25;

/**
 * The models of a site: those that are kept at a channel have it as their version.
 *
 * @internal
 */
export function syncedModels({ models, sync }: EdgeTopologyProps): readonly ServedModel[] {
  if (sync === undefined) return models;
  return models.map((served) => ({ ...served, version: served.version ?? sync.channel ?? DEFAULT_CHANNEL }));
}

/**
 * What contradicts that the models of a site are kept at a channel.
 *
 * @internal
 */
export function syncFaults({ models, sync }: EdgeTopologyProps, serving: GivenServing, nodes: number): Fault[] {
  if (sync === undefined) return [];
  const conflict = (property: string, reason: string) => fault('CONFLICTING_PROPERTIES', property, reason);
  const of = isVllm(serving) ? vllmServingOf : servingOf;
  const [all, byModel] = isVllm(serving) ? ['vllmServing', 'vllmServingByModel'] : ['serving', 'servingByModel'];
  const own = isVllm(serving) ? serving.vllmServing : serving.serving;
  return allOf(
    () =>
      nodes > 1
        ? [
            conflict(
              'sync',
              `sync keeps weights in a claim that pods of one machine mount, but the site has ${nodes}; leave it out, and make a ModelSync with a claim ` +
                'that all of them mount (ReadWriteMany)',
            ),
          ]
        : [],
    () =>
      models.flatMap(({ version }, index) => {
        if (version === undefined) return [];
        const reason = `models[${index}].version is '${version}', but sync serves the newest of channel '${sync.channel ?? DEFAULT_CHANNEL}'; remove one of the two`;
        return [conflict(`models[${index}].version`, reason)];
      }),
    () => {
      const named = models.map(servedName).filter((name) => of(serving, name).modelCache !== undefined);
      const places = named.map((name) => (own?.modelCache ? `${all}.modelCache` : `${byModel}.${name}.modelCache`));
      return [...new Set(places)].map((place) =>
        conflict(place, `${place} is another place for weights than those of sync; remove one of the two`),
      );
    },
  );
}

/**
 * What keeps the models of a site, and how they are served from there.
 *
 * @internal
 */
export interface MadeSyncs {
  readonly syncs: Map<string, ModelSync>;
  readonly serving: GivenServing;
}

/**
 * Keeps each model at its channel.
 *
 * @param faults faults so far
 *
 * @internal
 */
export function makeSyncs(
  scope: Construct,
  { sync, site, modelStore, imageRegistry }: EdgeTopologyProps & { readonly sync: EdgeSyncOptions },
  given: { readonly serving: GivenServing; readonly nodePool: IGpuNodePool; readonly maxUplinkOutage: Duration },
  assigned: readonly AssignedModel[],
  faults: Fault[],
): MadeSyncs {
  const { serving, nodePool, maxUplinkOutage } = given;
  const { cluster, nodeSelector } = nodePool;
  const syncs = new Map<string, ModelSync>();
  const caches: { [model: string]: ModelCache } = {};
  const own: Fault[] = [];
  for (const { resolved } of assigned) {
    const { name, plan, storedSize } = resolved;
    if (scope.node.tryFindChild(`Sync-${name}`)) continue;
    const server = kubernetesName(name);
    const { namespace } = isVllm(serving) ? vllmServingOf(serving, name) : servingOf(serving, name);
    const made = makePart(
      own,
      () =>
        new ModelSync(scope, `Sync-${name}`, {
          ...{ cluster, modelStore, site, nodeSelector, namespace, imageRegistry, maxUplinkOutage, ...sync },
          ...{ model: name, variant: plan.precision.name, servers: [server], name: kubernetesName(`${server}-sync`) },
          modelSize: DataSize.gib(Math.ceil(storedSize.gib * RESERVE)),
        }),
    );
    if (!made) continue;
    syncs.set(name, made);
    caches[name] = ModelCache.synced({ claimName: made.claimName, size: made.cacheSize });
  }
  const once = own.filter(({ reason }, index) => own.findIndex((other) => other.reason === reason) === index);
  faults.push(...once.map((found) => ofOptions(found, sync)));
  return { syncs, serving: withCaches(serving, caches) };
}

/** Options of all syncs are reported where the topology has them. */
function ofOptions({ id, property = '', reason }: Fault, sync: EdgeSyncOptions): Fault {
  const [head] = property.split(/[.[]/);
  return fault(id, Object.hasOwn(sync, head) ? `sync.${property}` : property || 'sync', reason);
}

function withCaches(serving: GivenServing, caches: { readonly [model: string]: ModelCache }): GivenServing {
  const added = <T extends object>(byModel: { readonly [model: string]: T } = {}) => ({
    ...byModel,
    ...Object.fromEntries(
      Object.entries(caches).map(([name, modelCache]) => [name, { ...(byModel[name] as T | undefined), modelCache }]),
    ),
  });
  return isVllm(serving)
    ? { ...serving, vllmServingByModel: added(serving.vllmServingByModel) }
    : { ...serving, servingByModel: added(serving.servingByModel) };
}
