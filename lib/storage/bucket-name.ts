import { Fault, untitled } from '../units/fault';
import { hasToken } from '../core/tokens';

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
  const got = `got '${name}'`;
  const prefix = RESERVED_PREFIXES.find((reserved) => name.startsWith(reserved));
  const suffix = RESERVED_SUFFIXES.find((reserved) => name.endsWith(reserved));
  return [
    ...(name.length < 3 || name.length > 63
      ? [untitled(`bucketName must have 3 to 63 characters; ${got} with ${name.length}`)]
      : []),
    ...(/^[a-z0-9.-]*$/.test(name)
      ? []
      : [
          untitled(
            `bucketName must have only lower-case letters, digits${dotsAllowed ? ', dots' : ''} and hyphens; ${got}`,
          ),
        ]),
    ...(/^[a-z0-9]/i.test(name) && /[a-z0-9]$/i.test(name)
      ? []
      : [untitled(`bucketName must begin and end with a letter or digit; ${got}`)]),
    ...(name.includes('..') ? [untitled(`bucketName must not have two dots in a row; ${got}`)] : []),
    ...(!dotsAllowed && name.includes('.')
      ? [
          untitled(
            `bucketName must not have a dot, because S3's certificate does not cover such a name; ${got}; use hyphens`,
          ),
        ]
      : []),
    ...(/^\d{1,3}(\.\d{1,3}){3}$/.test(name)
      ? [untitled(`bucketName must not be written as an IP address; ${got}`)]
      : []),
    ...(prefix ? [untitled(`bucketName must not begin with '${prefix}', which S3 reserves; ${got}`)] : []),
    ...(suffix ? [untitled(`bucketName must not end with '${suffix}', which S3 reserves; ${got}`)] : []),
  ];
}
