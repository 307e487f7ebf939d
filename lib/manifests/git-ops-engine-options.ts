import { nameClass } from '../units/own-class';
import { Duration } from '../units/duration';

/** Where the files of a tree lie for a GitOps engine. */
export interface GitOpsRepositoryOptions {
  /**
   * URL of the repository: `https://...` or `ssh://git@...` of a Git repository; for Flux also `oci://...` of an artifact. Without a user's password or a
   * token, which would be in the files: the engine has it in a secret.
   */
  readonly repository: string;
  /** Branch, commit, or reference such as `refs/tags/v3`; of an artifact its tag or digest. @default 'main'; 'latest' of an artifact */
  readonly revision?: string;
  /** Folder of the tree in the repository, a relative path such as `fleet`. @default - the root */
  readonly directory?: string;
}

/** Where Argo CD runs. */
export class ArgoCdPlacement {
  /** At each site, where it goes on while the site is cut off, by what it has read. */
  public static readonly AT_SITE = new ArgoCdPlacement(false);
  /** In one cluster for all sites, where each site's cluster is registered by the name of the site. */
  public static readonly HUB = new ArgoCdPlacement(true);

  /** @internal */
  public readonly _isHub: boolean;

  private constructor(isHub: boolean) {
    this._isHub = isHub;
  }
}

nameClass('ArgoCdPlacement', ArgoCdPlacement);

/** How Argo CD applies a tree. */
export interface ArgoCdOptions extends GitOpsRepositoryOptions {
  /** Where it runs. @default ArgoCdPlacement.AT_SITE */
  readonly placement?: ArgoCdPlacement;
  /** Namespace of it, and of its applications. @default 'argocd' */
  readonly namespace?: string;
  /** Its project, which must allow the repository, the repositories of charts, and the namespaces of the sites. @default 'default' */
  readonly project?: string;
}

/** How Flux applies a tree. */
export interface FluxOptions extends GitOpsRepositoryOptions {
  /** Namespace of Flux at each site. @default 'flux-system' */
  readonly namespace?: string;
  /** Secret there by which the repository is read, as `flux create secret` makes it. @default - none: anybody can read it */
  readonly repositorySecret?: string;
  /** How often repositories are asked, and drift is put right. @default Duration.minutes(10) */
  readonly interval?: Duration;
  /** How long objects may take to be healthy until the site is said to have failed: servers first load their models. @default Duration.hours(1) */
  readonly timeout?: Duration;
}
