import { hashedName } from '../core/naming';
import { ApiObject } from '../kubernetes/rendering/attribute-rules';
import { EngineSite, EngineStage, repositoryPath, SiteFile } from './engine-site';
import { ArgoCdOptions, ArgoCdPlacement } from './git-ops-engine-options';
import { HelmRelease } from './helm-release';
import { IgnoredFields } from './site-contents';

/** Longest value of a label, which the name of an application may become. */
const LONGEST_NAME = 63;

/**
 * Options of applying: by fields, so that defaults and other writers are no difference; kinds that a chart defines are not known before it; what goes away
 * goes last. Objects say themselves which namespaces there are.
 *
 * @see https://github.com/argoproj/argo-cd/blob/v3.5.1/docs/user-guide/sync-options.md
 */
const SYNC_OPTIONS = [
  'ServerSideApply=true',
  'SkipDryRunOnMissingResource=true',
  'PruneLast=true',
  'RespectIgnoreDifferences=true',
];

/** A cut link or a definition that is late is waited for, with the newest revision that there is. */
const RETRY = { limit: 20, refresh: true, backoff: { duration: '30s', factor: 2, maxDuration: '10m' } };

/**
 * The applications of a site.
 *
 * @see https://github.com/argoproj/argo-cd/blob/v3.5.1/manifests/crds/application-crd.yaml
 *
 * @internal
 */
export function argoCdObjects(options: ArgoCdOptions, site: EngineSite): SiteFile[] {
  const applications = [
    ...site.stages.map((stage) => stageApplication(options, site, stage)),
    ...site.releases.map((release) => releaseApplication(options, site, release)),
  ];
  return applications.map((object) => ({ name: `${object.metadata.name}.yaml`, object }));
}

function stageApplication(options: ArgoCdOptions, site: EngineSite, { stage, name, path }: EngineStage): ApiObject {
  const { repository, revision = 'main', directory } = options;
  const ignored = site.ignored.filter((one) => one.stage === stage);
  return application(options, site, name, 2 * (stage - 1), {
    source: { repoURL: repository, targetRevision: revision, path: repositoryPath(directory, path) },
    ...(ignored.length > 0 ? { ignoreDifferences: ignored.map(ignoreDifference) } : {}),
  });
}

function ignoreDifference({ object, pointers }: IgnoredFields): ApiObject {
  const { apiVersion, kind, metadata } = object as { apiVersion: string; kind: string; metadata: ApiObject };
  const { name, namespace } = metadata;
  const group = apiVersion.includes('/') ? { group: apiVersion.split('/')[0] } : {};
  return { ...group, kind, name, ...(namespace ? { namespace } : {}), jsonPointers: [...pointers] };
}

function releaseApplication(options: ArgoCdOptions, site: EngineSite, release: HelmRelease): ApiObject {
  const { name, namespace, chart, repository, version, values, stage } = release;
  const full = `${site.name}.${namespace}.${name}`;
  const hasValues = Object.keys(values).length > 0;
  return application(
    options,
    site,
    full.length <= LONGEST_NAME ? full : hashedName(full, LONGEST_NAME),
    2 * stage - 1,
    {
      source: {
        // Argo CD knows a registry by a URL without a scheme.
        repoURL: repository.replace(/^oci:\/\//, ''),
        chart,
        targetRevision: version,
        helm: {
          releaseName: name,
          ...(release.skipsDefinitions ? { skipCrds: true } : {}),
          ...(hasValues ? { valuesObject: values } : {}),
        },
      },
    },
    release.createsNamespace ? { namespace, syncOptions: [...SYNC_OPTIONS, 'CreateNamespace=true'] } : { namespace },
  );
}

interface Target {
  /** Where objects go that name no namespace. @default - all name one */
  readonly namespace?: string;
  /** @default SYNC_OPTIONS */
  readonly syncOptions?: readonly string[];
}

function application(
  { namespace = 'argocd', project = 'default', placement = ArgoCdPlacement.AT_SITE }: ArgoCdOptions,
  site: EngineSite,
  name: string,
  wave: number,
  { source, ...rest }: ApiObject,
  { namespace: into, syncOptions = SYNC_OPTIONS }: Target = {},
): ApiObject {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: {
      name,
      namespace,
      annotations: {
        // The API server says what would change, so that its defaults are none.
        'argocd.argoproj.io/compare-options': 'ServerSideDiff=true',
        'argocd.argoproj.io/sync-wave': String(wave),
      },
    },
    spec: {
      project,
      source,
      destination: {
        ...(placement._isHub ? { name: site.name } : { server: 'https://kubernetes.default.svc' }),
        ...(into ? { namespace: into } : {}),
      },
      ...rest,
      syncPolicy: {
        automated: { prune: true, selfHeal: true },
        syncOptions: [...syncOptions],
        retry: RETRY,
      },
    },
  };
}
