import { hashedName } from '../core/naming';
import { ApiObject } from '../kubernetes/rendering/attribute-rules';
import { Fault, fault } from '../units/fault';
import { EngineStage } from './engine-site';
import { GitOpsSecret, GitOpsSite, GitOpsTreeProps } from './git-ops-tree-props';
import { secretTextFaults } from './secret-text-faults';
import { JsonOf, siteContents } from './site-contents';
import { toYaml } from './yaml-writer';

/** What a tree has of one site. @internal */
export interface SiteFiles {
  /** Texts by their paths in the tree. */
  readonly files: { readonly [path: string]: string };
  readonly secrets: readonly GitOpsSecret[];
}

/** An object in a part of a site. */
interface Placed {
  readonly object: ApiObject;
  readonly stage: number;
  readonly isCustom: boolean;
}

const HEADING = '# Written by gpu-inference-constructs from a program: changes here are lost when it runs again.\n';

/**
 * The files of a site: a folder for each part, with one file for each object and what lists them for kustomize, and a folder with what the engine has
 * of it. Nothing in them depends on other sites.
 *
 * @param jsonOf what a stack is synthesized to
 * @param faults what cannot be rendered
 *
 * @internal
 */
export function siteFiles(
  site: GitOpsSite,
  { engine, secrets }: GitOpsTreeProps,
  jsonOf: JsonOf,
  faults: Fault[],
): SiteFiles {
  const contents = siteContents(site, jsonOf, faults);
  const needs: GitOpsSecret[] = [];
  const placed: Placed[] = [...contents.objects];
  const encrypted: { readonly stage: number; readonly file: string }[] = [];
  for (const secret of contents.secrets) {
    const { namespace, name, stage, keys, binaryKeys } = secret;
    const made = secrets?._filesOf(site.name, secret);
    if (!made) {
      faults.push(withoutStore(namespace, name, secrets !== undefined));
      continue;
    }
    placed.push(...made.objects.map((object) => ({ object, stage, isCustom: true })));
    const file = `${namespace}/secret-${fileName(name)}.sops.yaml`;
    if (made.needsEncryptedFile) encrypted.push({ stage, file });
    needs.push({
      ...{ site: site.name, namespace, name, keys: [...keys, ...binaryKeys] },
      storeKey: secrets?._storeKey(site.name, secret),
      encryptedFile: made.needsEncryptedFile ? `${stagePath(site.name, stage)}/${file}` : undefined,
    });
  }
  if (encrypted.length > 0 && engine && !engine._decrypts) {
    const reason =
      'secrets by SOPS need an engine that decrypts them, which is Flux; give GitOpsEngine.flux, or GitOpsSecrets.externalSecrets';
    faults.push(fault('ENGINE_DOES_NOT_DECRYPT', 'secrets', reason));
  }
  for (const release of contents.releases) {
    if (!engine) faults.push(withoutEngine(release.name, release.chart));
    const objects = engine?._releaseObjects(release) ?? [];
    placed.push(...objects.map((object) => ({ object, stage: release.stage, isCustom: object.apiVersion !== 'v1' })));
  }
  faults.push(...secretTextFaults(placed, contents));
  const files: { [path: string]: string } = {};
  const stages = stagesOfSite(site.name, placed, encrypted);
  for (const one of stages) {
    const lists = [
      ...objectFiles(one, once(placed, one.stage), files, faults),
      ...encrypted.filter(({ stage }) => stage === one.stage).map(({ file }) => file),
    ];
    files[`${one.path}/kustomization.yaml`] = kustomization(lists);
  }
  const seen = { name: site.name, stages, releases: contents.releases, ignored: contents.ignored };
  const sopsKeySecret = encrypted.length > 0 ? secrets?._sopsKeySecret : undefined;
  for (const { name, object } of engine?._siteFiles({ ...seen, sopsKeySecret }) ?? [])
    files[`clusters/${site.name}/${name}`] = toYaml(object);
  return { files, secrets: needs };
}

