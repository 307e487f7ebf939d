import { Fault, fault } from '../units/fault';
import { hasToken } from '../core/tokens';
import { givenValue } from '../units/number-faults';
import { allOf } from '../units/unreadable';

const RESERVED_PREFIXES = ['xn--', 'sthree-', 'amzn-s3-demo-'];
const RESERVED_SUFFIXES = ['-s3alias', '--ol-s3', '.mrap', '--x-s3', '--table-s3'];

/**
 * Every fault of a bucket's name; none for a token.
 *
 * A dot is within the rules, but the certificate of `*.s3.<region>.amazonaws.com` does not cover it, so a new bucket, which takes
 * TLS only, must not have one.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
 *
 * @internal
 */
export function bucketNameFaults(name: string, dotsAllowed: boolean): Fault[] {
  if (hasToken(name)) return [];
  if (typeof name !== 'string') {
    const given = name === undefined || name === null ? '' : `; got ${givenValue(name)}`;
    return [fault('MISSING_PROPERTY', 'bucketName', `bucketName must be the name of a bucket, e.g. 'models'${given}`)];
  }
  const got = `got '${name}'`;
  const prefix = RESERVED_PREFIXES.find((reserved) => name.startsWith(reserved));
  const suffix = RESERVED_SUFFIXES.find((reserved) => name.endsWith(reserved));
  return allOf(
    () =>
      name.length < 3 || name.length > 63
        ? [fault('INVALID_NAME', 'bucketName', `bucketName must have 3 to 63 characters; ${got} with ${name.length}`)]
        : [],
    () =>
      /^[a-z0-9.-]*$/.test(name)
        ? []
        : [
            fault(
              'INVALID_NAME',
              'bucketName',
              `bucketName may contain only lower-case letters, digits${dotsAllowed ? ', dots' : ''} and hyphens; ${got}`,
            ),
          ],
    () =>
      /^[a-z0-9]/i.test(name) && /[a-z0-9]$/i.test(name)
        ? []
        : [fault('INVALID_NAME', 'bucketName', `bucketName must begin and end with a letter or digit; ${got}`)],
    () =>
      name.includes('..')
        ? [fault('INVALID_NAME', 'bucketName', `bucketName must not contain two dots in a row; ${got}`)]
        : [],
    () =>
      !dotsAllowed && name.includes('.')
        ? [
            fault(
              'INVALID_NAME',
              'bucketName',
              `bucketName must not contain a dot, because S3's certificate does not cover such a name; ${got}; use hyphens`,
            ),
          ]
        : [],
    () =>
      /^\d{1,3}(\.\d{1,3}){3}$/.test(name)
        ? [fault('INVALID_NAME', 'bucketName', `bucketName must not look like an IP address; ${got}`)]
        : [],
    () =>
      prefix
        ? [fault('RESERVED', 'bucketName', `bucketName must not begin with '${prefix}', which S3 reserves; ${got}`)]
        : [],
    () =>
      suffix
        ? [fault('RESERVED', 'bucketName', `bucketName must not end with '${suffix}', which S3 reserves; ${got}`)]
        : [],
  );
}
