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

/**
 * A tag of a publisher's repository, or of a mirror of it, that names another release or other parts than what is planned. Whoever gives an image of
 * their own by a tag of their own knows what it holds.
 *
 * @internal
 */
export function imageTagFaults({ property, reference, repository, read, release, variant }: PlannedImage): Fault[] {
  if (typeof reference !== 'string' || hasToken(reference)) return [];
  const [, path = '', tag] = /^(.*?)(?::([\w][\w.-]*))?(?:@.*)?$/.exec(reference) ?? [];
  if (tag === undefined || !`/${path}`.endsWith(`/${repository}`)) return [];
  const says = read(tag);
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
