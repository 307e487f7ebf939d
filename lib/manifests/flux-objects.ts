import { hashedName } from '../core/naming';
import { ApiObject } from '../kubernetes/rendering/attribute-rules';
import { Duration } from '../units/duration';
import { EngineSite, EngineStage, repositoryPath, SiteFile } from './engine-site';
import { FluxOptions } from './git-ops-engine-options';
import { HelmRelease } from './helm-release';
import { IgnoredFields } from './site-contents';

const SOURCE = 'source.toolkit.fluxcd.io/v1';
const HELM = 'helm.toolkit.fluxcd.io/v2';
/** Name of the repository with the files, at each site. */
const FILES = 'inference-sites';

/**
 * Flux's own objects of a site: its repository, and a kustomization for each part.
 *
 * @see https://github.com/fluxcd/kustomize-controller/blob/v1.9.4/config/crd/bases/kustomize.toolkit.fluxcd.io_kustomizations.yaml
 * @see https://github.com/fluxcd/source-controller/blob/v1.9.1/config/crd/bases/source.toolkit.fluxcd.io_gitrepositories.yaml
 *
 * @internal
 */
export function fluxObjects(options: FluxOptions, site: EngineSite): SiteFile[] {
  return [
    { name: 'source.yaml', object: filesSource(options) },
    ...site.stages.map((stage) => ({ name: `${stage.name}.yaml`, object: kustomization(options, site, stage) })),
  ];
}

function filesSource({ repository, revision, namespace = 'flux-system', ...options }: FluxOptions): ApiObject {
  const { repositorySecret, interval = Duration.minutes(10) } = options;
  const isArtifact = repository.startsWith('oci://');
  return {
    apiVersion: SOURCE,
    kind: isArtifact ? 'OCIRepository' : 'GitRepository',
    metadata: { name: FILES, namespace },
    spec: {
      interval: `${interval}`,
      url: repository,
      ref: isArtifact ? artifactReference(revision ?? 'latest') : gitReference(revision ?? 'main'),
      ...(repositorySecret ? { secretRef: { name: repositorySecret } } : {}),
    },
  };
}

function gitReference(revision: string): ApiObject {
  if (/^[0-9a-f]{40}$/.test(revision)) return { commit: revision };
  return revision.startsWith('refs/') ? { name: revision } : { branch: revision };
}

function artifactReference(revision: string): ApiObject {
  return revision.startsWith('sha256:') ? { digest: revision } : { tag: revision };
}

/**
 * The last part waits for all of its objects. Those before it wait for the releases of charts only, as Terraform does: their pods may need what a later
 * part brings.
 */
function kustomization(options: FluxOptions, site: EngineSite, { stage, name, path }: EngineStage): ApiObject {
  const { namespace = 'flux-system', repository, directory } = options;
  const { interval = Duration.minutes(10), timeout = Duration.hours(1) } = options;
  const position = site.stages.findIndex((one) => one.stage === stage);
  const before = site.stages[position - 1];
  const isLast = position === site.stages.length - 1;
  const releases = site.releases.filter((release) => release.stage === stage);
  const ignored = site.ignored.filter((one) => one.stage === stage);
  return {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name, namespace },
    spec: {
      interval: `${interval}`,
      retryInterval: '2m',
      timeout: `${timeout}`,
      sourceRef: { kind: repository.startsWith('oci://') ? 'OCIRepository' : 'GitRepository', name: FILES },
      path: `./${repositoryPath(directory, path)}`,
      prune: true,
      ...(isLast ? { wait: true } : { healthChecks: releases.map(healthCheck) }),
      ...(before ? { dependsOn: [{ name: before.name }] } : {}),
      ...(site.sopsKeySecret ? { decryption: { provider: 'sops', secretRef: { name: site.sopsKeySecret } } } : {}),
      ...(ignored.length > 0 ? { ignore: ignored.map(ignoreRule) } : {}),
    },
  };
}

function healthCheck({ name, namespace }: HelmRelease): ApiObject {
  return { apiVersion: HELM, kind: 'HelmRelease', name, namespace };
}

function ignoreRule({ object, pointers }: IgnoredFields): ApiObject {
  const { apiVersion, kind, metadata } = object as { apiVersion: string; kind: string; metadata: ApiObject };
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : [undefined, apiVersion];
  const { name, namespace } = metadata;
  const target = { ...(group ? { group } : {}), version, kind, name, ...(namespace ? { namespace } : {}) };
  return { paths: [...pointers], target };
}

/**
 * What installs a chart as Helm would by Terraform: the same name, namespace, version, values and patience, so that a release that is there is taken over.
 *
 * @see https://github.com/fluxcd/helm-controller/blob/v1.6.3/config/crd/bases/helm.toolkit.fluxcd.io_helmreleases.yaml
 *
 * @internal
 */
export function fluxReleaseObjects(
  { interval = Duration.minutes(10) }: FluxOptions,
  release: HelmRelease,
): ApiObject[] {
  const { name, namespace, chart, repository, version, values, maxHistory, skipsDefinitions, waits } = release;
  const source = hashedName(repository.replace(/^\w+:\/\//, ''), 53);
  const install = { ...(skipsDefinitions ? { crds: 'Skip' } : {}), ...(waits ? {} : { disableWait: true }) };
  const upgrade = waits ? {} : { disableWait: true };
  return [
    ...(release.createsNamespace ? [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }] : []),
    {
      apiVersion: SOURCE,
      kind: 'HelmRepository',
      metadata: { name: source, namespace },
      spec: {
        interval: `${interval}`,
        ...(repository.startsWith('oci://') ? { type: 'oci' } : {}),
        url: repository,
      },
    },
    {
      apiVersion: HELM,
      kind: 'HelmRelease',
      metadata: { name, namespace },
      spec: {
        interval: `${interval}`,
        releaseName: name,
        chart: { spec: { chart, version, sourceRef: { kind: 'HelmRepository', name: source } } },
        timeout: `${release.timeoutSeconds}s`,
        ...(maxHistory === undefined ? {} : { maxHistory }),
        ...(Object.keys(install).length > 0 ? { install } : {}),
        ...(Object.keys(upgrade).length > 0 ? { upgrade } : {}),
        ...(Object.keys(values).length > 0 ? { values } : {}),
      },
    },
  ];
}
