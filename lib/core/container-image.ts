import { hasToken } from './tokens';
import { Fault, fault } from '../units/fault';
import { givenValue } from '../units/number-faults';

/** A reference with a registry or repository, and a tag, a digest or both (distribution/reference). */
const HOST = '(?:(?:localhost|[a-zA-Z0-9-]+(?:\\.[a-zA-Z0-9-]+)+)(?::\\d+)?|[a-zA-Z0-9-]+:\\d+)/';
const REFERENCE = new RegExp(
  `^(?:${HOST})?[a-z0-9]+(?:[._/-]+[a-z0-9]+)*(?::[\\w][\\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$`,
);
const PINNED = /(:[\w][\w.-]{0,127}|@sha256:[0-9a-f]{64})$/;

/**
 * The faults of the image of a container; none if it is left out, or a token.
 *
 * @param property path of the property
 * @param image reference with its registry, and a tag or a digest
 *
 * @internal
 */
export function imageFaults(property: string, image: string | undefined): Fault[] {
  if (image === undefined || hasToken(image)) return [];
  if (typeof image === 'string' && REFERENCE.test(image) && PINNED.test(image)) return [];
  const reason =
    `${property} must be a reference with a tag or a digest, so that what is pulled does not change unnoticed, e.g. ` +
    `'registry.example.com/team/image:1.2' or '...@sha256:<64 hexadecimal digits>'; got ${givenValue(image)}`;
  return [fault('INVALID_FORMAT', property, reason)];
}
