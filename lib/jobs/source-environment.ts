import { DUPLICATE_WEIGHTS } from '../core/weight-files';
import { ModelSource } from './model-source';

/**
 * What the script takes its files from: assets/README.md.
 *
 * @internal
 */
export function sourceEnvironment(
  { claimName, folder, repository, allow, ignore }: ModelSource,
  mounts: { readonly config: string; readonly source: string },
): {
  [name: string]: string;
} {
  if (claimName === undefined && repository === undefined) return { FILE_LIST: `${mounts.config}/files` };
  const patterns = (list: readonly string[]) => list.map((each) => each.replace(/\/$/, '/*')).join(' ');
  const defaults = ignore === undefined && allow === undefined;
  const left = ignore ?? (defaults ? DUPLICATE_WEIGHTS.always : []);
  const filters = {
    ...(allow === undefined ? {} : { INCLUDE: patterns(allow) }),
    ...(left.length > 0 ? { EXCLUDE: patterns(left) } : {}),
    ...(defaults ? { EXCLUDE_BESIDE_SAFETENSORS: patterns(DUPLICATE_WEIGHTS.besideSafetensors) } : {}),
  };
  if (repository === undefined) {
    return {
      SOURCE_DIR: folder ? `${mounts.source}/${folder}` : mounts.source,
      SOURCE_ROOT: mounts.source,
      ...filters,
    };
  }
  return {
    HUB_REPOSITORY: repository.repository,
    HUB_REVISION: repository.revision,
    ...(repository.acceptedLicense === undefined ? {} : { ACCEPTED_LICENSE: repository.acceptedLicense }),
    ...(repository.endpoint === undefined ? {} : { HUB_ENDPOINT: repository.endpoint.replace(/\/+$/, '') }),
    ...filters,
  };
}
