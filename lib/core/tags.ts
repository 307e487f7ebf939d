import { Fault, untitled } from '../units/fault';
import { concreteFault, hasToken } from './tokens';

/** The tags that every resource of this library carries. */
const STANDARD_TAGS: { [key: string]: string } = { 'managed-by': 'gpu-inference-constructs' };

/** Most tags that AWS takes on one resource. */
const MAX_TAGS = 50;

/**
 * The tags of an AWS resource: the standard ones, those its construct gives it (`Name`, discovery tags) and the user's, of which
 * the later win. Sorted by key, so that the order in which the user wrote them makes no difference.
 *
 * @internal
 */
export function awsTags(own: { [key: string]: string }, users?: { [key: string]: string }): { [key: string]: string } {
  const merged = { ...STANDARD_TAGS, ...own, ...users };
  return Object.fromEntries(
    Object.keys(merged)
      .sort()
      .map((key) => [key, merged[key]]),
  );
}

/**
 * The faults of tags that a user gave. Keys must be known at synthesis (two keys could else be the same one), values may be tokens.
 *
 * @see https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html#tag-conventions
 *
 * @internal
 */
export function tagFaults(users: { [key: string]: string } = {}): Fault[] {
  const keys = Object.keys(users);
  return [
    ...(keys.length > MAX_TAGS - 10
      ? [
          untitled(
            `tags must be at most ${MAX_TAGS - 10}, so that room is left for this library's own up to the ${MAX_TAGS} AWS takes; got ${keys.length}`,
          ),
        ]
      : []),
    ...keys.flatMap((key) => {
      const unknown = concreteFault('a key of tags', key, 'two keys that are the same later would override each other');
      if (unknown.length > 0) return unknown;
      if (/^aws:/i.test(key))
        return [untitled(`tags must not have keys that begin with 'aws:', which is reserved; got '${key}'`)];
      if (key.length === 0 || key.length > 128)
        return [untitled(`keys of tags must have 1 to 128 characters; got '${key}'`)];
      const tooLong = !hasToken(users[key]) && users[key].length > 256;
      return tooLong
        ? [untitled(`values of tags must have at most 256 characters; '${key}' has ${users[key].length}`)]
        : [];
    }),
  ];
}
