import { Fault, fault } from '../units/fault';
import { givenValue } from '../units/number-faults';
import { hasToken } from './tokens';

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-arns */
const ROLE_ARN = /^arn:aws[a-z-]*:iam::\d{12}:role\/([\x21-\x7e]{1,510}\/)?[\w+=,.@-]{1,64}$/;

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
 * The faults of the ARN of a role that exists.
 *
 * @internal
 */
export function roleArnFaults(property: string, arn: string | undefined): Fault[] {
  if (arn === undefined || hasToken(arn) || ROLE_ARN.test(arn)) return [];
  const reason = `${property} must be the ARN of an IAM role, e.g. 'arn:aws:iam::123456789012:role/nodes'; got ${givenValue(arn)}`;
  return [fault('INVALID_FORMAT', property, reason)];
}

/**
 * The faults of the options of roles.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
 *
 * @internal
 */
export function roleOptionFaults(property: string, { permissionsBoundary, path }: RoleOptions = {}): Fault[] {
  const at = (name: string) => `${property}.${name}`;
  return [
    ...(permissionsBoundary === undefined ||
    hasToken(permissionsBoundary) ||
    /^arn:aws[a-z-]*:iam::(\d{12}|aws):policy\/[\x21-\x7e]+$/.test(permissionsBoundary)
      ? []
      : [
          fault(
            'INVALID_FORMAT',
            at('permissionsBoundary'),
            `${at('permissionsBoundary')} must be the ARN of an IAM policy, e.g. 'arn:aws:iam::123456789012:policy/boundary'; got ` +
              givenValue(permissionsBoundary),
          ),
        ]),
    ...(path === undefined || hasToken(path) || /^\/([\x21-\x7e]{1,510}\/)?$/.test(path)
      ? []
      : [
          fault(
            'INVALID_FORMAT',
            at('path'),
            `${at('path')} must begin and end with a slash and have at most 512 characters, e.g. '/gpu/'; got ${givenValue(path)}`,
          ),
        ]),
  ];
}
