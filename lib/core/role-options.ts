import { Fault, fault } from '../units/fault';
import { givenValue } from '../units/number-faults';
import { boundaryArnFaults } from './aws-arn';
import { AwsPlace } from './aws-provider';
import { hasToken } from './tokens';
import { allOf } from '../units/unreadable';

/**
 * What all IAM roles of a cluster have in common: its own, those of its nodes, its pools and its service accounts. For organizations that let
 * nobody make a role without a boundary, or outside a path.
 */
export interface RoleOptions {
  /** ARN of the policy that bounds what the roles may do. @default - no boundary */
  readonly permissionsBoundary?: string;
  /**
   * Path of the roles, e.g. `/gpu/`: it begins and ends with a slash. A change replaces the roles and, with that of its control plane, the cluster
   * and everything on it: choose it before the first apply. @default '/'
   */
  readonly path?: string;
}

/**
 * The faults of the options of roles.
 *
 * @param place where the roles are made
 *
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
 *
 * @internal
 */
export function roleOptionFaults(property: string, options: RoleOptions = {}, place?: AwsPlace): Fault[] {
  const { permissionsBoundary, path } = options;
  const at = (name: string) => `${property}.${name}`;
  return allOf(
    () => boundaryArnFaults(at('permissionsBoundary'), permissionsBoundary, place),
    () =>
      path === undefined || hasToken(path) || /^\/([\x21-\x7e]{1,510}\/)?$/.test(path)
        ? []
        : [
            fault(
              'INVALID_FORMAT',
              at('path'),
              `${at('path')} must begin and end with a slash and have at most 512 characters, e.g. '/gpu/'; got ${givenValue(path)}`,
            ),
          ],
  );
}