function withoutStore(namespace: string, name: string, hasSecrets: boolean): Fault {
  const cure = hasSecrets
    ? 'give externalSecrets a clusterStore or a store'
    : "give secrets: GitOpsSecrets.externalSecrets({ clusterStore: 'vault' }) or GitOpsSecrets.sops()";
  const reason = `the program makes the secret '${name}' in namespace '${namespace}', whose value must not be in a file; ${cure}, or make it at the site and name it`;
  return fault('SECRET_WITHOUT_STORE', 'secrets', reason);
}

function withoutEngine(name: string, chart: string): Fault {
  const reason = `the release '${name}' of chart '${chart}' needs an engine that installs charts; give engine: GitOpsEngine.flux(...) or GitOpsEngine.argoCd(...)`;
  return fault('HELM_RELEASE_NOT_RENDERED', 'engine', reason);
}

/** The parts that have something; the first one always. */
function stagesOfSite(
  site: string,
  placed: readonly Placed[],
  encrypted: readonly { readonly stage: number }[],
): EngineStage[] {
  const numbers = new Set([1, ...placed.map(({ stage }) => stage), ...encrypted.map(({ stage }) => stage)]);
  return [...numbers]
    .sort((a, b) => a - b)
    .map((stage) => ({
      stage,
      name: stage === 1 ? site : `${site}.stage-${stage}`,
      path: stagePath(site, stage),
    }));
}

/** No namespace has a dot in its name, so that no folder of one is taken for a part. */
function stagePath(site: string, stage: number): string {
  return stage === 1 ? `sites/${site}` : `sites/${site}/stage.${stage}`;
}

/** The objects of a part: what releases share, or the program makes as well, is there once, with the first. */
function once(placed: readonly Placed[], stage: number): Placed[] {
  const isShared = ({ kind }: ApiObject) => kind === 'HelmRepository' || kind === 'Namespace';
  const same = (a: ApiObject, b: ApiObject) =>
    a.kind === b.kind && a.metadata.name === b.metadata.name && a.metadata.namespace === b.metadata.namespace;
  return placed.filter((one, index) => {
    if (one.stage !== stage) return false;
    if (!isShared(one.object)) return true;
    return !placed.some(
      (other, at) =>
        same(other.object, one.object) && (other.stage < one.stage || (other.stage === one.stage && at < index)),
    );
  });
}

/** Adds the files of a part, and returns their paths within it, namespaces first. */
function objectFiles(
  { path }: EngineStage,
  placed: readonly Placed[],
  files: { [path: string]: string },
  faults: Fault[],
): string[] {
  const first = placed.filter(({ object }) => object.kind === 'Namespace');
  return [...first, ...placed.filter((one) => !first.includes(one))].map(({ object, isCustom }) => {
    const { kind, metadata } = object as { kind: string; metadata: ApiObject };
    const { name, namespace } = metadata as { name: string; namespace?: string };
    const group = isCustom ? `.${String(object.apiVersion).split('/')[0]}` : '';
    const within = `${namespace ? `${namespace}/` : ''}${kind.toLowerCase()}${group}-${fileName(name)}.yaml`;
    if (Object.hasOwn(files, `${path}/${within}`)) {
      const reason = `${kind} '${name}'${namespace ? ` in namespace '${namespace}'` : ''} is there twice; rename one, or remove it`;
      faults.push(fault('DUPLICATE', 'stack', reason));
    }
    files[`${path}/${within}`] = toYaml(object);
    return within;
  });
}

/** Longest name that is kept in the name of a file. */
const LONGEST_NAME = 150;

/** Names of roles may have other characters, and upper case, which file systems may not tell from lower case. */
function fileName(name: string): string {
  return name.length <= LONGEST_NAME && /^[a-z0-9][a-z0-9.-]*$/.test(name) ? name : hashedName(name);
}

/**
 * @see https://kubectl.docs.kubernetes.io/references/kustomize/kustomization
 */
function kustomization(resources: readonly string[]): string {
  return `${HEADING}${toYaml({
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources,
    sortOptions: { order: 'fifo' },
  })}`;
}
