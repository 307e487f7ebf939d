import { RolesanywhereTrustAnchor } from '@cdktf/provider-aws/lib/rolesanywhere-trust-anchor';
import { TerraformProvider } from 'cdktf';
import { Construct } from 'constructs';
import { Fault, fault } from '../units/fault';
import { givenValue } from '../units/number-faults';
import { allOf } from '../units/unreadable';
import { kubernetesName } from './naming';
import { escapeTemplate } from './template-escape';
import { hasToken } from './tokens';

/**
 * Whose certificates IAM Roles Anywhere takes: an authority, or an anchor that has one.
 *
 * @internal
 */
export interface TrustedAuthority {
  readonly certificateAuthority?: string;
  readonly trustAnchorArn?: string;
}

const CERTIFICATES = /^\s*(-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----\s*)+$/;

/**
 * The faults of an authority.
 *
 * @param property path of what has it; nothing where that is the struct itself
 * @param needs what needs it
 *
 * @internal
 */
export function authorityFaults(property: string | undefined, needs: string, given: TrustedAuthority): Fault[] {
  const { certificateAuthority: pem, trustAnchorArn } = given;
  const at = (name: string) => (property === undefined ? name : `${property}.${name}`);
  return allOf(
    () => {
      if ((pem === undefined) !== (trustAnchorArn === undefined)) return [];
      const reason = `${needs} needs either certificateAuthority or trustAnchorArn; got ${pem === undefined ? 'neither' : 'both'}`;
      return [fault('CONFLICTING_PROPERTIES', property, reason)];
    },
    () => {
      if (pem === undefined || hasToken(pem)) return [];
      const path = at('certificateAuthority');
      if (/PRIVATE KEY-----/.test(pem)) {
        const reason = `${path} must not hold a private key, because it becomes part of the state; give the certificate alone`;
        return [fault('LITERAL_SECRET', path, reason)];
      }
      if (CERTIFICATES.test(pem)) return [];
      const reason = `${path} must be certificates in PEM, from '-----BEGIN CERTIFICATE-----' on; got ${givenValue(pem)}`;
      return [fault('INVALID_FORMAT', path, reason)];
    },
    () => rolesAnywhereArnFaults(at('trustAnchorArn'), 'trust-anchor', trustAnchorArn),
  );
}

/**
 * The fault of the ARN of something of Roles Anywhere; none for a token, or where it is not given.
 *
 * @internal
 */
export function rolesAnywhereArnFaults(
  property: string,
  kind: 'trust-anchor' | 'profile',
  arn: string | undefined,
): Fault[] {
  if (arn === undefined || hasToken(arn)) return [];
  if (new RegExp(`^arn:aws[\\w-]*:rolesanywhere:[\\w-]+:\\d{12}:${kind}/[\\w-]+$`).test(arn)) return [];
  const what = kind === 'profile' ? 'a profile' : 'a trust anchor';
  const reason = `${property} must be the ARN of ${what}, e.g. 'arn:aws:rolesanywhere:eu-central-1:123456789012:${kind}/<id>'; got ${givenValue(arn)}`;
  return [fault('INVALID_FORMAT', property, reason)];
}

/**
 * The fault of a part of the subject of certificates; none for a token, or where it is not given. It must be what a session tag may be, in which `*` and
 * `?` are not.
 *
 * @see https://docs.aws.amazon.com/rolesanywhere/latest/userguide/trust-model.html
 *
 * @internal
 */
export function subjectFaults(property: string, text: string | undefined): Fault[] {
  if (text === undefined || hasToken(text) || /^[\w .:/=+@-]{1,64}$/.test(text)) return [];
  const reason = `${property} must be 1 to 64 letters, digits, spaces and _ . : / = + @ -; got ${givenValue(text)}`;
  return [fault('INVALID_FORMAT', property, reason)];
}

/**
 * ARN of the anchor of an authority, which is made where there is none.
 *
 * @internal
 */
export function trustAnchor(
  scope: Construct,
  id: string,
  props: TrustedAuthority & {
    readonly name: string;
    readonly tags: { [key: string]: string };
    readonly provider?: TerraformProvider;
  },
): string {
  const { trustAnchorArn, certificateAuthority = '', name, provider, tags } = props;
  if (trustAnchorArn !== undefined) return escapeTemplate(trustAnchorArn);
  return new RolesanywhereTrustAnchor(scope, id, {
    provider,
    name: kubernetesName(name, 255),
    enabled: true,
    source: {
      sourceType: 'CERTIFICATE_BUNDLE',
      sourceData: { x509CertificateData: escapeTemplate(certificateAuthority) },
    },
    tags,
  }).arn;
}

/**
 * A statement by which Roles Anywhere takes on a role, for certificates of one anchor.
 *
 * @param anchor ARN of the anchor
 * @param actions what it may do
 * @param equals what must be equal besides, of the subject of the certificate for example
 *
 * @see https://docs.aws.amazon.com/rolesanywhere/latest/userguide/trust-model.html
 *
 * @internal
 */
export function rolesAnywhereTrust(anchor: string, actions: string | string[], equals: { [key: string]: string }) {
  return {
    Effect: 'Allow',
    Principal: { Service: 'rolesanywhere.amazonaws.com' },
    Action: actions,
    Condition: {
      ArnEquals: { 'aws:SourceArn': anchor },
      ...(Object.keys(equals).length === 0 ? {} : { StringEquals: equals }),
    },
  };
}

/** Tag of a session that says a part of the subject of its certificate. @internal */
export function subjectTag(part: 'CN' | 'OU'): string {
  return `aws:PrincipalTag/x509Subject/${part}`;
}
