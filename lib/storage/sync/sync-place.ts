import { IServiceAccountRole } from '../../core/aws-role';
import { returned } from '../../core/errors';
import { IKubernetesCluster } from '../../core/kubernetes-cluster';
import { IModelStore } from '../../core/model-store';
import { Construct } from 'constructs';
import { Fault, fault } from '../../units/fault';
import { duplicateFaults } from '../../units/duplicate-faults';
import { givenValue } from '../../units/number-faults';
import { concreteFault } from '../../core/tokens';
import { allOf } from '../../units/unreadable';
import { scriptAsset } from '../../kubernetes/script-asset';

/**
 * Python on Debian trixie, for amd64 and arm64. It has openssl, which Debian's `ca-certificates` needs, and `tzdata`.
 *
 * @see https://github.com/docker-library/python/blob/00bfe6f247945a371ca25a63f0a50e370aa6efad/3.14/slim-trixie/Dockerfile
 *
 * @internal
 */
export const PYTHON_IMAGE = 'docker.io/library/python:3.14.2-slim-trixie';

/** Where scripts are mounted. @internal */
export const SYNC_CONFIG = '/etc/model-sync';
/** Folder of releases beside the versions of a model. No version can have its name. */
const RELEASES = '_releases';

/** @internal */
export function scripts(...names: string[]): { [file: string]: string } {
  return Object.fromEntries(names.map((name) => [name, scriptAsset(name)]));
}

/** @internal */
export function releaseFolder(model: string): string {
  return `${model}/${RELEASES}`;
}

/** @internal */
export function modelUri(scope: Construct, store: IModelStore, model: string): string {
  return returned(scope, 'IModelStore', 'modelStore.uriFor()', store.uriFor(model));
}

/** @internal */
export function releasesUri(scope: Construct, store: IModelStore, model: string): string {
  return `${modelUri(scope, store, model)}/${RELEASES}`;
}

/** @internal */
export function releaseUri(scope: Construct, store: IModelStore, model: string, channel: string): string {
  return `${releasesUri(scope, store, model)}/${channel}`;
}

/** The role of a pod, unless the store has credentials. @internal */
export function podRole(
  scope: Construct,
  { cluster, modelStore }: { readonly cluster: IKubernetesCluster; readonly modelStore: IModelStore },
  namespace: string,
  name: string,
): IServiceAccountRole | undefined {
  if (modelStore.credentials) return undefined;
  return returned(
    scope,
    'IKubernetesCluster',
    'cluster.serviceAccountRole()',
    cluster.serviceAccountRole(namespace, name),
  );
}

/**
 * The faults of names of sites and variants, which are words of a release.
 *
 * @internal
 */
export function wordFaults(property: string, word: string | undefined): Fault[] {
  if (word === undefined) return [];
  const unknown = concreteFault(property, word, 'it is compared with releases');
  if (unknown.length > 0 || /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(word)) return unknown;
  const reason =
    `${property} must be letters, digits, '.', '_' and '-', starting with a letter or digit, at most 100 characters, because releases name it; got ` +
    givenValue(word);
  return [fault('INVALID_NAME', property, reason)];
}

/** @internal */
export function wordListFaults(property: string, words: readonly string[] | undefined): Fault[] {
  if (words === undefined) return [];
  const unknown = concreteFault(property, words, 'releases name them');
  if (unknown.length > 0) return unknown;
  return allOf(
    () => words.flatMap((word, index) => wordFaults(`${property}[${index}]`, word)),
    () => duplicateFaults(property, [...words]),
  );
}
