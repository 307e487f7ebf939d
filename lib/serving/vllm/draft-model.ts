import { Precision } from '../../catalog/precision';
import { SpeculativeDecoding, SpeculativeMethod } from '../../catalog/speculative-decoding';
import { modelNameFaults, modelVersionFaults } from '../../core/model-name';
import { CapacityPlan } from '../../planning/capacity-plan';
import { drafterOf } from '../../planning/drafter';
import { DataSize } from '../../units/data-size';
import { Fault, fault } from '../../units/fault';
import { allOf } from '../../units/unreadable';
import { ResolvedModel } from '../model/resolved-model';
import { PodVolumeMount } from '../pod/pod-additions';
import { MODELS_MOUNT, WeightsCopy } from '../pod/server-pod';
import { placedAdapters } from './lora-adapters';
import { LoraOptions } from './openai-options';
import { VllmOptions } from './vllm-options';

/** Where the property is. */
const PROPERTY = 'speculativeDecoding';

/** What its files are named by: what is said beside a plan goes before what the plan was made with. */
type Told = Pick<VllmOptions, 'speculativeDecoding'>;

/**
 * A draft model or head that is a model of its own; undefined where tokens are drafted by the model itself, or looked up.
 */
function draftOf(told: Told, plan: CapacityPlan): SpeculativeDecoding | undefined {
  const of = told.speculativeDecoding ?? plan.speculativeDecoding;
  const isOwn = of?.method === SpeculativeMethod.DRAFT_MODEL || of?.method === SpeculativeMethod.EAGLE3;
  return isOwn ? of : undefined;
}

/**
 * The folder from which the engine loads what drafts; undefined where there is nothing to load.
 *
 * @internal
 */
export function draftPath(told: Told, plan: CapacityPlan): string | undefined {
  const of = draftOf(told, plan);
  if (of?.name === undefined) return of?.path;
  return `${MODELS_MOUNT}/drafts/${of.name}/${of.version ?? ResolvedModel.DEFAULT_VERSION}`;
}

/**
 * What the init container copies of what drafts.
 *
 * @param leftOut files that the engine does not read
 *
 * @internal
 */
export function draftCopies(told: Told, plan: CapacityPlan, leftOut: string): WeightsCopy[] {
  const of = draftOf(told, plan);
  const destination = draftPath(told, plan);
  if (of?.name === undefined || destination === undefined) return [];
  return [{ model: of.name, version: of.version ?? ResolvedModel.DEFAULT_VERSION, destination, leftOut }];
}

/**
 * Size of the files that are copied of what drafts, at most: of a head with tables and matrices of its own, whatever it shares with the model.
 *
 * @internal
 */
export function draftSize(told: Told, plan: CapacityPlan): DataSize {
  const of = draftOf(told, plan);
  if (of?.name === undefined) return DataSize.ZERO;
  const { model, joining = 0, tables = 0 } = drafterOf(plan.model, of) ?? {};
  const precision = of.precision ?? Precision.BF16;
  return of.size ?? model?.checkpointSize(precision).plus(DataSize.bytes(2 * (joining + tables))) ?? DataSize.ZERO;
}

/**
 * The same where it is more than a guess.
 *
 * @internal
 */
export function knownDraftSize(told: Told, plan: CapacityPlan): DataSize {
  const of = draftOf(told, plan);
  const isGuess = of?.size === undefined && (of?.method !== SpeculativeMethod.DRAFT_MODEL || of.model?.approximate);
  return isGuess ? DataSize.ZERO : draftSize(told, plan);
}

/**
 * What drafts and has no place, or one that no pod has: pods download nothing from a hub.
 *
 * @internal
 */
export function draftFaults(told: Told, plan: CapacityPlan): Fault[] {
  const of = draftOf(told, plan);
  if (!of) return [];
  const { name, version, path } = of;
  if (name !== undefined)
    return allOf(
      () => modelNameFaults(name, `${PROPERTY}.name`),
      () => (version === undefined ? [] : modelVersionFaults(version, `${PROPERTY}.version`)),
    );
  const cure = 'put its files into the model store by a ModelImport, and give the name that they have there';
  if (path === undefined) {
    const reason = `speculative decoding by ${of.method} needs the files of what drafts; ${cure}`;
    return [fault('DRAFT_NEEDS_PATH', PROPERTY, reason)];
  }
  if (path.startsWith('/')) return [];
  const what = /^[a-z0-9]+:\/\//i.test(path)
    ? 'an address'
    : 'no absolute path, as the name of a repository of a hub is';
  const reason = `path '${path}' of what drafts is ${what}, which the server cannot reach: pods download nothing; ${cure} instead of path`;
  return [fault('DRAFT_NOT_IN_POD', PROPERTY, reason)];
}

/**
 * What drafts, in a folder that no volume of the user is mounted at.
 *
 * @param mounts what the container of the server sees of the volumes of the user
 *
 * @internal
 */
export function draftMountFaults(told: Told, plan: CapacityPlan, mounts: readonly PodVolumeMount[] = []): Fault[] {
  const of = draftOf(told, plan);
  if (of?.path === undefined || of.name !== undefined) return [];
  const plain = (path: string) => `${path.replace(/\/+$/, '')}/`;
  const path = plain(of.path);
  if (!path.includes('/../') && mounts.some((mount) => path.startsWith(plain(mount.path)))) return [];
  const seen = mounts.length === 0 ? 'there are none' : mounts.map((mount) => `'${mount.path}'`).join(', ');
  const reason =
    `path '${of.path}' of what drafts is within no volume that volumeMounts show the server (${seen}); mount one there, or put its files into the model ` +
    'store by a ModelImport and give the name that they have there instead of path';
  return [fault('DRAFT_NOT_IN_POD', PROPERTY, reason)];
}

/**
 * What drafts, by the name of files in the store that are something else: the model that it drafts for, or an adapter of that.
 *
 * @param options what the user says of the model
 * @param resolved the model
 *
 * @internal
 */
export function draftFilesFaults(options: Told & LoraOptions, resolved: ResolvedModel): Fault[] {
  const of = draftOf(options, resolved.plan);
  const { name, version = ResolvedModel.DEFAULT_VERSION } = of ?? {};
  if (of === undefined || name === undefined) return [];
  const isSame = (other: { name: string; version: string }) => other.name === name && other.version === version;
  const adapter = placedAdapters(options).some(isSame) ? 'an adapter' : undefined;
  const what = isSame(resolved) ? 'the model itself' : adapter;
  if (what === undefined) return [];
  const reason =
    `${PROPERTY}.name '${name}', version '${version}', has the files of ${what} in the model store, not those of what drafts; import those under ` +
    'another name by a ModelImport, and give it';
  return [fault('CONFLICTING_PROPERTIES', `${PROPERTY}.name`, reason)];
}
