import { hasToken } from '../../core/tokens';
import { Fault, fault } from '../../units/fault';

/** What a tag of a publisher says of its image. */
export interface TagFacts {
  /** Version or release. */
  readonly version: string;
  /** Which parts the image has. @default - the publisher has images of one kind */
  readonly variant?: string;
}

/**
 * What an image is to hold, and how its publisher names it.
 *
 * @internal
 */
export interface PlannedImage {
  /** Property with the reference. */
  readonly property: string;
  /** The reference. @default - the image follows from the release */
  readonly reference?: string;
  /** Path of the publisher's repository, which mirrors keep, e.g. `vllm/vllm-openai`. */
  readonly repository: string;
  /** What a tag of the publisher says; undefined for one that says nothing, e.g. `latest` or one of the user. */
  readonly read: (tag: string) => TagFacts | undefined;
  /** Property with the release, and the release that the models are planned for. */
  readonly release: { readonly property: string; readonly version: string };
  /** Variant that the models need. @default - any */
  readonly variant?: string;
}

/** Tags that a publisher gives to one image after another; a hyphen and a processor or CUDA may follow, but a commit names one image. */
const MOVING_TAG = /^(latest|nightly|main|master|edge|dev|stable)(?!-[0-9a-f]{40}$)([-_.].*)?$/i;

/**
 * A tag of a publisher's repository, or of a mirror of it, behind which stands now this release, now that one: `latest`, `nightly`. A digest
 * beside it stays what it is.
 *
 * @see https://hub.docker.com/r/vllm/vllm-openai/tags
 *
 * @internal
 */
export function movingTagWarnings({ property, reference, repository, release }: PlannedImage): Fault[] {
  if (typeof reference !== 'string' || hasToken(reference) || reference.includes('@')) return [];
  const tag = tagOf(reference, repository);
  if (tag === undefined || !MOVING_TAG.test(tag)) return [];
  const reason =
    `${property} '${reference}' has a tag that moves, so that what is pulled may be another version than ${release.version}, which its models are ` +
    `planned for (${release.property}), and differ between nodes; give the tag of a release, or a digest`;
  return [fault('IMAGE_TAG_MOVES', property, reason)];
}

/** The tag of an image of a publisher, or of a mirror of it. */
function tagOf(reference: string, repository: string): string | undefined {
  const [, path = '', tag] = /^(.*?)(?::([\w][\w.-]*))?(?:@.*)?$/.exec(reference) ?? [];
  return `/${path}`.endsWith(`/${repository}`) ? tag : undefined;
}

/**
 * A tag of a publisher's repository, or of a mirror of it, that names another release or other parts than what is planned. Whoever gives an image of
 * their own by a tag of their own knows what it holds.
 *
 * @internal
 */
export function imageTagFaults({ property, reference, repository, read, release, variant }: PlannedImage): Fault[] {
  if (typeof reference !== 'string' || hasToken(reference)) return [];
  const tag = tagOf(reference, repository);
  const says = tag === undefined ? undefined : read(tag);
  if (says === undefined) return [];
  const refused = (reason: string) => [fault('IMAGE_TAG_CONTRADICTS_RELEASE', property, reason)];
  if (says.version !== release.version)
    return refused(
      `${property} '${reference}' is ${says.version} by its tag, but its models are planned for ${release.version}; give the release that the image ` +
        `has as ${release.property}, or an image of ${release.version}`,
    );
  if (variant === undefined || says.variant === undefined || says.variant === variant) return [];
  return refused(
    `${property} '${reference}' has the backends of the variant '${says.variant}' by its tag, but its models need those of '${variant}'; give the tag ` +
      `'${release.version}-${variant}', or leave ${property} out`,
  );
}
