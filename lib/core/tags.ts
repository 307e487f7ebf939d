import { Fault, fault } from '../units/fault';
import { concreteFault, hasToken } from './tokens';
import { escapeTemplates } from './template-escape';
import { allOf } from '../units/unreadable';

/** The tags that every resource of this library carries. */
const STANDARD_TAGS: { [key: string]: string } = { 'managed-by': 'gpu-inference-constructs' };

/** Maximum number of tags that AWS accepts on one resource. */
const MAX_TAGS = 50;

/**
 * The tags of an AWS resource, as `mergedTags`, for Terraform: text in them is text.
 *
 * @internal
 */
export function awsTags(own: { [key: string]: string }, users?: { [key: string]: string }): { [key: string]: string } {
  return escapeTemplates(mergedTags(own, users));
}

/**
 * The tags of what this library tags: the standard ones, those of its construct (`Name`, discovery tags) and the user's; later ones override
 * earlier ones. Sorted by key, so that the order in which the user wrote them makes no difference.
 *
 * @internal
 */
export function mergedTags(
  own: { [key: string]: string },
  users?: { [key: string]: string },
): { [key: string]: string } {
  const merged = { ...STANDARD_TAGS, ...own, ...users };
  return Object.fromEntries(
    Object.keys(merged)
      .sort()
      .map((key) => [key, merged[key]]),
  );
}

/**
 * The faults of the tags that a user passes. Keys must be known at synthesis (otherwise two keys could be equal); values may be tokens.
 *
 * @see https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html#tag-conventions
 *
 * @internal
 */
export function tagFaults(users: { [key: string]: string } = {}): Fault[] {
  const keys = Object.keys(users);
  return allOf(
    () =>
      keys.length > MAX_TAGS - 10
        ? [
            fault(
              'OUT_OF_RANGE',
              'tags',
              `tags must have at most ${MAX_TAGS - 10} entries, because AWS takes ${MAX_TAGS} and this library adds its own; got ${keys.length}`,
            ),
          ]
        : [],
    () =>
      keys.flatMap((key) => {
        const unknown = concreteFault(
          'a key of tags',
          key,
          'two keys that turn out equal would override each other',
          'tags',
        );
        if (unknown.length > 0) return unknown;
        if (/^aws:/i.test(key))
          return [
            fault(
              'RESERVED',
              'tags',
              `tags must not have keys that begin with 'aws:', which AWS reserves; got '${key}'`,
            ),
          ];
        if (key.length === 0 || key.length > 128)
          return [fault('INVALID_NAME', 'tags', `the keys of tags must have 1 to 128 characters; got '${key}'`)];
        const tooLong = !hasToken(users[key]) && users[key].length > 256;
        return tooLong
          ? [
              fault(
                'OUT_OF_RANGE',
                `tags.${key}`,
                `the values of tags must have at most 256 characters; that of '${key}' has ${users[key].length}`,
              ),
            ]
          : [];
      }),
  );
}
