import { kubernetesNameFault } from '../core/naming';
import { ApiObject } from '../kubernetes/rendering/attribute-rules';
import { checkArguments } from '../units/argument-faults';
import { Duration } from '../units/duration';
import { throwIfFaulty } from '../units/errors';
import { Fault, fault } from '../units/fault';
import { allOf } from '../units/unreadable';
import { argoCdObjects } from './argo-cd-objects';
import { EngineSite, SiteFile } from './engine-site';
import { fluxObjects, fluxReleaseObjects } from './flux-objects';
import { ArgoCdOptions, FluxOptions } from './git-ops-engine-options';
import { repositoryFaults } from './git-repository-faults';
import { HelmRelease } from './helm-release';
import { writtenNameFaults } from './written-name';

/**
 * What applies the files of a `GitOpsTree` at its sites, and installs the charts that Terraform would install by Helm.
 */
export class GitOpsEngine {
  /**
   * Argo CD (argoproj.io/v1alpha1): an `Application` for each site, and one for each release of a chart, with the values that Terraform would give it.
   * They are applied server-side, pruned and healed; an attribute that Terraform leaves to others (`ignore_changes`) is left to them here too. What needs
   * the definitions of a chart is an application of its own, in a later wave.
   *
   * @param options the repository, and where Argo CD runs
   * @throws UnscopedValidationError for a repository without a URL or with a secret in it, paths and names that are none
   * @see https://argo-cd.readthedocs.io/en/stable/operator-manual/declarative-setup
   */
  public static argoCd(options: ArgoCdOptions): GitOpsEngine {
    const { namespace = 'argocd', project = 'default' } = options;
    throwIfFaulty([
      ...repositoryFaults(options, ['https', 'ssh']),
      ...allOf(
        () => kubernetesNameFault('namespace', namespace),
        () => kubernetesNameFault('project', project),
      ),
    ]);
    return new GitOpsEngine((site) => argoCdObjects(options, site), undefined, false);
  }

  /**
   * Flux (v1 of its sources and kustomizations, v2 of its Helm releases), which runs at each site: a `GitRepository` or an `OCIRepository`, and a
   * `Kustomization`, which prunes and waits; for each release of a chart a `HelmRepository` and a `HelmRelease` with the values that Terraform would
   * give it. What needs the definitions of a chart is a kustomization of its own, which depends on the releases before it.
   *
   * @param options the repository, and how often it is asked
   * @throws UnscopedValidationError for a repository without a URL or with a secret in it, paths and names that are none, times below a minute
   * @see https://fluxcd.io/flux/components/kustomize/kustomizations
   */
  public static flux(options: FluxOptions): GitOpsEngine {
    const { namespace = 'flux-system', repositorySecret, interval, timeout } = options;
    throwIfFaulty([
      ...repositoryFaults(options, ['https', 'ssh', 'oci']),
      ...allOf(
        () => kubernetesNameFault('namespace', namespace),
        () => (repositorySecret === undefined ? [] : writtenNameFaults('repositorySecret', repositorySecret)),
        () => minuteFaults('interval', interval),
        () => minuteFaults('timeout', timeout),
      ),
    ]);
    return new GitOpsEngine(
      (site) => fluxObjects(options, site),
      (release) => fluxReleaseObjects(options, release),
      true,
    );
  }

  /** Whether it decrypts files of SOPS by itself. @internal */
  public readonly _decrypts: boolean;
  readonly #siteFiles: (site: EngineSite) => SiteFile[];
  readonly #releaseObjects: ((release: HelmRelease) => ApiObject[]) | undefined;

  private constructor(
    siteFiles: (site: EngineSite) => SiteFile[],
    releaseObjects: ((release: HelmRelease) => ApiObject[]) | undefined,
    decrypts: boolean,
  ) {
    this.#siteFiles = siteFiles;
    this.#releaseObjects = releaseObjects;
    this._decrypts = decrypts;
  }

  /** The engine's own objects of a site, by their paths in the folder of its cluster. @internal */
  public _siteFiles(site: EngineSite): SiteFile[] {
    return this.#siteFiles(site);
  }

  /** What stands for a release among the objects of a site; none where the engine has it beside them. @internal */
  public _releaseObjects(release: HelmRelease): ApiObject[] {
    return this.#releaseObjects?.(release) ?? [];
  }
}

checkArguments('GitOpsEngine', GitOpsEngine);

function minuteFaults(property: string, time: Duration | undefined): Fault[] {
  if (time === undefined || time.toSeconds() >= 60) return [];
  return [fault('OUT_OF_RANGE', property, `${property} must be at least a minute; got ${time}`)];
}
