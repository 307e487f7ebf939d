import { Fault, fault } from '../units/fault';
import { IConstruct } from 'constructs';
import { throwIfInvalid } from '../core/errors';
import { hasToken } from '../core/tokens';
import { allOf } from '../units/unreadable';

/**
 * `s3://<bucket>/<model>/<version>`, or the folder of all versions.
 *
 * @internal
 */
export function modelUri(scope: IConstruct, bucketName: string, model: string, version?: string): string {
  throwIfInvalid(
    scope,
    allOf(
      () => pathFaults('model', model),
      () => (version === undefined ? [] : pathFaults('version', version)),
    ),
  );
  return ['s3:/', bucketName, model, ...(version === undefined ? [] : [version])].join('/');
}

/**
 * Of the characters that S3 calls safe, those that need no quoting in a URI, a shell and a file name.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
 *
 * @internal
 */
export function pathFaults(name: string, value: string): Fault[] {
  if (hasToken(value)) return [];
  const segments = value.split('/');
  const good = segments.every((segment) => /^[A-Za-z0-9._-]+$/.test(segment) && segment !== '.' && segment !== '..');
  return good
    ? []
    : [
        fault(
          'INVALID_NAME',
          name,
          `${name} may contain letters, digits, \'.\', \'_\' and \'-\', with single slashes between folders; got \'${value}\'`,
        ),
      ];
}
