import { ApiObject } from '../kubernetes/rendering/attribute-rules';
import { HelmRelease } from './helm-release';
import { IgnoredFields } from './site-contents';

/** A part of a site that is applied at once. @internal */
export interface EngineStage {
  /** From 1. */
  readonly stage: number;
  /** Name of what applies it. */
  readonly name: string;
  /** Its folder in the tree. */
  readonly path: string;
}

/** A site as an engine sees it. @internal */
export interface EngineSite {
  readonly name: string;
  /** At least one, in their order. */
  readonly stages: readonly EngineStage[];
  readonly releases: readonly HelmRelease[];
  readonly ignored: readonly IgnoredFields[];
  /** The secret with the key of SOPS. @default - no file is encrypted */
  readonly sopsKeySecret?: string;
}

/** A file with an object, by its name in the folder of the cluster. @internal */
export interface SiteFile {
  readonly name: string;
  readonly object: ApiObject;
}

/** Path of a folder of the tree in the repository. @internal */
export function repositoryPath(directory: string | undefined, path: string): string {
  return directory === undefined ? path : `${directory}/${path}`;
}
